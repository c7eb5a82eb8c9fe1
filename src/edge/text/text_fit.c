#include "edge/text/text_fit.h"

#include <math.h>
#include <stdlib.h>

#include "engine/detect/logistic.h"

enum { NEWTON_STEPS = 60 };

/* --- Factors --- */

struct slope {
    double loss, by[TEXT_FACTORS], curve[TEXT_FACTORS][TEXT_FACTORS];
};

static const float *row_of(const struct text_held *h, size_t kind, size_t row)
{
    return h->score[kind] + row * h->classes;
}

static void probabilities(const struct text_held *h, size_t kinds, size_t row, const float *factor, float *p)
{
    const float *score[TEXT_FACTORS] = { 0 };
    for (size_t k = 0; k < kinds; k++) score[k] = row_of(h, k, row);
    text_softmax(score, factor, kinds, h->classes, p);
}

/* Loss of a row, its slope and curvature: expectations and covariances of the scores under the probabilities. */
static void add_slope(const struct text_held *h, size_t kinds, size_t row, const float *p, struct slope *s)
{
    double mean[TEXT_FACTORS] = { 0 };
    uint32_t y = h->label[row];
    s->loss -= log(fmax((double)p[y], 1e-30));
    for (size_t c = 0; c < h->classes; c++)
        for (size_t k = 0; k < kinds; k++) mean[k] += (double)p[c] * (double)row_of(h, k, row)[c];
    for (size_t k = 0; k < kinds; k++) s->by[k] += mean[k] - (double)row_of(h, k, row)[y];
    for (size_t c = 0; c < h->classes; c++)
        for (size_t k = 0; k < kinds; k++)
            for (size_t j = 0; j <= k; j++)
                s->curve[k][j] += (double)p[c] * ((double)row_of(h, k, row)[c] - mean[k]) *
                                  ((double)row_of(h, j, row)[c] - mean[j]);
}

static struct slope slope_at(const struct text_held *h, size_t kinds, const float *factor, float *p)
{
    struct slope s = { 0 };
    for (size_t i = 0; i < h->rows; i++) {
        if (h->label[i] >= h->classes) continue;
        probabilities(h, kinds, i, factor, p);
        add_slope(h, kinds, i, p, &s);
    }
    for (size_t k = 0; k < kinds; k++) s.curve[k][k] += 1e-6 * (double)h->rows;
    return s;
}

/* Solve curve x = by by Cholesky's method; the curvature is positive. */
static void solve(const struct slope *s, size_t n, double *x)
{
    double l[TEXT_FACTORS][TEXT_FACTORS];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double v = s->curve[i][j];
            for (size_t k = 0; k < j; k++) v -= l[i][k] * l[j][k];
            l[i][j] = i == j ? sqrt(fmax(v, 1e-12)) : v / l[j][j];
        }
    for (size_t i = 0; i < n; i++) {
        x[i] = s->by[i];
        for (size_t k = 0; k < i; k++) x[i] -= l[i][k] * x[k];
        x[i] /= l[i][i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) x[i] -= l[k][i] * x[k];
        x[i] /= l[i][i];
    }
}

void text_fit_factors(const struct text_held *h, size_t kinds, float factor[TEXT_FACTORS])
{
    float *p = mem_new(h->classes * sizeof *p);
    for (size_t k = 0; k < TEXT_FACTORS; k++) factor[k] = k < kinds ? 1 : 0;
    struct slope s = slope_at(h, kinds, factor, p);
    for (int step = 0; step < NEWTON_STEPS; step++) {
        double move[TEXT_FACTORS], share = 1, least = s.loss;
        float next[TEXT_FACTORS] = { 0 };
        solve(&s, kinds, move);
        for (; share > 1e-4; share /= 2) {
            for (size_t k = 0; k < kinds; k++) next[k] = fmaxf(0, factor[k] - (float)(share * move[k]));
            struct slope there = slope_at(h, kinds, next, p);
            if (there.loss >= s.loss) continue;
            s = there;
            break;
        }
        if (share <= 1e-4) break;
        memcpy(factor, next, sizeof next);
        if (least - s.loss < 1e-7 * least) break;
    }
    mem_free(p);
}

/* --- Prediction sets --- */

static int by_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

