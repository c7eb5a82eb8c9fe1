#include "engine/text/text_stack.h"

#include <assert.h>
#include <math.h>

#include "base/hash.h"

static const char magic[8] = { 'w', 'e', 'i', 'r', 's', 't', 'c', 'k' };
static_assert(sizeof(struct text_stack_head) % 8 == 0, "kept in files");

/* --- Opening --- */

static err corrupt(const char *what)
{
    return err_make(ERR_CORRUPT, "not a model of several questions: %s", what);
}

/* The questions share out the labels, in order and without a gap. */
static err check_questions(const struct text_stack_head *h, size_t *labels)
{
    *labels = 0;
    if (h->questions < 1 || h->questions > TEXT_STACK_QUESTIONS_MAX) return corrupt("a count is out of range");
    for (size_t i = 0; i < h->questions; i++) {
        const struct text_question *q = &h->question[i];
        if (q->first != *labels || q->count < 2 || q->count > TEXT_STACK_LABELS_MAX - *labels)
            return corrupt("a question has the wrong labels");
        if (q->deepest < 1 || q->deepest >= TEXT_STACK_LEVELS) return corrupt("a level is out of range");
        if (!(q->plain >= 0)) return corrupt("a number is out of range");
        if (q->name[0] == 0 || !memchr(q->name, 0, sizeof q->name) || !str_utf8_valid(str_of(q->name)))
            return corrupt("a question has no name");
        *labels += q->count;
    }
    return h->extras == 0 || h->extras == *labels ? OK : corrupt("a count is out of range");
}

static size_t weight_count(const struct text_stack_head *h, bool with_vector)
{
    size_t n = 0;
    for (size_t i = 0; i < h->questions; i++)
        n += h->question[i].count * text_stack_inputs(h->extras, h->question[i].count, with_vector);
    return n;
}

static bool inside(const struct text_stack_head *h, uint64_t at, uint64_t len)
{
    return at % TEXT_ALIGN == 0 && at >= sizeof *h && at <= h->size && len <= h->size - at;
}

static err check_numbers(const struct text_stack_head *h, uint64_t at, size_t n)
{
    if (n > h->size / sizeof(float) || !inside(h, at, n * sizeof(float))) return corrupt("a section lies outside");
    const float *w = (const void *)((const char *)h + at);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(w[i])) return corrupt("a number is out of range");
    return OK;
}

static err check_weights(const struct text_stack_head *h)
{
    err e = OK;
    for (size_t v = 0; v < TEXT_STACK_LEVELS && !e.code; v++)
        e = check_numbers(h, h->weights[v], weight_count(h, v > 0));
    return e;
}

/* What makes scores of the first part of a vector. */
static err check_early(const struct text_stack_head *h, struct text_stack *s)
{
    size_t dims = s->model.head->dims;
    if ((dims > 0) != (h->layers > 0)) return corrupt("its vectors come from nowhere");
    s->early_dims = text_stack_early(h->layers, h->until, dims);
    if (dims && (!s->early_dims || s->early_dims % 8)) return corrupt("its first layers are none");
    s->early = (const void *)((const char *)h + h->early);
    return check_numbers(h, h->early, s->model.head->classes * (s->early_dims + 1));
}

err text_stack_open(str bytes, struct text_stack *out)
{
    const struct text_stack_head *h = (const void *)bytes.ptr;
    size_t labels = 0;
    assert((uintptr_t)bytes.ptr % 8 == 0);
    if (bytes.len < sizeof *h || memcmp(h->magic, magic, sizeof magic) != 0)
        return corrupt("it begins with other bytes");
    if (h->version != TEXT_STACK_VERSION)
        return err_make(ERR_TOO_NEW, "the model of several questions has version %u, this weir reads %d", h->version,
                        TEXT_STACK_VERSION);
    if (h->size != bytes.len) return corrupt("its length is another than it says");
    if (hash64(str_cut(bytes, sizeof *h, bytes.len)) != h->check) return corrupt("its bytes were changed");
    err e = check_questions(h, &labels);
    if (!e.code) e = check_weights(h);
    if (!e.code && !inside(h, h->model, h->model_len)) e = corrupt("a section lies outside");
    struct text_stack s = { .head = h };
    if (!e.code) e = text_model_open(str_cut(bytes, (size_t)h->model, (size_t)h->model_len), &s.model);
    if (!e.code && s.model.head->classes != labels) e = corrupt("its classifier has other labels");
    if (!e.code) e = check_early(h, &s);
    for (size_t v = 0; v < TEXT_STACK_LEVELS; v++) s.weights[v] = (const void *)(bytes.ptr + h->weights[v]);
    if (!e.code) *out = s;
    return e;
}

