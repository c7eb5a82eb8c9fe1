/* AVX2. Its own product of bytes saturates at 16 bits, so bytes are widened: vpmaddwd adds the products of pairs of 16
 * bits without loss. */
#include <assert.h>
#include <immintrin.h>

#define V 8
#define VECTORS_OWN
#include "engine/encode/vectors.h"

enum { TILE_ROWS = 4, QUERIES = 2, LANES = 2, COLUMNS = 64, INPUTS_MAX = 1536 };

ALWAYS vf vf_max(vf a, vf b)
{
    return _mm256_max_ps(a, b);
}

ALWAYS vf vf_min(vf a, vf b)
{
    return _mm256_min_ps(a, b);
}

ALWAYS vi vi_round(vf v)
{
    return (vi)_mm256_cvtps_epi32(v);
}

ALWAYS float vf_sum(vf v)
{
    __m128 b = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    b = _mm_add_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_add_ss(b, _mm_movehdup_ps(b)));
}

ALWAYS float vf_most(vf v)
{
    __m128 b = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    b = _mm_max_ps(b, _mm_movehl_ps(b, b));
    return _mm_cvtss_f32(_mm_max_ss(b, _mm_movehdup_ps(b)));
}

ALWAYS int32_t vi_sum(vi v)
{
    __m128i b = _mm_add_epi32(_mm256_castsi256_si128((__m256i)v), _mm256_extracti128_si256((__m256i)v, 1));
    b = _mm_add_epi32(b, _mm_shuffle_epi32(b, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(b, _mm_shuffle_epi32(b, 0xb1)));
}

/* The low 16 bits of each, in order. */
ALWAYS __m128i low_shorts(vi v)
{
    __m256i low = _mm256_and_si256((__m256i)v, _mm256_set1_epi32(0xffff));
    return _mm_packus_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
}

ALWAYS void vi_shorts(int16_t *to, vi v)
{
    _mm_storeu_si128((__m128i *)(void *)to, low_shorts(v));
}

ALWAYS void vi_bytes(uint8_t *to, vi v)
{
    __m128i s = _mm_and_si128(low_shorts(v), _mm_set1_epi16(0xff));
    _mm_storel_epi64((__m128i *)(void *)to, _mm_packus_epi16(s, s));
}

/* The bytes 0 and 2, or 1 and 3, of every group of four: signed ones of a vector, unsigned ones of an integer. */
ALWAYS vi vi_dot(vi sum, int32_t a, vi w)
{
    __m256i q = _mm256_set1_epi32(a), x = (__m256i)w;
    __m256i even = _mm256_and_si256(q, _mm256_set1_epi16(0xff)), odd = _mm256_srli_epi16(q, 8);
    __m256i w_even = _mm256_srai_epi16(_mm256_slli_epi16(x, 8), 8), w_odd = _mm256_srai_epi16(x, 8);
    return sum + (vi)_mm256_add_epi32(_mm256_madd_epi16(even, w_even), _mm256_madd_epi16(odd, w_odd));
}

ALWAYS vi vi_dot_pairs(vi sum, int32_t a, vi w)
{
    return sum + (vi)_mm256_madd_epi16(_mm256_set1_epi32(a), (__m256i)w);
}

ALWAYS int64_t eight_at(const void *p)
{
    int64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Rows by eight outputs: 8 sums of pairs of inputs; with more rows the compiler runs out of registers. An output
 * has two sums side by side, added at the end. */
ALWAYS void tile_of(const int16_t *q, size_t inputs, size_t rows, const int8_t *panel, int32_t *sums)
{
    for (size_t n = 0; n < COLUMNS; n += 8) {
        __m256i sum[TILE_ROWS][2];
        ROLL for (size_t r = 0; r < rows; r++) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
        _Pragma("GCC unroll 4") for (size_t k = 0; k < inputs; k += 4) {
            const __m128i *w = (const __m128i *)(const void *)(panel + k * COLUMNS + n * 4);
            __m256i w0 = _mm256_cvtepi8_epi16(_mm_loadu_si128(w)), w1 = _mm256_cvtepi8_epi16(_mm_loadu_si128(w + 1));
            ROLL for (size_t r = 0; r < rows; r++) {
                __m256i a = _mm256_set1_epi64x(eight_at(q + r * inputs + k));
                sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(a, w0));
                sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(a, w1));
            }
        }
        ROLL for (size_t r = 0; r < rows; r++) {
            __m256i both = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sum[r][0], sum[r][1]), 0xd8);
            _mm256_storeu_si256((__m256i *)(void *)(sums + r * COLUMNS + n), both);
        }
    }
}

static void tile(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, const int8_t *ahead,
                 int32_t *sums)
{
    (void)ahead;
    _Alignas(32) int16_t wide[TILE_ROWS * INPUTS_MAX];
    for (size_t i = 0; i < rows * inputs; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(q + i));
        _mm256_store_si256((__m256i *)(void *)(wide + i), _mm256_cvtepu8_epi16(bytes));
    }
    switch (rows) {
    case 4: tile_of(wide, inputs, 4, panel, sums); break;
    case 3: tile_of(wide, inputs, 3, panel, sums); break;
    case 2: tile_of(wide, inputs, 2, panel, sums); break;
    default: tile_of(wide, inputs, 1, panel, sums);
    }
}

#include "engine/encode/stages.h"

static_assert((int)INPUTS_MAX >= (int)INNER, "the rows of a tile fit");

static bool usable(void)
{
    return __builtin_cpu_supports("avx2");
}

const struct encode_kernel encode_kernel_avx2 = { .name = "avx2", .usable = usable, .product = product, .run = run };
