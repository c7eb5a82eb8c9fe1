/* A text as characters in lower case, each with its kind: what every view of a text is made from. Bytes that are no
 * UTF-8 stand for themselves, one by one. Pure. Thread: any. */
#ifndef WEIR_ENGINE_TEXT_LETTERS_H
#define WEIR_ENGINE_TEXT_LETTERS_H

#include <stdint.h>

#include "base/str.h"

enum { TEXT_BYTES_MAX = 8192 }; /* of a longer text the rest is not read */
enum text_kind { TEXT_SPACE, TEXT_SIGN, TEXT_LETTER, TEXT_DIGIT };

/* The characters of `text` (cut to TEXT_BYTES_MAX bytes) in lower case and their kinds (enum text_kind). `code` and
 * `kind` have room for TEXT_BYTES_MAX. Gives how many. */
size_t text_letters(str text, uint32_t *code, uint8_t *kind);
/* One character at a byte of the text, as written; *len is its bytes. */
uint32_t text_code_at(str text, size_t at, size_t *len);
enum text_kind text_kind_of(uint32_t code);

#endif
