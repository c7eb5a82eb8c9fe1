/* What feeds what, what a change breaks, and jobs that are declared. */
#include "edge/lineage/cache.h"
#include "edge/lineage/declare.h"
#include "edge/lineage/sql_read.h"
#include "edge/observe/ingest.h"
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

enum { JOBS_MAX = 2000, SQL_MEMORY = 128 << 20, TABLES_KNOWN_MAX = 512, LINEAGE_BODY_MAX = 32 << 20, WALK = 500 };

/* A question to the graph: the view and the locked copy, or a problem in res. */
struct question {
    struct view v;
    struct lineage_cache *cache;
    const struct lineage_graph *g;
};

static bool ask(struct question *q, struct request *req, struct response *res)
{
    q->cache = server_of(req)->lineage;
    if (!view_open(&q->v, req, res)) return false;
    err e = lineage_cache_begin(q->cache, q->v.tx, &q->g);
    if (!e.code) return true;
    tx_fail(q->v.tx, e);
    view_close(&q->v);
    return false;
}

static void answered(struct question *q)
{
    lineage_cache_end(q->cache);
    view_close(&q->v);
}

static void not_found(struct question *q, str name, size_t others)
{
    struct arena *a = q->v.req->arena;
    lineage_cache_end(q->cache);
    if (others > 1)
        name =
            str_fmt(a, STR_FMT ": %zu datasets end so; give more of its name", STR_ARG(str_cut(name, 0, 200)), others);
    view_missing(&q->v, "node", name);
}

/* Of pipelines and declared jobs, who answers for them. */
static str owner_of(struct question *q, enum node_kind kind, str id)
{
    if (kind != NODE_PIPELINE && kind != NODE_JOB) return STR("");
    str name = id, prefix;
    (void)str_next(&name, ':', &prefix);
    struct rows *r = kind == NODE_PIPELINE ? tx_query(q->v.tx, SQL_PIPELINE_OWNER, V(name))
                                           : tx_query(q->v.tx, SQL_LINEAGE_JOB_OWNER, V(id));
    str owner = rows_next(r) ? rows_dup(r, 0, q->v.req->arena) : STR("");
    rows_end(r);
    return owner;
}

static void write_node(struct question *q, uint32_t node)
{
    struct arena *a = q->v.req->arena;
    struct lineage_node n = lineage_node(q->g, node);
    str label = lineage_label(q->g, node, a), id = str_fmt(a, "%s:" STR_FMT, node_kind_name(n.kind), STR_ARG(label));
    jw_str(&q->v.w, "id", id);
    jw_strz(&q->v.w, "kind", node_kind_name(n.kind));
    jw_str(&q->v.w, "name", label);
    jw_str(&q->v.w, "owner", owner_of(q, n.kind, id));
}

static void write_visit(struct question *q, const struct lineage_visits *v, size_t i)
{
    jw_open(&q->v.w, NULL);
    write_node(q, v->items[i].node);
    jw_i64(&q->v.w, "from", v->items[i].from);
    jw_i64(&q->v.w, "depth", v->items[i].depth);
    if (v->items[i].edge != LINEAGE_NONE) {
        struct lineage_edge e = lineage_edge(q->g, v->items[i].edge);
        if (e.via != LINEAGE_NONE) {
            jw_strz(&q->v.w, "flow", flow_kind_name(e.kind));
            jw_str(&q->v.w, "via", lineage_label(q->g, e.via, q->v.req->arena));
        }
        jw_i64(&q->v.w, "seq", e.seq);
    }
    jw_close(&q->v.w);
}

static void walk(struct request *req, struct response *res)
{
    struct question q;
    size_t others;
    str name = http_query(req, "node"), direction = http_query(req, "direction");
    struct lineage_walk w = { .up = STR_IS(direction, "up"),
                              .depth = (unsigned)http_query_i64(req, "depth", 0),
                              .max = (size_t)http_query_i64(req, "limit", WALK) };
    struct lineage_visits v;
    if (!ask(&q, req, res)) return;
    uint32_t node = lineage_named(q.g, name, &others);
    if (node == LINEAGE_NONE) {
        not_found(&q, name, others);
        return;
    }
    err e = lineage_visit(q.g, node, &w, req->arena, &v);
    if (e.code) tx_fail(q.v.tx, e);
    jw_open(&q.v.w, NULL);
    jw_array(&q.v.w, "nodes");
    for (size_t i = 0; !e.code && i < v.count; i++) write_visit(&q, &v, i);
    jw_array_end(&q.v.w);
    jw_bool(&q.v.w, "cut", !e.code && v.cut);
    jw_close(&q.v.w);
    answered(&q);
}

