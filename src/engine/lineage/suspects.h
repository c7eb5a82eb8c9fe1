/* Which service did it begin with? The symptoms of many services, ranked, with a call graph or lineage and without one.
 *
 * For every symptom
 *
 *     weight = doublings of (1 + size)  x  root of (excess / the largest excess of its kind)  x  how much its own it is
 *
 * after these arguments:
 *   - a small anomaly does not cause a large one (Okati et al. 2024); sizes are of a change against noise and level,
 * and doublings of it, because twice the size of a large change says little;
 *   - trouble adds up on its way: whoever caused it has the most of it in all (seconds waited, requests failed), where
 * it is counted;
 *   - a service's processor, memory and disk are its own, its latency and errors may be what others suffer: where some
 * service shows a resource off by size r, latencies and errors count 1 / (1 + r);
 *   - more load comes from outside: a service's own latency and errors count 1 / (1 + its size); less load is an
 * effect: a fifth;
 *   - along a graph, latency and errors count for the part that no callee accounts for, load for what no caller does
 * (blame.h). A service weighs what its heaviest symptom weighs. Of two within a fifth of one another the one that began
 * first goes first. The peers of the measure without a graph: n-sigma, and BARO's RobustScorer (Pham et al., FSE 2024).
 */
#ifndef WEIR_ENGINE_LINEAGE_SUSPECTS_H
#define WEIR_ENGINE_LINEAGE_SUSPECTS_H

#include "engine/lineage/blame.h"
#include "engine/lineage/symptom.h"

struct suspect_symptom {
    size_t service;
    enum metric_kind kind;
    double score, size, excess; /* of symptom.h; excess 0 = not known */
    bool falls;                 /* it went down; matters for load */
    usec onset;                 /* 0 = not known */
};

struct suspect_options {
    size_t target; /* the service where it hurts, or BLAME_NO_TARGET; there only a resource is more than the symptom */
    usec onset_slack; /* as in blame.h */
};

struct suspect {
    size_t service, symptom; /* symptom: index of the heaviest */
    double weight;           /* > 0 */
    double sure; /* 0..1: weight against the heaviest there would be if nobody else accounted for anything */
};

/* Rank; gives how many of out (room for `services`) are filled, best first. Services without a symptom that hurts are
 * left out. A score under BLAME_SCORE_MIN lessens the size in proportion, and leaves sure = 0. An edge or a symptom of
 * a service that does not exist is ignored. Scratch memory comes from a: some 200 bytes a service, 40 an edge. Only + -
 * * / and square roots. Thread: any. */
size_t suspects_rank(const struct suspect_symptom *symptoms, size_t count, size_t services,
                     const struct blame_edge *edges, size_t m, const struct suspect_options *opts, struct arena *a,
                     struct suspect *out);

#endif
