/* The stages of the model, compiled once for each kernel. A kernel includes this after it has defined its vectors:
 *
 *   V                    floats in a vector;  vf, vi: vectors of V floats and of V int32
 *   vf_fma vf_max vf_min a * b + c; the larger, the smaller
 *   vf_bytes(to, v)      V floats, 0 .. 255, rounded to nearest into V bytes
 *   TILE_ROWS            rows that `tile` takes at most
 *   tile(...)            sums of `rows` rows with one panel, into int32 [rows][PANEL]
 *
 * Everything here is static: each kernel has its own copy. */
#include <math.h>

#include "engine/encode/kernel.h"

#define LANES(n) ((n) / (V))
#define ROLL _Pragma("GCC unroll 8")

typedef float vf_at __attribute__((vector_size(V * 4), aligned(4), may_alias));
typedef int32_t vi_at __attribute__((vector_size(V * 4), aligned(4), may_alias));

static inline vf vf_get(const float *p)
{
    return *(const vf_at *)(const void *)p;
}

static inline void vf_put(float *p, vf v)
{
    *(vf_at *)(void *)p = v;
}

static inline vf vf_of(float f)
{
    return (vf){ 0 } + f;
}

static inline float vf_sum(vf v)
{
    float part[V], s = 0;
    memcpy(part, &v, sizeof v);
    for (size_t n = V / 2; n; n /= 2)
        for (size_t i = 0; i < n; i++) part[i] += part[i + n];
    return s + part[0];
}

static inline float vf_most(vf v)
{
    float part[V];
    memcpy(part, &v, sizeof v);
    for (size_t n = V / 2; n; n /= 2)
        for (size_t i = 0; i < n; i++) part[i] = part[i] > part[i + n] ? part[i] : part[i + n];
    return part[0];
}

/* e^v for v <= 0; a power of two and a polynomial (error under 3e-6). */
static inline vf vf_exp(vf v)
{
    const vf bias = vf_of(12582912); /* 1.5 * 2^23: adding it rounds to whole numbers */
    vf t = vf_max(v, vf_of(-80)) * 1.44269504f, whole = (t + bias) - bias, f = t - whole;
    vf p = vf_fma(f, vf_of(1.33336e-3f), vf_of(9.61813e-3f));
    p = vf_fma(p, f, vf_of(5.550411e-2f));
    p = vf_fma(p, f, vf_of(2.402265e-1f));
    p = vf_fma(p, f, vf_of(6.931472e-1f));
    p = vf_fma(p, f, vf_of(1));
    vi power = (__builtin_convertvector(whole, vi) + 127) << 23;
    vf two;
    memcpy(&two, &power, sizeof two);
    return p * two;
}

/* v * Phi(v). Phi(v) - 1/2 is odd: v times a polynomial in v^2 up to |v| = 4, fitted to least maximal error (3e-6). */
static inline vf vf_gelu(vf v)
{
    static const float by[] = { 1.5647992e-3f, -2.8269107e-3f, 5.8995239e-3f, -1.2434918e-2f, 2.2629464e-2f,
                                -3.6882527e-2f, 5.592164e-2f,  -8.4320456e-2f, 1.75950006e-1f };
    vf c = vf_min(vf_max(v, vf_of(-4)), vf_of(4)), t = vf_fma(c * c, vf_of(0.125f), vf_of(-1));
    vf p = vf_of(-5.08709462e-4f);
    ROLL for (size_t i = 0; i < 9; i++) p = vf_fma(p, t, vf_of(by[i]));
    return v * vf_fma(c, p, vf_of(0.5f));
}

static inline const float *floats_at(const struct encode_model *m, uint64_t offset)
{
    return (const float *)(const void *)(m->bytes + offset);
}

/* ---- rounding ---- */

/* n floats into bytes over their range: v = scale * q + low. */
static inline void round_row(const float *v, size_t n, float least, float most, uint8_t *q, float *scale, float *low)
{
    float range = most - least;
    vf by = vf_of(range > 0 ? 255 / range : 0), from = vf_of(least);
    for (size_t i = 0; i < n; i += V) vf_bytes(q + i, (vf_get(v + i) - from) * by);
    *scale = range / 255;
    *low = least;
}

/* A row of DIM, each input taken down by `pre`, into bytes. */
static void round_x(const float *x, const float *pre, uint8_t *q, float *scale, float *low)
{
    _Alignas(FORMAT_ALIGN) float v[DIM];
    vf most = vf_of(-INFINITY), least = most;
    for (size_t i = 0; i < DIM; i += V) {
        vf t = vf_get(x + i) * vf_get(pre + i);
        vf_put(v + i, t);
        most = vf_max(most, t);
        least = vf_max(least, -t);
    }
    round_row(v, DIM, -vf_most(least), vf_most(most), q, scale, low);
}

