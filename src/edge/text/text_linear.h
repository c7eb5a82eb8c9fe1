/* Linear classifiers by LIBLINEAR (Fan et al., JMLR 9, 2008): one class against the rest, squared hinge loss, dual
 * coordinate descent; on vectors by code of our own (text_dual.c). LIBLINEAR draws from the C library's rand(), which
 * is seeded here: training belongs in a process of its own (`weir text train`). Thread: one in the process. */
#ifndef WEIR_EDGE_TEXT_LINEAR_H
#define WEIR_EDGE_TEXT_LINEAR_H

#include "base/err.h"
#include "edge/text/text_terms.h"

struct text_linear {
    size_t classes, features;
    float *weight; /* features + 1 rows of `classes` numbers; the last row is the constant */
};

struct text_linear_opts {
    double cost;   /* C */
    bool balanced; /* errors of rare classes cost more: by how much rarer they are */
    unsigned seed;
    size_t part; /* of vectors: so many numbers have one scale; 0: all */
    bool last;   /* of vectors: the last part alone counts */
};
/* What an error on a text of each class costs against 1, by how many texts each has. */
void text_linear_costs(const size_t *of, size_t classes, size_t rows, const struct text_linear_opts *o, double *cost);

/* Of the rows with use[i] != 0 (NULL: all) and a label below `classes`. On terms weighted by idf, or on dense vectors.
 * dims: a multiple of 16. Errors: ERR_INPUT (fewer than two classes among the rows). */
MUST_USE err text_linear_sparse(const struct text_terms *t, const double *idf, const uint32_t *label,
                                const uint8_t *use, size_t classes, const struct text_linear_opts *o,
                                struct text_linear *out);
MUST_USE err text_linear_dense(const float *x, size_t dims, size_t rows, const uint32_t *label, const uint8_t *use,
                               size_t classes, const struct text_linear_opts *o, struct text_linear *out);
void text_linear_done(struct text_linear *l);

/* Margins of a row, a class each. */
void text_linear_score(const struct text_linear *l, const struct text_terms *t, size_t row, const double *idf,
                       float *out);
void text_linear_score_dense(const struct text_linear *l, const float *x, float *out);

#endif
