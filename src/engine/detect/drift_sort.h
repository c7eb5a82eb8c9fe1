/* Sorting many doubles fast: three passes of a radix sort over the upper 33 bits, then whatever those bits leave undecided.
 * About 8 ns a value; never worse than linear. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_SORT_H
#define WEIR_ENGINE_DETECT_DRIFT_SORT_H

#include <stddef.h>

/* Sort v[0..n) upwards; -0 stands before 0. No NaN may be in it. scratch: n doubles. */
void drift_sort(double *v, double *scratch, size_t n);

#endif
