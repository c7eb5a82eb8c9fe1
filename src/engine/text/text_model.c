#include "engine/text/text_model.h"

#include <assert.h>
#include <math.h>

#include "base/hash.h"

const double text_levels[TEXT_LEVELS] = { 0.90, 0.95, 0.99 };
static const char magic[8] = { 'w', 'e', 'i', 'r', 't', 'e', 'x', 't' };
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "models are little-endian");
static_assert(sizeof(struct text_near) == 8, "kept in files");

/* --- Opening: nothing of the bytes is believed --- */

static err corrupt(const char *what)
{
    return err_make(ERR_CORRUPT, "not a text model: %s", what);
}

/* A section of n items of `size` bytes lies within the file. */
static bool inside(const struct text_head *h, uint64_t at, uint64_t n, uint64_t size)
{
    return at >= sizeof *h && at % TEXT_ALIGN == 0 && at <= h->size && (size == 0 || n <= (h->size - at) / size);
}

static err check_head(const struct text_head *h, size_t len)
{
    if (h->size != len) return corrupt("its length is another than it says");
    if (h->classes < 2 || h->classes > TEXT_CLASSES_MAX || h->rows < 1 || h->rows > TEXT_ROWS_MAX ||
        h->index_bits < 4 || h->index_bits > 24 || h->dims > TEXT_DIMS_MAX || h->dims % 16 ||
        h->near_dims > h->dims || h->near_dims % 16 || h->neighbours > TEXT_NEIGHBOURS_MAX)
        return corrupt("a count is out of range");
    if (h->stride % TEXT_ROW_BLOCK || h->stride < h->classes + sizeof(float) ||
        h->stride >= h->classes + sizeof(float) + TEXT_ROW_BLOCK)
        return corrupt("its rows have the wrong length");
    uint64_t k = h->classes, d = h->dims, near = h->near_dims;
    bool fits = inside(h, h->labels, k + 1, 4) && inside(h, h->scale, k, 4) && inside(h, h->bias, k, 4) &&
                inside(h, h->index, UINT64_C(1) << h->index_bits, 4) && inside(h, h->weights, h->rows, h->stride) &&
                inside(h, h->head, d ? k * (d + 1) : 0, 4) && inside(h, h->centres, k * near, 4) &&
                inside(h, h->vectors, h->neighbours, near) &&
                inside(h, h->near, h->neighbours, sizeof(struct text_near)) && inside(h, h->about, h->about_len, 1);
    return fits ? OK : corrupt("a section lies outside");
}

static bool all_finite(const float *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i])) return false;
    return true;
}

static err check_labels(const struct text_model *m)
{
    const struct text_head *h = m->head;
    uint64_t room = h->size - h->labels - 4 * ((uint64_t)h->classes + 1);
    if (m->label_at[0] != 0 || m->label_at[h->classes] > room) return corrupt("a label lies outside");
    for (size_t i = 0; i < h->classes; i++) {
        if (m->label_at[i + 1] <= m->label_at[i] || m->label_at[i + 1] - m->label_at[i] > TEXT_LABEL_MAX)
            return corrupt("a label has the wrong length");
        if (m->label_at[i + 1] > room || !str_utf8_valid(text_label(m, i))) return corrupt("a label is no text");
    }
    return OK;
}

static float idf_of(const struct text_model *m, size_t row)
{
    float v;
    memcpy(&v, m->weights + (row + 1) * m->head->stride - sizeof v, sizeof v);
    return v;
}

static err check_numbers(const struct text_model *m)
{
    const struct text_head *h = m->head;
    size_t k = h->classes, d = h->dims;
    bool good = all_finite(m->scale, k) && all_finite(m->bias, k) && all_finite(m->centres, k * h->near_dims) &&
                all_finite(m->dense, d ? k * (d + 1) : 0);
    for (size_t i = 0; good && i < 2; i++) {
        const struct text_scale *s = &h->scales[i];
        good = all_finite(s->factor, TEXT_FACTORS) && all_finite(s->miss, TEXT_LEVELS) &&
               all_finite(s->outside, TEXT_OUTSIDE_TERMS + 1) && !isnan(s->threshold);
    }
    for (size_t i = 0; good && i < h->rows; i++) {
        float idf = idf_of(m, i);
        good = idf > 0 && idf < 1e6F;
    }
    for (size_t i = 0; good && i < h->neighbours; i++)
        good = isfinite(m->near[i].scale) && (m->near[i].class & ~TEXT_GUESSED) < h->classes;
    for (size_t i = 0; good && i < (size_t)1 << h->index_bits; i++)
        good = (m->index[i] & TEXT_ROWS_MAX) <= h->rows;
    return good ? OK : corrupt("a number is out of range");
}

