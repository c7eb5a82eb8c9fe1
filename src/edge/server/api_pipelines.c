/* Pipelines, their runs, and what feeds what. */
#include "edge/server/columns.h"
#include "edge/server/server_internal.h"

static const struct col pipeline_columns[] = {
    { "name", COL_TEXT },     { "source", COL_TEXT },      { "destination", COL_TEXT }, { "owner", COL_TEXT },
    { "tier", COL_INT },      { "environment", COL_TEXT }, { "every_us", COL_INT },     { "next", COL_INT },
    { "first_seen", COL_INT }, { "last_seen", COL_INT },   { "health", COL_TEXT },      { "declared", COL_BOOL },
    { "seq", COL_INT },
    { .name = NULL },
};

static void list(struct request *req, struct response *res)
{
    str cursor = http_query(req, "cursor");
    struct val vals[] = { V(cursor.ptr ? cursor : STR("")), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_PIPELINES, pipeline_columns, 0, vals, 2);
}

/* The declaration without what nobody needs to see: environments of steps may hold secrets. */
static void write_spec(struct jw *w, str text, struct arena *a)
{
    json *spec = NULL, *one, *knobs;
    size_t i, n;
    if (text.len && json_parse(text, a, &spec).code) spec = NULL;
    jw_array(w, "steps");
    json *steps = json_get(spec, "steps");
    if (steps) yyjson_arr_foreach(steps, i, n, one)
    {
        jw_open(w, NULL);
        jw_str(w, "name", json_get_str(one, "name"));
        jw_bool(w, "repeatable", json_bool(json_get(one, "repeatable"), false));
        jw_close(w);
    }
    jw_array_end(w);
    jw_raw(w, "after", json_get(spec, "after") ? json_text(json_get(spec, "after"), a) : STR("[]"));
    knobs = json_get(spec, "knobs");
    jw_raw(w, "knobs", knobs ? json_text(knobs, a) : STR("[]"));
}

static void get(struct request *req, struct response *res)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    struct rows *r = tx_query(v.tx, SQL_API_PIPELINE, V(req->path_args[0]));
    if (!rows_next(r)) {
        view_missing(&v, "pipeline", req->path_args[0]);
        return;
    }
    jw_open(&v.w, NULL);
    row_write(&v.w, r, pipeline_columns);
    write_spec(&v.w, rows_dup(r, 13, req->arena), req->arena);
    rows_end(r);
    jw_close(&v.w);
    view_close(&v);
}

static void create(struct request *req, struct response *res)
{
    int64_t seq = 0;
    str name = json_get_str(req->json, "name");
    struct buf body = buf_init(1 << 20);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "source", json_get_str(req->json, "source"));
    jw_str(&w, "destination", json_get_str(req->json, "destination"));
    jw_str(&w, "owner", json_str(json_get(req->json, "owner"), STR("")));
    jw_i64(&w, "tier", json_get_i64(req->json, "tier", 2));
    jw_str(&w, "environment", json_str(json_get(req->json, "environment"), STR("production")));
    jw_i64(&w, "every_us", json_get_i64(req->json, "every_us", 0));
    jw_close(&w);
    if (reply_input(req, res, STR("pipeline.registered"), name, &body, &seq)) {
        struct jw out = jw_init(&res->body);
        jw_open(&out, NULL);
        jw_str(&out, "name", name);
        jw_i64(&out, "seq", seq);
        jw_close(&out);
    }
    buf_done(&body);
}

static void runs(struct request *req, struct response *res)
{
    str step = http_query(req, "step");
    struct val vals[] = { V(req->path_args[0]), V(http_query_i64(req, "cursor", INT64_MAX)),
                          V(step.ptr ? step : STR("")), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_PIPELINE_RUNS, run_columns, 18, vals, 4);
}

/* ---- lineage ---- */

static const struct col edge_columns[] = {
    { "from", COL_TEXT }, { "to", COL_TEXT }, { "seq", COL_INT }, { .name = NULL }
};

