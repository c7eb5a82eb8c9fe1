#include "engine/text/text_explain.h"

#include <math.h>

static bool is_word_at(str text, size_t at, size_t *len)
{
    return text_kind_of(text_code_at(text, at, len)) >= TEXT_LETTER;
}

/* The next word at or after *at. */
static bool next_word(str text, size_t *at, str *word)
{
    size_t len = 1, from;
    while (*at < text.len && !is_word_at(text, *at, &len)) *at += len;
    from = *at;
    while (*at < text.len && is_word_at(text, *at, &len)) *at += len;
    *word = str_cut(text, from, *at - from);
    return word->len > 0;
}

static float without(const struct text_model *m, str text, str word, size_t class, struct text_work *w)
{
    char rest[TEXT_EXPLAIN_BYTES];
    size_t from = (size_t)(word.ptr - text.ptr), after = from + word.len;
    memcpy(rest, text.ptr, from);
    memcpy(rest + from, text.ptr + after, text.len - after);
    (void)text_margins(m, (str){ rest, text.len - word.len }, w);
    return w->margin[class];
}

size_t text_explain(const struct text_model *m, str text, size_t class, struct text_work *w, struct text_reason *out,
                    size_t max)
{
    size_t n = 0, at = 0;
    str word;
    text = str_utf8_prefix(text, TEXT_EXPLAIN_BYTES);
    (void)text_margins(m, text, w);
    float whole = w->margin[class];
    for (size_t k = 0; k < TEXT_EXPLAIN_WORDS && next_word(text, &at, &word); k++) {
        struct text_reason r = { word, whole - without(m, text, word, class, w) };
        size_t i = n < max ? n++ : n;
        for (; i > 0 && fabsf(out[i - 1].gain) < fabsf(r.gain); i--)
            if (i < max) out[i] = out[i - 1];
        if (i < max) out[i] = r;
    }
    return n;
}
