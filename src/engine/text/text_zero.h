/* Classes known by name only. A name, put into some sentences, has a vector; a text belongs to the name whose vector is
 * nearest. With many texts at hand both clouds are centred, and the names move towards the texts that chose them: soft
 * k-means on the sphere (Banerjee et al., JMLR 6, 2005) with the names as its prior, which undoes names that attract
 * too much. Pure. Thread: any. */
#ifndef WEIR_ENGINE_TEXT_ZERO_H
#define WEIR_ENGINE_TEXT_ZERO_H

#include "base/arena.h"
#include "base/err.h"

enum { TEXT_ZERO_STEPS = 10, TEXT_ZERO_MANY = 5 /* texts a class, from which on texts teach */ };

/* The sentences a name is put into, "%" standing for it; ended by NULL. */
extern const char *const text_zero_sentences[];
/* A name as it stands in a sentence: underscores and dashes are spaces, question marks go. In `a`. */
str text_zero_name(str label, struct arena *a);

/* names: classes x dims; text: rows x dims; vectors of any length but 0. p: rows x classes probabilities, which have
 * not been held against anything: their order is worth more than their size. Errors: ERR_LIMIT (the arena is full). */
MUST_USE err text_zero(const float *names, size_t classes, const float *text, size_t rows, size_t dims, struct arena *a,
                       float *p);

#endif
