/* The series that live: label sets by hash, so that a sample finds its series without allocating. A series idle for
 * hours goes back to samples.db and is read again when it speaks. Not locked: whoever calls holds the ingest door. */
#ifndef WEIR_EDGE_OBSERVE_SERIES_H
#define WEIR_EDGE_OBSERVE_SERIES_H

#include "base/buf.h"
#include "edge/observe/samples_db.h"

enum { SHARDS = 8 }; /* fixed, so that logs and offsets do not depend on the number of threads */

struct series {
    struct series_info info;
    struct label *labels;
    uint32_t label_count;
    uint64_t hash;
    int shard;
    uint32_t follower; /* number of the series that came after this one, 0 = none yet: a guess for the next batch */
    bool defined;      /* its definition stands in the log or in samples.db */
    usec last_time;    /* newest sample accepted */
    usec heard;        /* monotonic time of the last batch it was in */
    struct judge *judge; /* the engine thread's, as is `listed` */
    bool listed;
    struct arena text; /* everything above points in here */
};

struct series_table;

/* seed: any random number; keeps outsiders from choosing label sets that collide.   db: borrowed. */
struct series_table *series_table_new(struct samples_db *db, uint64_t seed, size_t live_max);
void series_table_free(struct series_table *t); /* accepts NULL */
void series_table_set_next_ref(struct series_table *t, uint32_t ref);

/* The series of this name and labels (tidied); made, or read from samples.db, when it does not live yet.
 * Errors: ERR_LIMIT (live_max reached), ERR_IO. */
MUST_USE err series_find(struct series_table *t, const struct batch_series *key, str source, usec now,
                         struct series **out);
/* NULL when it does not live. Needs no door for a number that was read from the log. */
struct series *series_by_ref(struct series_table *t, uint32_t ref);
/* Take a series out that has not been heard of since `before` (monotonic). False when it has. The pointer is then gone.
 */
bool series_evict(struct series_table *t, uint32_t ref, usec before);
size_t series_live(const struct series_table *t);

/* A definition in the sample log, so that the log can be read without samples.db. */
void series_encode(const struct series *s, struct buf *out);
/* Read one back and make the series live under its old number. Errors: ERR_CORRUPT, ERR_LIMIT. */
MUST_USE err series_decode(struct series_table *t, str bytes, struct series **out);

#endif
