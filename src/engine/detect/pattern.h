/* Patterns of many samples: whether the course that a series has just taken is like any it took before.
 *
 * The newest 16 points, each the mean of 4 (and, on a second scale, of 16) samples, are one window. It is compared by
 * shape, its mean taken off and its deviation brought to one with the usual deviation as a floor, so that a quiet
 * stretch is no shape and a size that is wrong counts. The distance to the nearest of up to 128 remembered windows is a
 * left discord (Yeh et al. 2016; Lu et al. 2022) over a past that is bounded by keeping only what was worth
 * remembering: a window that is further than the average from all others takes the place of the one that was least
 * recently anybody's neighbour (vigilance as in adaptive resonance; Carpenter, Grossberg, Rosen 1991). New is a
 * distance beyond the largest one so far, by a share of it (nearest-neighbour nonconformity, novelty.h); the largest
 * fades over the age of the series. In noise all distances are alike and nothing is new; in a rhythm they are small,
 * and a beat that is left out, doubled or out of step is far from everything. Constant memory, some 40 comparisons of
 * 16 bytes a sample. */
#ifndef WEIR_ENGINE_DETECT_PATTERN_H
#define WEIR_ENGINE_DETECT_PATTERN_H

#include "engine/detect/detect.h"

struct pattern_view {
    double share; /* 0..1: by how much the distance exceeds all before, 0 while it does not or little is known */
    double distance, most; /* this one and the largest before: 0 is the same course, 1 unrelated ones */
};

/* Fetches into the cache what pattern_step() will read. Changes nothing. */
void pattern_fetch(const struct detect_pattern *p);
/* Take a finite value. restart: samples before it are missing, so no window may reach over. memory: samples over which
 * the largest distance fades (> 1). */
struct pattern_view pattern_step(struct detect_pattern *p, double value, bool restart, double memory);
/* Whether saved bytes are a state that pattern_step() can work on. */
bool pattern_ok(const struct detect_pattern *p);

#endif
