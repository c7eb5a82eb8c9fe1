#include "store/snapshot.h"

#include <zlib.h>

#include "base/json.h"
#include "store/store_internal.h"

enum { BODY_BYTES = 1024, DROP_PARTS = 32 };

int64_t snapshot_schema(void)
{
    return (int64_t)sql_migration_count;
}

static err parse(str body, struct snapshot *out)
{
    struct arena a = arena_init(1 << 16);
    json *v = NULL;
    str digest = STR_NONE;
    err e = json_parse(body, &a, &v);
    *out = (struct snapshot){ .seq = json_get_i64(v, "seq", 0),
                              .logic = json_get_i64(v, "logic_version", 0),
                              .schema = json_get_i64(v, "schema", 0),
                              .facts.blocks = json_get_i64(v, "blocks", 0) };
    if (!e.code) e = hex_bytes(json_get_str(v, "digest"), &a, &digest);
    if (!e.code && (digest.len != SHA256_LEN || out->seq < 1 || out->facts.blocks < 1))
        e = err_make(ERR_CORRUPT, "not a snapshot's entry");
    if (!e.code) memcpy(out->facts.digest.b, digest.ptr, SHA256_LEN);
    arena_done(&a);
    return e;
}

struct snapshot_list snapshots(struct tx *tx, struct arena *a)
{
    enum { MAX = 64 };
    struct snapshot_list list = { .items = ARENA_ARRAY(a, struct snapshot, MAX) };
    struct rows *r = tx_query_n(tx, SQL_ENTRY_SNAPSHOTS, TX_NO_VALS);
    while (list.count < MAX && rows_next(r)) {
        struct snapshot *s = &list.items[list.count];
        if (parse(rows_str(r, 1), s).code) continue; /* audit says what is wrong with an entry, not we */
        if (list.count && s->seq <= s[-1].seq) continue;
        if (tx_get_i64(tx, SQL_SNAPSHOT_PARTS, 0, V(s->seq)) == s->facts.blocks) list.count++;
    }
    rows_end(r);
    return list;
}

/* ---- writing ---- */

struct part {
    struct store *to;
    int64_t seq, number;
    str plain;
    str packed;
};

static err put_part(struct tx *tx, void *ctx)
{
    struct part *p = ctx;
    tx_exec(tx, SQL_SNAPSHOT_PART_ADD, V(p->seq), V(p->number), V((int64_t)p->plain.len), val_blob(p->packed));
    return OK;
}

static err write_part(void *ctx, str block)
{
    struct part *p = ctx;
    uLongf room = compressBound(block.len);
    Bytef *packed = mem_new(room);
    err e = compress2(packed, &room, (const Bytef *)block.ptr, block.len, Z_BEST_SPEED) == Z_OK
                ? OK
                : err_make(ERR_IO, "compress a snapshot");
    p->plain = block;
    p->packed = (str){ (const char *)packed, room };
    if (!e.code) e = store_run(p->to, put_part, p);
    p->number++;
    mem_free(packed);
    return e;
}

err snapshot_write(struct tx *from, int64_t seq, int64_t logic, struct store *to, struct arena *a, str *body)
{
    struct part part = { .to = to, .seq = seq };
    struct state_facts facts;
    err e = state_write(from, write_part, &part, &facts);
    if (e.code) return err_wrap(e, "a snapshot of entry %lld", (long long)seq);
    struct buf b = buf_init(BODY_BYTES);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "seq", seq);
    jw_i64(&w, "logic_version", logic);
    jw_i64(&w, "schema", snapshot_schema());
    jw_i64(&w, "blocks", facts.blocks);
    jw_str(&w, "digest", hex_text((str){ (const char *)facts.digest.b, SHA256_LEN }, a));
    jw_close(&w);
    *body = buf_take(&b, a);
    return OK;
}

/* ---- reading ---- */

