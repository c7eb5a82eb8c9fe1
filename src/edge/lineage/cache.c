#include "edge/lineage/cache.h"

#include <pthread.h>

enum { GRAPH_BYTES_MAX = 1 << 30 };

struct lineage_cache {
    pthread_mutex_t lock;
    struct arena arena;
    struct lineage_graph *graph;
    int64_t edges, flows, removed; /* entries up to which it has been read */
};

struct lineage_cache *lineage_cache_new(void)
{
    struct lineage_cache *c = mem_new(sizeof *c);
    c->arena = arena_init(GRAPH_BYTES_MAX);
    (void)pthread_mutex_init(&c->lock, NULL);
    return c;
}

void lineage_cache_free(struct lineage_cache *c)
{
    if (!c) return;
    arena_done(&c->arena);
    (void)pthread_mutex_destroy(&c->lock);
    mem_free(c);
}

static err restart(struct lineage_cache *c, int64_t removed)
{
    arena_done(&c->arena);
    c->arena = arena_init(GRAPH_BYTES_MAX);
    c->edges = c->flows = 0;
    c->removed = removed;
    return lineage_new(&c->arena, NULL, &c->graph);
}

/* "dataset:db/a" -> its node. */
static err stored_node(struct lineage_cache *c, str text, uint32_t *id)
{
    str name = text, kind = STR_NONE;
    (void)str_next(&name, ':', &kind);
    for (enum node_kind k = NODE_DATASET; k < NODE_KINDS; k++)
        if (str_eq(kind, str_of(node_kind_name(k)))) return lineage_add_node(c->graph, k, name, id);
    return lineage_add_node(c->graph, NODE_DATASET, text, id);
}

static err read_edges(struct lineage_cache *c, struct tx *tx)
{
    err e = OK;
    struct rows *r = tx_query(tx, SQL_LINEAGE_EDGES_SINCE, V(c->edges));
    while (!e.code && rows_next(r)) {
        struct lineage_edge edge = { .via = LINEAGE_NONE, .seq = rows_i64(r, 2) };
        e = stored_node(c, rows_str(r, 0), &edge.from);
        if (!e.code) e = stored_node(c, rows_str(r, 1), &edge.to);
        if (!e.code) e = lineage_add_edge(c->graph, &edge);
        c->edges = edge.seq;
    }
    if (e.code) rows_end(r);
    return e.code ? e : tx_err(tx);
}

static err read_flow(struct lineage_cache *c, struct rows *r)
{
    uint32_t dataset = 0, to_dataset = 0;
    struct lineage_edge edge = { .kind = flow_kind_of(rows_str(r, 5)), .seq = rows_i64(r, 6) };
    err e = lineage_add_node(c->graph, NODE_DATASET, rows_str(r, 0), &dataset);
    if (!e.code) e = lineage_add_column(c->graph, dataset, rows_str(r, 1), &edge.from);
    if (!e.code) e = lineage_add_node(c->graph, NODE_DATASET, rows_str(r, 2), &to_dataset);
    edge.to = to_dataset;
    if (!e.code && rows_str(r, 3).len) e = lineage_add_column(c->graph, to_dataset, rows_str(r, 3), &edge.to);
    if (!e.code) e = stored_node(c, rows_str(r, 4), &edge.via);
    if (!e.code) e = lineage_add_edge(c->graph, &edge);
    c->flows = edge.seq;
    return e;
}

static err read_flows(struct lineage_cache *c, struct tx *tx)
{
    err e = OK;
    struct rows *r = tx_query(tx, SQL_COLUMN_FLOWS_SINCE, V(c->flows));
    while (!e.code && rows_next(r)) e = read_flow(c, r);
    if (e.code) rows_end(r);
    return e.code ? e : tx_err(tx);
}

err lineage_cache_begin(struct lineage_cache *c, struct tx *tx, const struct lineage_graph **out)
{
    (void)pthread_mutex_lock(&c->lock);
    int64_t removed = tx_get_i64_n(tx, SQL_LINEAGE_REMOVED, 0, TX_NO_VALS);
    err e = tx_err(tx);
    if (!e.code && (!c->graph || removed != c->removed)) e = restart(c, removed);
    if (!e.code) e = read_edges(c, tx);
    if (!e.code) e = read_flows(c, tx);
    if (e.code) {
        c->graph = NULL; /* half read: the next one begins anew */
        (void)pthread_mutex_unlock(&c->lock);
        return err_wrap(e, "lineage");
    }
    *out = c->graph;
    return OK;
}

void lineage_cache_end(struct lineage_cache *c)
{
    (void)pthread_mutex_unlock(&c->lock);
}

/* --- Names --- */

uint32_t lineage_column_named(const struct lineage_graph *g, str name, size_t *others)
{
    *others = 0;
    for (size_t i = name.len; i-- > 0;) { /* the last dot first: dots may stand in both names */
        if (name.ptr[i] != '.') continue;
        uint32_t dataset = lineage_find_dataset(g, str_cut(name, 0, i), others);
        uint32_t column =
            dataset == LINEAGE_NONE ? LINEAGE_NONE : lineage_find_column(g, dataset, str_cut(name, i + 1, name.len));
        if (column != LINEAGE_NONE || *others > 1) return column;
    }
    return LINEAGE_NONE;
}

uint32_t lineage_named(const struct lineage_graph *g, str name, size_t *others)
{
    str rest = name, kind = STR_NONE;
    *others = 0;
    bool prefixed = str_next(&rest, ':', &kind) && rest.ptr;
    if (prefixed && STR_IS(kind, "pipeline")) return lineage_find(g, NODE_PIPELINE, rest);
    if (prefixed && STR_IS(kind, "job")) return lineage_find(g, NODE_JOB, rest);
    if (prefixed && STR_IS(kind, "dataset")) return lineage_find_dataset(g, rest, others);
    if (prefixed && STR_IS(kind, "column")) return lineage_column_named(g, rest, others);
    uint32_t id = lineage_find(g, NODE_PIPELINE, name);
    if (id == LINEAGE_NONE) id = lineage_find(g, NODE_JOB, name);
    if (id == LINEAGE_NONE) id = lineage_find_dataset(g, name, others);
    if (id == LINEAGE_NONE && *others == 0) id = lineage_column_named(g, name, others);
    return id;
}
