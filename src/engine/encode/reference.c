/* The model in 32-bit floats, one text at a time. Vectors lie across the pieces of the text, so that the inner loops
 * have one length and no order of addition to worry about. */
#include <math.h>

#include "engine/encode/weights.h"

enum { WIDE = REFERENCE_PIECES };
typedef struct reference_row across;

struct run {
    size_t n;
    across *x, *y, *qkv, *inner; /* [DIM], [DIM], [3 * DIM], [INNER] */
    reference_see *see;
    void *ctx;
};

static void multiply(const struct weights_linear *l, const across *x, size_t inputs, across *out, size_t outputs)
{
    for (size_t o = 0; o < outputs; o++) {
        across sum;
        for (size_t t = 0; t < WIDE; t++) sum.v[t] = l->bias[o];
        for (size_t i = 0; i < inputs; i++) {
            float w = l->weight[o * inputs + i];
            for (size_t t = 0; t < WIDE; t++) sum.v[t] += w * x[i].v[t];
        }
        out[o] = sum;
    }
}

static void normalise(across *x, const struct weights_norm *n)
{
    for (size_t t = 0; t < WIDE; t++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < DIM; i++) mean += (double)x[i].v[t] / DIM;
        for (size_t i = 0; i < DIM; i++) square += ((double)x[i].v[t] - mean) * ((double)x[i].v[t] - mean) / DIM;
        double by = 1 / sqrt(square + 1e-12);
        for (size_t i = 0; i < DIM; i++)
            x[i].v[t] = (float)(((double)x[i].v[t] - mean) * by * (double)n->gain[i] + (double)n->shift[i]);
    }
}

static void add(across *x, const across *y)
{
    for (size_t i = 0; i < DIM; i++)
        for (size_t t = 0; t < WIDE; t++) x[i].v[t] += y[i].v[t];
}

/* One head: the weights of each piece for one piece, then the mean of the values. */
static void attend(struct run *r, size_t head, size_t piece)
{
    const across *q = r->qkv + head * HEAD_DIM, *k = q + DIM, *v = k + DIM;
    double weight[WIDE], most = -INFINITY, sum = 0;
    for (size_t t = 0; t < r->n; t++) {
        weight[t] = 0;
        for (size_t i = 0; i < HEAD_DIM; i++) weight[t] += (double)q[i].v[piece] * (double)k[i].v[t];
        weight[t] /= sqrt(HEAD_DIM);
        most = fmax(most, weight[t]);
    }
    for (size_t t = 0; t < r->n; t++) sum += weight[t] = exp(weight[t] - most);
    for (size_t i = 0; i < HEAD_DIM; i++) {
        double mean = 0;
        for (size_t t = 0; t < r->n; t++) mean += weight[t] / sum * (double)v[i].v[t];
        r->y[head * HEAD_DIM + i].v[piece] = (float)mean;
    }
}

static void gelu(across *x)
{
    for (size_t i = 0; i < INNER; i++)
        for (size_t t = 0; t < WIDE; t++) x[i].v[t] = 0.5f * x[i].v[t] * (1 + erff(x[i].v[t] * (float)M_SQRT1_2));
}

static void seen(const struct run *r, size_t layer, enum product which, const across *x)
{
    if (r->see) r->see(r->ctx, layer, which, x, r->n);
}

static void run_layer(struct run *r, const struct weights_layer *l, size_t i)
{
    seen(r, i, PRODUCT_QKV, r->x);
    multiply(&l->query, r->x, DIM, r->qkv, DIM);
    multiply(&l->key, r->x, DIM, r->qkv + DIM, DIM);
    multiply(&l->value, r->x, DIM, r->qkv + 2 * DIM, DIM);
    for (size_t h = 0; h < HEADS; h++)
        for (size_t t = 0; t < r->n; t++) attend(r, h, t);
    seen(r, i, PRODUCT_ATTENTION, r->y);
    multiply(&l->attention, r->y, DIM, r->qkv, DIM);
    add(r->x, r->qkv);
    normalise(r->x, &l->norms[0]);
    seen(r, i, PRODUCT_UP, r->x);
    multiply(&l->up, r->x, DIM, r->inner, INNER);
    gelu(r->inner);
    seen(r, i, PRODUCT_DOWN, r->inner);
    multiply(&l->down, r->inner, INNER, r->qkv, DIM);
    add(r->x, r->qkv);
    normalise(r->x, &l->norms[1]);
}

static void embed(struct run *r, const struct weights *w, const uint16_t *ids)
{
    for (size_t t = 0; t < r->n; t++)
        for (size_t i = 0; i < DIM; i++)
            r->x[i].v[t] = w->words[(size_t)ids[t] * DIM + i] + w->positions[t * DIM + i] + w->types[i];
    normalise(r->x, &w->norm);
}

static void pool(const struct run *r, float *out)
{
    double square = 0;
    for (size_t i = 0; i < DIM; i++) {
        double mean = 0;
        for (size_t t = 0; t < r->n; t++) mean += (double)r->x[i].v[t] / (double)r->n;
        out[i] = (float)mean;
        square += mean * mean;
    }
    for (size_t i = 0; i < DIM; i++) out[i] = (float)((double)out[i] / sqrt(square));
}

err reference_run(const struct weights *w, const uint16_t *ids, size_t n, struct arena *a, reference_see *see,
                  void *ctx, float *out)
{
    struct arena_mark mark = arena_mark(a);
    struct run r = { .n = n, .see = see, .ctx = ctx };
    across *memory = arena_try(a, (2 * DIM + 3 * DIM + INNER) * sizeof *memory);
    if (!memory) return err_make(ERR_LIMIT, "no room for the reference");
    r.x = memory;
    r.y = r.x + DIM;
    r.qkv = r.y + DIM;
    r.inner = r.qkv + (size_t)3 * DIM;
    embed(&r, w, ids);
    for (size_t i = 0; i < LAYERS; i++) run_layer(&r, &w->layers[i], i);
    pool(&r, out);
    arena_rewind(a, mark);
    return OK;
}
