#include "store/state.h"

#include "base/buf.h"
#include "store/store_internal.h"

enum { COLUMNS_MAX = 64, NAME_MAX_BYTES = 128 };

/* A table and how to go through it: in the order its rows were added, or by its key where it has no other. */
struct table {
    str name;
    bool keyed; /* WITHOUT ROWID */
    str columns[COLUMNS_MAX];
    size_t count;
    str order;
};

struct table_list {
    struct table *items;
    size_t count;
};

static void add_key(struct table *t, str column, struct arena *a)
{
    t->order = str_fmt(a, STR_FMT "%s\"" STR_FMT "\"", STR_ARG(t->order), t->order.len ? ", " : "", STR_ARG(column));
}

static void read_columns(struct tx *tx, struct table *t, struct arena *a)
{
    str keys[COLUMNS_MAX] = { { 0 } };
    struct rows *r = tx_query(tx, SQL_STATE_COLUMNS, V(t->name));
    while (rows_next(r)) {
        int64_t key = rows_i64(r, 1);
        if (t->count == COLUMNS_MAX || key > COLUMNS_MAX) {
            tx_fail(tx, err_make(ERR_LIMIT, "table " STR_FMT " has too many columns", STR_ARG(t->name)));
            break;
        }
        t->columns[t->count] = rows_dup(r, 0, a);
        if (key > 0) keys[key - 1] = t->columns[t->count];
        t->count++;
    }
    rows_end(r);
    t->order = STR("");
    for (size_t i = 0; t->keyed && i < COLUMNS_MAX && keys[i].len; i++) add_key(t, keys[i], a);
    if (!t->order.len) t->order = STR("rowid");
}

static struct table_list read_tables(struct tx *tx, struct arena *a)
{
    enum { TABLES_MAX = 128 };
    struct table_list list = { .items = arena_new(a, TABLES_MAX * sizeof(struct table)) };
    struct rows *r = tx_query_n(tx, SQL_STATE_TABLES, TX_NO_VALS);
    while (rows_next(r) && list.count < TABLES_MAX)
        list.items[list.count++] = (struct table){ .name = rows_dup(r, 0, a), .keyed = rows_i64(r, 1) != 0 };
    rows_end(r);
    for (size_t i = 0; i < list.count; i++) read_columns(tx, &list.items[i], a);
    return list;
}

/* ---- writing ---- */

struct writing {
    char *block; /* of STATE_BLOCK bytes */
    size_t used;
    struct merkle tree;
    err (*take)(void *ctx, str bytes);
    void *ctx;
    err e;
};

struct sha256 state_leaf(str block)
{
    return sha256_parts((const str[]){ { "\0", 1 }, block }, 2);
}

static void end_block(struct writing *w)
{
    str block = { w->block, w->used };
    merkle_add(&w->tree, state_leaf(block));
    if (w->take && !w->e.code) w->e = w->take(w->ctx, block);
    w->used = 0;
}

static void put(struct writing *w, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n) {
        size_t room = STATE_BLOCK - w->used, k = n < room ? n : room;
        memcpy(w->block + w->used, p, k);
        w->used += k;
        p += k;
        n -= k;
        if (w->used == STATE_BLOCK) end_block(w);
    }
}

static void put_int(struct writing *w, uint64_t v, size_t bytes)
{
    unsigned char le[8];
    for (size_t i = 0; i < bytes; i++) le[i] = (unsigned char)(v >> (8 * i));
    put(w, le, bytes);
}

static void put_text(struct writing *w, str s)
{
    put_int(w, s.len, 4);
    put(w, s.ptr, s.len);
}

static void put_value(struct writing *w, sqlite3_stmt *s, int col)
{
    static const char tags[] = {
        [SQLITE_INTEGER] = 'i', [SQLITE_FLOAT] = 'r', [SQLITE_TEXT] = 't', [SQLITE_BLOB] = 'b', [SQLITE_NULL] = 'n'
    };
    int type = sqlite3_column_type(s, col);
    put(w, &tags[type], 1);
    if (type == SQLITE_INTEGER) {
        put_int(w, (uint64_t)sqlite3_column_int64(s, col), 8);
    } else if (type == SQLITE_FLOAT) {
        double d = sqlite3_column_double(s, col);
        uint64_t bits;
        memcpy(&bits, &d, sizeof bits);
        put_int(w, bits, 8);
    } else if (type != SQLITE_NULL) {
        const void *p = type == SQLITE_BLOB ? sqlite3_column_blob(s, col) : sqlite3_column_text(s, col);
        put_text(w, (str){ p ? p : "", (size_t)sqlite3_column_bytes(s, col) });
    }
}

/* A statement made for one table: the schema names tables and columns, nobody else does. */
static err prepare(struct tx *tx, str sql, sqlite3_stmt **out)
{
    return conn_err(tx->conn->db, sqlite3_prepare_v2(tx->conn->db, sql.ptr, (int)sql.len, out, NULL),
                    "the state's tables");
}

