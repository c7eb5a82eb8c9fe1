#include "engine/knowledge/rag.h"

#include <math.h>

#include "base/hash.h"

/* Terms of a text, each once. */
struct bag {
    struct arena *a;
    uint64_t *slots; /* open addressing; 0 = free */
    size_t cap, count;
    bool full;
};

static bool bag_has(const struct bag *b, uint64_t h)
{
    if (!b->cap) return false;
    size_t i = (size_t)h & (b->cap - 1);
    while (b->slots[i] && b->slots[i] != h) i = (i + 1) & (b->cap - 1);
    return b->slots[i] == h;
}

static void bag_put(struct bag *b, uint64_t h);

static void bag_grow(struct bag *b)
{
    struct bag bigger = { .a = b->a, .cap = b->cap ? 2 * b->cap : 64 };
    bigger.slots = arena_try(b->a, bigger.cap * sizeof *bigger.slots);
    b->full = !bigger.slots;
    if (b->full) return;
    for (size_t i = 0; i < b->cap; i++)
        if (b->slots[i]) bag_put(&bigger, b->slots[i]);
    *b = bigger;
}

static void bag_put(struct bag *b, uint64_t h)
{
    if (2 * (b->count + 1) > b->cap) bag_grow(b);
    if (b->full || bag_has(b, h)) return;
    size_t i = (size_t)h & (b->cap - 1);
    while (b->slots[i]) i = (i + 1) & (b->cap - 1);
    b->slots[i] = h;
    b->count++;
}

static void take(void *ctx, const struct index_term *t)
{
    uint64_t h = hash64(t->text);
    if (!t->whole) bag_put(ctx, h ? h : 1);
}

/* How much of a sentence another text has. */
struct against {
    const struct bag *bag;
    size_t terms, had;
    bool number_missing;
};

static void compare(void *ctx, const struct index_term *t)
{
    struct against *x = ctx;
    if (t->whole) return;
    uint64_t h = hash64(t->text);
    bool had = bag_has(x->bag, h ? h : 1);
    x->terms++;
    x->had += had;
    if (!had && t->text.ptr[0] >= '0' && t->text.ptr[0] <= '9') x->number_missing = true;
}

static struct against held(struct terms *t, str sentence, const struct bag *bag)
{
    struct against x = { .bag = bag };
    terms_each(t, sentence, compare, &x);
    return x;
}

static bool supported(const struct against *x)
{
    return !x->number_missing && (double)x->had >= RAG_SUPPORTED * (double)x->terms;
}

/* The next sentence: up to a stop before white space, a question or exclamation mark, or a line's end. */
static bool next_sentence(str *rest, str *sentence)
{
    if (!rest->len) return false;
    size_t i = 0;
    for (; i < rest->len; i++) {
        char c = rest->ptr[i];
        bool last = i + 1 == rest->len;
        if (c == '\n' ||
            ((c == '.' || c == '?' || c == '!') && (last || rest->ptr[i + 1] == ' ' || rest->ptr[i + 1] == '\n'))) {
            i++;
            break;
        }
    }
    *sentence = str_cut(*rest, 0, i);
    *rest = str_cut(*rest, i, rest->len);
    return true;
}

/* The share of a text's sentences that the bag supports; those without a term do not count. */
static double supported_share(struct terms *t, str text, const struct bag *bag)
{
    size_t n = 0, good = 0;
    str sentence;
    while (n < RAG_SENTENCES_MAX && next_sentence(&text, &sentence)) {
        struct against x = held(t, sentence, bag);
        if (!x.terms) continue;
        n++;
        good += supported(&x);
    }
    return n ? (double)good / (double)n : NAN;
}

/* Does a passage support any sentence of the reference? */
static bool bears(struct terms *t, str reference, const struct bag *passage)
{
    str sentence;
    for (size_t n = 0; n < RAG_SENTENCES_MAX && next_sentence(&reference, &sentence); n++) {
        struct against x = held(t, sentence, passage);
        if (x.terms && supported(&x)) return true;
    }
    return false;
}

static double precision(struct terms *t, const struct rag_case *c, struct arena *a)
{
    double sum = 0;
    size_t good = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct bag one = { .a = a };
        terms_each(t, c->contexts[i], take, &one);
        if (!bears(t, c->reference, &one)) continue;
        good++;
        sum += (double)good / (double)(i + 1);
    }
    return good ? sum / (double)good : 0;
}

err rag_measure(struct terms *t, const struct rag_case *c, struct arena *a, struct rag_measures *out)
{
    struct bag all = { .a = a }, answer = { .a = a };
    if (c->count > RAG_CONTEXTS_MAX) return err_make(ERR_LIMIT, "over %d contexts", RAG_CONTEXTS_MAX);
    for (size_t i = 0; i < c->count; i++) terms_each(t, c->contexts[i], take, &all);
    terms_each(t, c->answer, take, &answer);
    if (all.full || answer.full) return err_make(ERR_LIMIT, "the texts do not fit in memory");
    struct against asked = held(t, c->question, &answer);
    bool known = str_trim(c->reference).len > 0;
    *out = (struct rag_measures){
        .context_precision = known ? precision(t, c, a) : NAN,
        .context_recall = known ? supported_share(t, c->reference, &all) : NAN,
        .faithfulness = supported_share(t, c->answer, &all),
        .relevance = asked.terms ? (double)asked.had / (double)asked.terms : NAN,
    };
    return OK;
}
