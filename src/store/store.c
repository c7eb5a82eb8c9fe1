/* Opening and closing, the pool of readers, and what the store knows of itself. */
#include "store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cond.h"

#define READER_WAIT (5 * USEC_SECOND)

static void make_locks(struct store *s)
{
    pthread_mutexattr_t recursive;
    (void)pthread_mutexattr_init(&recursive);
    (void)pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_mutex_init(&s->memory_lock, &recursive);
    (void)pthread_cond_init(&s->work_ready, NULL);
    (void)pthread_cond_init(&s->reader_free, NULL);
    (void)pthread_cond_init(&s->checkpoint_wanted, NULL);
    (void)pthread_mutexattr_destroy(&recursive);
    s->locks_made = true;
}

static void drop_locks(struct store *s)
{
    if (!s->locks_made) return;
    (void)pthread_cond_destroy(&s->work_ready);
    (void)pthread_cond_destroy(&s->reader_free);
    (void)pthread_cond_destroy(&s->checkpoint_wanted);
    (void)pthread_mutex_destroy(&s->memory_lock);
    (void)pthread_mutex_destroy(&s->lock);
}

static size_t or_default(size_t given, size_t fallback, size_t max)
{
    size_t v = given ? given : fallback;
    return v < max ? v : max;
}

static struct store *new_store(const struct store_opts *o, struct env *env)
{
    struct store *s = mem_new(sizeof *s);
    s->env = env;
    s->lock_fd = -1;
    s->queue_max = or_default(o->queue_max, 16384, 1 << 20);
    s->group_max = or_default(o->group_max, 1000, 100000);
    s->reader_max = or_default(o->readers, 4, READERS_MAX);
    if (o->dir.len) {
        s->dir = mem_dup_z(o->dir);
        struct arena a = arena_init(o->dir.len + 64);
        s->path = mem_dup_z(str_fmt(&a, STR_FMT "/weir.db", STR_ARG(o->dir)));
        arena_done(&a);
    } else {
        s->path = mem_dup_z(STR(":memory:"));
    }
    make_locks(s);
    return s;
}

/* One process to a store: the kernel holds the lock as long as the process lives, so nothing goes stale. */
static err take_lock(struct store *s)
{
    struct arena a = arena_init(8192);
    const char *path = str_fmt(&a, "%s/lock", s->dir).ptr;
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    err e = s->lock_fd < 0 ? err_errno("%s", path) : OK;
    if (!e.code && flock(s->lock_fd, LOCK_EX | LOCK_NB)) {
        char pid[24] = "";
        ssize_t n = pread(s->lock_fd, pid, sizeof pid - 1, 0);
        str holder = str_trim((str){ pid, n > 0 ? (size_t)n : 0 });
        e = errno != EWOULDBLOCK ? err_errno("lock %s", path)
                                 : err_make(ERR_CONFLICT, "process " STR_FMT " has it open", STR_ARG(holder));
    }
    if (!e.code) {
        str me = str_fmt(&a, "%ld\n", (long)getpid());
        if (ftruncate(s->lock_fd, 0) || pwrite(s->lock_fd, me.ptr, me.len, 0) != (ssize_t)me.len)
            e = err_errno("%s", path);
    }
    arena_done(&a);
    return e;
}

