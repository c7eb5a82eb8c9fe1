/* The period of a series, and the oddest places in it by several profiles at once. */
#include "engine/detect/discord.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/detect/bridge.h"

enum {
    LENGTHS = 3,
    CYCLES_MIN = 6,
    PERIOD_ROWS = 65536,  /* looked at for the period */
    PERIOD_LAGS = 1024,   /* tried at each of two time scales */
    FINE_PERIOD = 48,     /* of long series, rows are averaged until a period has no fewer */
    REACH_CYCLES = 8      /* at the least */
};
static const double floors[2] = { 0.5, 2 };  /* of the usual deviation of a window */
static const double shares[LENGTHS] = { 0.25, 0.5, 1 };
static const double smooth_cycles = 1.5;
static const double pairs_max = 5e8;         /* of windows, each length */
static const double clear_rise = 0.1;        /* of an autocorrelation peak above the lowest value before it */

static err no_room(void)
{
    return err_make(ERR_LIMIT, "discords: not enough memory");
}

static double quantile(double *sorted, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    return k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[n - 1];
}

/* ---- period ---- */

/* x: averages of `q` rows each, mean 0. False when nothing moves. */
static bool thin(const double *values, size_t n, size_t q, double *x)
{
    double mean = 0, var = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = 0;
        for (size_t u = 0; u < q; u++) x[i] += values[i * q + u] / (double)q;
        mean += x[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        x[i] -= mean;
        var += x[i] * x[i];
    }
    return var > 0;
}

/* In four sums, which a processor adds at once. */
static double dot(const double *x, const double *y, size_t n)
{
    double sum[4] = { 0 };
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++) sum[k] += x[i + k] * y[i + k];
    for (; i < n; i++) sum[0] += x[i] * y[i];
    return sum[0] + sum[1] + (sum[2] + sum[3]);
}

/* The first peak of the autocorrelation that rises nearly as high above what was before as any does; 0: none is clear.
 */
static size_t first_peak(const double *x, size_t n, size_t least, size_t most, double *r)
{
    double zero = 0, highest = 0;
    for (size_t i = 0; i < n; i++) zero += x[i] * x[i];
    for (size_t lag = 0; lag <= most; lag++) {
        r[lag] = dot(x, x + lag, n - lag) / (zero * (double)(n - lag) / (double)n);
    }
    for (int round = 0; round < 2; round++) {
        double low = r[0];
        for (size_t lag = 1; lag < most; lag++) {
            low = fmin(low, r[lag]);
            if (lag < least || r[lag] < r[lag - 1] || r[lag] < r[lag + 1]) continue;
            if (round && r[lag] - low >= 0.9 * highest) return lag;
            highest = fmax(highest, r[lag] - low);
        }
        if (highest < clear_rise) return 0;
    }
    return 0;
}

static size_t period_of(const double *values, size_t rows, double *x, double *r)
{
    size_t fine = rows < PERIOD_ROWS ? rows : PERIOD_ROWS;
    if (!thin(values + (rows - fine) / 2, fine, 1, x)) return DISCORD_PERIOD_DEFAULT;
    size_t most = fine / CYCLES_MIN < PERIOD_LAGS ? fine / CYCLES_MIN : PERIOD_LAGS;
    size_t lag = most > DISCORD_PERIOD_LEAST ? first_peak(x, fine, DISCORD_PERIOD_LEAST, most, r) : 0;
    if (lag) return lag;
    size_t q = rows / CYCLES_MIN / PERIOD_LAGS + 1, n = rows / q; /* longer ones, on averages */
    if (q < 2 || n < 8 || !thin(values, n, q, x)) return DISCORD_PERIOD_DEFAULT;
    most = n / CYCLES_MIN < PERIOD_LAGS ? n / CYCLES_MIN : PERIOD_LAGS;
    lag = first_peak(x, n, DISCORD_PERIOD_LEAST, most, r);
    return lag ? lag * q : DISCORD_PERIOD_DEFAULT;
}

err discord_period(const double *values, size_t rows, struct arena *a, size_t *period)
{
    *period = DISCORD_PERIOD_DEFAULT;
    if (rows < 4 * DISCORD_PERIOD_LEAST) return OK;
    double *x = arena_try(a, rows * sizeof *x), *y = arena_try(a, rows * sizeof *y),
           *r = arena_try(a, (PERIOD_LAGS + 2) * sizeof *r), unit;
    if (!x || !y || !r) return no_room();
    if (bridge_missing(values, rows, 1, x, &unit)) *period = period_of(x, rows, y, r);
    return OK;
}

