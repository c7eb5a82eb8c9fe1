#include "engine/lineage/suspects.h"

#include <math.h>

/* Less load is what trouble elsewhere leaves behind. A fifth apart is as good as equal: then the earlier goes first. */
static const double less_load = 0.2, near = 0.8;

enum { KINDS = METRIC_LOAD + 1 };

struct ranking {
    const struct suspect_symptom *symptoms;
    size_t count, services, target, edge_count;
    double excess[KINDS];  /* the largest */
    double most[KINDS];    /* the largest size */
    double *asked;         /* per service: by how much its load rose, as a size */
    double travelled;      /* what latency and errors count beside resources */
    double *own[KINDS];    /* per service: the part no callee accounts for; NULL: without a graph */
    double heaviest;
};

/* What others may have caught from whom they call or read. */
static bool travels(enum metric_kind kind)
{
    return kind == METRIC_LATENCY || kind == METRIC_ERRORS || kind == METRIC_SUCCESS;
}

/* Along edges what weir has no word for is taken to travel, too: rows, shares of nulls, queues. */
static bool follows_edges(enum metric_kind kind)
{
    return travels(kind) || kind == METRIC_OTHER;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static bool counts(const struct ranking *r, const struct suspect_symptom *s)
{
    return s->service < r->services && s->size > 0;
}

static bool sure(const struct suspect_symptom *s)
{
    return s->score >= BLAME_SCORE_MIN;
}

/* The size, less what may be noise. */
static double plain_size(const struct suspect_symptom *s)
{
    double size = s->size < 1e6 ? s->size : 1e6;
    return sure(s) ? size : s->score > 0 ? size * s->score / BLAME_SCORE_MIN : 0;
}

/* How often x doubles from 1, straight lines in between: a logarithm that is the same on every machine. */
static double doublings(double x)
{
    double n = 0;
    for (; x >= 2.0 && n < 64; x /= 2) n += 1;
    return n + (x - 1.0);
}

static void survey(struct ranking *r, struct arena *a)
{
    double resource = 0;
    r->asked = ARENA_ARRAY(a, double, r->services);
    for (size_t i = 0; i < r->count; i++) {
        const struct suspect_symptom *s = &r->symptoms[i];
        if (!counts(r, s)) continue;
        if (s->kind == METRIC_RESOURCE) resource = larger(resource, plain_size(s));
        if (s->kind == METRIC_LOAD && !s->falls) r->asked[s->service] = larger(r->asked[s->service], plain_size(s));
        if (!sure(s)) continue;
        r->excess[s->kind] = larger(r->excess[s->kind], s->excess);
        r->most[s->kind] = larger(r->most[s->kind], plain_size(s));
    }
    r->travelled = 1.0 / (1.0 + resource);
}

/* --- Along the graph --- */

/* Every service's strongest symptom of this kind; where it has none of it, its strongest of another (slow because what
 * is called fails), whose total is of another unit. */
static struct blame_node *nodes_of(const struct ranking *r, enum metric_kind kind, struct arena *a)
{
    struct blame_node *nodes = ARENA_ARRAY(a, struct blame_node, r->services);
    bool *same = ARENA_ARRAY(a, bool, r->services);
    for (size_t i = 0; i < r->count; i++) {
        const struct suspect_symptom *s = &r->symptoms[i];
        if (!counts(r, s) || (s->kind != kind && !follows_edges(s->kind)) || (kind == METRIC_LOAD && s->kind != kind))
            continue;
        bool is = s->kind == kind, first = is && !same[s->service];
        if (!first && (is != same[s->service] || s->score <= nodes[s->service].score)) continue;
        nodes[s->service] = (struct blame_node){ .score = s->score, .excess = is ? s->excess : 0, .onset = s->onset };
        same[s->service] = is;
    }
    return nodes;
}

/* What comes from the callee is asked of the target's callees; load comes from the caller, whoever it hurts. */
static void look_along(struct ranking *r, const struct blame_edge *edges, const struct suspect_options *opts,
                       struct arena *a)
{
    struct blame *found = ARENA_ARRAY(a, struct blame, r->services);
    struct blame_edge *turned = ARENA_ARRAY(a, struct blame_edge, r->edge_count);
    for (size_t i = 0; i < r->edge_count; i++)
        turned[i] = (struct blame_edge){ .caller = edges[i].callee, .callee = edges[i].caller };
    for (int k = 0; k < KINDS; k++) {
        bool load = k == METRIC_LOAD;
        if (!load && !follows_edges((enum metric_kind)k)) continue;
        r->own[k] = ARENA_ARRAY(a, double, r->services);
        size_t n = blame_rank(nodes_of(r, (enum metric_kind)k, a), r->services, load ? turned : edges, r->edge_count,
                              load ? BLAME_NO_TARGET : r->target,
                              &(struct blame_options){ .onset_slack = opts->onset_slack }, a, found);
        for (size_t i = 0; i < n; i++) r->own[k][found[i].node] = found[i].blame;
    }
}

/* --- Weighing --- */

/* Where the graph says what part of the target's total began here, one's own size says nothing more. */
static double size_in(const struct ranking *r, const struct suspect_symptom *s)
{
    bool by_total = r->own[s->kind] && r->target != BLAME_NO_TARGET && s->excess > 0 && sure(s);
    return by_total ? r->most[s->kind] : plain_size(s);
}

static double weight_before_graph(const struct ranking *r, const struct suspect_symptom *s)
{
    double w = doublings(1.0 + size_in(r, s));
    if (s->kind == METRIC_LOAD && s->falls) w *= less_load;
    if (travels(s->kind)) w *= r->travelled / (1.0 + r->asked[s->service]);
    if (!r->own[s->kind] && s->excess > 0 && s->excess < r->excess[s->kind]) w *= sqrt(s->excess / r->excess[s->kind]);
    return w;
}

static double own_part(const struct ranking *r, const struct suspect_symptom *s)
{
    if (s->service == r->target && s->kind != METRIC_RESOURCE) return 0;
    return r->own[s->kind] && sure(s) ? r->own[s->kind][s->service] : 1.0;
}

static bool began_before(const struct ranking *r, const struct suspect *x, const struct suspect *y)
{
    usec a = r->symptoms[x->symptom].onset, b = r->symptoms[y->symptom].onset;
    return a > 0 && b > 0 && a < b;
}

static bool heavier(const struct suspect *x, const struct suspect *y)
{
    return x->weight > y->weight || (x->weight >= y->weight && x->service < y->service);
}

/* By weight; then, from the top, whoever is near the heaviest left and began first is taken. */
static void sort(const struct ranking *r, struct suspect *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct suspect s = v[i];
        size_t at = i;
        for (; at > 0 && heavier(&s, &v[at - 1]); at--) v[at] = v[at - 1];
        v[at] = s;
    }
    for (size_t i = 0; i < n; i++) {
        size_t first = i;
        for (size_t j = i + 1; j < n && v[j].weight >= near * v[i].weight; j++)
            if (began_before(r, &v[j], &v[first])) first = j;
        struct suspect s = v[first];
        for (; first > i; first--) v[first] = v[first - 1];
        v[i] = s;
    }
}

