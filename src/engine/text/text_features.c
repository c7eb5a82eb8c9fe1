#include "engine/text/text_features.h"

#include <assert.h>
#include <stdbool.h>

#define SEED_WORD UINT64_C(0x9E3779B97F4A7C15)
#define SEED_PAIR UINT64_C(0xC2B2AE3D27D4EB4F)
#define SEED_CHAR UINT64_C(0x165667B19E3779F9)
#define STEP UINT64_C(0xD6E8FEB86659FD93)

static inline uint64_t more(uint64_t h, uint64_t v)
{
    h = (h ^ v) * STEP;
    return h ^ h >> 32;
}

static inline bool in_word(uint8_t kind)
{
    return kind >= TEXT_LETTER;
}

/* --- Words --- */

static void find_words(struct text_features *f)
{
    f->words = 0;
    for (size_t i = 0; i < f->letters;) {
        if (!in_word(f->kind[i])) {
            i++;
            continue;
        }
        struct text_word w = { .hash = SEED_WORD, .from = (uint32_t)i };
        for (; i < f->letters && in_word(f->kind[i]); i++) w.hash = more(w.hash, f->code[i]);
        w.to = (uint32_t)i;
        f->word[f->words++] = w;
    }
}

static inline uint64_t next_to(uint64_t a, uint64_t b)
{
    return more(more(SEED_WORD, a), b);
}

/* In any order. */
static inline uint64_t near(uint64_t a, uint64_t b)
{
    return a < b ? more(more(SEED_PAIR, a), b) : more(more(SEED_PAIR, b), a);
}

static size_t add_words(struct text_features *f, size_t n)
{
    for (size_t i = 0; i < f->words; i++) {
        f->hash[n++] = f->word[i].hash;
        if (i + 1 < f->words) f->hash[n++] = next_to(f->word[i].hash, f->word[i + 1].hash);
    }
    return n;
}

static size_t add_pairs(struct text_features *f, size_t n)
{
    for (size_t i = 0; i < f->words; i++)
        for (size_t k = i + 1; k < f->words && k <= i + TEXT_NEAR; k++)
            f->hash[n++] = near(f->word[i].hash, f->word[k].hash);
    return n;
}

/* --- Characters --- */

/* The i-th character of [from, to) with a space before and after. */
static inline uint32_t padded(const struct text_features *f, size_t from, size_t len, size_t i)
{
    return i == 0 || i == len + 1 ? ' ' : f->code[from + i - 1];
}

static size_t add_runs(struct text_features *f, size_t from, size_t len, size_t n)
{
    for (size_t i = 0; i + TEXT_GRAM_LEAST <= len + 2; i++) {
        uint64_t h = more(SEED_CHAR, padded(f, from, len, i));
        size_t most = len + 2 - i < TEXT_GRAM_MOST ? len + 2 - i : TEXT_GRAM_MOST;
        for (size_t k = 1; k < most; k++) {
            h = more(h, padded(f, from, len, i + k));
            f->hash[n++] = h;
        }
    }
    return n;
}

static size_t add_chars(struct text_features *f, size_t n)
{
    for (size_t i = 0; i < f->letters;) {
        size_t from = i;
        while (i < f->letters && f->kind[i] != TEXT_SPACE) i++;
        if (i > from) n = add_runs(f, from, i - from, n);
        else i++;
    }
    return n;
}

void text_features(str text, struct text_features *f)
{
    f->letters = text_letters(text, f->code, f->kind);
    find_words(f);
    f->end[TEXT_WORDS] = add_words(f, 0);
    f->end[TEXT_CHARS] = add_chars(f, f->end[TEXT_WORDS]);
    f->end[TEXT_PAIRS] = add_pairs(f, f->end[TEXT_CHARS]);
    assert(f->end[TEXT_PAIRS] <= TEXT_FEATURES_MAX);
}
