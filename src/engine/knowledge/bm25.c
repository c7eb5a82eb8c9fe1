/* How it is kept: the dictionary is a hash table of terms; while documents are added, a list of (term, count) for each
 * of them; when it is finished, the lists are turned over into postings, one run of (document, impact) a term. */
#include "engine/knowledge/bm25_internal.h"

#include <math.h>

#include "base/hash.h"

static const double k1 = 1.2, b = 0.75; /* as Lucene has them */

struct bm25 *bm25_new(struct arena *a, struct terms *t)
{
    struct bm25 *x = arena_try(a, sizeof *x);
    if (!x) return NULL;
    *x = (struct bm25){ .a = a, .t = t };
    return x;
}

/* ---- dictionary ---- */

static size_t slot_of(const struct bm25 *x, uint64_t hash)
{
    size_t i = (size_t)(hash ^ hash >> 32) & (x->slots - 1);
    while (x->table[i].id && x->table[i].hash != hash) i = (i + 1) & (x->slots - 1);
    return i;
}

uint32_t bm25_find(const struct bm25 *x, str term)
{
    if (!x->slots) return 0;
    return x->table[slot_of(x, hash64(term))].id;
}

static bool grow_table(struct bm25 *x)
{
    if (2 * (x->term_count + 1) <= x->slots) return true;
    struct slot *before = x->table;
    size_t slots = x->slots;
    struct slot *table = arena_try(x->a, (slots ? 2 * slots : 4096) * sizeof *table);
    if (!table) return false;
    x->table = table;
    x->slots = slots ? 2 * slots : 4096;
    for (size_t i = 0; i < slots; i++)
        if (before[i].id) x->table[slot_of(x, before[i].hash)] = before[i];
    return true;
}

/* ---- adding ---- */

static struct count *room(struct bm25 *x)
{
    if (!x->last || x->last->used == COUNTS_A_BLOCK) {
        struct counts *block = arena_try(x->a, sizeof *block);
        if (!block) return NULL;
        if (x->last) x->last->next = block;
        else x->first = block;
        x->last = block;
    }
    return &x->last->items[x->last->used++];
}

/* The count of a term in the document at hand: where it was counted last is kept in the slot. */
static struct count *count_of(struct bm25 *x, uint64_t hash)
{
    if (!grow_table(x)) return NULL;
    struct slot *s = &x->table[slot_of(x, hash)];
    if (s->id && s->doc == x->doc_count + 1) return s->count;
    struct count *c = room(x);
    if (!c) return NULL;
    if (!s->id) *s = (struct slot){ .hash = hash, .id = (uint32_t)++x->term_count };
    s->doc = (uint32_t)x->doc_count + 1;
    s->count = c;
    *c = (struct count){ .term = s->id };
    x->posting_count++;
    x->doc_terms++;
    return c;
}

static void take_term(void *ctx, const struct index_term *term)
{
    struct bm25 *x = ctx;
    struct count *c = x->full ? NULL : count_of(x, hash64(term->text));
    if (!c) x->full = true;
    else if (c->n + x->times < UINT16_MAX) c->n = (uint16_t)(c->n + x->times);
    x->doc_length += x->times;
}

static struct doc *doc_room(struct bm25 *x)
{
    if (x->doc_count == x->doc_cap) {
        size_t cap = x->doc_cap ? 2 * x->doc_cap : 1024;
        struct doc *docs = arena_try(x->a, cap * sizeof *docs);
        if (!docs) return NULL;
        if (x->doc_count) memcpy(docs, x->docs, x->doc_count * sizeof *docs);
        x->docs = docs;
        x->doc_cap = cap;
    }
    return &x->docs[x->doc_count];
}

err bm25_add(struct bm25 *x, str title, str text)
{
    struct doc *d = x->doc_count < BM25_DOCS_MAX ? doc_room(x) : NULL;
    if (!d || x->finished) return err_make(ERR_LIMIT, "the index takes no more documents");
    x->doc_length = 0;
    x->doc_terms = 0;
    x->times = BM25_TITLE;
    terms_each(x->t, title, take_term, x);
    x->times = 1;
    terms_each(x->t, text, take_term, x);
    if (x->full) return err_make(ERR_LIMIT, "the index is full after %zu documents", x->doc_count);
    *d = (struct doc){ .length = x->doc_length, .terms = x->doc_terms };
    x->length_sum += x->doc_length;
    x->doc_count++;
    return OK;
}

