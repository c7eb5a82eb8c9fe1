/* Retention: bodies go, hashes stay.
 *
 * An erased entry's hash can no longer be computed, since the body is part of it. It is still held in place by the
 * chain and the signed roots; its other fields are held by a stub (journal_stub) kept in the row, and the Merkle root
 * over the stubs is in the body of the "journal.retained" entry, which is never erased itself. So a changed field is
 * found in its row, and a body that went without retention saying so is found too. */
#include "base/json.h"
#include "store/store_internal.h"

enum { RETAIN_MAX = 20000, RETAIN_BATCH = 200, RETAINED_BODY_MAX = 1024 };

err retained_parse(str body, struct retained *out)
{
    struct arena a = arena_init(1 << 16);
    json *v = NULL;
    str digest = STR_NONE;
    err e = json_parse(body, &a, &v);
    *out = (struct retained){ .from = json_get_i64(v, "from", 0),
                              .through = json_get_i64(v, "through", -1),
                              .erased = json_get_i64(v, "erased", -1) };
    if (!e.code) e = hex_bytes(json_get_str(v, "digest"), &a, &digest);
    if (!e.code && (digest.len != SHA256_LEN || out->from < 1 || out->through < out->from || out->erased < 0))
        e = err_make(ERR_CORRUPT, "not the body of a retention");
    if (!e.code) memcpy(out->digest.b, digest.ptr, SHA256_LEN);
    arena_done(&a);
    return e;
}

static int64_t retained_through(struct tx *tx)
{
    struct retained last = { 0 };
    struct rows *r = tx_query_n(tx, SQL_ENTRY_RETAINED_LAST, TX_NO_VALS);
    if (rows_next(r)) {
        err e = retained_parse(rows_str(r, 1), &last);
        if (e.code) tx_fail(tx, err_wrap(e, "entry %lld", (long long)rows_i64(r, 0)));
    }
    rows_end(r);
    return last.through;
}

/* The last entry before that time: times never decrease, so halving finds it. */
static int64_t last_before(struct tx *tx, usec before)
{
    int64_t low = 0, high = journal_last_seq(tx); /* low is before, above high is not */
    while (low < high && !tx->e.code) {
        int64_t mid = low + (high - low + 1) / 2;
        if (tx_get_i64(tx, SQL_ENTRY_TIME, USEC_MAX, val_int(mid)) < before)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

/* Erase a batch in from..through and give the seq to go on from, 0 when there was none. Rows are read first, then
 * changed. */
static int64_t erase_batch(struct tx *tx, int64_t from, int64_t through, struct merkle *stubs)
{
    struct {
        int64_t seq;
        struct sha256 stub;
    } rows[RETAIN_BATCH];
    size_t n = 0;
    struct rows *r = tx_query(tx, SQL_ENTRY_FACTS, val_int(from), val_int(through), val_int(RETAIN_BATCH));
    while (n < RETAIN_BATCH && rows_next(r)) {
        struct entry e;
        journal_view_row(r, &e);
        rows[n].seq = e.seq;
        rows[n++].stub = journal_stub(&e);
    }
    rows_end(r);
    for (size_t i = 0; i < n; i++) {
        tx_exec(tx, SQL_ENTRY_ERASE, val_int(rows[i].seq), val_blob((str){ (const char *)rows[i].stub.b, SHA256_LEN }));
        merkle_add(stubs, rows[i].stub);
    }
    return n && !tx->e.code ? rows[n - 1].seq + 1 : 0;
}

static void add_retained(struct tx *tx, int64_t from, int64_t through, usec before, const struct merkle *stubs)
{
    struct buf body = buf_init(RETAINED_BODY_MAX);
    struct jw w = jw_init(&body);
    struct sha256 root = merkle_root(stubs);
    jw_open(&w, NULL);
    jw_i64(&w, "from", from);
    jw_i64(&w, "through", through);
    jw_i64(&w, "before", before);
    jw_i64(&w, "erased", stubs->size);
    jw_str(&w, "digest", hex_text((str){ (const char *)root.b, SHA256_LEN }, tx_arena(tx)));
    jw_close(&w);
    (void)journal_add(
        tx, &(struct entry){ .kind = STR("journal.retained"), .actor = STR("weir"), .body = buf_view(&body) });
    buf_done(&body);
}

int64_t journal_retain_through(struct tx *tx, usec before)
{
    int64_t through = last_before(tx, before);
    return through > retained_through(tx) && !tx->e.code ? through : 0;
}

int64_t journal_retain(struct tx *tx, usec before)
{
    int64_t from = retained_through(tx) + 1, through = last_before(tx, before);
    if (tx->e.code || tx->read_only || through < from) return 0;
    if (through - from >= RETAIN_MAX) through = from + RETAIN_MAX - 1;
    struct merkle stubs = { 0 };
    for (int64_t at = from; at;) at = erase_batch(tx, at, through, &stubs);
    if (tx->e.code) return 0;
    add_retained(tx, from, through, before, &stubs);
    return tx->e.code ? 0 : stubs.size;
}
