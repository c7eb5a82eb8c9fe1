#include "core/replay.h"

enum { BATCH = 500 };

struct one {
    struct core *core;
    const struct entry *e;
    struct replay_report *report;
    int64_t after; /* seq of the last entry when it was done */
};

static err apply(struct tx *tx, void *ctx)
{
    struct one *one = ctx;
    struct input in = {
        .kind = one->e->kind, .subject = one->e->subject, .actor = one->e->actor, .body = one->e->body
    };
    int64_t seq = 0;
    err e = core_apply(one->core, tx, &in, &seq);
    one->after = journal_last_seq(tx);
    return e;
}

static void differs(struct replay_report *out, const struct entry *want, const char *why)
{
    out->bad_seq = want->seq;
    err e = err_make(ERR_CORRUPT, "entry %lld (" STR_FMT "): %s", (long long)want->seq, STR_ARG(want->kind), why);
    memcpy(out->problem, e.msg, sizeof out->problem);
}

/* NULL: byte for byte the same. */
static const char *first_difference(const struct entry *want, const struct entry *got)
{
    if (want->time != got->time) return "the time differs";
    if (!str_eq(want->kind, got->kind)) return "the kind differs";
    if (!str_eq(want->subject, got->subject)) return "the subject differs";
    if (!str_eq(want->actor, got->actor)) return "the actor differs";
    if (!str_eq(want->correlation, got->correlation)) return "the correlation id differs";
    if (want->cause != got->cause) return "the cause differs";
    if (!str_eq(want->body, got->body)) return "the body differs";
    if (memcmp(&want->hash, &got->hash, sizeof want->hash))
        return "the hash differs, all fields are the same: an earlier entry was changed";
    return NULL;
}

