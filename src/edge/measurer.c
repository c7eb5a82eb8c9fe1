#include "edge/measurer.h"

#include <stdatomic.h>

#include "base/hash.h"
#include "base/log.h"
#include "edge/beat.h"
#include "edge/metric_text.h"

enum { KNOWN_MAX = 64, ARENA_MAX = 128 << 20 };
#define LOOK_EVERY (500 * USEC_MS)

/* So long before it is diagnosed an incident is measured: as late as possible, since samples come in all the time. */
static const usec lead = 2 * USEC_SECOND;

struct measurer {
    struct measurer_opts opts;
    struct beat beat;
    uint64_t known[KNOWN_MAX]; /* the thread's own: what was measured last */
    size_t next;
    _Atomic int64_t incidents, series, left_out, failed;
};

static uint64_t mark_of(const struct measured_wish *w)
{
    return hash64(w->incident) ^ (uint64_t)w->due;
}

static bool is_known(const struct measurer *m, uint64_t mark)
{
    for (size_t i = 0; i < KNOWN_MAX; i++)
        if (m->known[i] == mark) return true;
    return false;
}

static void measure(struct measurer *m, const struct measured_wish *w, struct arena *a)
{
    str body = STR("");
    struct measured_neighbours seen;
    m->known[m->next++ % KNOWN_MAX] = mark_of(w);
    err e = measure_neighbours(&m->opts, w, a, &body, &seen);
    if (!e.code && !body.len) return;
    if (!e.code) e = m->opts.input(m->opts.ctx, "series.measured", w->incident, body);
    (void)atomic_fetch_add(&m->series, (int64_t)seen.read);
    (void)atomic_fetch_add(&m->left_out, (int64_t)seen.left_out);
    (void)atomic_fetch_add(e.code ? &m->failed : &m->incidents, 1);
    if (e.code && e.code != ERR_STOPPED && e.code != ERR_CONFLICT) /* a conflict: it was diagnosed meanwhile */
        log_warn("measure.failed incident=" STR_FMT " error=%s", STR_ARG(w->incident), e.msg);
}

static void look(void *ctx)
{
    struct measurer *m = ctx;
    struct measured_wish wishes[MEASURED_WISHES_MAX];
    struct arena a = arena_init(ARENA_MAX);
    struct env *env = m->opts.env;
    struct tx *tx = NULL;
    size_t n = 0;
    err e = store_read(m->opts.store, &tx);
    if (!e.code) n = measured_wishes(tx, env->wall(env) + lead, &a, wishes);
    if (!e.code) e = tx_err(tx);
    store_read_end(tx);
    for (size_t i = 0; i < n && !e.code; i++)
        if (!is_known(m, mark_of(&wishes[i]))) measure(m, &wishes[i], &a);
    if (e.code && e.code != ERR_STOPPED) log_warn("measure.failed error=%s", e.msg);
    arena_done(&a);
}

err measurer_start(const struct measurer_opts *opts, struct measurer **out)
{
    struct measurer *m = mem_new(sizeof *m);
    m->opts = *opts;
    m->beat = (struct beat){ .look = look, .ctx = m, .first = LOOK_EVERY, .every = LOOK_EVERY };
    err e = beat_start(&m->beat);
    if (e.code) mem_free(m);
    else *out = m;
    return e;
}

void measurer_stop(struct measurer *m)
{
    if (!m) return;
    beat_stop(&m->beat);
    mem_free(m);
}

void measurer_metrics(struct measurer *m, struct buf *out)
{
    const struct {
        const char *name, *help;
        int64_t value;
    } lines[] = {
        { "weir_measured_incidents_total", "Incidents whose neighbours were measured before their diagnosis.",
          atomic_load(&m->incidents) },
        { "weir_measured_series_total", "Stored series read for it.", atomic_load(&m->series) },
        { "weir_measured_left_out_total", "Series beyond the bounds, not read.", atomic_load(&m->left_out) },
        { "weir_measured_failed_total", "Measurements that failed or came too late; the diagnosis went on without.",
          atomic_load(&m->failed) },
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        metric_one(out, lines[i].name, "counter", lines[i].help, lines[i].value);
}
