/* The stages of the model, compiled once for each kernel. A kernel includes this after vectors.h and after it has
 * defined
 *
 *   vi_dot(sum, a, w)    every lane: the sum plus the products of four bytes of w (signed) with those of a (unsigned)
 *   TILE_ROWS            rows that `tile` takes at most
 *   tile(q, inputs, rows, panel, sums)   the sums of `rows` rows with one panel, into int32 [rows][PANEL]
 *
 * Everything here is static: each kernel has its own copy. */
#include <math.h>

#include "engine/encode/kernel.h"

/* e^v for v <= 0, to a thousandth of what a byte can tell; 0 from -20 on. A power of two and a polynomial of degree 4.
 */
ALWAYS vf vf_exp(vf v)
{
    vf t = vf_max(v, vf_of(-20)) * 1.44269504f;
    vi whole = vi_round(t);
    vf f = t - vf_from(whole), p = f * 9.67043e-3f + 5.585e-2f;
    p = p * f + 2.4022651e-1f;
    p = p * f + 6.9313e-1f;
    p = p * f + 1.0f;
    vi power = (whole + 127) << 23;
    return p * (vf)power;
}

/* v * Phi(v). Phi(v) - 1/2 is odd: v times a polynomial in v^2 up to |v| = 3.5, fitted to least maximal error: 2e-5
 * there, 2e-4 of v beyond, where a byte tells 4e-3. */
ALWAYS vf vf_gelu(vf v)
{
    static const float by[] = { 3.2745034e-3f,  -6.7778938e-3f, 1.471451e-2f,  -2.9924996e-2f,
                                5.3530429e-2f,  -9.0345688e-2f, 1.9933614e-1f };
    vf c = vf_min(vf_max(v, vf_of(-3.5f)), vf_of(3.5f)), t = c * c * (2 / 12.25f) - 1.0f, p = vf_of(-1.0176281e-3f);
    ROLL for (size_t i = 0; i < 7; i++) p = p * t + by[i];
    return v * (c * p + 0.5f);
}

static inline const float *floats_at(const struct encode_model *m, uint64_t offset)
{
    return (const float *)(const void *)(m->bytes + offset);
}

/* ---- rounding ---- */

/* n floats into bytes over their range: v = scale * q + low. */
ALWAYS void round_row(const float *v, size_t n, float least, float most, uint8_t *q, float *scale, float *low)
{
    float range = most - least;
    vf by = vf_of(range > 0 ? 255 / range : 0), from = vf_of(least);
    for (size_t i = 0; i < n; i += V) vi_bytes(q + i, vi_round((vf_get(v + i) - from) * by));
    *scale = range / 255;
    *low = least;
}

/* A row of n floats, each multiplied by its `by`, into bytes. */
ALWAYS void round_scaled(const float *x, const float *by, size_t n, uint8_t *q, float *scale, float *low)
{
    _Alignas(FORMAT_ALIGN) float v[DIM];
    vf most = vf_of(-INFINITY), least = most;
    for (size_t i = 0; i < n; i += V) {
        vf t = vf_get(x + i) * vf_get(by + i);
        vf_put(v + i, t);
        most = vf_max(most, t);
        least = vf_max(least, -t);
    }
    round_row(v, n, -vf_most(least), vf_most(most), q, scale, low);
}

