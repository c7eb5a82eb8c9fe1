#include "engine/knowledge/shelf.h"

#include <assert.h>
#include <math.h>

#include "engine/knowledge/letters.h"

const struct shelf_weights shelf_weights_default = { .words = 0.45, .vector = 0.4, .title = 0.15 };

struct shelf {
    struct arena *a;
    struct bm25 *words;
    struct shelf_passage *passages;
    size_t count, cap, dim, stride;
    struct vectors vectors;
    bool near_elsewhere;
    bool finished;
};

err shelf_new(struct arena *a, struct terms *t, size_t dim, struct shelf **out)
{
    struct shelf *s = arena_try(a, sizeof *s);
    struct bm25 *words = s ? bm25_new(a, t) : NULL;
    if (!words || dim > VECTOR_DIM_MAX) return err_make(ERR_LIMIT, "no room for an index");
    *s = (struct shelf){ .a = a, .words = words, .dim = dim, .stride = vector_stride(dim) };
    *out = s;
    return OK;
}

err shelf_add(struct shelf *s, const struct shelf_passage *p)
{
    assert(!s->finished);
    if (s->count == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 256;
        struct shelf_passage *items = arena_try(s->a, cap * sizeof *items);
        if (!items) return err_make(ERR_LIMIT, "the index is full after %zu passages", s->count);
        if (s->count) memcpy(items, s->passages, s->count * sizeof *items);
        s->passages = items;
        s->cap = cap;
    }
    s->passages[s->count++] = *p;
    str title = p->title;
    return bm25_add(s->words, title, p->text);
}

/* One run of bytes for the scan. A passage without a vector has scale 0: similar to nothing. */
static bool gather(struct shelf *s)
{
    int8_t *rows = arena_try(s->a, s->count * s->stride + 64);
    float *scales = arena_try(s->a, (s->count + 1) * sizeof *scales);
    int32_t *sums = arena_try(s->a, (s->count + 1) * sizeof *sums);
    if (!rows || !scales || !sums) return false;
    rows += (64 - (uintptr_t)rows % 64) % 64;
    for (size_t i = 0; i < s->count; i++) {
        const struct packed *v = &s->passages[i].vector;
        if (!v->bytes) continue;
        memcpy(rows + i * s->stride, v->bytes, s->stride);
        scales[i] = v->scale;
        sums[i] = v->sum;
    }
    s->vectors = (struct vectors){ rows, scales, sums, s->count, s->dim, s->stride };
    return true;
}

err shelf_finish(struct shelf *s)
{
    err e = bm25_finish(s->words);
    if (!e.code && s->dim && !s->near_elsewhere && !gather(s))
        e = err_make(ERR_LIMIT, "the vectors do not fit in the index's memory");
    s->finished = !e.code;
    return e;
}

void shelf_near_elsewhere(struct shelf *s)
{
    assert(!s->finished);
    s->near_elsewhere = true;
}

size_t shelf_count(const struct shelf *s)
{
    return s->count;
}

const struct shelf_passage *shelf_passage_at(const struct shelf *s, uint32_t passage)
{
    assert(passage < s->count);
    return &s->passages[passage];
}

const struct bm25 *shelf_words(const struct shelf *s)
{
    return s->words;
}

/* ---- one search ---- */

struct voice {
    double lexical, cosine, title;
};

struct search {
    const struct shelf *s;
    const struct shelf_question *q;
    struct arena *a;
    struct bm25_query query;
    struct packed vector;
    uint32_t *candidates; /* passages, each once, growing */
    size_t count;
    struct voice *voices;
};

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void once_each(struct search *x)
{
    size_t kept = 0;
    if (x->count) qsort(x->candidates, x->count, sizeof *x->candidates, by_number);
    for (size_t i = 0; i < x->count; i++)
        if (!kept || x->candidates[i] != x->candidates[kept - 1]) x->candidates[kept++] = x->candidates[i];
    x->count = kept;
}

