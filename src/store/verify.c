/* Verification: one pass over the entries, with the checkpoints and the retentions read in step beside them.
 *
 *   entries       1 2 3 4 5 6 7 8 ...      numbers without gaps, times that do not go back, each hash from the one
 * before checkpoints         ^       ^          the root over the hashes so far is the one that was signed retentions
 * |-------|                bodies that are gone went in one of these ranges, and their stubs fit its digest
 */
#include "store/note.h"
#include "store/store_internal.h"

enum { PROGRESS_EVERY = 5000 };

struct audit {
    struct tx *tx;
    const struct audit_opts *opts;
    struct audit_report *out;
    struct merkle tree;
    struct sha256 before;
    usec time;
    struct rows *checkpoints, *retentions;
    bool at_checkpoint, at_retention, has_saved, bad;
    struct retained range;
    int64_t range_seq;
    struct merkle stubs;
    struct note saved;
    /* A retention that does not fit may itself be what was changed: its own hash tells, further on. So this waits. */
    int64_t doubt_seq;
    char doubt[sizeof((struct audit_report *)0)->problem];
};

PRINTF_LIKE(3, 4) static void wrong(struct audit *a, int64_t seq, const char *fmt, ...)
{
    if (a->bad) return;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(a->out->problem, sizeof a->out->problem, fmt, ap);
    va_end(ap);
    a->out->bad_seq = seq;
    a->bad = true;
}

PRINTF_LIKE(3, 4) static void doubt(struct audit *a, int64_t seq, const char *fmt, ...)
{
    if (a->doubt[0]) return;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(a->doubt, sizeof a->doubt, fmt, ap);
    va_end(ap);
    a->doubt_seq = seq;
}

/* ---- checkpoints ---- */

static void check_root(struct audit *a, const struct note *n, const char *what)
{
    struct sha256 root = merkle_root(&a->tree);
    if (memcmp(root.b, n->root.b, SHA256_LEN) == 0) return;
    wrong(a, a->out->covered + 1,
          "the hashes of entries 1 to %lld are not those %s was signed for: one of %lld to %lld was changed",
          (long long)n->size, what, (long long)a->out->covered + 1, (long long)n->size);
}

static void check_checkpoint(struct audit *a, int64_t size, usec time, str text)
{
    struct note n;
    err e = note_parse(text, &n);
    if (e.code) {
        wrong(a, 0, "checkpoint over %lld entries: %s", (long long)size, e.msg);
    } else if (n.size != size || n.time != time || size < 1) {
        wrong(a, 0, "checkpoint over %lld entries: its row does not fit its note", (long long)size);
    } else if (a->out->key_used && !note_signed_by(&n, (const uint8_t *)a->opts->key.ptr)) {
        wrong(a, 0, "checkpoint over %lld entries is not signed by the given key", (long long)size);
    } else {
        check_root(a, &n, "a checkpoint");
    }
    if (a->bad) return;
    a->out->checkpoints++;
    a->out->covered = size;
    a->out->covered_time = time;
}

/* All checkpoints up to here, and the caller's own. */
static void check_checkpoints(struct audit *a)
{
    while (a->at_checkpoint && !a->bad && rows_i64(a->checkpoints, 0) <= a->tree.size) {
        int64_t size = rows_i64(a->checkpoints, 0);
        if (size != a->tree.size) {
            wrong(a, 0, "a checkpoint over %lld entries does not belong here", (long long)size);
            return;
        }
        check_checkpoint(a, size, rows_i64(a->checkpoints, 1), rows_str(a->checkpoints, 2));
        a->at_checkpoint = rows_next(a->checkpoints);
    }
    if (a->has_saved && a->saved.size == a->tree.size && !a->bad) check_root(a, &a->saved, "the saved checkpoint");
}

/* ---- retention ---- */

static void next_retention(struct audit *a)
{
    int64_t through = a->range.through;
    a->stubs = (struct merkle){ 0 };
    a->range = (struct retained){ .from = INT64_MAX, .through = INT64_MAX };
    a->at_retention = rows_next(a->retentions);
    if (!a->at_retention) return;
    a->range_seq = rows_i64(a->retentions, 0);
    err e = retained_parse(rows_str(a->retentions, 1), &a->range);
    if (e.code || a->range.from != through + 1 || a->range.through >= a->range_seq)
        doubt(a, a->range_seq, "entry %lld: a retention that says nothing valid", (long long)a->range_seq);
}

static void end_retention(struct audit *a)
{
    struct sha256 root = merkle_root(&a->stubs);
    if (a->stubs.size != a->range.erased || memcmp(root.b, a->range.digest.b, SHA256_LEN))
        doubt(a, a->range.from,
              "entries %lld to %lld: what is left of them is not what the retention of entry %lld left",
              (long long)a->range.from, (long long)a->range.through, (long long)a->range_seq);
    next_retention(a);
}

static void check_erased(struct audit *a, const struct entry *e, str kept)
{
    struct sha256 stub = journal_stub(e);
    if (!str_eq(kept, (str){ (const char *)stub.b, SHA256_LEN }))
        wrong(a, e->seq, "entry %lld was changed: its body is gone, and the rest does not fit what retention leaves",
              (long long)e->seq);
    else if (!a->at_retention || e->seq < a->range.from || e->seq > a->range.through)
        doubt(a, e->seq, "entry %lld: its body is gone, and no retention says so", (long long)e->seq);
    else
        merkle_add(&a->stubs, stub);
    a->out->erased++;
}

