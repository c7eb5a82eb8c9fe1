/* The writer thread: group commit.
 *
 *   take what is queued (at most group_max) -> BEGIN IMMEDIATE -> each in a SAVEPOINT -> COMMIT -> done callbacks
 *
 * One fsync serves the group. While it runs, the next group gathers by itself: load makes groups larger, and a single
 * piece of work waits for nobody.
 *
 * A COMMIT that fails for want of space rolls the group back and the store goes on. Any other failure of a COMMIT, or
 * of the log, ends writing for good: after a failed fsync the kernel may have dropped the pages and say yes to the next
 * one.
 *
 * Checkpoints (log -> database) run on a thread and connection of their own. Under unbroken load those never catch up
 * with the end of the log, so past WAL_PAGES_MAX the writer does one itself, with nobody writing meanwhile. The first
 * COMMIT after a checkpoint syncs twice (the log begins anew), so they are far enough apart to be rarer than one COMMIT
 * in a hundred.
 */
#include "store/store_internal.h"

#include <assert.h>

#include "base/cond.h"

enum { WAL_PAGES_CHECKPOINT = 4000, WAL_PAGES_MAX = 16000, TICKS_A_GROUP = 100 };
#define IDLE_RELEASE (10 * USEC_SECOND)
#define TICK_POLL USEC_SECOND /* a wall clock may be set: look again at least this often while a timer waits */

/* max(wall, last) ; writer */
static usec store_clock(struct store *s)
{
    usec wall = s->env->wall(s->env);
    return wall > s->journal.time ? wall : s->journal.time;
}

/* The transaction itself failed or is gone. */
static err statement(struct store *s, enum sql id)
{
    struct rows *r;
    err e = conn_stmt(s->write, id, &r);
    if (e.code) return e;
    int rc = sqlite3_step(r->stmt);
    e = conn_err(s->write->db, rc, sql_texts[id].name);
    (void)sqlite3_reset(r->stmt);
    return e;
}

static bool transaction_gone(struct store *s)
{
    return sqlite3_get_autocommit(s->write->db) != 0;
}

/* Put the work in a SAVEPOINT. Its own failure is its result; what is returned is the loss of the whole transaction. */
static err work_run(struct store *s, store_work *work, void *ctx, usec time, err *result)
{
    struct tx *tx = &s->write->tx;
    struct journal_state before = s->journal;
    err e = statement(s, SQL_WORK_BEGIN);
    if (e.code) return e;
    usec now = time == TIME_WALL ? s->env->wall(s->env) : time;
    if (now > s->journal.time) s->journal.time = now;
    tx_start(tx, s, s->write, s->journal.time, false);
    err own = work(tx, ctx);
    tx_fail(tx, own);
    tx_close_queries(tx);
    *result = tx->e;
    if (!tx->e.code) return statement(s, SQL_WORK_END);
    s->journal = before;
    if (transaction_gone(s)) return tx->e;
    e = statement(s, SQL_WORK_UNDO);
    return e.code ? e : statement(s, SQL_WORK_END);
}

static void tick_hooks(struct store *s, usec (**next)(struct tx *, void *), store_work **tick, void **ctx)
{
    pthread_mutex_lock(&s->lock);
    *next = s->tick_next;
    *tick = s->tick;
    *ctx = s->tick_ctx;
    pthread_mutex_unlock(&s->lock);
}

static err run_ticks(struct store *s)
{
    usec (*next)(struct tx *, void *);
    store_work *tick;
    void *ctx;
    tick_hooks(s, &next, &tick, &ctx);
    s->tick_due = USEC_MAX;
    for (int n = 0; tick; n++) {
        tx_start(&s->write->tx, s, s->write, store_clock(s), true);
        s->tick_due = next(&s->write->tx, ctx);
        tx_close_queries(&s->write->tx);
        if (n == TICKS_A_GROUP || s->tick_due > store_clock(s)) break;
        err result = OK, e = work_run(s, tick, ctx, TIME_WALL, &result);
        if (e.code) return e;
        if (!result.code) continue;
        atomic_fetch_add(&s->ticks_failed, 1);
        s->tick_due = store_clock(s) + TICK_POLL; /* a timer that fails must not spin */
        break;
    }
    return OK;
}

