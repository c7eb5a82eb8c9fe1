/* Sorting many doubles fast, on every processor to the same bits: -0 stands before 0. No NaN may be among them.
 * With AVX-512 by a quicksort on its registers (drift_sort_wide.h; 5 ns a value of 8,192, 8 ns of a million), else by
 * three passes of a radix sort over the upper 33 bits, then whatever those bits leave undecided (6 ns and 13 ns).
 * Linear in both cases but for a logarithm that is cut off. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_SORT_H
#define WEIR_ENGINE_DETECT_DRIFT_SORT_H

#include <stddef.h>

/* Sort v[0..n) upwards. scratch: n doubles. */
void drift_sort(double *v, double *scratch, size_t n);

/* Sort the four groups of a block each by itself into `groups`, and make of them one, `thin`, that stands for all: of
 * each group every other value stays, pairs of groups are merged, of both again every other value stays, and these are
 * merged. Bit i of `odd`: of group i the second of each two stays; bit 4 + i: of pair i. */
enum { DRIFT_SORT_GROUP = 64, DRIFT_SORT_BLOCK = 4 * DRIFT_SORT_GROUP, DRIFT_SORT_THIN_LOG = 2 }; /* of 2^2 one stays */
void drift_sort_thin(const double *block, unsigned odd, double *groups, double *thin);

/* The same without the instructions of particular processors. */
void drift_sort_plain(double *v, double *scratch, size_t n);
void drift_sort_thin_plain(const double *block, unsigned odd, double *groups, double *thin);

#endif
