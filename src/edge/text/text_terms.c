#include "edge/text/text_terms.h"

#include <math.h>

#include "base/arena.h"
#include "engine/text/text_model.h"

const uint32_t text_least[TEXT_VIEWS] = { [TEXT_WORDS] = 1, [TEXT_CHARS] = 2, [TEXT_PAIRS] = 2 };
enum { TERMS_MOST = 1 << 28, UNSEEN = 0 };

/* A table from hash to number + 1, which doubles before it is half full. */
struct table {
    uint64_t *hash;
    uint32_t *number;
    size_t cap, used;
};

struct found {
    struct table table;
    uint64_t *hash;
    uint8_t *view;
    uint32_t *df, *last; /* in how many rows, and the last of them + 1 */
    uint32_t *at;        /* where its entry of the row at hand is */
    size_t cap;
    struct text_terms *t;
    size_t entries, entry_cap;
};

static size_t place(const struct table *t, uint64_t hash)
{
    size_t at = (hash * UINT64_C(0x9E3779B97F4A7C15)) >> 20 & (t->cap - 1);
    while (t->number[at] && t->hash[at] != hash) at = (at + 1) & (t->cap - 1);
    return at;
}

static void grow_table(struct table *t)
{
    struct table big = { .cap = t->cap ? 2 * t->cap : 1 << 16, .used = t->used };
    big.hash = mem_new(big.cap * sizeof *big.hash);
    big.number = mem_new(big.cap * sizeof *big.number);
    for (size_t i = 0; i < t->cap; i++) {
        if (!t->number[i]) continue;
        size_t at = place(&big, t->hash[i]);
        big.hash[at] = t->hash[i];
        big.number[at] = t->number[i];
    }
    mem_free(t->hash);
    mem_free(t->number);
    *t = big;
}

static uint32_t number_of(struct found *f, uint64_t hash, enum text_view view)
{
    if (2 * (f->table.used + 1) > f->table.cap) grow_table(&f->table);
    size_t at = place(&f->table, hash);
    if (f->table.number[at]) return f->table.number[at] - 1;
    size_t n = f->table.used++;
    if (n == f->cap) {
        f->cap = f->cap ? 2 * f->cap : 1 << 15;
        f->hash = mem_grow(f->hash, f->cap * sizeof *f->hash);
        f->view = mem_grow(f->view, f->cap * sizeof *f->view);
        f->df = mem_grow(f->df, f->cap * sizeof *f->df);
        f->last = mem_grow(f->last, f->cap * sizeof *f->last);
        f->at = mem_grow(f->at, f->cap * sizeof *f->at);
    }
    f->hash[n] = f->table.hash[at] = hash;
    f->view[n] = (uint8_t)view;
    f->df[n] = f->last[n] = UNSEEN;
    f->table.number[at] = (uint32_t)n + 1;
    return (uint32_t)n;
}

static void add_entry(struct found *f, uint32_t number, size_t row)
{
    struct text_terms *t = f->t;
    if (f->last[number] == row + 1) {
        t->count[f->at[number]]++;
        return;
    }
    if (f->entries == f->entry_cap) {
        f->entry_cap = f->entry_cap ? 2 * f->entry_cap : 1 << 18;
        t->term = mem_grow(t->term, f->entry_cap * sizeof *t->term);
        t->count = mem_grow(t->count, f->entry_cap * sizeof *t->count);
    }
    f->last[number] = (uint32_t)row + 1;
    f->df[number]++;
    f->at[number] = (uint32_t)f->entries;
    t->term[f->entries] = number;
    t->count[f->entries++] = 1;
}

