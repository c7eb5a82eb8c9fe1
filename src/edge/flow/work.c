#include "edge/flow/work.h"

flow_fn *flow_find(str does)
{
    static const struct {
        const char *name;
        flow_fn *work;
    } all[] = {
        { "command", flow_command },
        { "daily_ingestion", flow_ingestion },
        { "batch_classify_inquiries", flow_rejudge },
        { "model_retraining", flow_retrain },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_eq(does, str_of(all[i].name))) return all[i].work;
    return NULL;
}

static struct env *env_of(const struct flow_work *w)
{
    return w->places->door.env;
}

bool flow_goes_on(const struct flow_work *w)
{
    return !w->stopping(w->host) && env_of(w)->now(env_of(w)) < w->until;
}

err flow_why_stopped(const struct flow_work *w)
{
    return w->stopping(w->host) ? err_make(ERR_STOPPED, "weir stops") : err_make(ERR_TIMEOUT, "it took too long");
}

/* A report is evidence, not part of the work: that it cannot be written stops nothing, and the scheduler's own outcome
 * meets the same store. */
static void report(struct flow_work *w, const char *kind, const struct run_record *r, str body)
{
    err e = door_input(&w->places->door, kind, str_of(r->id), body);
    (void)e;
}

void flow_step_begin(struct flow_work *w, const char *name, struct flow_step *s)
{
    s->run = (struct run_record){ .pipeline = w->schedule,
                                  .step = str_of(name),
                                  .attempt = w->attempt,
                                  .effect = w->run,
                                  .started = env_of(w)->wall(env_of(w)),
                                  .sync_us = -1,
                                  .output = STR("") };
    run_id_new(env_of(w), s->run.id);
    report(w, "run.started", &s->run, run_started_body(&s->run, false, w->a));
}

bool flow_step_end(struct flow_work *w, struct flow_step *s, err e, int64_t rows, str says, struct flow_result *out)
{
    s->run.ended = env_of(w)->wall(env_of(w));
    if (s->run.ended < s->run.started) s->run.ended = s->run.started; /* the clock was set back */
    s->run.result = (struct child_result){ .exit_code = e.code ? 1 : 0, .timed_out = e.code == ERR_TIMEOUT };
    s->run.said.has_rows = rows >= 0 && !e.code;
    s->run.said.rows = rows;
    s->run.output = e.code ? str_fmt(w->a, "%s\n", e.msg) : says;
    report(w, "run.finished", &s->run, run_finished_body(&s->run, false, w->a));
    if (!e.code) return true;
    out->ok = false;
    out->summary = str_fmt(w->a, STR_FMT ": %s", STR_ARG(s->run.step), e.msg);
    return false;
}
