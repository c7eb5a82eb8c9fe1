/* What BERT's tokenizer makes of a character: one lookup in two tables that were made by asking the reference about
 * each code point (tests/reference/unicode_table.py). */
#ifndef WEIR_ENGINE_ENCODE_UNICODE_H
#define WEIR_ENGINE_ENCODE_UNICODE_H

#include <stdint.h>

#include "base/str.h"

enum unicode_kind {
    UNICODE_WORD,
    UNICODE_DROP,
    UNICODE_SPACE,
    UNICODE_PUNCTUATION, /* a word of its own */
    UNICODE_CJK,         /* the same */
    UNICODE_HANGUL,      /* becomes its letters */
    UNICODE_MAPPED = 8,  /* becomes something else: lower case, without accent, decomposed */
};
enum { UNICODE_HANGUL_BYTES = 9, UNICODE_ASCII_KINDS = 3 };

/* For the fast path: what a byte below 128 becomes. Above UNICODE_ASCII_KINDS: this character of a word; else its enum
 * unicode_kind; UNICODE_WORD stands for bytes from 128 on. */
extern const uint8_t unicode_ascii[256];

enum unicode_kind unicode_kind_of(uint32_t code);
/* Of a code of kind UNICODE_MAPPED: 1 to 16 bytes of UTF-8 that live forever. */
str unicode_mapped(uint32_t code);
/* Of a code of kind UNICODE_HANGUL: its two or three letters. The text lives in `room`. */
str unicode_hangul(uint32_t code, char room[UNICODE_HANGUL_BYTES]);
/* The code point at the front of `s`; gives its bytes, 0 = not UTF-8 (also of surrogates and overlong forms). */
size_t unicode_decode(str s, uint32_t *code);

#endif