static void normalise(const struct encode_model *m, const struct format_norm *n, float *x)
{
    const float *gain = floats_at(m, n->gain), *shift = floats_at(m, n->shift);
    vf sum = vf_of(0), square = vf_of(0);
    ROLL for (size_t i = 0; i < DIM; i += V) sum += vf_get(x + i);
    vf mean = vf_of(vf_sum(sum) / DIM);
    ROLL for (size_t i = 0; i < DIM; i += V) {
        vf d = vf_get(x + i) - mean;
        square = vf_fma(d, d, square);
    }
    vf by = vf_of(1 / sqrtf(vf_sum(square) / DIM + 1e-12f));
    ROLL for (size_t i = 0; i < DIM; i += V)
        vf_put(x + i, vf_fma((vf_get(x + i) - mean) * by, vf_get(gain + i), vf_get(shift + i)));
}

/* ---- products ---- */

/* Where the outputs of one panel go, for the rows of one tile. */
enum store_mode { STORE_PLAIN, STORE_ADD, STORE_GELU };

struct store {
    enum store_mode mode;
    const float *weight_scale, *column, *bias; /* of the product, from this panel on */
    const float *pre;                          /* STORE_GELU: of the product that follows */
    const float *scale, *low;                  /* of the rows */
    float *out;                                /* of the first row, from this panel on */
    size_t stride;                             /* floats from row to row */
    float (*most)[V], (*least)[V];             /* STORE_GELU: of each row so far; least is the largest of -v */
};

static inline __attribute__((always_inline)) void store_lane(const struct store *s, enum store_mode mode,
                                                             const int32_t *sums, size_t rows, size_t at)
{
    vf by = vf_get(s->weight_scale + at), column = vf_get(s->column + at), bias = vf_get(s->bias + at);
    vf pre = mode == STORE_GELU ? vf_get(s->pre + at) : by;
    for (size_t r = 0; r < rows; r++) {
        vf sum = __builtin_convertvector(*(const vi_at *)(const void *)(sums + r * PANEL + at), vf);
        vf y = vf_fma(sum * s->scale[r], by, vf_fma(vf_of(s->low[r]), column, bias));
        float *to = s->out + r * s->stride + at;
        if (mode == STORE_ADD) y += vf_get(to);
        if (mode == STORE_GELU) {
            y = vf_gelu(y) * pre;
            vf_put(s->most[r], vf_max(vf_get(s->most[r]), y));
            vf_put(s->least[r], vf_max(vf_get(s->least[r]), -y));
        }
        vf_put(to, y);
    }
}

static void store_tile(const struct store *s, const int32_t *sums, size_t rows)
{
    switch (s->mode) {
    case STORE_PLAIN:
        for (size_t at = 0; at < PANEL; at += V) store_lane(s, STORE_PLAIN, sums, rows, at);
        break;
    case STORE_ADD:
        for (size_t at = 0; at < PANEL; at += V) store_lane(s, STORE_ADD, sums, rows, at);
        break;
    case STORE_GELU:
        for (size_t at = 0; at < PANEL; at += V) store_lane(s, STORE_GELU, sums, rows, at);
        break;
    }
}

/* Rows are dealt evenly to as few tiles as there must be: 20 rows are 5 5 5 5, not 6 6 6 2. */
static inline size_t tile_end(size_t i, size_t tiles, size_t rows)
{
    return (i + 1) * rows / tiles;
}

static void multiply(const struct encode_model *m, const struct format_product *p, const uint8_t *q, size_t rows,
                     const struct store *to)
{
    _Alignas(FORMAT_ALIGN) int32_t sums[TILE_ROWS * PANEL];
    const int8_t *weights = (const int8_t *)m->bytes + p->weights;
    size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t n = 0; n < p->outputs; n += PANEL) {
        struct store s = *to;
        s.weight_scale = floats_at(m, p->weight_scale) + n;
        s.column = floats_at(m, p->column) + n;
        s.bias = floats_at(m, p->bias) + n;
        if (s.pre) s.pre += n;
        for (size_t i = 0, from = 0; i < tiles; i++) {
            size_t end = tile_end(i, tiles, rows);
            tile(q + from * p->inputs, p->inputs, end - from, weights + n * p->inputs, sums);
            s.scale = to->scale + from;
            s.low = to->low + from;
            s.out = to->out + from * to->stride + n;
            if (s.most) s.most = to->most + from, s.least = to->least + from;
            store_tile(&s, sums, end - from);
            from = end;
        }
    }
}

