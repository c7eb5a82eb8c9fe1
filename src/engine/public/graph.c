/* weir/graph.h over engine/lineage. */
#include "weir/graph.h"

#include <assert.h>

#include "engine/lineage/graph.h"
#include "engine/public/public.h"

static_assert((int)WEIR_COLUMN == (int)NODE_COLUMN && (int)WEIR_PIPELINE == (int)NODE_PIPELINE &&
                  WEIR_NO_NODE == LINEAGE_NONE,
              "public numbers are the inner ones");

enum { NODE_BYTES = 192, EDGE_BYTES = 80, VISIT_BYTES = 192, SLACK = 1 << 16, MAX_VISITS = 100000 };

struct weir_graph {
    struct arena arena; /* over the rest of the caller's memory */
    struct lineage_graph *graph;
};

static str inner(struct weir_text t)
{
    return (str){ t.ptr ? t.ptr : "", t.len };
}

static size_t times_plus(size_t n, size_t each, size_t sum)
{
    return each && n > (SIZE_MAX / 2 - sum) / each ? SIZE_MAX / 2 : sum + n * each;
}

size_t weir_graph_size(size_t nodes, size_t edges, size_t name_bytes)
{
    size_t each = name_bytes > SIZE_MAX / 4 ? SIZE_MAX / 4 : NODE_BYTES + name_bytes + 32;
    return times_plus(edges, 2 * EDGE_BYTES, times_plus(nodes, 2 * each, SLACK));
}

int weir_graph_init(void *memory, size_t size, weir_graph **out, struct weir_error *error)
{
    err e = public_room(memory, size, sizeof(struct weir_graph), _Alignof(struct weir_graph));
    if (e.code) return public_error(e, error);
    weir_graph *g = memory;
    g->arena = arena_over((char *)memory + sizeof *g, size - sizeof *g);
    e = lineage_new(&g->arena, NULL, &g->graph);
    if (!e.code) *out = g;
    return public_error(e, error);
}

int weir_graph_node(weir_graph *g, int kind, struct weir_text name, uint32_t dataset, uint32_t *id,
                    struct weir_error *error)
{
    err e = OK;
    if (kind < 0 || kind > WEIR_PIPELINE) e = err_make(ERR_INPUT, "kind: %d is none of enum weir_node_kind", kind);
    else if (kind == WEIR_COLUMN) e = lineage_add_column(g->graph, dataset, inner(name), id);
    else e = lineage_add_node(g->graph, (enum node_kind)kind, inner(name), id);
    return public_error(e, error);
}

/* A node that is not there is the caller's mistake, not something that was looked for. */
static err as_input(err e)
{
    if (e.code == ERR_NOT_FOUND) e.code = ERR_INPUT;
    return e;
}

int weir_graph_edge(weir_graph *g, uint32_t from, uint32_t to, uint32_t via, int flow, struct weir_error *error)
{
    if (flow < 0 || flow >= FLOW_KINDS)
        return public_error(err_make(ERR_INPUT, "flow: %d is no kind of flow", flow), error);
    struct lineage_edge edge = { .from = from, .to = to, .via = via, .kind = (enum flow_kind)flow };
    return public_error(as_input(lineage_add_edge(g->graph, &edge)), error);
}

/* --- What a job's SQL says --- */

static err dataset_edge(struct weir_graph *g, uint32_t job, struct weir_text table, bool reads)
{
    struct lineage_edge edge = { .via = LINEAGE_NONE };
    uint32_t id = 0;
    err e = lineage_add_node(g->graph, NODE_DATASET, inner(table), &id);
    edge.from = reads ? id : job;
    edge.to = reads ? job : id;
    return e.code ? e : lineage_add_edge(g->graph, &edge);
}

static err flow_edge(struct weir_graph *g, uint32_t job, const struct weir_flow *f)
{
    struct lineage_edge edge = { .via = job, .kind = (enum flow_kind)f->kind };
    uint32_t from = 0, to = 0;
    if (!f->from_table.len || !f->to_table.len) return OK; /* of a query that goes nowhere */
    err e = lineage_add_node(g->graph, NODE_DATASET, inner(f->from_table), &from);
    if (!e.code) e = lineage_add_column(g->graph, from, inner(f->from_column), &edge.from);
    if (!e.code) e = lineage_add_node(g->graph, NODE_DATASET, inner(f->to_table), &to);
    edge.to = to;
    if (!e.code && f->to_column.len) e = lineage_add_column(g->graph, to, inner(f->to_column), &edge.to);
    return e.code ? e : lineage_add_edge(g->graph, &edge);
}