/* ---- one profile made fit to be added to others ---- */

struct plan {
    size_t rows, period;    /* thinned */
    size_t thin;            /* rows averaged to one */
    double *x, *sum, *work; /* rows each */
};

/* Means over `width` places, fewer at the ends. */
static void smooth(const double *v, size_t n, size_t width, double *out)
{
    size_t left = width / 2, right = width - width / 2; /* [i - left, i + right) */
    double sum = 0;
    size_t from = 0, to = 0;
    for (size_t i = 0; i < n; i++) {
        while (to < n && to < i + right) sum += v[to++];
        while (from + left < i) sum -= v[from++];
        out[i] = sum / (double)(to - from);
    }
}

/* Distances to the nearest neighbour on either side, over usual distances: median 0, mean distance from it 1. Added at
 * the windows' middles. */
static void add_profile(struct plan *p, const struct discord_profile *profile, size_t window)
{
    size_t n = p->rows - window + 1, wide = (size_t)(smooth_cycles * (double)p->period);
    double *d = profile->before, *s = profile->after, spread = 0;
    for (size_t i = 0; i < n; i++) {
        double near = fmin(profile->before[i], profile->after[i]);
        d[i] = isfinite(near) ? sqrt(near) : 0;
    }
    smooth(d, n, wide > window ? wide - window : 1, s);
    memcpy(p->work, s, n * sizeof *s);
    qsort(p->work, n, sizeof *s, bridge_by_value);
    double middle = quantile(p->work, n, 0.5);
    for (size_t i = 0; i < n; i++) spread += fabs(s[i] - middle) / (double)n;
    if (!(spread > 0)) return;
    for (size_t i = 0; i < n; i++) p->sum[i + window / 2] += (s[i] - middle) / spread / (2 * LENGTHS);
}

static double usual_deviation(const struct plan *p, size_t window)
{
    size_t n = 0;
    for (size_t i = 0; i + window <= p->rows;
         i += window / 2, n++) { /* half overlapping windows are enough for a median */
        double sum = 0, squares = 0;
        for (size_t u = 0; u < window; u++) sum += p->x[i + u];
        for (size_t u = 0; u < window; u++)
            squares += (p->x[i + u] - sum / (double)window) * (p->x[i + u] - sum / (double)window);
        p->work[n] = sqrt(squares / (double)window);
    }
    qsort(p->work, n, sizeof *p->work, bridge_by_value);
    double usual = quantile(p->work, n, 0.5);
    return usual > 1e-9 ? usual : p->work[n - 1]; /* mostly flat */
}

static err add_length(struct plan *p, size_t window, struct arena *a)
{
    double usual = usual_deviation(p, window);
    if (!(usual > 0)) return OK;
    double reach = pairs_max / (double)p->rows, least = (double)(REACH_CYCLES * p->period);
    struct discord_join join = { .window = window, .apart = window, .reach = (size_t)fmax(reach, least),
                                 .floor = { floors[0] * usual, floors[1] * usual } };
    struct discord_profile profile[2];
    err e = discord_join(p->x, p->rows, &join, a, profile);
    for (int f = 0; !e.code && f < 2; f++) add_profile(p, &profile[f], window);
    return e;
}

/* ---- the plan ---- */

/* Median 0, usual deviation 1, and nothing beyond a thousand of them: sums of squares keep their digits. */
static bool to_size(double *x, size_t n, double *work)
{
    memcpy(work, x, n * sizeof *x);
    qsort(work, n, sizeof *x, bridge_by_value);
    double middle = quantile(work, n, 0.5), size = (quantile(work, n, 0.9) - quantile(work, n, 0.1)) / 2.5631;
    if (!(size > 1e-12)) size = (work[n - 1] - work[0]) / 4; /* mostly one value */
    if (!(size > 1e-12)) return false;
    for (size_t i = 0; i < n; i++) x[i] = fmin(fmax((x[i] - middle) / size, -1000), 1000);
    return true;
}

