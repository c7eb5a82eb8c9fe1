#include "edge/cli/run.h"

#include <signal.h>
#include <unistd.h>

#include "edge/act/knobs.h"
#include "edge/act/reporter.h"
#include "edge/act/run_record.h"
#include "edge/act/sync_probe.h"
#include "edge/cli/run_knobs.h"

enum { ARENA_MAX = 64 << 20, EXTRA_ENV = KNOBS_MAX + 3 };
#define REPORT_PATIENCE (1500 * USEC_MS)
#define SYNC_PATIENCE (2 * USEC_SECOND)

/* The caller's environment, the knobs, and where to announce. */
static char **make_env(const struct knobs *k, str report, const char *run, struct arena *a)
{
    const char *extra[EXTRA_ENV];
    size_t n = 0;
    for (size_t i = 0; i < k->count; i++) extra[n++] = knob_env(&k->items[i], a);
    if (report.len) extra[n++] = str_fmt(a, "WEIR_REPORT=" STR_FMT, STR_ARG(report)).ptr;
    extra[n++] = str_fmt(a, "WEIR_RUN_ID=%s", run).ptr;
    return env_list(environ, extra, n, a);
}

static struct reporter *start_reporter(const struct run_opts *o, struct arena *a)
{
    struct reporter_opts r = { .env = o->env, .server = o->server, .key = o->key, .operator_address = true };
    if (o->data_dir.len) r.spool = str_fmt(a, STR_FMT "/spool", STR_ARG(o->data_dir));
    return reporter_start(&r);
}

static void finish_report(struct reporter *rep, const struct run_record *r, struct arena *a)
{
    err problem = OK;
    reporter_send(rep, run_finished_body(r, true, a));
    if (reporter_end(rep, REPORT_PATIENCE, &problem))
        (void)fprintf(stderr, "weir run: the report of this run is lost: %s\n", problem.msg);
}

static void watch(const struct run_opts *o, struct child *c, str report, struct run_record *r, struct arena *a)
{
    struct sync_probe *probe = sync_probe_start(o->env, ".");
    struct reporter *rep = start_reporter(o, a);
    reporter_send(rep, run_started_body(r, true, a));
    child_run(c, o->env, 0, &r->result);
    r->ended = o->env->wall(o->env);
    r->output = r->result.started ? tail_text(&c->tail, a) : str_of(r->result.problem);
    if (report.len) announce_take(report, a, &r->said);
    r->sync_us = sync_probe_end(probe, SYNC_PATIENCE);
    finish_report(rep, r, a);
}

int run_watched(const struct run_opts *o)
{
    struct arena a = arena_init(ARENA_MAX);
    struct child *c = mem_new(sizeof *c);
    struct run_record r = { .pipeline = o->pipeline, .step = o->step.len ? o->step : o->pipeline,
                            .attempt = o->attempt, .parent = str_of(getenv("WEIR_RUN_ID")), .sync_us = -1 };
    struct knobs k = { .count = 0 };
    str report = STR_NONE;
    run_id_new(o->env, r.id);
    run_knobs(o, &a, &k);
    r.knobs = knobs_json(&k, &a);
    err e =
        announce_file(&a, (unsigned)-1, &report); /* without a file the step cannot announce: it runs all the same */
    struct child_spec spec = { .mode = CHILD_PASS, .argv = o->argv, .envp = make_env(&k, report, r.id, &a),
                               .memory_max = knobs_memory_max(&k) };
    r.started = o->env->wall(o->env);
    e = child_start(&spec, c);
    if (e.code) {
        (void)fprintf(stderr, "weir run: %s\n", e.msg);
        r.result = (struct child_result){ .exit_code = 126 };
    } else {
        watch(o, c, report, &r, &a);
        if (!r.result.started) (void)fprintf(stderr, "weir run: %s: %s\n", o->argv[0], r.result.problem);
        child_done(c);
    }
    mem_free(c);
    arena_done(&a);
    return r.result.exit_code;
}
