/* How many different values? The least DRIFT_LEAST of their hashes are kept (Bar-Yossef, Jayram, Kumar, Sivakumar,
 * Trevisan 2002; the estimate of Beyer, Haas, Reinwald, Sismanis, Gemulla 2007): exact up to so many, then off by 3 %
 * (one standard error). The order of the values does not matter, and summaries merge into that of the whole. Pure,
 * fixed size, plain data. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_DISTINCT_H
#define WEIR_ENGINE_DETECT_DRIFT_DISTINCT_H

#include <stddef.h>
#include <stdint.h>

enum { DRIFT_LEAST = 1024, DRIFT_HASHES = 2 * DRIFT_LEAST };

struct drift_distinct {
    uint64_t below;            /* hashes from here on are not among the least */
    uint32_t count, pad;
    double hash[DRIFT_HASHES]; /* 62 bits each, as the bits of a number from 0 to 2: in the same order. May repeat */
};

void drift_distinct_init(struct drift_distinct *d);
/* Sorted finite numbers; of equal neighbours the first is looked at. */
void drift_distinct_add_sorted(struct drift_distinct *d, const double *sorted, size_t n);
/* A value by its hash: 64 bits, well mixed. */
void drift_distinct_add(struct drift_distinct *d, uint64_t hash);
void drift_distinct_merge(struct drift_distinct *d, const struct drift_distinct *from);
/* Tidies d. */
double drift_distinct_count(struct drift_distinct *d);

#endif