void text_stack_begin(struct text_stack_head *h)
{
    memcpy(h->magic, magic, sizeof magic);
    h->version = TEXT_STACK_VERSION;
}

/* --- Judging --- */

size_t text_stack_early(uint32_t layers, uint32_t until, size_t dims)
{
    uint32_t first = until < 31 ? layers & ((UINT32_C(2) << until) - 1) : layers;
    return layers ? dims / (size_t)__builtin_popcount(layers) * (size_t)__builtin_popcount(first) : 0;
}

size_t text_stack_inputs(size_t extras, size_t labels, bool with_vector)
{
    return extras + labels * (with_vector ? 2 : 1) + 1;
}

void text_stack_read(const struct text_question *q, const float *extra, size_t extras, const float *sparse,
                     const float *dense, float x[TEXT_STACK_INPUTS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < extras; i++) x[n++] = extra[i];
    for (size_t i = 0; i < q->count; i++) x[n++] = sparse[q->first + i];
    for (size_t i = 0; dense && i < q->count; i++) x[n++] = dense[q->first + i];
    x[n] = 1;
}

/* The softmax of what the rows of weights make of x. */
static void answer(const float *weights, const float *x, size_t inputs, size_t labels, float *p)
{
    float most = -INFINITY, all = 0;
    for (size_t c = 0; c < labels; c++) {
        p[c] = 0;
        for (size_t i = 0; i < inputs; i++) p[c] += weights[c * inputs + i] * x[i];
        most = fmaxf(most, p[c]);
    }
    for (size_t c = 0; c < labels; c++) all += p[c] = expf(p[c] - most);
    for (size_t c = 0; c < labels; c++) p[c] /= all;
}

/* Of the questions that this level answers. */
static void answer_all(const struct text_stack *s, unsigned level, const float *extra, const struct text_work *w,
                       float *p)
{
    const float *weights = s->weights[level];
    float x[TEXT_STACK_INPUTS_MAX];
    for (size_t i = 0; i < s->head->questions; i++) {
        const struct text_question *q = &s->head->question[i];
        size_t inputs = text_stack_inputs(s->head->extras, q->count, level > 0);
        text_stack_read(q, extra, s->head->extras, w->margin, level > 0 ? w->dense : NULL, x);
        if (level <= q->deepest) answer(weights, x, inputs, q->count, p + q->first);
        weights += q->count * inputs;
    }
}

void text_stack_judge(const struct text_stack *s, str text, const float *extra, struct text_work *w,
                      float p[TEXT_STACK_LABELS_MAX])
{
    (void)text_margins(&s->model, text, w);
    answer_all(s, 0, extra, w, p);
}

bool text_stack_goes_on(const struct text_stack *s, unsigned level, const float *p)
{
    for (size_t i = 0; s->head->layers && i < s->head->questions; i++) {
        const struct text_question *q = &s->head->question[i];
        float most = 0;
        for (size_t k = q->first; k < q->first + q->count; k++) most = fmaxf(most, p[k]);
        if (level < q->deepest && most < q->plain) return true;
    }
    return false;
}

void text_stack_judge_vector(const struct text_stack *s, unsigned level, const float *vector, const float *extra,
                             struct text_work *w, float p[TEXT_STACK_LABELS_MAX])
{
    assert(level == 1 || level == 2);
    if (level == 1) text_row_scores(s->early, s->model.head->classes, s->early_dims, vector, w->dense);
    else text_dense_scores(&s->model, vector, w->dense);
    answer_all(s, level, extra, w, p);
}
