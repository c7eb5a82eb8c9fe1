#include "engine/detect/mmd.h"

#include <math.h>
#include <stdlib.h>

#include "base/chance.h"
#include "engine/detect/column_scale.h"
#include "engine/detect/drift_dist.h"

enum { SCALE_ROWS = 1000, PAIRS = 1000, F = MMD_FEATURES };
static const double wild = 1e6;                /* spreads; a cosine of more would be noise */
static const double widths[3] = { 0.5, 1, 2 }; /* of the median distance */

struct set {
    const double *values;
    size_t rows;
};

struct half {                          /* what is summed over one set */
    double n, mean[F];                 /* over all usable rows */
    double taken, sum[F], cross[F][F]; /* over those that the null distribution is learned from */
};

struct work {
    size_t dims;
    struct column_scale *scale; /* a column */
    double *frequency;          /* MMD_FREQUENCIES rows of dims */
    double *row, *other;        /* scaled rows */
    struct half half[2];
};

static double normal(uint64_t *seed) /* Box and Muller 1958 */
{
    double r = sqrt(-2 * log(chance_open(seed)));
    return r * cos(6.283185307179586 * chance_open(seed));
}

/* The scaled row; false when a number of it is not finite. */
static bool take_row(const struct work *w, const struct set *s, size_t i, double *out)
{
    for (size_t j = 0; j < w->dims; j++) {
        double v = s->values[i * w->dims + j];
        if (!isfinite(v)) return false;
        out[j] = column_scaled(v, w->scale[j], wild);
    }
    return true;
}

static void learn_scales(struct work *w, const struct set sets[2], double *room)
{
    for (size_t j = 0; j < w->dims; j++) {
        size_t n = 0;
        for (int s = 0; s < 2; s++) {
            size_t step = sets[s].rows / SCALE_ROWS + 1;
            for (size_t i = 0; i < sets[s].rows; i += step) {
                double v = sets[s].values[i * w->dims + j];
                if (isfinite(v)) room[n++] = v;
            }
        }
        w->scale[j] = column_scale_of(room, n);
    }
}

