#include "engine/lineage/graph_internal.h"

enum { NODES_MAX = 2 * 1000 * 1000, EDGES_MAX = 8 * 1000 * 1000, START = 256 };

static const char *const kind_names[NODE_KINDS] = { "dataset", "column", "job", "pipeline" };

const char *node_kind_name(enum node_kind k)
{
    return kind_names[k];
}

static err too_large(const char *what, size_t n)
{
    return err_make(ERR_LIMIT, "the graph holds %zu %s, and there is no room for more", n, what);
}

/* Twice the room, at most `max` items. The old place stays in the arena: all of them together are no more than the
 * newest. */
static void *grow(struct lineage_graph *g, void *old, size_t item, size_t count, uint32_t *cap, uint32_t max)
{
    uint32_t room = *cap ? *cap * 2 : START;
    if (room > max) room = max;
    void *more = room > count ? arena_try(g->a, (size_t)room * item) : NULL;
    if (!more) return NULL;
    if (count) memcpy(more, old, count * item);
    *cap = room;
    return more;
}

err lineage_new(struct arena *a, const struct lineage_limits *limits, struct lineage_graph **out)
{
    struct lineage_graph *g = arena_try(a, sizeof *g);
    uint32_t *table = arena_try(a, START * sizeof *table);
    if (!g || !table) return err_make(ERR_LIMIT, "too little memory for a graph");
    memset(table, 0xff, START * sizeof *table);
    *g = (struct lineage_graph){ .a = a, .table = table, .slots = START };
    g->limits.nodes = limits && limits->nodes ? limits->nodes : NODES_MAX;
    g->limits.edges = limits && limits->edges ? limits->edges : EDGES_MAX;
    *out = g;
    return OK;
}

/* --- Nodes --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static uint32_t hash_of(enum node_kind kind, uint32_t parent, str name)
{
    uint64_t h = 14695981039346656037u ^ (uint64_t)kind ^ (uint64_t)parent << 8;
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)(kind == NODE_COLUMN ? lower(name.ptr[i]) : name.ptr[i])) * 1099511628211u;
    return (uint32_t)(h ^ h >> 29);
}

static bool same(const struct node *n, enum node_kind kind, uint32_t parent, str name)
{
    if (n->kind != kind || n->parent != parent) return false;
    return kind == NODE_COLUMN ? str_eq_nocase(n->name, name) : str_eq(n->name, name);
}

static uint32_t lookup(const struct lineage_graph *g, enum node_kind kind, uint32_t parent, str name, uint32_t hash)
{
    for (uint32_t at = hash & (g->slots - 1); g->table[at] != LINEAGE_NONE; at = (at + 1) & (g->slots - 1)) {
        const struct node *n = &g->nodes[g->table[at]];
        if (n->hash == hash && same(n, kind, parent, name)) return g->table[at];
    }
    return LINEAGE_NONE;
}

static void put(struct lineage_graph *g, uint32_t id)
{
    uint32_t at = g->nodes[id].hash & (g->slots - 1);
    while (g->table[at] != LINEAGE_NONE) at = (at + 1) & (g->slots - 1);
    g->table[at] = id;
}

static bool rehash(struct lineage_graph *g)
{
    uint32_t slots = g->slots * 2;
    uint32_t *table = arena_try(g->a, slots * sizeof *table);
    if (!table) return false;
    memset(table, 0xff, slots * sizeof *table);
    g->table = table;
    g->slots = slots;
    for (uint32_t i = 0; i < g->node_count; i++) put(g, i);
    return true;
}

static err add(struct lineage_graph *g, enum node_kind kind, uint32_t parent, str name, uint32_t *id)
{
    uint32_t hash = hash_of(kind, parent, name);
    *id = lookup(g, kind, parent, name, hash);
    if (*id != LINEAGE_NONE) return OK;
    if (g->node_count == g->node_cap) {
        void *more = grow(g, g->nodes, sizeof *g->nodes, g->node_count, &g->node_cap, g->limits.nodes);
        if (!more) return too_large("nodes", g->node_count);
        g->nodes = more;
    }
    char *copy = arena_try(g->a, name.len + 1);
    if (!copy || (2 * (g->node_count + 1) > g->slots && !rehash(g))) return too_large("nodes", g->node_count);
    if (name.len) memcpy(copy, name.ptr, name.len);
    *id = g->node_count++;
    struct node *n = &g->nodes[*id];
    *n = (struct node){ .name = { copy, name.len },
                        .hash = hash,
                        .kind = (uint8_t)kind,
                        .parent = parent,
                        .first_column = LINEAGE_NONE,
                        .next_column = LINEAGE_NONE };
    for (int up = 0; up < 2; up++) n->ends[up] = (struct ends){ LINEAGE_NONE, LINEAGE_NONE, 0 };
    if (parent != LINEAGE_NONE) {
        n->next_column = g->nodes[parent].first_column;
        g->nodes[parent].first_column = *id;
    }
    put(g, *id);
    return OK;
}

err lineage_add_node(struct lineage_graph *g, enum node_kind kind, str name, uint32_t *id)
{
    if (kind == NODE_COLUMN) return err_make(ERR_INPUT, "a column belongs to a dataset");
    return add(g, kind, LINEAGE_NONE, name, id);
}

err lineage_add_column(struct lineage_graph *g, uint32_t dataset, str name, uint32_t *id)
{
    if (dataset >= g->node_count || g->nodes[dataset].kind != NODE_DATASET)
        return err_make(ERR_INPUT, "a column belongs to a dataset");
    return add(g, NODE_COLUMN, dataset, name, id);
}

uint32_t lineage_find(const struct lineage_graph *g, enum node_kind kind, str name)
{
    return lookup(g, kind, LINEAGE_NONE, name, hash_of(kind, LINEAGE_NONE, name));
}

uint32_t lineage_find_column(const struct lineage_graph *g, uint32_t dataset, str name)
{
    return lookup(g, NODE_COLUMN, dataset, name, hash_of(NODE_COLUMN, dataset, name));
}

static bool ends_with_name(str whole, str name)
{
    if (whole.len <= name.len || !name.len) return false;
    size_t from = whole.len - name.len;
    char before = whole.ptr[from - 1];
    return (before == '/' || before == '.') && str_eq_nocase(str_cut(whole, from, name.len), name);
}

uint32_t lineage_find_dataset(const struct lineage_graph *g, str name, size_t *others)
{
    uint32_t id = lineage_find(g, NODE_DATASET, name), found = LINEAGE_NONE;
    *others = 0;
    if (id != LINEAGE_NONE) return id;
    for (uint32_t i = 0; i < g->node_count; i++) {
        if (g->nodes[i].kind != NODE_DATASET) continue;
        if (!ends_with_name(g->nodes[i].name, name) && !str_eq_nocase(g->nodes[i].name, name)) continue;
        found = i;
        ++*others;
    }
    return *others == 1 ? found : LINEAGE_NONE;
}

/* --- Edges --- */

