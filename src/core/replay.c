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
    struct input in = { .kind = one->e->kind, .subject = one->e->subject, .actor = one->e->actor, .body = one->e->body };
    int64_t seq = 0;
    err e = core_apply(one->core, tx, &in, &seq);
    one->after = journal_last_seq(tx);
    return e;
}

static bool same(const struct entry *a, const struct entry *b)
{
    return memcmp(&a->hash, &b->hash, sizeof a->hash) == 0;
}

static void differs(struct replay_report *out, const struct entry *want, const char *why)
{
    out->bad_seq = want->seq;
    err e = err_make(ERR_CORRUPT, "entry %lld (" STR_FMT "): %s", (long long)want->seq, STR_ARG(want->kind), why);
    memcpy(out->problem, e.msg, sizeof out->problem);
}

static const char *first_difference(const struct entry *want, const struct entry *got)
{
    if (want->time != got->time) return "the time differs";
    if (!str_eq(want->kind, got->kind)) return "the kind differs";
    if (!str_eq(want->subject, got->subject)) return "the subject differs";
    if (!str_eq(want->actor, got->actor)) return "the actor differs";
    if (!str_eq(want->correlation, got->correlation)) return "the correlation id differs";
    if (want->cause != got->cause) return "the cause differs";
    if (!str_eq(want->body, got->body)) return "the body differs";
    return "the hash differs, all fields are the same: an earlier entry was changed";
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
        if (i >= got.count) differs(out, w, "the replay did not make it");
        else if (!same(w, &got.items[i])) differs(out, w, first_difference(w, &got.items[i]));
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

/* Once `blind`, the state cannot be followed any more: an erased body, or other logic. What comes then is counted, not compared. */
static err replay_batch(struct core *core, struct store *into, const struct entry_list *batch, int64_t *made, bool *blind,
                        struct replay_report *out)
{
    struct entry_list sighted = { .items = batch->items };
    for (size_t i = 0; i < batch->count && !out->bad_seq; i++) {
        const struct entry *w = &batch->items[i];
        out->entries++;
        *blind = *blind || !w->body.ptr || of_another_logic(w);
        if (*blind) out->not_recomputed++;
        else sighted.count++;
        if (*blind || !core_is_input(w->kind)) continue;
        if (*made != w->seq - 1) {
            differs(out, w, *made < w->seq - 1 ? "the entries before it were not all made again" : "more entries were made than recorded");
            break;
        }
        struct one one = { .core = core, .e = w, .report = out };
        err e = store_run_at(into, w->time, apply, &one);
        if (e.code) {
            differs(out, w, e.msg);
            break;
        }
        out->inputs++;
        *made = one.after;
    }
    return out->bad_seq || !sighted.count ? OK : compare(into, &sighted, out);
}

err replay_verify(struct tx *from, struct store *into, void (*progress)(void *ctx, int64_t seq), void *ctx, struct replay_report *out)
{
    struct core *core = core_new();
    struct arena a = arena_init(SIZE_MAX / 2);
    int64_t at = 0, made = 0;
    bool blind = false;
    err e = OK;
    *out = (struct replay_report){ 0 };
    while (!e.code && !out->bad_seq) {
        struct entry_list batch = journal_read(from, at, BATCH, &a);
        e = tx_err(from);
        if (e.code || !batch.count) break;
        e = replay_batch(core, into, &batch, &made, &blind, out);
        at = batch.items[batch.count - 1].seq;
        if (progress) progress(ctx, at);
        arena_reset(&a);
    }
    arena_done(&a);
    core_free(core);
    return e;
}
