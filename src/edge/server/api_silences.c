/* Silences and maintenance windows, and changes (deploys, configuration) that may explain what comes after. */
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

static const struct col silence_columns[] = {
    { "id", COL_TEXT },          { "seq", COL_INT },  { "pipeline", COL_TEXT }, { "kind", COL_TEXT },
    { "starts", COL_INT },       { "ends", COL_INT }, { "author", COL_TEXT },   { "comment", COL_TEXT },
    { "maintenance", COL_BOOL }, { .name = NULL },
};

static void list(struct request *req, struct response *res)
{
    bool active = STR_IS(http_query(req, "state"), "active");
    struct env *env = server_env(req->ctx);
    struct val vals[] = { V(http_query_i64(req, "cursor", INT64_MAX)), V(active ? env->wall(env) : (usec)0),
                          V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_SILENCES, silence_columns, 1, vals, 3);
}

static void add(struct request *req, struct response *res)
{
    int64_t seq = 0, starts = json_get_i64(req->json, "starts", 0), ends = json_get_i64(req->json, "ends", 0);
    struct env *env = server_env(req->ctx);
    if (!starts) starts = env->wall(env);
    if (ends <= starts) {
        http_problem_rule(res, err_make(ERR_INPUT, "/ends: must be after starts"));
        return;
    }
    struct buf body = buf_init(1 << 20);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "pipeline", json_str(json_get(req->json, "pipeline"), STR("")));
    jw_str(&w, "kind", json_str(json_get(req->json, "kind"), STR("")));
    jw_i64(&w, "starts", starts);
    jw_i64(&w, "ends", ends);
    jw_str(&w, "comment", json_str(json_get(req->json, "comment"), STR("")));
    jw_bool(&w, "maintenance", json_bool(json_get(req->json, "maintenance"), false));
    jw_close(&w);
    if (reply_input(req, res, STR("silence.added"), STR(""), &body, &seq)) reply_seq(res, seq, "sil-");
    buf_done(&body);
}

static void end(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct buf body = buf_init(64);
    buf_add(&body, STR("{}"));
    if (reply_input(req, res, STR("silence.ended"), req->path_args[0], &body, &seq)) res->content_type = STR("");
    buf_done(&body);
}

static void change(struct request *req, struct response *res)
{
    int64_t seq = 0;
    json *detail = json_get(req->json, "detail");
    struct buf body = buf_init(1 << 20);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "kind", json_get_str(req->json, "kind"));
    jw_str(&w, "summary", json_get_str(req->json, "summary"));
    jw_raw(&w, "detail", detail ? json_text(detail, req->arena) : STR("{}"));
    jw_close(&w);
    if (reply_input(req, res, STR("change.seen"), json_str(json_get(req->json, "pipeline"), STR("")), &body, &seq))
        reply_seq(res, seq, "chg-");
    buf_done(&body);
}

const struct route api_silence_routes[] = {
    { "GET", "/api/v1/silences", ROLE_VIEWER, "silences", "Silences and maintenance windows, newest first",
      QUERY_PAGE_SEQ " state:enum(active|all)", NULL, "Silence[]", 200, 0, list },
    { "POST", "/api/v1/silences", ROLE_OPERATOR, "silences",
      "Silence a pipeline, a kind of finding, or both, until a time", NULL, "NewSilence", "Created", 201, 64 << 10,
      add },
    { "DELETE", "/api/v1/silences/{id}", ROLE_OPERATOR, "silences", "End a silence now", NULL, NULL, NULL, 204,
      64 << 10, end },
    { "POST", "/api/v1/changes", ROLE_INGEST, "silences", "Tell of a change: a deploy, a configuration, a schema", NULL,
      "NewChange", "Created", 201, 1 << 20, change },
    ROUTES_END,
};
