/* Retention with its snapshot: before bodies are erased through some entry, the state after that entry is kept, so that
 * replay can begin there and loses nothing but what was erased.
 *
 *   kept snapshot ──replay──▶ state after the last entry to go ──▶ snapshot ──▶ erase ──▶ older snapshots go
 *
 * An entry made by another version of the logic cannot be replayed. So a start with new logic takes a snapshot of the
 * tables as they are, and replay goes on from that; retention needs no other before it.
 */
#ifndef WEIR_CORE_RETENTION_H
#define WEIR_CORE_RETENTION_H

#include "core/core.h"

struct retention_report {
    int64_t through; /* the last entry whose body may go now; 0 = there was nothing to do */
    int64_t erased;
    int64_t snapshot; /* the entry whose state was kept for it, 0 = one was there */
};

/* Erase the bodies of entries older than `before`, with a snapshot first.
 * store   the store, in a folder (not in memory); its writer is never held longer than for one piece of work.
 * work    a fresh store that the state is made again in; the caller ends it, and its files.
 * Errors: of the stores; ERR_CORRUPT when replay comes to something else than the record: then nothing is erased.
 * Thread: any but the writers. */
MUST_USE err retention_run(struct store *store, struct store *work, usec before, struct retention_report *out);
/* How far retention would come: 0 = there is nothing to do, and no need for a `work`. */
MUST_USE err retention_due(struct store *store, usec before, int64_t *through);

/* Keep the tables as they are now. Thread: any but the writer. */
MUST_USE err retention_snapshot(struct store *store);
/* The journal's last start was with another version of the logic: true until a start of this one is in it. */
MUST_USE err retention_logic_changed(struct store *store, bool *changed);

#endif
