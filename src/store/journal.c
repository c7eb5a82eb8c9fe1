/* Appending to the journal and reading it (journal.h says what an entry's hash is made of). */
#include "store/store_internal.h"

enum { BODY_MAX = 1 << 20, FIELD_MAX = 4096, FIELDS = 8, NUMBER_MAX = 24 };

static str number(int64_t v, char out[NUMBER_MAX])
{
    char *end = out + NUMBER_MAX, *p = end;
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do {
        *--p = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (v < 0) *--p = '-';
    return str_span(p, end);
}

/* A Merkle leaf over `lead` and the first `count` fields of an entry. */
static struct sha256 hash_fields(const struct entry *e, const struct sha256 *lead, size_t count)
{
    char numbers[3][NUMBER_MAX];
    const str fields[FIELDS] = { number(e->seq, numbers[0]), number(e->time, numbers[1]), e->kind, e->subject, e->actor,
                                 e->correlation, number(e->cause, numbers[2]), e->body };
    unsigned char lengths[FIELDS][4];
    str parts[2 + 2 * FIELDS] = { { "\0", 1 }, { (const char *)lead->b, SHA256_LEN } };
    for (size_t i = 0; i < count; i++) {
        uint32_t len = (uint32_t)fields[i].len;
        for (size_t b = 0; b < 4; b++) lengths[i][b] = (unsigned char)(len >> (24 - 8 * b));
        parts[2 + 2 * i] = (str){ (const char *)lengths[i], 4 };
        parts[3 + 2 * i] = fields[i];
    }
    return sha256_parts(parts, 2 + 2 * count);
}

struct sha256 journal_hash(const struct entry *e, const struct sha256 *before)
{
    return hash_fields(e, before, FIELDS);
}

struct sha256 journal_stub(const struct entry *e)
{
    return hash_fields(e, &e->hash, FIELDS - 1);
}

/* What an export or another database could not hold is refused at the door. */
static err check_text(const char *name, str s, size_t max)
{
    if (s.len > max) return err_make(ERR_LIMIT, "%s of an entry: %zu bytes, at most %zu are allowed", name, s.len, max);
    if (s.len && (memchr(s.ptr, 0, s.len) || !str_utf8_valid(s)))
        return err_make(ERR_INPUT, "%s of an entry is not UTF-8 text without NUL", name);
    return OK;
}

static err check(const struct entry *e)
{
    const struct {
        const char *name;
        str s;
        size_t max;
    } texts[] = {
        { "kind", e->kind, FIELD_MAX },   { "subject", e->subject, FIELD_MAX },
        { "actor", e->actor, FIELD_MAX }, { "correlation_id", e->correlation, FIELD_MAX },
        { "body", e->body, BODY_MAX },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        err bad = check_text(texts[i].name, texts[i].s, texts[i].max);
        if (bad.code) return bad;
    }
    return e->kind.len ? OK : err_make(ERR_INPUT, "an entry has no kind");
}

static struct val text_or_empty(str s)
{
    return val_text(s.ptr ? s : STR(""));
}

int64_t journal_add(struct tx *tx, const struct entry *given)
{
    if (tx->e.code) return 0;
    if (tx->read_only) {
        tx_fail(tx, err_make(ERR_READ_ONLY, "an entry can be added by the writer only"));
        return 0;
    }
    err bad = check(given);
    if (bad.code) {
        tx_fail(tx, bad);
        return 0;
    }
    struct journal_state *j = &tx->store->journal;
    struct entry e = *given;
    e.seq = j->tree.size + 1;
    e.time = tx->time;
    e.hash = journal_hash(&e, &j->hash);
    const struct val vals[] = { val_int(e.seq), val_int(e.time), text_or_empty(e.kind), text_or_empty(e.subject),
                                text_or_empty(e.actor), text_or_empty(e.correlation), val_int(e.cause),
                                text_or_empty(e.body), val_blob((str){ (const char *)e.hash.b, SHA256_LEN }) };
    tx_exec_n(tx, SQL_ENTRY_ADD, vals, sizeof vals / sizeof vals[0]);
    if (tx->e.code) return 0;
    j->hash = e.hash;
    merkle_add(&j->tree, e.hash);
    return e.seq;
}

int64_t journal_last_seq(struct tx *tx)
{
    if (!tx->read_only) return tx->store->journal.tree.size;
    return tx_get_i64_n(tx, SQL_ENTRY_LAST, 0, TX_NO_VALS);
}

int64_t journal_next_seq(struct tx *tx)
{
    return journal_last_seq(tx) + 1;
}

void journal_view_row(struct rows *r, struct entry *out)
{
    *out = (struct entry){
        .seq = rows_i64(r, 0),
        .time = rows_i64(r, 1),
        .kind = rows_str(r, 2),
        .subject = rows_str(r, 3),
        .actor = rows_str(r, 4),
        .correlation = rows_str(r, 5),
        .cause = rows_i64(r, 6),
        .body = rows_str(r, 7),
    };
    str hash = rows_str(r, 8);
    if (hash.len == SHA256_LEN) memcpy(out->hash.b, hash.ptr, SHA256_LEN);
}

static void journal_read_row(struct rows *r, struct arena *a, struct entry *out)
{
    journal_view_row(r, out);
    out->kind = rows_dup(r, 2, a);
    out->subject = rows_dup(r, 3, a);
    out->actor = rows_dup(r, 4, a);
    out->correlation = rows_dup(r, 5, a);
    out->body = rows_dup(r, 7, a);
}

struct entry_list journal_read(struct tx *tx, int64_t after, size_t max, struct arena *a)
{
    max = max < 1 ? 1 : max > 1000 ? 1000 : max;
    struct entry_list list = { .items = arena_new(a, max * sizeof(struct entry)) };
    struct rows *r = tx_query(tx, SQL_ENTRY_AFTER, val_int(after), val_int((int64_t)max));
    while (list.count < max && rows_next(r)) journal_read_row(r, a, &list.items[list.count++]);
    rows_end(r);
    if (tx->e.code) list.count = 0;
    return list;
}

bool journal_get(struct tx *tx, int64_t seq, struct arena *a, struct entry *out)
{
    struct rows *r = tx_query(tx, SQL_ENTRY_GET, val_int(seq));
    bool found = rows_next(r);
    if (found) journal_read_row(r, a, out);
    rows_end(r);
    return found && !tx->e.code;
}

/* The head is written with every group. When it and the last entry disagree, somebody else wrote: stop before a new
 * entry hides it. */
err journal_load(struct tx *tx, struct journal_state *out)
{
    *out = (struct journal_state){ 0 };
    err e = OK;
    int64_t last = 0;
    struct rows *r = tx_query_n(tx, SQL_JOURNAL_HEAD_GET, TX_NO_VALS);
    if (rows_next(r)) {
        out->time = rows_i64(r, 1);
        str hash = rows_str(r, 2);
        if (hash.len == SHA256_LEN) memcpy(out->hash.b, hash.ptr, SHA256_LEN);
        e = merkle_load(&out->tree, rows_i64(r, 0), rows_str(r, 3));
    }
    rows_end(r);
    bool fits = true;
    r = tx_query_n(tx, SQL_ENTRY_LAST, TX_NO_VALS);
    if (rows_next(r)) {
        last = rows_i64(r, 0);
        fits = str_eq(rows_str(r, 2), (str){ (const char *)out->hash.b, SHA256_LEN });
    }
    rows_end(r);
    if (tx->e.code) return tx->e;
    if (!e.code && (last != out->tree.size || !fits))
        e = err_make(ERR_CORRUPT, "the journal ends at entry %lld, its head says %lld%s: see weir audit verify",
                     (long long)last, (long long)out->tree.size, fits ? "" : " with another hash");
    return e;
}

void journal_save_head(struct tx *tx)
{
    const struct journal_state *j = &tx->store->journal;
    tx_exec(tx, SQL_JOURNAL_HEAD_SET, val_int(j->tree.size), val_int(j->time),
            val_blob((str){ (const char *)j->hash.b, SHA256_LEN }), val_blob(merkle_frontier(&j->tree)));
}
