/* How well remedies mend causes before anything was tried here: Beta distributions per (cause, remedy). */
#ifndef WEIR_CORE_AGENTS_PRIORS_H
#define WEIR_CORE_AGENTS_PRIORS_H

#include "core/words.h"

/* The prior of a remedy ("job.retry", ...) for a cause: alpha / (alpha + beta) is how often it is thought to work,
 * their sum is how many outcomes that thought is worth. A pair without a row gets the careful prior_default. Thread:
 * any. */
void prior_of(enum cause_kind cause, str remedy, double *alpha, double *beta);

#endif
