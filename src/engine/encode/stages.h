/* The stages of the model, compiled once for each kernel. A kernel includes this after vectors.h and after it has
 * defined
 *
 *   vi_dot(sum, a, w)    every lane: the sum plus the products of four bytes of w (signed) with those of a (unsigned)
 *   vi_dot_pairs(sum, a, w)   the same of two signed 16-bit numbers a lane
 *   LANES                vectors that are finished side by side, 1, 2 or 4: as many as registers allow
 *   QUERIES              pieces whose attention is computed together, at most 4
 *   TILE_ROWS            rows that `tile` takes at most
 *   tile(q, inputs, rows, panel, ahead, sums)   the sums of `rows` rows with one panel, into int32 [rows][PANEL];
 *                        `ahead` is a quarter of a panel that is wanted soon: a kernel may fetch it into the cache
 *
 * Everything here is static: each kernel has its own copy. */
#include <math.h>

#include "engine/encode/kernel.h"

/* 32767 * 2^v for v <= 0, to a ten-thousandth; less than a half, so 0 as a whole number, from -17 on. A power of two
 * and a polynomial fitted to least maximal error. Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low
 * bits. */
ALWAYS vf vf_power(vf v)
{
    const float magic = 12582912.0f;
    vf t = vf_max(v, vf_of(-20)), r = t + magic, f = t - (r - magic);
    vf p = f * (5.5008932e-2f * 32767) + 2.42210975e-1f * 32767;
    p = p * f + 6.93282929e-1f * 32767;
    p = p * f + 32767.0f;
    return (vf)((vu)p + ((vu)r << 23));
}

/* v * Phi(v), of several vectors side by side: a step of one fills the wait for another. Phi(v) - 1/2 is odd: v times a
 * polynomial in v^2 up to |v| = 3.25, fitted to least maximal error of the product: 1.3e-4 there, 6e-4 of v beyond,
 * where a byte tells 4e-3. */
ALWAYS void vf_gelu(vf *v, size_t n)
{
    static const float by[] = { 4.1895946e-5f, -7.9695798e-4f, 8.814942e-3f, -6.4829317e-2f, 3.9813049e-1f };
    vf c[LANES], square[LANES], p[LANES];
    ROLL for (size_t k = 0; k < n; k++) c[k] = vf_min(vf_max(v[k], vf_of(-3.25f)), vf_of(3.25f));
    ROLL for (size_t k = 0; k < n; k++) square[k] = c[k] * c[k], p[k] = vf_of(-9.5454144e-7f);
    ROLL for (size_t i = 0; i < 5; i++)
        ROLL for (size_t k = 0; k < n; k++) p[k] = p[k] * square[k] + by[i];
    ROLL for (size_t k = 0; k < n; k++) v[k] *= c[k] * p[k] + 0.5f;
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
    vf most = vf_of(-INFINITY), least = -most;
    for (size_t i = 0; i < n; i += V) {
        vf t = vf_get(x + i) * vf_get(by + i);
        vf_put(v + i, t);
        most = vf_max(most, t);
        least = vf_min(least, t);
    }
    round_row(v, n, -vf_most(-least), vf_most(most), q, scale, low);
}

enum { SUMS = 64 }; /* a row is added up in so many sums side by side, whatever the vectors are */

/* Quarters first, then halves onto halves: the order is the same for every V. */
ALWAYS float sum_all(const vf *sum)
{
    enum { QUARTER = SUMS / 4 / V };
    vf t[QUARTER];
    ROLL for (size_t i = 0; i < QUARTER; i++)
        t[i] = (sum[i] + sum[QUARTER + i]) + (sum[2 * QUARTER + i] + sum[3 * QUARTER + i]);
    ROLL for (size_t n = QUARTER / 2; n; n /= 2)
        ROLL for (size_t i = 0; i < n; i++) t[i] += t[i + n];
    return vf_sum(t[0]);
}

