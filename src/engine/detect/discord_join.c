/* All pairs of windows, 64 diagonals at a time. With x the values, m the window, mu its mean,
 *   cov(i, j) = cov(i - 1, j - 1) + df[i] * dg[j] + df[j] * dg[i]
 *   df[i] = (x[i + m - 1] - x[i - 1]) / 2,   dg[i] = (x[i + m - 1] - mu[i]) + (x[i - 1] - mu[i - 1])
 * (Zimmerman et al. 2019) and the squared distance is norm[i] + norm[j] - scale[i] * scale[j] * cov, which is kept
 * without the part that is the same for all partners until the end. Each diagonal starts with a full sum, so errors do
 * not pile up over the series. */
#include "engine/detect/discord.h"

#include <math.h>

enum { LANES = 64 };

/* The same bits with and without: nothing is reordered, and no product is fused (-ffp-contract=off). */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define WIDE
#endif

struct side { /* of one floor */
    double *scale, *norm, *before, *after;
};
struct work {
    size_t windows;
    double *mean, *df, *dg;
    struct side side[2];
};
struct pivot { /* the earlier window of 64 pairs */
    double df, dg, scale[2], norm[2];
};
struct partners { /* the later ones; all padded to LANES */
    const double *df, *dg, *scale[2], *norm[2];
    double *before[2];
};

#define INLINE static inline __attribute__((always_inline))

INLINE double least(double *v)
{
    for (size_t t = 0; t < 32; t++) v[t] = v[t + 32] < v[t] ? v[t + 32] : v[t];
    for (size_t t = 0; t < 16; t++) v[t] = v[t + 16] < v[t] ? v[t + 16] : v[t];
    for (size_t t = 0; t < 8; t++) v[t] = v[t + 8] < v[t] ? v[t + 8] : v[t];
    double best = v[0];
    for (size_t t = 1; t < 8; t++) best = v[t] < best ? v[t] : best;
    return best;
}

/* One floor of 64 pairs: the partners' nearest so far, and the distances of the pivot into `d`. */
INLINE void compare(const double *restrict cov, const double *restrict scale, const double *restrict norm,
                    double *restrict before, double own_scale, double own_norm, double *restrict d)
{
    for (size_t t = 0; t < LANES; t++) {
        double near = cov[t] * (scale[t] * own_scale), to = own_norm - near;
        d[t] = norm[t] - near;
        before[t] = to < before[t] ? to : before[t];
    }
}

WIDE static void step(double *restrict cov, const struct pivot *p, const struct partners *q, double after[2])
{
    double d[LANES];
    const double *restrict df = q->df, *restrict dg = q->dg;
    double pf = p->df, pg = p->dg;
    for (size_t t = 0; t < LANES; t++) cov[t] = cov[t] + pf * dg[t] + pg * df[t];
    for (int f = 0; f < 2; f++) {
        compare(cov, q->scale[f], q->norm[f], q->before[f], p->scale[f], p->norm[f], d);
        double best = least(d);
        after[f] = best < after[f] ? best : after[f];
    }
}

static void diagonals(const double *x, size_t m, struct work *w, size_t lag)
{
    double cov[LANES] = { 0 };
    for (size_t t = 0; t < LANES && lag + t < w->windows; t++)
        for (size_t u = 0; u < m; u++) cov[t] += (x[u] - w->mean[0]) * (x[lag + t + u] - w->mean[lag + t]);
    const struct side *a = &w->side[0], *b = &w->side[1];
    for (size_t i = 0; i + lag < w->windows; i++) {
        size_t j = i + lag;
        struct pivot p = { w->df[i], w->dg[i], { a->scale[i], b->scale[i] }, { a->norm[i], b->norm[i] } };
        struct partners q = { w->df + j,
                              w->dg + j,
                              { a->scale + j, b->scale + j },
                              { a->norm + j, b->norm + j },
                              { a->before + j, b->before + j } };
        double after[2] = { a->after[i], b->after[i] };
        step(cov, &p, &q, after);
        a->after[i] = after[0];
        b->after[i] = after[1];
    }
}

