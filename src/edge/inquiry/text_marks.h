/* Which words cannot be in a sealed text, so that a search opens few of them: 2,048 bits a text, one for each three
 * letters in a row (a Bloom filter with one hash, B. H. Bloom 1970; ASCII case does not matter). A word is in a text
 * only if the bits of all its threes are set. In memory only, made as texts are opened, and forgotten when somebody is
 * erased: no word of what people wrote gets into an index. At most 65,536 texts, 17 MB; beyond, new ones take the place
 * of old. */
#ifndef WEIR_EDGE_INQUIRY_TEXT_MARKS_H
#define WEIR_EDGE_INQUIRY_TEXT_MARKS_H

#include <stdbool.h>

#include "base/str.h"

struct text_marks; /* opaque; thread: any */

struct text_marks *text_marks_new(void);
void text_marks_free(struct text_marks *m); /* accepts NULL */
/* Asked before a text is opened, and given with what it is made of: after text_marks_forget nothing of before is kept.
 */
uint64_t text_marks_age(struct text_marks *m);
/* seq: 1 or more. */
void text_marks_add(struct text_marks *m, uint64_t age, int64_t seq, const str *parts, size_t count);
/* True: one of the words is in no part of this text. False: perhaps all are, or the text is not known. */
bool text_marks_exclude(struct text_marks *m, int64_t seq, const str *words, size_t count);
void text_marks_forget(struct text_marks *m); /* all of them */
size_t text_marks_count(struct text_marks *m);

#endif