static void product(const uint8_t *q, size_t rows, const int8_t *weights, size_t inputs, size_t outputs, int32_t *out)
{
    _Alignas(FORMAT_ALIGN) int32_t sums[TILE_ROWS * PANEL];
    for (size_t n = 0; n < outputs; n += PANEL)
        for (size_t from = 0; from < rows; from += TILE_ROWS) {
            size_t count = rows - from < TILE_ROWS ? rows - from : TILE_ROWS;
            tile(q + from * inputs, inputs, count, weights + n * inputs, sums);
            for (size_t r = 0; r < count; r++)
                memcpy(out + (from + r) * outputs + n, sums + r * PANEL, PANEL * sizeof *sums);
        }
}

/* ---- attention ---- */

enum { QUERIES = 4, KEY_STEP = 2 * V }; /* pieces looked at together, and keys */

/* Keys of a head as columns, so that a vector holds one dimension of many keys. Those past the text are 0. */
static void turn_keys(struct encode_batch *b, size_t from, size_t n, size_t padded, size_t head)
{
    const float *k = &b->qkv[from][DIM + head * HEAD_DIM];
    for (size_t j = 0; j < n; j++)
        for (size_t d = 0; d < HEAD_DIM; d++) b->keys[d][j] = k[j * 3 * DIM + d];
    for (size_t d = 0; d < HEAD_DIM; d++)
        for (size_t j = n; j < padded; j++) b->keys[d][j] = 0;
}

static inline __attribute__((always_inline)) void score(struct encode_batch *b, const float *q, size_t rows,
                                                        size_t padded)
{
    for (size_t j = 0; j < padded; j += KEY_STEP) {
        vf sum[QUERIES][2] = { 0 };
        for (size_t d = 0; d < HEAD_DIM; d++) {
            vf k0 = vf_get(&b->keys[d][j]), k1 = vf_get(&b->keys[d][j + V]);
            ROLL for (size_t r = 0; r < rows; r++) {
                vf by = vf_of(q[r * 3 * DIM + d]);
                sum[r][0] = vf_fma(by, k0, sum[r][0]);
                sum[r][1] = vf_fma(by, k1, sum[r][1]);
            }
        }
        ROLL for (size_t r = 0; r < rows; r++) {
            vf_put(&b->weights[r][j], sum[r][0]);
            vf_put(&b->weights[r][j + V], sum[r][1]);
        }
    }
}

/* Scores into weights that are not divided by their sum yet; the sum comes back. */
static inline float soften(float *w, size_t n, size_t padded)
{
    for (size_t j = n; j < padded; j++) w[j] = -INFINITY;
    vf most = vf_get(w), sum = vf_of(0);
    for (size_t j = V; j < padded; j += V) most = vf_max(most, vf_get(w + j));
    most = vf_of(vf_most(most));
    for (size_t j = 0; j < padded; j += V) {
        vf e = vf_exp(vf_get(w + j) - most);
        vf_put(w + j, e);
        sum += e;
    }
    for (size_t j = n; j < padded; j++) w[j] = 0;
    return vf_sum(sum);
}

static inline __attribute__((always_inline)) void mix(const struct encode_batch *b, const float *v, size_t n,
                                                      size_t rows, const float *by, float *out)
{
    for (size_t d = 0; d < HEAD_DIM; d += 2 * V) {
        vf sum[QUERIES][2] = { 0 };
        for (size_t j = 0; j < n; j++) {
            vf v0 = vf_get(v + j * 3 * DIM + d), v1 = vf_get(v + j * 3 * DIM + d + V);
            ROLL for (size_t r = 0; r < rows; r++) {
                vf w = vf_of(b->weights[r][j]);
                sum[r][0] = vf_fma(w, v0, sum[r][0]);
                sum[r][1] = vf_fma(w, v1, sum[r][1]);
            }
        }
        ROLL for (size_t r = 0; r < rows; r++) {
            vf_put(out + r * 3 * DIM + d, sum[r][0] * by[r]);
            vf_put(out + r * 3 * DIM + d + V, sum[r][1] * by[r]);
        }
    }
}

/* What a few pieces see of all, in one head. The result takes the place of their queries. */
static inline __attribute__((always_inline)) void attend_rows(struct encode_batch *b, size_t row, size_t rows,
                                                              size_t from, size_t n, size_t padded, size_t head)
{
    float *q = &b->qkv[row][head * HEAD_DIM], by[QUERIES];
    score(b, q, rows, padded);
    for (size_t r = 0; r < rows; r++) by[r] = 1 / soften(b->weights[r], n, padded);
    mix(b, &b->qkv[from][2 * DIM + head * HEAD_DIM], n, rows, by, q);
}

