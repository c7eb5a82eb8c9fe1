#include "edge/text/text_logit.h"

#include <math.h>

#include "base/arena.h"

enum { STEPS = 40 };
#define CONSTANT_RIDGE 1e-3 /* of the constants: only so that there is one best answer */

struct logit {
    size_t rows, inputs, classes, n; /* n: classes x inputs */
    double *x;                       /* standardised, used rows only */
    uint32_t *label;
    double *mean, *spread;
    double ridge;
    double *slope, *curve, *factor, *p;
};

static void standardise(struct logit *l, const float *x, size_t rows, const uint8_t *use)
{
    size_t d = l->inputs, n = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; use[i] && k < d; k++) l->mean[k] += (double)x[i * d + k] / (double)l->rows;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; use[i] && k < d; k++)
            l->spread[k] += pow((double)x[i * d + k] - l->mean[k], 2) / (double)l->rows;
    for (size_t k = 0; k < d; k++) l->spread[k] = sqrt(l->spread[k]) + 1e-6;
    l->mean[d - 1] = 0;
    l->spread[d - 1] = 1;
    for (size_t i = 0; i < rows; i++) {
        if (!use[i]) continue;
        for (size_t k = 0; k < d; k++) l->x[n * d + k] = ((double)x[i * d + k] - l->mean[k]) / l->spread[k];
        n++;
    }
}

static double ridge_of(const struct logit *l, size_t at)
{
    return at % l->inputs == l->inputs - 1 ? CONSTANT_RIDGE : l->ridge;
}

static void softmax(const struct logit *l, const double *w, const double *x)
{
    double most = -INFINITY, all = 0;
    for (size_t c = 0; c < l->classes; c++) {
        l->p[c] = 0;
        for (size_t k = 0; k < l->inputs; k++) l->p[c] += w[c * l->inputs + k] * x[k];
        most = fmax(most, l->p[c]);
    }
    for (size_t c = 0; c < l->classes; c++) all += l->p[c] = exp(l->p[c] - most);
    for (size_t c = 0; c < l->classes; c++) l->p[c] /= all;
}

static void add_curve(struct logit *l, const double *x)
{
    size_t d = l->inputs;
    for (size_t c = 0; c < l->classes; c++)
        for (size_t b = 0; b <= c; b++) {
            double by = l->p[c] * ((c == b) - l->p[b]);
            for (size_t i = 0; i < d; i++)
                for (size_t k = 0; k < d; k++) l->curve[(c * d + i) * l->n + b * d + k] += by * x[i] * x[k];
        }
}

/* The loss; with `all` also its slope and curvature. */
static double look(struct logit *l, const double *w, bool all)
{
    double loss = 0;
    for (size_t i = 0; i < l->n; i++) {
        loss += ridge_of(l, i) / 2 * w[i] * w[i];
        if (!all) continue;
        l->slope[i] = ridge_of(l, i) * w[i];
        for (size_t k = 0; k < l->n; k++) l->curve[i * l->n + k] = i == k ? ridge_of(l, i) : 0;
    }
    for (size_t r = 0; r < l->rows; r++) {
        const double *x = l->x + r * l->inputs;
        softmax(l, w, x);
        loss -= log(fmax(l->p[l->label[r]], 1e-300));
        for (size_t c = 0; all && c < l->classes; c++)
            for (size_t k = 0; k < l->inputs; k++)
                l->slope[c * l->inputs + k] += (l->p[c] - (l->label[r] == c)) * x[k];
        if (all) add_curve(l, x);
    }
    return loss;
}

/* slope := curve^-1 slope, by Cholesky's method; only the lower half of the curvature is read. */
static void solve(struct logit *l)
{
    size_t n = l->n;
    double *f = l->factor, *x = l->slope;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double v = l->curve[i * n + j];
            for (size_t k = 0; k < j; k++) v -= f[i * n + k] * f[j * n + k];
            f[i * n + j] = i == j ? sqrt(fmax(v, 1e-12)) : v / f[j * n + j];
        }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) x[i] -= f[i * n + k] * x[k];
        x[i] /= f[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) x[i] -= f[k * n + i] * x[k];
        x[i] /= f[i * n + i];
    }
}

static void descend(struct logit *l, double *w)
{
    double *next = mem_new(l->n * sizeof *next);
    for (int step = 0; step < STEPS; step++) {
        double share = 1, before = look(l, w, true), after = before;
        solve(l);
        for (; share > 1e-4; share /= 2) {
            for (size_t i = 0; i < l->n; i++) next[i] = w[i] - share * l->slope[i];
            after = look(l, next, false);
            if (after < before) break;
        }
        if (!(after < before)) break;
        memcpy(w, next, l->n * sizeof *w);
        if (before - after < 1e-10 * before) break;
    }
    mem_free(next);
}

/* The weights of the inputs as they were before they were standardised. */
static void give_back(const struct logit *l, const double *w, float *weights)
{
    size_t d = l->inputs;
    for (size_t c = 0; c < l->classes; c++) {
        double constant = w[c * d + d - 1];
        for (size_t k = 0; k + 1 < d; k++) {
            weights[c * d + k] = (float)(w[c * d + k] / l->spread[k]);
            constant -= w[c * d + k] / l->spread[k] * l->mean[k];
        }
        weights[c * d + d - 1] = (float)constant;
    }
}

err text_logit(const float *x, size_t rows, size_t inputs, const uint32_t *label, const uint8_t *use, size_t classes,
               double ridge, float *weights)
{
    struct logit l = { .inputs = inputs, .classes = classes, .n = classes * inputs, .ridge = ridge };
    if (l.n > TEXT_LOGIT_WEIGHTS_MAX) return err_make(ERR_LIMIT, "%zu classes of %zu inputs are too many", classes,
                                                      inputs);
    for (size_t i = 0; i < rows; i++) l.rows += use[i] != 0;
    if (l.rows == 0) return err_make(ERR_INPUT, "there are no texts to learn from");
    l.x = mem_new(l.rows * inputs * sizeof *l.x);
    l.label = mem_new(l.rows * sizeof *l.label);
    l.mean = mem_new(2 * inputs * sizeof *l.mean);
    l.spread = l.mean + inputs;
    l.slope = mem_new((l.n + classes) * sizeof *l.slope);
    l.p = l.slope + l.n;
    l.curve = mem_new(2 * l.n * l.n * sizeof *l.curve);
    l.factor = l.curve + l.n * l.n;
    for (size_t i = 0, n = 0; i < rows; i++)
        if (use[i]) l.label[n++] = label[i];
    standardise(&l, x, rows, use);
    double *w = mem_new(l.n * sizeof *w);
    descend(&l, w);
    give_back(&l, w, weights);
    mem_free(w);
    mem_free(l.x);
    mem_free(l.label);
    mem_free(l.mean);
    mem_free(l.slope);
    mem_free(l.curve);
    return OK;
}
