/* What the files of ingest share. Order of locks: door, then a log's own; the detectors belong to their engine thread.
 */
#ifndef WEIR_EDGE_OBSERVE_INGEST_INTERNAL_H
#define WEIR_EDGE_OBSERVE_INGEST_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "edge/observe/ingest.h"
#include "edge/observe/judge.h"
#include "edge/observe/sample_log.h"
#include "edge/observe/series.h"

enum {
    ITEM_BYTES = 20,            /* u32 number of the series, i64 time, f64 value */
    RECORD_SAMPLES = 'S',       /* first byte of a record's payload: items follow */
    RECORD_SERIES = 'D',        /* a definition follows (series_encode) */
    RECORD_ITEMS_MAX = 8192,
};

struct item {
    uint32_t ref;
    usec time;
    double value;
};
static inline void item_write(char *to, const struct item *it)
{
    memcpy(to, &it->ref, 4);
    memcpy(to + 4, &it->time, 8);
    memcpy(to + 12, &it->value, 8);
}
static inline struct item item_read(const char *from)
{
    struct item it;
    memcpy(&it.ref, from, 4);
    memcpy(&it.time, from + 4, 8);
    memcpy(&it.value, from + 12, 8);
    return it;
}

struct shard {
    int id;
    struct sample_log *log;
    struct log_cursor cursor;      /* where judging reads */
    _Atomic int64_t judged;        /* log offset below which everything is judged and its findings are committed */
    int64_t raised;                /* at open: findings of records up to here were committed before */
    _Atomic int64_t done;          /* below it chunks and detectors are in samples.db; the log may be cut */
    usec checkpointed;             /* monotonic */
    struct series **own;           /* live series of this shard that the engine thread has met */
    size_t own_count, own_cap, own_stored; /* the first own_stored have their row in samples.db */
    struct buf pending;            /* door: frames of the batch at hand */
    size_t record, record_items;   /* door: the open record in pending */
};

struct engine_thread {
    struct ingest *in;
    pthread_t id;
    bool running;
    size_t number;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool work; /* something was appended since the thread last looked */
};

struct touched {
    struct series *series;
    usec last_time; /* before the batch */
};

struct ingest {
    struct ingest_opts opts;
    char *dir;
    struct store *store;
    struct env *env;
    struct samples_db *db;
    struct shard shards[SHARDS];
    struct engine_thread threads[SHARDS];

    pthread_mutex_t door;          /* series table, senders, pending frames */
    struct series_table *series;
    struct sender_stats senders[SENDERS_MAX];
    size_t sender_count;
    struct touched *touched;       /* of the batch at hand */
    size_t touched_count, touched_cap;

    pthread_mutex_t rules_lock;
    struct judge_rules *rules;

    pthread_t keeper;              /* syncs the logs every second, watches the disk, expires */
    bool keeper_running, gap_at_open;
    pthread_mutex_t keeper_lock;
    pthread_cond_t keeper_wake;

    _Atomic bool stopping, read_only, disk_low;
    _Atomic int checkpoint_wanted; /* goes up by one for each wish */
    _Atomic int checkpoint_met[SHARDS];
    _Atomic int64_t samples_judged, findings, findings_refused, store_waits, gaps, gap_bytes, checkpoints,
        checkpoint_errors, chunks_expired, detectors_reset, db_bytes;
};

/* engine.c */
void *engine_main(void *thread);
void engine_wake(struct engine_thread *t);
/* checkpoint.c: rows of series met since the last call, so that they can be listed at once.   Thread: the shard's. */
void shard_store_new_series(struct ingest *in, struct shard *s);
/* Bring the shard's log up to its cursor into samples.db, save detectors, let idle series go.   Thread: the shard's. */
MUST_USE err shard_checkpoint(struct ingest *in, struct shard *s);
struct gathered {
    struct item it;
    uint32_t order; /* in the log: of two samples of one time the first counts */
};
/* Put items[0..n), of one series and in order, into as many chunks as they need. part: tells them apart from others of
 * that time. */
MUST_USE err put_chunks(struct samples_db *db, const struct gathered *items, size_t n, int64_t part);
/* keeper.c */
void *keeper_main(void *ingest);

#endif
