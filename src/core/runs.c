/* Pipelines and their runs: registered on first sight, judged when a run ends or fails to begin. */
#include "core/diagnose/patterns.h"
#include "core/incident/incident.h"
#include "engine/detect/runs.h"

enum { HISTORY_MAX = 64, OUTPUT_MAX = 8192 };

void pipeline_see(struct cx *cx, str name)
{
    if (tx_exec(cx->tx, SQL_PIPELINE_SEEN, V(name), V(cx->now)) > 0) return;
    struct body b;
    body_open(&b);
    jw_str(&b.w, "name", name);
    int64_t seq = cx_derive(cx, &b, "pipeline.seen", name, "weir", STR(""), cx->seq);
    tx_exec(cx->tx, SQL_PIPELINE_ADD, V(name), V(""), V(""), V(""), V((int64_t)2), V("production"), V((int64_t)0),
            V(""), V(cx->now), V(seq));
}

err input_pipeline_registered(struct cx *cx)
{
    str name = cx->in->subject;
    if (!name.len || name.len > 200) return err_make(ERR_INPUT, "a pipeline's name has 1 to 200 characters");
    cx_enter(cx, STR(""), 0);
    pipeline_see(cx, name);
    tx_exec(cx->tx, SQL_PIPELINE_DESCRIBE, V(name), V(json_get_str(cx->body, "source")),
            V(json_get_str(cx->body, "destination")));
    return OK;
}

void pipeline_judge_health(struct cx *cx, str name)
{
    bool failing = tx_get_i64(cx->tx, SQL_RUN_FAILING_STEPS, 0, V(name)) > 0;
    bool changed = tx_exec(cx->tx, SQL_PIPELINE_HEALTH, V(name), V(failing ? "failing" : "ok")) > 0;
    if (changed && !failing) incident_pipeline_well(cx, name);
}

static str run_id_of(struct cx *cx)
{
    return cx->in->subject;
}

static str step_of(struct cx *cx)
{
    str step = json_str(json_get(cx->body, "step"), STR(""));
    return step.len ? step : json_get_str(cx->body, "pipeline");
}

static usec every_of(struct cx *cx, str pipeline)
{
    struct rows *r = tx_query(cx->tx, SQL_PIPELINE_GET, V(pipeline));
    usec every = rows_next(r) ? rows_i64(r, 5) : 0;
    rows_end(r);
    return every;
}

/* A declared interval plus half of it, at least a minute, may pass before a run is late. */
static usec late_after(usec every)
{
    usec grace = every / 2;
    return every + (grace > USEC_MINUTE || every < 4 * USEC_MINUTE ? grace : USEC_MINUTE);
}

err input_run_started(struct cx *cx)
{
    str id = run_id_of(cx), pipeline = json_get_str(cx->body, "pipeline");
    if (!id.len || id.len > 100 || !pipeline.len) return err_make(ERR_INPUT, "a run needs an id and a pipeline");
    struct rows *r = tx_query(cx->tx, SQL_RUN_STATE, V(id));
    bool known = rows_next(r);
    rows_end(r);
    if (known) return OK;
    cx_enter(cx, STR(""), 0);
    pipeline_see(cx, pipeline);
    tx_exec(cx->tx, SQL_RUN_START, V(id), V(pipeline), V(step_of(cx)), V(json_get_i64(cx->body, "attempt", 1)),
            V(json_get_i64(cx->body, "started", cx->now)), V(json_str(json_get(cx->body, "effect"), STR(""))),
            V(cx->seq));
    usec every = every_of(cx, pipeline);
    if (every > 0) timer_set(cx, "fresh", pipeline, cx->now + late_after(every));
    return OK;
}

struct run {
    str id, pipeline, step, output;
    usec started, ended;
    int64_t exit_code, signal, rows;
    bool failed, has_rows;
};

static void finding_of(struct cx *cx, const struct run *run, const char *kind, const char *detector, int severity,
                       str summary, const struct run_alarm *alarm)
{
    struct finding f = {
        .series = STR(""),
        .pipeline = run->pipeline,
        .step = run->step,
        .run = run->id,
        .kind = str_of(kind),
        .detector = str_of(detector),
        .severity = severity,
        .start = run->started,
        .end = run->ended,
        .summary = summary,
    };
    if (alarm) {
        f.has_value = f.has_range = f.has_score = true;
        f.value = alarm->value;
        f.low = alarm->low;
        f.high = alarm->high;
        f.score = alarm->score;
    }
    incident_judge(cx, &f);
}

