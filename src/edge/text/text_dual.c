/* The dual coordinate descent of LIBLINEAR for rows without zeros, in floats that lie in order: some ten times as fast
 * there as its lists of features (Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM, ICML 2008,
 * with its shrinking). Sums run in one order in 16 lanes, so the same data give the same bits on every processor. */
#include <math.h>

#include "base/arena.h"
#include "edge/text/text_linear.h"

enum { LANES = 16, PASSES = 300 };
#define NEAR_ENOUGH 0.1F /* where LIBLINEAR stops by default */

struct dual {
    size_t rows, dims;
    float *x;      /* rows x dims, standardised */
    float *square; /* of each row's length, and 1 for the constant */
    float *mean, *by;
    uint32_t *label, *order;
    double *cost;  /* of an error on a class, against 1 */
    float *alpha, *w; /* w: dims, and the constant */
    uint64_t chance;
};

/* As wide as any processor's; the compiler splits it where they are narrower. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

static float dot(const float *a, const float *b, size_t n)
{
    lanes sum = { 0 };
    float all = 0;
    for (size_t i = 0; i < n; i += LANES) sum += *(const lanes *)(a + i) * *(const lanes *)(b + i);
    for (size_t k = 0; k < LANES; k++) all += sum[k];
    return all;
}

static void add(float *to, const float *x, float by, size_t n)
{
    for (size_t i = 0; i < n; i += LANES) *(lanes *)(to + i) += *(const lanes *)(x + i) * by;
}

/* --- Rows --- */

/* Each part of the vectors is centred and as wide as any other, and the whole 1: middle layers have narrow clouds. */
static void standardise(struct dual *d, size_t part, bool last)
{
    double parts = last ? 1 : (double)(d->dims / part);
    for (size_t i = 0; i < d->rows; i++) add(d->mean, d->x + i * d->dims, 1 / (float)d->rows, d->dims);
    for (size_t i = 0; i < d->rows; i++) add(d->x + i * d->dims, d->mean, -1, d->dims);
    for (size_t from = 0; from < d->dims; from += part) {
        double width = 0;
        for (size_t i = 0; i < d->rows; i++) {
            const float *x = d->x + i * d->dims + from;
            width += (double)dot(x, x, part) / (double)d->rows;
        }
        float by = width > 0 ? (float)(1 / sqrt(width * parts)) : 1;
        if (last && from + part < d->dims) by = 0;
        for (size_t k = 0; k < part; k++) d->by[from + k] = by;
    }
    for (size_t i = 0; i < d->rows; i++) {
        float *x = d->x + i * d->dims;
        for (size_t k = 0; k < d->dims; k++) x[k] *= d->by[k];
        d->square[i] = dot(x, x, d->dims) + 1;
    }
}

static void take_rows(struct dual *d, const float *x, size_t rows, const uint32_t *label, const uint8_t *use,
                      size_t classes)
{
    for (size_t i = 0; i < rows; i++) {
        if ((use && !use[i]) || label[i] >= classes) continue;
        memcpy(d->x + d->rows * d->dims, x + i * d->dims, d->dims * sizeof *d->x);
        d->label[d->rows++] = label[i];
    }
}

static void dual_init(struct dual *d, size_t most, size_t dims, size_t classes)
{
    *d = (struct dual){ .dims = dims };
    d->x = mem_new((most * dims + 1) * sizeof *d->x);
    d->square = mem_new((most + 1) * sizeof *d->square);
    d->mean = mem_new(dims * sizeof *d->mean);
    d->by = mem_new(dims * sizeof *d->by);
    d->label = mem_new((most + 1) * sizeof *d->label);
    d->order = mem_new((most + 1) * sizeof *d->order);
    d->cost = mem_new(classes * sizeof *d->cost);
    d->alpha = mem_new((most + 1) * sizeof *d->alpha);
    d->w = mem_new((dims + 1) * sizeof *d->w);
}

static void dual_done(struct dual *d)
{
    void *const all[] = { d->x, d->square, d->mean, d->by, d->label, d->order, d->cost, d->alpha, d->w };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) mem_free(all[i]);
}

/* --- One class against the rest --- */

static uint32_t draw(struct dual *d, size_t below)
{
    d->chance = d->chance * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)((d->chance >> 33) % below);
}

