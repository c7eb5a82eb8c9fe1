/* weir/search.h over engine/knowledge. */
#include "weir/search.h"

#include <assert.h>

#include "engine/knowledge/shelf.h"
#include "engine/public/public.h"

struct weir_search {
    struct arena a;
    struct terms terms;
    struct shelf *shelf;
    struct shelf_weights weights;
    weir_stem *stem;
    void *ctx;
    size_t dim;
    bool finished;
    char stemmed[TERM_MAX];
};

static_assert((int)WEIR_SEARCH_REASONS == (int)SHELF_REASONS && (int)WEIR_SEARCH_DIM_MAX == (int)VECTOR_DIM_MAX &&
                  (int)WEIR_SEARCH_FOUND_MAX == 2 * (int)SHELF_CANDIDATES,
              "public limits are the inner ones");

static str stem(void *ctx, str word)
{
    weir_search *s = ctx;
    size_t n = s->stem(s->ctx, word.ptr, word.len, s->stemmed, sizeof s->stemmed);
    return n && n <= sizeof s->stemmed ? (str){ s->stemmed, n } : STR_NONE;
}

size_t weir_search_memory(size_t passages, size_t bytes, size_t dim)
{
    return (256 << 10) + 5 * bytes + passages * (512 + (dim ? 4 * (vector_stride(dim) + 64) : 0));
}

static err check_options(const struct weir_search_options *o)
{
    if (o->dim > VECTOR_DIM_MAX) return err_make(ERR_INPUT, "dim: at most %d", VECTOR_DIM_MAX);
    if (!(o->words >= 0 && o->vector >= 0 && o->title >= 0))
        return err_make(ERR_INPUT, "words, vector, title: expected shares of 0 or more");
    return OK;
}

int weir_search_init(void *memory, size_t size, const struct weir_search_options *options, weir_search **out,
                     struct weir_error *error)
{
    static const struct weir_search_options plain = { 0 };
    const struct weir_search_options *o = options ? options : &plain;
    err e = public_room(memory, size, sizeof(weir_search) + 1024, 16);
    if (!e.code) e = check_options(o);
    if (e.code) return public_error(e, error);
    weir_search *s = memory;
    size_t own = (sizeof *s + 15) & ~(size_t)15;
    *s = (weir_search){ .a = arena_over((char *)memory + own, size - own),
                        .stem = o->stem,
                        .ctx = o->ctx,
                        .dim = o->dim,
                        .weights = shelf_weights_default };
    if (o->stem) s->terms = (struct terms){ stem, s };
    if (o->words + o->vector + o->title > 0)
        s->weights = (struct shelf_weights){ o->words, o->vector, o->title };
    e = shelf_new(&s->a, &s->terms, o->dim, &s->shelf);
    if (!e.code) *out = s;
    return public_error(e, error);
}

static err pack(struct arena *a, const float *v, size_t dim, struct packed *out)
{
    *out = (struct packed){ .bytes = NULL };
    if (!v || !dim) return OK;
    int8_t *bytes = arena_try(a, vector_stride(dim));
    if (!bytes) return err_make(ERR_LIMIT, "memory: no room for a vector");
    out->bytes = bytes;
    vector_pack(v, dim, bytes, &out->scale, &out->sum);
    return OK;
}

int weir_search_add(weir_search *s, const struct weir_passage *p, struct weir_error *error)
{
    struct shelf_passage one = { .document = p->document,
                                 .title = { p->title.ptr, p->title.len },
                                 .text = { p->text.ptr, p->text.len },
                                 .prior = p->prior };
    err e = s->finished ? err_make(ERR_INPUT, "the index is finished") : OK;
    if (!e.code && !(p->prior >= -1 && p->prior <= 1)) e = err_make(ERR_INPUT, "prior: expected -1 to 1");
    if (!e.code) e = pack(&s->a, p->vector, s->dim, &one.vector);
    if (!e.code) e = pack(&s->a, p->title_vector, s->dim, &one.title_vector);
    if (!e.code) e = shelf_add(s->shelf, &one);
    return public_error(e, error);
}

int weir_search_finish(weir_search *s, struct weir_error *error)
{
    err e = s->finished ? OK : shelf_finish(s->shelf);
    s->finished = !e.code;
    return public_error(e, error);
}

size_t weir_search_work_memory(const weir_search *s)
{
    enum { FOUND = WEIR_SEARCH_FOUND_MAX + 1 };
    return (16 << 10) + 4 * (shelf_count(s->shelf) + 1) + vector_stride(s->dim) +
           FOUND * (sizeof(struct weir_found) + sizeof(struct shelf_hit) + 64);
}

static void give(const struct shelf_hit *h, struct weir_text question, struct weir_found *out)
{
    *out = (struct weir_found){ .passage = h->passage,
                                .document = h->document,
                                .score = h->score,
                                .words = h->lexical,
                                .similarity = h->cosine,
                                .title_similarity = h->title_cosine,
                                .covered = h->covered,
                                .reason_count = h->reason_count };
    for (size_t i = 0; i < h->reason_count; i++)
        out->reasons[i] = (struct weir_reason){ (size_t)(h->reason[i].word.ptr - question.ptr), h->reason[i].word.len,
                                                h->reason[i].share };
}

int weir_search_ask(weir_search *s, struct weir_text question, const float *vector, size_t k, struct weir_memory work,
                    const struct weir_found **found, size_t *count, struct weir_error *error)
{
    struct arena a = public_arena(work);
    struct shelf_question q = { .text = { question.ptr, question.len }, .weights = &s->weights,
                                .k = k < WEIR_SEARCH_FOUND_MAX ? k : WEIR_SEARCH_FOUND_MAX };
    struct shelf_hit *hits = NULL;
    struct weir_found *out = NULL;
    *count = 0;
    err e = s->finished ? pack(&a, vector, s->dim, &q.vector) : err_make(ERR_INPUT, "the index is not finished");
    if (!e.code) e = shelf_search(s->shelf, &s->terms, &q, &a, &hits, count);
    if (!e.code) out = arena_try(&a, (*count + 1) * sizeof *out);
    if (!e.code && !out) e = err_make(ERR_LIMIT, "work: no room for what was found");
    if (e.code) *count = 0;
    for (size_t i = 0; i < *count; i++) give(&hits[i], question, &out[i]);
    *found = out;
    return public_error(e, error);
}

size_t weir_search_used(const weir_search *s)
{
    return s->a.used + sizeof *s;
}
