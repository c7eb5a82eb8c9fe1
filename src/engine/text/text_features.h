/* What a linear model sees of a text, as 64-bit hashes: words and neighbouring words, runs of two to five characters
 * inside words (with the space before and after), and pairs of words that stand near each other in any order. The
 * hashing trick of Weinberger et al., ICML 2009, with hashes wide enough that nothing collides; a model keeps the
 * hashes it was trained with. Pure. Thread: any, one struct text_features each. */
#ifndef WEIR_ENGINE_TEXT_FEATURES_H
#define WEIR_ENGINE_TEXT_FEATURES_H

#include "engine/text/text_letters.h"

enum text_view { TEXT_WORDS, TEXT_CHARS, TEXT_PAIRS, TEXT_VIEWS };
enum {
    TEXT_GRAM_LEAST = 2,
    TEXT_GRAM_MOST = 5,
    TEXT_NEAR = 8, /* words of a pair are at most so far apart */
    TEXT_WORDS_MAX = TEXT_BYTES_MAX / 2,
    /* At most four runs begin at each character and at the space before it; words have something between them. */
    TEXT_FEATURES_MAX = 2 * TEXT_WORDS_MAX + 4 * TEXT_BYTES_MAX + 4 + TEXT_NEAR * TEXT_WORDS_MAX,
};

struct text_word {
    uint64_t hash;
    uint32_t from, to; /* characters [from, to) */
};

/* About 0.7 MB: the caller keeps one and uses it for text after text. */
struct text_features {
    uint64_t hash[TEXT_FEATURES_MAX]; /* view after view, with repeats */
    size_t end[TEXT_VIEWS];           /* where each view ends */
    struct text_word word[TEXT_WORDS_MAX];
    size_t words;
    uint32_t code[TEXT_BYTES_MAX];
    uint8_t kind[TEXT_BYTES_MAX];
    size_t letters;
};

/* The features of a text; what f held before is gone. */
void text_features(str text, struct text_features *f);
/* Where view `v` begins in f->hash. */
static inline size_t text_view_from(const struct text_features *f, enum text_view v)
{
    return v ? f->end[v - 1] : 0;
}

#endif