static err group_commit(struct store *s)
{
    struct tx *tx = &s->write->tx;
    if (s->journal.tree.size != s->committed.tree.size) {
        tx_start(tx, s, s->write, s->journal.time, false);
        journal_save_head(tx);
        if (tx->e.code) return tx->e;
    }
    return statement(s, SQL_TX_COMMIT);
}

static void group_lost(struct store *s, size_t n, err e)
{
    if (!transaction_gone(s)) (void)statement(s, SQL_TX_ROLLBACK);
    if (e.code == ERR_NO_SPACE) atomic_store(&s->no_space, true);
    if (e.code != ERR_NO_SPACE && e.code != ERR_TIMEOUT) {
        atomic_store(&s->read_only, true);
        conn_no_checkpoint_on_close(s->write);
    }
    s->journal = s->committed;
    s->tick_due = store_clock(s) + TICK_POLL;
    for (size_t i = 0; i < n; i++) s->group[i].result = e;
}

static void group_tell(struct store *s, size_t n, bool grown)
{
    size_t failed = 0;
    if (grown) atomic_store(&s->no_space, false);
    for (size_t i = 0; i < n; i++) {
        failed += s->group[i].result.code != ERR_NONE;
        if (s->group[i].result.code == ERR_NO_SPACE) atomic_store(&s->no_space, true);
    }
    atomic_fetch_add(&s->work_failed, (long long)failed);
    atomic_fetch_add(&s->work_done, (long long)(n - failed));
    for (size_t i = 0; i < n; i++)
        if (s->group[i].done) s->group[i].done(s->group[i].result, s->group[i].ctx);
    if (!grown) return;
    pthread_mutex_lock(&s->lock);
    void (*told)(void *, int64_t) = s->on_commit;
    void *ctx = s->on_commit_ctx;
    pthread_mutex_unlock(&s->lock);
    if (told) told(ctx, s->committed.tree.size);
}

static void group_run(struct store *s, size_t n)
{
    err e = atomic_load(&s->read_only) ? err_make(ERR_READ_ONLY, "writing ended after a failed write") : OK;
    if (!e.code) e = statement(s, SQL_TX_BEGIN);
    for (size_t i = 0; i < n && !e.code; i++) {
        struct job *j = &s->group[i];
        e = work_run(s, j->work, j->ctx, j->time, &j->result);
    }
    if (!e.code) e = run_ticks(s);
    if (!e.code) e = group_commit(s);
    bool grown = !e.code && s->journal.tree.size > s->committed.tree.size;
    if (e.code) {
        group_lost(s, n, err_wrap(e, "commit"));
    } else {
        s->committed = s->journal;
        atomic_store(&s->last_seq, s->committed.tree.size);
        atomic_fetch_add(&s->commits, 1);
    }
    group_tell(s, n, grown);
}

/* ---- checkpoints ---- */

static int wal_grew(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *s = ctx;
    (void)db;
    (void)name;
    atomic_store(&s->wal_pages, pages);
    return SQLITE_OK;
}

/* Copy the log into the database. A failed fsync here is as final as one at COMMIT; a full disk or a reader is not. */
static void checkpoint(struct store *s, struct conn *c)
{
    int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if ((rc & 0xff) != SQLITE_IOERR && (rc & 0xff) != SQLITE_CORRUPT) return;
    atomic_store(&s->read_only, true);
    conn_no_checkpoint_on_close(c);
}

