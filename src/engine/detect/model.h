/* What a series is expected to do next, and how far each part sees it stray. */
#ifndef WEIR_ENGINE_DETECT_MODEL_H
#define WEIR_ENGINE_DETECT_MODEL_H

#include "engine/detect/detect.h"

/* How one part judged one sample: x is its deviation in its own unit; centre, scale and value turn it back into the series'. */
struct part_view {
    double x, value, centre, scale;
    bool known; /* false right after a gap, where this part has nothing to compare with */
};

/* Take a sample of an ordered series (finite, |value| <= MODEL_VALUE_MAX) `gap` after the one before: fills what the parts
 * see, judged before the sample is learned, then learns it. */
void model_step(struct detect_series *s, usec time, usec gap, double value, struct part_view out[DETECT_LEARNED]);

#define MODEL_VALUE_MAX 1e30 /* also as a rate per microsecond, and in a float */

#endif
