/* drift_sort for processors with AVX-512: the same result, faster. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_SORT_WIDE_H
#define WEIR_ENGINE_DETECT_DRIFT_SORT_WIDE_H

#include <stdbool.h>
#include <stddef.h>

/* Does this processor have what drift_sort_wide needs? */
bool drift_sort_wide_here(void);
/* As drift_sort and drift_sort_thin; may only be called where drift_sort_wide_here(). splits: what is left after so
 * many, one within the other, goes to drift_sort_plain. */
void drift_sort_wide(double *v, double *scratch, size_t n, int splits);
void drift_sort_thin_wide(const double *block, unsigned odd, double *groups, double *thin);

#endif
