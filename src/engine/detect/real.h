/* The few functions of real numbers the detector needs, from + - * / and bits alone: the C library's may differ in the
 * last digit from machine to machine, and what enters the journal must not. */
#ifndef WEIR_ENGINE_DETECT_REAL_H
#define WEIR_ENGINE_DETECT_REAL_H

#include <stdint.h>
#include <string.h>

static inline double real_abs(double x)
{
    return x < 0 ? -x : x;
}

static inline double real_least(double a, double b)
{
    return a < b ? a : b;
}

static inline double real_most(double a, double b)
{
    return a > b ? a : b;
}

static inline double real_clip(double x, double limit)
{
    return x > limit ? limit : x < -limit ? -limit : x;
}

/* log2 of a normal number x >= 1, to seven digits. */
static inline double real_log2(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    double e = (double)((int64_t)(u >> 52) - 1023), m;
    u = (u & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff) << 52;
    memcpy(&m, &u, sizeof m);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        e += 1;
    }
    double t = (m - 1) / (m + 1), q = t * t; /* ln m = 2 (t + t^3/3 + t^5/5 + ...), |t| < 0.172 */
    return e + 2.8853900817779268 * t * (1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q / 9))));
}

/* 2^x for x in 0..1000, to six digits. */
static inline double real_exp2(double x)
{
    if (!(x > 0)) return 1;
    if (x > 1000) x = 1000;
    uint64_t whole = (uint64_t)x;
    double f = (x - (double)whole) * 0.69314718055994531, scale;
    uint64_t u = (whole + 1023) << 52;
    memcpy(&scale, &u, sizeof scale);
    return scale * (1 + f * (1 + f * (1.0 / 2 + f * (1.0 / 6 + f * (1.0 / 24 + f * (1.0 / 120 + f / 720))))));
}

#endif
