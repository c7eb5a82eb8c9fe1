#include "engine/text/text_language.h"

#include <math.h>
#include <stdbool.h>

#include "base/utf8.h"

#define SMOOTH 0.2F

const char *const text_language_codes[LANGUAGES] = { "en", "de", "es", "fr", "it", "pt", "nl" };

struct runs {
    uint32_t a, b; /* the two characters before */
    size_t letters;
};

/* Letters as they come; all else is one space. Gives the bucket of the run that ends here, or SIZE_MAX. */
static size_t next_run(struct runs *r, uint32_t code, enum text_kind kind)
{
    uint32_t c = kind == TEXT_LETTER ? utf8_lower(code) : ' ';
    if (c == ' ' && r->b == ' ') return SIZE_MAX;
    uint32_t h = (r->a * 31 + r->b) * 1031 + c;
    bool whole = r->a != 0 && !(r->a == ' ' && c == ' ');
    r->letters += c != ' ';
    r->a = r->b;
    r->b = c;
    h = (h ^ h >> 15) * UINT32_C(2246822519);
    return whole ? (h ^ h >> 13) % TEXT_LANGUAGE_BUCKETS : SIZE_MAX;
}

void text_languages_init(struct text_languages *l)
{
    for (size_t i = 0; i < LANGUAGES; i++) {
        str s = str_of(text_language_samples[i]);
        struct runs r = { .b = ' ' };
        float all = SMOOTH * TEXT_LANGUAGE_BUCKETS;
        for (size_t k = 0; k < TEXT_LANGUAGE_BUCKETS; k++) l->log_p[i][k] = SMOOTH;
        for (size_t at = 0, len; at < s.len; at += len) {
            uint32_t code = text_code_at(s, at, &len);
            size_t k = next_run(&r, code, text_kind_of(code));
            if (k == SIZE_MAX) continue;
            l->log_p[i][k]++;
            all++;
        }
        for (size_t k = 0; k < TEXT_LANGUAGE_BUCKETS; k++) l->log_p[i][k] = logf(l->log_p[i][k] / all);
    }
}

struct text_language_guess text_language(const struct text_languages *l, str text)
{
    float sum[LANGUAGES] = { 0 }, all = 0;
    struct runs r = { .b = ' ' };
    struct text_language_guess g = { LANGUAGES, 0 };
    text = str_utf8_prefix(text, TEXT_BYTES_MAX);
    for (size_t at = 0, len; at < text.len; at += len) {
        uint32_t code = text_code_at(text, at, &len);
        size_t k = next_run(&r, code, text_kind_of(code));
        for (size_t i = 0; k != SIZE_MAX && i < LANGUAGES; i++) sum[i] += l->log_p[i][k];
    }
    if (r.letters < TEXT_LANGUAGE_LETTERS_LEAST) return g;
    g.best = 0;
    for (unsigned i = 1; i < LANGUAGES; i++)
        if (sum[i] > sum[g.best]) g.best = i;
    for (size_t i = 0; i < LANGUAGES; i++) all += expf(sum[i] - sum[g.best]);
    g.p = 1 / all;
    return g;
}