int weir_graph_sql(weir_graph *g, uint32_t job, const struct weir_sql *sql, struct weir_error *error)
{
    err e = OK;
    int kind = weir_graph_get(g, job).kind;
    if (kind != WEIR_JOB && kind != WEIR_PIPELINE)
        return public_error(err_make(ERR_INPUT, "job: no job or pipeline of the graph"), error);
    for (size_t i = 0; !e.code && i < sql->count; i++) {
        const struct weir_statement *s = &sql->statements[i];
        for (size_t k = 0; !e.code && k < s->read_count; k++) e = dataset_edge(g, job, s->reads[k], true);
        for (size_t k = 0; !e.code && k < s->write_count; k++) e = dataset_edge(g, job, s->writes[k], false);
        for (size_t k = 0; !e.code && k < s->flow_count; k++) e = flow_edge(g, job, &s->flows[k]);
    }
    return public_error(e, error);
}

/* --- Asking --- */

uint32_t weir_graph_find(const weir_graph *g, int kind, struct weir_text name, uint32_t dataset)
{
    size_t others;
    if (kind < 0 || kind > WEIR_PIPELINE) return WEIR_NO_NODE;
    if (kind == WEIR_DATASET) return lineage_find_dataset(g->graph, inner(name), &others);
    if (kind == WEIR_COLUMN) return lineage_find_column(g->graph, dataset, inner(name));
    return lineage_find(g->graph, (enum node_kind)kind, inner(name));
}

size_t weir_graph_count(const weir_graph *g)
{
    return lineage_node_count(g->graph);
}

struct weir_node weir_graph_get(const weir_graph *g, uint32_t id)
{
    if (id >= lineage_node_count(g->graph)) return (struct weir_node){ .kind = -1, .parent = WEIR_NO_NODE };
    struct lineage_node n = lineage_node(g->graph, id);
    return (struct weir_node){ (int)n.kind, { n.name.ptr, n.name.len }, n.parent };
}

const char *weir_impact_name(int what)
{
    return what >= 0 && what < IMPACT_KINDS ? impact_kind_name((enum impact_kind)what) : "";
}

size_t weir_graph_walk_memory(size_t max)
{
    return (max < MAX_VISITS ? max : MAX_VISITS) * VISIT_BYTES + SLACK;
}

static err check_max(size_t max)
{
    return max >= 1 && max <= MAX_VISITS ? OK : err_make(ERR_INPUT, "max: %zu is not in 1..%d", max, MAX_VISITS);
}

static err no_room(struct weir_memory memory)
{
    return err_make(ERR_LIMIT, "memory: %zu bytes are too few", memory.size);
}

int weir_graph_walk(const weir_graph *g, uint32_t start, int up, unsigned depth, size_t max, struct weir_memory memory,
                    struct weir_visits *out, struct weir_error *error)
{
    struct lineage_walk walk = { .up = up != 0, .depth = depth, .max = max };
    struct lineage_visits found = { 0 };
    struct arena a = public_arena(memory);
    err e = check_max(max);
    if (!e.code) e = as_input(lineage_visit(g->graph, start, &walk, &a, &found));
    struct weir_visit *to = e.code ? NULL : arena_try(&a, found.count * sizeof *to + 1);
    if (!e.code && !to) e = no_room(memory);
    if (e.code) return public_error(e, error);
    for (size_t i = 0; i < found.count; i++) {
        const struct lineage_visit *v = &found.items[i];
        int flow = v->edge == LINEAGE_NONE ? 0 : (int)lineage_edge(g->graph, v->edge).kind;
        to[i] = (struct weir_visit){ v->node, v->from, v->depth, flow };
    }
    *out = (struct weir_visits){ to, found.count, found.cut };
    return public_error(OK, error);
}

int weir_graph_impact(const weir_graph *g, uint32_t column, size_t max, struct weir_memory memory,
                      struct weir_visits *out, struct weir_error *error)
{
    struct impacts found = { 0 };
    struct arena a = public_arena(memory);
    err e = check_max(max);
    if (!e.code && weir_graph_get(g, column).kind != WEIR_COLUMN)
        e = err_make(ERR_INPUT, "column: no column of the graph");
    if (!e.code) e = as_input(lineage_impact(g->graph, column, max, &a, &found));
    struct weir_visit *to = e.code ? NULL : arena_try(&a, found.count * sizeof *to + 1);
    if (!e.code && !to) e = no_room(memory);
    if (e.code) return public_error(e, error);
    for (size_t i = 0; i < found.count; i++) {
        const struct impact *v = &found.items[i];
        uint32_t depth = i && v->from < i ? to[v->from].depth + 1 : 0;
        to[i] = (struct weir_visit){ v->node, v->from, depth, (int)v->kind };
    }
    *out = (struct weir_visits){ to, found.count, found.cut };
    return public_error(OK, error);
}