static bool joins(const struct edge *x, const struct lineage_edge *e)
{
    return x->ends[0] == e->from && x->ends[1] == e->to && x->via == e->via && x->kind == (uint8_t)e->kind;
}

/* Looked for in the shorter of the two lists it would stand in. */
static bool known(const struct lineage_graph *g, const struct lineage_edge *e)
{
    const struct ends *out = &g->nodes[e->from].ends[0], *in = &g->nodes[e->to].ends[1];
    int side = in->count < out->count;
    for (uint32_t i = side ? in->first : out->first; i != LINEAGE_NONE; i = g->edges[i].next[side])
        if (joins(&g->edges[i], e)) return true;
    return false;
}

err lineage_add_edge(struct lineage_graph *g, const struct lineage_edge *e)
{
    if (e->from >= g->node_count || e->to >= g->node_count || (e->via != LINEAGE_NONE && e->via >= g->node_count))
        return err_make(ERR_NOT_FOUND, "an edge needs two nodes of the graph");
    if (e->from == e->to || known(g, e)) return OK;
    if (g->edge_count == g->edge_cap) {
        void *more = grow(g, g->edges, sizeof *g->edges, g->edge_count, &g->edge_cap, g->limits.edges);
        if (!more) return too_large("edges", g->edge_count);
        g->edges = more;
    }
    uint32_t id = g->edge_count++;
    g->edges[id] = (struct edge){ .ends = { e->from, e->to },
                                  .next = { LINEAGE_NONE, LINEAGE_NONE },
                                  .via = e->via,
                                  .kind = (uint8_t)e->kind,
                                  .seq = e->seq };
    for (int side = 0; side < 2; side++) { /* 0: leaves from, 1: reaches to */
        struct ends *list = &g->nodes[side ? e->to : e->from].ends[side];
        if (list->last == LINEAGE_NONE) list->first = id;
        else g->edges[list->last].next[side] = id;
        list->last = id;
        list->count++;
    }
    return OK;
}

/* --- Reading --- */

struct lineage_node lineage_node(const struct lineage_graph *g, uint32_t id)
{
    if (id >= g->node_count) return (struct lineage_node){ .name = STR(""), .parent = LINEAGE_NONE };
    const struct node *n = &g->nodes[id];
    return (struct lineage_node){ (enum node_kind)n->kind, n->name, n->parent };
}

struct lineage_edge lineage_edge(const struct lineage_graph *g, uint32_t id)
{
    const struct edge *e = &g->edges[id];
    return (struct lineage_edge){ e->ends[0], e->ends[1], e->via, (enum flow_kind)e->kind, e->seq };
}

size_t lineage_node_count(const struct lineage_graph *g)
{
    return g->node_count;
}

size_t lineage_edge_count(const struct lineage_graph *g)
{
    return g->edge_count;
}

str lineage_label(const struct lineage_graph *g, uint32_t id, struct arena *a)
{
    struct lineage_node n = lineage_node(g, id);
    if (n.kind != NODE_COLUMN) return n.name;
    return str_fmt(a, STR_FMT "." STR_FMT, STR_ARG(g->nodes[n.parent].name), STR_ARG(n.name));
}
