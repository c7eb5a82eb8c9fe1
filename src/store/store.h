/* The durable home of everything: tables, journal, and the one thread that writes them. All SQL is inside (sql/ and
 * migrations/), never outside: callers name a statement (SQL_...) and bind values.
 *
 * One writer thread runs submitted work in order, many to a group transaction, each in a SAVEPOINT of its own: one that
 * fails rolls back alone, and `done` is called after COMMIT, so a reply is a promise. Readers have their own WAL
 * connections.
 */
#ifndef WEIR_STORE_STORE_H
#define WEIR_STORE_STORE_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

#include "sql_ids.h" /* enum sql: generated, one SQL_NAME for each sql/name.sql */

struct store; /* opaque */
struct tx;    /* a transaction handle, valid inside the callback or between store_read and store_read_end */

struct store_opts {
    str dir;                /* folder of the store; created 0700 when absent. Empty: in memory (replay, tests) */
    size_t queue_max;       /* submitted work that may wait; 0 = 16384. Beyond: ERR_FULL */
    size_t group_max;       /* work in one transaction; 0 = 1000 */
    size_t readers;         /* read connections; 0 = 4, at most 16 */
    bool sync_normal;       /* no fsync at COMMIT: survives a crash of the process, not a power cut */
};

/* Inside the data folder: the store's own folder (store_opts.dir), and the signing key, which stands outside it. */
#define STORE_FOLDER "store"
#define STORE_KEY_FILE "journal.key"

/* Open or create, and migrate to the current schema (a backup is taken first). Starts the writer thread.
 * env     borrowed; must outlive the store.
 * out     set on success only; end it with store_close().
 * Errors  ERR_IO, ERR_CORRUPT, ERR_TOO_NEW, ERR_CONFLICT (another process has it open).   Thread: main. */
MUST_USE err store_open(const struct store_opts *opts, struct env *env, struct store **out);
/* The same store for reading only, beside the process that writes it, or without one: no lock, no writer, no migration.
 * store_submit answers ERR_READ_ONLY. Errors: ERR_IO, ERR_NOT_FOUND, ERR_CORRUPT, ERR_TOO_NEW, ERR_CONFLICT (an older
 * schema: let a server open it once). */
MUST_USE err store_open_reader(str dir, struct env *env, struct store **out);
/* "DEVICE:INODE" of its lock: no other store open on this machine has the same, even where ids inside are equal. Empty
 * in memory. Thread: any. */
str store_mark(const struct store *s, struct arena *a);
/* Runs what is queued, commits, stops the writer. Accepts NULL. */
void store_close(struct store *s);

/* Work on the writer thread, inside a SAVEPOINT. An error (returned or sticky in tx) undoes just this work. */
typedef err store_work(struct tx *tx, void *ctx);
/* After COMMIT (OK), or with the work's own error, or with the reason the commit failed. Writer thread; must be short.
 */
typedef void store_done(err result, void *ctx);
/* Queue work. `time` of the transaction is max(env wall clock, last time) at the start of the work.
 * Errors: ERR_FULL, ERR_STOPPED, ERR_READ_ONLY (after a failed fsync: nothing is retried).   Thread: any. */
MUST_USE err store_submit(struct store *s, store_work *work, store_done *done, void *ctx);
/* As store_submit, but waits for done and gives its result. Thread: any but the writer. */
MUST_USE err store_run(struct store *s, store_work *work, void *ctx);
/* As store_run in recorded time: the transaction's time is max(`time`, last time), not the clock. For feed and replay.
 */
MUST_USE err store_run_at(struct store *s, usec time, store_work *work, void *ctx);
/* Called on the writer thread after each COMMIT that added entries, with the newest seq. One listener; set before use.
 */
void store_on_commit(struct store *s, void (*committed)(void *ctx, int64_t last_seq), void *ctx);
/* Asked on the writer thread between groups: the next wall time at which `tick` wants to run (USEC_MAX: never), and the
 * work itself, run like submitted work. The core's timers live here. Set before use. */
void store_on_tick(struct store *s, usec (*next)(struct tx *tx, void *ctx), store_work *tick, void *ctx);

/* A read-only transaction on a connection of the pool (waits for a free one, at most 5 s: ERR_TIMEOUT). Thread: any.
 * A store in memory has one connection: there an open reader holds up the writer, so end it before store_run. */
MUST_USE err store_read(struct store *s, struct tx **out);
void store_read_end(struct tx *tx);

/* Statements. Errors are sticky: after one, every call does nothing and gives zeros; tx_err() has it. */
enum val_type { VAL_NULL, VAL_INT, VAL_REAL, VAL_TEXT, VAL_BLOB };
struct val {
    enum val_type type;
    union {
        int64_t i;
        double r;
        str s;
    } v;
};

