#include "engine/detect/drift_pair.h"

#include <math.h>

#include "engine/detect/drift_dist.h"
#include "engine/detect/drift_walk.h"

/* ---- what the sums say ---- */

static double fair_variance(const struct drift_walk *w)
{
    return w->m * w->n / (w->total * (w->total - 1));
}

/* The z-score of a sum of scores over the current sample, when labels are dealt at random. */
static double score_z(const struct drift_walk *w, double sum, double squares, double cur)
{
    double variance = fair_variance(w) * (squares - sum * sum / w->total);
    return variance > 1e-12 * w->total ? (cur - w->n * sum / w->total) / sqrt(variance) : 0;
}

/* Legendre polynomials of degree 1 to 4, as coefficients of u^1..u^4 (constants cancel). */
static const double legendre[DRIFT_MOMENTS][DRIFT_MOMENTS] = {
    { 1, 0, 0, 0 },
    { 0, 1.5, 0, 0 },
    { -1.5, 0, 2.5, 0 },
    { 0, -3.75, 0, 4.375 },
};

/* Covariance of u^(a+1) and u^(b+1) over all rows, times their number. */
static double cross(const struct drift_walk *w, int a, int b)
{
    return w->power[a + b + 1] - w->power[a] * w->power[b] / w->total;
}

static void moments_of(const struct drift_walk *w, double deviation[DRIFT_MOMENTS],
                       double cov[DRIFT_MOMENTS][DRIFT_MOMENTS])
{
    for (int p = 0; p < DRIFT_MOMENTS; p++) {
        deviation[p] = 0;
        for (int a = 0; a < DRIFT_MOMENTS; a++)
            deviation[p] += legendre[p][a] * (w->mine[a] - w->n * w->power[a] / w->total);
        for (int q = 0; q < DRIFT_MOMENTS; q++) {
            cov[p][q] = 0;
            for (int a = 0; a < DRIFT_MOMENTS; a++)
                for (int b = 0; b < DRIFT_MOMENTS; b++) cov[p][q] += legendre[p][a] * legendre[q][b] * cross(w, a, b);
            cov[p][q] *= fair_variance(w);
        }
    }
}

/* deviation' cov^-1 deviation by Cholesky; a direction without variance of its own (heavy ties) is left out. */
static void smooth_test(const struct drift_walk *w, double trust, struct drift_numbers *out)
{
    double y[DRIFT_MOMENTS], c[DRIFT_MOMENTS][DRIFT_MOMENTS];
    bool used[DRIFT_MOMENTS] = { false };
    moments_of(w, y, c);
    for (int p = 0; p < DRIFT_MOMENTS; p++)
        out->moment[p] = c[p][p] > 1e-12 * w->total ? y[p] / sqrt(c[p][p]) * sqrt(trust) : 0;
    for (int p = 0; p < DRIFT_MOMENTS; p++) {
        double whole = c[p][p];
        for (int k = 0; k < p; k++)
            if (used[k]) whole -= c[p][k] * c[p][k], y[p] -= c[p][k] * y[k];
        used[p] = whole > 1e-6 * c[p][p] && c[p][p] > 1e-12 * w->total;
        if (!used[p]) continue;
        double root = sqrt(whole);
        y[p] /= root;
        for (int q = p + 1; q < DRIFT_MOMENTS; q++) {
            for (int k = 0; k < p; k++)
                if (used[k]) c[q][p] -= c[q][k] * c[p][k];
            c[q][p] /= root;
        }
        out->smooth += y[p] * y[p] * trust;
        out->smooth_freedom += 1;
    }
    out->smooth_p = out->smooth_freedom > 0 ? dist_chi2_above(out->smooth, out->smooth_freedom) : 1;
}

/* The least p of the marks, for both directions and all marks together; a boundary that several needs share counts
 * once. */