/* What a failed step said: the line that tells most, else the last one. */
static str telling_line(str output)
{
    struct clue clue;
    if (clues_in(output, &clue, 1)) return str_utf8_prefix(clue.line, 160);
    str rest = str_trim(output), line = STR(""), part;
    while (str_next(&rest, '\n', &part))
        if (str_trim(part).len) line = str_trim(part);
    return str_utf8_prefix(line, 160);
}

static void judge_exit(struct cx *cx, const struct run *run)
{
    str said = telling_line(run->output), how;
    if (run->signal) how = str_fmt(cx->a, "was ended by signal %lld", (long long)run->signal);
    else how = str_fmt(cx->a, "failed with exit code %lld", (long long)run->exit_code);
    str summary = str_fmt(cx->a, STR_FMT "/" STR_FMT " " STR_FMT "%s" STR_FMT, STR_ARG(run->pipeline),
                          STR_ARG(run->step), STR_ARG(how), said.len ? ": " : "", STR_ARG(said));
    finding_of(cx, run, "exit", "run.exit", SEV_HIGH, summary, NULL);
}

static size_t read_history(struct cx *cx, const struct run *run, struct run_sample *out)
{
    size_t n = 0;
    struct rows *r = tx_query(cx->tx, SQL_RUN_HISTORY, V(run->pipeline), V(run->step), V(run->id), V(run->started));
    while (rows_next(r) && n < HISTORY_MAX) {
        out[n++] = (struct run_sample){
            .started = rows_i64(r, 0),
            .duration = rows_i64(r, 1),
            .rows = rows_null(r, 2) ? -1 : rows_i64(r, 2),
            .ok = STR_IS(rows_str(r, 3), "ok"),
        };
    }
    rows_end(r);
    return n;
}

static void judge_measures(struct cx *cx, const struct run *run)
{
    struct run_sample history[HISTORY_MAX];
    size_t n = read_history(cx, run, history);
    struct run_sample now = { .started = run->started,
                              .duration = run->ended - run->started,
                              .rows = run->has_rows ? run->rows : -1,
                              .ok = !run->failed };
    struct run_alarm alarm;
    if (run_duration_check(&now, history, n, &alarm)) {
        str took = duration_text((usec)alarm.value, cx->a), usual = duration_text((usec)alarm.high, cx->a);
        finding_of(cx, run, "duration", "run.duration", SEV_MEDIUM,
                   str_fmt(cx->a, STR_FMT "/" STR_FMT " took " STR_FMT ", expected at most " STR_FMT,
                           STR_ARG(run->pipeline), STR_ARG(run->step), STR_ARG(took), STR_ARG(usual)),
                   &alarm);
    }
    if (run_volume_check(&now, history, n, &alarm)) {
        finding_of(cx, run, "volume", "run.volume", SEV_HIGH,
                   str_fmt(cx->a, STR_FMT "/" STR_FMT " gave %lld rows, expected %.0f to %.0f", STR_ARG(run->pipeline),
                           STR_ARG(run->step), (long long)run->rows, alarm.low, alarm.high),
                   &alarm);
    }
    if (run_error_rate_check(&now, history, n, &alarm)) {
        finding_of(cx, run, "error_rate", "run.error_rate", SEV_HIGH,
                   str_fmt(cx->a, STR_FMT "/" STR_FMT " fails far more often than it used to", STR_ARG(run->pipeline),
                           STR_ARG(run->step)),
                   &alarm);
    }
}

/* Limits that a person wrote: rows, duration_ms, peak_kb of a step. */
static void judge_thresholds(struct cx *cx, const struct run *run)
{
    size_t i, n;
    json *t;
    yyjson_arr_foreach(json_get(core_pipeline_spec(cx, run->pipeline), "thresholds"), i, n, t) {
        str metric = json_get_str(t, "metric"), step = json_get_str(t, "step");
        if (step.len && !str_eq(step, run->step)) continue;
        bool rows = STR_IS(metric, "rows") && run->has_rows, duration = STR_IS(metric, "duration_ms");
        if (!rows && !duration) continue;
        double value = rows ? (double)run->rows : (double)(run->ended - run->started) / (double)USEC_MS;
        struct run_alarm alarm = {
            .value = value, .low = json_get_f64(t, "min", value), .high = json_get_f64(t, "max", value), .score = 1
        };
        if (value >= alarm.low && value <= alarm.high) continue;
        str detector = str_fmt(cx->a, "threshold." STR_FMT, STR_ARG(metric));
        finding_of(cx, run, "threshold", detector.ptr, severity_of(json_get_str(t, "severity"), SEV_HIGH),
                   str_fmt(cx->a, STR_FMT " of " STR_FMT "/" STR_FMT " is %.0f, its limit is %.0f", STR_ARG(metric),
                           STR_ARG(run->pipeline), STR_ARG(run->step), value,
                           value < alarm.low ? alarm.low : alarm.high),
                   &alarm);
    }
}