static void normalise(const struct encode_model *m, const struct format_norm *n, float *x)
{
    const float *gain = floats_at(m, n->gain), *shift = floats_at(m, n->shift);
    vf sum[SUMS / V] = { 0 }, square[SUMS / V] = { 0 };
    for (size_t i = 0; i < DIM; i += SUMS)
        ROLL_ALL for (size_t k = 0; k < SUMS / V; k++) sum[k] += vf_get(x + i + k * V);
    vf mean = vf_of(sum_all(sum) / DIM);
    for (size_t i = 0; i < DIM; i += SUMS)
        ROLL_ALL for (size_t k = 0; k < SUMS / V; k++) {
            vf d = vf_get(x + i + k * V) - mean;
            square[k] += d * d;
        }
    vf by = vf_of(1 / sqrtf(sum_all(square) / DIM + 1e-12f));
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
    float (*most)[V], (*least)[V];             /* STORE_GELU: of each row so far */
};

/* One row of a panel, LANES vectors at a time. Loops are unrolled: rows of a tile are few, and a short loop for each
 * vector would cost a wrongly predicted end each. */
ALWAYS void store_row(const struct store *s, enum store_mode mode, const int32_t *sums, size_t r)
{
    vf scale = vf_of(s->scale[r]), low = vf_of(s->low[r]), most = scale, least = scale;
    float *to = s->out + r * s->stride;
    if (mode == STORE_GELU) most = vf_get(s->most[r]), least = vf_get(s->least[r]);
    ROLL for (size_t n = 0; n < PANEL; n += LANES * V) {
        vf y[LANES];
        ROLL for (size_t k = 0; k < LANES; k++) {
            size_t at = n + k * V;
            y[k] = vf_from(vi_get(sums + r * PANEL + at)) * scale * vf_get(s->weight_scale + at) +
                   (vf_get(s->column + at) * low + vf_get(s->bias + at));
            if (mode == STORE_ADD) y[k] += vf_get(to + at);
        }
        if (mode == STORE_GELU) vf_gelu(y, LANES);
        ROLL for (size_t k = 0; k < LANES; k++) {
            if (mode == STORE_GELU) {
                y[k] *= vf_get(s->pre + n + k * V);
                most = vf_max(most, y[k]);
                least = vf_min(least, y[k]);
            }
            vf_put(to + n + k * V, y[k]);
        }
    }
    if (mode == STORE_GELU) vf_put(s->most[r], most), vf_put(s->least[r], least);
}

static void store_tile(const struct store *s, const int32_t *sums, size_t rows)
{
    switch (s->mode) {
    case STORE_PLAIN:
        for (size_t r = 0; r < rows; r++) store_row(s, STORE_PLAIN, sums, r);
        break;
    case STORE_ADD:
        for (size_t r = 0; r < rows; r++) store_row(s, STORE_ADD, sums, r);
        break;
    case STORE_GELU:
        for (size_t r = 0; r < rows; r++) store_row(s, STORE_GELU, sums, r);
        break;
    }
}

/* Rows are dealt evenly to as few tiles as there must be: 20 rows are 5 5 5 5, not 6 6 6 2. */
static inline size_t share_end(size_t i, size_t shares, size_t rows)
{
    return (i + 1) * rows / shares;
}

/* then    the product that is next: its weights are fetched while the last ones of this are at work. Those of all
 *         layers are more than the cache holds. */
