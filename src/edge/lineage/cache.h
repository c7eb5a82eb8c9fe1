/* The stored graph in memory, for those who ask: tables stay the state, this is a copy of them as of the last question.
 * It takes in what is new by its entry's number, and starts afresh when something was taken away. */
#ifndef WEIR_EDGE_LINEAGE_CACHE_H
#define WEIR_EDGE_LINEAGE_CACHE_H

#include "engine/lineage/graph.h"
#include "store/store.h"

struct lineage_cache;
struct lineage_cache *lineage_cache_new(void);
void lineage_cache_free(struct lineage_cache *c); /* accepts NULL */

/* Bring it up to what tx sees and lock it. *out is valid until lineage_cache_end, which must follow an OK. Errors:
 * ERR_LIMIT (the graph takes more than 1 GiB), of the store.   Thread: any; one at a time is let in. */
MUST_USE err lineage_cache_begin(struct lineage_cache *c, struct tx *tx, const struct lineage_graph **out);
void lineage_cache_end(struct lineage_cache *c);

/* The node of "pipeline:NAME", "job:NAME", "dataset:NAME", "column:DATASET.NAME", or of a bare name: a pipeline, a job,
 * a dataset (whole or by its end), a dataset and column. LINEAGE_NONE: none; *others says how many datasets the name
 * could mean. Thread: as begin. */
uint32_t lineage_named(const struct lineage_graph *g, str name, size_t *others);
/* A column by "DATASET.COLUMN"; the dataset whole or by its end. */
uint32_t lineage_column_named(const struct lineage_graph *g, str name, size_t *others);

#endif