static void impact(struct request *req, struct response *res)
{
    struct question q;
    size_t others;
    struct impacts im;
    str name = http_query(req, "column");
    if (!ask(&q, req, res)) return;
    uint32_t column = lineage_column_named(q.g, name, &others);
    if (column == LINEAGE_NONE) {
        not_found(&q, name, others);
        return;
    }
    err e = lineage_impact(q.g, column, (size_t)http_query_i64(req, "limit", WALK), req->arena, &im);
    if (e.code) tx_fail(q.v.tx, e);
    jw_open(&q.v.w, NULL);
    jw_array(&q.v.w, "nodes");
    for (size_t i = 0; !e.code && i < im.count; i++) {
        jw_open(&q.v.w, NULL);
        write_node(&q, im.items[i].node);
        jw_i64(&q.v.w, "from", im.items[i].from);
        jw_strz(&q.v.w, "impact", impact_kind_name(im.items[i].kind));
        jw_strz(&q.v.w, "flow", flow_kind_name(im.items[i].flow));
        jw_close(&q.v.w);
    }
    jw_array_end(&q.v.w);
    jw_bool(&q.v.w, "cut", !e.code && im.cut);
    jw_close(&q.v.w);
    answered(&q);
}

/* --- Jobs --- */

static size_t names(json *list, str *out, size_t max)
{
    size_t i, n, count = 0;
    json *one;
    yyjson_arr_foreach(list, i, n, one) if (count < max && yyjson_is_str(one)) out[count++] = json_str(one, STR(""));
    return count;
}

/* Columns of the datasets that the text reads, as far as they were seen. */
static size_t known_columns(struct tx *tx, const struct declared *d, const struct sql_lineage *l,
                            struct sql_schema *out, struct arena *a)
{
    size_t count = 0;
    for (size_t i = 0; i < l->count; i++)
        for (size_t k = 0; k < l->statements[i].read_count && count < TABLES_KNOWN_MAX; k++) {
            str table = l->statements[i].reads[k];
            json *list = NULL;
            struct rows *r = tx_query(tx, SQL_DATASET_SCHEMA_GET, V(declared_dataset(d, table, a)));
            str text = rows_next(r) ? rows_dup(r, 0, a) : STR("");
            rows_end(r);
            if (!text.len || json_parse(text, a, &list).code) continue;
            str *columns = arena_try(a, (yyjson_arr_size(list) + 1) * sizeof *columns);
            if (!columns) return count;
            size_t n = names(list, columns, yyjson_arr_size(list));
            if (n) out[count++] = (struct sql_schema){ table, columns, n };
        }
    return count;
}

/* Read twice: once for the tables, then with what is known of their columns. */
static err read_sql(struct request *req, const struct declared *d, json *job, struct arena *a, struct sql_lineage *l)
{
    struct sql_schema known[TABLES_KNOWN_MAX];
    struct sql_options o = { .schemas = known };
    struct tx *tx;
    str dialect = json_get_str(job, "dialect");
    if (dialect.len && !sql_dialect_of(dialect, &o.dialect))
        return err_make(ERR_INPUT, "no dialect '" STR_FMT "'", STR_ARG(str_cut(dialect, 0, 40)));
    err e = sql_read(json_get_str(job, "sql"), &o, a, l, NULL);
    if (e.code) return e;
    e = store_read(server_store(req->ctx), &tx);
    if (e.code) return e;
    o.schema_count = known_columns(tx, d, l, known, a);
    e = tx_err(tx);
    store_read_end(tx);
    if (!e.code && o.schema_count) e = sql_read(json_get_str(job, "sql"), &o, a, l, NULL);
    return e;
}

