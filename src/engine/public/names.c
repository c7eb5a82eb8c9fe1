/* weir/names.h over engine/text. */
#include "weir/names.h"

#include <assert.h>
#include <math.h>

#include "engine/public/public.h"
#include "engine/text/text_model.h"
#include "engine/text/text_zero.h"

enum { DIM = WEIR_ENCODE_DIM, BESIDE = 1024 /* what arenas take for themselves and for alignment */ };

static_assert((int)WEIR_NAMES_MAX == (int)TEXT_CLASSES_MAX && (int)WEIR_NAMES_TOGETHER == (int)TEXT_ZERO_MANY,
              "public limits are the inner ones");

static void encode_name(weir_encoder *e, const struct weir_name *name, float *out)
{
    char room[TEXT_ZERO_ROOM];
    struct arena a = arena_over(room, sizeof room);
    str sentence[TEXT_ZERO_SENTENCES];
    struct weir_text text[TEXT_ZERO_SENTENCES];
    float vector[TEXT_ZERO_SENTENCES * DIM];
    text_zero_sentences((str){ name->label.ptr, name->label.len },
                        (str){ name->description.ptr, name->description.len }, &a, sentence);
    for (size_t i = 0; i < TEXT_ZERO_SENTENCES; i++) text[i] = (struct weir_text){ sentence[i].ptr, sentence[i].len };
    weir_encode(e, text, TEXT_ZERO_SENTENCES, vector);
    text_zero_names(vector, 1, DIM, out);
}

int weir_encode_names(weir_encoder *e, const struct weir_name *names, size_t n, float *out, struct weir_error *error)
{
    for (size_t i = 0; i < n; i++) {
        if (!names[i].label.len && !names[i].description.len)
            return public_error(err_make(ERR_INPUT, "names: number %zu has neither label nor description", i), error);
        encode_name(e, &names[i], out + i * DIM);
    }
    return public_error(OK, error);
}

/* As text_zero asks for it: a mean, the names twice, the texts. */
size_t weir_classify_names_memory(size_t names, size_t texts)
{
    return (1 + 2 * names + texts) * DIM * sizeof(float) + BESIDE;
}

/* A direction is all that counts of a vector: there must be one. */
static err check_vectors(const char *what, const float *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t k = 0; k < DIM; k++) square += (double)v[i * DIM + k] * (double)v[i * DIM + k];
        if (!(square > 1e-12 && square < 1e12))
            return err_make(ERR_INPUT, "%s: vector %zu has the length %.3g", what, i, sqrt(square));
    }
    return OK;
}

int weir_classify_names(const float *names, size_t n, const float *texts, size_t count, struct weir_memory work,
                        float *p, struct weir_error *error)
{
    err e = n >= 2 && n <= WEIR_NAMES_MAX
                ? OK
                : err_make(ERR_INPUT, "names: expected 2 to %d of them, not %zu", WEIR_NAMES_MAX, n);
    if (!e.code) e = err_wrap(public_room(work.ptr, work.size, weir_classify_names_memory(n, count), 1), "work");
    struct arena a = public_arena(work);
    if (!e.code) e = check_vectors("names", names, n);
    if (!e.code) e = check_vectors("texts", texts, count);
    if (!e.code && count) e = text_zero(names, n, texts, count, DIM, &a, p);
    return public_error(e, error);
}
