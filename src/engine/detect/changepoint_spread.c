/* Changes of the spread alone: on what the best segments of level and trend leave, and a rhythm, the squared ranks of
 * the magnitudes (the scores of Mood 1954) are cut like any other series. Under a constant spread they are draws of one
 * bounded distribution, whatever the tails of the noise, so that a few outliers are no change; clusters of restless
 * rows raise the price like the memory of a level does, and a rhythm of the spread is taken out first where that is
 * shorter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/detect/bridge.h"
#include "engine/detect/changepoint_internal.h"

enum { SPREAD_ROWS_MIN = 40 };
static const double same_share = 1e-9;     /* of the largest: closer to zero is zero */
static const double visible_ratio = 1.5;    /* of the spreads beside a change */
static const double steps_share = 0.5; /* of it in the steps from row to row; with less it is the level that moves */
static const double normal_ratio = 1.2533; /* deviation over mean magnitude */

/* The share of `sorted` below x, ties counted half. */
static double rank_share(const double *sorted, size_t n, double x)
{
    size_t low = 0, high = n;
    for (size_t step = n; low < high; step = high - low) {
        size_t mid = low + step / 2;
        if (sorted[mid] < x) low = mid + 1;
        else high = mid;
    }
    size_t below = low;
    for (high = n; low < high;) {
        size_t mid = low + (high - low) / 2;
        if (sorted[mid] <= x) low = mid + 1;
        else high = mid;
    }
    return ((double)below + (double)low) / (2 * (double)n);
}

