#include "edge/observe/ingest.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"
#include "edge/observe/ingest_internal.h"

enum { PENDING_MAX = 64 << 20 };

static const usec future_max = USEC_HOUR;

const char *ingest_reason_text(enum ingest_reason r)
{
#define INGEST_REASON_TEXT(name, text) text,
    static const char *const texts[] = { INGEST_REASON_LIST(INGEST_REASON_TEXT) };
#undef INGEST_REASON_TEXT
    return texts[r];
}

/* ---- opening ---- */

static struct ingest_opts with_defaults(const struct ingest_opts *o)
{
    struct ingest_opts d = *o;
    if (!d.threads) d.threads = 1;
    if (d.threads > SHARDS) d.threads = SHARDS;
    if (!d.live_max) d.live_max = 50000;
    if (!d.idle) d.idle = 6 * USEC_HOUR;
    if (!d.retention) d.retention = 15 * USEC_DAY;
    if (!d.bytes_max) d.bytes_max = INT64_C(10) << 30;
    if (!d.lag_max) d.lag_max = 16 << 20;
    if (d.disk_floor == 0) d.disk_floor = 0.05;
    return d;
}

static void count_gap(struct ingest *in, const struct shard *s, int64_t bytes)
{
    if (!bytes) return;
    (void)atomic_fetch_add(&in->gaps, 1);
    (void)atomic_fetch_add(&in->gap_bytes, bytes);
    log_warn("samples.gap shard=%d bytes=%lld", s->id, (long long)bytes);
}

/* Series defined in the part of the log that samples.db has not seen yet live again before anybody sends. */
static err scan_log(struct ingest *in, struct shard *s)
{
    struct log_cursor c = log_cursor_init(s->log, s->done);
    err e = OK;
    str payload;
    while (!e.code && log_cursor_next(&c, &payload)) {
        struct series *one;
        if (payload.ptr[0] == RECORD_SERIES) e = series_decode(in->series, str_cut(payload, 1, payload.len), &one);
        for (size_t at = 1; payload.ptr[0] == RECORD_SAMPLES && at + ITEM_BYTES <= payload.len; at += ITEM_BYTES) {
            struct item it = item_read(payload.ptr + at);
            one = series_by_ref(in->series, it.ref);
            if (!one) continue;
            if (!one->info.first_seen) one->info.first_seen = it.time;
            if (it.time > one->last_time) one->last_time = one->info.last_seen = it.time;
        }
    }
    count_gap(in, s, c.skipped);
    log_cursor_done(&c);
    return e;
}