/* By meaning: as somebody else found them, or by a scan. */
static size_t find_near(const struct search *x, struct vector_hit *out)
{
    size_t n = 0;
    if (x->q->near) {
        n = x->q->near_count < SHELF_CANDIDATES ? x->q->near_count : SHELF_CANDIDATES;
        if (n) memcpy(out, x->q->near, n * sizeof *out);
    } else if (x->vector.bytes && !x->s->near_elsewhere) {
        vectors_scan(&x->s->vectors, vector_kernel_best(), x->vector.bytes, &x->vector.scale, 1, SHELF_CANDIDATES, out,
                     &n);
    }
    return n;
}

static bool find_candidates(struct search *x)
{
    struct bm25_hit words[SHELF_CANDIDATES];
    struct vector_hit near[SHELF_CANDIDATES];
    uint32_t *sums = arena_try(x->a, (x->s->count + 1) * sizeof *sums);
    x->candidates = arena_try(x->a, 2 * SHELF_CANDIDATES * sizeof *x->candidates);
    x->voices = arena_try(x->a, 2 * SHELF_CANDIDATES * sizeof *x->voices);
    if (!sums || !x->candidates || !x->voices) return false;
    size_t n = bm25_search(x->s->words, &x->query, sums, SHELF_CANDIDATES, words);
    for (size_t i = 0; i < n; i++) x->candidates[x->count++] = words[i].doc;
    size_t near_count = find_near(x, near);
    for (size_t i = 0; i < near_count; i++)
        if (near[i].row < x->s->count) x->candidates[x->count++] = near[i].row;
    once_each(x);
    return true;
}

static double cosine(const struct search *x, const struct packed *v)
{
    if (!v->bytes || !x->vector.bytes) return NAN;
    int32_t dot = vector_dot(vector_kernel_best(), v->bytes, v->sum, x->vector.bytes, x->s->stride);
    return (double)((float)dot * v->scale * x->vector.scale);
}

/* Both scores of every candidate, also of those that only one list had: no guess for the missing ones. */
static void hear(struct search *x)
{
    for (size_t i = 0; i < x->count; i++) {
        const struct shelf_passage *p = &x->s->passages[x->candidates[i]];
        uint32_t sum = 0;
        for (size_t t = 0; t < x->query.count; t++) sum += bm25_share(x->s->words, &x->query, t, x->candidates[i]);
        x->voices[i] = (struct voice){ sum, cosine(x, &p->vector), cosine(x, &p->title_vector) };
    }
}

/* From the least to the most among the candidates. */
struct range {
    double least, most;
};

static void widen(struct range *r, double v)
{
    if (isnan(v)) return;
    if (isnan(r->least) || v < r->least) r->least = v;
    if (isnan(r->most) || v > r->most) r->most = v;
}

static double place(struct range r, double v)
{
    return r.most > r.least ? (v - r.least) / (r.most - r.least) : 0;
}

/* One voice of a candidate, on 0..1. Who has no vector (yet) is judged by the voices he has, on the same scale. */
static void speak(double weight, struct range r, double v, double *sum, double *all)
{
    if (isnan(v)) return;
    *sum += weight * place(r, v);
    *all += weight;
}

static double *weigh(struct search *x, const struct shelf_weights *w)
{
    struct range lexical = { NAN, NAN }, cos = { NAN, NAN }, title = { NAN, NAN };
    double *score = arena_try(x->a, (x->count + 1) * sizeof *score);
    for (size_t i = 0; i < x->count; i++) {
        widen(&lexical, x->voices[i].lexical);
        widen(&cos, x->voices[i].cosine);
        widen(&title, x->voices[i].title);
    }
    if (isnan(cos.least)) lexical.least = 0; /* words alone: a share of the best */
    for (size_t i = 0; score && i < x->count; i++) {
        double sum = 0, all = 0;
        speak(w->words, lexical, x->voices[i].lexical, &sum, &all);
        speak(w->vector, cos, x->voices[i].cosine, &sum, &all);
        speak(w->title, title, x->voices[i].title, &sum, &all);
        score[i] = (all > 0 ? sum / all : 0) + x->s->passages[x->candidates[i]].prior;
    }
    return score;
}

