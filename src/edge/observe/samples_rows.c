/* Samples of many series in rows of equal length, for comparing them with one another. */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "edge/observe/ingest_internal.h"
#include "edge/observe/samples.h"
#include "engine/chunk/chunk.h"

struct wanted {
    uint32_t ref;
    size_t at;
    bool counter;
};

struct reading {
    const struct samples_rows *what;
    struct wanted *wanted; /* by ref */
    size_t count;
    double *values;        /* sums, of counters the highest */
    uint32_t *seen;        /* samples in each cell */
    const struct wanted *now; /* whose chunks are read */
};

static int by_ref(const void *a, const void *b)
{
    uint32_t x = ((const struct wanted *)a)->ref, y = ((const struct wanted *)b)->ref;
    return (x > y) - (x < y);
}

static void take(struct reading *r, const struct wanted *w, usec time, double value)
{
    if (time < r->what->from || !isfinite(value)) return;
    size_t row = (size_t)((time - r->what->from) / r->what->width);
    if (row >= r->what->rows) return;
    size_t cell = w->at * r->what->rows + row;
    if (w->counter) r->values[cell] = r->seen[cell] ? fmax(r->values[cell], value) : value;
    else r->values[cell] += value;
    r->seen[cell]++;
}

static void take_record(struct reading *r, str payload)
{
    for (size_t at = 1; at + ITEM_BYTES <= payload.len; at += ITEM_BYTES) {
        struct item it = item_read(payload.ptr + at);
        struct wanted key = { .ref = it.ref };
        const struct wanted *w = bsearch(&key, r->wanted, r->count, sizeof key, by_ref);
        if (w) take(r, w, it.time, it.value);
    }
}

/* False when the time is up. */
static bool take_log(struct ingest *in, struct shard *s, struct reading *r)
{
    struct log_cursor c = log_cursor_init(s->log, atomic_load(&s->done));
    bool in_time = true;
    for (str payload; in_time && log_cursor_next(&c, &payload); in_time = in->env->now(in->env) < r->what->until)
        if (payload.ptr[0] == RECORD_SAMPLES) take_record(r, payload);
    log_cursor_done(&c);
    return in_time;
}

static err take_chunk(void *ctx, str data)
{
    struct reading *r = ctx;
    struct chunk_reader c;
    usec t;
    double v;
    err e = chunk_reader_init(&c, data);
    while (!e.code && chunk_reader_next(&c, &t, &v)) take(r, r->now, t, v);
    return !e.code && c.corrupt ? err_make(ERR_CORRUPT, "a chunk of samples does not decode") : e;
}

/* Sums become means; the heights of a counter its growth. A counter that begins anew says nothing of the row in
 * between. */
static void finish(const struct reading *r, const struct wanted *w)
{
    double *v = r->values + w->at * r->what->rows, before = NAN;
    const uint32_t *seen = r->seen + w->at * r->what->rows;
    size_t last = 0;
    for (size_t i = 0; i < r->what->rows; i++) {
        double here = seen[i] ? w->counter ? v[i] : v[i] / seen[i] : NAN;
        v[i] = here;
        if (!w->counter || !seen[i]) continue;
        double seconds = (double)(i - last) * (double)r->what->width / (double)USEC_SECOND;
        v[i] = here >= before ? (here - before) / seconds : NAN;
        before = here;
        last = i;
    }
}

static err read_all(struct ingest *in, struct reading *r, const struct series_info *series, size_t count, size_t *read)
{
    bool of_shard[SHARDS] = { false }, in_time = true;
    for (size_t i = 0; i < count; i++) of_shard[hash64(series[i].text) % SHARDS] = true;
    for (int s = 0; s < SHARDS && in_time;
         s++) /* before the chunks: what a checkpoint moves meanwhile is seen twice, not never */
        if (of_shard[s]) in_time = take_log(in, &in->shards[s], r);
    usec to = r->what->from + r->what->width * (usec)r->what->rows;
    for (*read = 0; in_time && *read < count; in_time = in->env->now(in->env) < r->what->until) {
        struct wanted key = { .ref = series[*read].ref };
        r->now = bsearch(&key, r->wanted, r->count, sizeof key, by_ref);
        err e = samples_db_chunks(in->db, key.ref, r->what->from, to, take_chunk, r);
        if (e.code) return e;
        ++*read;
    }
    return OK;
}

err samples_rows_read(struct ingest *in, const struct samples_rows *what, const struct series_info *series,
                      size_t count, struct arena *a, double **values, size_t *read)
{
    size_t cells = count * what->rows;
    struct reading r = { .what = what, .count = count };
    *read = 0;
    if (what->rows && cells / what->rows != count) return err_make(ERR_LIMIT, "too many rows");
    r.wanted = arena_try(a, (count + 1) * sizeof *r.wanted);
    r.values = arena_try(a, (cells + 1) * sizeof *r.values);
    r.seen = arena_try(a, (cells + 1) * sizeof *r.seen);
    if (!r.wanted || !r.values || !r.seen)
        return err_make(ERR_LIMIT, "no room for %zu series of %zu rows", count, what->rows);
    for (size_t i = 0; i < count; i++)
        r.wanted[i] = (struct wanted){ series[i].ref, i, series[i].kind == SERIES_COUNTER };
    if (count) qsort(r.wanted, count, sizeof *r.wanted, by_ref);
    err e = read_all(in, &r, series, count, read);
    for (size_t i = 0; i < count; i++) finish(&r, &r.wanted[i]);
    *values = r.values;
    return e;
}