/* Compare what the replay made up to now with one batch of the record. */
static err compare(struct store *into, const struct entry_list *want, struct replay_report *out)
{
    struct tx *tx = NULL;
    err e = store_read(into, &tx);
    if (e.code) return e;
    struct arena a = arena_init(SIZE_MAX / 2);
    struct entry_list got = journal_read(tx, want->items[0].seq - 1, want->count, &a);
    for (size_t i = 0; i < want->count && !out->bad_seq; i++) {
        const struct entry *w = &want->items[i];
        const char *why = i < got.count ? first_difference(w, &got.items[i]) : "the replay did not make it";
        if (why) differs(out, w, why);
        else if (!core_is_input(w->kind)) out->recomputed++;
    }
    arena_done(&a);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

/* Entries from here on were made by another version of the logic. */
static bool of_another_logic(const struct entry *e)
{
    if (!STR_IS(e->kind, "weir.started")) return false;
    struct arena a = arena_init(1 << 16);
    json *v = NULL;
    bool other = json_parse(e->body, &a, &v).code || json_get_i64(v, "logic_version", 0) != CORE_LOGIC_VERSION;
    arena_done(&a);
    return other;
}

/* A run over the journal: what was made, and whether the state is known. */
struct run {
    struct tx *from;
    struct store *into;
    struct core *core;
    struct snapshot_list snaps;
    size_t next; /* snapshot */
    int64_t at, made;
    bool blind;
    struct replay_report *out;
};

static void apply_entry(struct run *r, const struct entry *w)
{
    if (r->made != w->seq - 1) {
        differs(r->out, w,
                r->made < w->seq - 1 ? "the entries before it were not all made again"
                                     : "more entries were made than recorded");
        return;
    }
    struct one one = { .core = r->core, .e = w, .report = r->out };
    err e = store_run_at(r->into, w->time, apply, &one);
    if (e.code) {
        differs(r->out, w, e.msg);
        return;
    }
    r->out->inputs++;
    r->made = one.after;
}

static err replay_batch(struct run *r, const struct entry_list *batch)
{
    struct entry_list sighted = { .items = batch->items };
    for (size_t i = 0; i < batch->count && !r->out->bad_seq; i++) {
        const struct entry *w = &batch->items[i];
        r->out->entries++;
        r->at = w->seq;
        r->blind = r->blind || !w->body.ptr || of_another_logic(w);
        if (r->blind) r->out->not_recomputed++;
        else sighted.count++;
        if (!r->blind && core_is_input(w->kind)) apply_entry(r, w);
    }
    return r->out->bad_seq || !sighted.count ? OK : compare(r->into, &sighted, r->out);
}

static bool usable(const struct snapshot *s)
{
    return s->logic == CORE_LOGIC_VERSION;
}

static err take_up(struct run *r, const struct snapshot *s)
{
    err e = snapshot_load(r->from, s, r->into);
    if (e.code) return e;
    core_free(r->core); /* what it compiled belongs to another state */
    r->core = core_new();
    r->made = r->out->started = s->seq;
    r->blind = false;
    return OK;
}

static err check_state(struct run *r, const struct snapshot *s)
{
    struct tx *tx = NULL;
    struct state_facts got;
    err e = store_read(r->into, &tx);
    if (e.code) return e;
    e = state_write(tx, NULL, NULL, &got);
    store_read_end(tx);
    if (e.code) return e;
    if (memcmp(&got.digest, &s->facts.digest, sizeof got.digest))
        differs(r->out, &(struct entry){ .seq = s->seq, .kind = STR("journal.snapshot") },
                "the state after it is not that of its snapshot");
    else r->out->snapshots++;
    return OK;
}

/* At a snapshot's entry: go on from it where the state is not known, else compare. One of an older schema can be taken
 * up, but its tables look different. */
static err at_snapshot(struct run *r, const struct snapshot *s)
{
    if (!usable(s) || r->out->bad_seq) return OK;
    if (r->blind) return take_up(r, s);
    return s->schema == snapshot_schema() ? check_state(r, s) : OK;
}

static err start(struct run *r, int64_t from)
{
    for (; r->next < r->snaps.count && r->snaps.items[r->next].seq <= from; r->next++) {
        if (r->snaps.items[r->next].seq != from) continue;
        r->at = from;
        return take_up(r, &r->snaps.items[r->next++]);
    }
    return from ? err_make(ERR_NOT_FOUND, "there is no snapshot of entry %lld", (long long)from) : OK;
}

static int64_t lower(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Where the next batch must end: at a snapshot, at the entry asked for, or after BATCH entries. */
static size_t batch_size(const struct run *r, int64_t through)
{
    int64_t stop = through ? lower(through, r->at + BATCH) : r->at + BATCH;
    if (r->next < r->snaps.count) stop = lower(stop, r->snaps.items[r->next].seq);
    return (size_t)(stop - r->at);
}

static err run_all(struct run *r, const struct replay_opts *opts)
{
    struct arena a = arena_init(SIZE_MAX / 2);
    err e = start(r, opts->from);
    while (!e.code && !r->out->bad_seq && (!opts->through || r->at < opts->through)) {
        struct entry_list batch = journal_read(r->from, r->at, batch_size(r, opts->through), &a);
        e = tx_err(r->from);
        if (e.code || !batch.count) break;
        e = replay_batch(r, &batch);
        if (!e.code && r->next < r->snaps.count && r->snaps.items[r->next].seq == r->at)
            e = at_snapshot(r, &r->snaps.items[r->next++]);
        if (opts->progress) opts->progress(opts->ctx, r->at);
        arena_reset(&a);
    }
    arena_done(&a);
    return e;
}

/* The tables of both stores at the same entry. What differs is not an entry's fault: the last one stands for it. */
static err compare_tables(struct run *r)
{
    struct arena a = arena_init(4 << 20);
    struct tx *tx = NULL;
    str table = STR("");
    err e = store_read(r->into, &tx);
    if (!e.code) {
        e = state_compare(r->from, tx, &a, &table);
        store_read_end(tx);
    }
    r->out->tables_same = !e.code && !table.len;
    if (!e.code && table.len) {
        struct arena text = arena_init(1024);
        const char *why =
            str_fmt(&text, "after it the table " STR_FMT " is not what the entries make", STR_ARG(table)).ptr;
        differs(r->out, &(struct entry){ .seq = r->at, .kind = STR("the last") }, why);
        arena_done(&text);
    }
    arena_done(&a);
    return e;
}

err replay_verify(struct tx *from, struct store *into, const struct replay_opts *opts, struct replay_report *out)
{
    struct arena a = arena_init(1 << 16);
    *out = (struct replay_report){ 0 };
    struct run r = { .from = from, .into = into, .core = core_new(), .snaps = snapshots(from, &a), .out = out };
    err e = tx_err(from);
    if (!e.code) e = run_all(&r, opts);
    if (!e.code && opts->tables && !r.blind && !out->bad_seq && r.at) e = compare_tables(&r);
    out->last = r.at;
    out->blind = r.blind;
    core_free(r.core);
    arena_done(&a);
    return e;
}
