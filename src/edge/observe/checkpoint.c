/* From the log to samples.db: chunks of two hours, detectors, rows of series, all in one transaction with the offset up
 * to which they hold. Then the log may be cut. */
#include "base/log.h"
#include "edge/observe/ingest_internal.h"
#include "engine/chunk/chunk.h"

enum { CHUNK_BYTES_MAX = 16 << 10 };

static const usec chunk_span = 2 * USEC_HOUR;

struct gathering {
    struct gathered *items;
    size_t count, cap;
};

static void gather(struct gathering *g, const struct item *it)
{
    if (g->count == g->cap) {
        g->cap = g->cap ? 2 * g->cap : 4096;
        g->items = mem_grow(g->items, g->cap * sizeof *g->items);
    }
    g->items[g->count] = (struct gathered){ *it, (uint32_t)g->count };
    g->count++;
}

static struct gathering gather_log(struct shard *s, int64_t upto)
{
    struct gathering g = { 0 };
    struct log_cursor c = log_cursor_init(s->log, atomic_load(&s->done));
    str payload;
    while (c.at < upto && log_cursor_next(&c, &payload)) {
        for (size_t at = 1; payload.ptr[0] == RECORD_SAMPLES && at + ITEM_BYTES <= payload.len; at += ITEM_BYTES) {
            struct item it = item_read(payload.ptr + at);
            gather(&g, &it);
        }
    }
    log_cursor_done(&c);
    return g;
}

static int by_series_and_time(const void *a, const void *b)
{
    const struct gathered *x = a, *y = b;
    if (x->it.ref != y->it.ref) return x->it.ref < y->it.ref ? -1 : 1;
    if (x->it.time != y->it.time) return x->it.time < y->it.time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

err put_chunks(struct samples_db *db, const struct gathered *items, size_t n, int64_t part)
{
    uint8_t bytes[CHUNK_BYTES_MAX];
    struct chunk_writer w;
    for (size_t i = 0; i < n;) {
        usec start = items[i].it.time, end = start;
        chunk_writer_init(&w, bytes, sizeof bytes);
        for (; i < n && items[i].it.time / chunk_span == start / chunk_span; i++) {
            if (i && items[i].it.time == end && w.count) continue;
            if (!chunk_append(&w, items[i].it.time, items[i].it.value)) break;
            end = items[i].it.time;
        }
        err e = samples_db_put_chunk(db, items[0].it.ref, start, end, part, w.count, chunk_bytes(&w));
        if (e.code) return e;
    }
    return OK;
}

static err put_series(struct ingest *in, const struct gathered *items, size_t n)
{
    const struct series *s = series_by_ref(in->series, items[0].it.ref);
    if (!s) return OK;
    struct series_info row = s->info;
    row.first_seen = items[0].it.time;
    row.last_seen = items[n - 1].it.time;
    return samples_db_put_series(in->db, &row);
}

static err put_gathered(struct ingest *in, const struct gathering *g, int64_t part)
{
    err e = OK;
    for (size_t i = 0, n; i < g->count && !e.code; i += n) {
        for (n = 1; i + n < g->count && g->items[i + n].it.ref == g->items[i].it.ref; n++) {}
        e = put_series(in, g->items + i, n);
        if (!e.code) e = put_chunks(in->db, g->items + i, n, part);
    }
    return e;
}

static err put_detectors(struct ingest *in, struct shard *s)
{
    struct detect_snapshot *snap = mem_new(sizeof *snap);
    err e = OK;
    for (size_t i = 0; i < s->own_count && !e.code; i++) {
        struct judge *j = s->own[i]->judge;
        if (!j || !j->dirty) continue;
        judge_save(j, snap);
        e = samples_db_put_detector(in->db, s->own[i]->info.ref, (str){ (const char *)snap, sizeof *snap });
    }
    mem_free(snap);
    return e;
}

/* What has not spoken for long has been saved: its memory is free for others. */
static void let_idle_go(struct ingest *in, struct shard *s)
{
    usec before = in->env->now(in->env) - in->opts.idle;
    size_t kept = 0;
    (void)pthread_mutex_lock(&in->door);
    for (size_t i = 0; i < s->own_count; i++) {
        struct series *one = s->own[i];
        struct judge *j = one->judge;
        if (series_evict(in->series, one->info.ref, before)) judge_free(j);
        else s->own[kept++] = one;
    }
    (void)pthread_mutex_unlock(&in->door);
    s->own_count = s->own_stored = kept;
}

void shard_store_new_series(struct ingest *in, struct shard *s)
{
    if (s->own_stored == s->own_count) return;
    err e = samples_db_begin(in->db);
    if (!e.code) {
        for (size_t i = s->own_stored; i < s->own_count && !e.code; i++) {
            struct series_info row = s->own[i]->info;
            if (!row.first_seen) row.first_seen = row.last_seen = in->env->wall(in->env);
            e = samples_db_put_series(in->db, &row);
        }
        e = samples_db_end(in->db, e);
    }
    if (e.code) log_warn("samples.series_not_listed yet: %s", e.msg); /* the checkpoint writes them again */
    s->own_stored = s->own_count;
}

err shard_checkpoint(struct ingest *in, struct shard *s)
{
    int64_t upto = s->cursor.at, done = atomic_load(&s->done);
    if (upto > done) {
        struct gathering g = gather_log(s, upto);
        if (g.count) qsort(g.items, g.count, sizeof *g.items, by_series_and_time);
        err e = samples_db_begin(in->db);
        if (!e.code) {
            e = put_gathered(in, &g, done);
            if (!e.code) e = put_detectors(in, s);
            if (!e.code) e = samples_db_put_shard(in->db, s->id, upto);
            e = samples_db_end(in->db, e);
        }
        mem_free(g.items);
        if (e.code) return err_wrap(e, "checkpoint of shard %d", s->id);
        for (size_t i = 0; i < s->own_count; i++)
            if (s->own[i]->judge) s->own[i]->judge->dirty = false;
        atomic_store(&s->done, upto);
        sample_log_cut(s->log, upto);
    }
    let_idle_go(in, s);
    return OK;
}
