/* Classes known by name only. A name, put into some sentences, has a vector; a text belongs to the name whose vector is
 * nearest. With many texts at hand both clouds are centred, and the names move towards the texts that chose them: soft
 * k-means on the sphere (Banerjee et al., JMLR 6, 2005) with the names as its prior, which undoes names that attract
 * too much. Then what is said of a text depends on the texts it is judged with. Pure. Thread: any. */
#ifndef WEIR_ENGINE_TEXT_ZERO_H
#define WEIR_ENGINE_TEXT_ZERO_H

#include "base/arena.h"
#include "base/err.h"

enum {
    TEXT_ZERO_STEPS = 10,
    TEXT_ZERO_MANY = 5,          /* texts a class, from which on texts teach */
    TEXT_ZERO_SENTENCES = 4,     /* that a name is put into */
    TEXT_ZERO_BYTES_MAX = 2048,  /* of a name that count */
    TEXT_ZERO_ROOM = 16 << 10,   /* bytes of an arena that serve for the sentences of one name */
};

/* A name as it stands in a sentence: underscores and dashes are spaces, question marks go. In `a`. */
str text_zero_name(str label, struct arena *a);
/* The sentences of a class: what it stands for in each of them. says: empty = the label, as a name. In `a`. */
void text_zero_sentences(str label, str says, struct arena *a, str out[TEXT_ZERO_SENTENCES]);
/* `vectors` of sentences, TEXT_ZERO_SENTENCES a class, to those of names: classes x dims. */
void text_zero_names(const float *vectors, size_t classes, size_t dims, float *names);

/* names: classes x dims; text: rows x dims; vectors of any length but 0. p: rows x classes probabilities, which have
 * not been held against anything: their order is worth more than their size. Errors: ERR_LIMIT (the arena is full). */
MUST_USE err text_zero(const float *names, size_t classes, const float *text, size_t rows, size_t dims, struct arena *a,
                       float *p);
/* The likeliest class of one row of p; the first of several. */
size_t text_zero_best(const float *p, size_t classes);

#endif
