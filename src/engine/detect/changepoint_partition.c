/* The cheapest way to cut a series: dynamic programming over at most CHANGE_GRID places, with the pruning of PELT
 * (Killick, Fearnhead, Eckley 2012); then each cut moves to the best row near its place. The price of a segment is that
 * of the modified BIC: (terms + 2) log n for a change, and the log of the segment's share, which makes short segments
 * no cheaper than they are. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "engine/detect/changepoint_internal.h"

struct grid {
    size_t step, places; /* place k is row min(k * step, rows) */
    size_t least;        /* places in a segment */
};

static struct grid grid_for(const struct change_series *s, bool trend)
{
    size_t step = (s->rows + CHANGE_GRID - 1) / CHANGE_GRID, least = trend ? 5 : 2;
    return (struct grid){ .step = step, .places = (s->rows + step - 1) / step, .least = (least + step - 1) / step };
}

static size_t row_at(const struct change_series *s, const struct grid *g, size_t place)
{
    size_t row = place * g->step;
    return row < s->rows ? row : s->rows;
}

/* The best last cut before place j, among those still alive; forgets those that can never be best again. */
static void settle(const struct change_series *s, const struct change_model *m, const struct grid *g,
                   struct change_work *w, size_t j, size_t *live)
{
    double beta = (m->trend ? 4 : 3) * log((double)s->rows), best = INFINITY;
    size_t to = row_at(s, g, j), kept = 0, count = *live;
    for (size_t k = 0; k < count; k++) {
        uint32_t i = w->live[k];
        if (w->drop[i] && j >= w->drop[i]) continue;
        w->live[kept++] = i;
        if (j - i < g->least) continue;
        w->cost[i] = w->best[i] + change_cost(s, m->trend, row_at(s, g, i), to) / m->price;
        double v = w->cost[i] + beta + w->log_share[j - i];
        if (v < best) {
            best = v;
            w->from[j] = i;
        }
    }
    w->best[j] = best;
    for (size_t k = 0; k < kept; k++) {
        uint32_t i = w->live[k];
        if (j - i >= g->least && !w->drop[i] && w->cost[i] >= best) w->drop[i] = (uint32_t)(j + g->least);
    }
    *live = kept;
}

/* Fills m->at from the back; gives how many cuts there are, which may be more than fit. */
static size_t walk_back(const struct change_series *s, const struct grid *g, const struct change_work *w,
                        struct change_model *m)
{
    size_t n = 0;
    for (size_t j = w->from[g->places]; j > 0; j = w->from[j]) n++;
    m->count = n < CHANGE_COUNT_MAX ? n : CHANGE_COUNT_MAX;
    size_t k = n;
    for (size_t j = w->from[g->places]; j > 0; j = w->from[j])
        if (--k < CHANGE_COUNT_MAX) m->at[k] = row_at(s, g, j);
    return n;
}

static void search(const struct change_series *s, const struct change_model *m, const struct grid *g,
                   struct change_work *w)
{
    double beta = (m->trend ? 4 : 3) * log((double)s->rows);
    for (size_t k = 1; k <= g->places; k++) w->log_share[k] = log((double)k / (double)g->places);
    memset(w->drop, 0, sizeof w->drop);
    memset(w->from, 0, sizeof w->from);
    w->best[0] = -beta;
    w->live[0] = 0;
    size_t live = 1;
    for (size_t j = 1; j <= g->places; j++) {
        settle(s, m, g, w, j, &live);
        w->live[live++] = (uint32_t)j;
    }
}

/* Each cut to the best row within a step of its place. */
static void refine(const struct change_series *s, struct change_model *m, size_t step)
{
    for (size_t k = 0; k < m->count; k++) {
        size_t from = k ? m->at[k - 1] : 0, to = k + 1 < m->count ? m->at[k + 1] : s->rows, at = m->at[k];
        size_t first = at > from + step ? at - step : from + 1, last = at + step < to ? at + step : to - 1;
        double best = INFINITY;
        for (size_t t = first; t <= last; t++) {
            double v = change_cost(s, m->trend, from, t) + change_cost(s, m->trend, t, to);
            if (v >= best) continue;
            best = v;
            m->at[k] = t;
        }
    }
}

void change_partition(const struct change_series *s, struct change_model *m, struct change_work *w)
{
    struct grid g = grid_for(s, m->trend);
    assert(g.places <= CHANGE_GRID && m->price >= 1);
    search(s, m, &g, w);
    while (walk_back(s, &g, w, m) > CHANGE_COUNT_MAX) {
        m->price *= 2; /* ends: at a high price one segment is cheapest */
        search(s, m, &g, w);
    }
    for (int sweep = 0; g.step > 1 && sweep < 2; sweep++) refine(s, m, g.step);
}
