/* Changes offline. The road: bridge what is missing, take out spikes, bring every column to mean 0 and deviation 1;
 * then for each model segment -> measure what is left -> raise the price to the noise's memory -> segment again, until
 * the price stays. */
#include "engine/detect/changepoint.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/detect/bridge.h"
#include "engine/detect/changepoint_internal.h"

#define KIND_TEXT(name, text) text,
static const char *const kind_texts[] = { CHANGE_KIND_LIST(KIND_TEXT) };
#undef KIND_TEXT

const char *change_kind_text(enum change_kind kind)
{
    assert(kind < CHANGE_KINDS);
    return kind_texts[kind];
}

/* ---- preparing a column ---- */

static void sort_few(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double t = v[i];
        size_t k = i;
        for (; k > 0 && v[k - 1] > t; k--) v[k] = v[k - 1];
        v[k] = t;
    }
}

/* Hampel's filter: what lies more than four robust deviations from the median of seven becomes that median. `med`,
 * `work`: scratch. */
static void remove_spikes(double *x, size_t n, double *med, double *work)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        size_t from = i < CHANGE_SPIKE_REACH ? 0 : i - CHANGE_SPIKE_REACH,
               to = i + CHANGE_SPIKE_REACH + 1 < n ? i + CHANGE_SPIKE_REACH + 1 : n;
        double few[2 * CHANGE_SPIKE_REACH + 1];
        memcpy(few, x + from, (to - from) * sizeof *few);
        size_t k = to - from;
        sort_few(few, k);
        med[i] = k % 2 ? few[k / 2] : (few[k / 2 - 1] + few[k / 2]) / 2;
        work[i] = fabs(x[i] - med[i]);
        sum += work[i];
    }
    qsort(work, n, sizeof *work, bridge_by_value);
    double spread = 1.4826 * (n % 2 ? work[n / 2] : (work[n / 2 - 1] + work[n / 2]) / 2);
    if (!(spread > 0)) spread = 1.2533 * sum / (double)n; /* more than half are equal to their neighbours */
    for (size_t i = 0; i < n; i++)
        if (fabs(x[i] - med[i]) > 4 * spread) x[i] = med[i];
}

static double deviation(const double *x, size_t n, double low, double high, double *mean)
{
    double var = 0;
    *mean = 0;
    for (size_t i = 0; i < n; i++) *mean += fmin(fmax(x[i], low), high) / (double)n;
    for (size_t i = 0; i < n; i++) {
        double off = fmin(fmax(x[i], low), high) - *mean;
        var += off * off;
    }
    return sqrt(var / (double)n);
}

/* The spread a person sees in a plot: one row in a hundred at either end may be anything, what is more frequent belongs
 * to the picture. */
static double visible_spread(const double *x, size_t n, double *work)
{
    double mean;
    memcpy(work, x, n * sizeof *x);
    qsort(work, n, sizeof *x, bridge_by_value);
    return deviation(x, n, work[n / 100], work[n - 1 - n / 100], &mean);
}

/* Mean 0 and deviation 1, or less beside a visible spread that spikes make; *unit and *center get the way back. False
 * when the column does not move at all. */
static bool standardise(double *x, size_t n, double visible, double *unit, double *center)
{
    double mean, sd = deviation(x, n, -INFINITY, INFINITY, &mean);
    if (!(sd > 1e-12)) return false;
    sd = fmax(sd, visible);
    for (size_t i = 0; i < n; i++) x[i] = (x[i] - mean) / sd;
    *center = mean * *unit;
    *unit *= sd;
    return true;
}

static void prepare_column(struct change_series *s, const double *values, size_t columns, double *x, double *work,
                           size_t column)
{
    double unit = 1, center = 0;
    if (!bridge_missing(values + column, s->rows, columns, x, &unit)) return;
    double visible = visible_spread(x, s->rows, work);
    remove_spikes(x, s->rows, work, work + s->rows);
    if (!standardise(x, s->rows, visible, &unit, &center)) return;
    s->x[s->columns] = x;
    s->unit[s->columns] = unit;
    s->center[s->columns] = center;
    s->name[s->columns++] = column;
}

/* ---- sums from which the cost of any segment follows ---- */

