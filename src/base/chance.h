/* Numbers that look drawn, from a seed: the same seed gives the same ones on every machine. SplitMix64 (Steele, Lea,
 * Flood 2014; the finalizer is Stafford's variant 13): every seed is a good one, 0 too. For samples, tests and worlds
 * that must repeat; never for secrets, for which env.h asks the outside. */
#ifndef WEIR_BASE_CHANCE_H
#define WEIR_BASE_CHANCE_H

#include <stdint.h>

/* 64 bits of which each depends on all of x. */
static inline uint64_t chance_mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static inline uint64_t chance_next(uint64_t *seed)
{
    return chance_mix(*seed += UINT64_C(0x9e3779b97f4a7c15));
}

/* From 0 on and below 1, in steps of 2^-53. */
static inline double chance_unit(uint64_t *seed)
{
    return (double)(chance_next(seed) >> 11) / 9007199254740992.0;
}

/* Above 0, to 1: for logarithms. */
static inline double chance_open(uint64_t *seed)
{
    return ((double)(chance_next(seed) >> 11) + 0.5) / 9007199254740992.0;
}

#endif
