#include "tests/test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/journal.h"

static struct store *open_at(str dir, struct env *env)
{
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = dir }, env, &s));
    return s;
}

static err add(struct tx *tx, void *ctx)
{
    const char *subject = ctx;
    (void)journal_add(
        tx, &(struct entry){ .kind = STR("test"), .subject = str_of(subject), .actor = STR("t"), .body = STR("{}") });
    return OK;
}

static err add_then_fail(struct tx *tx, void *ctx)
{
    (void)add(tx, ctx);
    return err_make(ERR_DENIED, "on purpose");
}

static int64_t count_entries(struct store *s)
{
    struct tx *tx;
    CHECK_OK(store_read(s, &tx));
    int64_t n = journal_last_seq(tx);
    store_read_end(tx);
    return n;
}

TEST(what_was_acknowledged_is_there_after_reopening)
{
    struct env env = env_os();
    str dir = test_dir();
    struct store *s = open_at(dir, &env);
    CHECK_OK(store_run(s, add, "a"));
    CHECK_OK(store_run(s, add, "b"));
    store_close(s);
    s = open_at(dir, &env);
    CHECK_I64(count_entries(s), 2);
    CHECK_I64(store_stats(s).last_seq, 2);
    CHECK_OK(store_run(s, add, "c"));
    CHECK_I64(count_entries(s), 3);
    store_close(s);
}

TEST(work_that_fails_rolls_back_alone)
{
    struct env env = env_os();
    struct store *s = open_at(test_dir(), &env);
    CHECK_OK(store_run(s, add, "a"));
    CHECK_ERR(store_run(s, add_then_fail, "b"), ERR_DENIED);
    CHECK_OK(store_run(s, add, "c"));
    CHECK_I64(count_entries(s), 2); /* the failed one left no gap either */
    CHECK_I64(store_stats(s).work_failed, 1);
    store_close(s);
}

struct order {
    int64_t seen[2000];
    size_t n;
};

static err add_numbered(struct tx *tx, void *ctx)
{
    (void)ctx;
    return add(tx, "n");
}

static void note_done(err result, void *ctx)
{
    struct order *o = ctx;
    CHECK_OK(result);
    o->seen[o->n++] = 1;
}

static err nothing(struct tx *tx, void *ctx)
{
    (void)tx;
    (void)ctx;
    return OK;
}

TEST(a_thousand_submitted_together_share_few_commits)
{
    struct env env = env_os();
    struct store *s = open_at(test_dir(), &env);
    struct order *o = mem_new(sizeof *o);
    for (int i = 0; i < 1000; i++) CHECK_OK(store_submit(s, add_numbered, note_done, o));
    CHECK_OK(store_run(s, nothing, NULL));
    CHECK_I64(o->n, 1000);
    CHECK_I64(count_entries(s), 1000);
    CHECK(store_stats(s).commits < 500);
    mem_free(o);
    store_close(s);
}

struct gate {
    pthread_mutex_t lock;
};

static err wait_at_gate(struct tx *tx, void *ctx)
{
    struct gate *g = ctx;
    (void)tx;
    pthread_mutex_lock(&g->lock);
    pthread_mutex_unlock(&g->lock);
    return OK;
}

TEST(a_full_queue_is_told)
{
    struct env env = env_os();
    struct store *s = NULL;
    struct gate g = { PTHREAD_MUTEX_INITIALIZER };
    CHECK_OK(store_open(&(struct store_opts){ .dir = test_dir(), .queue_max = 8 }, &env, &s));
    pthread_mutex_lock(&g.lock);
    err e = OK;
    int taken = 0;
    while (!e.code && taken < 100) {
        e = store_submit(s, wait_at_gate, NULL, &g);
        taken += !e.code;
    }
    CHECK_ERR(e, ERR_FULL);
    CHECK(taken >= 8 && taken <= 17); /* the queue, and what the writer had taken */
    pthread_mutex_unlock(&g.lock);
    store_close(s);
}

TEST(a_second_process_is_refused)
{
    struct env env = env_os();
    str dir = test_dir();
    struct store *s = open_at(dir, &env), *t = NULL;
    err e = store_open(&(struct store_opts){ .dir = dir }, &env, &t);
    CHECK_I64(e.code, ERR_CONFLICT);
    char pid[24];
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    CHECK(strstr(e.msg, pid) != NULL);
    store_close(s);
    s = open_at(dir, &env);
    store_close(s);
}

