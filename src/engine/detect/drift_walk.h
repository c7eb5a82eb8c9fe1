/* Two samples in order, walked once together: the sums and extremes from which drift_pair.h says how they differ. Pure,
 * no allocation. */
#ifndef WEIR_ENGINE_DETECT_DRIFT_WALK_H
#define WEIR_ENGINE_DETECT_DRIFT_WALK_H

#include "engine/detect/drift_pair.h"

/* The tails are looked at where the 8, 16, 32, ... lowest (highest) rows of both samples end, up to the larger of 256
 * rows and a 64th of all, and never past a quarter. */
enum { TAIL_STEPS = 48 };

struct drift_mark { /* a boundary between values */
    double rows, cur, at;
};

struct drift_tail {
    double need[TAIL_STEPS];
    struct drift_mark mark[TAIL_STEPS];
    int count, next;
};

/* F and G: the shares of the reference and of the current rows up to a value. */
struct drift_walk {
    double m, n, total;                        /* rows */
    double above, below, above_at, below_at;   /* extremes of F - G, and at which value */
    double area;                               /* of |F - G| */
    double power[2 * DRIFT_MOMENTS];           /* sums of u^k over all rows; u: common rank in -1..1 */
    double mine[DRIFT_MOMENTS];                /* the same over the current ones */
    double repeat, repeat2, repeat_cur; /* sums of log2 of how many rows share the value (rows without weights only) */
    double distinct[2];                        /* different values (as above) */
    struct drift_tail low, high;
};

/* Neither side is empty. */
void drift_walk_both(const struct drift_points *ref, const struct drift_points *cur, struct drift_walk *out);

#endif