static void tail_test(const struct drift_walk *w, const struct drift_tail *t, double trust, double *p, double *excess,
                      double *at)
{
    double best = 1;
    int tests = 0;
    *excess = *at = 0;
    for (int k = 0; k < t->count; k++) {
        const struct drift_mark *mark = &t->mark[k];
        if (!(mark->rows > 0) || mark->rows >= w->total / 4 || (k && mark->rows == t->mark[k - 1].rows)) continue;
        double total = round(w->total * trust), cur = round(w->n * trust), rows = round(mark->rows * trust),
               hit = round(mark->cur * trust);
        double one =
            2 * fmin(dist_hypergeometric_from(total, cur, rows, hit), dist_hypergeometric_to(total, cur, rows, hit));
        tests++;
        if (one >= best) continue;
        best = one;
        *excess = mark->cur / w->n - (mark->rows - mark->cur) / w->m;
        *at = mark->at;
    }
    *p = fmin(1, best * (tests ? tests : 1));
}

static void grid_test(const struct drift_walk *w, double trust, struct drift_numbers *out)
{
    out->repeats = w->repeat > 0;
    out->grid = w->repeat_cur / w->n - (w->repeat - w->repeat_cur) / w->m;
    out->grid_p = dist_normal_two_sided(score_z(w, w->repeat, w->repeat2, w->repeat_cur) * sqrt(trust));
}

/* Different values; of points that stand for several rows the caller knows better. */
static void distinct(const struct drift_points *p, double counted, struct drift_side *side)
{
    if (!p->upto) side->distinct = counted;
}

static void distances(const struct drift_walk *w, double trust, struct drift_numbers *out)
{
    double scratch[DIST_KS_SIDE];
    out->ks = fmax(w->above, -w->below);
    out->ks_at = w->above >= -w->below ? w->above_at : w->below_at;
    out->kuiper = w->above - w->below;
    out->wasserstein = w->area;
    out->ks_p = dist_ks(out->ks, w->m * trust, w->n * trust, scratch);
}

/* ---- quantiles and bins ---- */

/* The first of rising numbers that is at least `least` (or, `past` it); n: none is. */
static size_t first_from(const double *rising, size_t n, double least, bool past)
{
    size_t from = 0;
    while (from < n) {
        size_t middle = from + (n - from) / 2;
        if (past ? rising[middle] <= least : rising[middle] < least) from = middle + 1;
        else n = middle;
    }
    return from;
}

/* The value of the row with this number, from 0. */
static double row_at(const struct drift_points *p, double row)
{
    size_t at = p->upto ? first_from(p->upto, p->count, row, true) : (size_t)row;
    return p->value[at < p->count ? at : p->count - 1];
}

/* The value below which a share q (0..1) of the rows lies, between neighbours by interpolation (Hyndman and Fan 1996,
 * type 7). */
static double drift_quantile(const struct drift_points *p, double q)
{
    if (!p->count) return 0;
    double at = q * (p->total - 1), row = floor(at), part = at - row;
    double low = row_at(p, row), high = part > 0 ? row_at(p, row + 1) : low;
    double value = low + part * (high - low);
    return isfinite(value) ? value : low * (1 - part) + high * part;
}

double drift_psi(const double *p, const double *q, size_t n)
{
    const double least = 1e-4;
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        double a = p[k] + least, b = q[k] + least;
        sum += (b - a) * log(b / a);
    }
    return sum;
}

static double half_entropy(double p, double middle)
{
    return p > 0 ? 0.5 * p * log(p / middle) : 0;
}

double drift_js(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++) {
        double a = p[k], b = q[k], middle = (a + b) / 2;
        sum += half_entropy(a, middle) + half_entropy(b, middle);
    }
    return sqrt(fmax(0, sum));
}

/* The rows before the point with this index. */
static double rows_before(const struct drift_points *p, size_t index)
{
    return !p->upto || !index ? (double)index : p->upto[index - 1];
}

/* The shares of the rows between rising edges: below the first belongs to the first bin, past the last to the last. */
static void shares(const struct drift_points *p, const double *edges, size_t bins, double *out)
{
    double behind = 0;
    for (size_t k = 0; k < bins; k++) {
        size_t upto = k + 1 == bins ? p->count : first_from(p->value, p->count, edges[k + 1], false);
        double rows = rows_before(p, upto);
        out[k] = (rows - behind) / p->total;
        behind = rows;
    }
}

