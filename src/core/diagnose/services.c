/* Series that deviate along a call graph or a lineage: which service does the trouble begin with?
 *
 * Every deviating place is a node with the score of its strongest series finding. Where findings say how much trouble
 * it is in total (evidence {"excess": seconds or failures over the usual, summed over the window}), the ranking weighs
 * totals. Stored series of the neighbourhood that were measured while the incident settled (core/measured.h) take part
 * like findings. */
#include "core/diagnose/diagnose_internal.h"
#include "engine/lineage/suspects.h"

static const usec window_slack = 5 * USEC_MINUTE; /* series are seen through windows of some minutes */
/* Without a graph nothing says how trouble could have travelled from one to the other: a resource is the service's own
 * all the same, the rest is as likely caught as not. */
static const double strength_most = 0.9, strength_own = 0.8, strength_alone = 0.5, order = 0.999;

static bool of_series(const struct diag_finding *f)
{
    static const char *const kinds[] = { "anomaly", "threshold", "error_rate", "drift", "measured" };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(f->kind, str_of(kinds[i]))) return true;
    return false;
}

/* What a detector measured beside its score: {"excess": ..., "size": ...}; 0 = it did not say. */
static double measured(json *evidence, const char *what)
{
    double x = json_get_f64(evidence, what, 0);
    return x > 0 ? x : 0;
}

static enum metric_kind kind_of(const struct diag_finding *f)
{
    if (STR_IS(f->kind, "error_rate")) return METRIC_ERRORS;
    ptrdiff_t labels = str_find(f->series, STR("{"), 0);
    return metric_kind_of(labels < 0 ? f->series : str_cut(f->series, 0, (size_t)labels));
}

/* The range that a finding expects reaches some three spreads to either side of the middle: by it the change is put
 * into symptom.h's terms, so that findings of different metrics can be compared. */
static double size_by_range(const struct diag_finding *f)
{
    if (!f->has_value || !f->has_range || !(f->high > f->low)) return f->score;
    double middle = f->low / 2 + f->high / 2, spread = (f->high - f->low) / (2 * BLAME_SCORE_MIN);
    double size = symptom_size(kind_of(f), f->value - middle, middle, spread);
    return size > 0 ? size : f->score;
}

static struct suspect_symptom symptom(struct diag *d, const struct diag_finding *f, size_t place)
{
    json *evidence = NULL;
    if (!f->evidence.len || json_parse(f->evidence, d->a, &evidence).code) evidence = NULL;
    double size = f->size > 0 ? f->size : measured(evidence, "size");
    return (struct suspect_symptom){ .service = place, .kind = kind_of(f), .score = f->score,
                                     .size = size > 0 ? size : size_by_range(f),
                                     .excess = f->excess > 0 ? f->excess : measured(evidence, "excess"),
                                     .falls = f->has_range && f->value < f->low, .onset = f->started };
}

/* A series that was measured like its neighbours is compared by that, not by how its alarm counts. */
static bool measured_again(const struct diag *d, const struct diag_finding *f)
{
    if (STR_IS(f->kind, "measured")) return false;
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct diag_finding *m = &d->findings[i];
        if (STR_IS(m->kind, "measured") && str_eq(m->series, f->series) && str_eq(m->pipeline, f->pipeline))
            return true;
    }
    return false;
}

static size_t place_of(const struct diag *d, str pipeline)
{
    size_t p = 0;
    while (p < d->place_count && !str_eq(d->places[p].pipeline, pipeline)) p++;
    return p;
}

static const char *why(enum metric_kind kind, bool graph)
{
    if (kind == METRIC_RESOURCE) return "a resource of its own is off";
    if (kind == METRIC_LOAD) return "it is asked for more than who calls it accounts for";
    return graph ? "what it calls does not account for its trouble"
                 : "it is off most, and nothing tells what it depends on";
}

/* Gives the strength: below that of the one before it, so that the order stands. */
static double blamed(struct diag *d, const struct suspect *s, const struct diag_finding *f, bool graph, double before)
{
    enum metric_kind kind = kind_of(f);
    double most = graph                     ? strength_most
                  : kind == METRIC_RESOURCE ? strength_own
                                            : strength_alone,
           strength = most * s->sure;
    if (strength > before * order) strength = before * order;
    hint_add(d, &(struct hint){
                    .kind = CAUSE_SERVICE_DEGRADED,
                    .place = s->service,
                    .step = f->step,
                    .witness = WITNESS_MEASURED,
                    .strength = strength,
                    .seq = f->seq,
                    .text = f->summary,
                    .title = str_fmt(d->a, "%s (" STR_FMT ")", why(kind, graph), STR_ARG(f->summary)),
                });
    return strength;
}

/* One place is no choice: what it shows is the symptom. (An incident of no place, a recording of which nobody says
 * where it hurts, is asked for its symptoms.) */
static bool several(const struct suspect_symptom *s, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (s[i].service != s[0].service) return true;
    return false;
}

/* Places that nothing connects, such as services whose calls weir does not know, are weighed against each other by what
 * they show alone. */
void look_services(struct diag *d)
{
    struct suspect_symptom *symptoms = ARENA_ARRAY(d->a, struct suspect_symptom, d->finding_count + 1);
    const struct diag_finding **of = ARENA_ARRAY(d->a, const struct diag_finding *, d->finding_count + 1);
    struct blame_edge *edges = ARENA_ARRAY(d->a, struct blame_edge, d->edge_count + 1);
    struct suspect *out = ARENA_ARRAY(d->a, struct suspect, d->place_count);
    size_t n = 0;
    for (size_t i = 0; i < d->finding_count; i++) {
        if (!of_series(&d->findings[i]) || measured_again(d, &d->findings[i])) continue;
        symptoms[n] = symptom(d, &d->findings[i], place_of(d, d->findings[i].pipeline));
        of[n++] = &d->findings[i];
    }
    for (size_t i = 0; i < d->edge_count; i++)
        edges[i] = (struct blame_edge){ .caller = d->edges[i].down, .callee = d->edges[i].up };
    bool graph = d->edge_count > 0, nowhere = !d->pipeline.len && !place_deviates(&d->places[0]);
    if (!nowhere && !several(symptoms, n)) return;
    struct suspect_options opts = { .target = nowhere ? BLAME_NO_TARGET : 0, .onset_slack = window_slack };
    size_t found = suspects_rank(symptoms, n, d->place_count, edges, d->edge_count, &opts, d->a, out);
    double before = 1.0;
    for (size_t i = 0; i < found; i++)
        if (out[i].sure > 0) before = blamed(d, &out[i], of[out[i].symptom], graph, before);
}