bool change_sums_build(struct change_series *s, struct arena *a)
{
    size_t n = s->rows;
    for (size_t c = 0; c < s->columns; c++) {
        struct change_sums *u = arena_try(a, (n + 1) * sizeof *u);
        if (!u) return false;
        for (size_t i = 0; i < n; i++) {
            double x = s->x[c][i], t = change_clock(s, i);
            u[i + 1] = (struct change_sums){ u[i].x + x, u[i].xx + x * x, u[i].xt + x * t };
        }
        s->sums[c] = u;
    }
    s->time = arena_try(a, (n + 1) * sizeof *s->time);
    if (!s->time) return false;
    for (size_t i = 0; i < n; i++) {
        double t = change_clock(s, i);
        s->time[i + 1] = (struct change_clock){ s->time[i].t + t, s->time[i].tt + t * t };
    }
    return true;
}

double change_cost(const struct change_series *s, bool trend, size_t from, size_t to)
{
    double m = (double)(to - from), total = 0, t = s->time[to].t - s->time[from].t;
    double tt = s->time[to].tt - s->time[from].tt - t * t / m;
    for (size_t c = 0; c < s->columns; c++) {
        const struct change_sums *p = &s->sums[c][from], *q = &s->sums[c][to];
        double x = q->x - p->x, rest = q->xx - p->xx - x * x / m;
        if (trend && tt > 1e-12) {
            double xt = q->xt - p->xt - x * t / m;
            rest -= xt * xt / tt;
        }
        total += rest > 0 ? rest : 0;
    }
    return total;
}

static double slope_of(const struct change_series *s, size_t c, size_t from, size_t to)
{
    double m = (double)(to - from), t = s->time[to].t - s->time[from].t, x = s->sums[c][to].x - s->sums[c][from].x;
    double tt = s->time[to].tt - s->time[from].tt - t * t / m;
    return tt > 1e-12 ? (s->sums[c][to].xt - s->sums[c][from].xt - x * t / m) / tt : 0;
}

static double mean_of(const struct change_series *s, size_t c, size_t from, size_t to)
{
    return (s->sums[c][to].x - s->sums[c][from].x) / (double)(to - from);
}

void change_leave(const struct change_series *s, const struct change_model *m, size_t c, double *rest)
{
    for (size_t k = 0; k <= m->count; k++) {
        size_t from = k ? m->at[k - 1] : 0, to = k < m->count ? m->at[k] : s->rows;
        double mean = mean_of(s, c, from, to), slope = m->trend ? slope_of(s, c, from, to) : 0;
        double middle = (s->time[to].t - s->time[from].t) / (double)(to - from);
        for (size_t i = from; i < to; i++) rest[i] = s->x[c][i] - mean - slope * (change_clock(s, i) - middle);
    }
}

/* Long-run variance of an AR(1) with the same variance and first autocorrelation. */
static double long_run(const double *rest, size_t n)
{
    double var = 0, next = 0;
    for (size_t i = 0; i < n; i++) var += rest[i] * rest[i];
    for (size_t i = 1; i < n; i++) next += rest[i] * rest[i - 1];
    if (!(var > 0)) return 0;
    double memory = fmin(fmax(next / var, 0), 0.95);
    return var / (double)n * (1 + memory) / (1 - memory);
}

static double memory_price(const struct change_series *s, const struct change_model *m, double *rest)
{
    double price = 1;
    for (size_t c = 0; c < s->columns; c++) {
        change_leave(s, m, c, rest);
        price = fmax(price, long_run(rest, s->rows));
    }
    return price;
}

/* ---- the models ---- */

double change_fit(struct change_series *s, struct change_model *m, struct change_work *w)
{
    enum { ROUNDS = 6 };
    m->price = 1;
    for (int i = 0; i < ROUNDS; i++) {
        change_partition(s, m, w);
        double price = memory_price(s, m, w->rest);
        if (price <= m->price * 1.001) break;
        m->price = price;
        if (m->count == 0) break; /* dearer, nothing is cut either */
    }
    double total = 0, terms = m->trend ? 2 : 1;
    for (size_t k = 0; k <= m->count; k++)
        total += change_cost(s, m->trend, k ? m->at[k - 1] : 0, k < m->count ? m->at[k] : s->rows);
    return total + ((double)m->count * (terms + 2) + terms) * log((double)s->rows) * m->price;
}

/* Level or bend: whichever of the two the eye sees first, the jump at the cut or the turn over the segments beside it.
 */
