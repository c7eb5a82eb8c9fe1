/* Classes known by their names alone, as the command and the server judge by them (engine/text/text_zero.h). */
#ifndef WEIR_EDGE_TEXT_TEXT_NAMES_H
#define WEIR_EDGE_TEXT_TEXT_NAMES_H

#include "engine/text/text_zero.h"

enum { TEXT_NAMES_LAYERS = 1 << 6 /* of the encoder: the last alone */ };

struct text_names {
    str *label, *says; /* what a class is called, and what it stands for; says empty: as it is called */
    size_t count;
};
/* Another class; both are trimmed. The arrays have room. Errors: ERR_INPUT (no label, or one that is there already).
 */
MUST_USE err text_names_add(struct text_names *n, str label, str says);
/* The sentences to be encoded, TEXT_ZERO_SENTENCES a class, in `a`. */
str *text_names_sentences(const struct text_names *n, struct arena *a);
/* Vectors of those sentences and of texts, each of ENCODE_DIM numbers, to probabilities, rows x count, in `a`. Errors:
 * ERR_LIMIT (the arena is full). */
MUST_USE err text_names_judge(const struct text_names *n, const float *sentences, const float *texts, size_t rows,
                              struct arena *a, float **p);

#endif
