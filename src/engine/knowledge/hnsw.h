/* Near neighbours in a graph of small worlds (Y. Malkov and D. Yashunin, 2018): a search walks from a few far nodes to
 * near ones and looks at some hundred vectors instead of all. Approximate: it may miss some of the best.
 *
 * At 50,000 vectors of 384 bytes it answers twice as fast as an exact scan and takes some 16 s of one core to build, so
 * it is for sets that are asked often and change seldom. Levels are drawn from the row's number, so the same vectors
 * give the same graph and the same answers everywhere.
 */
#ifndef WEIR_ENGINE_KNOWLEDGE_HNSW_H
#define WEIR_ENGINE_KNOWLEDGE_HNSW_H

#include "engine/knowledge/vectors.h"

enum {
    HNSW_M = 16,        /* neighbours a node has, on the lowest level twice as many */
    HNSW_BUILD = 200,   /* candidates looked at for each new node */
    HNSW_SEARCH = 128,  /* for each question, at least */
    HNSW_LEVELS = 8,
    HNSW_ROWS_MAX = 1 << 24,
};

struct hnsw; /* in the arena it was made in */

/* A graph of the vectors, which are borrowed. Scratch for building comes from the same arena: some 150 bytes a row in
 * all. Errors: ERR_LIMIT (arena, HNSW_ROWS_MAX). Thread: one. */
MUST_USE err hnsw_build(const struct vectors *v, enum vector_kernel kernel, struct arena *a, struct hnsw **out);
/* The same in slices, for a thread that has other things to do: hnsw_new, then hnsw_grow until it gives true or fails.
 * The vectors must not move or change in between; no search before the end. */
MUST_USE err hnsw_new(const struct vectors *v, enum vector_kernel kernel, struct arena *a, struct hnsw **out);
MUST_USE err hnsw_grow(struct hnsw *h, size_t rows, bool *whole);
/* About the best `k` of HNSW_SEARCH for a packed query, best first. `a` is scratch. Gives how many; 0 also when the
 * scratch is full. Thread: any. */
size_t hnsw_search(const struct hnsw *h, const int8_t *query, float scale, size_t k, struct arena *a,
                   struct vector_hit *out);

#endif
