/* Who feeds whom: what runs and events show, and what is declared. lineage_edge and column_flow are the one graph:
 * incidents are grouped along it, causes are looked for along it, and the edge keeps a copy of it in memory for those
 * who ask. */
#include "core/incident/incident.h"

enum { FLOW_FIELDS = 5, NODE_BYTES_MAX = 1100 };

static str node_of(struct cx *cx, const char *kind, str name)
{
    return str_fmt(cx->a, "%s:" STR_FMT, kind, STR_ARG(name));
}

/* A dataset's columns differ from those seen last: a change of kind schema. */
static void see_columns(struct cx *cx, str pipeline, str dataset, json *columns)
{
    str now = json_text(columns, cx->a), before = STR("");
    struct rows *r = tx_query(cx->tx, SQL_DATASET_SCHEMA_GET, V(dataset));
    if (rows_next(r)) before = rows_dup(r, 0, cx->a);
    rows_end(r);
    if (str_eq(now, before)) return;
    tx_exec(cx->tx, SQL_DATASET_SCHEMA_SET, V(dataset), V(now), V(cx->seq));
    if (!before.len) return;
    struct body b;
    body_open(&b);
    jw_str(&b.w, "dataset", dataset);
    jw_raw(&b.w, "before", before);
    jw_raw(&b.w, "after", now);
    str summary = str_fmt(cx->a, "columns of " STR_FMT " changed", STR_ARG(dataset));
    str detail = str_dup(cx->a, (str){ b.buf.ptr, b.buf.len });
    detail = str_fmt(cx->a, STR_FMT "}", STR_ARG(detail)); /* what the entry says so far: dataset, before, after */
    int64_t seq = cx_derive(cx, &b, "schema.changed", dataset, "weir", STR(""), cx->seq);
    change_record(cx, pipeline, STR("schema"), summary, detail, seq);
}

static void see_edges(struct cx *cx, str self, json *inputs, json *outputs)
{
    size_t i, n;
    json *name;
    yyjson_arr_foreach(inputs, i, n, name) {
        tx_exec(cx->tx, SQL_LINEAGE_ADD, V(node_of(cx, "dataset", json_str(name, STR("")))), V(self), V(cx->seq));
    }
    yyjson_arr_foreach(outputs, i, n, name) {
        tx_exec(cx->tx, SQL_LINEAGE_ADD, V(self), V(node_of(cx, "dataset", json_str(name, STR("")))), V(cx->seq));
    }
}

static void see_schemas(struct cx *cx, str pipeline, json *v)
{
    size_t i, n;
    json *dataset, *columns;
    json_obj_foreach(json_get(v, "columns"), i, n, dataset, columns) {
        if (yyjson_is_arr(columns)) see_columns(cx, pipeline, json_str(dataset, STR("")), columns);
    }
}

/* flows: [[from dataset, from column, to dataset, to column, kind], ...]; what does not fit is left out. */
static void see_flows(struct cx *cx, str job, json *flows)
{
    size_t i, n;
    json *one;
    yyjson_arr_foreach(flows, i, n, one) {
        str f[FLOW_FIELDS];
        bool fits = yyjson_arr_size(one) == FLOW_FIELDS;
        for (size_t k = 0; fits && k < FLOW_FIELDS; k++) {
            f[k] = json_str(yyjson_arr_get(one, k), STR_NONE);
            fits = f[k].ptr != NULL && (f[k].len > 0 || k == 3) && f[k].len <= NODE_BYTES_MAX;
        }
        if (fits) tx_exec(cx->tx, SQL_COLUMN_FLOW_ADD, V(f[0]), V(f[1]), V(f[2]), V(f[3]), V(job), V(f[4]), V(cx->seq));
    }
}

void lineage_see(struct cx *cx, str pipeline, json *v)
{
    str self = node_of(cx, "pipeline", pipeline);
    see_edges(cx, self, json_get(v, "inputs"), json_get(v, "outputs"));
    see_schemas(cx, pipeline, v);
    see_flows(cx, self, json_get(v, "flows"));
}

/* What is declared replaces what the same job declared before. The edges of a pipeline stay: they were also seen at
 * work. */
static int64_t forget(struct cx *cx, str node, int64_t removed)
{
    int64_t gone = tx_exec(cx->tx, SQL_COLUMN_FLOW_FORGET, V(node));
    if (str_starts(node, STR("job:"))) gone += tx_exec(cx->tx, SQL_LINEAGE_FORGET, V(node));
    return gone > 0 ? cx->seq : removed;
}

/* A job as a file declares it: body job, pipeline [false], inputs, outputs, columns, flows, owner, origin. The same
 * again is nothing new. */
err input_lineage_declared(struct cx *cx)
{
    str name = json_get_str(cx->body, "job"), before = STR("");
    if (!name.len || name.len > NODE_BYTES_MAX)
        return err_make(ERR_INPUT, "a job has a name of 1 to %d bytes", NODE_BYTES_MAX);
    str node = node_of(cx, json_bool(json_get(cx->body, "pipeline"), false) ? "pipeline" : "job", name);
    str hash = sha256_hex(cx->in->body, cx->a);
    int64_t removed = 0;
    struct rows *r = tx_query(cx->tx, SQL_LINEAGE_JOB_GET, V(node));
    if (rows_next(r)) {
        before = rows_dup(r, 0, cx->a);
        removed = rows_i64(r, 1);
    }
    rows_end(r);
    if (str_eq(before, hash)) return OK;
    cx_enter(cx, STR(""), 0);
    if (before.len) removed = forget(cx, node, removed);
    see_edges(cx, node, json_get(cx->body, "inputs"), json_get(cx->body, "outputs"));
    see_schemas(cx, STR(""), cx->body);
    see_flows(cx, node, json_get(cx->body, "flows"));
    tx_exec(cx->tx, SQL_LINEAGE_JOB_SET, V(node), V(json_str(json_get(cx->body, "owner"), STR(""))),
            V(json_str(json_get(cx->body, "origin"), STR(""))), V(hash), V(cx->seq), V(removed));
    return OK;
}

/* Bounded on the way, so that a hub that feeds thousands does not hold up the writer. */
size_t lineage_near(struct cx *cx, str pipeline, bool up, str *out, size_t max)
{
    enum { HOPS_MAX = 12, NODES_MAX = 256 };
    const str prefix = STR("pipeline:");
    struct {
        str node;
        int hops;
    } queue[NODES_MAX] = { { node_of(cx, "pipeline", pipeline), 0 } };
    size_t count = 1, found = 0;
    for (size_t i = 0; i < count; i++) {
        if (queue[i].hops == HOPS_MAX) break;
        struct rows *r = tx_query(cx->tx, up ? SQL_DIAG_FEEDS : SQL_LINEAGE_FED, V(queue[i].node));
        while (rows_next(r)) {
            str node = rows_dup(r, 0, cx->a);
            bool known = count == NODES_MAX;
            for (size_t k = 0; k < count && !known; k++) known = str_eq(queue[k].node, node);
            if (known) continue;
            queue[count].node = node;
            queue[count++].hops = queue[i].hops + 1;
            if (str_starts(node, prefix) && found < max) out[found++] = str_cut(node, prefix.len, node.len);
        }
    }
    return found;
}
