/* Open files against what the system allows (RLIMIT_NOFILE): the connections of the server may not take what the store,
 * the samples and child processes need, or nothing would be recorded while strangers hold connections. */
#ifndef WEIR_EDGE_OPEN_FILES_H
#define WEIR_EDGE_OPEN_FILES_H

#include <stddef.h>

#include "base/err.h"

/* How many of the `wanted` connections fit when `limit` files may be open and `open` are; 0: too few for any server. */
size_t open_files_share(size_t limit, size_t open, size_t wanted);
/* Raise the soft limit as far as `wanted` connections need and the hard one allows, and say how many fit. It looks at
 * what is open now: ask it when all other parts stand. Children inherit the limit.
 * Errors: ERR_LIMIT (fewer than any server needs), with what to do. Thread: main. */
MUST_USE err open_files_fit(size_t wanted, size_t *fits);
/* Open files of this process, and how many may be. Thread: any. */
size_t open_files_now(void);
size_t open_files_limit(void);

#endif
