/* What a series is expected to do next, and what its six learned parts look at. */
#ifndef WEIR_ENGINE_DETECT_MODEL_H
#define WEIR_ENGINE_DETECT_MODEL_H

#include "engine/detect/detect.h"

/* What one part sees in one sample: x, a number whose range the part remembers, and how to say it in the series' unit.
 */
struct part_view {
    double x;
    double value; /* what deviates when x does */
    double centre, scale; /* x = b is a value of centre + b * scale; SIZE is logarithmic, see view_bound() */
    double floor; /* a range of x below this is no range */
    bool known;   /* false where this part has nothing to compare with, as right after a gap */
};

/* Take a sample of an ordered series (finite, |value| <= MODEL_VALUE_MAX) `gap` after the one before: fills what the
 * parts see, computed before the sample is learned, then learns it. */
void model_step(struct detect_series *s, usec time, usec gap, double value, struct part_view out[DETECT_VIEWS]);
/* A bound on x as a bound on the value; infinite stays infinite. */
double view_bound(const struct part_view *v, enum detect_part part, double bound);

#define MODEL_VALUE_MAX 1e30 /* also as a rate per microsecond, and in a float */

#endif
