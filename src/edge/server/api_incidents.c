/* Incidents with everything that belongs to them, and the lists of findings, decisions and effects. */
#include "edge/server/columns.h"
#include "edge/server/server_internal.h"

const struct col incident_columns[] = {
    { "id", COL_TEXT },
    { "seq", COL_INT },
    { "fingerprint", COL_TEXT },
    { "state", COL_TEXT },
    { "severity", COL_SEVERITY },
    { "pipeline", COL_TEXT },
    { "title", COL_TEXT },
    { "opened", COL_INT },
    { "updated", COL_INT },
    { "settled", COL_INT },
    { "resolved", COL_INT },
    { "findings", COL_INT },
    { "reopened", COL_INT },
    { "cause", COL_TEXT },
    { "resolution", COL_TEXT },
    { "case_id", COL_TEXT },
    { .name = NULL },
};
/* In the detail "findings" is the list itself, so the number has another name there. */
static const struct col detail_columns[] = {
    { "id", COL_TEXT },           { "seq", COL_INT },       { "fingerprint", COL_TEXT }, { "state", COL_TEXT },
    { "severity", COL_SEVERITY }, { "pipeline", COL_TEXT }, { "title", COL_TEXT },       { "opened", COL_INT },
    { "updated", COL_INT },       { "settled", COL_INT },   { "resolved", COL_INT },     { "finding_count", COL_INT },
    { "reopened", COL_INT },      { "cause", COL_TEXT },    { "resolution", COL_TEXT },  { "case_id", COL_TEXT },
    { "label", COL_JSON },        { .name = NULL },
};
const struct col finding_columns[] = {
    { "id", COL_TEXT },       { "seq", COL_INT },           { "time", COL_INT },      { "series", COL_TEXT },
    { "pipeline", COL_TEXT }, { "step", COL_TEXT },         { "run", COL_TEXT },      { "kind", COL_TEXT },
    { "detector", COL_TEXT }, { "severity", COL_SEVERITY }, { "started", COL_INT },   { "ended", COL_INT },
    { "value", COL_REAL },    { "low", COL_REAL },          { "high", COL_REAL },     { "score", COL_REAL },
    { "summary", COL_TEXT },  { "evidence", COL_JSON },     { "incident", COL_TEXT }, { "suppressed", COL_TEXT },
    { .name = NULL },
};
static const struct col cause_columns[] = {
    { "rank", COL_INT },   { "kind", COL_TEXT },     { "subject", COL_TEXT }, { "score", COL_REAL },
    { "title", COL_TEXT }, { "evidence", COL_JSON }, { .name = NULL },
};
const struct col proposal_columns[] = {
    { "id", COL_TEXT },     { "seq", COL_INT },        { "case_id", COL_TEXT },    { "incident", COL_TEXT },
    { "rank", COL_INT },    { "remedy", COL_TEXT },    { "pipeline", COL_TEXT },   { "step", COL_TEXT },
    { "args", COL_JSON },   { "cause", COL_TEXT },     { "confidence", COL_REAL }, { "cost_usd", COL_REAL },
    { "leaves", COL_TEXT }, { "plan_hash", COL_TEXT }, { "summary", COL_TEXT },    { .name = NULL },
};
const struct col decision_columns[] = {
    { "id", COL_TEXT },       { "seq", COL_INT },         { "time", COL_INT },      { "case_id", COL_TEXT },
    { "incident", COL_TEXT }, { "proposal", COL_TEXT },   { "verdict", COL_TEXT },  { "rule", COL_TEXT },
    { "because", COL_TEXT },  { "confidence", COL_REAL }, { "cost_usd", COL_REAL }, { "facts", COL_JSON },
    { "policy", COL_TEXT },   { .name = NULL },
};
const struct col effect_columns[] = {
    { "id", COL_TEXT },       { "seq", COL_INT },     { "case_id", COL_TEXT }, { "incident", COL_TEXT },
    { "decision", COL_TEXT }, { "kind", COL_TEXT },   { "remedy", COL_TEXT },  { "target", COL_TEXT },
    { "args", COL_JSON },     { "state", COL_TEXT },  { "attempt", COL_INT },  { "due", COL_INT },
    { "pid", COL_INT },       { "started", COL_INT }, { "ended", COL_INT },    { "outcome", COL_JSON },
    { .name = NULL },
};
static const struct col pipeline_columns[] = { { "pipeline", COL_TEXT }, { "first_time", COL_INT }, { .name = NULL } };

