#include "engine/detect/drift_pair.h"

#include <math.h>

#include "engine/detect/drift_dist.h"

/* The tails are looked at where the 8, 16, 32, ... lowest (highest) rows of both samples end, up to the larger of 256 rows and a
 * 64th of all, and never past a quarter. */
enum { TAIL_FIRST = 8, TAIL_ROWS = 256, TAIL_PART = 64, TAIL_STEPS = 48 };

struct mark { /* a boundary between values */
    double rows, cur, at;
};

struct tail {
    double need[TAIL_STEPS];
    struct mark mark[TAIL_STEPS];
    int count, next;
};

struct walk {
    double m, n, total;
    double above, below, above_at, below_at; /* extremes of F - G */
    double area;
    double power[2 * DRIFT_MOMENTS], mine[DRIFT_MOMENTS]; /* sums of u^k: of all rows, of the current ones; u: common rank in -1..1 */
    double repeat, repeat2, repeat_cur;                   /* sums of log2 of how many rows share the value */
    struct tail low, high;
};

/* What every step touches. Ranks are taken a class of rows at a time, as if these were ties: of a few thousand classes none is missed. */
struct hot {
    double over_m, over_n;
    double i, j;               /* rows behind us */
    double before, gap;        /* the value before, and F - G after it */
    double above, below, above_at, below_at, area;
    double class_rows, class_at, class_j; /* how many make a class, and where the one at hand began */
    double low_need, high_left;           /* the next marks of the tails */
};

enum { CLASSES = 1 << 14 };

static void tail_init(struct tail *t, double total)
{
    double most = fmin(total / 4, fmax(TAIL_ROWS, total / TAIL_PART));
    for (double need = TAIL_FIRST; need <= most && t->count < TAIL_STEPS; need *= 2) t->need[t->count++] = need;
}

static double next_low(const struct tail *t)
{
    return t->next < t->count ? t->need[t->next] : INFINITY;
}

/* Up to how many rows behind us the next mark of the high tail can wait. */
static double next_high(const struct walk *w)
{
    return w->high.next >= 0 ? w->total - w->high.need[w->high.next] : INFINITY;
}

/* After a value: the rows up to it are one more choice for the low tail. */
static double low_marks(struct walk *w, double rows, double cur, double value)
{
    for (; w->low.next < w->low.count && rows >= w->low.need[w->low.next]; w->low.next++)
        w->low.mark[w->low.next] = (struct mark){ rows, cur, value };
    return next_low(&w->low);
}

/* Before a value is passed: the last boundary with enough rows above it. */
static double high_marks(struct walk *w, double rows, double cur, double passed, double value)
{
    for (; w->high.next >= 0 && w->total - passed < w->high.need[w->high.next]; w->high.next--)
        w->high.mark[w->high.next] = (struct mark){ w->total - rows, w->n - cur, value };
    return next_high(w);
}

static void ranks(struct walk *w, double from, double rows, double cb)
{
    double u = (from + rows / 2) * 2 / w->total - 1, u2 = u * u, u3 = u2 * u, u4 = u2 * u2;
    const double up[2 * DRIFT_MOMENTS] = { u, u2, u3, u4, u4 * u, u3 * u3, u4 * u3, u4 * u4 };
    for (int k = 0; k < 2 * DRIFT_MOMENTS; k++) w->power[k] += rows * up[k];
    for (int k = 0; k < DRIFT_MOMENTS; k++) w->mine[k] += cb * up[k];
}

static void repeats(struct walk *w, double rows, double cb)
{
    double bits = log2(rows);
    w->repeat += rows * bits;
    w->repeat2 += rows * bits * bits;
    w->repeat_cur += cb * bits;
}

/* All rows of one value: ca of the reference, cb of the current sample. */
static inline __attribute__((always_inline)) void step(struct walk *w, struct hot *h, double value, double ca, double cb)
{
    double i = h->i + ca, j = h->j + cb, rows = i + j;
    h->area += fabs(h->gap) * (value - h->before);
    if (rows > h->high_left) h->high_left = high_marks(w, h->i + h->j, h->j, rows, value);
    if (ca + cb > 1) repeats(w, ca + cb, cb);
    h->i = i;
    h->j = j;
    h->before = value;
    h->gap = i * h->over_m - j * h->over_n;
    h->above_at = h->gap > h->above ? value : h->above_at;
    h->above = h->gap > h->above ? h->gap : h->above;
    h->below_at = h->gap < h->below ? value : h->below_at;
    h->below = h->gap < h->below ? h->gap : h->below;
    if (rows >= h->low_need) h->low_need = low_marks(w, rows, j, value);
    if (rows - h->class_at >= h->class_rows) {
        ranks(w, h->class_at, rows - h->class_at, j - h->class_j);
        h->class_at = rows;
        h->class_j = j;
    }
}

