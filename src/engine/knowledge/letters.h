/* One character of a text: its kind and its lower case without accent. Enough of Unicode for words of the Latin, Greek
 * and Cyrillic scripts; anything else that is a letter stands for itself. */
#ifndef WEIR_ENGINE_KNOWLEDGE_LETTERS_H
#define WEIR_ENGINE_KNOWLEDGE_LETTERS_H

#include <stdint.h>

#include "base/str.h"

enum letter_kind { LETTER_NONE, LETTER_LOWER, LETTER_UPPER, LETTER_DIGIT, LETTER_IDEOGRAPH };

struct letter {
    enum letter_kind kind;
    uint8_t len;        /* bytes in the text, 1 at least */
    uint8_t folded_len; /* 0..4 */
    char folded[4];
};

/* At a byte of the text; past the end: LETTER_NONE. Bytes that are no UTF-8 are LETTER_NONE, one by one. */
struct letter letter_at(str text, size_t at);
/* The character that ends before `at`. */
struct letter letter_before(str text, size_t at);

#endif
