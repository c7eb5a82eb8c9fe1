/* Backup of a living store, and the way back.
 *
 * Both write beside the goal and move there at the end, so that a crash leaves either nothing or all of it. */
#include "store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ARENA_MAX = 1 << 16, FILE_ARENA_MAX = 256 << 20 };

static err sync_folder_of(const char *path, struct arena *a)
{
    const char *slash = strrchr(path, '/');
    const char *folder = slash == path ? "/" : slash ? str_z(a, str_span(path, slash)) : ".";
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return err_errno("%s", folder);
    err e = fsync(fd) ? err_errno("%s", folder) : OK;
    (void)close(fd);
    return e;
}

/* Copy all pages of `from` into the file `path`, which must be new or empty; the copy is one file, without a log beside
 * it. */
static err copy_pages(sqlite3 *from, const char *path, const char *vfs)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return errno == EEXIST ? err_make(ERR_CONFLICT, "%s exists", path) : err_errno("%s", path);
    (void)close(fd);
    sqlite3 *to = NULL;
    err e = conn_err(NULL, sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, vfs), "open the copy");
    sqlite3_backup *copy = e.code ? NULL : sqlite3_backup_init(to, "main", from, "main");
    if (!e.code && !copy) e = conn_err(to, sqlite3_errcode(to), "copy");
    if (copy) {
        int rc = sqlite3_backup_step(copy, -1);
        int end = sqlite3_backup_finish(copy);
        e = conn_err(NULL, rc == SQLITE_DONE ? end : rc, "copy");
    }
    if (!e.code) e = conn_err(to, sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL), "end the copy");
    int rc = sqlite3_close(to);
    if (!e.code) e = conn_err(NULL, rc, "close the copy");
    if (e.code) (void)unlink(path);
    return e;
}

/* Move without replacing what is there. */
static err move_new(const char *from, const char *to, struct arena *a)
{
    err e = OK;
    if (link(from, to)) e = errno == EEXIST ? err_make(ERR_CONFLICT, "%s exists", to) : err_errno("%s", to);
    (void)unlink(from);
    return e.code ? e : sync_folder_of(to, a);
}

/* ---- files beside the store ---- */

static err put_file(sqlite3 *db, sqlite3_stmt *stmt, str name, str bytes)
{
    int rc = sqlite3_bind_text64(stmt, 1, name.ptr, name.len, SQLITE_STATIC, SQLITE_UTF8);
    if (rc == SQLITE_OK) rc = sqlite3_bind_blob64(stmt, 2, bytes.ptr, bytes.len, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
    (void)sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? OK : conn_err(db, rc, "add a file");
}

static err put_all(sqlite3 *db, const struct store_files *files, struct arena *a)
{
    sqlite3_stmt *stmt = NULL;
    err e = conn_err(db, sqlite3_prepare_v2(db, sql_script_backup_file_add, -1, &stmt, NULL), "add files");
    for (bool more = true; !e.code && more;) {
        struct arena_mark mark = arena_mark(a);
        str name = STR_NONE, bytes = STR_NONE;
        e = files->next(files->ctx, a, &name, &bytes);
        more = !e.code && name.ptr;
        if (more) e = put_file(db, stmt, name, bytes);
        arena_rewind(a, mark);
    }
    (void)sqlite3_finalize(stmt);
    return e;
}

/* Into a copy that nobody else knows yet. */
static err add_files(const char *copy, const struct store_files *files)
{
    sqlite3 *db = NULL;
    struct arena a = arena_init(FILE_ARENA_MAX);
    err e = conn_err(NULL, sqlite3_open_v2(copy, &db, SQLITE_OPEN_READWRITE, NULL), "open the copy");
    if (!e.code) e = conn_err(db, sqlite3_exec(db, sql_script_backup_files, NULL, NULL, NULL), "add files");
    if (!e.code) e = put_all(db, files, &a);
    int rc = sqlite3_close(db);
    arena_done(&a);
    return e.code ? e : conn_err(NULL, rc, "close the copy");
}

static bool has_files(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    bool any = sqlite3_prepare_v2(db, sql_script_backup_file_any, -1, &stmt, NULL) == SQLITE_OK &&
               sqlite3_step(stmt) == SQLITE_ROW;
    (void)sqlite3_finalize(stmt);
    return any;
}

static err keep_all(sqlite3 *db, const struct store_keep *keep)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql_script_backup_file_each, -1, &stmt, NULL);
    err e = conn_err(db, rc, "read the files");
    while (!e.code && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0), *bytes = sqlite3_column_blob(stmt, 1);
        size_t len = (size_t)sqlite3_column_bytes(stmt, 1);
        e = keep->keep(keep->ctx, str_of(name), (str){ bytes ? bytes : "", bytes ? len : 0 });
    }
    if (!e.code && rc != SQLITE_DONE) e = conn_err(db, rc, "read the files");
    (void)sqlite3_finalize(stmt);
    return e;
}

