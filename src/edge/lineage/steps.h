/* SQL that pipelines.yaml names for steps -> what the pipelines read and write. */
#ifndef WEIR_EDGE_LINEAGE_STEPS_H
#define WEIR_EDGE_LINEAGE_STEPS_H

#include "core/core.h"

/* Read the files and declare one job a pipeline that has any (JSON of pipelines.yaml, docs/architecture.md). A file
 * that cannot be read is logged and left out. apply: the core's door, on the writer thread. Errors: of the store.
 * Thread: main. */
MUST_USE err lineage_of_steps(struct store *store, str pipelines_json,
                              err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq), void *ctx);

#endif
