/* Snapshots: the state as of one entry, kept in the store, for replay to start from where older bodies are gone. Its
 * parts are written piece by piece; it counts from the moment an entry "journal.snapshot" names it, with the digest of
 * its blocks, so that what is read back is what was written:
 *
 *   {"seq":500,"logic_version":1,"schema":5,"blocks":3,"digest":"<hex>"}
 */
#ifndef WEIR_STORE_SNAPSHOT_H
#define WEIR_STORE_SNAPSHOT_H

#include "store/state.h"

struct snapshot {
    int64_t seq;   /* the last entry in it */
    int64_t logic; /* version of the logic that made it */
    int64_t schema; /* version of the tables it was written from */
    struct state_facts facts;
};
struct snapshot_list {
    struct snapshot *items;
    size_t count;
};

/* The snapshots that are there, by their entries, lowest seq first; they live in a. */
struct snapshot_list snapshots(struct tx *tx, struct arena *a);

/* Write the parts of the state that `from` sees, as of entry seq, into the store `to`, a piece of work each. `from` may
 * be a reader of `to`, unless that is in memory. Gives the body for the entry that makes it count.   Thread: any but
 * to's writer. */
MUST_USE err snapshot_write(struct tx *from, int64_t seq, int64_t logic, struct store *to, struct arena *a, str *body);
/* Put a snapshot that `from` holds into `into`, and let that store's journal go on after it. Errors: ERR_CORRUPT (the
 * parts are not what the entry says), those of the stores.   Thread: any but into's writer. */
MUST_USE err snapshot_load(struct tx *from, const struct snapshot *snap, struct store *into);
/* Drop the parts of all snapshots but those named in `keep`, a few parts a piece of work.   Thread: any but the writer.
 */
MUST_USE err snapshot_trim(struct store *s, const struct snapshot_list *keep);
/* The schema's version of this program. */
int64_t snapshot_schema(void);

#endif