static void weigh(struct ranking *r, struct suspect *of_service)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct suspect_symptom *s = &r->symptoms[i];
        if (!counts(r, s)) continue;
        double before = weight_before_graph(r, s), own = own_part(r, s), w = before * own;
        if (own > 0 && sure(s) && before > r->heaviest) r->heaviest = before;
        if (w > of_service[s->service].weight)
            of_service[s->service] = (struct suspect){ .service = s->service, .symptom = i, .weight = w };
    }
}

size_t suspects_rank(const struct suspect_symptom *symptoms, size_t count, size_t services,
                     const struct blame_edge *edges, size_t m, const struct suspect_options *opts, struct arena *a,
                     struct suspect *out)
{
    struct ranking r = {
        .symptoms = symptoms, .count = count, .services = services, .target = opts->target, .edge_count = m
    };
    if (services == 0) return 0;
    survey(&r, a);
    if (m > 0) look_along(&r, edges, opts, a);
    struct suspect *of_service = ARENA_ARRAY(a, struct suspect, services);
    weigh(&r, of_service);
    size_t n = 0;
    for (size_t v = 0; v < services; v++) {
        if (!(of_service[v].weight > 0)) continue;
        out[n] = of_service[v];
        out[n].sure = sure(&symptoms[out[n].symptom]) ? larger(0, out[n].weight / r.heaviest) : 0;
        n++;
    }
    sort(&r, out, n);
    return n;
}
