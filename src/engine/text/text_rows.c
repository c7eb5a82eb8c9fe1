#include "engine/text/text_rows.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { FLUSH = 256 }; /* so many bytes add up within 16 bits */

static bool always(void)
{
    return true;
}

static void add_plain(const int8_t *weights, size_t stride, const uint32_t *row, size_t n, int32_t *sum)
{
    for (size_t i = 0; i < n; i++) {
        const int8_t *w = weights + row[i] * stride;
        for (size_t c = 0; c < stride; c++) sum[c] += w[c];
    }
}

#if defined(__x86_64__)
#define INLINE static inline __attribute__((always_inline))

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

/* Up to 256 rows, k vectors side by side, so that a row is fetched once. The sums of a vector fit 16 bits. */
__attribute__((target("avx512f,avx512bw"))) INLINE void add_512(const int8_t *weights, size_t stride,
                                                               const uint32_t *row, size_t n, int32_t *sum, size_t k)
{
    __m512i s[4] = { _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512() };
    for (size_t i = 0; i < n; i++) {
        const int8_t *w = weights + row[i] * stride;
#pragma GCC unroll 4
        for (size_t b = 0; b < k; b++)
            s[b] = _mm512_add_epi16(
                s[b], _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)(w + 32 * b))));
    }
#pragma GCC unroll 4
    for (size_t b = 0; b < k; b++) {
        int32_t *out = sum + 32 * b;
        __m512i low = _mm512_cvtepi16_epi32(_mm512_castsi512_si256(s[b])),
                high = _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(s[b], 1));
        _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_loadu_si512(out), low));
        _mm512_storeu_si512(out + 16, _mm512_add_epi32(_mm512_loadu_si512(out + 16), high));
    }
}

__attribute__((target("avx512f,avx512bw"))) static void add_avx512(const int8_t *weights, size_t stride,
                                                                  const uint32_t *row, size_t n, int32_t *sum)
{
    for (size_t from = 0; from < n; from += FLUSH) {
        size_t m = n - from < FLUSH ? n - from : FLUSH, at = 0;
        for (; at + 128 <= stride; at += 128) add_512(weights + at, stride, row + from, m, sum + at, 4);
        switch ((stride - at) / 32) {
        case 1: add_512(weights + at, stride, row + from, m, sum + at, 1); break;
        case 2: add_512(weights + at, stride, row + from, m, sum + at, 2); break;
        case 3: add_512(weights + at, stride, row + from, m, sum + at, 3); break;
        default: break;
        }
    }
}

__attribute__((target("avx2"))) INLINE void add_256(const int8_t *weights, size_t stride, const uint32_t *row, size_t n,
                                                    int32_t *sum, size_t k)
{
    __m256i s[4] = { _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256() };
    for (size_t i = 0; i < n; i++) {
        const int8_t *w = weights + row[i] * stride;
#pragma GCC unroll 4
        for (size_t b = 0; b < k; b++)
            s[b] = _mm256_add_epi16(s[b],
                                    _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)(w + 16 * b))));
    }
#pragma GCC unroll 4
    for (size_t b = 0; b < k; b++) {
        __m256i *out = (__m256i *)(void *)(sum + 16 * b);
        __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(s[b])),
                high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(s[b], 1));
        _mm256_storeu_si256(out, _mm256_add_epi32(_mm256_loadu_si256(out), low));
        _mm256_storeu_si256(out + 1, _mm256_add_epi32(_mm256_loadu_si256(out + 1), high));
    }
}

__attribute__((target("avx2"))) static void add_avx2(const int8_t *weights, size_t stride, const uint32_t *row,
                                                     size_t n, int32_t *sum)
{
    for (size_t from = 0; from < n; from += FLUSH) {
        size_t m = n - from < FLUSH ? n - from : FLUSH, at = 0;
        for (; at + 64 <= stride; at += 64) add_256(weights + at, stride, row + from, m, sum + at, 4);
        if (at < stride) add_256(weights + at, stride, row + from, m, sum + at, 2);
    }
}
#endif

const struct text_kernel text_kernels[] = {
#if defined(__x86_64__)
    { "avx512", add_avx512, has_avx512 },
    { "avx2", add_avx2, has_avx2 },
#endif
    { "plain", add_plain, always },
};
const size_t text_kernel_count = sizeof text_kernels / sizeof *text_kernels;

text_add_fn *text_fastest(void)
{
    for (size_t i = 0; i + 1 < text_kernel_count; i++)
        if (text_kernels[i].there()) return text_kernels[i].add;
    return text_kernels[text_kernel_count - 1].add;
}