static inline double weight_at(const double *weight, size_t i)
{
    return weight ? weight[i] : 1;
}

/* Rows of the run of `value` that begins at *at; *at moves past it. */
static inline __attribute__((always_inline)) double take(const double *v, const double *weight, size_t count, size_t *at, double value)
{
    double rows = 0;
    while (*at < count && v[*at] == value) rows += weight_at(weight, (*at)++);
    return rows;
}

static struct hot hot_init(const struct walk *w, double first)
{
    return (struct hot){
        .over_m = 1 / w->m, .over_n = 1 / w->n, .before = first, .low_need = next_low(&w->low), .high_left = next_high(w),
        .class_rows = floor(w->total / CLASSES),
    };
}

static void hot_done(struct walk *w, const struct hot *h)
{
    if (w->total > h->class_at) ranks(w, h->class_at, w->total - h->class_at, w->n - h->class_j);
    w->above = h->above, w->above_at = h->above_at;
    w->below = h->below, w->below_at = h->below_at;
    w->area = h->area;
}

static inline __attribute__((always_inline)) void walk_both(struct walk *w, const double *a, const double *wa, size_t m, const double *b,
                                                            const double *wb, size_t n)
{
    size_t i = 0, j = 0;
    struct hot h = hot_init(w, a[0] < b[0] ? a[0] : b[0]);
    while (i < m && j < n) {
        size_t from_a = a[i] <= b[j], from_b = b[j] <= a[i];
        const double *next = from_a ? a + i : b + j; /* a choice of addresses is made without a branch, which would be guessed wrong */
        double value = *next, ca = (double)from_a * weight_at(wa, i), cb = (double)from_b * weight_at(wb, j);
        i += from_a;
        j += from_b;
        if (i < m && a[i] == value) ca += take(a, wa, m, &i, value);
        if (j < n && b[j] == value) cb += take(b, wb, n, &j, value);
        step(w, &h, value, ca, cb);
    }
    while (i < m) {
        double value = a[i], ca = take(a, wa, m, &i, value);
        step(w, &h, value, ca, 0);
    }
    while (j < n) {
        double value = b[j], cb = take(b, wb, n, &j, value);
        step(w, &h, value, 0, cb);
    }
    hot_done(w, &h);
}

/* ---- what the sums say ---- */

static double fair_variance(const struct walk *w)
{
    return w->m * w->n / (w->total * (w->total - 1));
}

/* The z-score of a sum of scores over the current sample, when labels are dealt at random. */
static double score_z(const struct walk *w, double sum, double squares, double cur)
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
static double cross(const struct walk *w, int a, int b)
{
    return w->power[a + b + 1] - w->power[a] * w->power[b] / w->total;
}

static void moments_of(const struct walk *w, double deviation[DRIFT_MOMENTS], double cov[DRIFT_MOMENTS][DRIFT_MOMENTS])
{
    for (int p = 0; p < DRIFT_MOMENTS; p++) {
        deviation[p] = 0;
        for (int a = 0; a < DRIFT_MOMENTS; a++) deviation[p] += legendre[p][a] * (w->mine[a] - w->n * w->power[a] / w->total);
        for (int q = 0; q < DRIFT_MOMENTS; q++) {
            cov[p][q] = 0;
            for (int a = 0; a < DRIFT_MOMENTS; a++)
                for (int b = 0; b < DRIFT_MOMENTS; b++) cov[p][q] += legendre[p][a] * legendre[q][b] * cross(w, a, b);
            cov[p][q] *= fair_variance(w);
        }
    }
}