struct load {
    struct tx *from;
    const struct snapshot *snap;
    struct state_place at;
    int64_t next;
    char *plain; /* of STATE_BLOCK bytes */
    struct merkle tree;
};

static err read_part(void *ctx, str *block)
{
    struct load *l = ctx;
    *block = STR("");
    if (l->next == l->snap->facts.blocks) return OK;
    struct rows *r = tx_query(l->from, SQL_SNAPSHOT_PART_GET, V(l->snap->seq), V(l->next));
    uLongf len = STATE_BLOCK;
    bool there = rows_next(r);
    str packed = rows_str(r, 1);
    bool whole = there && uncompress((Bytef *)l->plain, &len, (const Bytef *)packed.ptr, packed.len) == Z_OK &&
                 (int64_t)len == rows_i64(r, 0);
    rows_end(r);
    if (!whole) return err_make(ERR_CORRUPT, "part %lld is damaged", (long long)l->next);
    *block = (str){ l->plain, len };
    merkle_add(&l->tree, state_leaf(*block));
    l->next++;
    return OK;
}

static err load_work(struct tx *tx, void *ctx)
{
    struct load *l = ctx;
    err e = state_read(tx, &l->at, read_part, l);
    struct sha256 got = merkle_root(&l->tree);
    if (!e.code && memcmp(got.b, l->snap->facts.digest.b, SHA256_LEN))
        e = err_make(ERR_CORRUPT, "it is not what its entry says");
    return e;
}

err snapshot_load(struct tx *from, const struct snapshot *snap, struct store *into)
{
    struct arena a = arena_init(4 << 20);
    struct entry last;
    struct load l = { .from = from, .snap = snap, .plain = mem_new(STATE_BLOCK) };
    err e = journal_get(from, snap->seq, &a, &last) ? OK : err_make(ERR_CORRUPT, "its last entry is not there");
    if (!e.code) {
        l.at = (struct state_place){ .seq = snap->seq, .time = last.time, .hash = last.hash };
        e = store_run_at(into, last.time, load_work, &l);
    }
    mem_free(l.plain);
    arena_done(&a);
    return err_wrap(e, "the snapshot of entry %lld", (long long)snap->seq);
}

/* ---- trimming ---- */

struct drop {
    int64_t seq, below;
};

static err drop_parts(struct tx *tx, void *ctx)
{
    struct drop *d = ctx;
    tx_exec(tx, SQL_SNAPSHOT_DROP, V(d->seq), V(d->below));
    return OK;
}

static bool is_kept(const struct snapshot_list *keep, int64_t seq)
{
    for (size_t i = 0; i < keep->count; i++)
        if (keep->items[i].seq == seq) return true;
    return false;
}

static size_t to_drop(struct tx *tx, const struct snapshot_list *keep, int64_t *seqs, int64_t *parts, size_t max)
{
    size_t n = 0;
    struct rows *r = tx_query_n(tx, SQL_SNAPSHOT_PART_SEQS, TX_NO_VALS);
    while (n < max && rows_next(r))
        if (!is_kept(keep, rows_i64(r, 0))) seqs[n++] = rows_i64(r, 0);
    rows_end(r);
    for (size_t i = 0; i < n; i++) parts[i] = tx_get_i64(tx, SQL_SNAPSHOT_PARTS, 0, V(seqs[i]));
    return n;
}

err snapshot_trim(struct store *s, const struct snapshot_list *keep)
{
    enum { MAX = 64 };
    int64_t seqs[MAX], parts[MAX];
    struct tx *tx = NULL;
    err e = store_read(s, &tx);
    if (e.code) return e;
    size_t n = to_drop(tx, keep, seqs, parts, MAX);
    e = tx_err(tx);
    store_read_end(tx);
    for (size_t i = 0; i < n && !e.code; i++)
        for (int64_t below = DROP_PARTS; !e.code && below < parts[i] + DROP_PARTS; below += DROP_PARTS)
            e = store_run(s, drop_parts, &(struct drop){ seqs[i], below });
    return e;
}
