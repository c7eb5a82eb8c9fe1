#include "engine/knowledge/vectors.h"

#include <assert.h>
#include <math.h>

#include "engine/knowledge/vector_kernels.h"

void vector_pack(const float *v, size_t dim, int8_t *out, float *scale, int32_t *sum)
{
    float most = 0;
    bool number = true;
    for (size_t i = 0; i < dim; i++) {
        float m = fabsf(v[i]);
        if (!(m <= 3e38F)) number = false;
        else if (m > most) most = m;
    }
    memset(out, 0, vector_stride(dim));
    *scale = number ? most / 127 : 0;
    *sum = 0;
    if (!(*scale > 0)) return;
    for (size_t i = 0; i < dim; i++) {
        float q = rintf(v[i] / *scale);
        out[i] = (int8_t)(q > 127 ? 127 : q < -127 ? -127 : q);
        *sum += out[i];
    }
}

/* ---- the best of many ---- */

static bool worse(struct vector_hit l, struct vector_hit r)
{
    return l.cosine < r.cosine || (!(l.cosine > r.cosine) && l.row > r.row);
}

static void sink(struct vector_hit *h, size_t n, size_t i)
{
    struct vector_hit moving = h[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && worse(h[child + 1], h[child])) child++;
        if (!worse(h[child], moving)) break;
        h[i] = h[child];
    }
    h[i] = moving;
}

static void rise(struct vector_hit *h, size_t i)
{
    struct vector_hit moving = h[i];
    for (; i > 0 && worse(moving, h[(i - 1) / 2]); i = (i - 1) / 2) h[i] = h[(i - 1) / 2];
    h[i] = moving;
}

void vector_best_add(struct vector_best *b, uint32_t row, float cosine)
{
    struct vector_hit hit = { row, cosine };
    if (b->n < b->k) {
        b->hits[b->n] = hit;
        rise(b->hits, b->n++);
    } else if (b->k && worse(b->hits[0], hit)) {
        b->hits[0] = hit;
        sink(b->hits, b->n, 0);
    }
}

void vector_best_sort(struct vector_best *b)
{
    for (size_t left = b->n; left > 1; left--) {
        struct vector_hit last = b->hits[0];
        b->hits[0] = b->hits[left - 1];
        b->hits[left - 1] = last;
        sink(b->hits, left - 1, 0);
    }
}

/* ---- scanning ---- */

enum { BLOCK = 128 }; /* rows whose dots are taken in one go: their sums stay in the first cache */

static void take_block(const struct vectors *v, size_t from, size_t n, const int32_t *dots, float scale,
                       struct vector_best *best)
{
    for (size_t i = 0; i < n; i++) {
        float cosine = (float)dots[i] * v->scales[from + i] * scale;
        if (v->scales[from + i] > 0 && vector_best_takes(best, cosine))
            vector_best_add(best, (uint32_t)(from + i), cosine);
    }
}

void vectors_scan(const struct vectors *v, enum vector_kernel kernel, const int8_t *queries, const float *scales,
                  size_t n, size_t k, struct vector_hit *out, size_t *found)
{
    int32_t dots[VECTOR_BATCH][BLOCK];
    struct vector_best best[VECTOR_BATCH];
    assert(n <= VECTOR_BATCH && v->dim <= VECTOR_DIM_MAX);
    for (size_t q = 0; q < n; q++) found[q] = 0;
    if (!k) return;
    for (size_t q = 0; q < n; q++) best[q] = (struct vector_best){ .hits = out + q * k, .k = k };
    for (size_t from = 0; from < v->count; from += BLOCK) {
        size_t rows = v->count - from < BLOCK ? v->count - from : BLOCK;
        const int8_t *at = v->rows + from * v->stride;
        for (size_t r = 0; r < rows; r++, at += v->stride) {
            int32_t one[VECTOR_BATCH];
            vector_kernels[kernel].dots(queries, n, at, v->sums[from + r], v->stride, one);
            for (size_t q = 0; q < n; q++) dots[q][r] = one[q];
        }
        for (size_t q = 0; q < n; q++)
            if (scales[q] > 0) take_block(v, from, rows, dots[q], scales[q], &best[q]);
    }
    for (size_t q = 0; q < n; q++) {
        vector_best_sort(&best[q]);
        found[q] = best[q].n;
    }
}

size_t vectors_scan_where(const struct vectors *v, enum vector_kernel kernel, struct packed query, vector_may_fn *may,
                          const void *ctx, size_t k, struct vector_hit *out)
{
    struct vector_best best = { .hits = out, .k = k };
    if (!k || !(query.scale > 0)) return 0;
    for (size_t r = 0; r < v->count; r++) {
        int32_t dot;
        vector_kernels[kernel].dots(query.bytes, 1, v->rows + r * v->stride, v->sums[r], v->stride, &dot);
        float cosine = (float)dot * v->scales[r] * query.scale;
        if (v->scales[r] > 0 && vector_best_takes(&best, cosine) && may(ctx, (uint32_t)r))
            vector_best_add(&best, (uint32_t)r, cosine);
    }
    vector_best_sort(&best);
    return best.n;
}

int32_t vector_dot(enum vector_kernel k, const int8_t *a, int32_t sum_a, const int8_t *b, size_t stride)
{
    int32_t dot = 0;
    vector_kernels[k].dots(b, 1, a, sum_a, stride, &dot);
    return dot;
}