static void multiply(const struct encode_model *m, const struct format_product *p, const struct format_product *then,
                     const uint8_t *q, size_t rows, const struct store *to)
{
    _Alignas(FORMAT_ALIGN) int32_t sums[TILE_ROWS * PANEL];
    const int8_t *panel = (const int8_t *)m->bytes + p->weights;
    size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t n = 0; n < p->outputs; n += PANEL) {
        const int8_t *next = panel + p->inputs * PANEL;
        if (n + PANEL == p->outputs) next = (const int8_t *)m->bytes + then->weights;
        struct store s = *to;
        s.weight_scale = floats_at(m, p->weight_scale) + n;
        s.column = floats_at(m, p->column) + n;
        s.bias = floats_at(m, p->bias) + n;
        if (s.pre) s.pre += n;
        for (size_t i = 0, from = 0; i < tiles; i++) {
            size_t end = share_end(i, tiles, rows);
            tile(q + from * p->inputs, p->inputs, end - from, panel, next + i % 4 * p->inputs * (PANEL / 4), sums);
            s.scale = to->scale + from;
            s.low = to->low + from;
            s.out = to->out + from * to->stride + n;
            if (s.most) s.most = to->most + from, s.least = to->least + from;
            store_tile(&s, sums, end - from);
            from = end;
        }
        panel = next;
    }
}

static void product(const uint8_t *q, size_t rows, const int8_t *weights, size_t inputs, size_t outputs, int32_t *out)
{
    _Alignas(FORMAT_ALIGN) int32_t sums[TILE_ROWS * PANEL];
    for (size_t n = 0; n < outputs; n += PANEL)
        for (size_t from = 0; from < rows; from += TILE_ROWS) {
            size_t count = rows - from < TILE_ROWS ? rows - from : TILE_ROWS;
            tile(q + from * inputs, inputs, count, weights + n * inputs, weights, sums);
            for (size_t r = 0; r < count; r++)
                memcpy(out + (from + r) * outputs + n, sums + r * PANEL, PANEL * sizeof *sums);
        }
}

/* ---- attention ----
 *
 * Queries and keys in bytes, weights and values in 16 bits. Keys and values are rounded with one scale a dimension,
 * found over the text; that of the keys moves into the query, which is rounded over its range. The weights 2^(s -
 * largest s) lie in 0 .. 1; as whole numbers p[j], what a piece sees is sum_j p[j] v[j] / sum_j p[j]. */

enum { KEY_STEP = 2 * V }; /* keys looked at together */

/* The largest magnitude of each of DIM columns over the rows of a text, as scales for signed bytes times `by`, and the
 * inverse for rounding. */
static void column_scales(const float *x, size_t n, float by, float *scale, float *inverse)
{
    for (size_t d = 0; d < DIM; d += 4 * V) {
        vf most[4];
        ROLL for (size_t k = 0; k < 4; k++) most[k] = vf_of(1e-20f);
        for (size_t j = 0; j < n; j++)
            ROLL for (size_t k = 0; k < 4; k++) {
                vf v = vf_get(x + j * 3 * DIM + d + k * V);
                most[k] = vf_max(most[k], vf_max(v, -v));
            }
        for (size_t k = 0; k < 4; k++) {
            vf_put(scale + d + k * V, most[k] * (by / 127));
            vf_put(inverse + d + k * V, 127.0f / most[k]);
        }
    }
}

/* Keys as [dimension / 4][key][4], so that a vector holds four dimensions of 16 keys. Those past the text are 0. */
static void pack_keys(struct encode_batch *b, const float *k, size_t n, size_t padded, const float *inverse)
{
    for (size_t j = 0; j < n; j++) {
        uint8_t row[HEAD_DIM];
        ROLL for (size_t d = 0; d < HEAD_DIM; d += V)
            vi_bytes(row + d, vi_round(vf_get(k + j * 3 * DIM + d) * vf_get(inverse + d)) & 255);
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

/* Values as [key / 2][dimension][2]. */
static void pack_values(struct encode_batch *b, const float *v, size_t n, const float *inverse)
{
    for (size_t d = 0; d < HEAD_DIM; d += V) {
        vf by = vf_get(inverse + d);
        for (size_t j = 0; j < n; j += 2) {
            vi one = vi_round(vf_get(v + j * 3 * DIM + d) * by), two = vi_of(0);
            if (j + 1 < n) two = vi_round(vf_get(v + (j + 1) * 3 * DIM + d) * by);
            vi_put(b->values[j / 2][d], (one & 0xffff) | (two << 16));
        }
    }
}

/* Scores of `rows` queries with every key, as exponents of two, and the largest of each query. */
ALWAYS void score(struct encode_batch *b, size_t rows, size_t padded, vf *most)
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
            vf y0 = vf_from(sum[r][0]) * b->query_scale[r] + (s0 * b->query_low[r] + o0);
            vf y1 = vf_from(sum[r][1]) * b->query_scale[r] + (s1 * b->query_low[r] + o1);
            vf_put(b->scores[r] + j, y0);
            vf_put(b->scores[r] + j + V, y1);
            most[r] = vf_max(most[r], vf_max(y0, y1));
        }
    }
}

