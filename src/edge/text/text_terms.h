/* The features of a set of texts, numbered: number 0 stands in most texts. Rare runs of characters and rare pairs are
 * left out. Thread: any. */
#ifndef WEIR_EDGE_TEXT_TERMS_H
#define WEIR_EDGE_TEXT_TERMS_H

#include "base/err.h"
#include "engine/text/text_features.h"

struct text_terms {
    size_t terms, rows;
    uint64_t *hash; /* a term each */
    uint8_t *view;
    size_t *start; /* rows + 1: the terms of a row are [start[i], start[i + 1]) of the two below, view after view */
    uint32_t *term, *count;
};

/* In how many texts a feature of a view must stand. */
extern const uint32_t text_least[TEXT_VIEWS];

/* Errors: ERR_LIMIT (more features than a machine holds). */
MUST_USE err text_terms_find(const str *text, size_t rows, struct text_terms *out);
void text_terms_done(struct text_terms *t);

/* The weights of terms when only the rows with use[i] != 0 were seen (NULL: all): idf as ln((1 + n) / (1 + df)) + 1,
 * and 0 for a term that then is too rare. idf: t->terms numbers. */
void text_terms_idf(const struct text_terms *t, const uint8_t *use, double *idf);
/* The values of a row's terms: 1 + ln(count) times idf, each view of length 1. out: one for each term of the row. */
void text_terms_row(const struct text_terms *t, size_t row, const double *idf, double *out);

#endif
