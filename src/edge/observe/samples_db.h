/* samples.db beside the store: series, compressed chunks, detector states. It has a file of its own because a sample is
 * worth less than a decision: its commits do not wait for the disk, and it may be deleted without touching what was
 * decided. */
#ifndef WEIR_EDGE_OBSERVE_SAMPLES_DB_H
#define WEIR_EDGE_OBSERVE_SAMPLES_DB_H

#include "base/env.h"
#include "edge/observe/batch.h"

enum { SERIES_ID_LEN = 16 };

struct series_info {
    uint32_t ref;               /* number in the sample log */
    str id;                     /* SERIES_ID_LEN hex digits, for addresses */
    str text;                   /* name{label="value"}, for people and findings */
    str name, labels;           /* labels as a JSON object */
    str pipeline, source;
    enum series_kind kind;
    usec first_seen, last_seen; /* times of samples */
};

struct samples_db;

/* Open or create DIR/samples.db. env borrowed. Errors: ERR_IO, ERR_CORRUPT, ERR_NO_SPACE.   Thread: main. */
MUST_USE err samples_db_open(str dir, struct env *env, struct samples_db **out);
/* The same for reading only, beside the server that writes it, or without one. Errors: as above, ERR_NOT_FOUND. */
MUST_USE err samples_db_open_reader(str dir, struct env *env, struct samples_db **out);
void samples_db_close(struct samples_db *db); /* accepts NULL */

/* Reading, on a connection of its own. Strings live in `a`.   Thread: any. */
MUST_USE err samples_db_series(struct samples_db *db, str id_or_text, struct arena *a,
                               struct series_info *out); /* ERR_NOT_FOUND */
struct series_list {
    struct series_info *items;
    size_t count;
};
/* By text, after `after`; empty pipeline or name: any. max 1..1000. */
MUST_USE err samples_db_list(struct samples_db *db, str pipeline, str name, str after, size_t max, struct arena *a,
                             struct series_list *out);
/* Chunks that touch [from, to], in order of their start. Stops early when `chunk` returns an error. */
MUST_USE err samples_db_chunks(struct samples_db *db, uint32_t ref, usec from, usec to,
                               err (*chunk)(void *ctx, str data), void *ctx);
/* The saved detector; empty when there is none. */
MUST_USE err samples_db_detector(struct samples_db *db, uint32_t ref, struct arena *a, str *state);
MUST_USE err samples_db_shard(struct samples_db *db, int shard, int64_t *done); /* 0 when new */
MUST_USE err samples_db_last_ref(struct samples_db *db, uint32_t *ref);

/* Writing: begin waits for other writers; then puts; then end, which commits when `e` is OK and rolls back otherwise,
 * and gives what went wrong first.   Thread: any, begin to end on one. */
MUST_USE err samples_db_begin(struct samples_db *db);
MUST_USE err samples_db_end(struct samples_db *db, err e);
MUST_USE err samples_db_put_series(struct samples_db *db, const struct series_info *s);
MUST_USE err samples_db_put_chunk(struct samples_db *db, uint32_t ref, usec start, usec end, int64_t part, size_t count,
                                  str data);
MUST_USE err samples_db_put_detector(struct samples_db *db, uint32_t ref, str state);
MUST_USE err samples_db_put_shard(struct samples_db *db, int shard, int64_t done);
/* Delete up to `max` chunks that ended before `before`, and what nothing points to any more. Gives how many chunks
 * went. */
MUST_USE err samples_db_expire(struct samples_db *db, usec before, size_t max, int64_t *gone);
/* Bytes in use, and the end of the oldest chunk (0: none). */
MUST_USE err samples_db_size(struct samples_db *db, int64_t *bytes, usec *oldest);

#endif