str store_mark(const struct store *s, struct arena *a)
{
    struct stat st;
    if (s->lock_fd < 0 || fstat(s->lock_fd, &st)) return STR_NONE;
    return str_fmt(a, "%llx:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

err store_make_dir(const char *dir)
{
    char *path = mem_dup_z(str_of(dir));
    for (char *p = path + 1; *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        (void)mkdir(path, 0755);
        *p = '/';
    }
    mem_free(path);
    if (mkdir(dir, 0700) && errno != EEXIST) return err_errno("make the folder");
    return OK;
}

static err open_writer(struct store *s, bool sync_normal)
{
    err e = s->dir ? store_make_dir(s->dir) : OK;
    if (!e.code && s->dir) e = take_lock(s);
    if (!e.code) e = conn_open(s, CONN_WRITE, sync_normal, &s->write);
    if (!e.code) e = store_migrate(s, s->write);
    if (!e.code) e = conn_prepare_all(s->write);
    if (e.code) return e;
    tx_start(&s->write->tx, s, s->write, 0, true);
    e = journal_load(&s->write->tx, &s->journal);
    s->committed = s->journal;
    atomic_store(&s->last_seq, s->journal.tree.size);
    return e.code ? e : writer_start(s);
}

err store_open(const struct store_opts *opts, struct env *env, struct store **out)
{
    struct store *s = new_store(opts, env);
    err e = open_writer(s, opts->sync_normal);
    if (e.code) {
        store_close(s);
        return err_wrap(e, "open store " STR_FMT, STR_ARG(opts->dir));
    }
    *out = s;
    return OK;
}

err store_open_reader(str dir, struct env *env, struct store **out)
{
    struct store *s = new_store(&(struct store_opts){ .dir = dir }, env);
    s->reader_only = true;
    err e = access(s->path, F_OK) ? err_make(ERR_NOT_FOUND, "there is no store") : OK;
    struct tx *tx = NULL;
    if (!e.code) e = store_read(s, &tx);
    if (!e.code) {
        e = store_check_version(tx->conn);
        if (!e.code) atomic_store(&s->last_seq, journal_last_seq(tx));
        store_read_end(tx);
    }
    if (e.code) {
        store_close(s);
        return err_wrap(e, "open store " STR_FMT, STR_ARG(dir));
    }
    *out = s;
    return OK;
}

void store_close(struct store *s)
{
    if (!s) return;
    writer_stop(s);
    for (size_t i = 0; i < READERS_MAX; i++) conn_close(s->readers[i]);
    if (atomic_load(&s->read_only)) conn_no_checkpoint_on_close(s->write);
    conn_close(s->write); /* the last connection moves the log into the database */
    if (s->lock_fd >= 0) (void)close(s->lock_fd);
    drop_locks(s);
    mem_free(s->dir);
    mem_free(s->path);
    mem_free(s);
}

/* A free connection's place in the pool, or -1 when the time is up. */
static int reader_take(struct store *s)
{
    usec until = cond_clock() + READER_WAIT;
    int at = -1;
    pthread_mutex_lock(&s->lock);
    for (bool waiting = true; at < 0 && waiting;) {
        for (size_t i = 0; i < s->reader_max && at < 0; i++)
            if (!s->reader_busy[i]) at = (int)i;
        if (at < 0) waiting = cond_wait_until(&s->reader_free, &s->lock, until);
    }
    if (at >= 0) s->reader_busy[at] = true;
    pthread_mutex_unlock(&s->lock);
    return at;
}

static void reader_give(struct store *s, int at)
{
    pthread_mutex_lock(&s->lock);
    s->reader_busy[at] = false;
    pthread_cond_signal(&s->reader_free);
    pthread_mutex_unlock(&s->lock);
}

static usec read_time(struct store *s)
{
    return s->env->wall(s->env);
}

static err read_memory(struct store *s, struct tx **out)
{
    pthread_mutex_lock(&s->memory_lock);
    struct tx *tx =
        mem_new(sizeof *tx); /* not the connection's own: a done callback may read while the writer holds that */
    tx_start(tx, s, s->write, read_time(s), true);
    *out = tx;
    return OK;
}

err store_read(struct store *s, struct tx **out)
{
    if (!s->dir) return read_memory(s, out);
    int at = reader_take(s);
    if (at < 0) return err_make(ERR_TIMEOUT, "all %zu readers of the store are busy", s->reader_max);
    err e = OK;
    if (!s->readers[at]) e = conn_open(s, CONN_READ, false, &s->readers[at]);
    if (!e.code) {
        struct tx *tx = &s->readers[at]->tx;
        s->readers[at]->reader = at;
        tx_start(tx, s, s->readers[at], read_time(s), true);
        (void)tx_get_i64_n(tx, SQL_TX_BEGIN_READ, 0, TX_NO_VALS);
        e = tx->e;
        if (!e.code) *out = tx;
    }
    if (e.code) reader_give(s, at);
    return e;
}

void store_read_end(struct tx *tx)
{
    struct store *s = tx->store;
    tx_close_queries(tx);
    if (!s->dir) {
        tx_done(tx);
        mem_free(tx);
        pthread_mutex_unlock(&s->memory_lock);
        return;
    }
    tx->e = OK;
    (void)tx_get_i64_n(tx, SQL_TX_COMMIT, 0, TX_NO_VALS);
    tx_done(tx);
    reader_give(s, tx->conn->reader); /* the other places belong to other threads: no look at them */
}

static int64_t file_size(const char *path, const char *tail)
{
    struct arena a = arena_init(8192);
    struct stat st;
    int64_t size = stat(str_fmt(&a, "%s%s", path, tail).ptr, &st) ? 0 : (int64_t)st.st_size;
    arena_done(&a);
    return size;
}

struct store_stats store_stats(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t queued = (int64_t)s->queue_count;
    pthread_mutex_unlock(&s->lock);
    return (struct store_stats){
        .last_seq = atomic_load(&s->last_seq),
        .commits = atomic_load(&s->commits),
        .work_done = atomic_load(&s->work_done),
        .work_failed = atomic_load(&s->work_failed),
        .ticks_failed = atomic_load(&s->ticks_failed),
        .refused = atomic_load(&s->refused),
        .queue_now = queued,
        .queue_max = (int64_t)s->queue_max,
        .wal_pages = atomic_load(&s->wal_pages),
        .bytes = s->dir ? file_size(s->path, "") + file_size(s->path, "-wal") : 0,
        .read_only = s->reader_only || atomic_load(&s->read_only),
        .no_space = atomic_load(&s->no_space),
    };
}
