/* Median and spread of columns of numbers, to bring columns of any unit to one scale. Pure. */
#ifndef WEIR_ENGINE_DETECT_COLUMN_SCALE_H
#define WEIR_ENGINE_DETECT_COLUMN_SCALE_H

#include <stdbool.h>
#include <stddef.h>

struct column_scale {
    double centre; /* the median */
    double
        spread; /* 1.4826 times the median distance from it; where most values are equal, the mean distance; never 0 */
};

/* Of n finite values; sorts them. No values: centre 0, spread 1. */
struct column_scale column_scale_of(double *values, size_t n);
/* How many spreads v lies from the centre, at most `clip`; 0 when v is not finite. */
double column_scaled(double v, struct column_scale s, double clip);

#endif
