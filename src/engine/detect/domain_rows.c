/* Rows for the domain classifier, from numbers and from text; reference and current are interleaved in proportion. */
#include <math.h>
#include <stdlib.h>

#include "engine/detect/column_scale.h"
#include "engine/detect/domain_classifier.h"

/* Which rows are taken, and in what order. */
struct plan {
    size_t from[2], take[2];
    uint32_t rows;
};

static err plan_rows(size_t reference, size_t current, struct plan *p)
{
    *p = (struct plan){ .from = { reference, current } };
    for (int side = 0; side < 2; side++)
        p->take[side] = p->from[side] < DOMAIN_ROWS_MAX ? p->from[side] : DOMAIN_ROWS_MAX;
    p->rows = (uint32_t)(p->take[0] + p->take[1]);
    if (p->take[0] >= DOMAIN_ROWS_MIN && p->take[1] >= DOMAIN_ROWS_MIN) return OK;
    return err_make(ERR_INPUT, "%zu and %zu rows, %d of each are needed", reference, current, DOMAIN_ROWS_MIN);
}

/* Row i of the plan: of which side, and which one there. */
static unsigned char side_of(const struct plan *p, uint32_t i, size_t *row)
{
    size_t before = (size_t)i * p->take[1] / p->rows, after = ((size_t)i + 1) * p->take[1] / p->rows;
    unsigned char side = after > before;
    size_t nth = side ? before : i - before;
    *row = nth * p->from[side] / p->take[side];
    return side;
}

static err start_rows(const struct plan *p, size_t values, struct arena *a, struct domain_rows *out)
{
    uint32_t *start = arena_try(a, (p->rows + (size_t)1) * sizeof *start),
             *index = arena_try(a, (values + 1) * sizeof *index);
    float *value = arena_try(a, (values + 1) * sizeof *value);
    *out = (struct domain_rows){ .x = { start, index, value, p->rows, 0 }, .current = arena_try(a, p->rows) };
    if (start && index && value && out->current) return OK;
    return err_make(ERR_LIMIT, "%u rows with %zu values", p->rows, values);
}

/* --- Numbers --- */

enum { SCALE_ROWS = 2000 };
static const double wild = 6; /* spreads; one wild value must not outweigh a row */

static void scale_columns(const double *const side[2], const struct plan *p, size_t dims, double *room,
                          struct column_scale *out)
{
    uint32_t step = p->rows / SCALE_ROWS + 1;
    for (size_t j = 0; j < dims; j++) {
        size_t n = 0, row;
        for (uint32_t i = 0; i < p->rows; i += step) {
            unsigned char s = side_of(p, i, &row);
            double v = side[s][row * dims + j];
            if (isfinite(v)) room[n++] = v;
        }
        out[j] = column_scale_of(room, n);
    }
}

err domain_numbers(const double *reference, size_t reference_rows, const double *current, size_t current_rows,
                   size_t dims, struct arena *a, struct domain_rows *out)
{
    struct plan p;
    const double *const side[2] = { reference, current };
    if (!dims || dims > DOMAIN_DIMS_MAX) return err_make(ERR_INPUT, "%zu dimensions", dims);
    err e = plan_rows(reference_rows, current_rows, &p);
    if (!e.code) e = start_rows(&p, p.rows * dims, a, out);
    if (e.code) return e;
    struct column_scale *scales = arena_try(a, dims * sizeof *scales);
    double *room = arena_try(a, (SCALE_ROWS + 1) * sizeof *room), root = sqrt((double)dims);
    if (!scales || !room) return err_make(ERR_LIMIT, "%zu dimensions", dims);
    scale_columns(side, &p, dims, room, scales);
    uint32_t *start = (uint32_t *)out->x.start, *index = (uint32_t *)out->x.index, n = 0;
    float *value = (float *)out->x.value;
    for (uint32_t i = 0; i < p.rows; i++) { /* a usual row gets length one, whatever the dims */
        size_t row;
        out->current[i] = side_of(&p, i, &row);
        for (size_t j = 0; j < dims; j++, n++) {
            index[n] = (uint32_t)j;
            value[n] = (float)(column_scaled(side[out->current[i]][row * dims + j], scales[j], wild) / root);
        }
        start[i + 1] = n;
    }
    out->x.columns = (uint32_t)dims;
    return OK;
}

