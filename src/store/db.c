/* SQLite connections: how they are opened, and their statements. */
#include "store/store_internal.h"

static enum err_code code_of(int rc)
{
    static const struct {
        int rc;
        enum err_code code;
    } codes[] = {
        { SQLITE_FULL, ERR_NO_SPACE },      { SQLITE_BUSY, ERR_TIMEOUT },       { SQLITE_LOCKED, ERR_TIMEOUT },
        { SQLITE_CORRUPT, ERR_CORRUPT },    { SQLITE_NOTADB, ERR_CORRUPT },     { SQLITE_CONSTRAINT, ERR_CONFLICT },
        { SQLITE_READONLY, ERR_READ_ONLY }, { SQLITE_TOOBIG, ERR_LIMIT },       { SQLITE_MISMATCH, ERR_INPUT },
        { SQLITE_RANGE, ERR_INPUT },
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].rc == (rc & 0xff)) return codes[i].code;
    return ERR_IO;
}

err conn_err(sqlite3 *db, int rc, const char *what)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return OK;
    const char *why = db && sqlite3_errcode(db) == (rc & 0xff) ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    return err_make(code_of(rc), "%s: %s (SQLite %d)", what, why, rc);
}

static err conn_script(struct conn *c, const char *script)
{
    return conn_err(c->db, sqlite3_exec(c->db, script, NULL, NULL, NULL), "set up a connection");
}

/* $k by name: SQLite numbers parameters by their first appearance in the text. */
static err find_params(struct rows *r)
{
    int count = sqlite3_bind_parameter_count(r->stmt);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(r->stmt, i);
        int64_t k = 0;
        if (!name || name[0] != '$' || str_to_i64(str_of(name + 1), &k).code || k < 1 || k > SQL_PARAMS_MAX)
            return err_make(ERR_INPUT, "parameter %d is not $1 to $%d", i, SQL_PARAMS_MAX);
        r->bind[k] = (uint8_t)i;
        if (k > r->params) r->params = (uint8_t)k;
    }
    return OK;
}

static err prepare(struct conn *c, struct rows *r)
{
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(c->db, sql_texts[r->id].text, -1, SQLITE_PREPARE_PERSISTENT, &r->stmt, &tail);
    if (rc) return conn_err(c->db, rc, "prepare");
    if (!r->stmt) return err_make(ERR_INPUT, "holds no statement");
    if (str_trim(str_of(tail)).len) return err_make(ERR_INPUT, "holds more than one statement");
    return find_params(r);
}

err conn_stmt(struct conn *c, enum sql id, struct rows **out)
{
    struct rows *r = &c->stmts[id];
    if (!r->stmt) {
        r->id = id;
        r->tx = &c->tx;
        err e = prepare(c, r);
        if (e.code) return err_wrap(e, "sql/%s.sql", sql_texts[id].name);
    }
    *out = r;
    return OK;
}

err conn_prepare_all(struct conn *c)
{
    for (int id = 0; id < SQL_COUNT; id++) {
        struct rows *r;
        err e = conn_stmt(c, (enum sql)id, &r);
        if (e.code) return e;
    }
    return OK;
}

void conn_no_checkpoint_on_close(struct conn *c)
{
    if (c && c->db) (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

/* Hostile database files and slips of our own: both meet a closed door. */
static err harden(struct conn *c)
{
    static const struct {
        int option, value;
    } rows[] = {
        { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 }, { SQLITE_DBCONFIG_DQS_DML, 0 },
        { SQLITE_DBCONFIG_DQS_DDL, 0 },               { SQLITE_DBCONFIG_DEFENSIVE, 1 },
        { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },        { SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int rc = sqlite3_db_config(c->db, rows[i].option, rows[i].value, NULL);
        if (rc) return conn_err(c->db, rc, "harden a connection");
    }
    (void)sqlite3_extended_result_codes(c->db, 1);
    return conn_err(c->db, sqlite3_busy_timeout(c->db, 5000), "set a time limit");
}

/* SQLite counts its memory under a lock of the whole process, at each allocation; nobody asks. Refused when it is in
 * use already. */
static void sqlite_setup(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

err conn_open(struct store *s, enum conn_kind kind, bool sync_normal, struct conn **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, sqlite_setup);
    struct conn *c = mem_new(sizeof *c);
    c->dead.tx = &c->tx;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (kind == CONN_WRITE ? SQLITE_OPEN_CREATE : 0);
    err e = conn_err(NULL, sqlite3_open_v2(s->path, &c->db, flags, s->env->sqlite_vfs), "open the database");
    if (!e.code) e = harden(c);
    if (!e.code) e = conn_script(c, sql_script_connect);
    if (!e.code) e = conn_script(c, kind == CONN_READ ? sql_script_connect_reader : sql_script_connect_writer);
    if (!e.code && sync_normal) e = conn_script(c, sql_script_connect_normal);
    if (e.code) {
        conn_close(c);
        return err_wrap(e, "%s", s->path);
    }
    if (s->reader_only) conn_no_checkpoint_on_close(c);
    *out = c;
    return OK;
}

void conn_close(struct conn *c)
{
    if (!c) return;
    tx_done(&c->tx);
    for (int id = 0; id < SQL_COUNT; id++) (void)sqlite3_finalize(c->stmts[id].stmt);
    (void)sqlite3_close(c->db);
    mem_free(c);
}
