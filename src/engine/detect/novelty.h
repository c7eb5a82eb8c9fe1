/* How far a number lies from every number of its kind that was seen before, as a share of the range they span.
 *
 * The nonconformity of a nearest neighbour (Burnaev, Ishimtsev 2016, in one dimension), measured against the whole
 * range and not against the usual spread: what is new to a series is a value where it has never been, and what came
 * once is known from then on. The range is 512 cells; each remembers the lowest and the highest number in it to 1/256
 * of a cell, so that distances are exact where nothing was seen between. The range fades, and the cells are laid anew
 * when it has become much smaller or larger than they are. Constant memory, constant time (an order of 10 ns). */
#ifndef WEIR_ENGINE_DETECT_NOVELTY_H
#define WEIR_ENGINE_DETECT_NOVELTY_H

#include "engine/detect/detect.h"

/* Where nothing like x was seen, between what was (low or high may be infinite: x is beyond all), and all that is
 * remembered. */
struct novelty_gap {
    double low, high;
    double lowest, highest;
};

/* Fetches into the cache what novelty_of() will read; thousands of series do not fit there. Changes nothing. */
void novelty_fetch(const struct detect_novelty *n);
void novelty_fetch_cell(const struct detect_novelty *n, double x);
/* 0..1: distance of x to the nearest number seen, in ranges; 1 also for more. 0 while nothing was seen. A range below
 * `floor` (> 0) counts as that. x is finite. *gap, if asked for, is set when the result is above 0. */
double novelty_of(const struct detect_novelty *n, double x, double floor, struct novelty_gap *gap);
/* Remember x. The range fades by 1/memory (memory > 1) towards its middle. */
void novelty_learn(struct detect_novelty *n, double x, double memory);
/* Whether saved bytes are a state that these functions can work on. */
bool novelty_ok(const struct detect_novelty *n);

#endif
