/* daily_ingestion: takes what stands in the watched folder and in the mailbox, and says how many inquiries came since
 * the day before on any road: a day without is found like any pipeline that brings too few rows. */
#include "edge/flow/work.h"

static str said(struct flow_work *w, const struct intake_stats *s)
{
    return str_fmt(w->a, "%lld taken, %lld known already, %lld sent by machines, %lld unreadable; %lld files\n",
                   (long long)s->taken, (long long)s->known, (long long)s->passed_over, (long long)s->refused,
                   (long long)s->files);
}

/* False: it is not set up, and leaves no trace. */
static bool take_from(struct flow_work *w, enum intake_source from, const char *name, struct flow_result *out,
                      int64_t *taken)
{
    struct flow_step step;
    struct intake_stats s;
    if (!intake_has(w->places->intake, from)) return false;
    flow_step_begin(w, name, &step);
    err e = intake_now(w->places->intake, from, w->until, &s);
    if (!e.code && s.files_failed)
        e = err_make(ERR_INPUT, "%lld files could not be read: they are in failed/, the log says why",
                     (long long)s.files_failed);
    if (!e.code && !flow_goes_on(w)) e = flow_why_stopped(w);
    if (s.files_failed) out->again = false; /* they were put aside: another attempt would find nothing wrong */
    *taken += s.taken;
    (void)flow_step_end(w, &step, e, s.taken, said(w, &s), out);
    return true;
}

static err arrived(struct flow_work *w, int64_t *n)
{
    struct tx *tx = NULL;
    err e = store_read(w->places->door.store, &tx);
    if (e.code) return e;
    *n = tx_get_i64(tx, SQL_INQUIRY_ARRIVED, 0, V(w->planned - USEC_DAY),
                    V(w->places->door.env->wall(w->places->door.env)));
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

void flow_ingestion(struct flow_work *w, struct flow_result *out)
{
    struct flow_step step;
    int64_t taken = 0, day = 0;
    bool any = take_from(w, INTAKE_FOLDER, "folder", out, &taken);
    any |= take_from(w, INTAKE_IMAP, "mailbox", out, &taken);
    flow_step_begin(w, "count", &step);
    err e = arrived(w, &day);
    if (!flow_step_end(w, &step, e, day, str_fmt(w->a, "%lld in 24 hours\n", (long long)day), out) || !out->ok) return;
    out->summary = any ? str_fmt(w->a, "%lld taken now, %lld came in the 24 hours before", (long long)taken,
                                 (long long)day)
                       : str_fmt(w->a, "%lld came in 24 hours; no folder and no mailbox are set up (inquiries:)",
                                 (long long)day);
}
