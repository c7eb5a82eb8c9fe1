#include "edge/text/text_names.h"

#include <assert.h>

#include "engine/encode/encode.h"

static_assert((int)TEXT_NAMES_LAYERS == 1 << ENCODE_LAYERS, "the last layer");

err text_names_add(struct text_names *n, str label, str says)
{
    label = str_trim(label);
    if (!label.len) return err_make(ERR_INPUT, "a class needs a name");
    for (size_t i = 0; i < n->count; i++)
        if (str_eq(n->label[i], label))
            return err_make(ERR_INPUT, "'" STR_FMT "' is named twice", STR_ARG(str_utf8_prefix(label, 60)));
    n->label[n->count] = label;
    n->says[n->count++] = str_trim(says);
    return OK;
}

str *text_names_sentences(const struct text_names *n, struct arena *a)
{
    str *out = ARENA_ARRAY(a, str, n->count * TEXT_ZERO_SENTENCES);
    for (size_t c = 0; c < n->count; c++)
        text_zero_sentences(n->label[c], n->says[c], a, out + c * TEXT_ZERO_SENTENCES);
    return out;
}

err text_names_judge(const struct text_names *n, const float *sentences, const float *texts, size_t rows,
                     struct arena *a, float **p)
{
    float *names = arena_try(a, n->count * ENCODE_DIM * sizeof *names);
    *p = arena_try(a, rows * n->count * sizeof **p);
    if (!names || !*p) return err_make(ERR_LIMIT, "%zu texts are too many at once", rows);
    text_zero_names(sentences, n->count, ENCODE_DIM, names);
    return text_zero(names, n->count, texts, rows, ENCODE_DIM, a, *p);
}