void text_fit_sets(const struct text_held *h, size_t kinds, struct text_scale *s)
{
    float *miss = mem_new((h->rows + 1) * sizeof *miss), *p = mem_new(h->classes * sizeof *p);
    size_t n = 0;
    for (size_t i = 0; i < h->rows; i++) {
        if (h->label[i] >= h->classes) continue;
        probabilities(h, kinds, i, s->factor, p);
        miss[n++] = 1 - p[h->label[i]];
    }
    qsort(miss, n, sizeof *miss, by_float);
    for (size_t l = 0; l < TEXT_LEVELS; l++) {
        size_t at = (size_t)ceil(text_levels[l] * (double)(n + 1));
        s->miss[l] = at <= n && n ? miss[at - 1] : 1;
    }
    mem_free(miss);
    mem_free(p);
}

/* --- Quality --- */

struct sure {
    float p;
    bool right;
};

static int by_surety(const void *a, const void *b)
{
    const struct sure *x = a, *y = b;
    return x->p < y->p ? -1 : x->p > y->p;
}

static double f1_of(const uint32_t *hit, const uint32_t *said, const uint32_t *is, size_t classes)
{
    double sum = 0;
    size_t n = 0;
    for (size_t c = 0; c < classes; c++) {
        if (said[c] + is[c] == 0) continue;
        sum += 2.0 * hit[c] / (said[c] + is[c]);
        n++;
    }
    return n ? sum / (double)n : 0;
}

static void calibration(struct sure *v, size_t n, struct text_quality *q)
{
    enum { BINS = 15 };
    qsort(v, n, sizeof *v, by_surety);
    for (size_t b = 0; b < BINS; b++) {
        double gap = 0;
        for (size_t i = b * n / BINS; i < (b + 1) * n / BINS; i++) gap += (double)v[i].p - v[i].right;
        q->ece += fabs(gap) / (double)n;
    }
    size_t from = n / 10;
    for (size_t i = from; i < n; i++) q->sure += v[i].right;
    q->sure /= (double)(n - from);
}

static void count_sets(const float *p, uint32_t label, size_t best, size_t classes, const struct text_scale *s,
                       struct text_quality *q)
{
    for (size_t l = 0; l < TEXT_LEVELS; l++) {
        float least = 1 - s->miss[l];
        q->covered[l] += label == best || p[label] >= least;
        for (size_t c = 0; c < classes; c++) q->set_size[l] += c == best || p[c] >= least;
    }
}

struct text_quality text_quality_of(const float *p, const uint32_t *label, size_t rows, size_t classes,
                                    const struct text_scale *s)
{
    struct text_quality q = { 0 };
    uint32_t *count = mem_new(3 * classes * sizeof *count), *said = count + classes, *is = said + classes;
    struct sure *sure = mem_new((rows + 1) * sizeof *sure);
    for (size_t i = 0; i < rows; i++) {
        const float *row = p + i * classes;
        size_t best = 0;
        if (label[i] >= classes) continue;
        for (size_t c = 1; c < classes; c++)
            if (row[c] > row[best]) best = c;
        sure[q.rows++] = (struct sure){ row[best], best == label[i] };
        count[best] += best == label[i];
        said[best]++;
        is[label[i]]++;
        q.accuracy += best == label[i];
        q.log_loss -= log(fmax((double)row[label[i]], 1e-12));
        count_sets(row, label[i], best, classes, s, &q);
    }
    if (q.rows) {
        double n = (double)q.rows;
        q.accuracy /= n;
        q.log_loss /= n;
        q.macro_f1 = f1_of(count, said, is, classes);
        calibration(sure, q.rows, &q);
        for (size_t l = 0; l < TEXT_LEVELS; l++) q.covered[l] /= n, q.set_size[l] /= n;
    }
    mem_free(count);
    mem_free(sure);
    return q;
}

struct text_quality text_fit_quality(const struct text_held *h, size_t kinds, const struct text_scale *s)
{
    float *p = mem_new((h->rows * h->classes + 1) * sizeof *p);
    for (size_t i = 0; i < h->rows; i++) probabilities(h, kinds, i, s->factor, p + i * h->classes);
    struct text_quality q = text_quality_of(p, h->label, h->rows, h->classes, s);
    mem_free(p);
    return q;
}

