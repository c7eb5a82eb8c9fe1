/* The graph of what feeds what: datasets and their columns, the jobs and pipelines between them.
 *
 *     dataset --> job or pipeline --> dataset          an edge of tables
 *     column ----- (via the job) ---> column           an edge of columns, with the kind of flow (sql.h)
 *     column ----- (via the job) ---> dataset          the column decides which rows the dataset has
 *
 * Nodes and edges are only added; each edge stands in the list of those that leave one node and of those that reach the
 * other, so a walk costs what it visits, whatever the size of the graph. Everything lives in the caller's arena and is
 * bounded by `limits`.
 */
#ifndef WEIR_ENGINE_LINEAGE_GRAPH_H
#define WEIR_ENGINE_LINEAGE_GRAPH_H

#include "engine/lineage/sql.h"

enum node_kind { NODE_DATASET, NODE_COLUMN, NODE_JOB, NODE_PIPELINE, NODE_KINDS };
const char *node_kind_name(enum node_kind k); /* "dataset", "column", "job", "pipeline" */

#define LINEAGE_NONE UINT32_MAX
struct lineage_graph; /* opaque */
struct lineage_limits {
    uint32_t nodes, edges; /* 0 = 2 million and 8 million */
};
struct lineage_node {
    enum node_kind kind;
    str name;        /* of a column: its own name alone */
    uint32_t parent; /* of a column: its dataset; else LINEAGE_NONE */
};
struct lineage_edge {
    uint32_t from, to;
    uint32_t via;    /* the job of a column's edge; LINEAGE_NONE = not known, or an edge of tables */
    enum flow_kind kind;
    int64_t seq;     /* where it was seen; the caller's */
};

/* Errors: ERR_LIMIT (the arena). Thread: the graph has one owner; walks may run side by side while nobody adds. */
MUST_USE err lineage_new(struct arena *a, const struct lineage_limits *limits, struct lineage_graph **out);
/* Find or add. Names of datasets are told apart byte by byte, those of columns without regard to case. The name is
 * copied. Errors: ERR_LIMIT. */
MUST_USE err lineage_add_node(struct lineage_graph *g, enum node_kind kind, str name, uint32_t *id);
MUST_USE err lineage_add_column(struct lineage_graph *g, uint32_t dataset, str name, uint32_t *id);
/* Add an edge, unless one with the same ends, via and kind is there. Errors: ERR_LIMIT. */
MUST_USE err lineage_add_edge(struct lineage_graph *g, const struct lineage_edge *e);
uint32_t lineage_find(const struct lineage_graph *g, enum node_kind kind, str name); /* or LINEAGE_NONE */
uint32_t lineage_find_column(const struct lineage_graph *g, uint32_t dataset, str name);
/* The dataset of that name, else the only one whose name ends with it at a '/' or '.', else LINEAGE_NONE; *others says
 * how many end so. */
uint32_t lineage_find_dataset(const struct lineage_graph *g, str name, size_t *others);
struct lineage_node lineage_node(const struct lineage_graph *g, uint32_t id);
struct lineage_edge lineage_edge(const struct lineage_graph *g, uint32_t id);
size_t lineage_node_count(const struct lineage_graph *g);
size_t lineage_edge_count(const struct lineage_graph *g);
/* "dataset.column", or the name. Lives in `a`. */
str lineage_label(const struct lineage_graph *g, uint32_t id, struct arena *a);

/* A walk goes breadth first, so each node is reached by a shortest way. */
struct lineage_walk {
    bool up;          /* to what feeds it; else to what it feeds */
    unsigned depth;   /* edges from the start at most; 0 = 1000 */
    size_t max;       /* nodes at most, the start among them; 0 = 1000, at most 100000 */
};
struct lineage_visit {
    uint32_t node, edge; /* the edge it was reached by; of the start LINEAGE_NONE */
    uint32_t from;       /* index of the visit it was reached from; of the start 0 */
    uint32_t depth;
};
struct lineage_visits {
    struct lineage_visit *items; /* nearest first; equals in the order in which their edges were added */
    size_t count;
    bool cut; /* there is more, or more edges lead nowhere new than are looked at (32 for each of max) */
};
/* Errors: ERR_LIMIT (the arena; some 40 bytes a visit), ERR_NOT_FOUND (no such node). Thread: any. */
MUST_USE err lineage_visit(const struct lineage_graph *g, uint32_t start, const struct lineage_walk *w, struct arena *a,
                           struct lineage_visits *out);

/* What a change of a column does, surest first. */
enum impact_kind {
    IMPACT_BREAKS,  /* a job that names the column */
    IMPACT_CHANGES, /* a column made of it, and the jobs on the way */
    IMPACT_ROWS,    /* a dataset whose rows it decides */
    IMPACT_MAY,     /* a job that reads the dataset; which columns of it is not known */
    IMPACT_FOLLOWS, /* what is fed by those jobs */
    IMPACT_KINDS
};
const char *impact_kind_name(enum impact_kind k);
struct impact {
    uint32_t node, from; /* from: index of the impact it follows from; of the start 0 */
    enum impact_kind kind;
    enum flow_kind flow; /* of a column: what is done to it on the way here */
};
struct impacts {
    struct impact *items; /* the first is the column itself (kind IMPACT_CHANGES) */
    size_t count;
    bool cut;
};
/* What hangs on the column, at most `max` of it (0 = 1000, at most 100000). Errors as of lineage_visit. Thread: any. */
MUST_USE err lineage_impact(const struct lineage_graph *g, uint32_t column, size_t max, struct arena *a,
                            struct impacts *out);

#endif
