/* Who is to blame: the nodes of a call or lineage graph, ranked by how much of a target's trouble begins with them.
 *
 * Trouble travels from what is called to who calls. So from the target down along deviating nodes, each node is asked
 * how much of its own trouble its callees account for; what is left began with it:
 *
 *     blame = min(trouble / trouble of the target, 1) x (1 - most of a callee's trouble / own trouble)
 *
 * Trouble is the total excess (seconds waited too long, requests failed too much) where both know it, so that a callee
 * called ten times a request and one called once are told apart; else the score of the deviation, after the argument
 * that a small anomaly does not cause a large one. A callee whose onset is later than its caller's accounts for
 * nothing. Where nothing but the target deviates the list is empty, and so it is when not even the target does.
 */
#ifndef WEIR_ENGINE_LINEAGE_BLAME_H
#define WEIR_ENGINE_LINEAGE_BLAME_H

#include "base/arena.h"
#include "base/time.h"

/* Deviations of a smaller score are noise: such nodes carry no trouble and get no blame. */
#define BLAME_SCORE_MIN 3.0

struct blame_node {
    double score;  /* robust deviation, in spreads; negative or NaN: well */
    double excess; /* total trouble, the same unit for every node of one ranking; 0 = not known */
    usec onset;    /* 0 = not known */
};
struct blame_edge {
    size_t caller, callee; /* indices of nodes; others are ignored, and so are edges from a node to itself */
};
struct blame_options {
    usec onset_slack; /* how much later than its effect a cause may be seen: the length of a measuring window */
};
struct blame {
    size_t node;
    double blame; /* 0..1 */
    size_t via;   /* the caller through which it was reached; of the target, itself */
};

/* No target: every node that deviates is asked, and what it is to any one's trouble does not count. */
#define BLAME_NO_TARGET ((size_t)-1)

/* Rank; gives how many of out (room for n) are filled, best first: by blame, then farther from the target, then index.
 * Scratch memory comes from a (some 60 bytes a node). Costs O(nodes + edges log edges). Only + - * /. Thread: any. */
size_t blame_rank(const struct blame_node *nodes, size_t n, const struct blame_edge *edges, size_t m, size_t target,
                  const struct blame_options *opts, struct arena *a, struct blame *out);

#endif
