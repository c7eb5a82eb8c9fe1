/* The words that spoke: how much the margin of a class falls when a word is left out of the text (occlusion: Zeiler and
 * Fergus, ECCV 2014). By words and characters; the sentence vector has no words. Pure. Thread: any. */
#ifndef WEIR_ENGINE_TEXT_EXPLAIN_H
#define WEIR_ENGINE_TEXT_EXPLAIN_H

#include "engine/text/text_model.h"

enum { TEXT_EXPLAIN_WORDS = 64, TEXT_EXPLAIN_BYTES = 1024 }; /* of longer texts the first so many are looked at */

struct text_reason {
    str word;   /* of the text */
    float gain; /* of the margin by it; below 0: it spoke against */
};
/* Strongest first; at most `max`. Gives how many. */
size_t text_explain(const struct text_model *m, str text, size_t class, struct text_work *w, struct text_reason *out,
                    size_t max);

#endif
