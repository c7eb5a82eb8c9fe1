/* The graph of what feeds what: datasets, their columns, and the jobs and pipelines between them. What feeds this, what
 * does it feed, what breaks if this column changes. */
#ifndef WEIR_GRAPH_H
#define WEIR_GRAPH_H

#include "lineage.h"

#ifdef __cplusplus
extern "C" {
#endif

enum weir_node_kind { WEIR_DATASET, WEIR_COLUMN, WEIR_JOB, WEIR_PIPELINE };
#define WEIR_NO_NODE 4294967295

typedef struct weir_graph weir_graph;

struct weir_node {
    int kind;
    struct weir_text name; /* of a column: its own alone; in the graph's memory */
    uint32_t parent;       /* of a column: its dataset; else WEIR_NO_NODE */
};

/* Bytes that serve a graph of so many nodes and edges with names of so many bytes each. */
WEIR_API size_t weir_graph_size(size_t nodes, size_t edges, size_t name_bytes);
/* The graph grows within `memory`, and never beyond. Errors: WEIR_LIMIT. */
WEIR_API int weir_graph_init(void *memory, size_t size, weir_graph **out, struct weir_error *error);
/* Find or add. dataset: of a column, the node it belongs to; else not looked at. Datasets are told apart byte by byte,
 * columns without regard to case. Errors: WEIR_INPUT (kind, dataset), WEIR_LIMIT (the memory is full; the graph is as
 * it was). */
WEIR_API int weir_graph_node(weir_graph *g, int kind, struct weir_text name, uint32_t dataset, uint32_t *id,
                             struct weir_error *error);
/* An edge, unless it is there: dataset -> job, job -> dataset, or column -> column and column -> dataset `via` a job
 * with a flow kind (weir_flow_name; via WEIR_NO_NODE: not known). Errors: WEIR_INPUT (a node), WEIR_LIMIT. */
WEIR_API int weir_graph_edge(weir_graph *g, uint32_t from, uint32_t to, uint32_t via, int flow,
                             struct weir_error *error);
/* All that a job's SQL says: its tables, their columns and the flows between them. Errors: WEIR_INPUT (job), WEIR_LIMIT
 * (part of it may have been added). */
WEIR_API int weir_graph_sql(weir_graph *g, uint32_t job, const struct weir_sql *sql, struct weir_error *error);
/* The node, or WEIR_NO_NODE. A dataset is also found by the end of its name, at a '.' or '/', while only one ends so.
 */
WEIR_API uint32_t weir_graph_find(const weir_graph *g, int kind, struct weir_text name, uint32_t dataset);
WEIR_API size_t weir_graph_count(const weir_graph *g);
/* parent and kind of a number that is no node: WEIR_NO_NODE, -1. */
WEIR_API struct weir_node weir_graph_get(const weir_graph *g, uint32_t id);

struct weir_visit {
    uint32_t node;
    uint32_t from;  /* index of the visit it was reached from; of the start 0 */
    uint32_t depth; /* edges from the start */
    int what;       /* walk: flow of the edge it was reached by (0 between tables); impact: weir_impact_name(what) */
};
struct weir_visits { /* in `memory`; the start is the first, the nearest follow */
    const struct weir_visit *items;
    size_t count;
    int cut; /* there is more */
};
/* breaks: a job that names the column. changes: a column made of it, and jobs on the way. rows: a dataset whose rows it
 * decides. may: a job that reads the dataset, nobody knows which columns. follows: what those jobs feed. */
WEIR_API const char *weir_impact_name(int what);
/* Bytes that serve walks of at most so many nodes. */
WEIR_API size_t weir_graph_walk_memory(size_t max);
/* What feeds a node (up), or what it feeds. depth: edges at most (0: 1000). max: nodes at most (1..100000). Errors:
 * WEIR_INPUT, WEIR_LIMIT. */
WEIR_API int weir_graph_walk(const weir_graph *g, uint32_t start, int up, unsigned depth, size_t max,
                             struct weir_memory memory, struct weir_visits *out, struct weir_error *error);
/* What hangs on a column. Errors: as above. */
WEIR_API int weir_graph_impact(const weir_graph *g, uint32_t column, size_t max, struct weir_memory memory,
                               struct weir_visits *out, struct weir_error *error);

#ifdef __cplusplus
}
#endif

#endif