static void attend(struct encode_batch *b, size_t from, size_t n, size_t head)
{
    size_t padded = (n + KEY_STEP - 1) / KEY_STEP * KEY_STEP, i = 0;
    turn_keys(b, from, n, padded, head);
    for (; i + QUERIES <= n; i += QUERIES) attend_rows(b, from + i, QUERIES, from, n, padded, head);
    for (; i < n; i++) attend_rows(b, from + i, 1, from, n, padded, head);
}

/* ---- the model ---- */

static void embed(const struct encode_model *m, struct encode_batch *b)
{
    const struct encode_header *h = m->header;
    const float *scales = floats_at(m, h->word_scale), *positions = floats_at(m, h->positions);
    for (size_t t = 0; t < b->texts; t++)
        for (size_t r = b->starts[t]; r < b->starts[t + 1]; r++) {
            const int8_t *word = (const int8_t *)m->bytes + h->words + (size_t)b->ids[r] * DIM;
            const float *position = positions + (r - b->starts[t]) * DIM;
            float scale = scales[b->ids[r]];
            for (size_t i = 0; i < DIM; i++) b->x[r][i] = (float)word[i] * scale + position[i];
            normalise(m, &h->norm, b->x[r]);
        }
}

static void self_attention(const struct encode_model *m, struct encode_batch *b, const struct format_layer *l)
{
    const struct format_product *p = &l->products[PRODUCT_QKV];
    struct store to = { .mode = STORE_PLAIN, .out = b->qkv[0], .stride = (size_t)3 * DIM };
    for (size_t r = 0; r < b->rows; r++) round_x(b->x[r], floats_at(m, p->pre), b->q[r], &b->scale[r], &b->low[r]);
    to.scale = b->scale;
    to.low = b->low;
    multiply(m, p, b->q[0], b->rows, &to);
    for (size_t t = 0; t < b->texts; t++)
        for (size_t h = 0; h < HEADS; h++) attend(b, b->starts[t], b->starts[t + 1] - b->starts[t], h);
    p = &l->products[PRODUCT_ATTENTION];
    for (size_t r = 0; r < b->rows; r++) round_x(b->qkv[r], floats_at(m, p->pre), b->q[r], &b->scale[r], &b->low[r]);
    to = (struct store){ .mode = STORE_ADD, .out = b->x[0], .stride = DIM, .scale = b->scale, .low = b->low };
    multiply(m, p, b->q[0], b->rows, &to);
    for (size_t r = 0; r < b->rows; r++) normalise(m, &l->norms[0], b->x[r]);
}

static void feed_forward(const struct encode_model *m, struct encode_batch *b, const struct format_layer *l,
                         size_t from, size_t rows)
{
    const struct format_product *up = &l->products[PRODUCT_UP], *down = &l->products[PRODUCT_DOWN];
    _Alignas(FORMAT_ALIGN) float most[BLOCK_ROWS][V], least[BLOCK_ROWS][V];
    float *scale = b->scale + from, *low = b->low + from;
    for (size_t r = 0; r < rows; r++) {
        round_x(b->x[from + r], floats_at(m, up->pre), b->q[r], &scale[r], &low[r]);
        vf_put(most[r], vf_of(-INFINITY));
        vf_put(least[r], vf_of(-INFINITY));
    }
    struct store to = { .mode = STORE_GELU, .pre = floats_at(m, down->pre), .scale = scale, .low = low,
                        .out = b->inner[0], .stride = INNER, .most = most, .least = least };
    multiply(m, up, b->q[0], rows, &to);
    for (size_t r = 0; r < rows; r++)
        round_row(b->inner[r], INNER, -vf_most(vf_get(least[r])), vf_most(vf_get(most[r])), b->inner_q[r], &scale[r],
                  &low[r]);
    to = (struct store){ .mode = STORE_ADD, .scale = scale, .low = low, .out = b->x[from], .stride = DIM };
    multiply(m, down, b->inner_q[0], rows, &to);
    for (size_t r = 0; r < rows; r++) normalise(m, &l->norms[1], b->x[from + r]);
}

static void run(const struct encode_model *m, struct encode_batch *b)
{
    size_t blocks = (b->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    embed(m, b);
    for (size_t i = 0; i < LAYERS; i++) {
        const struct format_layer *l = &m->header->layers[i];
        self_attention(m, b, l);
        for (size_t k = 0, from = 0; k < blocks; k++) {
            size_t end = tile_end(k, blocks, b->rows);
            feed_forward(m, b, l, from, end - from);
            from = end;
        }
    }
}
