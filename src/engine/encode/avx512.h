/* Vectors of AVX-512, for the kernels that have it. */
#ifndef WEIR_ENGINE_ENCODE_AVX512_H
#define WEIR_ENGINE_ENCODE_AVX512_H

#include <immintrin.h>

#define V 16
#define VECTORS_OWN
#include "engine/encode/vectors.h"

ALWAYS vf vf_max(vf a, vf b)
{
    return _mm512_max_ps(a, b);
}

ALWAYS vf vf_min(vf a, vf b)
{
    return _mm512_min_ps(a, b);
}

ALWAYS vi vi_round(vf v)
{
    return (vi)_mm512_cvtps_epi32(v);
}

ALWAYS float vf_sum(vf v)
{
    __m256 a = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    b = _mm_add_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_add_ss(b, _mm_movehdup_ps(b)));
}

ALWAYS float vf_most(vf v)
{
    __m256 a = _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 b = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    b = _mm_max_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_max_ss(b, _mm_movehdup_ps(b)));
}

ALWAYS int32_t vi_sum(vi v)
{
    return _mm512_reduce_add_epi32((__m512i)v);
}

ALWAYS void vi_bytes(uint8_t *to, vi v)
{
    _mm_storeu_si128((__m128i *)(void *)to, _mm512_cvtepi32_epi8((__m512i)v));
}

ALWAYS void vi_shorts(int16_t *to, vi v)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm512_cvtepi32_epi16((__m512i)v));
}

/* Every lane: the sum plus the products of its two 16-bit numbers with those of a. */
ALWAYS vi vi_dot_pairs(vi sum, int32_t a, vi w)
{
    return (vi)_mm512_dpwssd_epi32((__m512i)sum, _mm512_set1_epi32(a), (__m512i)w);
}

/* Every lane: the sum plus the products of its four bytes of w (signed) with the four bytes of a (unsigned). */
ALWAYS vi vi_dot(vi sum, int32_t a, vi w)
{
    return (vi)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi32(a), (__m512i)w);
}

#endif
