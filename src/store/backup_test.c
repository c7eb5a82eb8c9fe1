#include "tests/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/journal.h"

static err add(struct tx *tx, void *ctx)
{
    (void)ctx;
    (void)journal_add(tx, &(struct entry){ .kind = STR("test"), .actor = STR("t"), .body = STR("{}") });
    return OK;
}

static err fail_first(struct tx *tx, void *ctx)
{
    (void)add(tx, ctx);
    return err_make(ERR_DENIED, "on purpose");
}

static struct audit_report audit(struct store *s)
{
    struct tx *tx;
    struct audit_report r;
    CHECK_OK(store_read(s, &tx));
    CHECK_OK(journal_verify(tx, &(struct audit_opts){ 0 }, &r));
    store_read_end(tx);
    return r;
}

struct load {
    struct store *s;
    atomic_bool stop;
    int64_t added;
};

static void *load_main(void *arg)
{
    struct load *l = arg;
    while (!atomic_load(&l->stop)) {
        CHECK_OK(store_run(l->s, add, NULL));
        l->added++;
    }
    return NULL;
}

static str path_in(struct arena *a, str dir, const char *name)
{
    return str_fmt(a, STR_FMT "/%s", STR_ARG(dir), name);
}

TEST(a_backup_under_load_restores_elsewhere_and_verifies)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 16);
    str top = test_dir(), file = path_in(&a, top, "copy.weir"), dir = path_in(&a, top, "there");
    struct load l = { 0 };
    pthread_t thread;
    CHECK_OK(store_open(&(struct store_opts){ .dir = path_in(&a, top, "store"), .sync_normal = true }, &env, &l.s));
    for (int i = 0; i < 50; i++) CHECK_OK(store_run(l.s, add, NULL));
    CHECK(pthread_create(&thread, NULL, load_main, &l) == 0);
    CHECK_OK(store_backup(l.s, file, NULL));
    CHECK_ERR(store_backup(l.s, file, NULL), ERR_CONFLICT);
    atomic_store(&l.stop, true);
    CHECK(pthread_join(thread, NULL) == 0);
    store_close(l.s);
    struct stat st;
    CHECK(stat(file.ptr, &st) == 0 && (st.st_mode & 0777) == 0600);

    CHECK_OK(store_restore(file, dir, &env, NULL, add, NULL));
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = dir }, &env, &s));
    struct audit_report r = audit(s);
    CHECK_STR(str_of(r.problem), "");
    CHECK(r.entries >= 51 && r.entries <= 51 + l.added);
    CHECK_OK(store_run(s, add, NULL));
    store_close(s);
    CHECK_ERR(store_restore(file, dir, &env, NULL, add, NULL), ERR_CONFLICT);
    arena_done(&a);
}

TEST(a_restore_whose_first_work_fails_leaves_nothing)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 16);
    str top = test_dir(), file = path_in(&a, top, "copy.weir"), dir = path_in(&a, top, "there");
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ 0 }, &env, &s));
    CHECK_OK(store_run(s, add, NULL));
    CHECK_OK(store_backup(s, file, NULL)); /* from memory too */
    store_close(s);
    CHECK_ERR(store_restore(file, dir, &env, NULL, fail_first, NULL), ERR_DENIED);
    CHECK(access(dir.ptr, F_OK) != 0);
    CHECK(access(path_in(&a, top, "there.restoring").ptr, F_OK) != 0);
    CHECK_OK(store_restore(file, dir, &env, NULL, NULL, NULL));
    CHECK_OK(store_open_reader(dir, &env, &s));
    CHECK_I64(audit(s).entries, 1);
    store_close(s);
    arena_done(&a);
}

static const char *const beside[][2] = { { "a", "first" }, { "b", "" } };

static err next_file(void *ctx, struct arena *a, str *name, str *bytes)
{
    size_t *at = ctx;
    (void)a;
    if (*at == 3) return err_make(ERR_IO, "the disk is gone");
    if (*at == 2) return OK;
    *name = str_of(beside[*at][0]);
    *bytes = str_of(beside[(*at)++][1]);
    return OK;
}

static err keep_file(void *ctx, str name, str bytes)
{
    size_t *at = ctx;
    if (*at == 7) return err_make(ERR_DENIED, "not this one");
    CHECK_STR(name, beside[*at][0]);
    CHECK_STR(bytes, beside[(*at)++][1]);
    return OK;
}