static void *checkpoint_main(void *arg)
{
    struct store *s = arg;
    struct conn *c = NULL;
    if (conn_open(s, CONN_CHECKPOINT, false, &c).code) return NULL; /* the writer's own checkpoints bound the log */
    conn_no_checkpoint_on_close(c);
    pthread_mutex_lock(&s->lock);
    while (!s->checkpoint_stop) {
        if (!s->checkpoint_now) {
            pthread_cond_wait(&s->checkpoint_wanted, &s->lock);
            continue;
        }
        s->checkpoint_now = false;
        pthread_mutex_unlock(&s->lock);
        if (!atomic_load(&s->read_only)) checkpoint(s, c);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    conn_close(c);
    return NULL;
}

static void checkpoint_after(struct store *s)
{
    long long pages = atomic_load(&s->wal_pages);
    if (pages < WAL_PAGES_CHECKPOINT || atomic_load(&s->read_only)) return;
    if (pages >= WAL_PAGES_MAX) {
        checkpoint(s, s->write);
        return;
    }
    pthread_mutex_lock(&s->lock);
    s->checkpoint_now = true;
    pthread_cond_signal(&s->checkpoint_wanted);
    pthread_mutex_unlock(&s->lock);
}

/* ---- the thread ---- */

static bool tick_is_due(struct store *s)
{
    return s->tick && s->tick_due <= store_clock(s) && !atomic_load(&s->read_only);
}

/* Sleep until there is work, but not past the next timer. True when it slept out a whole idle period. */
static bool wait_for_work(struct store *s)
{
    usec sleep = IDLE_RELEASE;
    if (s->tick && s->tick_due < USEC_MAX) {
        usec left = s->tick_due - store_clock(s);
        sleep = left < TICK_POLL ? left : TICK_POLL;
        if (sleep < USEC_MS) sleep = USEC_MS;
    }
    if (atomic_load(&s->no_space) && sleep > TICK_POLL) sleep = TICK_POLL;
    return !cond_wait_for(&s->work_ready, &s->lock, sleep) && sleep == IDLE_RELEASE;
}

/* Whoever was refused may ask nobody again before he hears that there is room. Without the lock. */
static void look_for_room(struct store *s)
{
    if (s->dir && room_in(s->dir)) atomic_store(&s->no_space, false);
}

static size_t take(struct store *s)
{
    size_t n = s->queue_count < s->group_max ? s->queue_count : s->group_max;
    for (size_t i = 0; i < n; i++) s->group[i] = s->queue[(s->queue_head + i) % s->queue_max];
    s->queue_head = (s->queue_head + n) % s->queue_max;
    s->queue_count -= n;
    return n;
}

static void *writer_main(void *arg)
{
    struct store *s = arg;
    bool released = false;
    pthread_mutex_lock(&s->lock);
    while (!s->stop || s->queue_count) {
        if (s->tick_new) s->tick_due = 0;
        s->tick_new = false;
        if (!s->queue_count && !tick_is_due(s)) {
            bool idle = wait_for_work(s);
            if (atomic_load(&s->no_space)) {
                pthread_mutex_unlock(&s->lock);
                look_for_room(s);
                pthread_mutex_lock(&s->lock);
            }
            if (idle && !released) (void)sqlite3_db_release_memory(s->write->db);
            released = released || idle;
            continue;
        }
        size_t n = take(s);
        pthread_mutex_unlock(&s->lock);
        released = false;
        if (!s->dir) pthread_mutex_lock(&s->memory_lock);
        group_run(s, n);
        if (!s->dir) pthread_mutex_unlock(&s->memory_lock);
        checkpoint_after(s);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

err writer_start(struct store *s)
{
    s->group = mem_new(s->group_max * sizeof *s->group);
    s->queue = mem_new(s->queue_max * sizeof *s->queue);
    s->tick_due = USEC_MAX;
    if (s->dir) (void)sqlite3_wal_hook(s->write->db, wal_grew, s);
    if (pthread_create(&s->writer_thread, NULL, writer_main, s)) return err_make(ERR_LIMIT, "no thread for the writer");
    s->writer_runs = true;
    if (s->dir) s->checkpoint_runs = pthread_create(&s->checkpoint_thread, NULL, checkpoint_main, s) == 0;
    return OK;
}

void writer_stop(struct store *s)
{
    if (s->locks_made) {
        pthread_mutex_lock(&s->lock);
        s->stop = true;
        pthread_cond_broadcast(&s->work_ready);
        pthread_mutex_unlock(&s->lock);
    }
    if (s->writer_runs) (void)pthread_join(s->writer_thread, NULL);
    if (s->checkpoint_runs) {
        pthread_mutex_lock(&s->lock);
        s->checkpoint_stop = true;
        pthread_cond_broadcast(&s->checkpoint_wanted);
        pthread_mutex_unlock(&s->lock);
        (void)pthread_join(s->checkpoint_thread, NULL);
    }
    mem_free(s->group);
    mem_free(s->queue);
}

static err submit(struct store *s, store_work *work, store_done *done, void *ctx, usec time)
{
    if (s->reader_only) return err_make(ERR_READ_ONLY, "the store is open for reading only");
    if (atomic_load(&s->read_only))
        return err_make(ERR_READ_ONLY, "writing ended after a failed write: restart when the disk is well");
    err e = OK;
    pthread_mutex_lock(&s->lock);
    if (s->stop) {
        e = err_make(ERR_STOPPED, "the store is closing");
    } else if (s->queue_count == s->queue_max) {
        atomic_fetch_add(&s->refused, 1);
        e = err_make(ERR_FULL, "%zu pieces of work wait already", s->queue_max);
    } else {
        s->queue[(s->queue_head + s->queue_count++) % s->queue_max] =
            (struct job){ .work = work, .done = done, .ctx = ctx, .time = time };
        if (s->queue_count == 1) pthread_cond_signal(&s->work_ready);
    }
    pthread_mutex_unlock(&s->lock);
    return e;
}

err store_submit(struct store *s, store_work *work, store_done *done, void *ctx)
{
    return submit(s, work, done, ctx, TIME_WALL);
}

struct waiter {
    store_work *work;
    void *ctx;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    err result;
};

static err waiter_work(struct tx *tx, void *ctx)
{
    struct waiter *w = ctx;
    return w->work(tx, w->ctx);
}

static void waiter_done(err result, void *ctx)
{
    struct waiter *w = ctx;
    pthread_mutex_lock(&w->lock);
    w->result = result;
    w->done = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

static err run(struct store *s, usec time, store_work *work, void *ctx)
{
    assert(!s->writer_runs || !pthread_equal(pthread_self(), s->writer_thread)); /* it would wait for itself */
    struct waiter w = {
        .work = work, .ctx = ctx, .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER
    };
    err e = submit(s, waiter_work, waiter_done, &w, time);
    if (e.code) return e;
    pthread_mutex_lock(&w.lock);
    while (!w.done) pthread_cond_wait(&w.ended, &w.lock);
    pthread_mutex_unlock(&w.lock);
    (void)pthread_cond_destroy(&w.ended);
    (void)pthread_mutex_destroy(&w.lock);
    return w.result;
}

err store_run(struct store *s, store_work *work, void *ctx)
{
    return run(s, TIME_WALL, work, ctx);
}

err store_run_at(struct store *s, usec time, store_work *work, void *ctx)
{
    return run(s, time < 0 ? 0 : time, work, ctx);
}

void store_on_commit(struct store *s, void (*committed)(void *ctx, int64_t last_seq), void *ctx)
{
    pthread_mutex_lock(&s->lock);
    s->on_commit = committed;
    s->on_commit_ctx = ctx;
    pthread_mutex_unlock(&s->lock);
}

void store_on_tick(struct store *s, usec (*next)(struct tx *tx, void *ctx), store_work *tick, void *ctx)
{
    pthread_mutex_lock(&s->lock);
    s->tick_next = next;
    s->tick = tick;
    s->tick_ctx = ctx;
    s->tick_new = true; /* ask it at once */
    pthread_cond_signal(&s->work_ready);
    pthread_mutex_unlock(&s->lock);
}
