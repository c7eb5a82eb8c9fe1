/* How far a window lies from what is normal, in spreads that no single outlier moves. */
#ifndef WEIR_ENGINE_LINEAGE_DEVIATION_H
#define WEIR_ENGINE_LINEAGE_DEVIATION_H

#include <stdbool.h>
#include <stddef.h>

struct deviation {
    double middle; /* median of the normal values */
    double spread; /* at least the floor given */
    double shift;  /* mean of the window minus middle */
    double score;  /* shift / spread, with its sign */
};

enum { DEVIATION_NORMAL_MIN = 20 };

/* Compare window[m] with normal[n]; NaN and infinite values are skipped in both. The spread is the largest of three
 * robust ones, each scaled to a standard deviation: median absolute deviation, distance of the quartiles, and distance
 * of the 5 % tails; so a series that is constant but for its bursts is not called wild for one more burst. floor
 * smallest spread worth telling apart, in the series' unit; > 0. scratch  room for 2n doubles; normal is not changed. n
 * < 2^32. False when there are fewer than DEVIATION_NORMAL_MIN normal values or none in the window. Only + - * /.
 * Thread: any. */
bool deviation_of(const double *normal, size_t n, const double *window, size_t m, double floor, double *scratch,
                  struct deviation *out);

#endif
