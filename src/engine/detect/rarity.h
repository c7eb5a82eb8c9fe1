/* How unusual a number is among a series' own past numbers of the same kind: a conformal p-value (Vovk, Gammerman,
 * Shafer 2005), in bits.
 *
 * The numbers, none below zero, are kept as a histogram over log2(1 + x) with six bins an octave, whose old counts
 * fade. Inside what was seen rarity is counted; beyond it is extrapolated: past the highest 2 % the logarithm is taken
 * as exponential (a Pareto tail) with the mean excess that was observed, pulled towards a common one while there is
 * little data. */
#ifndef WEIR_ENGINE_DETECT_RARITY_H
#define WEIR_ENGINE_DETECT_RARITY_H

#include "engine/detect/detect.h"

/* Learn x >= 0 as `weight` samples. When more than `keep` are in, all counts fade by a quarter. */
void rarity_learn(struct detect_rarity *t, double x, double weight, double keep);
/* -log2 of the chance of a number as high as x; 0 while fewer than 50 are known. */
double rarity_bits(const struct detect_rarity *t, double x);

#endif