err text_model_open(str bytes, struct text_model *out)
{
    const struct text_head *h = (const void *)bytes.ptr;
    assert((uintptr_t)bytes.ptr % 8 == 0);
    if (bytes.len < sizeof *h || memcmp(h->magic, magic, sizeof magic) != 0)
        return corrupt("it begins with other bytes");
    if (h->version != TEXT_MODEL_VERSION)
        return err_make(h->version > TEXT_MODEL_VERSION ? ERR_TOO_NEW : ERR_CORRUPT,
                        "the text model has version %u, this weir reads %d; `weir text train` makes one", h->version,
                        TEXT_MODEL_VERSION);
    err e = check_head(h, bytes.len);
    if (e.code) return e;
    if (hash64(str_cut(bytes, sizeof *h, bytes.len)) != h->check) return corrupt("its bytes were changed");
    const char *p = bytes.ptr;
    struct text_model m = { .head = h,
                            .label_at = (const void *)(p + h->labels),
                            .label_text = p + h->labels + 4 * ((size_t)h->classes + 1),
                            .scale = (const void *)(p + h->scale),
                            .bias = (const void *)(p + h->bias),
                            .index = (const void *)(p + h->index),
                            .weights = (const void *)(p + h->weights),
                            .dense = (const void *)(p + h->head),
                            .centres = (const void *)(p + h->centres),
                            .vectors = (const void *)(p + h->vectors),
                            .near = (const void *)(p + h->near),
                            .add = text_fastest() };
    e = check_labels(&m);
    if (!e.code) e = check_numbers(&m);
    if (!e.code) *out = m;
    return e;
}

void text_model_begin(struct text_head *h)
{
    memcpy(h->magic, magic, sizeof magic);
    h->version = TEXT_MODEL_VERSION;
}

str text_label(const struct text_model *m, size_t i)
{
    return str_span(m->label_text + m->label_at[i], m->label_text + m->label_at[i + 1]);
}

str text_model_about(const struct text_model *m)
{
    return (str){ (const char *)m->head + m->head->about, (size_t)m->head->about_len };
}

/* --- Margins --- */

static inline uint32_t find_row(const struct text_model *m, uint64_t hash)
{
    size_t mask = ((size_t)1 << m->head->index_bits) - 1, at = hash >> (64 - m->head->index_bits);
    uint32_t tag = (uint32_t)hash << TEXT_ROW_BITS;
    for (size_t i = 0; i < TEXT_PROBES; i++) {
        uint32_t entry = m->index[(at + i) & mask];
        if (entry == 0) return 0;
        if ((entry & ~(uint32_t)TEXT_ROWS_MAX) == tag) return entry & TEXT_ROWS_MAX;
    }
    return 0;
}

static inline void fetch_row(const struct text_model *m, uint32_t row)
{
    const int8_t *p = m->weights + (size_t)row * m->head->stride;
    for (size_t i = 0; i < m->head->stride; i += 64) __builtin_prefetch(p + i);
    __builtin_prefetch(p + m->head->stride - 1);
}

/* The features of a view that the model knows, each once with its count. */
static size_t count_terms(const struct text_model *m, const uint64_t *hash, size_t n, struct text_work *w)
{
    size_t slots = 64, terms = 0;
    while (slots < 2 * n) slots *= 2;
    assert(slots <= sizeof w->slot / sizeof *w->slot);
    memset(w->slot, 0, slots * sizeof *w->slot);
    for (size_t i = 0; i < n; i++) __builtin_prefetch(m->index + (hash[i] >> (64 - m->head->index_bits)));
    for (size_t i = 0; i < n; i++) {
        uint32_t row = find_row(m, hash[i]);
        if (row == 0) continue;
        size_t at = row * UINT32_C(2654435761) & (slots - 1);
        while (w->slot[at] && w->term[w->slot[at] - 1].row != row - 1) at = (at + 1) & (slots - 1);
        if (w->slot[at]) {
            w->term[w->slot[at] - 1].count++;
            continue;
        }
        fetch_row(m, row - 1);
        w->term[terms++] = (struct text_term){ row - 1, 1 };
        w->slot[at] = (uint32_t)terms;
    }
    return terms;
}

double text_tf(uint32_t count)
{
    static const double few[] = { 0, 1, 1.6931471805599454, 2.0986122886681098, 2.386294361119891, 2.6094379124341005 };
    return count < sizeof few / sizeof *few ? few[count] : 1 + log(count);
}

/* Rows of features that stand once are added as whole numbers, the few others one by one. */
static double add_terms(const struct text_model *m, size_t terms, struct text_work *w)
{
    size_t once = 0, stride = m->head->stride, k = m->head->classes;
    double norm = 0;
    memset(w->sum, 0, stride * sizeof *w->sum);
    memset(w->many, 0, k * sizeof *w->many);
    for (size_t i = 0; i < terms; i++) {
        const struct text_term *t = &w->term[i];
        float tf = (float)text_tf(t->count), x = tf * idf_of(m, t->row);
        norm += (double)x * (double)x;
        if (t->count == 1) {
            w->once[once++] = t->row;
            continue;
        }
        const int8_t *row = m->weights + t->row * stride;
        for (size_t c = 0; c < k; c++) w->many[c] += tf * (float)row[c];
    }
    m->add(m->weights, stride, w->once, once, w->sum);
    return norm;
}

bool text_margins(const struct text_model *m, str text, struct text_work *w)
{
    struct text_features *f = &w->features;
    size_t k = m->head->classes;
    bool known = false;
    text_features(text, f);
    for (size_t c = 0; c < k; c++) w->margin[c] = m->bias[c];
    for (unsigned v = 0; v < TEXT_VIEWS; v++) {
        size_t from = text_view_from(f, v), terms = count_terms(m, f->hash + from, f->end[v] - from, w);
        if (terms == 0) continue;
        known = true;
        float size = (float)(1 / sqrt(add_terms(m, terms, w)));
        for (size_t c = 0; c < k; c++) w->margin[c] += m->scale[c] * size * ((float)w->sum[c] + w->many[c]);
    }
    return known;
}
