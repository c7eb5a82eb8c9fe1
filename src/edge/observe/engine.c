/* The engine threads: read the log, judge, commit. A thread owns its shards' detectors alone. */
#include "base/cond.h"
#include "base/log.h"
#include "edge/observe/ingest_internal.h"

enum { BLOCK_RECORDS = 64, BLOCK_FINDINGS = 512 };

static const size_t findings_bytes_max = (size_t)2
                                         << 30; /* every sample of a record an alarm, with the longest labels */

static const usec checkpoint_every = 2 * USEC_HOUR, retry_after = 50 * USEC_MS, silence_every = 15 * USEC_SECOND;
static const int64_t checkpoint_bytes = 16 << 20;

void engine_wake(struct engine_thread *t)
{
    (void)pthread_mutex_lock(&t->lock);
    t->work = true;
    (void)pthread_cond_signal(&t->wake);
    (void)pthread_mutex_unlock(&t->lock);
}

/* Sleep until woken or `timeout` passed. */
static void engine_wait(struct engine_thread *t, usec timeout)
{
    (void)pthread_mutex_lock(&t->lock);
    if (!t->work) (void)cond_wait_for(&t->wake, &t->lock, timeout);
    t->work = false;
    (void)pthread_mutex_unlock(&t->lock);
}

/* What one stretch of the log gave. */
struct block {
    struct ingest *in;
    struct shard *shard;
    struct judge_rules *rules;
    struct arena arena;
    struct input findings[BLOCK_FINDINGS + RECORD_ITEMS_MAX];
    size_t count;
    int64_t samples;
    usec now, wall; /* when it was read: monotonic, and as samples are dated */
    usec listened;  /* monotonic: when silent series were last looked for */
};

static void list_series(struct shard *s, struct series *series)
{
    if (s->own_count == s->own_cap) {
        s->own_cap = s->own_cap ? 2 * s->own_cap : 64;
        s->own = mem_grow(s->own, s->own_cap * sizeof *s->own);
    }
    s->own[s->own_count++] = series;
    series->listed = true;
}

/* The detector of a series that speaks for the first time since it was made or went to disk. */
static void wake_series(struct block *b, struct series *series)
{
    struct arena a = arena_init(1 << 20);
    str state = STR_NONE;
    bool lost = false;
    list_series(b->shard, series);
    if (judge_wanted(series->info.name)) {
        err e = samples_db_detector(b->in->db, series->info.ref, &a, &state);
        if (e.code) log_warn("samples.detector_unreadable series=%s: %s", series->info.id.ptr, e.msg);
        series->judge = judge_new(b->rules, &series->info, state, &lost);
        if (lost || e.code) (void)atomic_fetch_add(&b->in->detectors_reset, 1);
    }
    arena_done(&a);
}

static void judge_item(struct block *b, const struct item *it, bool raised)
{
    struct series *s = series_by_ref(b->in->series, it->ref);
    struct detect_alarm alarms[DETECT_ALARMS_MAX];
    if (!s) return; /* its definition was lost with a broken piece of log, which was counted */
    if (!s->listed) wake_series(b, s);
    if (!s->judge) return;
    if (s->judge->rules != b->rules) judge_set_rules(s->judge, b->rules, &s->info);
    size_t n = judge_sample(s->judge, it->time, it->value, alarms);
    judge_heard(s->judge, b->now, b->wall - it->time, it->value);
    for (size_t i = 0; i < n && !raised; i++) {
        if (b->count < sizeof b->findings / sizeof *b->findings)
            b->findings[b->count++] = judge_finding(s->judge, &s->info, &alarms[i], STR("weir"), &b->arena);
        else
            (void)atomic_fetch_add(&b->in->findings_refused, 1);
    }
}

static void judge_record(struct block *b, str payload)
{
    bool raised = b->shard->cursor.at <= b->shard->raised;
    if (payload.ptr[0] != RECORD_SAMPLES)
        return; /* definitions were taken in at the door, or when the log was scanned */
    for (size_t at = 1; at + ITEM_BYTES <= payload.len; at += ITEM_BYTES) {
        struct item it = item_read(payload.ptr + at);
        judge_item(b, &it, raised);
        b->samples++;
    }
}

