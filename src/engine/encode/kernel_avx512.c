/* AVX-512 with VNNI: vpdpbusd adds the products of 64 pairs of bytes to 16 sums. A tile of 6 rows by 64 outputs keeps
 * 24 sums in registers and needs 10 loads for 24 such instructions. */
#include "engine/encode/avx512.h"

enum { TILE_ROWS = 6, QUERIES = 4, LANES = 4 };

ALWAYS void tile_of(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, const int8_t *ahead,
                    int32_t *sums)
{
    __m512i sum[TILE_ROWS][4];
    ROLL for (size_t r = 0; r < rows; r++)
        ROLL for (size_t n = 0; n < 4; n++) sum[r][n] = _mm512_setzero_si512();
    for (size_t k = 0; k < inputs; k += 4) {
        const int8_t *w = panel + k * 4 * V;
        _mm_prefetch(ahead + k * 16, _MM_HINT_T1);
        __m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + 64), w2 = _mm512_loadu_si512(w + 128),
                w3 = _mm512_loadu_si512(w + 192);
        ROLL for (size_t r = 0; r < rows; r++) {
            __m512i a = _mm512_set1_epi32(four_at(q + r * inputs + k));
            sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], a, w0);
            sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], a, w1);
            sum[r][2] = _mm512_dpbusd_epi32(sum[r][2], a, w2);
            sum[r][3] = _mm512_dpbusd_epi32(sum[r][3], a, w3);
        }
    }
    ROLL for (size_t r = 0; r < rows; r++)
        ROLL for (size_t n = 0; n < 4; n++) _mm512_store_si512(sums + (r * 4 + n) * V, sum[r][n]);
}

static void tile(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, const int8_t *ahead,
                 int32_t *sums)
{
    switch (rows) {
    case 6: tile_of(q, inputs, 6, panel, ahead, sums); break;
    case 5: tile_of(q, inputs, 5, panel, ahead, sums); break;
    case 4: tile_of(q, inputs, 4, panel, ahead, sums); break;
    case 3: tile_of(q, inputs, 3, panel, ahead, sums); break;
    case 2: tile_of(q, inputs, 2, panel, ahead, sums); break;
    default: tile_of(q, inputs, 1, panel, ahead, sums);
    }
}

#include "engine/encode/stages.h"

static bool usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni");
}

const struct encode_kernel encode_kernel_avx512 = { .name = "avx512-vnni", .usable = usable, .product = product,
                                                    .run = run };
