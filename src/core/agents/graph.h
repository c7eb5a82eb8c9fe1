/* The agent graph: data, not code. Nodes name an agent; edges have conditions on the result of the step, the severity
 * of the incident and a person's answer. The first edge whose conditions all hold is taken.
 */
#ifndef WEIR_CORE_AGENTS_GRAPH_H
#define WEIR_CORE_AGENTS_GRAPH_H

#include "core/agents/case.h"

enum { GRAPH_NODES_MAX = 64, GRAPH_EDGES_MAX = 256 };

struct graph_node {
    str id, agent_name;
    agent_fn *agent;
    usec wait_max; /* a waiting node gives "expired" after this; 0 = an hour */
};

struct graph {
    str name, start;
    int64_t steps_max;
    double usd_max;
    struct graph_node nodes[GRAPH_NODES_MAX];
    size_t node_count;
    struct graph_edge {
        size_t from, to;
        str result;        /* "" = any */
        unsigned severities; /* bit per severity, 0 = any */
    } edges[GRAPH_EDGES_MAX];
    size_t edge_count;
    struct arena arena;
};

/* Check and compile. Every node must be reachable, every agent known, every way must be able to end.
 * Errors: ERR_INPUT naming the node or edge. */
MUST_USE err graph_load(str json_text, struct graph **out);
void graph_free(struct graph *g);
extern const char graph_default[]; /* the shipped graph, JSON */

const struct graph_node *graph_node(const struct graph *g, str id); /* NULL: no such node */
/* The node after `from`, or NULL: the case ends. */
const struct graph_node *graph_next(const struct graph *g, const struct graph_node *from, const char *result,
                                    int severity);

#endif
