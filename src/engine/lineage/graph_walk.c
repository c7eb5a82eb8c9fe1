/* Walks over the graph: up, down, and what hangs on a column. */
#include "engine/lineage/graph_internal.h"

/* Some nodes have thousands of edges that lead nowhere new: how many are looked at for each visit asked for. */
enum { VISITS = 1000, VISITS_MAX = 100 * 1000, DEPTH = 1000, LOOKS_EACH = 32 };

bool seen_init(struct seen *s, size_t max, struct arena *a)
{
    size_t slots = 16;
    while (slots < 2 * max + 2) slots *= 2;
    s->slots = arena_try(a, slots * sizeof *s->slots);
    s->mask = (uint32_t)slots - 1;
    if (s->slots) memset(s->slots, 0xff, slots * sizeof *s->slots);
    return s->slots != NULL;
}

static uint32_t slot_of(const struct seen *s, uint32_t node)
{
    uint32_t at = node * 2654435769u >> 7 & s->mask;
    while (s->slots[at] != LINEAGE_NONE && s->slots[at] != node) at = (at + 1) & s->mask;
    return at;
}

bool seen_add(struct seen *s, uint32_t node)
{
    uint32_t at = slot_of(s, node);
    bool fresh = s->slots[at] == LINEAGE_NONE;
    s->slots[at] = node;
    return fresh;
}

bool seen_has(const struct seen *s, uint32_t node)
{
    return s->slots[slot_of(s, node)] == node;
}

static size_t bounded(size_t max)
{
    return max == 0 ? VISITS : max > VISITS_MAX ? VISITS_MAX : max;
}

err lineage_visit(const struct lineage_graph *g, uint32_t start, const struct lineage_walk *w, struct arena *a,
                  struct lineage_visits *out)
{
    size_t max = bounded(w->max);
    unsigned depth = w->depth ? w->depth : DEPTH;
    struct seen seen;
    *out = (struct lineage_visits){ .items = arena_try(a, max * sizeof *out->items) };
    if (start >= g->node_count) return err_make(ERR_NOT_FOUND, "no such node");
    if (!out->items || !seen_init(&seen, max, a))
        return err_make(ERR_LIMIT, "too little memory for a walk of %zu nodes", max);
    out->items[out->count++] = (struct lineage_visit){ start, LINEAGE_NONE, 0, 0 };
    (void)seen_add(&seen, start);
    size_t looks = max * LOOKS_EACH;
    for (size_t i = 0; i < out->count; i++) {
        struct lineage_visit v = out->items[i];
        uint32_t edge = v.depth < depth ? g->nodes[v.node].ends[w->up].first : LINEAGE_NONE;
        for (; edge != LINEAGE_NONE; edge = g->edges[edge].next[w->up]) {
            uint32_t to = g->edges[edge].ends[!w->up];
            bool known = seen_has(&seen, to);
            if (known && looks-- > 1) continue;
            if (known || out->count == max) {
                out->cut = true;
                return OK;
            }
            (void)seen_add(&seen, to);
            out->items[out->count++] = (struct lineage_visit){ to, edge, (uint32_t)i, v.depth + 1 };
        }
    }
    return OK;
}

/* --- What hangs on a column --- */

static const char *const impact_names[IMPACT_KINDS] = { "breaks", "changes", "rows", "may", "follows" };

const char *impact_kind_name(enum impact_kind k)
{
    return impact_names[k];
}

struct search {
    const struct lineage_graph *g;
    struct impacts *out;
    size_t max, looks;
    struct arena *a;
    struct seen seen;
};

/* Has enough been looked at? Then there may be more than is said. */
static bool look(struct search *s)
{
    if (s->looks == 0 || s->out->count == s->max) s->out->cut = true;
    else s->looks--;
    return !s->out->cut;
}

/* Index of the new one; 0 when it was known or there is no room. */
static size_t reach(struct search *s, uint32_t node, size_t from, enum impact_kind kind, enum flow_kind flow)
{
    if (node == LINEAGE_NONE || seen_has(&s->seen, node)) return 0;
    if (s->out->count == s->max) {
        s->out->cut = true;
        return 0;
    }
    (void)seen_add(&s->seen, node);
    s->out->items[s->out->count] = (struct impact){ node, (uint32_t)from, kind, flow };
    return s->out->count++;
}

static enum flow_kind stronger(enum flow_kind a, enum flow_kind b)
{
    return a > b ? a : b;
}

