/* Bring the schema to this binary's version, one transaction for each step, with a copy of the database taken first. */
#include "store/store_internal.h"

enum { APPLICATION_ID = 0x77656972 }; /* "weir": what `file` and a wrong database show */

static int64_t pragma_get(struct conn *c, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t v = -1;
    if (sqlite3_prepare_v2(c->db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
        v = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return v;
}

static err exec(struct conn *c, const char *sql)
{
    return conn_err(c->db, sqlite3_exec(c->db, sql, NULL, NULL, NULL), "migrate");
}

static err check(struct conn *c, int64_t *version)
{
    int64_t id = pragma_get(c, "PRAGMA application_id");
    *version = pragma_get(c, "PRAGMA user_version");
    if (id < 0 || *version < 0) return err_make(ERR_CORRUPT, "the database does not answer: not a store, or damaged");
    if (id != APPLICATION_ID && (id != 0 || *version != 0 || pragma_get(c, "SELECT count(*) FROM sqlite_schema") > 0))
        return err_make(ERR_CORRUPT, "this is a database, but not a store of weir");
    if (*version > (int64_t)sql_migration_count)
        return err_make(ERR_TOO_NEW, "its schema is %lld, this program knows %zu: use a newer weir",
                        (long long)*version, sql_migration_count);
    return OK;
}

err store_check_version(struct conn *c)
{
    int64_t version;
    err e = check(c, &version);
    if (e.code) return e;
    if (version < (int64_t)sql_migration_count)
        return err_make(ERR_CONFLICT, "its schema is %lld, this program needs %zu: start the server on it once",
                        (long long)version, sql_migration_count);
    return OK;
}

err store_check_file(struct conn *c)
{
    int64_t version;
    err e = check(c, &version);
    if (!e.code && version == 0) e = err_make(ERR_CORRUPT, "it holds no store");
    return e;
}

static err copy_before(struct store *s, struct conn *c, int64_t version)
{
    if (!s->dir) return OK;
    struct arena a = arena_init(1 << 16);
    str path = str_fmt(&a, "%s.before-%04lld", s->path, (long long)version + 1);
    char *sql = sqlite3_mprintf("VACUUM INTO %Q", path.ptr);
    (void)remove(path.ptr); /* of an attempt that did not end: VACUUM INTO wants a new file */
    err e = exec(c, sql);
    sqlite3_free(sql);
    arena_done(&a);
    return err_wrap(e, "copy the store before a migration");
}

static err apply(struct conn *c, const struct sql_migration *m)
{
    char version[64];
    (void)snprintf(version, sizeof version, "PRAGMA user_version = %d", m->number);
    err e = exec(c, "BEGIN IMMEDIATE");
    if (!e.code) e = exec(c, m->sqlite);
    if (!e.code) e = exec(c, version);
    if (!e.code) e = exec(c, "COMMIT");
    if (e.code && !sqlite3_get_autocommit(c->db)) (void)exec(c, "ROLLBACK");
    return err_wrap(e, "migration %04d_%s", m->number, m->name);
}

err store_migrate(struct store *s, struct conn *c)
{
    int64_t version;
    err e = check(c, &version);
    if (!e.code && version == 0) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "PRAGMA application_id = %d", APPLICATION_ID);
        e = exec(c, sql);
    } else if (!e.code && version < (int64_t)sql_migration_count) {
        e = copy_before(s, c, version);
    }
    for (size_t i = (size_t)version; !e.code && i < sql_migration_count; i++) e = apply(c, &sql_migrations[i]);
    return e;
}