static inline struct val val_int(int64_t i)
{
    return (struct val){ .type = VAL_INT, .v.i = i };
}
static inline struct val val_real(double r)
{
    return (struct val){ .type = VAL_REAL, .v.r = r };
}
static inline struct val val_text(str s)
{
    return (struct val){ .type = VAL_TEXT, .v.s = s };
}
static inline struct val val_z(const char *z)
{
    return val_text(str_of(z));
}
static inline struct val val_same(struct val v)
{
    return v;
}
static inline struct val val_blob(str s)
{
    return (struct val){ .type = VAL_BLOB, .v.s = s };
}
#define VAL_NONE ((struct val){ .type = VAL_NULL })
/* V(x): the value of an int, double, str, C string or struct val. A str with a NULL ptr is NULL. */
#define V(x)                                                                                                           \
    _Generic((x), bool : val_int, int : val_int, unsigned : val_int, long : val_int, long long : val_int,              \
             unsigned long : val_int, double : val_real, str : val_text, char * : val_z, const char * : val_z,         \
             struct val : val_same)(x)

/* tx_exec(tx, SQL_NAME, V(a), V(b)): run a statement that returns no rows; gives the number of rows changed.
 * tx_query(tx, SQL_NAME, ...): start a statement that returns rows; step it with rows_next to the end or rows_end.
 *   At most one open query per statement at a time (ERR_CONFLICT); queries of other statements may run inside.
 *   tx_exec does not copy text: it is used up when it returns. tx_query copies it.
 * tx_get_i64(tx, SQL_NAME, fallback, ...): the first column of the first row. */
int64_t tx_exec_n(struct tx *tx, enum sql id, const struct val *vals, size_t n);
struct rows *tx_query_n(struct tx *tx, enum sql id, const struct val *vals, size_t n);
int64_t tx_get_i64_n(struct tx *tx, enum sql id, int64_t fallback, const struct val *vals, size_t n);
#define TX_VALS(...) (struct val[]){ __VA_ARGS__ }, sizeof((struct val[]){ __VA_ARGS__ }) / sizeof(struct val)
#define tx_exec(tx, id, ...) tx_exec_n((tx), (id), TX_VALS(__VA_ARGS__))
#define tx_query(tx, id, ...) tx_query_n((tx), (id), TX_VALS(__VA_ARGS__))
#define tx_get_i64(tx, id, fallback, ...) tx_get_i64_n((tx), (id), (fallback), TX_VALS(__VA_ARGS__))
/* Statements without parameters pass VAL_NONE's absence by TX_NO_VALS. */
#define TX_NO_VALS NULL, 0

bool rows_next(struct rows *r); /* false at the end (the query is then closed) or after an error */
void rows_end(struct rows *r);  /* close early; accepts NULL */
int64_t rows_i64(struct rows *r, int col);
double rows_f64(struct rows *r, int col);
bool rows_null(struct rows *r, int col);
str rows_str(struct rows *r, int col);                  /* valid until the next rows_next; NULL gives STR_NONE */
str rows_dup(struct rows *r, int col, struct arena *a); /* a copy */

err tx_err(struct tx *tx);               /* OK, or the first error of this work */
void tx_fail(struct tx *tx, err e);      /* make e sticky, unless one is there already */
usec tx_time(struct tx *tx);             /* the time of this transaction's work: never decreases */
struct arena *tx_arena(struct tx *tx);   /* for this work only; 64 MiB */

/* Files that belong to the store but stand beside it. `next` gives one after another, *name STR_NONE at the end; what
 * it gives lives until the next call, in `a`. Names are unique. */
struct store_files {
    err (*next)(void *ctx, struct arena *a, str *name, str *bytes);
    void *ctx;
};
/* The way back: takes one file of a backup. */
struct store_keep {
    err (*keep)(void *ctx, str name, str bytes);
    void *ctx;
};
/* Copy the store as of one moment into the new file `path` (mode 0600), while it goes on working. files: NULL = none.
 * Errors: ERR_CONFLICT (the file exists), ERR_NO_SPACE, ERR_IO, ERR_TIMEOUT (no free reader), those of files.
 * Thread: any. */
MUST_USE err store_backup(struct store *s, str path, const struct store_files *files);
/* Make a store at `dir` from a backup. keep: gets the files in it before the store appears; NULL = they are let go.
 * `first` runs in it as its first work, before the store appears at `dir`, so that nothing can act on it in between; an
 * error of it leaves nothing behind. Errors: ERR_CONFLICT (there is a store at dir), ERR_CORRUPT, ERR_TOO_NEW,
 * ERR_NOT_FOUND, ERR_IO.   Thread: main. */
MUST_USE err store_restore(str file, str dir, struct env *env, const struct store_keep *keep, store_work *first,
                           void *ctx);

/* Remove the files of a store that nobody has open, and its folder when nothing else is in it. For stores that are
 * scratch. */
void store_clear(str dir);

/* What the store knows of itself, for /metrics and /readyz. Thread: any. */
struct store_stats {
    int64_t last_seq, commits, work_done, work_failed, ticks_failed, refused; /* refused: the queue was full */
    int64_t queue_now, queue_max, wal_pages, bytes; /* bytes: database and write-ahead log on disk */
    bool read_only;
    bool no_space; /* work was refused for want of room; false again with the next entry, or when there is room */
};
struct store_stats store_stats(struct store *s);

#endif