/* Out of a copy again, into the hands of keep. */
static err take_files(const char *copy, const struct store_keep *keep)
{
    sqlite3 *db = NULL;
    err e = conn_err(NULL, sqlite3_open_v2(copy, &db, SQLITE_OPEN_READWRITE, NULL), "open the copy");
    bool any = !e.code && has_files(db);
    if (any && keep) e = keep_all(db, keep);
    if (any && !e.code) e = conn_err(db, sqlite3_exec(db, sql_script_backup_files_end, NULL, NULL, NULL), "drop files");
    int rc = sqlite3_close(db);
    return e.code ? e : conn_err(NULL, rc, "close the copy");
}

/* ---- there and back ---- */

err store_backup(struct store *s, str path, const struct store_files *files)
{
    struct arena a = arena_init(PATH_ARENA_MAX);
    struct tx *tx = NULL;
    const char *to = str_z(&a, path), *part = str_fmt(&a, STR_FMT ".part-%ld", STR_ARG(path), (long)getpid()).ptr;
    err e = access(to, F_OK) == 0 ? err_make(ERR_CONFLICT, "the file exists") : OK;
    if (!e.code) e = store_read(s, &tx);
    if (!e.code) {
        e = copy_pages(tx->conn->db, part, NULL);
        store_read_end(tx);
    }
    if (!e.code && files) e = add_files(part, files);
    if (e.code) (void)unlink(part);
    if (!e.code) e = move_new(part, to, &a);
    arena_done(&a);
    return err_wrap(e, "backup to " STR_FMT, STR_ARG(path));
}

/* A backup is somebody's file: look at it before trusting it. */
static err check_backup(sqlite3 *db)
{
    struct conn *c = mem_new(sizeof *c);
    c->db = db;
    err e = store_check_file(c);
    mem_free(c);
    if (e.code) return e;
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
    const char *said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : sqlite3_errmsg(db);
    if (rc != SQLITE_ROW || !said || strcmp(said, "ok") != 0)
        e = err_make(ERR_CORRUPT, "damaged: %s", said ? said : "");
    (void)sqlite3_finalize(stmt);
    return e;
}

/* A trigger would act in every transaction of the store that is made from it. */
static err check_foreign(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql_script_backup_foreign, -1, &stmt, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
    err e = rc == SQLITE_DONE ? OK : conn_err(db, rc, "read the schema");
    if (rc == SQLITE_ROW)
        e = err_make(ERR_CORRUPT, "not a backup of weir: it holds the %.60s",
                     (const char *)sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    return e;
}

static err copy_backup(const char *file, const char *to)
{
    if (access(file, R_OK)) return errno == ENOENT ? err_make(ERR_NOT_FOUND, "no such file") : err_errno("open");
    sqlite3 *db = NULL;
    err e = conn_err(NULL, sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), "open");
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (!e.code) e = check_backup(db);
    if (!e.code) e = check_foreign(db);
    if (!e.code) e = copy_pages(db, to, NULL);
    (void)sqlite3_close(db);
    return e;
}

void store_clear(str dir)
{
    static const char *const names[] = { "weir.db", "weir.db-wal", "weir.db-shm", "weir.db-journal", "lock" };
    struct arena a = arena_init(PATH_ARENA_MAX);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(str_fmt(&a, STR_FMT "/%s", STR_ARG(dir), names[i]).ptr);
    (void)rmdir(str_z(&a, dir));
    arena_done(&a);
}

static err first_work(const char *staging, struct env *env, store_work *first, void *ctx)
{
    struct store *s = NULL;
    err e = store_open(&(struct store_opts){ .dir = str_of(staging) }, env, &s);
    if (!e.code && first) e = store_run(s, first, ctx);
    store_close(s);
    return e;
}

static err stage(const char *file, const char *staging, struct env *env, const struct store_keep *keep,
                 store_work *first, void *ctx, struct arena *a)
{
    const char *copy = str_fmt(a, "%s/weir.db", staging).ptr;
    store_clear(str_of(staging)); /* what an earlier attempt may have left */
    err e = store_make_dir(staging); /* the data folder too, when it is not there yet */
    if (!e.code) e = copy_backup(file, copy);
    if (!e.code) e = take_files(copy, keep);
    return e.code ? e : first_work(staging, env, first, ctx);
}

err store_restore(str file, str dir, struct env *env, const struct store_keep *keep, store_work *first, void *ctx)
{
    struct arena a = arena_init(PATH_ARENA_MAX);
    while (dir.len > 1 && dir.ptr[dir.len - 1] == '/') dir.len--;
    const char *to = str_z(&a, dir), *staging = str_fmt(&a, STR_FMT ".restoring", STR_ARG(dir)).ptr;
    (void)rmdir(to); /* an empty folder is no store */
    err e = access(to, F_OK) == 0 ? err_make(ERR_CONFLICT, "there is a store at %s: move it away first", to) : OK;
    if (!e.code) e = stage(str_z(&a, file), staging, env, keep, first, ctx, &a);
    if (!e.code && rename(staging, to)) e = err_errno("%s", to);
    if (!e.code) e = sync_folder_of(to, &a);
    if (e.code) store_clear(str_of(staging));
    arena_done(&a);
    return err_wrap(e, "restore " STR_FMT, STR_ARG(file));
}