/* ---- weighing ---- */

/* The natural logarithm by additions and multiplications only, so that it has the same bits everywhere: with z = m 2^e
 * and m about 1, ln z = e ln 2 + 2 artanh((m - 1) / (m + 1)). */
static double ln(double z)
{
    int e = 0;
    double m = frexp(z, &e);
    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    double s = (m - 1) / (m + 1), s2 = s * s, power = s, sum = 0;
    for (int i = 1; i < 24; i += 2, power *= s2) sum += power / i;
    return e * 0.69314718055994531 + 2 * sum;
}

static double idf(const struct bm25 *x, size_t found_in)
{
    double n = (double)found_in, all = (double)x->doc_count;
    return ln(1 + (all - n + 0.5) / (n + 0.5));
}

static double gain(const struct bm25 *x, const struct doc *d, unsigned n)
{
    double average = (double)x->length_sum / (double)x->doc_count;
    double norm = k1 * (1 - b + b * (double)d->length / average);
    return n / (n + norm);
}

static uint8_t quantised(double impact, double scale)
{
    double q = impact * scale + 0.5;
    return (uint8_t)(q < 1 ? 1 : q > 255 ? 255 : q);
}

struct cursor {
    const struct counts *block;
    size_t i;
};

static const struct count *next_count(struct cursor *c)
{
    if (c->i == COUNTS_A_BLOCK) {
        c->block = c->block->next;
        c->i = 0;
    }
    return &c->block->items[c->i++];
}

/* Where each term's postings begin; before they are placed, `start[t + 1]` counts them. */
static bool make_runs(struct bm25 *x)
{
    x->start = arena_try(x->a, (x->term_count + 2) * sizeof *x->start);
    x->idf = arena_try(x->a, (x->term_count + 1) * sizeof *x->idf);
    x->posting_doc = arena_try(x->a, (x->posting_count + 1) * sizeof *x->posting_doc);
    x->posting_impact = arena_try(x->a, x->posting_count + 1);
    if (!x->start || !x->idf || !x->posting_doc || !x->posting_impact) return false;
    struct cursor c = { x->first, 0 };
    for (size_t i = 0; i < x->posting_count; i++) x->start[next_count(&c)->term + 1]++;
    x->idf[0] = idf(x, 0);
    for (size_t t = 1; t <= x->term_count; t++) {
        x->idf[t] = idf(x, x->start[t + 1]);
        x->start[t + 1] += x->start[t];
    }
    return true;
}

/* The largest impact becomes 255. */
static double scale_of(const struct bm25 *x)
{
    struct cursor c = { x->first, 0 };
    double most = 0;
    for (size_t d = 0; d < x->doc_count; d++)
        for (uint32_t i = 0; i < x->docs[d].terms; i++) {
            const struct count *n = next_count(&c);
            double impact = x->idf[n->term] * gain(x, &x->docs[d], n->n);
            if (impact > most) most = impact;
        }
    return most > 0 ? 255 / most : 0;
}

err bm25_finish(struct bm25 *x)
{
    uint32_t *fill = NULL;
    if (!x->full && make_runs(x)) fill = arena_try(x->a, (x->term_count + 2) * sizeof *fill);
    if (!fill) return err_make(ERR_LIMIT, "the index does not fit in its memory");
    memcpy(fill, x->start, (x->term_count + 2) * sizeof *fill);
    double scale = scale_of(x);
    struct cursor c = { x->first, 0 };
    for (uint32_t d = 0; d < x->doc_count; d++) {
        for (uint32_t i = 0; i < x->docs[d].terms; i++) {
            const struct count *n = next_count(&c);
            uint32_t at = fill[n->term]++;
            x->posting_doc[at] = d;
            x->posting_impact[at] = quantised(x->idf[n->term] * gain(x, &x->docs[d], n->n), scale);
        }
    }
    x->finished = true;
    return OK;
}

size_t bm25_bytes(const struct bm25 *x)
{
    return x->posting_count * (sizeof *x->posting_doc + 1 + sizeof(struct count)) +
           x->term_count * (sizeof *x->start + sizeof *x->idf) + x->slots * sizeof *x->table +
           x->doc_cap * sizeof *x->docs;
}
