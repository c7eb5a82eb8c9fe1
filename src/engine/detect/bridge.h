/* A recorded series made fit for arithmetic: what is missing is bridged, what is huge is brought to size. */
#ifndef WEIR_ENGINE_DETECT_BRIDGE_H
#define WEIR_ENGINE_DETECT_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>

/* x[i] = values[i * stride] / *unit, in -1..1 (*unit: the largest magnitude). NaN and infinite values become a straight
 * line between their neighbours, at the ends the nearest value. False, with x untouched, when no value is finite and
 * not 0.   Thread: any. */
bool bridge_missing(const double *values, size_t rows, size_t stride, double *x, double *unit);
/* Order for qsort; no NaN. */
int bridge_by_value(const void *a, const void *b);

#endif
