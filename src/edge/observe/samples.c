#include "edge/observe/samples.h"

#include <math.h>

#include "base/hash.h"
#include "edge/observe/ingest_internal.h"
#include "engine/chunk/chunk.h"

/* Samples may meet twice: once in the log, once in a chunk written meanwhile. So they are collected, sorted, and
 * repeats dropped, unless there are very many, which are then summed up as they come: a repeat changes an average of
 * thousands by nothing to see. */
enum { COLLECT_MAX = 200000 };

struct collector {
    usec from, to, width;
    struct point *points;
    size_t count, cap;
    struct view_point *spans; /* once there were more than COLLECT_MAX */
    size_t span_count;
};

static size_t span_of(const struct collector *c, usec t)
{
    return (size_t)((t - c->from) / c->width);
}

static void add_to_span(struct view_point *s, usec t, double v)
{
    if (s->count == 0 || t < s->time) s->time = t;
    if (s->count == 0) s->min = s->max = s->avg = NAN;
    s->count++;
    if (isnan(v)) return;
    if (isnan(s->avg)) {
        s->min = s->max = s->avg = v;
        return;
    }
    if (v < s->min) s->min = v;
    if (v > s->max) s->max = v;
    s->avg += (v - s->avg) / (double)s->count; /* ends of the series in between are too few to matter */
}

static void spill(struct collector *c)
{
    for (size_t i = 0; i < c->count; i++)
        add_to_span(&c->spans[span_of(c, c->points[i].time)], c->points[i].time, c->points[i].value);
    c->count = 0;
}

static void collect(struct collector *c, usec t, double v)
{
    if (t < c->from || t > c->to) return;
    if (c->count == c->cap && c->cap < COLLECT_MAX) {
        c->cap = c->cap ? 2 * c->cap : 1024;
        c->points = mem_grow(c->points, c->cap * sizeof *c->points);
    }
    if (c->count == c->cap) spill(c);
    c->points[c->count++] = (struct point){ t, v };
}

static err collect_chunk(void *ctx, str data)
{
    struct collector *c = ctx;
    struct chunk_reader r;
    usec t;
    double v;
    err e = chunk_reader_init(&r, data);
    if (e.code) return e;
    while (chunk_reader_next(&r, &t, &v)) collect(c, t, v);
    return r.corrupt ? err_make(ERR_CORRUPT, "a chunk of samples does not decode") : OK;
}

static void collect_log(struct ingest *in, const struct series_info *s, int shard, struct collector *c)
{
    struct shard *sh = &in->shards[shard];
    struct log_cursor cur = log_cursor_init(sh->log, atomic_load(&sh->done));
    str payload;
    while (log_cursor_next(&cur, &payload)) {
        for (size_t at = 1; payload.ptr[0] == RECORD_SAMPLES && at + ITEM_BYTES <= payload.len; at += ITEM_BYTES) {
            struct item it = item_read(payload.ptr + at);
            if (it.ref == s->ref) collect(c, it.time, it.value);
        }
    }
    log_cursor_done(&cur);
}

static int by_time(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static void sort_and_drop_repeats(struct collector *c)
{
    size_t kept = c->count > 0;
    if (c->count) qsort(c->points, c->count, sizeof *c->points, by_time);
    for (size_t i = 1; i < c->count; i++)
        if (c->points[i].time != c->points[kept - 1].time) c->points[kept++] = c->points[i];
    c->count = kept;
}

/* Few samples are given as they are; more fill the spans. */
static void summarize(struct collector *c, struct samples_view *out)
{
    bool spilled = false;
    for (size_t i = 0; i < c->span_count && !spilled; i++) spilled = c->spans[i].count > 0;
    if (!spilled) sort_and_drop_repeats(c);
    if (!spilled && c->count <= c->span_count) {
        for (size_t i = 0; i < c->count; i++) add_to_span(&c->spans[i], c->points[i].time, c->points[i].value);
    } else {
        spill(c);
    }
    for (size_t i = 0; i < c->span_count; i++)
        if (c->spans[i].count) out->points[out->count++] = c->spans[i];
}

err samples_read(struct ingest *in, str id_or_text, usec from, usec to, size_t points, struct arena *a,
                 struct samples_view *out)
{
    *out = (struct samples_view){ 0 };
    if (from < 0 || from > to || to > USEC_MAX) return err_make(ERR_INPUT, "the time span is not in order");
    if (points < 1 || points > SAMPLES_POINTS_MAX)
        return err_make(ERR_INPUT, "points must be 1 to %d", SAMPLES_POINTS_MAX);
    err e = samples_db_series(in->db, id_or_text, a, &out->series);
    if (e.code) return e;
    if (from < out->series.first_seen - USEC_DAY)
        from = out->series.first_seen > USEC_DAY ? out->series.first_seen - USEC_DAY : 0;
    usec newest = in->env->wall(in->env) + USEC_DAY;
    if (to > newest && newest >= from) to = newest; /* "until the end of time" must not make one span of everything */
    struct collector c = { .from = from, .to = to, .width = (to - from) / (usec)points + 1, .span_count = points };
    c.spans = arena_try(a, points * sizeof *c.spans);
    out->points = arena_try(a, points * sizeof *out->points);
    if (a->full) return err_make(ERR_LIMIT, "too many points for this request");
    int shard = (int)(hash64(out->series.text) % SHARDS);
    collect_log(in, &out->series, shard,
                &c); /* before the chunks: what a checkpoint moves meanwhile is seen twice, not never */
    e = samples_db_chunks(in->db, out->series.ref, from, to, collect_chunk, &c);
    if (!e.code) summarize(&c, out);
    mem_free(c.points);
    return e;
}

err samples_series(struct ingest *in, str pipeline, str name, str after, size_t max, struct arena *a,
                   struct series_list *out)
{
    if (max < 1 || max > 1000) return err_make(ERR_INPUT, "a page has 1 to 1000 series");
    err e = samples_db_list(in->db, pipeline, name, after, max, a, out);
    if (e.code) return e;
    (void)pthread_mutex_lock(&in->door); /* rows are written now and then; the living know better */
    for (size_t i = 0; i < out->count; i++) {
        const struct series *live = series_by_ref(in->series, out->items[i].ref);
        if (live && live->last_time > out->items[i].last_seen) out->items[i].last_seen = live->last_time;
    }
    (void)pthread_mutex_unlock(&in->door);
    return OK;
}
