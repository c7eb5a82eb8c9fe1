/* The journal as JSON Lines, for people who do not have weir (docs/journal.md). */
#include "base/json.h"
#include "store/store_internal.h"

enum { LINE_MAX_BYTES = 8 << 20 };

struct export {
    struct tx *tx;
    struct buf line;
    err (*write)(void *ctx, str text);
    void *ctx;
    struct rows *checkpoints;
    bool at_checkpoint;
};

static void add_hash(struct jw *w, const char *key, str bytes)
{
    struct arena a = arena_init(1 << 16);
    jw_str(w, key, hex_text(str_cut(bytes, 0, 1024), &a));
    arena_done(&a);
}

static err flush(struct export *x)
{
    if (x->line.full) return err_make(ERR_LIMIT, "a line of the export is too long");
    err e = x->write(x->ctx, buf_view(&x->line));
    buf_clear(&x->line);
    return e;
}

/* The hashes before `from` as a frontier: with it, a part of the journal proves itself against a checkpoint. */
static void frontier_before(struct tx *tx, int64_t from, struct merkle *tree, struct sha256 *last)
{
    struct rows *r = tx_query(tx, SQL_ENTRY_HASHES, val_int(from));
    while (rows_next(r)) {
        str hash = rows_str(r, 0);
        if (hash.len != SHA256_LEN) {
            tx_fail(tx, err_make(ERR_CORRUPT, "entry %lld has no hash", (long long)tree->size + 1));
            continue;
        }
        memcpy(last->b, hash.ptr, SHA256_LEN);
        merkle_add(tree, *last);
    }
}

static err write_header(struct export *x, int64_t from, int64_t to)
{
    struct merkle tree = { 0 };
    struct sha256 last = { 0 };
    frontier_before(x->tx, from, &tree, &last);
    struct jw w = jw_init(&x->line);
    jw_open(&w, NULL);
    jw_str(&w, "format", STR("weir journal 1"));
    jw_i64(&w, "from", from);
    jw_i64(&w, "to", to);
    add_hash(&w, "before", (str){ (const char *)last.b, SHA256_LEN });
    jw_array(&w, "frontier");
    for (size_t i = 0; i < merkle_peaks(tree.size); i++)
        add_hash(&w, NULL, (str){ (const char *)tree.peaks[i].b, SHA256_LEN });
    jw_array_end(&w);
    jw_close(&w);
    return x->tx->e.code ? x->tx->e : flush(x);
}

static err write_entry(struct export *x, struct rows *r)
{
    struct entry e;
    journal_view_row(r, &e);
    struct jw w = jw_init(&x->line);
    jw_open(&w, NULL);
    jw_i64(&w, "seq", e.seq);
    jw_i64(&w, "time", e.time);
    jw_str(&w, "kind", e.kind);
    jw_str(&w, "subject", e.subject);
    jw_str(&w, "actor", e.actor);
    jw_str(&w, "correlation_id", e.correlation);
    jw_i64(&w, "cause_seq", e.cause);
    if (rows_null(r, 7)) {
        jw_null(&w, "body");
        add_hash(&w, "erased", rows_str(r, 9));
    } else {
        jw_str(&w, "body", e.body); /* as text, not as a value: these bytes are what was hashed */
    }
    add_hash(&w, "hash", rows_str(r, 8));
    jw_close(&w);
    return flush(x);
}

static err write_checkpoints(struct export *x, int64_t seq)
{
    err e = OK;
    while (!e.code && x->at_checkpoint && rows_i64(x->checkpoints, 0) <= seq) {
        struct jw w = jw_init(&x->line);
        jw_open(&w, NULL);
        jw_i64(&w, "checkpoint", rows_i64(x->checkpoints, 0));
        jw_str(&w, "note", rows_str(x->checkpoints, 2));
        jw_close(&w);
        e = flush(x);
        x->at_checkpoint = rows_next(x->checkpoints);
    }
    return e;
}

err journal_export(struct tx *tx, int64_t from, int64_t to, err (*line)(void *ctx, str text), void *ctx)
{
    struct export x = { .tx = tx, .line = buf_init(LINE_MAX_BYTES), .write = line, .ctx = ctx };
    int64_t last = tx_get_i64_n(tx, SQL_ENTRY_LAST, 0, TX_NO_VALS);
    if (from < 1) from = 1;
    if (to < 1 || to > last) to = last;
    err e = write_header(&x, from, to);
    x.checkpoints = tx_query(tx, SQL_CHECKPOINT_SCAN, val_int(from));
    x.at_checkpoint = rows_next(x.checkpoints);
    struct rows *r = tx_query(tx, SQL_ENTRY_SCAN, val_int(from));
    while (!e.code && rows_next(r) && rows_i64(r, 0) <= to) {
        e = write_entry(&x, r);
        if (!e.code) e = write_checkpoints(&x, rows_i64(r, 0));
    }
    rows_end(r);
    rows_end(x.checkpoints);
    buf_done(&x.line);
    return e.code ? e : tx->e;
}