/* Scores into weights of 15 bits; the inverse of their sum goes to `by`. Eight bits would lose the many small weights
 * of a long text. */
ALWAYS void soften(struct encode_batch *b, size_t rows, size_t padded, const vf *most, float *by)
{
    vi sum[QUERIES] = { 0 };
    for (size_t j = 0; j < padded; j += V)
        ROLL for (size_t r = 0; r < rows; r++) {
            vi p = vi_round(vf_power(vf_get(b->scores[r] + j) - most[r]));
            vi_shorts(b->weights[r] + j, p);
            sum[r] += p;
        }
    ROLL for (size_t r = 0; r < rows; r++) by[r] = 1 / (float)vi_sum(sum[r]);
}

/* The mean of the values under the weights. */
ALWAYS void mix(const struct encode_batch *b, size_t rows, size_t n, const float *by, const float *scale, float *out)
{
    vi sum[QUERIES][HEAD_DIM / V] = { 0 };
    for (size_t j = 0; j < n; j += 2)
        ROLL for (size_t d = 0; d < HEAD_DIM / V; d++) {
            vi v = vi_get(b->values[j / 2][d * V]);
            ROLL for (size_t r = 0; r < rows; r++)
                sum[r][d] = vi_dot_pairs(sum[r][d], four_at(b->weights[r] + j), v);
        }
    ROLL for (size_t r = 0; r < rows; r++)
        ROLL for (size_t d = 0; d < HEAD_DIM / V; d++)
            vf_put(out + r * 3 * DIM + d * V, vf_from(sum[r][d]) * by[r] * vf_get(scale + d * V));
}

/* What `rows` pieces see of all, in one head. The result takes the place of their queries. */
ALWAYS void attend_rows(struct encode_batch *b, float *q, size_t rows, size_t n, size_t padded, const float *key_scale,
                        const float *value_scale)
{
    float by[QUERIES];
    vf most[QUERIES];
    ROLL for (size_t r = 0; r < rows; r++) {
        most[r] = vf_of(-INFINITY);
        round_scaled(q + r * 3 * DIM, key_scale, HEAD_DIM, b->query[r], &b->query_scale[r], &b->query_low[r]);
    }
    score(b, rows, padded, most);
    ROLL for (size_t r = 0; r < rows; r++) most[r] = vf_of(vf_most(most[r]));
    soften(b, rows, padded, most, by);
    mix(b, rows, n, by, value_scale, q);
}