/* --- Text --- */

static bool in_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

str domain_word(str *rest)
{
    size_t from = 0, to;
    while (from < rest->len && !in_word(rest->ptr[from])) from++;
    for (to = from; to < rest->len && in_word(rest->ptr[to]); to++) continue;
    str word = { rest->ptr ? rest->ptr + from : NULL, to - from };
    *rest = (str){ rest->ptr ? rest->ptr + to : NULL, rest->len - to };
    return word;
}

/* FNV-1a of the word in small letters. */
static uint32_t bucket_of(str word)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.ptr[i];
        h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * UINT64_C(1099511628211);
    }
    return (uint32_t)((h ^ h >> 32) % DOMAIN_WORD_BUCKETS);
}

struct bucket { /* whose name it bears: majority by votes (Boyer and Moore 1981) */
    str word;
    uint32_t votes;
};

static void vote(struct bucket *b, str word)
{
    if (str_eq_nocase(b->word, word)) {
        b->votes++;
    } else if (b->votes) {
        b->votes--;
    } else {
        *b = (struct bucket){ word, 1 };
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* The buckets of a text, each once, in order. */
static uint32_t buckets_of(str text, struct bucket *buckets, uint32_t out[DOMAIN_WORDS_MAX])
{
    uint32_t n = 0, kept = 0;
    for (str word = domain_word(&text); word.len && n < DOMAIN_WORDS_MAX; word = domain_word(&text)) {
        out[n] = bucket_of(word);
        vote(&buckets[out[n++]], word);
    }
    if (n) qsort(out, n, sizeof *out, by_number);
    for (uint32_t i = 0; i < n; i++)
        if (!kept || out[kept - 1] != out[i]) out[kept++] = out[i];
    return kept;
}

static size_t count_words(const struct plan *p, const str *const side[2])
{
    size_t all = 0, row;
    for (uint32_t i = 0; i < p->rows; i++) {
        unsigned char s = side_of(p, i, &row);
        str text = side[s][row];
        for (size_t n = 0; n < DOMAIN_WORDS_MAX && domain_word(&text).len; n++) all++;
    }
    return all;
}

err domain_texts(const str *reference, size_t reference_rows, const str *current, size_t current_rows, struct arena *a,
                 struct domain_rows *out)
{
    struct plan p;
    const str *const side[2] = { reference, current };
    err e = plan_rows(reference_rows, current_rows, &p);
    if (!e.code) e = start_rows(&p, count_words(&p, side), a, out);
    if (e.code) return e;
    struct bucket *buckets = arena_try(a, DOMAIN_WORD_BUCKETS * sizeof *buckets);
    str *names = arena_try(a, DOMAIN_WORD_BUCKETS * sizeof *names);
    if (!buckets || !names) return err_make(ERR_LIMIT, "%d buckets of words", DOMAIN_WORD_BUCKETS);
    uint32_t *start = (uint32_t *)out->x.start, *index = (uint32_t *)out->x.index, n = 0;
    float *value = (float *)out->x.value;
    for (uint32_t i = 0; i < p.rows; i++) {
        size_t row;
        uint32_t found[DOMAIN_WORDS_MAX], words;
        out->current[i] = side_of(&p, i, &row);
        words = buckets_of(side[out->current[i]][row], buckets, found);
        for (uint32_t k = 0; k < words; k++, n++) {
            index[n] = found[k];
            value[n] = (float)(1 / sqrt((double)words)); /* every text has length one */
        }
        start[i + 1] = n;
    }
    for (size_t b = 0; b < DOMAIN_WORD_BUCKETS; b++) names[b] = buckets[b].word;
    out->x.columns = DOMAIN_WORD_BUCKETS;
    out->names = names;
    return OK;
}