/* Magnitudes become scores of mean 0 and deviation 1; false when all are alike. */
static bool to_scores(double *x, size_t n, double *sorted)
{
    double largest = 0, mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
    for (size_t i = 0; i < n; i++) sorted[i] = fabs(x[i]) > same_share * largest ? fabs(x[i]) : 0;
    memcpy(x, sorted, n * sizeof *x);
    qsort(sorted, n, sizeof *sorted, bridge_by_value);
    for (size_t i = 0; i < n; i++) {
        double u = rank_share(sorted, n, x[i]);
        x[i] = u * u;
        mean += x[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
    double deviation = sqrt(squares / (double)n);
    for (size_t i = 0; i < n && deviation > 0; i++) x[i] = (x[i] - mean) / deviation;
    return deviation > 0;
}

struct spread {
    const struct change_series *of;
    struct change_series *scores;
    double *rest[CHANGE_COLUMNS_MAX]; /* what the level leaves, of each column */
    double *work;                     /* rows */
};

static err no_room(void)
{
    return err_make(ERR_LIMIT, "change points: not enough memory");
}

static err make_scores(struct spread *sp, const struct change_model *level, struct arena *a)
{
    const struct change_series *s = sp->of;
    double *sorted = sp->work = arena_try(a, s->rows * sizeof *sorted);
    sp->scores = arena_try(a, sizeof *sp->scores);
    if (!sorted || !sp->scores) return no_room();
    *sp->scores = (struct change_series){ .rows = s->rows };
    for (size_t c = 0; c < s->columns; c++) {
        double *x = arena_try(a, s->rows * sizeof *x);
        sp->rest[c] = arena_try(a, s->rows * sizeof *x);
        if (!x || !sp->rest[c]) return no_room();
        change_leave(s, level, c, sp->rest[c]);
        size_t terms;
        err e = s->calm ? OK : change_season(sp->rest[c], s->rows, a, &terms);
        if (e.code) return e;
        memcpy(x, sp->rest[c], s->rows * sizeof *x);
        if (to_scores(x, s->rows, sorted)) sp->scores->x[sp->scores->columns++] = x;
    }
    return sp->scores->columns && !change_sums_build(sp->scores, a) ? no_room() : OK;
}

/* Cuts of the scores as they are, or without their rhythm, whichever is shorter. */
static err cut(struct change_series *scores, struct change_model models[2], const struct change_model **best,
               struct change_work *w, struct arena *a)
{
    double cost = change_fit(scores, &models[0], w);
    size_t terms = 0, all = 0;
    *best = &models[0];
    if (models[0].count == 0) return OK;
    for (size_t c = 0; c < scores->columns; c++) {
        err e = change_season(scores->x[c], scores->rows, a, &terms);
        if (e.code) return e;
        all += terms;
    }
    if (all == 0) return OK;
    if (!change_sums_build(scores, a)) return no_room();
    if (change_fit(scores, &models[1], w) + (double)all * log((double)scores->rows) < cost) *best = &models[1];
    return OK;
}

static double deviation(const double *rest, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++) sum += fabs(rest[i]);
    return normal_ratio * sum / (double)(to - from);
}

static double middle(double *v, size_t n)
{
    qsort(v, n, sizeof *v, bridge_by_value);
    return n ? v[n / 2] : 0;
}

/* Medians of the distances from the level and of the steps from row to row: levels that moved and were not told add a
 * few large ones, spikes that were taken out miss a few. */
static double usual_distance(const double *rest, size_t from, size_t to, double *work)
{
    for (size_t i = from; i < to; i++) work[i - from] = fabs(rest[i]);
    return middle(work, to - from);
}

static double usual_step(const double *rest, size_t from, size_t to, double *work)
{
    for (size_t i = from + 1; i < to; i++) work[i - from - 1] = fabs(rest[i] - rest[i - 1]);
    return middle(work, to - from - 1);
}

static bool is_told(const struct change *told, size_t count, size_t at, size_t near)
{
    for (size_t k = 0; k < count; k++)
        if (told[k].at + near >= at && told[k].at <= at + near) return true;
    return false;
}

static double log_ratio(double before, double after)
{
    if (!(before > 0) || !(after > 0)) return after > 0 ? INFINITY : before > 0 ? -INFINITY : 0;
    return log(after / before);
}

/* The column whose spread changed most, and how; false when none is visible. */
static bool describe(const struct spread *sp, const struct change_model *m, size_t k, struct change *out)
{
    size_t from = k ? m->at[k - 1] : 0, at = m->at[k], to = k + 1 < m->count ? m->at[k + 1] : sp->of->rows;
    double most = log(visible_ratio), n = (double)sp->of->rows, left = (double)(at - from), right = (double)(to - at);
    bool seen = false;
    *out = (struct change){ .at = at, .kind = CHANGE_SPREAD };
    for (size_t c = 0; c < sp->of->columns; c++) {
        double before = deviation(sp->rest[c], from, at), after = deviation(sp->rest[c], at, to);
        double ratio = log_ratio(usual_distance(sp->rest[c], from, at, sp->work),
                                 usual_distance(sp->rest[c], at, to, sp->work)),
               steps =
                   log_ratio(usual_step(sp->rest[c], from, at, sp->work), usual_step(sp->rest[c], at, to, sp->work));
        if (!(fmin(fabs(ratio), fabs(steps)) >= most) || ratio * steps < 0) continue;
        if (steps / ratio < steps_share) continue;
        seen = true;
        most = fmin(fabs(ratio), fabs(steps));
        out->column = sp->of->name[c];
        out->before = before * sp->of->unit[c];
        out->after = after * sp->of->unit[c];
    }
    double gain = change_cost(sp->scores, false, from, to) - change_cost(sp->scores, false, from, at) -
                  change_cost(sp->scores, false, at, to);
    double cost = 3 * log(n) + log(left / n) + log(right / n) - log((left + right) / n);
    out->strength = fmax(gain, 0) / (m->price * cost);
    return seen;
}

static void insert(struct change *list, size_t *count, const struct change *c)
{
    size_t k = *count;
    if (k == CHANGE_COUNT_MAX) return;
    for (; k > 0 && list[k - 1].at > c->at; k--) list[k] = list[k - 1];
    list[k] = *c;
    (*count)++;
}

err change_spread(const struct change_series *s, const struct change_model *level, struct change_work *w,
                  struct arena *a, struct change *out, size_t *count)
{
    struct spread sp = { .of = s };
    const struct change_model *best;
    struct change_model *models = arena_try(a, 2 * sizeof *models);
    if (!models) return no_room();
    if (s->rows < SPREAD_ROWS_MIN) return OK;
    models[0].trend = models[1].trend = false;
    err e = make_scores(&sp, level, a);
    if (e.code || sp.scores->columns == 0) return e;
    e = cut(sp.scores, models, &best, w, a);
    size_t near = s->rows / 50 > 5 ? s->rows / 50 : 5, levels = *count;
    struct change *told = arena_try(a, (levels + 1) * sizeof *told);
    if (!told) return no_room();
    memcpy(told, out, levels * sizeof *told);
    for (size_t k = 0; !e.code && k < best->count; k++) {
        struct change c;
        if (describe(&sp, best, k, &c) && !is_told(told, levels, c.at, near)) insert(out, count, &c);
    }
    return e;
}
