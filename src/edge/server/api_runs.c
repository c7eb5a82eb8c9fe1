/* Runs: what `weir run` reports, one event or a spool of them. */
#include "edge/server/columns.h"
#include "edge/server/server_internal.h"

const struct col run_columns[] = {
    { "id", COL_TEXT },       { "pipeline", COL_TEXT }, { "step", COL_TEXT },   { "attempt", COL_INT },
    { "state", COL_TEXT },    { "started", COL_INT },   { "ended", COL_INT },   { "duration_us", COL_INT },
    { "exit_code", COL_INT }, { "signal", COL_INT },    { "rows", COL_INT },    { "bytes", COL_INT },
    { "peak_kb", COL_INT },   { "cpu_us", COL_INT },    { "sync_us", COL_INT }, { "effect", COL_TEXT },
    { "output", COL_TEXT },   { "detail", COL_JSON },   { "seq", COL_INT },     { .name = NULL },
};

static void get(struct request *req, struct response *res)
{
    reply_object(req, res, "run", run_columns, SQL_API_RUN);
}

/* The event without its envelope ("event", "id"): the body of the input. */
static str event_body(json *event, struct arena *a)
{
    struct buf b = buf_init(1 << 20);
    struct jw w = jw_init(&b);
    json *key, *v;
    size_t i, n;
    jw_open(&w, NULL);
    json_obj_foreach(event, i, n, key, v)
    {
        const char *name = yyjson_get_str(key);
        if (strcmp(name, "event") != 0 && strcmp(name, "id") != 0) jw_raw(&w, name, json_text(v, a));
    }
    jw_close(&w);
    str text = b.full ? STR_NONE : str_dup(a, buf_view(&b));
    buf_done(&b);
    return text;
}

static err read_event(json *event, str actor, struct arena *a, struct input *in)
{
    bool started = STR_IS(json_get_str(event, "event"), "started");
    *in = (struct input){ .kind = started ? STR("run.started") : STR("run.finished"),
                          .subject = json_get_str(event, "id"),
                          .actor = actor };
    in->body = event_body(event, a);
    if (!started && !json_get(event, "ended")) return err_make(ERR_INPUT, "a finished run needs \"ended\"");
    return in->body.ptr ? OK : err_make(ERR_LIMIT, "a run event is at most 1 MiB");
}

static void add(struct request *req, struct response *res)
{
    int64_t seq = 0;
    struct input in;
    err e = read_event(req->json, req->actor, req->arena, &in);
    if (!e.code) e = http_input(req, &in, &seq);
    if (e.code) http_problem_rule(res, e);
    else reply_seq(res, seq, NULL);
}

/* Events that can be read become inputs; index[i] is the place of input i in the batch, and what cannot be read stays
 * in results with its error. Gives the number of inputs. */
static size_t read_events(struct request *req, struct input *inputs, size_t *index, struct input_result *results)
{
    json *one;
    size_t i, n, count = 0;
    yyjson_arr_foreach(req->json, i, n, one)
    {
        results[i] = (struct input_result){ .result = read_event(one, req->actor, req->arena, &inputs[count]) };
        if (!results[i].result.code) index[count++] = i;
    }
    return count;
}

static void add_batch(struct request *req, struct response *res)
{
    size_t n = yyjson_arr_size(req->json); /* the schema says how many at most */
    struct input *inputs = ARENA_ARRAY(req->arena, struct input, n + 1);
    struct input_result *results = ARENA_ARRAY(req->arena, struct input_result, n + 1),
                        *applied = ARENA_ARRAY(req->arena, struct input_result, n + 1);
    size_t *index = ARENA_ARRAY(req->arena, size_t, n + 1), count = read_events(req, inputs, index, results);
    http_inputs(req, inputs, count, applied);
    for (size_t i = 0; i < count; i++) {
        results[index[i]] = applied[i];
        if (!applied[i].result.code || err_lasting(applied[i].result)) continue;
        http_problem_err(res, applied[i].result);
        return;
    }
    reply_batch(res, results, n);
}

err server_run_event(struct server *s, str event, str actor)
{
    struct arena a = arena_init(8 << 20);
    struct input in;
    json *v = NULL;
    int64_t seq = 0;
    err e = json_parse(event, &a, &v);
    if (!e.code) e = schema_check(s->schemas, schemas_get(s->schemas, STR("RunEvent")), v);
    if (!e.code) e = read_event(v, actor, &a, &in);
    if (!e.code) e = server_input(s, &in, &seq);
    arena_done(&a);
    if (err_lasting(e)) e.code = ERR_INPUT;
    return e;
}

const struct route api_run_routes[] = {
    { "POST", "/api/v1/runs", ROLE_INGEST, "runs", "A run started or finished", NULL, "RunEvent", "Seq", 201, 1 << 20,
      add },
    { "POST", "/api/v1/runs/batch", ROLE_INGEST, "runs", "Several run events, in order; the valid ones are kept", NULL,
      "RunEvents", "Batch", 200, 0, add_batch },
    { "GET", "/api/v1/runs/{id}", ROLE_VIEWER, "runs", "One run", NULL, NULL, "Run", 200, 0, get },
    ROUTES_END,
};