static void normalise(const struct encode_model *m, const struct format_norm *n, float *x)
{
    const float *gain = floats_at(m, n->gain), *shift = floats_at(m, n->shift);
    vf sum = vf_of(0), square = vf_of(0);
    for (size_t i = 0; i < DIM; i += V) sum += vf_get(x + i);
    vf mean = vf_of(vf_sum(sum) / DIM);
    for (size_t i = 0; i < DIM; i += V) {
        vf d = vf_get(x + i) - mean;
        square += d * d;
    }
    vf by = vf_of(1 / sqrtf(vf_sum(square) / DIM + 1e-12f));
    for (size_t i = 0; i < DIM; i += V)
        vf_put(x + i, (vf_get(x + i) - mean) * by * vf_get(gain + i) + vf_get(shift + i));
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

ALWAYS void store_lane(const struct store *s, enum store_mode mode, const int32_t *sums, size_t rows, size_t at)
{
    vf by = vf_get(s->weight_scale + at), column = vf_get(s->column + at), bias = vf_get(s->bias + at);
    vf pre = mode == STORE_GELU ? vf_get(s->pre + at) : by;
    for (size_t r = 0; r < rows; r++) {
        vf y = vf_from(vi_get(sums + r * PANEL + at)) * s->scale[r] * by + (column * s->low[r] + bias);
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
static inline size_t share_end(size_t i, size_t shares, size_t rows)
{
    return (i + 1) * rows / shares;
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
            size_t end = share_end(i, tiles, rows);
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

/* ---- attention ----
 *
 * In bytes too. Keys and values are rounded with one scale a dimension, found over the text; that of the keys moves
 * into the query, which is rounded over its range. The weights e^(s - largest s) lie in 0 .. 1; as whole numbers p[j],
 * what a piece sees is sum_j p[j] v[j] / sum_j p[j]. */

enum { QUERIES = 4, KEY_STEP = 2 * V }; /* pieces looked at together, and keys */

/* The largest magnitude of each of DIM columns over the rows of a text, as scales for signed bytes, and their inverse.
 */
static void column_scales(const float *x, size_t n, float *scale, float *inverse)
{
    for (size_t d = 0; d < DIM; d += V) {
        vf most = vf_of(1e-20f);
        for (size_t j = 0; j < n; j++) {
            vf v = vf_get(x + j * 3 * DIM + d);
            most = vf_max(most, vf_max(v, -v));
        }
        vf_put(scale + d, most * (1.0f / 127));
        vf_put(inverse + d, 127.0f / most);
    }
}

/* Keys as [dimension / 4][key][4], so that a vector holds four dimensions of 16 keys. Those past the text are 0. */
static void pack_keys(struct encode_batch *b, const float *k, size_t n, size_t padded, const float *inverse)
{
    vf by0 = vf_get(inverse), by1 = vf_get(inverse + V);
    for (size_t j = 0; j < n; j++) {
        uint8_t row[HEAD_DIM];
        vi_bytes(row, vi_round(vf_get(k + j * 3 * DIM) * by0) & 255);
        vi_bytes(row + V, vi_round(vf_get(k + j * 3 * DIM + V) * by1) & 255);
        ROLL for (size_t d = 0; d < HEAD_DIM / 4; d++) memcpy(b->keys[d][j], row + 4 * d, 4);
    }
    for (size_t d = 0; d < HEAD_DIM / 4; d++) memset(b->keys[d][n], 0, (padded - n) * 4);
    for (size_t j = 0; j < padded; j += V) {
        vi sum = vi_of(0);
        for (size_t d = 0; d < HEAD_DIM / 4; d++) sum = vi_dot(sum, 0x01010101, vi_get(b->keys[d][j]));
        vf_put(b->key_sum + j, vf_from(sum));
        for (size_t i = j; i < j + V; i++) b->key_out[i] = i < n ? 0 : -1e30f;
    }
}

/* Values as [key / 4][dimension][4]. */
static void pack_values(struct encode_batch *b, const float *v, size_t n, const float *inverse)
{
    for (size_t j = 0; j < n; j += 4)
        for (size_t d = 0; d < HEAD_DIM; d += V) {
            vi four = vi_of(0);
            for (size_t k = 0; k < 4 && j + k < n; k++)
                four |= (vi_round(vf_get(v + (j + k) * 3 * DIM + d) * vf_get(inverse + d)) & 255) << (int)(8 * k);
            vi_put(b->values[j / 4][d], four);
        }
}

/* Scores of `rows` queries with every key, before the exponential. */
ALWAYS void score(struct encode_batch *b, size_t rows, size_t padded)
{
    for (size_t j = 0; j < padded; j += KEY_STEP) {
        vi sum[QUERIES][2] = { 0 };
        ROLL for (size_t d = 0; d < HEAD_DIM / 4; d++) {
            vi k0 = vi_get(b->keys[d][j]), k1 = vi_get(b->keys[d][j + V]);
            ROLL for (size_t r = 0; r < rows; r++) {
                int32_t q = four_at(b->query[r] + 4 * d);
                sum[r][0] = vi_dot(sum[r][0], q, k0);
                sum[r][1] = vi_dot(sum[r][1], q, k1);
            }
        }
        vf s0 = vf_get(b->key_sum + j), s1 = vf_get(b->key_sum + j + V);
        vf o0 = vf_get(b->key_out + j), o1 = vf_get(b->key_out + j + V);
        ROLL for (size_t r = 0; r < rows; r++) {
            vf_put(b->scores[r] + j, vf_from(sum[r][0]) * b->query_scale[r] + (s0 * b->query_low[r] + o0));
            vf_put(b->scores[r] + j + V, vf_from(sum[r][1]) * b->query_scale[r] + (s1 * b->query_low[r] + o1));
        }
    }
}

/* Scores into weights of 16 bits, the high bytes apart from the low ones; their sum comes back. Eight bits would lose
 * the many small weights of a long text. */
ALWAYS float soften(const float *s, size_t padded, uint8_t (*to)[BATCH_ROWS])
{
    vf most = vf_max(vf_get(s), vf_get(s + V));
    for (size_t j = KEY_STEP; j < padded; j += V) most = vf_max(most, vf_get(s + j));
    most = vf_of(vf_most(most));
    vi sum = vi_of(0);
    for (size_t j = 0; j < padded; j += V) {
        vi p = vi_round(vf_exp(vf_get(s + j) - most) * 65535.0f);
        vi_bytes(to[0] + j, p >> 8);
        vi_bytes(to[1] + j, p & 255);
        sum += p;
    }
    return (float)vi_sum(sum);
}

/* The mean of the values under the weights. By halves of a head, high and low bytes together. */
ALWAYS void mix(const struct encode_batch *b, size_t rows, size_t n, size_t d, const float *by, vf scale, float *out)
{
    vi high[QUERIES] = { 0 }, low[QUERIES] = { 0 };
    for (size_t j = 0; j < n; j += 4) {
        vi v = vi_get(b->values[j / 4][d]);
        ROLL for (size_t r = 0; r < rows; r++) {
            high[r] = vi_dot(high[r], four_at(b->weights[r][0] + j), v);
            low[r] = vi_dot(low[r], four_at(b->weights[r][1] + j), v);
        }
    }
    ROLL for (size_t r = 0; r < rows; r++)
        vf_put(out + r * 3 * DIM + d, (vf_from(high[r]) * 256.0f + vf_from(low[r])) * by[r] * scale);
}

/* What `rows` pieces see of all, in one head. The result takes the place of their queries. */
ALWAYS void attend_rows(struct encode_batch *b, float *q, size_t rows, size_t n, size_t padded, const float *key_scale,
                        const float *value_scale)
{
    float by[QUERIES];
    ROLL for (size_t r = 0; r < rows; r++)
        round_scaled(q + r * 3 * DIM, key_scale, HEAD_DIM, b->query[r], &b->query_scale[r], &b->query_low[r]);
    score(b, rows, padded);
    ROLL for (size_t r = 0; r < rows; r++) by[r] = 1 / soften(b->scores[r], padded, b->weights[r]);
    ROLL for (size_t d = 0; d < HEAD_DIM; d += V) mix(b, rows, n, d, by, vf_get(value_scale + d), q);
}

static void attend(struct encode_batch *b, size_t from, size_t n)
{
    _Alignas(FORMAT_ALIGN) float key_scale[DIM], key_inverse[DIM], value_scale[DIM], value_inverse[DIM];
    size_t padded = (n + KEY_STEP - 1) / KEY_STEP * KEY_STEP;
    column_scales(b->qkv[from] + DIM, n, key_scale, key_inverse);
    column_scales(b->qkv[from] + (size_t)2 * DIM, n, value_scale, value_inverse);
    for (size_t h = 0; h < DIM; h += HEAD_DIM) {
        float *q = b->qkv[from] + h;
        size_t i = 0;
        pack_keys(b, q + DIM, n, padded, key_inverse + h);
        pack_values(b, q + (size_t)2 * DIM, n, value_inverse + h);
        for (; i + QUERIES <= n; i += QUERIES)
            attend_rows(b, q + i * 3 * DIM, QUERIES, n, padded, key_scale + h, value_scale + h);
        for (; i < n; i++) attend_rows(b, q + i * 3 * DIM, 1, n, padded, key_scale + h, value_scale + h);
    }
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
    struct store to = { .mode = STORE_PLAIN, .out = b->qkv[0], .stride = (size_t)3 * DIM, .scale = b->scale,
                        .low = b->low };
    for (size_t r = 0; r < b->rows; r++)
        round_scaled(b->x[r], floats_at(m, p->pre), DIM, b->q[r], &b->scale[r], &b->low[r]);
    multiply(m, p, b->q[0], b->rows, &to);
    for (size_t t = 0; t < b->texts; t++) attend(b, b->starts[t], b->starts[t + 1] - b->starts[t]);
    p = &l->products[PRODUCT_ATTENTION];
    for (size_t r = 0; r < b->rows; r++)
        round_scaled(b->qkv[r], floats_at(m, p->pre), DIM, b->q[r], &b->scale[r], &b->low[r]);
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
        round_scaled(b->x[from + r], floats_at(m, up->pre), DIM, b->q[r], &scale[r], &low[r]);
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
    if (b->after) b->after(b, 0);
    for (size_t i = 0; i + b->skip < LAYERS; i++) {
        const struct format_layer *l = &m->header->layers[i];
        self_attention(m, b, l);
        for (size_t k = 0, from = 0; k < blocks; k++) {
            size_t end = share_end(k, blocks, b->rows);
            feed_forward(m, b, l, from, end - from);
            from = end;
        }
        if (b->after) b->after(b, i + 1);
    }
}