/* Mean and deviation of each window, each from its own values: cheap beside the pairs, and no rounding makes a flat
 * window restless. */
static void window_moments(const double *x, size_t m, size_t windows, double *mean, double *deviation)
{
    for (size_t i = 0; i < windows; i++) {
        double sum = 0, squares = 0;
        for (size_t u = 0; u < m; u++) sum += x[i + u];
        mean[i] = sum / (double)m;
        for (size_t u = 0; u < m; u++) squares += (x[i + u] - mean[i]) * (x[i + u] - mean[i]);
        double var = squares / (double)m;
        deviation[i] = var > 1e-20 * (1 + mean[i] * mean[i]) ? sqrt(var) : 0; /* below: rounding, so flat */
    }
}

static bool make_room(struct work *w, struct arena *a)
{
    size_t n = w->windows + LANES;
    double *all = arena_try(a, 11 * n * sizeof *all);
    if (!all) return false;
    double **parts[11] = { &w->mean,
                           &w->df,
                           &w->dg,
                           &w->side[0].scale,
                           &w->side[0].norm,
                           &w->side[0].before,
                           &w->side[0].after,
                           &w->side[1].scale,
                           &w->side[1].norm,
                           &w->side[1].before,
                           &w->side[1].after };
    for (size_t k = 0; k < 11; k++) *parts[k] = all + k * n;
    return true;
}

/* Flat windows without a floor have no shape: distance 0 among themselves, sqrt(window) to all others. */
static void scales(struct side *s, const double *deviation, const struct work *w, const struct discord_join *join,
                   double floor)
{
    for (size_t i = 0; i < w->windows; i++) {
        double size = sqrt(deviation[i] * deviation[i] + floor * floor), inverse = size > 0 ? 1 / size : 0;
        s->scale[i] = sqrt(2) * inverse;
        s->norm[i] = (double)join->window * (deviation[i] * inverse) * (deviation[i] * inverse);
    }
    for (size_t i = 0; i < w->windows + LANES; i++) s->before[i] = s->after[i] = INFINITY;
    for (size_t i = w->windows; i < w->windows + LANES; i++) s->norm[i] = INFINITY; /* padding is nobody's neighbour */
}

err discord_join(const double *values, size_t rows, const struct discord_join *join, struct arena *a,
                 struct discord_profile out[2])
{
    size_t m = join->window;
    if (rows > DISCORD_ROWS_MAX || m < DISCORD_WINDOW_MIN || m > rows / 2 || join->apart < 1)
        return err_make(ERR_INPUT, "discords: a window of %zu in %zu rows", m, rows);
    struct work w = { .windows = rows - m + 1 };
    if (!make_room(&w, a)) return err_make(ERR_LIMIT, "discords: not enough memory");
    window_moments(values, m, w.windows, w.mean, w.df); /* df holds the deviations for a moment */
    for (int f = 0; f < 2; f++) scales(&w.side[f], w.df, &w, join, join->floor[f]);
    w.df[0] = w.dg[0] = 0;
    for (size_t i = 1; i < w.windows; i++) {
        w.df[i] = (values[i + m - 1] - values[i - 1]) / 2;
        w.dg[i] = values[i + m - 1] - w.mean[i] + values[i - 1] - w.mean[i - 1];
    }
    size_t end = join->reach && join->reach < w.windows ? join->reach : w.windows;
    for (size_t lag = join->apart; lag < end; lag += LANES) diagonals(values, m, &w, lag);
    for (int f = 0; f < 2; f++) {
        for (size_t i = 0; i < w.windows; i++) {
            w.side[f].before[i] = fmax(w.side[f].before[i] + w.side[f].norm[i], 0);
            w.side[f].after[i] = fmax(w.side[f].after[i] + w.side[f].norm[i], 0);
        }
        out[f] = (struct discord_profile){ w.side[f].before, w.side[f].after };
    }
    return OK;
}