/* deviation' cov^-1 deviation by Cholesky; a direction without variance of its own (heavy ties) is left out. */
static void smooth_test(const struct walk *w, double trust, struct drift_numbers *out)
{
    double y[DRIFT_MOMENTS], c[DRIFT_MOMENTS][DRIFT_MOMENTS];
    bool used[DRIFT_MOMENTS] = { false };
    moments_of(w, y, c);
    for (int p = 0; p < DRIFT_MOMENTS; p++) out->moment[p] = c[p][p] > 1e-12 * w->total ? y[p] / sqrt(c[p][p]) * sqrt(trust) : 0;
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

/* The least p of the marks, for both directions and all marks together; a boundary that several needs share counts once. */
static void tail_test(const struct walk *w, const struct tail *t, double trust, double *p, double *excess, double *at)
{
    double best = 1;
    int tests = 0;
    *excess = *at = 0;
    for (int k = 0; k < t->count; k++) {
        const struct mark *mark = &t->mark[k];
        if (!(mark->rows > 0) || mark->rows >= w->total / 4 || (k && mark->rows == t->mark[k - 1].rows)) continue;
        double total = round(w->total * trust), cur = round(w->n * trust), rows = round(mark->rows * trust), hit = round(mark->cur * trust);
        double one = 2 * fmin(dist_hypergeometric_from(total, cur, rows, hit), dist_hypergeometric_to(total, cur, rows, hit));
        tests++;
        if (one >= best) continue;
        best = one;
        *excess = mark->cur / w->n - (mark->rows - mark->cur) / w->m;
        *at = mark->at;
    }
    *p = fmin(1, best * (tests ? tests : 1));
}

static void grid_test(const struct walk *w, double trust, struct drift_numbers *out)
{
    out->repeats = w->repeat > 0;
    out->grid = w->repeat_cur / w->n - (w->repeat - w->repeat_cur) / w->m;
    out->grid_p = dist_normal_two_sided(score_z(w, w->repeat, w->repeat2, w->repeat_cur) * sqrt(trust));
}

static void distances(const struct walk *w, double trust, struct drift_numbers *out)
{
    double scratch[DIST_KS_SIDE];
    out->ks = fmax(w->above, -w->below);
    out->ks_at = w->above >= -w->below ? w->above_at : w->below_at;
    out->kuiper = w->above - w->below;
    out->wasserstein = w->area;
    out->ks_p = dist_ks(out->ks, w->m * trust, w->n * trust, scratch);
}

/* ---- quantiles and bins ---- */

/* The value of the row with this number, from 0. */
static double row_at(const struct drift_points *p, double row)
{
    if (!p->weight) return p->value[(size_t)fmin(row, (double)(p->count - 1))];
    double behind = 0;
    for (size_t i = 0; i < p->count; i++) {
        behind += p->weight[i];
        if (behind > row) return p->value[i];
    }
    return p->value[p->count - 1];
}

double drift_quantile(const struct drift_points *p, double q)
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

static size_t first_not_below(const struct drift_points *p, double value)
{
    size_t from = 0, to = p->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (p->value[middle] < value) from = middle + 1;
        else to = middle;
    }
    return from;
}

/* The shares of the rows between rising edges: below the first belongs to the first bin, past the last to the last. */
static void shares(const struct drift_points *p, const double *edges, size_t bins, double *out)
{
    size_t at = 0;
    double behind = 0, rows = 0;
    for (size_t k = 0; k < bins; k++) {
        size_t upto = k + 1 == bins ? p->count : first_not_below(p, edges[k + 1]);
        if (!p->weight) rows = (double)upto;
        else
            for (; at < upto; at++) rows += p->weight[at];
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

static void summary(const struct drift_points *p, struct drift_side *side)
{
    static const double at[DRIFT_SUMMARY] = { 0, .01, .25, .5, .75, .99, 1 };
    for (int k = 0; k < DRIFT_SUMMARY; k++) side->quantile[k] = drift_quantile(p, at[k]);
}

static void no_values(struct drift_numbers *out)
{
    out->ks_p = out->smooth_p = out->low_p = out->high_p = out->grid_p = 1;
    out->bin_count = 0;
}

void drift_pair(const struct drift_points *ref, const struct drift_points *cur, double trust, struct drift_numbers *out)
{
    struct walk w = { .m = ref->total, .n = cur->total, .total = ref->total + cur->total };
    summary(ref, &out->side[0]);
    summary(cur, &out->side[1]);
    if (!ref->count || !cur->count) {
        no_values(out);
        return;
    }
    tail_init(&w.low, w.total);
    tail_init(&w.high, w.total);
    w.high.next = w.high.count - 1;
    if (ref->weight || cur->weight) walk_both(&w, ref->value, ref->weight, ref->count, cur->value, cur->weight, cur->count);
    else walk_both(&w, ref->value, NULL, ref->count, cur->value, NULL, cur->count);
    distances(&w, trust, out);
    smooth_test(&w, trust, out);
    tail_test(&w, &w.low, trust, &out->low_p, &out->low_excess, &out->low_at);
    tail_test(&w, &w.high, trust, &out->high_p, &out->high_excess, &out->high_at);
    grid_test(&w, trust, out);
    fill_bins(ref, cur, out);
}
