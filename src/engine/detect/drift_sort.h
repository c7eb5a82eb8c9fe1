/* Sorting many doubles fast, on every processor to the same bits: -0 stands before 0. No NaN may be among them.
 * With AVX-512 by a quicksort on its registers (drift_sort_wide.h; 5 ns a value of 8,192, 8 ns of a million), else by
 * three passes of a radix sort over the upper 33 bits, then whatever those bits leave undecided (6 ns and 13 ns).
 * Linear in both cases but for a logarithm that is cut off. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_SORT_H
#define WEIR_ENGINE_DETECT_DRIFT_SORT_H

#include <stddef.h>

/* Sort v[0..n) upwards. scratch: n doubles. */
void drift_sort(double *v, double *scratch, size_t n);

/* Sort groups of so many values each by itself: `from` stays, or is `to`. */
enum { DRIFT_SORT_GROUP = 64 };
void drift_sort_groups(const double *from, double *to, size_t groups);

/* The same without the instructions of particular processors. */
void drift_sort_plain(double *v, double *scratch, size_t n);
void drift_sort_groups_plain(const double *from, double *to, size_t groups);

#endif