static struct val optional(json *body, const char *key)
{
    json *v = json_get(body, key);
    return yyjson_is_int(v) ? val_int(json_i64(v, 0)) : VAL_NONE;
}

static void keep_run(struct cx *cx, const struct run *run)
{
    json *b = cx->body, *detail = json_get(b, "detail");
    tx_exec(cx->tx, SQL_RUN_FINISH, V(run->id), V(run->pipeline), V(run->step), V(json_get_i64(b, "attempt", 1)),
            V(run->failed ? "failed" : "ok"), V(run->started), V(run->ended), V(run->ended - run->started),
            V(run->exit_code), V(run->signal), optional(b, "rows"), optional(b, "bytes"), optional(b, "peak_kb"),
            optional(b, "cpu_us"), optional(b, "sync_us"), V(json_str(json_get(b, "effect"), STR(""))), V(run->output),
            V(yyjson_is_obj(detail) ? json_text(detail, cx->a) : STR("{}")), V(cx->seq));
}

err input_run_finished(struct cx *cx)
{
    json *b = cx->body;
    struct run run = {
        .id = run_id_of(cx),
        .pipeline = json_get_str(b, "pipeline"),
        .step = step_of(cx),
        .output = str_utf8_prefix(json_str(json_get(b, "output"), STR("")), OUTPUT_MAX),
        .started = json_get_i64(b, "started", 0),
        .ended = json_get_i64(b, "ended", 0),
        .exit_code = json_get_i64(b, "exit_code", 0),
        .signal = json_get_i64(b, "signal", 0),
        .rows = json_get_i64(b, "rows", -1),
        .has_rows = yyjson_is_int(json_get(b, "rows")),
    };
    run.failed = run.exit_code != 0 || run.signal != 0;
    if (!run.id.len || run.id.len > 100 || !run.pipeline.len)
        return err_make(ERR_INPUT, "a run needs an id and a pipeline");
    if (run.ended < run.started || run.started < 0) return err_make(ERR_INPUT, "the run ended before it started");
    struct rows *r = tx_query(cx->tx, SQL_RUN_STATE, V(run.id));
    bool over = rows_next(r) && !STR_IS(rows_str(r, 0), "running");
    rows_end(r);
    if (over) return OK; /* the same report again */
    cx_enter(cx, STR(""), 0);
    pipeline_see(cx, run.pipeline);
    keep_run(cx, &run);
    lineage_see(cx, run.pipeline, json_get(b, "detail"));
    if (run.failed) judge_exit(cx, &run);
    else judge_thresholds(cx, &run);
    judge_measures(cx, &run);
    pipeline_judge_health(cx, run.pipeline);
    usec every = every_of(cx, run.pipeline);
    if (every > 0) timer_set(cx, "fresh", run.pipeline, cx->now + late_after(every));
    return OK;
}

/* No run began in time. The timer is set again, so that a pipeline that stays away is found again after it has
 * recovered. */
void timer_freshness(struct cx *cx, str pipeline)
{
    usec every = every_of(cx, pipeline);
    if (every <= 0) return;
    usec last = tx_get_i64(cx->tx, SQL_RUN_LAST_START, 0, V(pipeline));
    str ago = duration_text(cx->now - last, cx->a), expected = duration_text(every, cx->a);
    struct finding f = {
        .series = STR(""),
        .pipeline = pipeline,
        .step = pipeline,
        .run = STR(""),
        .kind = STR("freshness"),
        .detector = STR("run.freshness"),
        .severity = SEV_MEDIUM,
        .start = last,
        .end = cx->now,
        .summary = str_fmt(cx->a, STR_FMT " is late: its last run began " STR_FMT " ago, expected every " STR_FMT,
                           STR_ARG(pipeline), STR_ARG(ago), STR_ARG(expected)),
        .has_value = true,
        .has_range = true,
        .value = (double)(cx->now - last) / (double)USEC_SECOND,
        .low = 0,
        .high = (double)late_after(every) / (double)USEC_SECOND,
    };
    incident_judge(cx, &f);
}