static err same_statement_inside_itself(struct tx *tx, void *ctx)
{
    int *inner = ctx;
    struct rows *outer = tx_query(tx, SQL_ENTRY_AFTER, V(0), V(10));
    while (rows_next(outer)) {
        struct rows *again = tx_query(tx, SQL_ENTRY_AFTER, V(0), V(10));
        while (rows_next(again)) ++*inner;
    }
    return OK;
}

static err other_statement_inside(struct tx *tx, void *ctx)
{
    int *inner = ctx;
    struct rows *outer = tx_query(tx, SQL_ENTRY_AFTER, V(0), V(10));
    while (rows_next(outer)) {
        struct entry e;
        if (journal_get(tx, rows_i64(outer, 0), tx_arena(tx), &e)) ++*inner;
    }
    return OK;
}

static err leaves_a_query_open(struct tx *tx, void *ctx)
{
    (void)ctx;
    (void)rows_next(tx_query(tx, SQL_ENTRY_AFTER, V(0), V(10)));
    return OK;
}

TEST(a_statement_inside_its_own_loop_is_an_error_and_others_nest)
{
    struct env env = env_os();
    struct store *s = open_at(test_dir(), &env);
    int inner = 0;
    CHECK_OK(store_run(s, add, "a"));
    CHECK_OK(store_run(s, add, "b"));
    CHECK_ERR(store_run(s, same_statement_inside_itself, &inner), ERR_CONFLICT);
    CHECK_I64(inner, 0);
    CHECK_OK(store_run(s, other_statement_inside, &inner));
    CHECK_I64(inner, 2);
    CHECK_OK(store_run(s, leaves_a_query_open, NULL));
    CHECK_OK(store_run(s, other_statement_inside, &inner));
    store_close(s);
}

static err wrong_count(struct tx *tx, void *ctx)
{
    (void)ctx;
    tx_exec(tx, SQL_ENTRY_ADD, V(1), V(2));
    CHECK_I64(tx_get_i64(tx, SQL_ENTRY_GET, 7, V(1)), 0); /* sticky: gives zeros, not the fallback */
    return OK;
}

TEST(a_wrong_number_of_values_is_named)
{
    struct env env = env_os();
    struct store *s = open_at(STR_NONE, &env);
    err e = store_run(s, wrong_count, NULL);
    CHECK_I64(e.code, ERR_INPUT);
    CHECK(strstr(e.msg, "entry_add.sql takes 9 values, 2 were given") != NULL);
    store_close(s);
}

TEST(readers_cannot_write_and_see_one_moment)
{
    struct env env = env_os();
    struct store *s = open_at(test_dir(), &env);
    CHECK_OK(store_run(s, add, "a"));
    struct tx *tx;
    CHECK_OK(store_read(s, &tx));
    CHECK_I64(journal_last_seq(tx), 1);
    CHECK_OK(store_run(s, add, "b"));
    CHECK_I64(journal_last_seq(tx), 1);
    CHECK_I64(journal_add(tx, &(struct entry){ .kind = STR("x") }), 0);
    CHECK_ERR(tx_err(tx), ERR_READ_ONLY);
    store_read_end(tx);
    CHECK_I64(count_entries(s), 2);
    store_close(s);
}

static err keep_time(struct tx *tx, void *ctx)
{
    *(usec *)ctx = tx_time(tx);
    return add(tx, "t");
}

TEST(recorded_time_never_goes_back_and_survives_reopening)
{
    struct env env = env_os();
    str dir = test_dir();
    struct store *s = open_at(dir, &env);
    usec t = 0;
    usec future = env.wall(&env) + USEC_DAY;
    CHECK_OK(store_run_at(s, 5000, keep_time, &t));
    CHECK_I64(t, 5000);
    CHECK_OK(store_run_at(s, 4000, keep_time, &t));
    CHECK_I64(t, 5000);
    CHECK_OK(store_run_at(s, future, keep_time, &t));
    store_close(s);
    s = open_at(dir, &env);
    CHECK_OK(store_run(s, keep_time, &t));
    CHECK_I64(t, future);
    store_close(s);
}

