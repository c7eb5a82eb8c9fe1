/* AVX2. Its own product of bytes saturates at 16 bits, so bytes are widened: the even and the odd ones each become
 * pairs of 16 bits, whose products vpmaddwd adds without loss. */
#include <immintrin.h>

#include "engine/encode/vectors.h"

enum { TILE_ROWS = 4, HALF = 8, COLUMNS = 64 };

/* The bytes 0 and 2, or 1 and 3, of every group of four: signed ones of a vector, unsigned ones of an integer. */
ALWAYS __m256i signed_even(__m256i w)
{
    return _mm256_srai_epi16(_mm256_slli_epi16(w, 8), 8);
}

ALWAYS __m256i signed_odd(__m256i w)
{
    return _mm256_srai_epi16(w, 8);
}

ALWAYS __m256i unsigned_even(int32_t a)
{
    return _mm256_set1_epi32(a & 0x00ff00ff);
}

ALWAYS __m256i unsigned_odd(int32_t a)
{
    return _mm256_set1_epi32((int32_t)((uint32_t)a >> 8 & 0x00ff00ff));
}

ALWAYS vi vi_dot(vi sum, int32_t a, vi w)
{
    __m256i half[2];
    memcpy(half, &w, sizeof half);
    for (int i = 0; i < 2; i++)
        half[i] = _mm256_add_epi32(_mm256_madd_epi16(unsigned_even(a), signed_even(half[i])),
                                   _mm256_madd_epi16(unsigned_odd(a), signed_odd(half[i])));
    vi products;
    memcpy(&products, half, sizeof half);
    return sum + products;
}

/* Rows by two halves of a vector: 8 sums, 4 vectors of weights and 2 of inputs fill the registers. */
ALWAYS void tile_of(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, int32_t *sums)
{
    for (size_t n = 0; n < COLUMNS; n += 2 * HALF) {
        __m256i sum[TILE_ROWS][2];
        ROLL for (size_t r = 0; r < rows; r++) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
        for (size_t k = 0; k < inputs; k += 4) {
            const __m256i *w = (const __m256i *)(const void *)(panel + k * COLUMNS + n * 4);
            __m256i w0 = _mm256_loadu_si256(w), w1 = _mm256_loadu_si256(w + 1);
            __m256i even0 = signed_even(w0), odd0 = signed_odd(w0), even1 = signed_even(w1), odd1 = signed_odd(w1);
            ROLL for (size_t r = 0; r < rows; r++) {
                int32_t a = four_at(q + r * inputs + k);
                __m256i even = unsigned_even(a), odd = unsigned_odd(a);
                sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(even, even0));
                sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(even, even1));
                sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(odd, odd0));
                sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(odd, odd1));
            }
        }
        ROLL for (size_t r = 0; r < rows; r++)
            ROLL for (size_t i = 0; i < 2; i++)
                _mm256_storeu_si256((__m256i *)(void *)(sums + r * COLUMNS + n + i * HALF), sum[r][i]);
    }
}

static void tile(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, int32_t *sums)
{
    switch (rows) {
    case 4: tile_of(q, inputs, 4, panel, sums); break;
    case 3: tile_of(q, inputs, 3, panel, sums); break;
    case 2: tile_of(q, inputs, 2, panel, sums); break;
    default: tile_of(q, inputs, 1, panel, sums);
    }
}

#include "engine/encode/stages.h"

static bool usable(void)
{
    return __builtin_cpu_supports("avx2");
}

const struct encode_kernel encode_kernel_avx2 = { .name = "avx2", .usable = usable, .product = product, .run = run };