static str column_names(const struct table *t, struct arena *a)
{
    str names = STR("");
    for (size_t i = 0; i < t->count; i++)
        names = str_fmt(a, STR_FMT "%s\"" STR_FMT "\"", STR_ARG(names), i ? ", " : "", STR_ARG(t->columns[i]));
    return names;
}

static err write_table(struct tx *tx, const struct table *t, struct arena *a, struct writing *w)
{
    sqlite3_stmt *s = NULL;
    err e = prepare(tx,
                    str_fmt(a, "SELECT " STR_FMT " FROM \"" STR_FMT "\" ORDER BY " STR_FMT, STR_ARG(column_names(t, a)),
                            STR_ARG(t->name), STR_ARG(t->order)),
                    &s);
    if (e.code) return e;
    put(w, "T", 1);
    put_text(w, t->name);
    put_int(w, t->count, 4);
    for (size_t i = 0; i < t->count; i++) put_text(w, t->columns[i]);
    int rc = SQLITE_DONE;
    while (!w->e.code && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        put(w, "R", 1);
        for (size_t i = 0; i < t->count; i++) put_value(w, s, (int)i);
    }
    if (!w->e.code && rc != SQLITE_DONE) w->e = conn_err(tx->conn->db, rc, "read the state");
    (void)sqlite3_finalize(s);
    return w->e;
}

err state_write(struct tx *tx, err (*block)(void *ctx, str bytes), void *ctx, struct state_facts *out)
{
    struct arena a = arena_init(4 << 20);
    struct writing w = { .block = mem_new(STATE_BLOCK), .take = block, .ctx = ctx };
    struct table_list tables = read_tables(tx, &a);
    err e = tx_err(tx);
    for (size_t i = 0; i < tables.count && !e.code; i++) e = write_table(tx, &tables.items[i], &a, &w);
    if (!e.code) {
        put(&w, "E", 1);
        if (w.used) end_block(&w);
        e = w.e;
    }
    *out = (struct state_facts){ .blocks = w.tree.size, .digest = merkle_root(&w.tree) };
    mem_free(w.block);
    arena_done(&a);
    return e;
}

static err table_digest(struct tx *tx, const struct table *t, struct arena *a, struct sha256 *out)
{
    struct writing w = { .block = mem_new(STATE_BLOCK) };
    err e = write_table(tx, t, a, &w);
    end_block(&w);
    *out = merkle_root(&w.tree);
    mem_free(w.block);
    return e;
}

err state_compare(struct tx *one, struct tx *other, struct arena *a, str *table)
{
    struct table_list tables = read_tables(one, a);
    err e = tx_err(one);
    *table = STR("");
    for (size_t i = 0; i < tables.count && !e.code && !table->len; i++) {
        struct sha256 x, y;
        e = table_digest(one, &tables.items[i], a, &x);
        if (!e.code) e = table_digest(other, &tables.items[i], a, &y);
        if (!e.code && memcmp(x.b, y.b, SHA256_LEN)) *table = tables.items[i].name;
    }
    return e;
}

/* ---- reading ---- */

struct reading {
    struct tx *tx;
    err (*give)(void *ctx, str *bytes);
    void *ctx;
    str rest; /* of the block at hand */
    struct buf text;
    struct table_list tables;
    sqlite3_stmt *insert;
    size_t columns;
    err e;
};

static void fail(struct reading *r, const char *why)
{
    if (!r->e.code) r->e = err_make(ERR_CORRUPT, "a state that was kept: %s", why);
}

/* The next n bytes, in r->text when they cross blocks. Empty after an error. */
static const char *get(struct reading *r, size_t n)
{
    buf_clear(&r->text);
    while (!r->e.code && r->text.len < n) {
        if (!r->rest.len) {
            r->e = r->give(r->ctx, &r->rest);
            if (!r->e.code && !r->rest.len) fail(r, "it ends too early");
            continue;
        }
        size_t want = n - r->text.len, k = want < r->rest.len ? want : r->rest.len;
        buf_add(&r->text, str_cut(r->rest, 0, k));
        r->rest = str_cut(r->rest, k, r->rest.len);
        if (r->text.full) fail(r, "a text is too long");
    }
    return r->e.code ? NULL : r->text.ptr;
}

static uint64_t get_int(struct reading *r, size_t bytes)
{
    const unsigned char *p = (const unsigned char *)get(r, bytes);
    uint64_t v = 0;
    for (size_t i = 0; p && i < bytes; i++) v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static str get_text(struct reading *r)
{
    size_t n = (size_t)get_int(r, 4);
    if (!n || r->e.code) return STR("");
    const char *p = get(r, n);
    return p ? (str){ p, n } : STR("");
}

static char get_tag(struct reading *r)
{
    const char *p = get(r, 1);
    return p ? *p : 0;
}

/* Names come from a run that somebody may have changed: only those the schema has are used. */
static str known(const str *names, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], name)) return names[i];
    return STR_NONE;
}

