/* A stable sort that allocates nothing: glibc's qsort takes memory for arrays past a kilobyte. Merges in place by
 * rotations (Kim and Kutzner, "Stable Minimum Storage Merging by Symmetric Comparisons", ESA 2004, in the simpler form
 * that halves the longer side), with a small buffer for what fits: O(n log^2 n) at worst, near O(n log n) for what is
 * nearly sorted. */
#ifndef WEIR_BASE_SORT_H
#define WEIR_BASE_SORT_H

#include <stddef.h>

/* As qsort of <stdlib.h>; equal items keep their order. Stack: some 5 KiB. Thread: any. */
void sort_in_place(void *items, size_t n, size_t size, int (*compare)(const void *, const void *));

#endif
