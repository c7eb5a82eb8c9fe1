/* Samples that tests in C and the programs of tests/reference make alike (splitmix.py): only operations that every
 * machine rounds alike. */
#ifndef WEIR_TESTS_CHANCE_SAMPLES_H
#define WEIR_TESTS_CHANCE_SAMPLES_H

#include "base/chance.h"

/* About normal: mean 0, variance 1. */
static inline double chance_bell(uint64_t *seed)
{
    double s = 0;
    for (int i = 0; i < 12; i++) s += chance_unit(seed);
    return s - 6;
}

#endif