static const struct table *known_table(struct reading *r, str name)
{
    for (size_t i = 0; i < r->tables.count; i++)
        if (str_eq(r->tables.items[i].name, name)) return &r->tables.items[i];
    fail(r, "it has a table that this program does not know");
    return NULL;
}

static void begin_table(struct reading *r, struct arena *a)
{
    (void)sqlite3_finalize(r->insert);
    r->insert = NULL;
    const struct table *t = known_table(r, get_text(r));
    str names = STR(""), marks = STR("");
    r->columns = (size_t)get_int(r, 4);
    if (r->columns > COLUMNS_MAX || !r->columns) fail(r, "a table has no columns, or too many");
    for (size_t i = 0; i < r->columns && !r->e.code; i++) {
        str column = known(t->columns, t->count, get_text(r));
        if (!column.ptr) fail(r, "it has a column that this program does not know");
        names = str_fmt(a, STR_FMT "%s\"" STR_FMT "\"", STR_ARG(names), i ? ", " : "", STR_ARG(column));
        marks = str_fmt(a, STR_FMT "%s?", STR_ARG(marks), i ? ", " : "");
    }
    if (r->e.code) return;
    r->e = prepare(r->tx, str_fmt(a, "INSERT INTO \"" STR_FMT "\" (" STR_FMT ") VALUES (" STR_FMT ")", STR_ARG(t->name),
                                  STR_ARG(names), STR_ARG(marks)), &r->insert);
}

static int bind_value(struct reading *r, int at)
{
    str s;
    uint64_t bits;
    double d;
    switch (get_tag(r)) {
    case 'n': return sqlite3_bind_null(r->insert, at);
    case 'i': return sqlite3_bind_int64(r->insert, at, (int64_t)get_int(r, 8));
    case 'r':
        bits = get_int(r, 8);
        memcpy(&d, &bits, sizeof d);
        return sqlite3_bind_double(r->insert, at, d);
    case 't':
        s = get_text(r);
        return sqlite3_bind_text64(r->insert, at, s.ptr, s.len, SQLITE_TRANSIENT, SQLITE_UTF8);
    case 'b':
        s = get_text(r);
        return s.len ? sqlite3_bind_blob64(r->insert, at, s.ptr, s.len, SQLITE_TRANSIENT)
                     : sqlite3_bind_zeroblob(r->insert, at, 0);
    default: fail(r, "a value is of no known type"); return SQLITE_OK;
    }
}

static void read_row(struct reading *r)
{
    if (!r->insert) fail(r, "a row stands before its table");
    for (size_t i = 0; i < r->columns && !r->e.code; i++) {
        int rc = bind_value(r, (int)i + 1);
        if (!r->e.code) r->e = conn_err(r->tx->conn->db, rc, "take in the state");
    }
    if (r->e.code) return;
    int rc = sqlite3_step(r->insert);
    if (rc != SQLITE_DONE) r->e = conn_err(r->tx->conn->db, rc, "take in the state");
    (void)sqlite3_reset(r->insert);
}

static void clear_tables(struct reading *r, struct arena *a)
{
    for (size_t i = 0; i < r->tables.count && !r->e.code; i++) {
        sqlite3_stmt *s = NULL;
        r->e = prepare(r->tx, str_fmt(a, "DELETE FROM \"" STR_FMT "\"", STR_ARG(r->tables.items[i].name)), &s);
        if (r->e.code) return;
        int rc = sqlite3_step(s);
        if (rc != SQLITE_DONE) r->e = conn_err(r->tx->conn->db, rc, "clear the state");
        (void)sqlite3_finalize(s);
    }
}

static void read_all(struct reading *r, struct arena *a)
{
    for (bool more = true; more && !r->e.code;) {
        char tag = get_tag(r);
        if (r->e.code) return;
        if (tag == 'T') begin_table(r, a);
        else if (tag == 'R') read_row(r);
        else if (tag == 'E') more = false;
        else fail(r, "it is not a run of tables and rows");
    }
    if (!r->e.code && !r->rest.len) r->e = r->give(r->ctx, &r->rest);
    if (!r->e.code && r->rest.len) fail(r, "it goes on after its end");
}

err state_read(struct tx *tx, const struct state_place *at, err (*block)(void *ctx, str *bytes), void *ctx)
{
    if (tx->read_only) return err_make(ERR_READ_ONLY, "a state is taken in by a writer only");
    struct arena a = arena_init(4 << 20);
    struct reading r = {
        .tx = tx, .give = block, .ctx = ctx, .text = buf_init(64 << 20), .tables = read_tables(tx, &a)
    };
    r.e = tx_err(tx);
    clear_tables(&r, &a);
    read_all(&r, &a);
    (void)sqlite3_finalize(r.insert);
    struct journal_state *j = &tx->store->journal;
    if (!r.e.code) {
        /* Only the number of entries and the chain matter from here: a store that begins in the middle signs nothing.
         */
        *j = (struct journal_state){ .time = at->time, .hash = at->hash, .tree = { .size = at->seq } };
        tx->time = at->time;
    }
    buf_done(&r.text);
    arena_done(&a);
    return r.e;
}
