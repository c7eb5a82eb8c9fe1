/* Do two sets of vectors come from one distribution? The maximum mean discrepancy with a Gaussian kernel: Gretton,
 * Borgwardt, Rasch, Schoelkopf, Smola, "A Kernel Two-Sample Test", JMLR 13, 2012; in linear time by random Fourier
 * features (Rahimi and Recht 2007; Zhao and Meng, "FastMMD", 2015). Sees any difference of the distributions (mean,
 * spread, shape, dependence), not only what a linear classifier (domain_classifier.h) can tell apart.
 *
 *   columns scaled by median and spread -> MMD_FEATURES cosines and sines at frequencies drawn from the seed, for three
 * widths around the median distance -> distance of the two mean features -> chance of it under a weighted sum of
 * chi-squares whose first three cumulants are those of the features (Hall 1983, Buckley and Eagleson 1988)
 *
 * Deterministic: the seed is an argument. Pure; memory from the caller's arena. Thread: any. */
#ifndef WEIR_ENGINE_DETECT_MMD_H
#define WEIR_ENGINE_DETECT_MMD_H

#include "base/arena.h"
#include "base/err.h"

enum {
    MMD_FREQUENCIES = 48, /* 16 of each width */
    MMD_FEATURES = 2 * MMD_FREQUENCIES,
    MMD_ROWS_MIN = 20, /* on each side */
    MMD_DIMS_MAX = 4096,
    MMD_CUMULANT_ROWS = 8192 /* most rows that the null distribution is learned from */
};

struct mmd_result {
    double distance; /* MMD^2, biased estimate, 0..2: of the mean over three Gaussian kernels */
    double excess; /* the same less what chance alone gives on average: the effect size; about 0 when nothing differs */
    double p;
    double width;              /* median distance of two rows, in scaled units */
    size_t reference, current; /* rows used; one with a number that is not finite is left out */
};

/* Rows of `dims` numbers, one after the other. Any number of rows; memory does not grow with them. Scratch from `a`: 1
 * MiB and 600 bytes a dimension. Errors: ERR_INPUT (too few rows, dims out of 1..MMD_DIMS_MAX), ERR_LIMIT. */
MUST_USE err mmd_test(const double *reference, size_t reference_rows, const double *current, size_t current_rows,
                      size_t dims, uint64_t seed, struct arena *a, struct mmd_result *out);

#endif