static void attend(struct encode_batch *b, size_t from, size_t n)
{
    _Alignas(FORMAT_ALIGN) float key_scale[DIM], key_inverse[DIM], value_scale[DIM], value_inverse[DIM];
    size_t padded = (n + KEY_STEP - 1) / KEY_STEP * KEY_STEP;
    column_scales(b->qkv[from] + DIM, n, 1.44269504f, key_scale, key_inverse); /* 1 / log 2: powers of two, not of e */
    column_scales(b->qkv[from] + (size_t)2 * DIM, n, 1, value_scale, value_inverse);
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

/* Of the texts from `text` to before `end`. */
static void self_attention(const struct encode_model *m, struct encode_batch *b, const struct format_layer *l,
                           size_t text, size_t end)
{
    const struct format_product *qkv = &l->products[PRODUCT_QKV], *join = &l->products[PRODUCT_ATTENTION];
    size_t from = b->starts[text], rows = b->starts[end] - from;
    struct store to = { .mode = STORE_PLAIN, .out = b->qkv[0], .stride = (size_t)3 * DIM, .scale = b->scale,
                        .low = b->low };
    for (size_t r = 0; r < rows; r++)
        round_scaled(b->x[from + r], floats_at(m, qkv->pre), DIM, b->q[r], &b->scale[r], &b->low[r]);
    multiply(m, qkv, join, b->q[0], rows, &to);
    for (size_t t = text; t < end; t++) attend(b, b->starts[t] - from, b->starts[t + 1] - b->starts[t]);
    for (size_t r = 0; r < rows; r++)
        round_scaled(b->qkv[r], floats_at(m, join->pre), DIM, b->q[r], &b->scale[r], &b->low[r]);
    to = (struct store){ .mode = STORE_ADD, .out = b->x[from], .stride = DIM, .scale = b->scale, .low = b->low };
    multiply(m, join, &l->products[PRODUCT_UP], b->q[0], rows, &to);
}

/* Texts together until they have GROUP_ROWS pieces: what attention makes of them stays in the cache. */
static void self_attentions(const struct encode_model *m, struct encode_batch *b, const struct format_layer *l)
{
    for (size_t text = 0, end; text < b->texts; text = end) {
        for (end = text + 1; end < b->texts && b->starts[end + 1] - b->starts[text] <= GROUP_ROWS;) end++;
        self_attention(m, b, l, text, end);
    }
}

static void feed_forward(const struct encode_model *m, struct encode_batch *b, const struct format_layer *l,
                         size_t from, size_t rows)
{
    const struct format_product *up = &l->products[PRODUCT_UP], *down = &l->products[PRODUCT_DOWN];
    _Alignas(FORMAT_ALIGN) float most[BLOCK_ROWS][V], least[BLOCK_ROWS][V];
    float *scale = b->scale + from, *low = b->low + from;
    for (size_t r = 0; r < rows; r++) {
        normalise(m, &l->norms[0], b->x[from + r]);
        round_scaled(b->x[from + r], floats_at(m, up->pre), DIM, b->q[r], &scale[r], &low[r]);
        vf_put(most[r], vf_of(-INFINITY));
        vf_put(least[r], vf_of(INFINITY));
    }
    struct store to = { .mode = STORE_GELU, .pre = floats_at(m, down->pre), .scale = scale, .low = low,
                        .out = b->inner[0], .stride = INNER, .most = most, .least = least };
    multiply(m, up, down, b->q[0], rows, &to);
    for (size_t r = 0; r < rows; r++)
        round_row(b->inner[r], INNER, -vf_most(-vf_get(least[r])), vf_most(vf_get(most[r])), b->inner_q[r], &scale[r],
                  &low[r]);
    to = (struct store){ .mode = STORE_ADD, .scale = scale, .low = low, .out = b->x[from], .stride = DIM };
    multiply(m, down, up, b->inner_q[0], rows, &to);
    for (size_t r = 0; r < rows; r++) normalise(m, &l->norms[1], b->x[from + r]);
}

static void run(const struct encode_model *m, struct encode_batch *b)
{
    size_t blocks = (b->rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    if (!b->done) embed(m, b);
    if (!b->done && b->after) b->after(b, 0);
    for (size_t i = b->done; i + b->skip < LAYERS; i++) {
        const struct format_layer *l = &m->header->layers[i];
        self_attentions(m, b, l);
        for (size_t k = 0, from = 0; k < blocks; k++) {
            size_t end = share_end(k, blocks, b->rows);
            feed_forward(m, b, l, from, end - from);
            from = end;
        }
        if (b->after) b->after(b, i + 1);
    }
}