static err read_texts(struct found *f, const str *text, size_t rows)
{
    struct text_features *features = mem_new(sizeof *features);
    err e = OK;
    for (size_t i = 0; i < rows && !e.code; i++) {
        text_features(text[i], features);
        for (unsigned v = 0; v < TEXT_VIEWS; v++)
            for (size_t k = text_view_from(features, v); k < features->end[v]; k++)
                add_entry(f, number_of(f, features->hash[k], v), i);
        f->t->start[i + 1] = f->entries;
        if (f->entries > UINT32_MAX / 2 || f->table.used > TERMS_MOST)
            e = err_make(ERR_LIMIT, "more features than fit: %zu after %zu texts", f->table.used, i + 1);
    }
    mem_free(features);
    return e;
}

struct rank {
    uint32_t df, number;
};

static int by_df(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (x->df != y->df) return x->df > y->df ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Keep the frequent, most frequent first: rows of weights that are read often then lie together. */
static void renumber(struct found *f)
{
    struct text_terms *t = f->t;
    size_t all = f->table.used, kept = 0, to = 0;
    struct rank *rank = mem_new((all + 1) * sizeof *rank);
    for (uint32_t i = 0; i < all; i++)
        if (f->df[i] >= text_least[f->view[i]]) rank[kept++] = (struct rank){ f->df[i], i };
    qsort(rank, kept, sizeof *rank, by_df);
    t->terms = kept < TEXT_ROWS_MAX ? kept : TEXT_ROWS_MAX;
    t->hash = mem_new((t->terms + 1) * sizeof *t->hash);
    t->view = mem_new((t->terms + 1) * sizeof *t->view);
    memset(f->at, 0, all * sizeof *f->at);
    for (uint32_t i = 0; i < t->terms; i++) {
        t->hash[i] = f->hash[rank[i].number];
        t->view[i] = f->view[rank[i].number];
        f->at[rank[i].number] = i + 1;
    }
    for (size_t row = 0, k = 0; row < t->rows; row++) {
        for (; k < t->start[row + 1]; k++) {
            if (!f->at[t->term[k]]) continue;
            t->term[to] = f->at[t->term[k]] - 1;
            t->count[to++] = t->count[k];
        }
        t->start[row + 1] = to;
    }
    mem_free(rank);
}

err text_terms_find(const str *text, size_t rows, struct text_terms *out)
{
    struct text_terms t = { .rows = rows, .start = mem_new((rows + 1) * sizeof *t.start) };
    struct found f = { .t = &t };
    err e = read_texts(&f, text, rows);
    if (!e.code) renumber(&f);
    mem_free(f.table.hash);
    mem_free(f.table.number);
    mem_free(f.hash);
    mem_free(f.view);
    mem_free(f.df);
    mem_free(f.last);
    mem_free(f.at);
    if (e.code) text_terms_done(&t);
    else *out = t;
    return e;
}

void text_terms_done(struct text_terms *t)
{
    mem_free(t->hash);
    mem_free(t->view);
    mem_free(t->start);
    mem_free(t->term);
    mem_free(t->count);
    *t = (struct text_terms){ 0 };
}

void text_terms_idf(const struct text_terms *t, const uint8_t *use, double *idf)
{
    double n = 0;
    memset(idf, 0, t->terms * sizeof *idf);
    for (size_t i = 0; i < t->rows; i++) {
        if (use && !use[i]) continue;
        n++;
        for (size_t k = t->start[i]; k < t->start[i + 1]; k++) idf[t->term[k]]++;
    }
    for (size_t i = 0; i < t->terms; i++)
        idf[i] = idf[i] < text_least[t->view[i]] ? 0 : log((1 + n) / (1 + idf[i])) + 1;
}

void text_terms_row(const struct text_terms *t, size_t row, const double *idf, double *out)
{
    double norm[TEXT_VIEWS] = { 0 };
    size_t from = t->start[row], to = t->start[row + 1];
    for (size_t k = from; k < to; k++) {
        double x = text_tf(t->count[k]) * idf[t->term[k]];
        out[k - from] = x;
        norm[t->view[t->term[k]]] += x * x;
    }
    for (size_t k = from; k < to; k++)
        if (out[k - from] > 0) out[k - from] /= sqrt(norm[t->view[t->term[k]]]);
}