/* ---- entries ---- */

static void check_content(struct audit *a, struct rows *r, const struct entry *e)
{
    if (rows_null(r, 7)) {
        check_erased(a, e, rows_str(r, 9));
        return;
    }
    struct sha256 want = journal_hash(e, &a->before);
    if (memcmp(want.b, e->hash.b, SHA256_LEN) || !rows_null(r, 9))
        wrong(a, e->seq, "entry %lld was changed, or stands in another's place: its hash does not fit",
              (long long)e->seq);
}

static void check_entry(struct audit *a, struct rows *r)
{
    struct entry e;
    journal_view_row(r, &e);
    int64_t expected = a->tree.size + 1;
    if (e.seq != expected) {
        wrong(a, expected, "entry %lld is missing: entry %lld stands in its place", (long long)expected,
              (long long)e.seq);
        return;
    }
    if (rows_str(r, 8).len != SHA256_LEN)
        wrong(a, e.seq, "entry %lld was changed: its hash has %zu bytes", (long long)e.seq, rows_str(r, 8).len);
    if (!a->bad) check_content(a, r, &e);
    if (e.time < a->time)
        wrong(a, e.seq, "entry %lld was changed: its time lies before that of the entry before it", (long long)e.seq);
    if (a->bad) return;
    merkle_add(&a->tree, e.hash);
    a->before = e.hash;
    a->time = e.time;
    a->out->entries++;
    if (e.seq == a->range.through) end_retention(a);
    check_checkpoints(a);
}

static void check_entries(struct audit *a)
{
    int64_t total = tx_get_i64_n(a->tx, SQL_ENTRY_LAST, 0, TX_NO_VALS);
    struct rows *r = tx_query(a->tx, SQL_ENTRY_SCAN, val_int(1));
    while (!a->bad && rows_next(r)) {
        check_entry(a, r);
        if (a->opts->progress && a->out->entries % PROGRESS_EVERY == 0)
            a->opts->progress(a->opts->ctx, a->out->entries, total);
    }
    rows_end(r);
}

/* ---- the end of the journal ---- */

static void check_cut(struct audit *a, int64_t size, const char *who)
{
    int64_t last = a->tree.size;
    if (size > last)
        wrong(a, last + 1, "entries %lld to %lld are missing at the end: %s knows them", (long long)last + 1,
              (long long)size, who);
}

static void check_head(struct audit *a)
{
    struct rows *r = tx_query_n(a->tx, SQL_JOURNAL_HEAD_GET, TX_NO_VALS);
    bool found = rows_next(r);
    if (found) check_cut(a, rows_i64(r, 0), "the journal's head");
    bool fits = found ? rows_i64(r, 0) == a->tree.size && rows_i64(r, 1) == a->time &&
                            str_eq(rows_str(r, 2), (str){ (const char *)a->before.b, SHA256_LEN }) &&
                            str_eq(rows_str(r, 3), merkle_frontier(&a->tree))
                      : a->tree.size == 0;
    if (!fits) wrong(a, 0, "the journal's head does not fit its %lld entries", (long long)a->tree.size);
    rows_end(r);
}

static void check_end(struct audit *a)
{
    if (a->at_checkpoint) check_cut(a, rows_i64(a->checkpoints, 0), "a checkpoint");
    if (a->has_saved) check_cut(a, a->saved.size, "the saved checkpoint");
    int64_t lowest = tx_get_i64_n(a->tx, SQL_ENTRY_LOWEST, 1, TX_NO_VALS);
    if (lowest < 1) wrong(a, lowest, "an entry numbered %lld was inserted", (long long)lowest);
    if (a->doubt[0]) wrong(a, a->doubt_seq, "%s", a->doubt);
    if (!a->bad) check_head(a);
}

static err open_audit(struct audit *a)
{
    const struct audit_opts *o = a->opts;
    if (o->key.len && o->key.len != ED25519_PUBLIC_LEN)
        return err_make(ERR_INPUT, "a public key has 32 bytes, not %zu", o->key.len);
    a->out->key_used = o->key.len > 0;
    a->has_saved = a->out->note_used = o->note.len > 0;
    err e = o->note.len ? note_parse(o->note, &a->saved) : OK;
    if (e.code) return err_wrap(e, "the saved checkpoint");
    if (a->has_saved && a->out->key_used && !note_signed_by(&a->saved, (const uint8_t *)o->key.ptr))
        return err_make(ERR_INPUT, "the saved checkpoint is not signed by the given key");
    a->checkpoints = tx_query(a->tx, SQL_CHECKPOINT_SCAN, val_int(INT64_MIN));
    a->at_checkpoint = rows_next(a->checkpoints);
    a->retentions = tx_query_n(a->tx, SQL_ENTRY_RETAINED, TX_NO_VALS);
    next_retention(a);
    return a->tx->e;
}

err journal_verify(struct tx *tx, const struct audit_opts *opts, struct audit_report *out)
{
    struct audit a = { .tx = tx, .opts = opts, .out = out };
    *out = (struct audit_report){ 0 };
    err e = open_audit(&a);
    if (e.code) return e;
    check_checkpoints(&a);
    check_entries(&a);
    if (!a.bad) check_end(&a);
    rows_end(a.checkpoints);
    rows_end(a.retentions);
    return tx->e.code == ERR_CORRUPT && a.bad ? OK : tx->e;
}