/* --- Outside --- */

struct spread {
    double mean[TEXT_OUTSIDE_TERMS], deviation[TEXT_OUTSIDE_TERMS];
};

static struct spread spread_of(const struct text_held *h, size_t terms)
{
    struct spread s = { 0 };
    double n = 0;
    for (size_t i = 0; i < h->rows; i++) n += h->label[i] < h->classes;
    for (size_t t = 0; t < terms; t++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < h->rows; i++) {
            double x = (double)h->term[i * TEXT_OUTSIDE_TERMS + t];
            if (h->label[i] >= h->classes) continue;
            sum += x;
            squares += x * x;
        }
        s.mean[t] = sum / fmax(n, 1);
        s.deviation[t] = sqrt(fmax(squares / fmax(n, 1) - s.mean[t] * s.mean[t], 1e-12));
    }
    return s;
}

/* Rows of standardised terms for the logistic: held-back texts first, then those outside. */
static err learn_odds(const struct text_held *h, size_t terms, const float *outside, size_t count,
                      const struct spread *s, double *weight)
{
    size_t rows = h->rows + count;
    uint32_t *start = mem_new((rows + 1) * sizeof *start), *index = mem_new(rows * terms * sizeof *index);
    float *value = mem_new(rows * terms * sizeof *value);
    unsigned char *label = mem_new(rows), *use = mem_new(rows);
    for (size_t i = 0; i < rows; i++) {
        const float *from =
            i < h->rows ? h->term + i * TEXT_OUTSIDE_TERMS : outside + (i - h->rows) * TEXT_OUTSIDE_TERMS;
        label[i] = i >= h->rows;
        use[i] = label[i] || h->label[i] < h->classes;
        start[i + 1] = (uint32_t)((i + 1) * terms);
        for (size_t t = 0; t < terms; t++) {
            index[i * terms + t] = (uint32_t)t;
            value[i * terms + t] = (float)(((double)from[t] - s->mean[t]) / s->deviation[t]);
        }
    }
    struct sparse x = { start, index, value, (uint32_t)rows, (uint32_t)terms };
    struct arena a = arena_init((size_t)1 << 30);
    err e = logistic_train(&x, label, use, 1, &a, weight);
    arena_done(&a);
    mem_free(start);
    mem_free(index);
    mem_free(value);
    mem_free(label);
    mem_free(use);
    return e;
}

static float odds_of(const struct text_scale *s, const float *term, size_t terms)
{
    float odds = s->outside[TEXT_OUTSIDE_TERMS];
    for (size_t t = 0; t < terms; t++) odds += s->outside[t] * term[t];
    return odds;
}

static void set_threshold(const struct text_held *h, size_t terms, double refused, struct text_scale *s)
{
    float *odds = mem_new((h->rows + 1) * sizeof *odds);
    size_t n = 0;
    for (size_t i = 0; i < h->rows; i++)
        if (h->label[i] < h->classes) odds[n++] = odds_of(s, h->term + i * TEXT_OUTSIDE_TERMS, terms);
    qsort(odds, n, sizeof *odds, by_float);
    size_t at = (size_t)((1 - refused) * (double)n);
    s->threshold = refused > 0 && at < n ? odds[at] : INFINITY;
    mem_free(odds);
}

err text_fit_outside(const struct text_held *h, size_t terms, const float *outside, size_t count, double refused,
                     struct text_scale *s)
{
    struct spread spread = spread_of(h, terms);
    double weight[TEXT_OUTSIDE_TERMS + 1] = { 0 };
    err e = OK;
    if (count) e = learn_odds(h, terms, outside, count, &spread, weight);
    else
        for (size_t t = 0; t < terms; t++) weight[t] = -1 / (double)terms;
    if (e.code) return e;
    memset(s->outside, 0, sizeof s->outside);
    double constant = weight[terms];
    for (size_t t = 0; t < terms; t++) {
        s->outside[t] = (float)(weight[t] / spread.deviation[t]);
        constant -= weight[t] / spread.deviation[t] * spread.mean[t];
    }
    s->outside[TEXT_OUTSIDE_TERMS] = (float)constant;
    set_threshold(h, terms, refused, s);
    return OK;
}
