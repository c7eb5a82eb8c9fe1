#include "edge/inquiry/watch.h"

#include <stdatomic.h>

#include "base/hash.h"
#include "base/log.h"
#include "edge/beat.h"
#include "edge/metric_text.h"

enum { FINDING_ID_MAX = 64, DRIFT_CAUSE = WATCH_ALARMS };
#define LOOK_EVERY USEC_MINUTE
#define DRIFT_EVERY USEC_HOUR

struct desk_watch {
    struct desk_watch_opts opts;
    struct beat beat;
    /* The thread's own. */
    int minutes;
    struct desk_looks looks;
    char finding[WATCH_ALARMS + 1][FINDING_ID_MAX]; /* that goes on, by cause; "" = none */
    usec started[WATCH_ALARMS + 1];
    int64_t compared_to; /* inquiries that had arrived at the last look at drift */
    atomic_llong alarms, drift_looks, drift_auc; /* thousandths */
};

static const char *cause_name(int cause)
{
    return cause == DRIFT_CAUSE ? "drift" : desk_cause_name(cause);
}

/* ---- findings ---- */

static void make_id(struct desk_watch *w, int cause, usec start)
{
    struct arena a = arena_init(4096);
    str text = str_fmt(&a, DESK_PIPELINE "\n%s\n%lld", cause_name(cause), (long long)start);
    struct sha256 d = sha256_of(text);
    (void)snprintf(w->finding[cause], FINDING_ID_MAX, STR_FMT,
                   STR_ARG(hex_text((str){ (const char *)d.b, 16 }, &a)));
    w->started[cause] = start;
    arena_done(&a);
}

static void tell(struct desk_watch *w, const char *kind, int cause, struct buf *body)
{
    err e = body->full ? err_make(ERR_LIMIT, "too long")
                       : w->opts.input(w->opts.ctx, kind, str_of(w->finding[cause]), buf_view(body));
    if (e.code && e.code != ERR_STOPPED) log_warn("desk.watch %s %s: %s", kind, cause_name(cause), e.msg);
}

struct said {
    str summary, evidence;
    const char *kind, *severity;
    double value;
};

static void begin(struct desk_watch *w, int cause, usec start, const struct said *said)
{
    struct buf b = buf_init(1 << 18);
    struct jw j = jw_init(&b);
    make_id(w, cause, start);
    jw_open(&j, NULL);
    jw_strz(&j, "pipeline", DESK_PIPELINE);
    jw_strz(&j, "step", cause_name(cause));
    jw_strz(&j, "kind", said->kind);
    jw_strz(&j, "detector", "desk");
    jw_strz(&j, "severity", said->severity);
    jw_i64(&j, "start", start);
    jw_i64(&j, "end", w->opts.env->wall(w->opts.env));
    jw_f64(&j, "value", said->value);
    jw_str(&j, "summary", said->summary);
    jw_raw(&j, "evidence", said->evidence);
    jw_bool(&j, "going", true);
    jw_close(&j);
    tell(w, "finding", cause, &b);
    atomic_fetch_add(&w->alarms, 1);
    buf_done(&b);
}

static void end(struct desk_watch *w, int cause)
{
    struct buf b = buf_init(4096);
    struct jw j = jw_init(&b);
    jw_open(&j, NULL);
    jw_i64(&j, "end", w->opts.env->wall(w->opts.env));
    jw_strz(&j, "series", "");
    jw_strz(&j, "pipeline", DESK_PIPELINE);
    jw_i64(&j, "start", w->started[cause]);
    jw_close(&j);
    tell(w, "finding.ended", cause, &b);
    w->finding[cause][0] = '\0';
    buf_done(&b);
}

/* What an earlier life of weir found and did not end is ours to end. */
static void adopt(struct desk_watch *w)
{
    struct tx *tx = NULL;
    if (store_read(w->opts.store, &tx).code) return;
    struct rows *r = tx_query(tx, SQL_FINDING_GOING_OF, V(DESK_PIPELINE));
    while (rows_next(r))
        for (int i = 0; i <= DRIFT_CAUSE; i++) {
            if (!str_eq(rows_str(r, 1), str_of(cause_name(i)))) continue;
            (void)snprintf(w->finding[i], FINDING_ID_MAX, STR_FMT, STR_ARG(rows_str(r, 0)));
            w->started[i] = rows_i64(r, 2);
            if (i == DRIFT_CAUSE) continue;
            w->looks.cause[i].on = true;
            w->looks.cause[i].since = w->started[i];
        }
    rows_end(r);
    store_read_end(tx);
}

/* ---- the looks ---- */

