/* Isotonic regression: the never falling step function closest to points (x, y) in the least squares sense, by pooling
 * adjacent violators. Ayer, Brunk, Ewing, Reid, Silverman, "An Empirical Distribution Function for Sampling with
 * Incomplete Information", Annals of Mathematical Statistics 26, 1955. As scikit-learn's IsotonicRegression: equal x
 * are one point with their mean y, between points the fit is linear, outside it is flat. Pure; memory from the caller's
 * arena. Thread: any. */
#ifndef WEIR_ENGINE_DETECT_ISOTONIC_H
#define WEIR_ENGINE_DETECT_ISOTONIC_H

#include "base/arena.h"
#include "base/err.h"

struct isotonic { /* both rising; y strictly from one knot to the next but one */
    const double *x, *y;
    size_t n;
};

/* Fit n points, magnitudes of x and y at most 1e300. The knots live in `a`, which needs room for 64 bytes a point.
 * Errors: ERR_INPUT (no points, or one that is larger or NaN), ERR_LIMIT (the arena is full). */
MUST_USE err isotonic_fit(const double *x, const double *y, size_t n, struct arena *a, struct isotonic *out);
/* The fit at x; x NaN gives NaN. */
double isotonic_at(const struct isotonic *fit, double x);

#endif