static str text_or_none(const struct request *req, const char *name)
{
    str s = http_query(req, name);
    return s.ptr ? s : STR("");
}

static void list(struct request *req, struct response *res)
{
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(text_or_none(req, "state")),
                          V(text_or_none(req, "pipeline")), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_INCIDENTS, incident_columns, 1, vals, 4);
}

static void get(struct request *req, struct response *res)
{
    static const struct {
        const char *key;
        enum sql id;
        const struct col *columns;
    } parts[] = {
        { "pipelines", SQL_API_INCIDENT_PIPELINES, pipeline_columns },
        { "findings", SQL_API_INCIDENT_FINDINGS, finding_columns },
        { "causes", SQL_API_INCIDENT_CAUSES, cause_columns },
        { "proposals", SQL_API_INCIDENT_PROPOSALS, proposal_columns },
        { "decisions", SQL_API_INCIDENT_DECISIONS, decision_columns },
        { "effects", SQL_API_INCIDENT_EFFECTS, effect_columns },
        { "approvals", SQL_API_INCIDENT_APPROVALS, approval_columns },
        { "cases", SQL_API_INCIDENT_CASES, case_columns },
    };
    struct view v;
    const struct val id[] = { V(req->path_args[0]) };
    if (!view_object(&v, req, res, "incident", detail_columns, SQL_API_INCIDENT, id, 1)) return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        view_list(&v, parts[i].key, parts[i].columns, tx_query_n(v.tx, parts[i].id, id, 1));
    jw_close(&v.w);
    view_close(&v);
}

static void close_one(struct request *req, struct response *res)
{
    reply_comment(req, res, STR("incident.closed"), NULL);
}

/* The newest word of a person counts, whatever the state of the incident. */
static void label_one(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct buf body = buf_init(1 << 20);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_bool(&w, "real", json_bool(json_get(req->json, "real"), false));
    jw_str(&w, "comment", json_str(json_get(req->json, "comment"), STR("")));
    jw_close(&w);
    if (reply_input(req, res, STR("incident.labelled"), req->path_args[0], &body, &seq)) reply_seq(res, seq, NULL);
    buf_done(&body);
}

static void findings(struct request *req, struct response *res)
{
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(text_or_none(req, "pipeline")),
                          V(text_or_none(req, "series")), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_FINDINGS, finding_columns, 1, vals, 4);
}

static void decisions(struct request *req, struct response *res)
{
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(text_or_none(req, "verdict")),
                          V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_DECISIONS, decision_columns, 1, vals, 3);
}

static void effects(struct request *req, struct response *res)
{
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(text_or_none(req, "state")),
                          V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_EFFECTS, effect_columns, 1, vals, 3);
}

const struct route api_incident_routes[] = {
    { "GET", "/api/v1/incidents", ROLE_VIEWER, "incidents",
      "Incidents, newest first; state=active is everything that is not resolved",
      QUERY_PAGE_SEQ " state:enum(open|diagnosed|mitigating|resolved|active) pipeline:string(0..120)", NULL,
      "Incident[]", 200, 0, list },
    { "GET", "/api/v1/incidents/{id}", ROLE_VIEWER, "incidents",
      "One incident with findings, causes, proposals, decisions, effects, approvals and cases", NULL, NULL,
      "IncidentDetail", 200, 0, get },
    { "POST", "/api/v1/incidents/{id}/close", ROLE_OPERATOR, "incidents", "Close it by hand", NULL, "Comment", "Seq",
      200, 64 << 10, close_one },
    { "POST", "/api/v1/incidents/{id}/label", ROLE_OPERATOR, "incidents",
      "Say whether it was real: what backtests and models learn from", NULL, "Label", "Seq", 200, 64 << 10, label_one },
    { "GET", "/api/v1/findings", ROLE_VIEWER, "incidents", "Findings, newest first",
      QUERY_PAGE_SEQ " pipeline:string(0..120) series:string(0..300)", NULL, "Finding[]", 200, 0, findings },
    { "GET", "/api/v1/decisions", ROLE_VIEWER, "incidents", "Decisions, newest first",
      QUERY_PAGE_SEQ " verdict:enum(execute|escalate|monitor|deny)", NULL, "Decision[]", 200, 0, decisions },
    { "GET", "/api/v1/effects", ROLE_VIEWER, "incidents", "Effects, newest first",
      QUERY_PAGE_SEQ " state:enum(pending|started|done|failed|unknown|held)", NULL, "Effect[]", 200, 0, effects },
    ROUTES_END,
};