/* ---- committing ---- */

struct commit {
    struct ingest *in;
    const struct input *findings;
    size_t count;
    int shard;
    int64_t upto;
};

static err commit_work(struct tx *tx, void *ctx)
{
    const struct commit *c = ctx;
    for (size_t i = 0; i < c->count; i++) {
        int64_t seq;
        err e = c->in->opts.apply(c->in->opts.apply_ctx, tx, &c->findings[i], &seq);
        if (e.code) return e;
    }
    if (c->upto) (void)tx_exec(tx, SQL_SHARD_OFFSET_SET, V(c->shard), V(c->upto));
    return tx_err(tx);
}

static bool comes_again(enum err_code code)
{
    return code == ERR_FULL || code == ERR_NO_SPACE || code == ERR_TIMEOUT;
}

/* A store that is busy or out of space is asked again until weir stops; the log holds what waits, and its limit tells
 * senders. */
static err commit(struct engine_thread *t, const struct commit *c)
{
    struct ingest *in = c->in;
    for (;;) {
        err e = store_run(in->store, commit_work, (void *)(uintptr_t)c);
        if (!comes_again(e.code)) return e;
        if (atomic_load(&in->stopping)) return err_make(ERR_STOPPED, "shutting down");
        (void)atomic_fetch_add(&in->store_waits, 1);
        engine_wait(t, retry_after);
    }
}

/* When the core refuses one of many, each is tried alone, so that one bad finding costs only itself. Ids make repeats
 * harmless. */
static err commit_singly(struct engine_thread *t, struct block *b, int64_t upto)
{
    for (size_t i = 0; i <= b->count; i++) {
        bool last = i == b->count;
        struct commit c = { b->in, b->findings + i, last ? 0 : 1, b->shard->id, last ? upto : 0 };
        err e = commit(t, &c);
        if (e.code == ERR_STOPPED || e.code == ERR_READ_ONLY || (last && e.code)) return e;
        if (!e.code) continue;
        (void)atomic_fetch_add(&b->in->findings_refused, 1);
        log_warn("samples.finding_refused id=" STR_FMT ": %s", STR_ARG(b->findings[i].subject), e.msg);
    }
    return OK;
}

static err commit_block(struct engine_thread *t, struct block *b)
{
    int64_t upto = b->shard->cursor.at;
    if (b->count == 0) return OK; /* nothing was raised, so nothing can be raised twice: the offset may lag */
    struct commit c = { b->in, b->findings, b->count, b->shard->id, upto };
    err e = commit(t, &c);
    if (e.code && e.code != ERR_STOPPED && e.code != ERR_READ_ONLY) e = commit_singly(t, b, upto);
    for (size_t i = 0; i < b->count && !e.code; i++)
        if (STR_IS(b->findings[i].kind, "finding")) (void)atomic_fetch_add(&b->in->findings, 1);
    return e;
}

/* ---- the loop ---- */

static struct judge_rules *take_rules(struct ingest *in)
{
    (void)pthread_mutex_lock(&in->rules_lock);
    struct judge_rules *r = judge_rules_hold(in->rules);
    (void)pthread_mutex_unlock(&in->rules_lock);
    return r;
}

/* Judge a stretch of the log and commit what it raised. *worked: there was something. */
static err judge_block(struct engine_thread *t, struct shard *s, struct block *b, bool *worked)
{
    struct ingest *in = t->in;
    int64_t before = s->cursor.at, skipped = s->cursor.skipped;
    str payload;
    b->shard = s;
    b->count = 0;
    b->samples = 0;
    b->now = in->env->now(in->env);
    b->wall = in->env->wall(in->env);
    for (int i = 0; i < BLOCK_RECORDS && b->count < BLOCK_FINDINGS && log_cursor_next(&s->cursor, &payload); i++) {
        b->rules = take_rules(in); /* for each record: one that came after new rules must meet them */
        judge_record(b, payload);
        judge_rules_drop(b->rules);
    }
    if (s->cursor.skipped > skipped) {
        (void)atomic_fetch_add(&in->gaps, 1);
        (void)atomic_fetch_add(&in->gap_bytes, s->cursor.skipped - skipped);
    }
    if (s->cursor.at == before) return OK;
    *worked = true;
    shard_store_new_series(in, s);
    err e = commit_block(t, b);
    arena_reset(&b->arena);
    if (e.code) return e;
    (void)atomic_fetch_add(&in->samples_judged, b->samples);
    atomic_store(&s->judged, s->cursor.at);
    return OK;
}