static err read_offset(struct ingest *in, int shard, int64_t *offset)
{
    struct tx *tx = NULL;
    err e = store_read(in->store, &tx);
    if (e.code) return e;
    *offset = tx_get_i64(tx, SQL_SHARD_OFFSET_GET, 0, V(shard));
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

static err open_shard(struct ingest *in, int id)
{
    struct shard *s = &in->shards[id];
    struct arena a = arena_init(8192);
    int64_t done = 0, raised = 0, lost = 0;
    s->id = id;
    s->pending = buf_init(PENDING_MAX);
    err e = samples_db_shard(in->db, id, &done);
    if (!e.code) e = read_offset(in, id, &raised);
    int64_t least = done > raised ? done : raised;
    if (!e.code) e = sample_log_open(str_fmt(&a, "%s/log-%d", in->dir, id), least, in->env, &s->log, &lost);
    arena_done(&a);
    if (e.code) return e;
    count_gap(in, s, lost);
    in->gap_at_open = in->gap_at_open || lost;
    atomic_init(&s->done, done);
    atomic_init(&s->judged, done);
    s->raised = raised;
    s->cursor = log_cursor_init(s->log, done);
    s->checkpointed = in->env->now(in->env);
    return scan_log(in, s);
}

/* What was judged before is gone from the log: the journal says so, since a finding may point there. */
static err record_gap(struct ingest *in)
{
    char body[160];
    (void)snprintf(body, sizeof body, "{\"bytes\":%lld,\"why\":\"the sample log ends before what was judged\"}",
                   (long long)atomic_load(&in->gap_bytes));
    struct input gap = { .kind = STR("samples.gap"), .subject = STR(""), .actor = STR("weir"), .body = str_of(body) };
    struct applied done;
    ingest_inputs(in, &gap, 1, &done);
    return done.result;
}

static err start_threads(struct ingest *in)
{
    for (size_t i = 0; i < in->opts.threads; i++) {
        struct engine_thread *t = &in->threads[i];
        *t = (struct engine_thread){ .in = in, .number = i, .work = true };
        (void)pthread_mutex_init(&t->lock, NULL);
        (void)pthread_cond_init(&t->wake, NULL);
        t->running = pthread_create(&t->id, NULL, engine_main, t) == 0;
        if (!t->running) return err_make(ERR_IO, "cannot start an engine thread");
    }
    in->keeper_running = pthread_create(&in->keeper, NULL, keeper_main, in) == 0;
    return in->keeper_running ? OK : err_make(ERR_IO, "cannot start the keeper thread");
}

err ingest_open(const struct ingest_opts *opts, struct store *store, struct env *env, struct ingest **out)
{
    struct ingest *in = mem_new(sizeof *in);
    uint32_t last_ref = 0;
    in->opts = with_defaults(opts);
    in->dir = mem_dup_z(opts->dir);
    in->store = store;
    in->env = env;
    (void)pthread_mutex_init(&in->door, NULL);
    (void)pthread_mutex_init(&in->rules_lock, NULL);
    (void)pthread_mutex_init(&in->keeper_lock, NULL);
    (void)pthread_cond_init(&in->keeper_wake, NULL);
    err e = mkdir(in->dir, 0700) && errno != EEXIST ? err_errno("create %s", in->dir) : OK;
    if (!e.code) e = judge_rules_parse(STR_NONE, STR_NONE, &in->rules);
    if (!e.code) e = samples_db_open(opts->dir, env, &in->db);
    if (!e.code) e = samples_db_last_ref(in->db, &last_ref);
    if (e.code) goto fail;
    in->series = series_table_new(in->db, env->random(env), in->opts.live_max);
    series_table_set_next_ref(in->series, last_ref + 1);
    for (int id = 0; id < SHARDS && !e.code; id++) e = open_shard(in, id);
    if (!e.code && in->gap_at_open) e = record_gap(in);
    if (!e.code) e = start_threads(in);
    if (e.code) goto fail;
    *out = in;
    return OK;
fail:
    ingest_close(in);
    return err_wrap(e, "open samples");
}

/* ---- closing ---- */

static void stop_threads(struct ingest *in)
{
    atomic_store(&in->stopping, true);
    for (size_t i = 0; i < in->opts.threads; i++) {
        struct engine_thread *t = &in->threads[i];
        if (!t->running) continue;
        engine_wake(t);
        (void)pthread_join(t->id, NULL);
        (void)pthread_cond_destroy(&t->wake);
        (void)pthread_mutex_destroy(&t->lock);
    }
    if (!in->keeper_running) return;
    (void)pthread_mutex_lock(&in->keeper_lock);
    (void)pthread_cond_signal(&in->keeper_wake);
    (void)pthread_mutex_unlock(&in->keeper_lock);
    (void)pthread_join(in->keeper, NULL);
}

static void close_shard(struct shard *s)
{
    for (size_t i = 0; i < s->own_count; i++) judge_free(s->own[i]->judge);
    mem_free(s->own);
    log_cursor_done(&s->cursor);
    sample_log_close(s->log);
    buf_done(&s->pending);
}

void ingest_close(struct ingest *in)
{
    if (!in) return;
    stop_threads(in);
    for (int id = 0; id < SHARDS; id++) close_shard(&in->shards[id]);
    series_table_free(in->series);
    samples_db_close(in->db);
    judge_rules_drop(in->rules);
    (void)pthread_mutex_destroy(&in->door);
    (void)pthread_mutex_destroy(&in->rules_lock);
    (void)pthread_mutex_destroy(&in->keeper_lock);
    (void)pthread_cond_destroy(&in->keeper_wake);
    mem_free(in->touched);
    mem_free(in->dir);
    mem_free(in);
}

err ingest_configure(struct ingest *in, str pipelines_json, str models_json)
{
    struct judge_rules *fresh = NULL;
    err e = judge_rules_parse(pipelines_json, models_json, &fresh);
    if (e.code) return e;
    (void)pthread_mutex_lock(&in->rules_lock);
    struct judge_rules *old = in->rules;
    in->rules = fresh;
    (void)pthread_mutex_unlock(&in->rules_lock);
    judge_rules_drop(old);
    return OK;
}

/* ---- taking samples ---- */

/* Door held. The last place counts all senders there is no place for. */
static struct sender_stats *sender_of(struct ingest *in, str name)
{
    name = str_utf8_prefix(name, SENDER_NAME_MAX - 1);
    for (size_t i = 0; i < in->sender_count; i++)
        if (str_eq(name, str_of(in->senders[i].name))) return &in->senders[i];
    if (in->sender_count == SENDERS_MAX) return &in->senders[SENDERS_MAX - 1];
    if (in->sender_count == SENDERS_MAX - 1) name = STR("other");
    struct sender_stats *s = &in->senders[in->sender_count++];
    if (name.len) memcpy(s->name, name.ptr, name.len);
    return s;
}

static err may_take(struct ingest *in)
{
    if (atomic_load(&in->stopping)) return err_make(ERR_STOPPED, "shutting down");
    if (atomic_load(&in->read_only))
        return err_make(ERR_READ_ONLY, "samples are not taken after a failed write to disk");
    if (atomic_load(&in->disk_low)) return err_make(ERR_NO_SPACE, "the disk is nearly full; samples stop first");
    for (int i = 0; i < SHARDS; i++)
        if (sample_log_end(in->shards[i].log) - atomic_load(&in->shards[i].judged) > in->opts.lag_max)
            return err_make(ERR_FULL, "samples arrive faster than they are judged");
    return OK;
}

static void end_record(struct shard *s)
{
    if (s->record_items) log_record_end(&s->pending, s->record);
    s->record_items = 0;
}

static void put_item(struct shard *s, const struct item *it)
{
    if (s->record_items == RECORD_ITEMS_MAX) end_record(s);
    if (s->record_items == 0) {
        s->record = log_record_begin(&s->pending);
        buf_char(&s->pending, RECORD_SAMPLES);
    }
    char *to = buf_room(&s->pending, ITEM_BYTES);
    if (!to) return;
    item_write(to, it);
    s->pending.len += ITEM_BYTES;
    s->record_items++;
}

static void put_definition(struct shard *s, const struct series *series)
{
    end_record(s);
    size_t begun = log_record_begin(&s->pending);
    buf_char(&s->pending, RECORD_SERIES);
    series_encode(series, &s->pending);
    log_record_end(&s->pending, begun);
}

struct taking {
    struct ingest *in;
    struct sender_stats *sender;
    struct ingest_result *result;
    usec oldest, newest; /* times that are accepted */
    size_t refused[INGEST_REASONS];
};

/* Repeats of the newest time are what a sender sends after it missed our answer. Older times may be late: kept. */
static void take_points(struct taking *t, struct series *s, const struct point *points, uint32_t count)
{
    struct shard *shard = &t->in->shards[s->shard];
    for (uint32_t i = 0; i < count; i++) {
        const struct point *p = &points[i];
        if (p->time > t->newest) {
            t->refused[INGEST_FUTURE]++;
        } else if (p->time < t->oldest) {
            t->refused[INGEST_TOO_OLD]++;
        } else if (p->time == s->last_time) {
            t->result->duplicates++;
        } else {
            put_item(shard, &(struct item){ s->info.ref, p->time, p->value });
            if (p->time > s->last_time) s->last_time = p->time;
            t->result->accepted++;
        }
    }
}

static void note(struct ingest *in, struct series *s)
{
    if (in->touched_count == in->touched_cap) {
        in->touched_cap = in->touched_cap ? 2 * in->touched_cap : 256;
        in->touched = mem_grow(in->touched, in->touched_cap * sizeof *in->touched);
    }
    in->touched[in->touched_count++] = (struct touched){ s, s->last_time };
}

static err take_series(struct taking *t, const struct batch *b, str sender, usec now)
{
    for (size_t i = 0; i < b->series_count; i++) {
        const struct batch_series *key = &b->series[i];
        struct series *s = NULL;
        err e = series_find(t->in->series, key, sender, now, &s);
        if (e.code && e.code != ERR_LIMIT) return e;
        if (e.code) {
            t->refused[INGEST_SERIES_LIMIT] += key->count;
            continue;
        }
        note(t->in, s);
        if (!s->defined && key->count) s->info.first_seen = s->info.last_seen = b->points[key->first].time;
        if (!s->defined) put_definition(&t->in->shards[s->shard], s);
        take_points(t, s, b->points + key->first, key->count);
    }
    return OK;
}

/* One write for each shard that has something. A failure leaves what other shards have: the sender sends all of it
 * again, and the times it repeats are dropped. */
static err append_pending(struct ingest *in)
{
    err e = OK;
    for (int i = 0; i < SHARDS && !e.code; i++) {
        struct shard *s = &in->shards[i];
        end_record(s);
        if (!s->pending.len) continue;
        e = s->pending.full ? err_make(ERR_LIMIT, "the batch is larger than %d bytes", PENDING_MAX)
                            : sample_log_append(s->log, buf_view(&s->pending));
    }
    return e;
}

static void clear_pending(struct ingest *in)
{
    for (int i = 0; i < SHARDS; i++) {
        struct shard *s = &in->shards[i];
        s->record_items = 0;
        if (s->pending.cap > 1 << 20) buf_done(&s->pending);
        else buf_clear(&s->pending);
    }
}

/* After a write that failed the sender comes again: forget that these times were seen. */
static void settle(struct ingest *in, bool written)
{
    for (size_t i = in->touched_count; i-- > 0;) { /* backwards, as a series may be in the batch twice */
        struct touched *t = &in->touched[i];
        if (written) t->series->defined = true;
        else t->series->last_time = t->last_time;
    }
    in->touched_count = 0;
}

static void count(struct taking *t, size_t points, err e)
{
    struct sender_stats *s = t->sender;
    if (e.code) {
        s->refused[e.code == ERR_FULL || e.code == ERR_STOPPED ? INGEST_FULL : INGEST_DISK] += (int64_t)points;
        *t->result = (struct ingest_result){ 0 };
        return;
    }
    for (int i = 0; i < INGEST_REASONS; i++) {
        s->refused[i] += (int64_t)t->refused[i];
        t->result->refused += t->refused[i];
    }
    s->accepted += (int64_t)t->result->accepted;
    s->duplicates += (int64_t)t->result->duplicates;
}

err ingest_samples(struct ingest *in, str sender, const struct batch *b, struct ingest_result *out)
{
    usec wall = in->env->wall(in->env), now = in->env->now(in->env);
    *out = (struct ingest_result){ 0 };
    (void)pthread_mutex_lock(&in->door);
    struct taking t = { .in = in,
                        .result = out,
                        .sender = sender_of(in, sender),
                        .oldest = wall - in->opts.retention,
                        .newest = wall + future_max };
    err e = may_take(in);
    if (!e.code) {
        e = take_series(&t, b, sender, now);
        if (!e.code) e = append_pending(in);
        settle(in, !e.code);
        clear_pending(in);
    }
    count(&t, b->point_count, e);
    (void)pthread_mutex_unlock(&in->door);
    for (size_t i = 0; i < in->opts.threads && !e.code; i++) engine_wake(&in->threads[i]);
    return e;
}

void ingest_count_malformed(struct ingest *in, str sender, size_t n)
{
    if (!n) return;
    (void)pthread_mutex_lock(&in->door);
    sender_of(in, sender)->refused[INGEST_MALFORMED] += (int64_t)n;
    (void)pthread_mutex_unlock(&in->door);
}

/* ---- waiting and telling ---- */

static bool all_judged(struct ingest *in, const int64_t *ends)
{
    for (int i = 0; i < SHARDS; i++)
        if (atomic_load(&in->shards[i].judged) < ends[i]) return false;
    return true;
}

/* Poll with the keeper's condition: nobody signals it for this, so the wait is its timeout. */
static void short_wait(void)
{
    struct timespec ms = { .tv_nsec = 2 * 1000 * 1000 };
    (void)nanosleep(&ms, NULL);
}

err ingest_drain(struct ingest *in, usec timeout)
{
    struct env os = env_os(); /* a wait for threads is real time, also in tests with a virtual clock */
    int64_t ends[SHARDS];
    for (int i = 0; i < SHARDS; i++) ends[i] = sample_log_end(in->shards[i].log);
    for (usec until = os.now(&os) + timeout; !all_judged(in, ends); short_wait()) {
        if (atomic_load(&in->read_only)) return err_make(ERR_READ_ONLY, "judging stopped after a failed write");
        if (os.now(&os) > until) return err_make(ERR_TIMEOUT, "samples are not judged yet");
    }
    return OK;
}

err ingest_checkpoint(struct ingest *in, usec timeout)
{
    struct env os = env_os();
    err e = ingest_drain(in, timeout);
    if (e.code) return e;
    int wish = atomic_fetch_add(&in->checkpoint_wanted, 1) + 1;
    int64_t errors = atomic_load(&in->checkpoint_errors);
    for (size_t i = 0; i < in->opts.threads; i++) engine_wake(&in->threads[i]);
    usec until = os.now(&os) + timeout;
    for (int i = 0; i < SHARDS; i++) {
        while (atomic_load(&in->checkpoint_met[i]) < wish) {
            if (os.now(&os) > until) return err_make(ERR_TIMEOUT, "the checkpoint takes long");
            short_wait();
        }
    }
    return atomic_load(&in->checkpoint_errors) == errors ? OK : err_make(ERR_IO, "a checkpoint of samples failed");
}

bool ingest_disk_low(const struct ingest *in)
{
    return atomic_load(&in->disk_low);
}

bool ingest_read_only(const struct ingest *in)
{
    return atomic_load(&in->read_only);
}

void ingest_stats(struct ingest *in, struct ingest_stats *out)
{
    *out = (struct ingest_stats){
        /* each number is whole; together they may be a moment apart */
        .samples_judged = atomic_load(&in->samples_judged),
        .findings = atomic_load(&in->findings),
        .findings_refused = atomic_load(&in->findings_refused),
        .store_waits = atomic_load(&in->store_waits),
        .gaps = atomic_load(&in->gaps),
        .gap_bytes = atomic_load(&in->gap_bytes),
        .checkpoints = atomic_load(&in->checkpoints),
        .checkpoint_errors = atomic_load(&in->checkpoint_errors),
        .chunks_expired = atomic_load(&in->chunks_expired),
        .detectors_reset = atomic_load(&in->detectors_reset),
        .db_bytes = atomic_load(&in->db_bytes),
        .read_only = atomic_load(&in->read_only),
    };
    for (int i = 0; i < SHARDS; i++) {
        int64_t end = sample_log_end(in->shards[i].log);
        out->lag_bytes += end - atomic_load(&in->shards[i].judged);
        out->log_bytes += end - sample_log_start(in->shards[i].log);
    }
    (void)pthread_mutex_lock(&in->door);
    out->series_live = (int64_t)series_live(in->series);
    out->sender_count = in->sender_count;
    memcpy(out->senders, in->senders, sizeof out->senders);
    (void)pthread_mutex_unlock(&in->door);
}
