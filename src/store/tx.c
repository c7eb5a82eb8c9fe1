/* Statements inside a transaction. The first error sticks: after it, every call does nothing and gives zeros. */
#include "store/store_internal.h"

enum { TX_ARENA_MAX = 64 << 20 };

void tx_start(struct tx *tx, struct store *s, struct conn *c, usec time, bool read_only)
{
    arena_reset(&tx->a);
    tx->a.max = TX_ARENA_MAX;
    tx->store = s;
    tx->conn = c;
    tx->time = time;
    tx->read_only = read_only;
    tx->e.code = ERR_NONE;
}

void tx_done(struct tx *tx)
{
    arena_done(&tx->a);
}

err tx_err(struct tx *tx)
{
    return tx->e;
}

void tx_fail(struct tx *tx, err e)
{
    if (!tx->e.code && e.code) tx->e = e;
}

usec tx_time(struct tx *tx)
{
    return tx->time;
}

struct arena *tx_arena(struct tx *tx)
{
    return &tx->a;
}

static void fail_sql(struct tx *tx, enum sql id, int rc)
{
    tx_fail(tx, err_wrap(conn_err(tx->conn->db, rc, "run"), "sql/%s.sql", sql_texts[id].name));
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct val *v, sqlite3_destructor_type keep)
{
    switch (v->type) {
    case VAL_NULL: return sqlite3_bind_null(stmt, at);
    case VAL_INT: return sqlite3_bind_int64(stmt, at, v->v.i);
    case VAL_REAL: return sqlite3_bind_double(stmt, at, v->v.r);
    case VAL_TEXT: return sqlite3_bind_text64(stmt, at, v->v.s.ptr, v->v.s.len, keep, SQLITE_UTF8);
    case VAL_BLOB:
        if (v->v.s.len == 0) return sqlite3_bind_zeroblob(stmt, at, 0);
        return sqlite3_bind_blob64(stmt, at, v->v.s.ptr, v->v.s.len, keep);
    }
    return SQLITE_MISMATCH;
}

/* The statement with its values bound, or NULL and a sticky error. */
static struct rows *ready(struct tx *tx, enum sql id, const struct val *vals, size_t n, sqlite3_destructor_type keep)
{
    struct rows *r;
    if (tx->e.code) return NULL;
    err e = conn_stmt(tx->conn, id, &r);
    if (!e.code && r->open)
        e = err_make(ERR_CONFLICT, "sql/%s.sql is open already: the same statement inside its own loop",
                     sql_texts[id].name);
    if (!e.code && !r->open) r->tx = tx;
    if (!e.code && n != r->params)
        e = err_make(ERR_INPUT, "sql/%s.sql takes %d values, %zu were given", sql_texts[id].name, r->params, n);
    if (!e.code && tx->read_only && !sqlite3_stmt_readonly(r->stmt))
        e = err_make(ERR_READ_ONLY, "sql/%s.sql writes, and this is a reader", sql_texts[id].name);
    if (e.code) {
        tx_fail(tx, e);
        return NULL;
    }
    for (size_t k = 1; k <= n; k++) {
        int rc = r->bind[k] ? bind_one(r->stmt, r->bind[k], &vals[k - 1], keep) : SQLITE_OK;
        if (rc == SQLITE_OK) continue;
        fail_sql(tx, id, rc);
        return NULL;
    }
    return r;
}

int64_t tx_exec_n(struct tx *tx, enum sql id, const struct val *vals, size_t n)
{
    struct rows *r = ready(tx, id, vals, n, SQLITE_STATIC);
    if (!r) return 0;
    int rc = SQLITE_ROW;
    while (rc == SQLITE_ROW) rc = sqlite3_step(r->stmt);
    if (rc != SQLITE_DONE) fail_sql(tx, id, rc);
    (void)sqlite3_reset(r->stmt);
    return rc == SQLITE_DONE ? sqlite3_changes64(tx->conn->db) : 0;
}

struct rows *tx_query_n(struct tx *tx, enum sql id, const struct val *vals, size_t n)
{
    struct rows *r = ready(tx, id, vals, n, SQLITE_TRANSIENT);
    if (!r) return &tx->conn->dead;
    r->open = true;
    tx->open++;
    return r;
}

int64_t tx_get_i64_n(struct tx *tx, enum sql id, int64_t fallback, const struct val *vals, size_t n)
{
    struct rows *r = ready(tx, id, vals, n, SQLITE_STATIC);
    if (!r) return 0;
    int rc = sqlite3_step(r->stmt);
    int64_t v = fallback;
    if (rc == SQLITE_ROW && sqlite3_column_type(r->stmt, 0) != SQLITE_NULL) v = sqlite3_column_int64(r->stmt, 0);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) fail_sql(tx, id, rc);
    (void)sqlite3_reset(r->stmt);
    return tx->e.code ? 0 : v;
}

bool rows_next(struct rows *r)
{
    if (!r->open) return false;
    if (r->tx->e.code) {
        rows_end(r);
        return false;
    }
    int rc = sqlite3_step(r->stmt);
    if (rc == SQLITE_ROW) return true;
    if (rc != SQLITE_DONE) fail_sql(r->tx, r->id, rc);
    rows_end(r);
    return false;
}

void rows_end(struct rows *r)
{
    if (!r || !r->open) return;
    r->open = false;
    r->tx->open--;
    (void)sqlite3_reset(r->stmt);
}

/* A piece of work may return with queries open: they must not reach into the next one. */
void tx_close_queries(struct tx *tx)
{
    for (int id = 0; tx->open && id < SQL_COUNT; id++) rows_end(&tx->conn->stmts[id]);
}

static bool on_row(const struct rows *r)
{
    return r->open && !r->tx->e.code;
}

int64_t rows_i64(struct rows *r, int col)
{
    return on_row(r) ? sqlite3_column_int64(r->stmt, col) : 0;
}

double rows_f64(struct rows *r, int col)
{
    return on_row(r) ? sqlite3_column_double(r->stmt, col) : 0;
}

bool rows_null(struct rows *r, int col)
{
    return !on_row(r) || sqlite3_column_type(r->stmt, col) == SQLITE_NULL;
}

str rows_str(struct rows *r, int col)
{
    if (rows_null(r, col)) return STR_NONE;
    bool blob = sqlite3_column_type(r->stmt, col) == SQLITE_BLOB;
    const void *p = blob ? sqlite3_column_blob(r->stmt, col) : (const void *)sqlite3_column_text(r->stmt, col);
    return (str){ p ? p : "", (size_t)sqlite3_column_bytes(r->stmt, col) };
}

str rows_dup(struct rows *r, int col, struct arena *a)
{
    str s = rows_str(r, col);
    if (!s.ptr) return STR_NONE;
    char *p = arena_try(a, s.len + 1);
    if (!p) {
        tx_fail(r->tx, err_make(ERR_LIMIT, "sql/%s.sql: the answer is too large", sql_texts[r->id].name));
        return STR_NONE;
    }
    memcpy(p, s.ptr, s.len);
    return (str){ p, s.len };
}