static int rising(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* The median distance of two rows drawn from both sets together; 1 when most are equal. */
static double median_distance(struct work *w, const struct set sets[2], uint64_t *seed, double *room)
{
    size_t n = 0, all = sets[0].rows + sets[1].rows;
    for (int k = 0; k < PAIRS; k++) {
        size_t a = (size_t)(chance_open(seed) * (double)all), b = (size_t)(chance_open(seed) * (double)all);
        bool a_cur = a >= sets[0].rows, b_cur = b >= sets[0].rows;
        if (a == b || !take_row(w, &sets[a_cur], a_cur ? a - sets[0].rows : a, w->row) ||
            !take_row(w, &sets[b_cur], b_cur ? b - sets[0].rows : b, w->other))
            continue;
        double sum = 0;
        for (size_t j = 0; j < w->dims; j++) sum += (w->row[j] - w->other[j]) * (w->row[j] - w->other[j]);
        room[n++] = sqrt(sum);
    }
    qsort(room, n, sizeof *room, rising);
    return n && room[n / 2] > 0 ? room[n / 2] : 1;
}

/* A Gaussian kernel of width s has normal frequencies of deviation 1/s. */
static void draw_frequencies(struct work *w, double width, uint64_t *seed)
{
    for (size_t f = 0; f < MMD_FREQUENCIES; f++)
        for (size_t j = 0; j < w->dims; j++) w->frequency[f * w->dims + j] = normal(seed) / (widths[f % 3] * width);
}

static void features(const struct work *w, double out[F])
{
    const double norm = 1 / sqrt((double)MMD_FREQUENCIES);
    for (size_t f = 0; f < MMD_FREQUENCIES; f++) {
        double angle = 0;
        for (size_t j = 0; j < w->dims; j++) angle += w->frequency[f * w->dims + j] * w->row[j];
        out[2 * f] = norm * cos(angle);
        out[2 * f + 1] = norm * sin(angle);
    }
}

static void learn_cross(struct half *h, const double phi[F])
{
    h->taken++;
    for (size_t i = 0; i < F; i++) {
        h->sum[i] += phi[i];
        for (size_t j = 0; j <= i; j++) h->cross[i][j] += phi[i] * phi[j];
    }
}

static void sum_features(struct work *w, const struct set sets[2], struct half halves[2])
{
    double phi[F];
    for (int s = 0; s < 2; s++) {
        struct half *h = &halves[s];
        size_t step = (sets[0].rows + sets[1].rows) / MMD_CUMULANT_ROWS + 1;
        for (size_t i = 0; i < sets[s].rows; i++) {
            if (!take_row(w, &sets[s], i, w->row)) continue;
            features(w, phi);
            h->n++;
            for (size_t k = 0; k < F; k++) h->mean[k] += (phi[k] - h->mean[k]) / h->n;
            if (i % step == 0) learn_cross(h, phi);
        }
    }
}

/* The covariance of features within the sets, into the first half's matrix, both triangles. Gives its degrees of
 * freedom. */
static double pool(struct half halves[2])
{
    struct half *a = &halves[0], *b = &halves[1];
    double freedom = a->taken + b->taken - 2;
    for (size_t i = 0; i < F; i++)
        for (size_t j = 0; j <= i; j++) {
            double own = a->cross[i][j] - a->sum[i] * a->sum[j] / a->taken;
            own += b->cross[i][j] - b->sum[i] * b->sum[j] / b->taken;
            a->cross[i][j] = a->cross[j][i] = own / freedom;
        }
    return freedom;
}

struct powers { /* traces of the covariance, its square and its cube */
    double one, two, three;
};

/* Free of the bias that a covariance learned from few rows has (moments of the Wishart distribution). */
static struct powers traces(const double (*c)[F], double n)
{
    struct powers t = { 0 };
    double two = 0, three = 0;
    for (size_t i = 0; i < F; i++) {
        t.one += c[i][i];
        for (size_t j = 0; j < F; j++) {
            double square = 0; /* of the matrix at i, j */
            for (size_t k = 0; k < F; k++) square += c[i][k] * c[j][k];
            two += c[i][j] * c[i][j];
            three += square * c[i][j];
        }
    }
    t.two = n * n / ((n - 1) * (n + 2)) * (two - t.one * t.one / n);
    t.two = fmax(t.two, t.one * t.one / F);
    t.three = (three * n * n - 3 * (n + 1) * t.one * t.two - t.one * t.one * t.one) / (n * n + 3 * n + 4);
    t.three = fmax(t.three, t.two * t.two / t.one);
    return t;
}

static void judge(struct work *w, struct mmd_result *out)
{
    const struct half *a = &w->half[0], *b = &w->half[1];
    for (size_t k = 0; k < F; k++) out->distance += (a->mean[k] - b->mean[k]) * (a->mean[k] - b->mean[k]);
    double freedom = pool(w->half), scale = 1 / a->n + 1 / b->n;
    struct powers t = traces((const double(*)[F])w->half[0].cross, freedom);
    if (!(t.one > 1e-12)) { /* all rows of each set are equal */
        out->excess = out->distance;
        out->p = out->distance > 1e-12 ? 0 : 1;
        return;
    }
    double mean = t.one * scale, variance = 2 * t.two * scale * scale, third = 8 * t.three * scale * scale * scale;
    double nu = 8 * variance * variance * variance / (third * third);
    out->excess = out->distance - mean;
    out->p = dist_chi2_above(fmax(0, nu + out->excess * sqrt(2 * nu / variance)), nu);
}

err mmd_test(const double *reference, size_t reference_rows, const double *current, size_t current_rows, size_t dims,
             uint64_t seed, struct arena *a, struct mmd_result *out)
{
    const struct set sets[2] = { { reference, reference_rows }, { current, current_rows } };
    if (!dims || dims > MMD_DIMS_MAX) return err_make(ERR_INPUT, "%zu dimensions", dims);
    struct work *w = arena_try(a, sizeof *w);
    double *room = arena_try(a, (2 * SCALE_ROWS + 2 + dims * (MMD_FREQUENCIES + 2)) * sizeof *room);
    struct column_scale *scale = arena_try(a, dims * sizeof *scale);
    if (!w || !room || !scale) return err_make(ERR_LIMIT, "%zu dimensions", dims);
    w->dims = dims;
    w->scale = scale;
    w->row = room + 2 * SCALE_ROWS + 2;
    w->other = w->row + dims;
    w->frequency = w->other + dims;
    *out = (struct mmd_result){ .p = 1 };
    learn_scales(w, sets, room);
    out->width = median_distance(w, sets, &seed, room);
    draw_frequencies(w, out->width, &seed);
    sum_features(w, sets, w->half);
    out->reference = (size_t)w->half[0].n;
    out->current = (size_t)w->half[1].n;
    if (out->reference < MMD_ROWS_MIN || out->current < MMD_ROWS_MIN)
        return err_make(ERR_INPUT, "%zu and %zu usable rows, %d of each are needed", out->reference, out->current,
                        MMD_ROWS_MIN);
    judge(w, out);
    return OK;
}