static void write_node(struct jw *w, struct rows *r)
{
    str id = rows_str(r, 0), kind = STR_NONE, name = id;
    str_next(&name, ':', &kind);
    jw_open(w, NULL);
    jw_str(w, "id", id);
    jw_str(w, "kind", kind);
    jw_str(w, "name", name);
    if (rows_null(r, 1)) jw_null(w, "health");
    else jw_str(w, "health", rows_str(r, 1));
    jw_close(w);
}

static void lineage(struct request *req, struct response *res)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    jw_open(&v.w, NULL);
    jw_array(&v.w, "nodes");
    struct rows *r = tx_query_n(v.tx, SQL_API_NODES, TX_NO_VALS);
    while (rows_next(r)) write_node(&v.w, r);
    jw_array_end(&v.w);
    view_list(&v, "edges", edge_columns, tx_query_n(v.tx, SQL_API_EDGES, TX_NO_VALS));
    jw_close(&v.w);
    view_close(&v);
}

/* Every declared knob, with the value in force: the one that was set, else the declared default. */
static void write_knobs(struct view *v, str pipeline, str text, struct arena *a)
{
    json *spec = NULL, *one;
    size_t i, n;
    if (json_parse(text, a, &spec).code) return;
    json *declared = json_get(spec, "knobs");
    if (declared) yyjson_arr_foreach(declared, i, n, one)
    {
        str name = json_get_str(one, "name");
        struct rows *r = tx_query(v->tx, SQL_KNOB_GET, V(pipeline), V(name));
        str value = rows_next(r) ? rows_dup(r, 0, a) : json_get_str(one, "default");
        rows_end(r);
        jw_open(&v->w, NULL);
        jw_str(&v->w, "pipeline", pipeline);
        jw_str(&v->w, "name", name);
        jw_str(&v->w, "value", value);
        jw_str(&v->w, "effect", json_get_str(one, "effect"));
        jw_close(&v->w);
    }
}

static void knobs(struct request *req, struct response *res)
{
    struct view v;
    str pipeline = http_query(req, "pipeline");
    if (!view_open(&v, req, res)) return;
    jw_open(&v.w, NULL);
    jw_array(&v.w, "items");
    struct rows *r = tx_query(v.tx, SQL_API_KNOBS, V(pipeline.ptr ? pipeline : STR("")));
    while (rows_next(r)) {
        str name = rows_dup(r, 0, req->arena);
        write_knobs(&v, name, rows_str(r, 1), req->arena);
    }
    jw_array_end(&v.w);
    jw_null(&v.w, "next_cursor");
    jw_close(&v.w);
    view_close(&v);
}

const struct route api_pipeline_routes[] = {
    { "GET", "/api/v1/pipelines", ROLE_VIEWER, "pipelines", "All pipelines, by name", QUERY_PAGE, NULL, "Pipeline[]",
      200, 0, list },
    { "POST", "/api/v1/pipelines", ROLE_OPERATOR, "pipelines", "Register or describe a pipeline", NULL, "NewPipeline",
      "Named", 201, 64 << 10, create },
    { "GET", "/api/v1/pipelines/{name}", ROLE_VIEWER, "pipelines", "One pipeline with its declaration", NULL, NULL,
      "PipelineDetail", 200, 0, get },
    { "GET", "/api/v1/pipelines/{name}/runs", ROLE_VIEWER, "pipelines", "Its runs, newest first",
      QUERY_PAGE_SEQ " step:string(1..120)", NULL, "Run[]", 200, 0, runs },
    { "GET", "/api/v1/lineage", ROLE_VIEWER, "pipelines", "Which pipelines and datasets feed which", NULL, NULL,
      "Lineage", 200, 0, lineage },
    { "GET", "/api/v1/knobs", ROLE_INGEST, "pipelines", "Knobs and the values in force", "pipeline:string(0..120)",
      NULL, "Knob[]", 200, 0, knobs },
    ROUTES_END,
};