TEST(files_beside_the_store_go_with_it_and_stand_beside_it_again)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 16);
    str top = test_dir(), file = path_in(&a, top, "copy.weir"), dir = path_in(&a, top, "there");
    struct store *s = NULL;
    size_t at = 3;
    struct store_files files = { next_file, &at };
    struct store_keep keep = { keep_file, &at };
    CHECK_OK(store_open(&(struct store_opts){ 0 }, &env, &s));
    CHECK_OK(store_run(s, add, NULL));
    CHECK_ERR(store_backup(s, file, &files), ERR_IO);
    CHECK(access(file.ptr, F_OK) != 0); /* half a backup is none */
    at = 0;
    CHECK_OK(store_backup(s, file, &files));
    store_close(s);
    at = 7;
    CHECK_ERR(store_restore(file, dir, &env, &keep, NULL, NULL), ERR_DENIED);
    CHECK(access(dir.ptr, F_OK) != 0);
    at = 0;
    CHECK_OK(store_restore(file, dir, &env, &keep, add, NULL));
    CHECK_I64((int64_t)at, 2);
    CHECK_OK(store_open_reader(dir, &env, &s)); /* the table of files is not part of a store */
    CHECK_I64(audit(s).entries, 2);
    at = 0;
    CHECK_OK(store_backup(s, path_in(&a, top, "again.weir"), &files));
    store_close(s);
    arena_done(&a);
}

TEST(what_is_no_backup_is_refused)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 16);
    str top = test_dir(), dir = path_in(&a, top, "there"), file = path_in(&a, top, "file");
    CHECK_ERR(store_restore(file, dir, &env, NULL, NULL, NULL), ERR_NOT_FOUND);
    FILE *f = fopen(file.ptr, "w");
    for (int i = 0; i < 2000; i++) (void)fputs("not a database ", f);
    CHECK(fclose(f) == 0);
    CHECK_ERR(store_restore(file, dir, &env, NULL, NULL, NULL), ERR_CORRUPT);
    str other = path_in(&a, top, "other.db");
    sqlite3 *db;
    CHECK(sqlite3_open(other.ptr, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, "CREATE TABLE t (a); PRAGMA user_version = 1", NULL, NULL, NULL) == SQLITE_OK);
    (void)sqlite3_close(db);
    CHECK_ERR(store_restore(other, dir, &env, NULL, NULL, NULL), ERR_CORRUPT);
    CHECK(access(dir.ptr, F_OK) != 0);
    arena_done(&a);
}

TEST(a_backup_that_would_act_by_itself_is_refused)
{
    static const char *const additions[] = {
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN UPDATE api_key SET role = 'admin'; END",
        "CREATE VIEW v AS SELECT 1",
    };
    struct env env = env_os();
    struct arena a = arena_init(1 << 20);
    str top = test_dir();
    for (size_t i = 0; i < sizeof additions / sizeof *additions; i++) {
        str file = path_in(&a, top, i ? "view.weir" : "trigger.weir"), dir = path_in(&a, top, "made");
        struct store *s = NULL;
        sqlite3 *db = NULL;
        CHECK_OK(store_open(&(struct store_opts){ 0 }, &env, &s));
        CHECK_OK(store_run(s, add, NULL));
        CHECK_OK(store_backup(s, file, NULL));
        store_close(s);
        CHECK(sqlite3_open(file.ptr, &db) == SQLITE_OK);
        CHECK(sqlite3_exec(db, additions[i], NULL, NULL, NULL) == SQLITE_OK);
        (void)sqlite3_close(db);
        CHECK_ERR(store_restore(file, dir, &env, NULL, NULL, NULL), ERR_CORRUPT);
        CHECK(access(dir.ptr, F_OK) != 0);
    }
    arena_done(&a);
}

TEST(a_cut_backup_is_refused)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 20);
    str top = test_dir(), file = path_in(&a, top, "copy.weir");
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ 0 }, &env, &s));
    for (int i = 0; i < 200; i++) CHECK_OK(store_run(s, add, NULL));
    CHECK_OK(store_backup(s, file, NULL));
    store_close(s);
    struct stat st;
    CHECK(stat(file.ptr, &st) == 0);
    CHECK(truncate(file.ptr, st.st_size - 8192) == 0);
    CHECK_ERR(store_restore(file, path_in(&a, top, "cut"), &env, NULL, NULL, NULL), ERR_CORRUPT);
    arena_done(&a);
}