static void find_edges(const struct drift_points *ref, struct drift_numbers *out)
{
    size_t n = 0;
    for (int k = 0; k <= DRIFT_BINS; k++) {
        double edge = drift_quantile(ref, (double)k / DRIFT_BINS);
        if (n == 0 || edge > out->edges[n - 1]) out->edges[n++] = edge;
    }
    out->bin_count = n > 1 ? n - 1 : 1;
}

static void draw(const struct drift_points *p, struct drift_numbers *out, int side)
{
    double edges[DRIFT_HISTOGRAM + 1], width = (out->histogram_to - out->histogram_from) / DRIFT_HISTOGRAM;
    for (int k = 0; k <= DRIFT_HISTOGRAM; k++) edges[k] = out->histogram_from + k * width;
    shares(p, edges, DRIFT_HISTOGRAM, out->histogram[side]);
}

static void fill_bins(const struct drift_points *ref, const struct drift_points *cur, struct drift_numbers *out)
{
    const double *a = out->side[0].quantile, *b = out->side[1].quantile;
    find_edges(ref, out);
    shares(ref, out->edges, out->bin_count, out->bins[0]);
    shares(cur, out->edges, out->bin_count, out->bins[1]);
    out->psi = drift_psi(out->bins[0], out->bins[1], out->bin_count);
    out->js = drift_js(out->bins[0], out->bins[1], out->bin_count);
    out->histogram_from = fmin(a[1], b[1]);
    out->histogram_to = fmax(a[5], b[5]);
    draw(ref, out, 0);
    draw(cur, out, 1);
}

/* How far the current rows go beyond the reference, and the chance that so many outermost rows are all of one side. */
static void range_test(const struct drift_points *ref, const struct drift_points *cur, double trust,
                       struct drift_numbers *out)
{
    double below = rows_before(cur, first_from(cur->value, cur->count, ref->value[0], false));
    double above = cur->total - rows_before(cur, first_from(cur->value, cur->count, ref->value[ref->count - 1], true));
    double total = round((ref->total + cur->total) * trust), n = round(cur->total * trust);
    double most = round(fmax(below, above) * trust);
    out->below = below / cur->total;
    out->above = above / cur->total;
    out->range_p = fmin(1, 2 * dist_hypergeometric_from(total, n, most, most));
}

static void summary(const struct drift_points *p, struct drift_side *side)
{
    static const double at[DRIFT_SUMMARY] = { 0, .01, .25, .5, .75, .99, 1 };
    for (int k = 0; k < DRIFT_SUMMARY; k++) side->quantile[k] = drift_quantile(p, at[k]);
}

static double count_distinct(const struct drift_points *p)
{
    double count = p->count > 0;
    for (size_t i = 1; i < p->count; i++) count += p->value[i] != p->value[i - 1];
    return count;
}

static void no_values(struct drift_numbers *out)
{
    out->ks_p = out->smooth_p = out->low_p = out->high_p = out->grid_p = out->range_p = 1;
    out->bin_count = 0;
}

void drift_pair(const struct drift_points *ref, const struct drift_points *cur, double trust, struct drift_numbers *out)
{
    struct drift_walk w;
    summary(ref, &out->side[0]);
    summary(cur, &out->side[1]);
    if (!ref->count || !cur->count) {
        distinct(ref, count_distinct(ref), &out->side[0]);
        distinct(cur, count_distinct(cur), &out->side[1]);
        no_values(out);
        return;
    }
    drift_walk_both(ref, cur, &w);
    distinct(ref, w.distinct[0], &out->side[0]);
    distinct(cur, w.distinct[1], &out->side[1]);
    distances(&w, trust, out);
    smooth_test(&w, trust, out);
    tail_test(&w, &w.low, trust, &out->low_p, &out->low_excess, &out->low_at);
    tail_test(&w, &w.high, trust, &out->high_p, &out->high_excess, &out->high_at);
    grid_test(&w, trust, out);
    range_test(ref, cur, trust, out);
    fill_bins(ref, cur, out);
}
