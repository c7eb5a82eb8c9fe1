/* Series that deviate along a call graph or a lineage: which service does the trouble begin with?
 *
 * Every deviating place is a node with the score of its strongest series finding. Where findings say how much trouble it is
 * in total (evidence {"excess": seconds or failures over the usual, summed over the window}), the ranking weighs totals. */
#include "core/diagnose/diagnose_internal.h"
#include "engine/lineage/blame.h"

static const usec window_slack = 5 * USEC_MINUTE; /* series are seen through windows of some minutes */
static const double strength_most = 0.9;

static bool of_series(const struct diag_finding *f)
{
    static const char *const kinds[] = { "anomaly", "threshold", "error_rate", "drift" };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(f->kind, str_of(kinds[i]))) return true;
    return false;
}

/* The finding of a place that deviates most, or NULL. */
static const struct diag_finding *strongest(const struct diag *d, const struct place *p)
{
    const struct diag_finding *best = NULL;
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct diag_finding *f = &d->findings[i];
        if (of_series(f) && str_eq(f->pipeline, p->pipeline) && (!best || f->score > best->score)) best = f;
    }
    return best;
}

static double excess_of(struct diag *d, const struct diag_finding *f)
{
    json *evidence = NULL;
    if (json_parse(f->evidence, d->a, &evidence).code) return 0;
    double x = json_get_f64(evidence, "excess", 0);
    return x > 0 ? x : 0;
}

static struct blame_node node_of(struct diag *d, const struct diag_finding *f)
{
    if (!f) return (struct blame_node){ 0 };
    return (struct blame_node){ .score = f->score, .excess = excess_of(d, f), .onset = f->started };
}

static void blamed(struct diag *d, const struct blame *b, const struct diag_finding *f)
{
    hint_add(d, &(struct hint){
                    .kind = CAUSE_SERVICE_DEGRADED,
                    .place = b->node,
                    .step = f->step,
                    .witness = WITNESS_MEASURED,
                    .strength = strength_most * b->blame,
                    .seq = f->seq,
                    .text = f->summary,
                    .title = str_fmt(d->a, "what it calls does not account for its trouble (" STR_FMT ")", STR_ARG(f->summary)),
                });
}

/* The target itself is what hurts: blaming it would say nothing. */
void look_services(struct diag *d)
{
    struct blame_node *nodes = ARENA_ARRAY(d->a, struct blame_node, d->place_count);
    struct blame_edge *edges = ARENA_ARRAY(d->a, struct blame_edge, d->edge_count + 1);
    struct blame *out = ARENA_ARRAY(d->a, struct blame, d->place_count);
    for (size_t p = 0; p < d->place_count; p++) nodes[p] = node_of(d, strongest(d, &d->places[p]));
    for (size_t i = 0; i < d->edge_count; i++) edges[i] = (struct blame_edge){ .caller = d->edges[i].down, .callee = d->edges[i].up };
    size_t n = blame_rank(nodes, d->place_count, edges, d->edge_count, 0, &(struct blame_options){ .onset_slack = window_slack },
                          d->a, out);
    for (size_t i = 0; i < n; i++)
        if (out[i].node != 0 && out[i].blame > 0) blamed(d, &out[i], strongest(d, &d->places[out[i].node]));
}
