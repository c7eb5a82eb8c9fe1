/* Characters of UTF-8 texts, and their small letters in the scripts whose capitals people mix freely with them: Latin,
 * Greek, Cyrillic. Pure. Thread: any. */
#ifndef WEIR_BASE_UTF8_H
#define WEIR_BASE_UTF8_H

#include <stdint.h>

#include "base/str.h"

#define UTF8_NONE UINT32_MAX /* no character */

/* The character at a byte of the text (at < text.len); *len is how many bytes it has. UTF8_NONE with a length of 1
 * where bytes are none: cut off, without what must follow, past U+13FFFF. */
uint32_t utf8_at(str text, size_t at, size_t *len);
/* The bytes of a character below U+200000; gives how many (1..4). */
size_t utf8_put(uint32_t code, char out[4]);
/* Itself when it is none of these scripts' capitals. The sigma of a word's end becomes the other one. */
uint32_t utf8_lower(uint32_t code);

#endif
