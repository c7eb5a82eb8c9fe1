/* The runbooks folder: every *.md file in it, two levels deep, as input "runbook.loaded". */
#ifndef WEIR_EDGE_RUNBOOKS_H
#define WEIR_EDGE_RUNBOOKS_H

#include "core/core.h"

/* Load what is new or changed, remove what is gone. apply: the core's door, on the writer thread.
 * Errors: ERR_IO, ERR_LIMIT (over 2,000 files, a file over 256 KiB). Thread: main. */
MUST_USE err runbooks_load(struct store *store, str folder,
                           err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq), void *ctx);

#endif
