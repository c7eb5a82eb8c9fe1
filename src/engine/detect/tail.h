/* How unusual a number is among a series' own past numbers of the same kind.
 *
 * Each side (below zero, above zero) is a histogram over log2(1 + |x|) with six bins an octave. Inside what was seen,
 * rarity is counted; beyond it, it is extrapolated: past the highest 2 % the logarithm is taken as exponential (a
 * Pareto tail) with the mean excess that was observed, pulled towards a common one while there is little data. Old
 * counts fade. */
#ifndef WEIR_ENGINE_DETECT_TAIL_H
#define WEIR_ENGINE_DETECT_TAIL_H

#include "engine/detect/detect.h"

/* side and bin of x in one byte */
uint8_t tail_code(double x);
/* Learn one code (0..63 and side) as `weight` samples. When more than `keep` are in, all counts fade by a quarter. */
void tail_learn(struct detect_tail *t, unsigned code, double weight, double keep);
/* Octaves by which x lies beyond everything its side has seen; negative when it does not. */
double tail_beyond(const struct detect_tail *t, double x);
/* -log2 of the chance of a number as far out as x on its side; 0 while the tail knows too little. */
double tail_bits(const struct detect_tail *t, double x);
/* The number (with its sign) that only `share` of the past lies beyond on that side. */
double tail_quantile(const struct detect_tail *t, bool above, double share);

#endif
