/* Multinomial logistic regression with a quadratic penalty, to the optimum by Newton's method with a line search:
 * minimises -sum log p(label) + ridge/2 |w|^2 over the standardised inputs; the constant is hardly penalised. For few
 * inputs: the curvature is a full matrix. No chance in it. Agrees with scikit-learn's LogisticRegression(C=1/ridge) on
 * standardised inputs to 1e-3 of a probability. Thread: any. */
#ifndef WEIR_EDGE_TEXT_LOGIT_H
#define WEIR_EDGE_TEXT_LOGIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { TEXT_LOGIT_WEIGHTS_MAX = 2000 }; /* classes x inputs */

/* x: rows x inputs, the last input always 1. use: rows to learn from. weights: classes x inputs, for x as it is.
 * Errors: ERR_LIMIT (too many weights), ERR_INPUT (no rows). */
MUST_USE err text_logit(const float *x, size_t rows, size_t inputs, const uint32_t *label, const uint8_t *use,
                        size_t classes, double ridge, float *weights);

#endif
