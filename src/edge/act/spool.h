/* Reports that could not be delivered, kept in a folder until somebody can: one file an event, written aside, synced
 * and renamed, 0600, named so that they sort in the order they were made. Delivering one twice does no harm: runs have
 * ids.
 */
#ifndef WEIR_EDGE_ACT_SPOOL_H
#define WEIR_EDGE_ACT_SPOOL_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"

enum { SPOOL_FILES_MAX = 2000, SPOOL_BYTES_MAX = 64 << 20, SPOOL_EVENT_MAX = 1 << 20 };

/* Keep one event (one JSON text). Makes the folder 0700 when it is absent. Errors: ERR_FULL (the folder holds
 * SPOOL_FILES_MAX or SPOOL_BYTES_MAX), ERR_IO, ERR_NO_SPACE, ERR_LIMIT. Thread: any; also from several processes. */
MUST_USE err spool_put(const char *dir, struct env *env, str event);

/* Hand the oldest events to `deliver`, in order, at most max; each is removed once delivered. ERR_INPUT from deliver
 * means it will never be accepted: the file is renamed to .refused and the next one follows; any other error stops. One
 * process at a time: ERR_CONFLICT when another one is at it. *count: delivered. A folder that is absent is empty. */
typedef err spool_deliver(void *ctx, str event);
MUST_USE err spool_drain(const char *dir, size_t max, spool_deliver *deliver, void *ctx, size_t *count);
/* Events waiting. */
size_t spool_count(const char *dir);

#endif
