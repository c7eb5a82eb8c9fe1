/* Runs: what `weir run` reports, one event or a spool of them. */
#include "edge/server/columns.h"
#include "edge/server/server_internal.h"

const struct col run_columns[] = {
    { "id", COL_TEXT },        { "pipeline", COL_TEXT }, { "step", COL_TEXT },    { "attempt", COL_INT }, { "state", COL_TEXT },
    { "started", COL_INT },    { "ended", COL_INT },     { "duration_us", COL_INT }, { "exit_code", COL_INT }, { "signal", COL_INT },
    { "rows", COL_INT },       { "bytes", COL_INT },     { "peak_kb", COL_INT },  { "cpu_us", COL_INT },  { "sync_us", COL_INT },
    { "effect", COL_TEXT },    { "output", COL_TEXT },   { "detail", COL_JSON },  { "seq", COL_INT },     { .name = NULL },
};

static void get(struct request *req, struct response *res)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    struct rows *r = tx_query(v.tx, SQL_API_RUN, V(req->path_args[0]));
    if (!rows_next(r)) {
        view_missing(&v, "run", req->path_args[0]);
        return;
    }
    jw_open(&v.w, NULL);
    row_write(&v.w, r, run_columns);
    jw_close(&v.w);
    rows_end(r);
    view_close(&v);
}

/* The event without its envelope ("event", "id"): the body of the input. */
static str event_body(json *event, struct arena *a)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    json *key, *v;
    size_t i, n;
    jw_open(&w, NULL);
    yyjson_obj_foreach(event, i, n, key, v)
    {
        const char *name = yyjson_get_str(key);
        if (strcmp(name, "event") != 0 && strcmp(name, "id") != 0) jw_raw(&w, name, json_text(v, a));
    }
    jw_close(&w);
    str text = b.full ? STR_NONE : str_dup(a, buf_view(&b));
    buf_done(&b);
    return text;
}

static err apply_event(struct request *req, json *event, int64_t *seq)
{
    bool started = STR_IS(json_get_str(event, "event"), "started");
    struct input in = { .kind = started ? STR("run.started") : STR("run.finished"), .subject = json_get_str(event, "id"), .actor = req->actor };
    in.body = event_body(event, req->arena);
    if (!started && !json_get(event, "ended")) return err_make(ERR_INPUT, "a finished run needs \"ended\"");
    if (!in.body.ptr) return err_make(ERR_LIMIT, "a run event is at most 1 MiB");
    return http_input(req, &in, seq);
}

static void add(struct request *req, struct response *res)
{
    int64_t seq = 0;
    err e = apply_event(req, req->json, &seq);
    if (e.code) http_problem_rule(res, e);
    else reply_seq(res, seq, NULL);
}

/* Errors that the same event would meet again; the others are worth another try of the whole batch. */
static bool lasting(err e)
{
    return e.code == ERR_INPUT || e.code == ERR_NOT_FOUND || e.code == ERR_CONFLICT || e.code == ERR_LIMIT || e.code == ERR_DENIED;
}

static void add_batch(struct request *req, struct response *res)
{
    json *one;
    size_t i, n;
    int64_t accepted = 0, duplicates = 0;
    struct buf refused = buf_init(1 << 20);
    struct jw bad = jw_init(&refused);
    jw_array(&bad, NULL);
    yyjson_arr_foreach(req->json, i, n, one)
    {
        int64_t seq = 0;
        err e = apply_event(req, one, &seq);
        if (e.code && !lasting(e)) {
            buf_done(&refused);
            http_problem_err(res, e);
            return;
        }
        accepted += !e.code && seq;
        duplicates += !e.code && !seq;
        if (!e.code) continue;
        jw_open(&bad, NULL);
        jw_i64(&bad, "index", (int64_t)i);
        jw_strz(&bad, "problem", e.msg);
        jw_close(&bad);
    }
    jw_array_end(&bad);
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_i64(&w, "accepted", accepted);
    jw_i64(&w, "duplicates", duplicates);
    jw_raw(&w, "refused", buf_view(&refused));
    jw_close(&w);
    buf_done(&refused);
}

const struct route api_run_routes[] = {
    { "POST", "/api/v1/runs", ROLE_INGEST, "runs", "A run started or finished", NULL, "RunEvent", "Seq", 201, 1 << 20, add },
    { "POST", "/api/v1/runs/batch", ROLE_INGEST, "runs", "Several run events, in order; the valid ones are kept", NULL, "RunEvents", "Batch", 200, 0, add_batch },
    { "GET", "/api/v1/runs/{id}", ROLE_VIEWER, "runs", "One run", NULL, NULL, "Run", 200, 0, get },
    ROUTES_END,
};
