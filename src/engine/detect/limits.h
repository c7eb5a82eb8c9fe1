/* Thresholds that a person wrote: above, below, for how long, and back by how much. */
#ifndef WEIR_ENGINE_DETECT_LIMITS_H
#define WEIR_ENGINE_DETECT_LIMITS_H

#include "engine/detect/detect.h"

#define DETECT_ONCE_MAX 1e12 /* alarms promise no rarer event */

/* Errors: ERR_INPUT, naming threshold `i` and what is wrong with it. */
MUST_USE err limit_check(const struct detect_threshold *t, uint32_t i);
/* Compare a value (NaN is neither inside nor outside) with every threshold of the series; gives how many alarms it
 * wrote to `out`, at most DETECT_THRESHOLDS_MAX. */
size_t limits_step(struct detect_series *s, usec time, double v, struct detect_alarm *out);

#endif