static err make_plan(const double *values, size_t rows, size_t period, struct arena *a, struct plan *p, bool *moves)
{
    double unit, *all = arena_try(a, 3 * rows * sizeof *all);
    if (!all) return no_room();
    *p =
        (struct plan){ .rows = rows, .thin = 1, .period = period, .x = all, .work = all + rows, .sum = all + 2 * rows };
    *moves = bridge_missing(values, rows, 1, p->x, &unit) && to_size(p->x, rows, p->work);
    if (!*moves) return OK;
    if (!period) p->period = period_of(p->x, rows, p->work, p->sum); /* sum has room: rows > 4 lags */
    double pairs = (double)rows * (double)rows / 2;
    if (pairs > pairs_max && p->period >= 2 * FINE_PERIOD) {
        size_t enough = (size_t)ceil(sqrt(pairs / pairs_max)), most = p->period / FINE_PERIOD;
        p->thin = enough < most ? enough : most;
        p->rows = rows / p->thin;
        p->period /= p->thin;
        for (size_t i = 0; i < p->rows; i++) {
            double sum = 0;
            for (size_t u = 0; u < p->thin; u++) sum += p->x[i * p->thin + u];
            p->x[i] = sum / (double)p->thin;
        }
    }
    memset(p->sum, 0, rows * sizeof *p->sum);
    return OK;
}

/* ---- peaks ---- */

struct usual_peak {
    double place, scale; /* Gumbel */
    size_t cycles;
};

/* What the highest point of a cycle usually is, by median and quartiles, which an anomaly or two do not move. */
static struct usual_peak usual_peak(const struct plan *p)
{
    size_t n = p->rows / p->period;
    for (size_t k = 0; k < n; k++) {
        double top = p->sum[k * p->period];
        for (size_t i = 1; i < p->period; i++) top = fmax(top, p->sum[k * p->period + i]);
        p->work[k] = top;
    }
    qsort(p->work, n, sizeof *p->work, bridge_by_value);
    double scale = (quantile(p->work, n, 0.75) - quantile(p->work, n, 0.25)) / 1.5725;
    return (struct usual_peak){ .scale = fmax(scale, 1e-9),
                                .place = quantile(p->work, n, 0.5) - 0.36651 * scale,
                                .cycles = n };
}

static double rarity(const struct usual_peak *u, double score)
{
    double log_chance = -(score - u->place) / u->scale; /* of one cycle; the tail of exp(-exp(-z)) */
    double expected = exp(fmin(log_chance, 0)) * (double)u->cycles;
    return fmin(1 / fmax(expected, 1e-12), 1e12);
}

static size_t take_peaks(const struct plan *p, size_t from, struct discord *out, size_t max)
{
    struct usual_peak usual = usual_peak(p);
    size_t count = 0, first = from / p->thin;
    memcpy(p->work, p->sum, p->rows * sizeof *p->sum);
    while (count < max) {
        size_t best = p->rows;
        for (size_t i = first; i < p->rows; i++)
            if (p->work[i] > -INFINITY && (best == p->rows || p->work[i] > p->work[best])) best = i;
        if (best == p->rows || !(p->work[best] > 0)) break;
        double score = p->work[best];
        out[count++] = (struct discord){ .at = best * p->thin + p->thin / 2,
                                         .length = p->period * p->thin,
                                         .score = score,
                                         .once_in = rarity(&usual, score) };
        size_t left = best > p->period ? best - p->period : 0,
               right = best + p->period < p->rows ? best + p->period : p->rows - 1;
        for (size_t i = left; i <= right; i++) p->work[i] = -INFINITY;
    }
    return count;
}

err discord_find(const double *values, size_t rows, const struct discord_opts *opts, struct arena *a,
                 struct discord *out, size_t max, size_t *count)
{
    *count = 0;
    if (rows > DISCORD_ROWS_MAX || (opts->period && opts->period < DISCORD_PERIOD_LEAST))
        return err_make(ERR_INPUT, "discords: %zu rows, at most %d; a period of %zu, at least %d", rows,
                        DISCORD_ROWS_MAX, opts->period, DISCORD_PERIOD_LEAST);
    if (opts->score) memset(opts->score, 0, rows * sizeof *opts->score);
    if (rows < CYCLES_MIN * DISCORD_PERIOD_LEAST || opts->from >= rows) return OK;
    struct plan p = { 0 };
    bool moves = false;
    err e = make_plan(values, rows, opts->period, a, &p, &moves);
    if (e.code || !moves || p.rows < CYCLES_MIN * p.period) return e;
    for (size_t k = 0; !e.code && k < LENGTHS; k++)
        e = add_length(&p, (size_t)fmax(shares[k] * (double)p.period, DISCORD_WINDOW_MIN), a);
    if (e.code) return e;
    *count = take_peaks(&p, opts->from, out, max);
    for (size_t i = 0; opts->score && i < rows; i++)
        opts->score[i] = p.sum[i / p.thin < p.rows ? i / p.thin : p.rows - 1];
    return OK;
}
