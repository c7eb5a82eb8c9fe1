/* Vectors of V floats or integers: a compiler turns them into what there is. A kernel sets V to what its registers hold
 * (16, 8 or 4), for wider vectors would live in memory. No product and sum are fused anywhere and sums have one order
 * whatever V is, so that every kernel computes the same bits. */
#ifndef WEIR_ENGINE_ENCODE_VECTORS_H
#define WEIR_ENGINE_ENCODE_VECTORS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef V
#define V 4
#endif
typedef float vf __attribute__((vector_size(4 * V)));
typedef int32_t vi __attribute__((vector_size(4 * V)));
typedef uint32_t vu __attribute__((vector_size(4 * V)));
typedef float vf_at __attribute__((vector_size(4 * V), aligned(4), may_alias));
typedef int32_t vi_at __attribute__((vector_size(4 * V), aligned(4), may_alias));

#define ALWAYS static inline __attribute__((always_inline))
#define ROLL _Pragma("GCC unroll 8")
#define ROLL_ALL _Pragma("GCC unroll 16")

ALWAYS vf vf_get(const float *p)
{
    return *(const vf_at *)(const void *)p;
}

ALWAYS void vf_put(float *p, vf v)
{
    *(vf_at *)(void *)p = v;
}

ALWAYS vi vi_get(const void *p)
{
    return *(const vi_at *)p;
}

ALWAYS void vi_put(void *p, vi v)
{
    *(vi_at *)p = v;
}

ALWAYS vf vf_of(float f)
{
    return f - (vf){ 0 }; /* not 0 + f, which would make 0 of -0 */
}

ALWAYS vi vi_of(int32_t i)
{
    return (vi){ 0 } + i;
}

ALWAYS vf vf_from(vi v)
{
    return __builtin_convertvector(v, vf);
}

/* Four bytes as the integer that fills a vector with them. */
ALWAYS int32_t four_at(const void *p)
{
    int32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* ---- what a kernel may do better: it defines VECTORS_OWN and these itself ---- */

#ifndef VECTORS_OWN

ALWAYS vf vf_pick(vi which, vf yes, vf no)
{
    return (vf)((which & (vi)yes) | (~which & (vi)no));
}

ALWAYS vf vf_max(vf a, vf b)
{
    return vf_pick(a > b, a, b);
}

ALWAYS vf vf_min(vf a, vf b)
{
    return vf_pick(a < b, a, b);
}

/* To whole numbers, halves to the even one; |v| < 2^22. */
ALWAYS vi vi_round(vf v)
{
    return __builtin_convertvector((v + 12582912.0f) - 12582912.0f, vi);
}

/* Halves onto halves. */
ALWAYS float vf_sum(vf v)
{
    float p[V];
    memcpy(p, &v, sizeof p);
    for (size_t n = V / 2; n; n /= 2)
        for (size_t i = 0; i < n; i++) p[i] += p[i + n];
    return p[0];
}

ALWAYS float vf_most(vf v)
{
    float p[V];
    memcpy(p, &v, sizeof p);
    for (size_t n = V / 2; n; n /= 2)
        for (size_t i = 0; i < n; i++) p[i] = p[i] > p[i + n] ? p[i] : p[i + n];
    return p[0];
}

ALWAYS int32_t vi_sum(vi v)
{
    int32_t s = 0;
    for (size_t i = 0; i < V; i++) s += v[i];
    return s;
}

/* Integers as their low 16 bits. */
ALWAYS void vi_shorts(int16_t *to, vi v)
{
    for (size_t i = 0; i < V; i++) to[i] = (int16_t)v[i];
}

/* Integers as their low bytes. */
ALWAYS void vi_bytes(uint8_t *to, vi v)
{
    for (size_t i = 0; i < V; i++) to[i] = (uint8_t)v[i];
}

#endif
#endif
