/* Approvals: what waits for a person, and what the person said. */
#include "edge/server/columns.h"
#include "edge/server/server_internal.h"

#define APPROVAL_COLUMNS                                                                                               \
    { "id", COL_TEXT }, { "seq", COL_INT }, { "decision", COL_TEXT }, { "proposal", COL_TEXT },                        \
        { "case_id", COL_TEXT }, { "incident", COL_TEXT }, { "state", COL_TEXT }, { "plan_hash", COL_TEXT },           \
        { "target_digest", COL_TEXT }, { "policy", COL_TEXT }, { "requested", COL_INT }, { "requested_by", COL_TEXT }, \
        { "expires", COL_INT }, { "decided", COL_INT }, { "decided_by", COL_TEXT },                                    \
    {                                                                                                                  \
        "comment", COL_TEXT                                                                                            \
    }

const struct col approval_columns[] = { APPROVAL_COLUMNS, { .name = NULL } };
/* The list says what is asked for, so that nobody approves an id. */
static const struct col asked_columns[] = {
    APPROVAL_COLUMNS,      { "summary", COL_TEXT }, { "remedy", COL_TEXT },       { "pipeline", COL_TEXT },
    { "step", COL_TEXT },  { "leaves", COL_TEXT },  { "confidence", COL_REAL },   { "cost_usd", COL_REAL },
    { "cause", COL_TEXT }, { "title", COL_TEXT },   { "severity", COL_SEVERITY }, { .name = NULL },
};

static void list(struct request *req, struct response *res)
{
    str state = http_query(req, "state");
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(state.ptr ? state : STR("")),
                          V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_APPROVALS, asked_columns, 1, vals, 3);
}

static void decide(struct request *req, struct response *res, const char *verdict)
{
    int64_t seq = 0;
    struct buf body = buf_init(1 << 20);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_strz(&w, "verdict", verdict);
    jw_str(&w, "comment", json_str(json_get(req->json, "comment"), STR("")));
    jw_strz(&w, "role", role_text(req->role));
    jw_close(&w);
    if (reply_input(req, res, STR("approval.given"), req->path_args[0], &body, &seq)) reply_seq(res, seq, NULL);
    buf_done(&body);
}

static void approve(struct request *req, struct response *res)
{
    decide(req, res, "approve");
}

static void reject(struct request *req, struct response *res)
{
    decide(req, res, "reject");
}

const struct route api_approval_routes[] = {
    { "GET", "/api/v1/approvals", ROLE_VIEWER, "approvals", "Approvals, newest first",
      QUERY_PAGE_SEQ " state:enum(pending|approved|rejected|expired|invalid)", NULL, "Approval[]", 200, 0, list },
    { "POST", "/api/v1/approvals/{id}/approve", ROLE_APPROVER, "approvals", "Let it be done", NULL, "Comment", "Seq",
      200, 64 << 10, approve },
    { "POST", "/api/v1/approvals/{id}/reject", ROLE_APPROVER, "approvals", "Do not let it be done", NULL, "Comment",
      "Seq", 200, 64 << 10, reject },
    ROUTES_END,
};
