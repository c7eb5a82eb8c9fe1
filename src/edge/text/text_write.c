#include "edge/text/text_write.h"

#include <math.h>

#include "base/hash.h"

enum { INDEX_SPARE = 2, INDEX_BITS_MAX = 24 }; /* the index has at least so many places a row */

/* Begin a section: its offset. */
static uint64_t section(struct buf *out)
{
    while (out->len % TEXT_ALIGN && !out->full) buf_char(out, 0);
    return out->len;
}

static void add_bytes(struct buf *out, const void *p, size_t n)
{
    buf_add(out, (str){ p, n });
}

static void add_labels(struct buf *out, const str *names, size_t n)
{
    uint32_t at = 0;
    add_bytes(out, &at, sizeof at);
    for (size_t i = 0; i < n; i++) {
        at += (uint32_t)names[i].len;
        add_bytes(out, &at, sizeof at);
    }
    for (size_t i = 0; i < n; i++) buf_add(out, names[i]);
}

/* Rows that a text can meet: of terms that are not too rare. */
static uint32_t *number_rows(const struct text_parts *p, uint32_t *rows)
{
    uint32_t *row = mem_new((p->terms->terms + 1) * sizeof *row);
    *rows = 0;
    for (size_t t = 0; t < p->terms->terms; t++) row[t] = p->idf[t] > 0 ? (*rows)++ : UINT32_MAX;
    return row;
}

static bool fill_index(const struct text_parts *p, const uint32_t *row, uint32_t bits, uint32_t *index)
{
    size_t mask = ((size_t)1 << bits) - 1;
    for (size_t t = 0; t < p->terms->terms; t++) {
        if (row[t] == UINT32_MAX) continue;
        size_t at = p->terms->hash[t] >> (64 - bits), tries = 0;
        while (tries < TEXT_PROBES && index[(at + tries) & mask]) tries++;
        if (tries == TEXT_PROBES) return false;
        index[(at + tries) & mask] = text_index_entry(p->terms->hash[t], row[t]);
    }
    return true;
}

static err add_index(struct buf *out, const struct text_parts *p, const uint32_t *row, struct text_head *h)
{
    uint32_t bits = 8;
    while (((size_t)1 << bits) < INDEX_SPARE * (size_t)h->rows) bits++;
    for (; bits <= INDEX_BITS_MAX; bits++) {
        uint32_t *index = mem_new(sizeof *index << bits);
        bool fits = fill_index(p, row, bits, index);
        h->index_bits = bits;
        h->index = section(out);
        if (fits) add_bytes(out, index, sizeof *index << bits);
        mem_free(index);
        if (fits) return OK;
    }
    return err_make(ERR_LIMIT, "the features do not spread over an index");
}

/* A scale a class: its largest weight becomes 127. */
static void find_scales(const struct text_parts *p, float *scale)
{
    size_t k = p->sparse->classes;
    for (size_t c = 0; c < k; c++) scale[c] = 0;
    for (size_t t = 0; t < p->terms->terms; t++)
        for (size_t c = 0; c < k; c++)
            scale[c] = fmaxf(scale[c], fabsf(p->sparse->weight[t * k + c] * (float)p->idf[t]));
    for (size_t c = 0; c < k; c++) scale[c] = scale[c] > 0 ? scale[c] / 127 : 1;
}

static void add_rows(struct buf *out, const struct text_parts *p, const float *scale, size_t stride)
{
    size_t k = p->sparse->classes;
    int8_t *row = mem_new(stride);
    for (size_t t = 0; t < p->terms->terms; t++) {
        float idf = (float)p->idf[t];
        if (p->idf[t] <= 0) continue;
        for (size_t c = 0; c < k; c++) row[c] = (int8_t)lrintf(p->sparse->weight[t * k + c] * idf / scale[c]);
        memcpy(row + stride - sizeof idf, &idf, sizeof idf);
        add_bytes(out, row, stride);
    }
    mem_free(row);
}

static void add_dense(struct buf *out, const struct text_parts *p, struct text_head *h)
{
    size_t k = h->classes, d = h->dims;
    h->head = section(out);
    for (size_t c = 0; c < k && d; c++)
        for (size_t f = 0; f <= d; f++) add_bytes(out, &p->dense->weight[f * k + c], sizeof(float));
    h->centres = section(out);
    add_bytes(out, p->centres, k * h->near_dims * sizeof(float));
    h->vectors = section(out);
    add_bytes(out, p->vectors, p->neighbours * h->near_dims);
    h->near = section(out);
    add_bytes(out, p->near, p->neighbours * sizeof *p->near);
}

static err add_sections(struct buf *out, const struct text_parts *p, struct text_head *h)
{
    uint32_t *row = number_rows(p, &h->rows);
    size_t k = h->classes;
    float *scale = mem_new(k * sizeof *scale);
    find_scales(p, scale);
    h->labels = section(out);
    add_labels(out, p->names, k);
    h->scale = section(out);
    add_bytes(out, scale, k * sizeof *scale);
    h->bias = section(out);
    add_bytes(out, p->sparse->weight + p->terms->terms * k, k * sizeof(float));
    err e = add_index(out, p, row, h);
    h->weights = section(out);
    add_rows(out, p, scale, h->stride);
    add_dense(out, p, h);
    h->about = section(out);
    h->about_len = p->about.len;
    buf_add(out, p->about);
    mem_free(scale);
    mem_free(row);
    return e;
}

err text_write(const struct text_parts *p, struct buf *out)
{
    struct text_head h = { .classes = (uint32_t)p->sparse->classes,
                           .dims = p->dense ? (uint32_t)p->dense->features : 0,
                           .near_dims = p->dense ? (uint32_t)p->near_dims : 0,
                           .layers = p->dense ? p->layers : 0,
                           .neighbours = (uint32_t)p->neighbours,
                           .views = TEXT_VIEWS,
                           .scales = { p->scales[0], p->scales[1] } };
    size_t least = h.classes + sizeof(float);
    h.stride = (uint32_t)((least + TEXT_ROW_BLOCK - 1) / TEXT_ROW_BLOCK * TEXT_ROW_BLOCK);
    text_model_begin(&h);
    add_bytes(out, &h, sizeof h);
    err e = add_sections(out, p, &h);
    if (e.code) return e;
    if (out->full) return err_make(ERR_LIMIT, "the model is larger than %zu bytes", out->max);
    h.size = out->len;
    h.check = hash64(str_cut(buf_view(out), sizeof h, out->len));
    memcpy(out->ptr, &h, sizeof h);
    return OK;
}
