/* From samples to findings. A batch is written to the logs of its series' shards and thereby acknowledged; engine
 * threads read the logs, judge, and hand findings to the core in the same transaction that records how far they have
 * judged. A restart goes on from there: detectors are loaded from samples.db, the log is read again, and what had been
 * raised is not raised twice. */
#ifndef WEIR_EDGE_OBSERVE_INGEST_H
#define WEIR_EDGE_OBSERVE_INGEST_H

#include "core/core.h"
#include "edge/observe/samples_db.h"

struct ingest;

struct ingest_opts {
    str dir;              /* made when absent: DATA/samples */
    size_t threads;       /* engine threads, 1..8; 0 = 1 */
    size_t live_max;      /* series that live at once; 0 = 50,000 */
    usec idle;            /* a series not heard of for so long goes to disk; 0 = 6 h */
    usec retention;       /* 0 = 15 days */
    int64_t bytes_max;    /* of samples.db; 0 = 10 GiB */
    int64_t lag_max;      /* bytes a shard may wait to be judged; 0 = 16 MiB. Beyond: ERR_FULL */
    double disk_floor;    /* share of the disk that stays free; 0 = 0.05, negative = none */
    /* The core's door; called on the store's writer thread. */
    err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq);
    void *apply_ctx;
};

/* store, env: borrowed, must outlive it. Starts the threads. Errors: ERR_IO, ERR_CORRUPT, ERR_NO_SPACE.   Thread: main.
 */
MUST_USE err ingest_open(const struct ingest_opts *opts, struct store *store, struct env *env, struct ingest **out);
/* Stops the threads where they are, saves the detectors. What is in the logs is judged after the next start. Accepts
 * NULL. */
void ingest_close(struct ingest *in);
/* The thresholds (JSON of pipelines.yaml, docs/architecture.md) and models (models.h, or empty) in force from now on.
 * Errors: ERR_INPUT, ERR_LIMIT.   Thread: any. */
MUST_USE err ingest_configure(struct ingest *in, str pipelines_json, str models_json);

struct ingest_result {
    size_t accepted, duplicates, refused;
};
/* Take one batch: all of it is in the log when this returns OK, or, after an error, the sender shall send it again.
 * Single samples may be refused for good (time more than an hour ahead or older than the retention, one series too
 * many); they are counted, by sender and reason. sender  "remote_write", "api/NAME", "scrape/TARGET"; at most 64 are
 * told apart, the rest counts as "other". Errors  ERR_FULL, ERR_NO_SPACE, ERR_READ_ONLY, ERR_IO.   Thread: any but the
 * writer. */
MUST_USE err ingest_samples(struct ingest *in, str sender, const struct batch *b, struct ingest_result *out);
/* Wait until everything accepted so far is judged and its findings are committed. Errors: ERR_TIMEOUT, ERR_READ_ONLY.
 */
MUST_USE err ingest_drain(struct ingest *in, usec timeout);
/* Bring all shards into samples.db now; done by itself every 16 MiB or 2 h. For tests and backups.   Thread: any. */
MUST_USE err ingest_checkpoint(struct ingest *in, usec timeout);

#define INGEST_REASON_LIST(X)                                                                                          \
    X(MALFORMED, "malformed")       /* refused by the parser */                                                        \
    X(FUTURE, "future")             /* its time is more than an hour ahead */                                          \
    X(TOO_OLD, "too_old")           /* older than the retention */                                                     \
    X(SERIES_LIMIT, "series_limit") /* live_max reached */                                                             \
    X(FULL, "full")                 /* told to come again */                                                           \
    X(DISK, "disk")                 /* disk full, or read-only after a failed write */
#define INGEST_REASON_ENUM(name, text) INGEST_##name,
enum ingest_reason { INGEST_REASON_LIST(INGEST_REASON_ENUM) INGEST_REASONS };
#undef INGEST_REASON_ENUM
const char *ingest_reason_text(enum ingest_reason r);

enum { SENDERS_MAX = 64, SENDER_NAME_MAX = 64 };
struct sender_stats {
    char name[SENDER_NAME_MAX];
    int64_t accepted, duplicates, refused[INGEST_REASONS];
};
struct ingest_stats {
    int64_t series_live, samples_judged, findings, findings_refused, store_waits;
    int64_t lag_bytes, log_bytes, db_bytes;     /* now */
    int64_t gaps, gap_bytes;                    /* places where a log had lost something, and how much */
    int64_t checkpoints, checkpoint_errors, chunks_expired, detectors_reset;
    bool read_only;
    size_t sender_count;
    struct sender_stats senders[SENDERS_MAX];
};
/* Thread: any. */
/* A write failed: nothing is taken until a restart. Thread: any. */
bool ingest_read_only(const struct ingest *in);
bool ingest_disk_low(const struct ingest *in); /* below its floor, or a write found no room; samples wait outside */
void ingest_stats(struct ingest *in, struct ingest_stats *out);

/* Count what a parser refused; the sender hears of it in the reply. */
void ingest_count_malformed(struct ingest *in, str sender, size_t count);

/* Apply inputs of the core, in order, and wait for their commits. Each has its own result: seq (0: known already) or an
 * error. */
struct applied {
    err result;
    int64_t seq;
};
void ingest_inputs(struct ingest *in, const struct input *items, size_t count,
                   struct applied *out); /* Thread: any but the writer */

#endif
