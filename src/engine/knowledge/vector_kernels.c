#include "engine/knowledge/vector_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

static bool always(void)
{
    return true;
}

static bool never(void)
{
    return false;
}

static void dots_scalar(const int8_t *queries, size_t n, const int8_t *row, int32_t sum, size_t stride, int32_t *out)
{
    (void)sum;
    for (size_t q = 0; q < n; q++, queries += stride) {
        int32_t s = 0;
        for (size_t i = 0; i < stride; i++) s += queries[i] * row[i];
        out[q] = s;
    }
}

#if defined(__x86_64__)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static bool has_vnni(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vnni");
}

__attribute__((target("avx2"))) static void dots_avx2(const int8_t *queries, size_t n, const int8_t *row, int32_t sum,
                                                      size_t stride, int32_t *out)
{
    (void)sum;
    for (size_t q = 0; q < n; q++, queries += stride) {
        __m256i s = _mm256_setzero_si256();
        for (size_t i = 0; i < stride; i += 16) {
            __m256i a = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(queries + i)));
            __m256i b = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(row + i)));
            s = _mm256_add_epi32(s, _mm256_madd_epi16(a, b));
        }
        __m128i h = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
        h = _mm_add_epi32(h, _mm_shuffle_epi32(h, 0x4E));
        h = _mm_add_epi32(h, _mm_shuffle_epi32(h, 0xB1));
        out[q] = _mm_cvtsi128_si32(h);
    }
}

/* The processor multiplies unsigned by signed: the query is shifted by 128, and 128 times the row's sum taken off. */
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void dots_vnni(const int8_t *queries, size_t n,
                                                                             const int8_t *row, int32_t sum,
                                                                             size_t stride, int32_t *out)
{
    const __m512i shift = _mm512_set1_epi8((char)-128);
    for (size_t q = 0; q < n; q++, queries += stride) {
        __m512i s = _mm512_setzero_si512();
        for (size_t i = 0; i < stride; i += 64) {
            __m512i a = _mm512_xor_si512(_mm512_loadu_si512(queries + i), shift);
            s = _mm512_dpbusd_epi32(s, a, _mm512_loadu_si512(row + i));
        }
        out[q] = _mm512_reduce_add_epi32(s) - 128 * sum;
    }
}
#define AVX2_ROW { "avx2", has_avx2, dots_avx2 }
#define VNNI_ROW { "avx512-vnni", has_vnni, dots_vnni }
#define NEON_ROW { "neon", never, dots_scalar }
#elif defined(__aarch64__)
static void dots_neon(const int8_t *queries, size_t n, const int8_t *row, int32_t sum, size_t stride, int32_t *out)
{
    (void)sum;
    for (size_t q = 0; q < n; q++, queries += stride) {
        int32x4_t s = vdupq_n_s32(0);
        for (size_t i = 0; i < stride; i += 16) {
            int8x16_t a = vld1q_s8(queries + i), b = vld1q_s8(row + i);
            s = vpadalq_s16(s, vmull_s8(vget_low_s8(a), vget_low_s8(b)));
            s = vpadalq_s16(s, vmull_s8(vget_high_s8(a), vget_high_s8(b)));
        }
        out[q] = vaddvq_s32(s);
    }
}
#define AVX2_ROW { "avx2", never, dots_scalar }
#define VNNI_ROW { "avx512-vnni", never, dots_scalar }
#define NEON_ROW { "neon", always, dots_neon }
#else
#define AVX2_ROW { "avx2", never, dots_scalar }
#define VNNI_ROW { "avx512-vnni", never, dots_scalar }
#define NEON_ROW { "neon", never, dots_scalar }
#endif

const struct vector_kernel_row vector_kernels[VECTOR_KERNELS] = {
    [VECTOR_SCALAR] = { "scalar", always, dots_scalar },
    [VECTOR_AVX2] = AVX2_ROW,
    [VECTOR_VNNI] = VNNI_ROW,
    [VECTOR_NEON] = NEON_ROW,
};

const char *vector_kernel_name(enum vector_kernel k)
{
    return vector_kernels[k].name;
}

bool vector_kernel_there(enum vector_kernel k)
{
    return vector_kernels[k].there();
}

enum vector_kernel vector_kernel_best(void)
{
    static const enum vector_kernel fastest[] = { VECTOR_VNNI, VECTOR_NEON, VECTOR_AVX2 };
    for (size_t i = 0; i < sizeof fastest / sizeof *fastest; i++)
        if (vector_kernels[fastest[i]].there()) return fastest[i];
    return VECTOR_SCALAR;
}
