/* A line that stopped moving: the same value again and again, in a series that is not like that.
 *
 * With p, the share of samples that equalled the one before them, a run of r equal samples has the chance p^r (runs of
 * a Bernoulli sequence; Feller, An Introduction to Probability Theory, ch. XIII). */
#ifndef WEIR_ENGINE_DETECT_FLAT_H
#define WEIR_ENGINE_DETECT_FLAT_H

#include "engine/detect/detect.h"

/* Take a value; gives how many bits of surprise the run that it continues is worth (0..64), and 0 while the run is
 * short, not more than four times as long as the longest before it, or not surprising. */
double flat_step(struct detect_flat *f, double value);

#endif
