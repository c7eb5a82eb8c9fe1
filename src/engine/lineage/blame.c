#include "engine/lineage/blame.h"

#include <stdint.h>

struct search {
    const struct blame_node *nodes;
    size_t n;
    struct blame_edge *edges; /* by caller */
    size_t edge_count;
    size_t *first;            /* of each caller in edges; n + 1 of them */
    size_t *via, *depth;      /* SIZE_MAX: not reached */
    size_t *reached;
    size_t reached_count;
    usec slack;
};

static bool deviates(const struct blame_node *v)
{
    return v->score >= BLAME_SCORE_MIN;
}

static bool in_order(const struct search *s, size_t caller, size_t callee)
{
    usec x = s->nodes[caller].onset, y = s->nodes[callee].onset;
    return x == 0 || y == 0 || y <= x + s->slack;
}

static int by_caller(const void *a, const void *b)
{
    const struct blame_edge *x = a, *y = b;
    if (x->caller != y->caller) return x->caller < y->caller ? -1 : 1;
    return (x->callee > y->callee) - (x->callee < y->callee);
}

/* Keep the edges that can carry trouble, sorted, with an index by caller. */
static void index_edges(struct search *s, const struct blame_edge *edges, size_t m)
{
    for (size_t i = 0; i < m; i++) {
        struct blame_edge e = edges[i];
        if (e.caller >= s->n || e.callee >= s->n || e.caller == e.callee) continue;
        if (deviates(&s->nodes[e.callee]) && in_order(s, e.caller, e.callee)) s->edges[s->edge_count++] = e;
    }
    if (s->edge_count) qsort(s->edges, s->edge_count, sizeof *s->edges, by_caller);
    size_t at = 0;
    for (size_t v = 0; v <= s->n; v++) {
        while (at < s->edge_count && s->edges[at].caller < v) at++;
        s->first[v] = at;
    }
}

static void begin_at(struct search *s, size_t v)
{
    s->via[v] = v;
    s->depth[v] = 0;
    s->reached[s->reached_count++] = v;
}

/* Breadth first from the target; the order of indices makes it the same everywhere. */
static void reach(struct search *s, size_t target)
{
    for (size_t v = 0; v < s->n; v++) s->via[v] = SIZE_MAX;
    for (size_t v = 0; v < s->n; v++)
        if (target == BLAME_NO_TARGET ? deviates(&s->nodes[v]) : v == target) begin_at(s, v);
    for (size_t i = 0; i < s->reached_count; i++) {
        size_t v = s->reached[i];
        for (size_t e = s->first[v]; e < s->first[v + 1]; e++) {
            size_t to = s->edges[e].callee;
            if (s->via[to] != SIZE_MAX) continue;
            s->via[to] = v;
            s->depth[to] = s->depth[v] + 1;
            s->reached[s->reached_count++] = to;
        }
    }
}

/* How much of v's trouble that of u amounts to; totals where both know theirs, else the scores. */
static double part_of(const struct search *s, size_t u, size_t v)
{
    const struct blame_node *x = &s->nodes[u], *y = &s->nodes[v];
    bool totals = x->excess > 0 && y->excess > 0;
    double little = totals ? x->excess : x->score, much = totals ? y->excess : y->score;
    if (!(little > 0)) return 0;
    return little < much ? little / much : 1.0;
}

/* The share of v's trouble that the callee with most of it accounts for, 0..1. */
static double accounted(const struct search *s, size_t v)
{
    double most = 0;
    for (size_t e = s->first[v]; e < s->first[v + 1]; e++) {
        double part = part_of(s, s->edges[e].callee, v);
        if (part > most) most = part;
    }
    return most;
}

static double blame_of(const struct search *s, size_t v, size_t target)
{
    double part = target == BLAME_NO_TARGET ? 1.0 : part_of(s, v, target);
    return part * (1.0 - accounted(s, v));
}

static bool before(const struct search *s, const struct blame *x, const struct blame *y)
{
    if (x->blame > y->blame || x->blame < y->blame) return x->blame > y->blame;
    if (s->depth[x->node] != s->depth[y->node]) return s->depth[x->node] > s->depth[y->node];
    return x->node < y->node;
}

static void insert(const struct search *s, struct blame *out, size_t count, struct blame b)
{
    for (; count > 0 && before(s, &b, &out[count - 1]); count--) out[count] = out[count - 1];
    out[count] = b;
}

size_t blame_rank(const struct blame_node *nodes, size_t n, const struct blame_edge *edges, size_t m, size_t target,
                  const struct blame_options *opts, struct arena *a, struct blame *out)
{
    if (target >= n && target != BLAME_NO_TARGET) return 0;
    struct search s = { .nodes = nodes, .n = n, .slack = opts->onset_slack };
    s.edges = ARENA_ARRAY(a, struct blame_edge, m + 1);
    s.first = ARENA_ARRAY(a, size_t, n + 1);
    s.via = ARENA_ARRAY(a, size_t, n);
    s.depth = ARENA_ARRAY(a, size_t, n);
    s.reached = ARENA_ARRAY(a, size_t, n);
    index_edges(&s, edges, m);
    reach(&s, target);
    size_t count = 0;
    for (size_t i = 0; i < s.reached_count; i++) {
        size_t v = s.reached[i];
        if (!deviates(&nodes[v])) continue; /* the target, when it is only suspected */
        insert(&s, out, count, (struct blame){ .node = v, .blame = blame_of(&s, v, target), .via = s.via[v] });
        count++;
    }
    return count;
}