static void describe(const struct change_series *s, const struct change_model *m, size_t k, struct change *out)
{
    size_t from = k ? m->at[k - 1] : 0, at = m->at[k], to = k + 1 < m->count ? m->at[k + 1] : s->rows;
    double best = -1;
    *out = (struct change){ .at = at, .kind = CHANGE_LEVEL };
    for (size_t c = 0; c < s->columns; c++) {
        double low = mean_of(s, c, from, at), high = mean_of(s, c, at, to), turn = 0, jump = high - low;
        double left = slope_of(s, c, from, at) / (double)s->rows, right = slope_of(s, c, at, to) / (double)s->rows;
        if (m->trend) {
            jump -= (right * (double)(to - at) + left * (double)(at - from)) / 2;
            turn = (right - left) * (double)(to - from) / 4;
        }
        if (fabs(jump) + fabs(turn) <= best) continue;
        best = fabs(jump) + fabs(turn);
        bool bend = fabs(turn) > fabs(jump);
        out->kind = bend ? CHANGE_TREND : CHANGE_LEVEL;
        out->column = s->name[c];
        out->before = bend ? left * s->unit[c] : low * s->unit[c] + s->center[c];
        out->after = bend ? right * s->unit[c] : high * s->unit[c] + s->center[c];
    }
    double gain =
        change_cost(s, m->trend, from, to) - change_cost(s, m->trend, from, at) - change_cost(s, m->trend, at, to);
    double n = (double)s->rows, left = (double)(at - from), right = (double)(to - at);
    double cost = (m->trend ? 4 : 3) * log(n) + log(left / n) + log(right / n) - log((left + right) / n);
    out->strength = fmax(gain, 0) / (m->price * cost);
}

static err no_room(void)
{
    return err_make(ERR_LIMIT, "change points: not enough memory");
}

static err prepare(struct change_series *s, const double *values, size_t columns, struct arena *a)
{
    double *work = arena_try(a, 2 * s->rows * sizeof *work);
    if (!work) return no_room();
    for (size_t c = 0; c < columns; c++) {
        double *x = arena_try(a, s->rows * sizeof *x);
        if (!x) return no_room();
        prepare_column(s, values, columns, x, work, c);
    }
    return change_sums_build(s, a) ? OK : no_room();
}

struct best {
    double cost;
    const struct change_series *series;
    const struct change_model *model;
};

static void try_models(struct change_series *s, size_t terms, struct change_model *two, struct change_work *w,
                       struct best *best)
{
    for (int trend = 0; trend < 2; trend++) {
        two[trend].trend = trend;
        double cost = change_fit(s, &two[trend], w) + (double)terms * log((double)s->rows);
        if (cost >= best->cost) continue;
        *best = (struct best){ cost, s, &two[trend] };
    }
}

/* The same on what a rhythm leaves, where there is one and something to be explained. */
static err try_without_season(const struct change_series *s, struct arena *a, struct change_model *two,
                              struct change_work *w, struct best *best)
{
    struct change_series *calm = arena_try(a, sizeof *calm);
    if (!calm) return no_room();
    *calm = *s;
    calm->calm = true;
    size_t all = 0;
    for (size_t c = 0; best->model->count && c < s->columns; c++) {
        size_t terms = 0;
        calm->x[c] = arena_try(a, s->rows * sizeof(double));
        if (!calm->x[c]) return no_room();
        memcpy(calm->x[c], s->x[c], s->rows * sizeof(double));
        err e = change_season(calm->x[c], s->rows, a, &terms);
        if (e.code) return e;
        all += terms;
    }
    if (all == 0) return OK;
    if (!change_sums_build(calm, a)) return no_room();
    try_models(calm, all, two, w, best);
    return OK;
}

err change_find(const double *values, size_t rows, size_t columns, struct arena *a, struct change *out, size_t *count)
{
    *count = 0;
    if (rows > CHANGE_ROWS_MAX || columns < 1 || columns > CHANGE_COLUMNS_MAX)
        return err_make(ERR_INPUT, "change points: %zu rows of %zu columns; at most %d of %d", rows, columns,
                        CHANGE_ROWS_MAX, CHANGE_COLUMNS_MAX);
    if (rows < CHANGE_ROWS_MIN) return OK;
    struct change_series *s = arena_try(a, sizeof *s);
    struct change_work *w = arena_try(a, sizeof *w);
    struct change_model *models = arena_try(a, 4 * sizeof *models);
    if (!s || !w || !models) return no_room();
    s->rows = rows;
    err e = prepare(s, values, columns, a);
    if (e.code || s->columns == 0) return e;
    w->rest = arena_try(a, rows * sizeof *w->rest);
    if (!w->rest) return no_room();
    struct best best = { .cost = INFINITY };
    try_models(s, 0, models, w, &best);
    e = try_without_season(s, a, models + 2, w, &best);
    for (; !e.code && best.model && *count < best.model->count; (*count)++)
        describe(best.series, best.model, *count, &out[*count]);
    return e.code ? e : change_spread(best.series, best.model, w, a, out, count);
}

