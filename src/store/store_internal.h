/* What the files of the store share. Nothing outside src/store includes this. */
#ifndef WEIR_STORE_INTERNAL_H
#define WEIR_STORE_INTERNAL_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "store/journal.h"
#include "store/merkle.h"
#include "store/sql_text.h"
#include "store/store.h"

enum { SQL_PARAMS_MAX = 40, READERS_MAX = 16 };

/* A prepared statement of one connection, and its one open query. */
struct rows {
    struct tx *tx;
    sqlite3_stmt *stmt;
    enum sql id;
    bool open;
    uint8_t params;                     /* the highest $k */
    uint8_t bind[SQL_PARAMS_MAX + 1];   /* SQLite's own number of $k: it numbers by first appearance */
};

struct tx {
    struct store *store;
    struct conn *conn;
    err e;
    usec time;
    struct arena a;
    bool read_only;
    size_t open; /* queries not at their end */
};

struct conn {
    sqlite3 *db;
    struct tx tx;
    struct rows stmts[SQL_COUNT];
    struct rows dead; /* what a failed tx_query gives: has no rows */
    int reader;       /* its place among the store's readers */
};

/* Where the journal stands. Copied before each piece of work and put back when that fails. */
struct journal_state {
    usec time; /* of the last transaction's work */
    struct sha256 hash;
    struct merkle tree; /* its size is the last seq */
};

struct job {
    store_work *work;
    store_done *done;
    void *ctx;
    usec time; /* recorded time, or TIME_WALL */
    err result;
};
#define TIME_WALL (-1)

struct store {
    struct env *env;
    char *dir;  /* NULL: in memory */
    char *path; /* of the database */
    int lock_fd;
    bool reader_only;
    size_t queue_max, group_max, reader_max;

    /* The writer's own. */
    struct conn *write;
    struct job *group;
    struct journal_state journal, committed;
    bool wal_told;
    usec tick_due;

    /* One process-wide connection serves a store in memory; it is held for a group or a read. Recursive. */
    pthread_mutex_t memory_lock;

    /* Under `lock`. */
    pthread_mutex_t lock;
    pthread_cond_t work_ready, reader_free, checkpoint_wanted;
    struct job *queue; /* ring */
    size_t queue_head, queue_count;
    bool stop, checkpoint_stop, checkpoint_now, tick_new;
    struct conn *readers[READERS_MAX];
    bool reader_busy[READERS_MAX];
    void (*on_commit)(void *, int64_t);
    void *on_commit_ctx;
    usec (*tick_next)(struct tx *, void *);
    store_work *tick;
    void *tick_ctx;

    pthread_t writer_thread, checkpoint_thread;
    bool writer_runs, checkpoint_runs, locks_made;
    atomic_bool read_only, no_space;
    atomic_llong last_seq, commits, work_done, work_failed, ticks_failed, refused, wal_pages;
};

/* db.c: connections */
enum conn_kind { CONN_WRITE, CONN_READ, CONN_CHECKPOINT };
MUST_USE err conn_open(struct store *s, enum conn_kind kind, bool sync_normal, struct conn **out);
void conn_close(struct conn *c); /* accepts NULL */
MUST_USE err conn_prepare_all(struct conn *c);
MUST_USE err conn_stmt(struct conn *c, enum sql id, struct rows **out); /* prepares at first use */
MUST_USE err conn_err(sqlite3 *db, int rc, const char *what);
void conn_no_checkpoint_on_close(struct conn *c);

/* room.c: there is room for more in this folder, found out by taking it: quotas do not show elsewhere. */
bool room_in(const char *dir);

/* migrate.c */
MUST_USE err store_migrate(struct store *s, struct conn *c);
MUST_USE err store_check_version(struct conn *c);
MUST_USE err store_check_file(struct conn *c); /* ours, and not too new */

/* store.c: the folder (0700) and those above it. */
MUST_USE err store_make_dir(const char *dir);

/* tx.c */
void tx_start(struct tx *tx, struct store *s, struct conn *c, usec time, bool read_only);
void tx_close_queries(struct tx *tx);
void tx_done(struct tx *tx);

/* writer.c */
MUST_USE err writer_start(struct store *s);
void writer_stop(struct store *s);

/* journal.c */
MUST_USE err journal_load(struct tx *tx, struct journal_state *out);
void journal_save_head(struct tx *tx);
/* The entry without copies: its strings live until the next rows_next. */
void journal_view_row(struct rows *r, struct entry *out);
/* What proves the fields of an entry whose body is erased: a Merkle leaf over its hash and the fields but the body. */
struct sha256 journal_stub(const struct entry *e);

/* retain.c: what one "journal.retained" entry says. */
struct retained {
    int64_t from, through, erased;
    struct sha256 digest; /* Merkle root over the stubs of the erased entries */
};
MUST_USE err retained_parse(str body, struct retained *out);

#endif
