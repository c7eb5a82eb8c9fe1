/* Cases: one execution of an agent graph, step by step. */
#include "edge/server/columns.h"
#include "edge/server/server_internal.h"

const struct col case_columns[] = {
    { "id", COL_TEXT },     { "seq", COL_INT },     { "incident", COL_TEXT },    { "graph", COL_TEXT },
    { "node", COL_TEXT },   { "status", COL_TEXT }, { "waiting_for", COL_TEXT }, { "steps", COL_INT },
    { "started", COL_INT }, { "ended", COL_INT },   { "cost_usd", COL_REAL },    { "forked_from", COL_TEXT },
    { .name = NULL },
};
static const struct col detail_columns[] = {
    { "id", COL_TEXT },     { "seq", COL_INT },     { "incident", COL_TEXT },    { "graph", COL_TEXT },
    { "node", COL_TEXT },   { "status", COL_TEXT }, { "waiting_for", COL_TEXT }, { "step_count", COL_INT },
    { "started", COL_INT }, { "ended", COL_INT },   { "cost_usd", COL_REAL },    { "forked_from", COL_TEXT },
    { "state", COL_JSON },  { .name = NULL },
};
static const struct col step_columns[] = {
    { "step", COL_INT }, { "node", COL_TEXT },    { "agent", COL_TEXT }, { "seq", COL_INT },
    { "time", COL_INT }, { "summary", COL_TEXT }, { "state", COL_JSON }, { .name = NULL },
};

static void list(struct request *req, struct response *res)
{
    str status = http_query(req, "status"), incident = http_query(req, "incident");
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(status.ptr ? status : STR("")),
                          V(incident.ptr ? incident : STR("")), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_CASES, case_columns, 1, vals, 4);
}

static void get(struct request *req, struct response *res)
{
    struct view v;
    const struct val id[] = { V(req->path_args[0]) };
    if (!view_object(&v, req, res, "case", detail_columns, SQL_API_CASE, id, 1)) return;
    view_list(&v, "steps", step_columns, tx_query_n(v.tx, SQL_API_CASE_STEPS, id, 1));
    jw_close(&v.w);
    view_close(&v);
}

static void fork_one(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct buf body = buf_init(4096);
    buf_fmt(&body, "{\"step\":%lld}", (long long)json_get_i64(req->json, "step", 1));
    if (reply_input(req, res, STR("case.forked"), req->path_args[0], &body, &seq)) reply_seq(res, seq, NULL);
    buf_done(&body);
}

const struct route api_case_routes[] = {
    { "GET", "/api/v1/cases", ROLE_VIEWER, "cases", "Cases, newest first",
      QUERY_PAGE_SEQ " status:enum(running|waiting|done|failed) incident:string(0..64)", NULL, "Case[]", 200, 0, list },
    { "GET", "/api/v1/cases/{id}", ROLE_VIEWER, "cases", "One case, step by step", NULL, NULL, "CaseDetail", 200, 0,
      get },
    { "POST", "/api/v1/cases/{id}/fork", ROLE_OPERATOR, "cases", "Start a new case from one of its steps", NULL, "Fork",
      "Seq", 201, 64 << 10, fork_one },
    ROUTES_END,
};