static struct desk_counts counts_of(struct desk_watch *w)
{
    struct desk_counts c = { 0 };
    desk_count(w->opts.desk, &c.submits, &c.slow);
    if (w->opts.requests) w->opts.requests(w->opts.ctx, &c.requests, &c.errors);
    if (w->opts.intake) {
        struct intake_stats s = intake_stats(w->opts.intake);
        c.looks = s.imap_looks + s.files + s.files_failed;
        c.looks_failed = s.imap_failed + s.files_failed;
    }
    struct tx *tx = NULL;
    if (store_read(w->opts.store, &tx).code) return c;
    struct rows *r = tx_query_n(tx, SQL_INQUIRY_TALLIES, TX_NO_VALS);
    while (rows_next(r)) {
        str name = rows_str(r, 0);
        if (STR_IS(name, "received")) c.received += rows_i64(r, 2);
        if (STR_IS(name, "confidence_sum")) c.confidence += rows_i64(r, 2);
        if (STR_IS(name, "escalated")) c.escalated += rows_i64(r, 2);
    }
    rows_end(r);
    store_read_end(tx);
    return c;
}

static void desk_watch_look(struct desk_watch *w)
{
    struct desk_alarm alarms[WATCH_ALARMS];
    struct desk_counts now = counts_of(w);
    size_t n = desk_look(&w->looks, &now, w->opts.env->wall(w->opts.env), alarms);
    for (size_t i = 0; i < n; i++) {
        struct arena a = arena_init(1 << 16);
        if (alarms[i].began) {
            struct said said = { desk_alarm_text(&alarms[i], &a), STR("{}"), "threshold", "HIGH", alarms[i].value };
            begin(w, alarms[i].cause, alarms[i].start, &said);
        } else {
            end(w, alarms[i].cause);
        }
        arena_done(&a);
    }
}

static void note(struct desk_watch *w, str evidence)
{
    err e = w->opts.input(w->opts.ctx, "inquiries.compared", STR(""), evidence);
    if (e.code && e.code != ERR_STOPPED) log_warn("desk.watch inquiries.compared: %s", e.msg);
}

/* Every comparison is in the journal; the finding begins and ends with what it says. */
err desk_watch_drift(struct desk_watch *w)
{
    struct desk_drift_report report;
    struct arena a = arena_init(DESK_DRIFT_ARENA);
    err e = desk_drift(w->opts.desk, w->opts.store, w->opts.reference, &a, &report);
    bool on = w->finding[DRIFT_CAUSE][0] != '\0';
    if (!e.code) {
        str evidence = desk_drift_json(&report, &a);
        atomic_fetch_add(&w->drift_looks, 1);
        atomic_store(&w->drift_auc, (long long)(report.auc * 1000));
        note(w, evidence);
        struct said said = { desk_drift_text(&report, &a), evidence, "drift", "MEDIUM", report.auc };
        if (report.drift && !on) begin(w, DRIFT_CAUSE, w->opts.env->wall(w->opts.env), &said);
        else if (!report.drift && on) end(w, DRIFT_CAUSE);
    }
    arena_done(&a);
    return e;
}

static void look_at_drift(struct desk_watch *w)
{
    int64_t received = counts_of(w).received;
    if (received - w->compared_to < DESK_DRIFT_LEAST) return;
    err e = desk_watch_drift(w);
    if (!e.code || e.code == ERR_INPUT) w->compared_to = received; /* too few: when there are more */
    else if (e.code != ERR_STOPPED) log_warn("desk.watch drift: %s", e.msg);
}

/* ---- the thread ---- */

static void look(void *ctx)
{
    struct desk_watch *w = ctx;
    desk_watch_look(w);
    if (++w->minutes % (DRIFT_EVERY / LOOK_EVERY) == 2) look_at_drift(w); /* soon after a start, then every hour */
}

void desk_watch_new(const struct desk_watch_opts *opts, struct desk_watch **out)
{
    struct desk_watch *w = mem_new(sizeof *w);
    w->opts = *opts;
    w->beat = (struct beat){ .look = look, .ctx = w, .every = LOOK_EVERY };
    adopt(w);
    *out = w;
}

err desk_watch_start(const struct desk_watch_opts *opts, struct desk_watch **out)
{
    struct desk_watch *w = NULL;
    desk_watch_new(opts, &w);
    err e = beat_start(&w->beat);
    if (e.code) desk_watch_close(w);
    else *out = w;
    return err_wrap(e, "watch the desk");
}

void desk_watch_halt(struct desk_watch *w)
{
    if (w) beat_stop(&w->beat);
}

void desk_watch_close(struct desk_watch *w)
{
    if (!w) return;
    desk_watch_halt(w);
    mem_free(w);
}

void desk_watch_metrics(struct desk_watch *w, struct buf *out)
{
    metric_one(out, "weir_inquiry_alarms_total", "counter", "Findings of the desk about itself.",
               atomic_load(&w->alarms));
    metric_one(out, "weir_inquiry_drift_looks_total", "counter",
               "Comparisons of what is written with the reference.", atomic_load(&w->drift_looks));
    metric_head(out, "weir_inquiry_drift_auc", "gauge",
                "How well texts of now and of the reference can be told apart: 0.5 not at all.");
    buf_fmt(out, "weir_inquiry_drift_auc %.3f\n", (double)atomic_load(&w->drift_auc) / 1000);
}