static err read_job(struct request *req, json *job, struct input *out)
{
    struct arena scratch = arena_init(SQL_MEMORY);
    json *inputs = json_get(job, "inputs"), *outputs = json_get(job, "outputs");
    struct declared d = { .job = json_get_str(job, "job"),
                          .pipeline = json_bool(json_get(job, "pipeline"), false),
                          .owner = json_get_str(job, "owner"),
                          .origin = json_get_str(job, "origin"),
                          .space = json_get_str(job, "namespace") };
    str *in = ARENA_ARRAY(&scratch, str, yyjson_arr_size(inputs) + 1),
        *to = ARENA_ARRAY(&scratch, str, yyjson_arr_size(outputs) + 1);
    d.input_count = names(inputs, in, yyjson_arr_size(inputs));
    d.output_count = names(outputs, to, yyjson_arr_size(outputs));
    d.inputs = in;
    d.outputs = to;
    struct sql_lineage l = { 0 };
    err e = json_get_str(job, "sql").len ? read_sql(req, &d, job, &scratch, &l) : OK;
    if (!e.code) e = declared_input(&d, &l, req->actor, req->arena, out);
    if (!e.code) e = str_keep(req->arena, out->subject, &out->subject);
    arena_done(&scratch);
    return e;
}

/* A job whose body is one of an input already: a manifest that was read by the command. */
static err take_job(struct request *req, json *job, struct input *out)
{
    if (!json_get(job, "flows")) return read_job(req, job, out);
    *out = (struct input){ .kind = STR("lineage.declared"),
                           .subject = json_get_str(job, "job"),
                           .actor = req->actor,
                           .body = json_text(job, req->arena) };
    return OK;
}

static void write_taken(struct response *res, int64_t accepted, int64_t same, const struct refusals *refused)
{
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_i64(&w, "accepted", accepted);
    jw_i64(&w, "duplicates", same);
    jw_i64(&w, "refused_count", (int64_t)refused->total);
    jw_array(&w, "refused");
    for (size_t i = 0; i < refused->kept; i++) {
        jw_open(&w, NULL);
        jw_i64(&w, "index", (int64_t)refused->items[i].index);
        jw_str(&w, "problem", refused->items[i].reason);
        jw_close(&w);
    }
    jw_array_end(&w);
    jw_close(&w);
}

static void declare(struct request *req, struct response *res)
{
    json *jobs = json_get(req->json, "jobs"), *one;
    size_t i, n, count = yyjson_arr_size(jobs);
    struct refusals *refused = arena_new(req->arena, sizeof *refused);
    struct input *items = arena_try(req->arena, (count + 1) * sizeof *items);
    size_t *index = arena_try(req->arena, (count + 1) * sizeof *index), read = 0;
    struct applied *done = arena_try(req->arena, (count + 1) * sizeof *done);
    struct ingest *in = server_ingest(req->ctx);
    if (!in || !done || count > JOBS_MAX) {
        http_problem_rule(res, err_make(in ? ERR_LIMIT : ERR_STOPPED, "at most %d jobs in one call", JOBS_MAX));
        return;
    }
    yyjson_arr_foreach(jobs, i, n, one)
    {
        err e = take_job(req, one, &items[read]);
        if (e.code) refuse(refused, req->arena, i, e);
        else index[read++] = i;
    }
    int64_t accepted = 0, same = 0;
    ingest_inputs(in, items, read, done);
    for (i = 0; i < read; i++) {
        if (done[i].result.code) refuse(refused, req->arena, index[i], done[i].result);
        accepted += !done[i].result.code && done[i].seq;
        same += !done[i].result.code && !done[i].seq;
    }
    write_taken(res, accepted, same, refused);
}

const struct route api_lineage_routes[] = {
    { "GET", "/api/v1/lineage/walk", ROLE_VIEWER, "lineage", "What feeds a node, or what it feeds, nearest first",
      "node:string(0..1200) direction:enum(up|down) depth:integer(0..1000) limit:integer(1..10000)", NULL,
      "LineageWalk", 200, 0, walk },
    { "GET", "/api/v1/lineage/impact", ROLE_VIEWER, "lineage", "What breaks when a column changes, surest first",
      "column:string(0..1200) limit:integer(1..10000)", NULL, "LineageImpact", 200, 0, impact },
    { "POST", "/api/v1/lineage/jobs", ROLE_OPERATOR, "lineage", "Declare jobs: what they read and write, or their SQL",
      NULL, "LineageJobs", "Taken", 200, LINEAGE_BODY_MAX, declare },
    ROUTES_END,
};
