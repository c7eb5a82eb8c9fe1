/* The lowest and the highest values of a stream, exactly: what a sketch leaves vague is mostly its ends. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_ENDS_H
#define WEIR_ENGINE_DETECT_DRIFT_ENDS_H

#include "engine/detect/drift.h"

/* Take in sorted values, lowest first. None may be NaN. */
void drift_ends_add(struct drift_ends *e, const double *sorted, size_t n);
/* Take in the ends of another stream, which stays as it is. */
void drift_ends_merge(struct drift_ends *e, const struct drift_ends *from);

#endif
