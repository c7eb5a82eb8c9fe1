/* Words in what people wrote. */
#include "edge/inquiry/desk_internal.h"

static bool has_word(str text, str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (str_eq_nocase(str_cut(text, i, word.len), word)) return true;
    return false;
}

enum { PARTS = 4 };

static bool in_one(const str parts[PARTS], str word)
{
    for (size_t i = 0; i < PARTS; i++)
        if (has_word(parts[i], word)) return true;
    return false;
}

err desk_text_has(struct inquiry_desk *d, struct tx *tx, int64_t seq, const str *words, size_t count, struct arena *a,
                  bool *has)
{
    struct inquiry_text t;
    *has = false;
    uint64_t age = text_marks_age(d->marks);
    if (text_marks_exclude(d->marks, seq, words, count)) return OK;
    err e = desk_open_text(d, tx, seq, a, &t);
    if (e.code || t.erased) return e;
    const str parts[PARTS] = { t.subject, t.body, t.sender_email, t.sender_name };
    text_marks_add(d->marks, age, seq, parts, PARTS);
    *has = true;
    for (size_t i = 0; i < count && *has; i++) *has = in_one(parts, words[i]);
    return OK;
}