static void swap(uint32_t *order, size_t a, size_t b)
{
    uint32_t was = order[a];
    order[a] = order[b];
    order[b] = was;
}

static void shuffle(struct dual *d, size_t active)
{
    for (size_t i = active; i-- > 1;) swap(d->order, i, draw(d, i + 1));
}

/* What limits the next pass: rows that lie beyond `shrink` are left out of it. */
struct bounds {
    float most, least, shrink;
};

/* Move one row's alpha to where its slope is 0. False: it is far on the right side and may rest. */
static bool step(struct dual *d, uint32_t i, float sign, float half, struct bounds *b)
{
    const float *x = d->x + i * d->dims;
    float was = d->alpha[i], slope = sign * (dot(x, d->w, d->dims) + d->w[d->dims]) - 1 + was * half;
    if (was <= 0 && slope > b->shrink) return false;
    if (was <= 0) slope = fminf(slope, 0);
    b->most = fmaxf(b->most, slope);
    b->least = fminf(b->least, slope);
    if (fabsf(slope) < 1e-12F) return true;
    d->alpha[i] = fmaxf(was - slope / (d->square[i] + half), 0);
    float by = (d->alpha[i] - was) * sign;
    add(d->w, x, by, d->dims);
    d->w[d->dims] += by;
    return true;
}

static void descend(struct dual *d, uint32_t class, double cost)
{
    float half[2] = { (float)(0.5 / cost), (float)(0.5 / (cost * d->cost[class])) };
    struct bounds b = { .shrink = INFINITY };
    size_t active = d->rows;
    memset(d->alpha, 0, d->rows * sizeof *d->alpha);
    memset(d->w, 0, (d->dims + 1) * sizeof *d->w);
    for (size_t i = 0; i < d->rows; i++) d->order[i] = (uint32_t)i;
    for (size_t pass = 0; pass < PASSES; pass++) {
        b.most = -INFINITY;
        b.least = INFINITY;
        shuffle(d, active);
        for (size_t s = 0; s < active;) {
            bool own = d->label[d->order[s]] == class;
            if (step(d, d->order[s], own ? 1 : -1, half[own], &b)) s++;
            else swap(d->order, s, --active);
        }
        bool settled = b.most - b.least <= NEAR_ENOUGH;
        if (settled && active == d->rows) break;
        if (settled) active = d->rows;
        b.shrink = settled || b.most <= 0 ? INFINITY : b.most;
    }
}

/* Back to vectors as they come. */
static void take_weights(const struct dual *d, uint32_t class, struct text_linear *out)
{
    double constant = (double)d->w[d->dims];
    for (size_t k = 0; k < d->dims; k++) {
        float weight = d->w[k] * d->by[k];
        out->weight[k * out->classes + class] = weight;
        constant -= (double)(weight * d->mean[k]);
    }
    out->weight[d->dims * out->classes + class] = (float)constant;
}

err text_linear_dense(const float *x, size_t dims, size_t rows, const uint32_t *label, const uint8_t *use,
                      size_t classes, const struct text_linear_opts *o, struct text_linear *out)
{
    struct dual d;
    size_t *of = mem_new((classes + 1) * sizeof *of), seen = 0;
    dual_init(&d, rows, dims, classes);
    d.chance = o->seed;
    take_rows(&d, x, rows, label, use, classes);
    for (size_t i = 0; i < d.rows; i++) seen += of[d.label[i]]++ == 0;
    text_linear_costs(of, classes, d.rows, o, d.cost);
    if (seen >= 2) {
        standardise(&d, o->part ? o->part : dims, o->last);
        *out = (struct text_linear){ .classes = classes, .features = dims };
        out->weight = mem_new((dims + 1) * classes * sizeof *out->weight);
    }
    for (size_t c = 0; c < classes && seen >= 2; c++) {
        out->weight[dims * classes + c] = -1; /* never seen */
        if (of[c] == 0) continue;
        descend(&d, (uint32_t)c, o->cost);
        take_weights(&d, (uint32_t)c, out);
    }
    dual_done(&d);
    mem_free(of);
    return seen >= 2 ? OK : err_make(ERR_INPUT, "texts of %zu labels; at least two are needed", seen);
}
