/* What the files of the graph share. */
#ifndef WEIR_ENGINE_LINEAGE_GRAPH_INTERNAL_H
#define WEIR_ENGINE_LINEAGE_GRAPH_INTERNAL_H

#include "engine/lineage/graph.h"

struct ends {
    uint32_t first, last, count; /* a list of edges, oldest first */
};
struct node {
    str name;
    uint32_t hash, parent, first_column, next_column;
    struct ends ends[2]; /* 0: edges that leave it, 1: edges that reach it */
    uint8_t kind;
};
struct edge {
    uint32_t ends[2]; /* from, to */
    uint32_t next[2]; /* in the lists of its two ends */
    uint32_t via;
    uint8_t kind;
    int64_t seq;
};
struct lineage_graph {
    struct arena *a;
    struct lineage_limits limits;
    struct node *nodes;
    struct edge *edges;
    uint32_t node_count, node_cap, edge_count, edge_cap;
    uint32_t *table, slots; /* of nodes, open addressing, at most half full; slots a power of two */
};

/* A set of node numbers for one walk: its size depends on what is visited, never on the graph. */
struct seen {
    uint32_t *slots, mask;
};
bool seen_init(struct seen *s, size_t max, struct arena *a); /* false: the arena is full */
bool seen_add(struct seen *s, uint32_t node);                /* false: it was there */
bool seen_has(const struct seen *s, uint32_t node);

#endif
