/* Two samples of numbers in order, walked once together: everything drift.h says about two columns of numbers comes
 * from here. Pure, no allocation. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_PAIR_H
#define WEIR_ENGINE_DETECT_DRIFT_PAIR_H

#include <stddef.h>

#include "engine/detect/drift.h"

/* Values upwards, without NaN. upto: the rows up to and with each, or NULL: each stands for one. total: of all of them.
 */
struct drift_points {
    const double *value, *upto;
    size_t count;
    double total;
};

/* Fills every field of `out` but the counts of rows. `trust`, above 0 to 1: the share of the rows that counts as
 * evidence, less than 1 where a sketch adds an error of its own. A side without values: the distances are 0 and the
 * p-values 1. */
void drift_pair(const struct drift_points *ref, const struct drift_points *cur, double trust,
                struct drift_numbers *out);
/* Of two lists of shares: the population stability index (1e-4 is added to each share), and the square root of the
 * Jensen-Shannon divergence in nats. */
double drift_psi(const double *p, const double *q, size_t n);
double drift_js(const double *p, const double *q, size_t n);
/* Sums of v - pivot and of its squares, eight at a time in a fixed order; not finite when a value is not (or is beyond
 * 1e154). */
struct drift_sums {
    double sum, squares;
};
struct drift_sums drift_sums(const double *v, size_t n, double pivot);

#endif