/* Along the columns. Jobs are entered when first met: those that name the column itself break, the others see it
 * change. */
static void along_columns(struct search *s)
{
    const struct lineage_graph *g = s->g;
    for (size_t i = 0; i < s->out->count; i++) {
        struct impact at = s->out->items[i];
        if (g->nodes[at.node].kind != NODE_COLUMN) continue;
        for (uint32_t e = g->nodes[at.node].ends[0].first; e != LINEAGE_NONE && look(s); e = g->edges[e].next[0]) {
            const struct edge *edge = &g->edges[e];
            enum flow_kind flow = stronger(at.flow, (enum flow_kind)edge->kind);
            bool column = g->nodes[edge->ends[1]].kind == NODE_COLUMN;
            (void)reach(s, edge->via, i, i == 0 ? IMPACT_BREAKS : IMPACT_CHANGES, flow);
            (void)reach(s, edge->ends[1], i, column ? IMPACT_CHANGES : IMPACT_ROWS, flow);
        }
    }
}

/* The jobs that say of some column of the dataset what they do with it. False: they were not all looked at. */
static bool jobs_with_columns(struct search *s, uint32_t dataset, struct seen *jobs)
{
    const struct lineage_graph *g = s->g;
    size_t edges = 0;
    for (uint32_t c = g->nodes[dataset].first_column; c != LINEAGE_NONE && look(s); c = g->nodes[c].next_column)
        edges += g->nodes[c].ends[0].count;
    if (s->out->cut || edges > s->looks || !seen_init(jobs, edges, s->a)) return false;
    for (uint32_t c = g->nodes[dataset].first_column; c != LINEAGE_NONE; c = g->nodes[c].next_column)
        for (uint32_t e = g->nodes[c].ends[0].first; e != LINEAGE_NONE && look(s); e = g->edges[e].next[0])
            if (g->edges[e].via != LINEAGE_NONE) (void)seen_add(jobs, g->edges[e].via);
    return !s->out->cut;
}

/* Jobs that read the dataset of the impact `i`, and may well read the column. */
static void readers_of(struct search *s, size_t i, uint32_t dataset)
{
    const struct lineage_graph *g = s->g;
    struct seen jobs;
    if (g->nodes[dataset].ends[0].count == 0) return;
    if (!jobs_with_columns(s, dataset, &jobs)) {
        s->out->cut = true;
        return;
    }
    for (uint32_t e = g->nodes[dataset].ends[0].first; e != LINEAGE_NONE && look(s); e = g->edges[e].next[0])
        if (!seen_has(&jobs, g->edges[e].ends[1]))
            (void)reach(s, g->edges[e].ends[1], i, IMPACT_MAY, FLOW_TRANSFORMATION);
}

static void along_tables(struct search *s, size_t i)
{
    const struct lineage_graph *g = s->g;
    for (uint32_t e = g->nodes[s->out->items[i].node].ends[0].first; e != LINEAGE_NONE && look(s);
         e = g->edges[e].next[0])
        if (g->nodes[g->edges[e].ends[1]].kind != NODE_COLUMN)
            (void)reach(s, g->edges[e].ends[1], i, IMPACT_FOLLOWS, s->out->items[i].flow);
}

err lineage_impact(const struct lineage_graph *g, uint32_t column, size_t max, struct arena *a, struct impacts *out)
{
    struct search s = { .g = g, .out = out, .max = bounded(max), .a = a };
    s.looks = s.max * LOOKS_EACH;
    *out = (struct impacts){ .items = arena_try(a, s.max * sizeof *out->items) };
    if (column >= g->node_count || g->nodes[column].kind != NODE_COLUMN)
        return err_make(ERR_NOT_FOUND, "no such column");
    if (!out->items || !seen_init(&s.seen, s.max, a))
        return err_make(ERR_LIMIT, "too little memory for %zu impacts", s.max);
    (void)seen_add(&s.seen, column);
    out->items[out->count++] = (struct impact){ column, 0, IMPACT_CHANGES, FLOW_IDENTITY };
    along_columns(&s);
    size_t columns = out->count;
    for (size_t i = 0; i < columns && !out->cut; i++) {
        const struct node *n = &g->nodes[out->items[i].node];
        if (n->kind == NODE_COLUMN) readers_of(&s, i, n->parent);
    }
    for (size_t i = 0; i < out->count && !out->cut; i++)
        if (g->nodes[out->items[i].node].kind != NODE_COLUMN) along_tables(&s, i);
    return OK;
}
