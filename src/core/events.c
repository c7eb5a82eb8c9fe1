/* What others tell us: lineage events, changes, alerts of other systems. */
#include "core/incident/incident.h"

void change_record(struct cx *cx, str pipeline, str kind, str summary, str detail, int64_t seq)
{
    tx_exec(cx->tx, SQL_CHANGE_ADD, V(str_fmt(cx->a, "chg-%lld", (long long)seq)), V(seq), V(cx->now), V(pipeline),
            V(kind), V(summary), V(detail));
}

static void judge_failure(struct cx *cx, str pipeline, usec time)
{
    str error = json_str(json_get(cx->body, "error"), STR(""));
    struct finding f = {
        .pipeline = pipeline,
        .step = pipeline,
        .run = json_str(json_get(cx->body, "run"), STR("")),
        .kind = STR("exit"),
        .detector = STR("run.exit"),
        .series = STR(""),
        .severity = SEV_HIGH,
        .start = time,
        .end = time,
        .summary = str_fmt(cx->a, STR_FMT " reported a failed run%s" STR_FMT, STR_ARG(pipeline), error.len ? ": " : "",
                           STR_ARG(str_utf8_prefix(error, 160))),
    };
    incident_judge(cx, &f);
}

/* The run of an event stream is kept like one of ours, as far as the event tells. */
static void keep_run(struct cx *cx, str pipeline, str run, bool failed, usec time)
{
    struct val none = VAL_NONE;
    json *rows = json_get(cx->body, "rows");
    usec started = time;
    struct rows *r = tx_query(cx->tx, SQL_RUN_START_OF, V(run));
    if (rows_next(r)) started = rows_i64(r, 0);
    rows_end(r);
    tx_exec(cx->tx, SQL_RUN_FINISH, V(run), V(pipeline), V(pipeline), V((int64_t)1), V(failed ? "failed" : "ok"),
            V(started), V(time), V(time > started ? time - started : 0), V((int64_t)failed), none,
            yyjson_is_int(rows) ? V(json_i64(rows, 0)) : none, none, none, none, none, V(""),
            V(json_str(json_get(cx->body, "error"), STR(""))), V("{}"), V(cx->seq));
}

err input_lineage_seen(struct cx *cx)
{
    str pipeline = json_get_str(cx->body, "pipeline"), event = json_get_str(cx->body, "event");
    str run = json_str(json_get(cx->body, "run"), STR(""));
    usec time = json_get_i64(cx->body, "time", 0);
    if (!pipeline.len) return err_make(ERR_INPUT, "the pipeline has no name");
    cx_enter(cx, STR(""), 0);
    pipeline_see(cx, pipeline);
    lineage_see(cx, pipeline, cx->body);
    bool failed = STR_IS(event, "FAIL") || STR_IS(event, "ABORT");
    if (run.len && STR_IS(event, "START"))
        tx_exec(cx->tx, SQL_RUN_START, V(run), V(pipeline), V(pipeline), V((int64_t)1), V(time), V(""), V(cx->seq));
    else if (run.len && (failed || STR_IS(event, "COMPLETE")))
        keep_run(cx, pipeline, run, failed, time);
    if (failed) judge_failure(cx, pipeline, time);
    if (failed || STR_IS(event, "COMPLETE")) pipeline_judge_health(cx, pipeline);
    return OK;
}

err input_change_seen(struct cx *cx)
{
    static const char *const kinds[] = { "deploy", "config", "schema" };
    str kind = json_get_str(cx->body, "kind");
    bool known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) known |= str_eq(kind, str_of(kinds[i]));
    if (!known) return err_make(ERR_INPUT, "kind is none of deploy, config, schema");
    cx_enter(cx, STR(""), 0);
    str detail = json_get(cx->body, "detail") ? json_text(json_get(cx->body, "detail"), cx->a) : STR("{}");
    change_record(cx, cx->in->subject, kind, json_get_str(cx->body, "summary"), detail, cx->seq);
    return OK;
}

/* An alert repeats for as long as it fires: its start makes it one finding. A resolved one lets the incident go quiet.
 */
err input_alert_received(struct cx *cx)
{
    str pipeline = json_get_str(cx->body, "pipeline"), status = json_get_str(cx->body, "status");
    if (!pipeline.len) return err_make(ERR_INPUT, "the alert names no pipeline");
    struct finding f = {
        .series = cx->in->subject,
        .pipeline = pipeline,
        .step = STR(""),
        .run = STR(""),
        .kind = STR("alert"),
        .detector = STR("alertmanager"),
        .severity = severity_of(json_str(json_get(cx->body, "severity"), STR("")), SEV_MEDIUM),
        .start = json_get_i64(cx->body, "starts", 0),
        .end = json_get_i64(cx->body, "ends", 0),
        .summary = json_get_str(cx->body, "title"),
        .evidence = json_get(cx->body, "labels") ? json_text(json_get(cx->body, "labels"), cx->a) : STR("{}"),
    };
    bool firing = STR_IS(status, "firing");
    if (firing && tx_get_i64(cx->tx, SQL_FINDING_KNOWN, 0, V(finding_id(cx, &f)))) return OK;
    cx_enter(cx, STR(""), 0);
    if (firing) incident_judge(cx, &f);
    else incident_pipeline_well(cx, pipeline);
    return OK;
}