/* ---- what is given ---- */

static void explain(const struct search *x, str question, struct shelf_hit *h)
{
    double has = 0, all = 0;
    for (size_t t = 0; t < x->query.count; t++) {
        uint32_t share = bm25_share(x->s->words, &x->query, t, h->passage);
        double rarity = bm25_rarity(x->s->words, &x->query, t);
        all += rarity;
        if (!share) continue;
        has += rarity;
        struct shelf_reason r = { str_cut(question, x->query.at[t], x->query.len[t]), share / h->lexical };
        size_t at = h->reason_count < SHELF_REASONS ? h->reason_count++ : SHELF_REASONS;
        for (; at > 0 && h->reason[at - 1].share < r.share; at--)
            if (at < SHELF_REASONS) h->reason[at] = h->reason[at - 1];
        if (at < SHELF_REASONS) h->reason[at] = r;
    }
    all += (double)x->query.unknown * bm25_rarity_most(x->s->words);
    h->covered = all > 0 ? has / all : 0;
}

static int by_score(const void *a, const void *b)
{
    const struct shelf_hit *x = a, *y = b;
    if (x->score > y->score || x->score < y->score) return x->score > y->score ? -1 : 1;
    return x->passage < y->passage ? -1 : x->passage > y->passage;
}

/* The best passage of each document; candidates stand in the order of documents. */
static size_t best_of_each(const struct search *x, const double *score, struct shelf_hit *hits)
{
    size_t n = 0;
    for (size_t i = 0; i < x->count; i++) {
        const struct voice *v = &x->voices[i];
        struct shelf_hit h = { .passage = x->candidates[i],
                               .document = x->s->passages[x->candidates[i]].document,
                               .score = score[i],
                               .prior = x->s->passages[x->candidates[i]].prior,
                               .lexical = v->lexical,
                               .cosine = v->cosine,
                               .title_cosine = v->title };
        if (n && hits[n - 1].document == h.document) {
            if (h.score > hits[n - 1].score) hits[n - 1] = h;
        } else {
            hits[n++] = h;
        }
    }
    return n;
}

err shelf_search(const struct shelf *s, struct terms *t, const struct shelf_question *q, struct arena *a,
                 struct shelf_hit **out, size_t *found)
{
    assert(s->finished);
    struct search x = { .s = s, .q = q, .a = a };
    if (s->dim && q->vector.scale > 0) x.vector = q->vector;
    *found = 0;
    bm25_parse(s->words, t, q->text, &x.query);
    if (!find_candidates(&x)) return err_make(ERR_LIMIT, "no memory for a search");
    hear(&x);
    double *score = weigh(&x, q->weights ? q->weights : &shelf_weights_default);
    *out = arena_try(a, (x.count + 1) * sizeof **out);
    if (!score || !*out) return err_make(ERR_LIMIT, "no memory for a search");
    size_t n = best_of_each(&x, score, *out);
    if (n) qsort(*out, n, sizeof **out, by_score);
    *found = n < q->k ? n : q->k;
    for (size_t i = 0; i < *found; i++) explain(&x, q->text, &(*out)[i]);
    return OK;
}

/* ---- for the encoder ---- */

str words_apart(str text, struct arena *a)
{
    char *out = arena_try(a, 2 * text.len + 1);
    if (!out) return text;
    size_t n = 0;
    enum letter_kind before = LETTER_NONE;
    for (size_t i = 0; i < text.len;) {
        struct letter l = letter_at(text, i);
        bool upper = l.kind == LETTER_UPPER;
        bool hump = upper && (before == LETTER_LOWER || before == LETTER_DIGIT);
        if (upper && before == LETTER_UPPER) hump = letter_at(text, i + l.len).kind == LETTER_LOWER;
        if (hump) out[n++] = ' ';
        if (text.ptr[i] == '_') out[n++] = ' ';
        else {
            memcpy(out + n, text.ptr + i, l.len);
            n += l.len;
        }
        before = l.kind;
        i += l.len;
    }
    return (str){ out, n };
}
