/* Logistic regression with a quadratic penalty on sparse rows, to the optimum: truncated Newton steps (Lin, Weng,
 * Keerthi, "Trust Region Newton Method for Logistic Regression", JMLR 9, 2008; here with a line search in place of the
 * region). Minimises
 *
 *   |w|^2 / 2 + c * sum over rows of log(1 + exp(-y (w x + bias))),  y = -1 or 1, the bias not penalised,
 *
 * which is scikit-learn's LogisticRegression(C=c): weights agree to 1e-4. No chance in it: same rows, same weights.
 * Pure; memory from the caller's arena. Thread: any. */
#ifndef WEIR_ENGINE_DETECT_LOGISTIC_H
#define WEIR_ENGINE_DETECT_LOGISTIC_H

#include "base/arena.h"
#include "base/err.h"

struct sparse { /* row i has the features index[start[i]] .. index[start[i+1]-1] with their values */
    const uint32_t *start, *index;
    const float *value; /* finite */
    uint32_t rows, columns;
};

enum { LOGISTIC_STEPS = 50, LOGISTIC_INNER = 100 }; /* most Newton steps, and conjugate gradient steps in each */

/* weights: columns + 1 numbers, the last is the bias; set by this. label: 0 or 1 a row. use: rows to learn from, or
 * NULL for all. Scratch from `a`: 40 bytes a column and 40 a row. Errors: ERR_LIMIT (the arena is full). */
MUST_USE err logistic_train(const struct sparse *x, const unsigned char *label, const unsigned char *use, double c,
                            struct arena *a, double *weights);
/* w x + bias of one row: the log odds of label 1. */
double logistic_score(const struct sparse *x, uint32_t row, const double *weights);

#endif
