/* What held-back scores teach: the factors that make them probabilities, how large prediction sets must be, what tells
 * a text of no class. Everything is convex and solved to the end; no chance in it. Thread: any. */
#ifndef WEIR_EDGE_TEXT_FIT_H
#define WEIR_EDGE_TEXT_FIT_H

#include "engine/text/text_model.h"

/* Scores of texts by models that had not seen them. */
struct text_held {
    size_t rows, classes, kinds; /* kinds of scores: 1, or TEXT_FACTORS */
    float *score[TEXT_FACTORS];  /* rows x classes each */
    float *term;                 /* rows x TEXT_OUTSIDE_TERMS */
    const uint32_t *label;       /* below classes, or the row does not count */
};

/* The factors under which the labels are likeliest (maximum likelihood by Newton's method), never below 0. */
void text_fit_factors(const struct text_held *h, size_t kinds, float factor[TEXT_FACTORS]);
/* The share of probability that prediction sets may miss at each of text_levels: quantiles of 1 - p(label). */
void text_fit_sets(const struct text_held *h, size_t kinds, struct text_scale *s);

struct text_quality {
    double accuracy, macro_f1, log_loss, ece; /* ece: 15 bins of equal size */
    double sure;                              /* accuracy of the surest nine in ten */
    double covered[TEXT_LEVELS], set_size[TEXT_LEVELS];
    size_t rows;
};
struct text_quality text_fit_quality(const struct text_held *h, size_t kinds, const struct text_scale *s);
/* From probabilities (rows x classes). covered and set_size by s->miss. */
struct text_quality text_quality_of(const float *p, const uint32_t *label, size_t rows, size_t classes,
                                    const struct text_scale *s);

/* Odds of "none of these" from the first `terms` terms, logistic between held-back texts and `outside` (count rows of
 * terms); without examples the terms count alike, each by its spread. The threshold lets `refused` (0..1) of the texts
 * of training be refused. Errors: ERR_LIMIT. */
MUST_USE err text_fit_outside(const struct text_held *h, size_t terms, const float *outside, size_t count,
                              double refused, struct text_scale *s);

#endif