/* Series of a shard that is judged to its end which have fallen silent; what a block cannot hold is told next time. */
static err find_silence(struct engine_thread *t, struct shard *s, struct block *b)
{
    struct detect_alarm alarm;
    b->shard = s;
    b->count = 0;
    for (size_t i = 0; i < s->own_count && b->count < BLOCK_FINDINGS; i++) {
        struct series *one = s->own[i];
        if (!one->judge || !judge_silent(one->judge, b->now, &alarm)) continue;
        b->findings[b->count++] = judge_finding(one->judge, &one->info, &alarm, STR("weir"), &b->arena);
    }
    err e = commit_block(t, b);
    arena_reset(&b->arena);
    return e;
}

static err listen_for_silence(struct engine_thread *t, struct block *b)
{
    struct ingest *in = t->in;
    err e = OK;
    b->now = in->env->now(in->env);
    if (b->now - b->listened < silence_every) return OK;
    b->listened = b->now;
    for (size_t i = t->number; i < SHARDS && !e.code; i += in->opts.threads) e = find_silence(t, &in->shards[i], b);
    return e;
}

static bool checkpoint_due(struct ingest *in, struct shard *s, bool wanted)
{
    int64_t waiting = s->cursor.at - atomic_load(&s->done);
    if (waiting >= checkpoint_bytes) return true;
    return wanted || (waiting > 0 && in->env->now(in->env) - s->checkpointed > checkpoint_every);
}

static void maybe_checkpoint(struct ingest *in, struct shard *s, bool now)
{
    int wish = atomic_load(&in->checkpoint_wanted);
    bool wanted = now || atomic_load(&in->checkpoint_met[s->id]) < wish;
    if (s->cursor.at != atomic_load(&s->judged) || !checkpoint_due(in, s, wanted)) return;
    err e = shard_checkpoint(in, s);
    s->checkpointed = in->env->now(in->env);
    (void)atomic_fetch_add(e.code ? &in->checkpoint_errors : &in->checkpoints, 1);
    if (e.code) log_error("samples.checkpoint_failed shard=%d: %s", s->id, e.msg);
    atomic_store(&in->checkpoint_met[s->id], wish);
}

static void halt(struct ingest *in, err e)
{
    if (e.code == ERR_STOPPED || atomic_exchange(&in->read_only, true)) return;
    log_error("samples.halted: %s", e.msg);
}

void *engine_main(void *thread)
{
    struct engine_thread *t = thread;
    struct ingest *in = t->in;
    struct block *b = mem_new(sizeof *b);
    b->in = in;
    b->listened = in->env->now(in->env);
    b->arena = arena_init(findings_bytes_max);
    err e = OK;
    while (!e.code && !atomic_load(&in->stopping)) {
        bool worked = false;
        for (size_t i = t->number; i < SHARDS && !e.code; i += in->opts.threads) {
            e = judge_block(t, &in->shards[i], b, &worked);
            if (!e.code) maybe_checkpoint(in, &in->shards[i], false);
        }
        if (!worked && !e.code) e = listen_for_silence(t, b);
        if (!worked && !e.code) engine_wait(t, USEC_SECOND);
    }
    if (e.code) halt(in, e);
    for (size_t i = t->number; i < SHARDS; i += in->opts.threads) maybe_checkpoint(in, &in->shards[i], true);
    arena_done(&b->arena);
    mem_free(b);
    return NULL;
}