TEST(work_that_fails_does_not_move_time)
{
    struct env env = env_os();
    struct store *s = open_at(STR_NONE, &env);
    usec t = 0;
    CHECK_ERR(store_run_at(s, USEC_MAX, add_then_fail, "x"), ERR_DENIED);
    CHECK_OK(store_run_at(s, 1000, keep_time, &t));
    CHECK_I64(t, 1000);
    store_close(s);
}

TEST(a_store_in_memory_works_the_same)
{
    struct env env = env_os();
    struct store *s = open_at(STR_NONE, &env);
    CHECK_OK(store_run(s, add, "a"));
    CHECK_ERR(store_run(s, add_then_fail, "b"), ERR_DENIED);
    CHECK_OK(store_run(s, add, "c"));
    CHECK_I64(count_entries(s), 2);
    store_close(s);
}

struct ticks {
    usec due;
    int ran;
    pthread_mutex_t lock;
    pthread_cond_t change;
};

static usec tick_next(struct tx *tx, void *ctx)
{
    (void)tx;
    return ((struct ticks *)ctx)->due;
}

static err tick_run(struct tx *tx, void *ctx)
{
    struct ticks *t = ctx;
    pthread_mutex_lock(&t->lock);
    t->ran++;
    t->due = t->ran < 3 ? 0 : USEC_MAX;
    pthread_cond_signal(&t->change);
    pthread_mutex_unlock(&t->lock);
    return add(tx, "tick");
}

TEST(timers_run_when_due_without_anything_submitted)
{
    struct env env = env_os();
    struct store *s = open_at(test_dir(), &env);
    struct ticks t = { .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };
    store_on_tick(s, tick_next, tick_run, &t);
    pthread_mutex_lock(&t.lock);
    while (t.ran < 3) pthread_cond_wait(&t.change, &t.lock);
    pthread_mutex_unlock(&t.lock);
    CHECK_OK(store_run(s, nothing, NULL));
    CHECK_I64(t.ran, 3);
    CHECK_I64(count_entries(s), 3);
    store_close(s);
}

static void committed(void *ctx, int64_t seq)
{
    *(int64_t *)ctx = seq;
}

TEST(the_listener_hears_the_newest_seq)
{
    struct env env = env_os();
    struct store *s = open_at(test_dir(), &env);
    int64_t seq = 0;
    store_on_commit(s, committed, &seq);
    CHECK_OK(store_run(s, add, "a"));
    CHECK_OK(store_run(s, add, "b"));
    CHECK_OK(store_run(s, nothing, NULL));
    store_close(s); /* the writer has ended: seq can be read */
    CHECK_I64(seq, 2);
}

TEST(a_newer_store_and_a_foreign_database_are_refused)
{
    struct env env = env_os();
    str dir = test_dir();
    struct arena a = arena_init(8192);
    const char *path = str_fmt(&a, STR_FMT "/weir.db", STR_ARG(dir)).ptr;
    store_close(open_at(dir, &env));
    struct store *s = NULL;
    sqlite3 *db;
    CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, "PRAGMA user_version = 9999", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_ERR(store_open(&(struct store_opts){ .dir = dir }, &env, &s), ERR_TOO_NEW);
    CHECK_ERR(store_open_reader(dir, &env, &s), ERR_TOO_NEW);
    CHECK(sqlite3_exec(db, "PRAGMA user_version = 2; PRAGMA application_id = 5", NULL, NULL, NULL) == SQLITE_OK);
    CHECK_ERR(store_open(&(struct store_opts){ .dir = dir }, &env, &s), ERR_CORRUPT);
    (void)sqlite3_close(db);
    arena_done(&a);
}

TEST(a_reader_beside_the_writer_sees_commits_and_cannot_submit)
{
    struct env env = env_os();
    str dir = test_dir();
    struct store *s = open_at(dir, &env), *r = NULL;
    CHECK_OK(store_run(s, add, "a"));
    CHECK_OK(store_open_reader(dir, &env, &r));
    CHECK_I64(count_entries(r), 1);
    CHECK_OK(store_run(s, add, "b"));
    CHECK_I64(count_entries(r), 2);
    CHECK_ERR(store_run(r, add, "c"), ERR_READ_ONLY);
    store_close(r);
    CHECK_OK(store_run(s, add, "c"));
    store_close(s);
    CHECK_ERR(store_open_reader(STR("/nonexistent"), &env, &r), ERR_NOT_FOUND);
}
