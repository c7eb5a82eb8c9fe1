/* weir/classify.h over engine/text. */
#include "weir/classify.h"

#include <assert.h>
#include <math.h>

#include "engine/encode/encode.h"
#include "engine/public/public.h"
#include "engine/text/text_explain.h"

struct weir_classifier {
    struct text_model model;
};

/* The caller's memory while a text is judged; nothing in it is read before it is written. */
struct work {
    struct text_work text;
    struct text_guess guess;
    struct text_reason reason[TEXT_EXPLAIN_WORDS];
    uint16_t set[TEXT_CLASSES_MAX];
};

static_assert((int)WEIR_LABELS_MAX == (int)TEXT_CLASSES_MAX && (int)WEIR_CLUES_MAX == (int)TEXT_EXPLAIN_WORDS &&
                  (int)WEIR_SET_99 + 1 == (int)TEXT_LEVELS,
              "public limits are the inner ones");
static_assert(_Alignof(struct work) <= 16, "as the header says");

size_t weir_classifier_size(void)
{
    return sizeof(weir_classifier);
}

static err open_model(str bytes, struct text_model *m)
{
    if ((uintptr_t)bytes.ptr % TEXT_ALIGN)
        return err_make(ERR_INPUT, "model: must stand at an address that divides by %d", TEXT_ALIGN);
    err e = text_model_open(bytes, m);
    if (!e.code && m->head->layers && !encode_layers_fit(m->head->layers, m->head->dims))
        e = err_make(ERR_CORRUPT, "not a text model: it wants layers that the encoder has not");
    return e;
}

int weir_classifier_init(void *memory, size_t size, const void *model, size_t model_size, weir_classifier **out,
                         struct weir_error *error)
{
    struct text_model m = { 0 };
    err e = public_room(memory, size, sizeof(weir_classifier), _Alignof(weir_classifier));
    if (!e.code) e = open_model((str){ model, model ? model_size : 0 }, &m);
    if (!e.code) {
        *out = memory;
        (*out)->model = m;
    }
    return public_error(e, error);
}

size_t weir_classifier_labels(const weir_classifier *c)
{
    return c->model.head->classes;
}

struct weir_text weir_classifier_label(const weir_classifier *c, size_t label)
{
    str s = label < weir_classifier_labels(c) ? text_label(&c->model, label) : STR("");
    return (struct weir_text){ s.ptr, s.len };
}

size_t weir_classifier_dim(const weir_classifier *c)
{
    return c->model.head->dims;
}

unsigned weir_classifier_layers(const weir_classifier *c)
{
    return c->model.head->layers;
}

size_t weir_classify_memory(void)
{
    return sizeof(struct work);
}

static err take_work(struct weir_memory memory, struct work **out)
{
    err e = public_room(memory.ptr, memory.size, sizeof(struct work), _Alignof(struct work));
    *out = memory.ptr;
    return err_wrap(e, "work");
}

/* Scores are made for vectors of length 1; a sum that is no number fails, too. */
static err check_vector(const float *v, size_t n)
{
    double square = 0;
    for (size_t i = 0; i < n; i++) square += (double)v[i] * (double)v[i];
    if (fabs(square - 1) < 0.01) return OK;
    return err_make(ERR_INPUT, "vector: its length is %.3g, 1 is expected", sqrt(square));
}

int weir_classify(const weir_classifier *c, struct weir_text text, const float *vector, enum weir_level level,
                  struct weir_memory memory, struct weir_verdict *out, struct weir_error *error)
{
    struct work *w = NULL;
    size_t dims = weir_classifier_dim(c);
    err e = take_work(memory, &w);
    if (!e.code && (unsigned)level >= TEXT_LEVELS)
        e = err_make(ERR_INPUT, "level: expected one of enum weir_level, not %d", (int)level);
    if (!e.code && vector && dims) e = check_vector(vector, dims);
    if (e.code) return public_error(e, error);
    text_classify(&c->model, (str){ text.ptr, text.len }, vector, &w->text, &w->guess);
    *out = (struct weir_verdict){ .p = w->guess.p,
                                  .best = w->guess.best,
                                  .set = w->set,
                                  .none = w->guess.reject,
                                  .known = w->guess.known,
                                  .outside = (double)w->guess.outside };
    out->set_count = text_prediction_set(&c->model, &w->guess, level, vector != NULL, w->set);
    return public_error(OK, error);
}

int weir_classify_why(const weir_classifier *c, struct weir_text text, size_t label, struct weir_memory memory,
                      struct weir_clue *out, size_t max, size_t *count, struct weir_error *error)
{
    struct work *w = NULL;
    size_t n = 0, labels = weir_classifier_labels(c);
    err e = take_work(memory, &w);
    if (!e.code && label >= labels) e = err_make(ERR_INPUT, "label: expected a number below %zu", labels);
    if (!e.code)
        n = text_explain(&c->model, (str){ text.ptr, text.len }, label, &w->text, w->reason,
                         max < TEXT_EXPLAIN_WORDS ? max : TEXT_EXPLAIN_WORDS);
    for (size_t i = 0; i < n; i++) {
        const struct text_reason *r = &w->reason[i];
        out[i] = (struct weir_clue){ (size_t)(r->word.ptr - text.ptr), r->word.len, (double)r->gain };
    }
    *count = n;
    return public_error(e, error);
}
