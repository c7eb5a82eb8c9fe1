/* Which language a text is in: naive Bayes over runs of three characters (Cavnar and Trenkle, 1994, with probabilities
 * in place of ranks), learned from the samples in text_language_samples.c, which were written for this. Pure. Thread:
 * any. */
#ifndef WEIR_ENGINE_TEXT_LANGUAGE_H
#define WEIR_ENGINE_TEXT_LANGUAGE_H

#include "engine/text/text_letters.h"

enum text_language {
    LANGUAGE_EN,
    LANGUAGE_DE,
    LANGUAGE_ES,
    LANGUAGE_FR,
    LANGUAGE_IT,
    LANGUAGE_PT,
    LANGUAGE_NL,
    LANGUAGES
};
enum { TEXT_LANGUAGE_BUCKETS = 8192, TEXT_LANGUAGE_LETTERS_LEAST = 12 };
extern const char *const text_language_codes[LANGUAGES]; /* ISO 639-1 */
extern const char *const text_language_samples[LANGUAGES];

/* Made once, then only read. */
struct text_languages {
    float log_p[LANGUAGES][TEXT_LANGUAGE_BUCKETS];
};
void text_languages_init(struct text_languages *l);

struct text_language_guess {
    enum text_language best; /* LANGUAGES: not enough letters to say */
    float p;                 /* of the best, among these languages; it is sure too soon, as naive Bayes is */
};
struct text_language_guess text_language(const struct text_languages *l, str text);

#endif
