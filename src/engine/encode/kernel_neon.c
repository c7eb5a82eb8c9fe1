/* NEON with the dot product of ARMv8.2: sdot takes signed bytes on both sides, so inputs move down by 128 and 128 times
 * the sum of the weights is put back. The sums are the same integers as everywhere. */
#include <arm_neon.h>
#include <sys/auxv.h>

#include "engine/encode/vectors.h"

enum { TILE_ROWS = 4, QUERIES = 2, LANES = 2, QUARTER = 4, COLUMNS = 64 };

ALWAYS int8x16_t moved(int32_t a)
{
    return vreinterpretq_s8_u8(veorq_u8(vreinterpretq_u8_s32(vdupq_n_s32(a)), vdupq_n_u8(0x80)));
}

ALWAYS vi vi_dot(vi sum, int32_t a, vi w)
{
    int8x16_t weights = (int8x16_t)w, half = vdupq_n_s8(64);
    int32x4_t s = vdotq_s32((int32x4_t)sum, weights, moved(a));
    return (vi)vdotq_s32(vdotq_s32(s, weights, half), weights, half);
}

ALWAYS vi vi_dot_pairs(vi sum, int32_t a, vi w)
{
    int16x8_t pairs = (int16x8_t)w, by = vreinterpretq_s16_s32(vdupq_n_s32(a));
    int32x4_t low = vmull_s16(vget_low_s16(pairs), vget_low_s16(by)), high = vmull_high_s16(pairs, by);
    return sum + (vi)vpaddq_s32(low, high);
}

/* Rows by half a panel's quarter: 16 sums, 4 sums of the weights, 4 vectors of weights. */
ALWAYS void tile_of(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, int32_t *sums)
{
    for (size_t n = 0; n < COLUMNS; n += 4 * QUARTER) {
        int32x4_t sum[TILE_ROWS][4], weight_sum[4];
        for (size_t i = 0; i < 4; i++) {
            weight_sum[i] = vdupq_n_s32(0);
            for (size_t r = 0; r < rows; r++) sum[r][i] = vdupq_n_s32(0);
        }
        for (size_t k = 0; k < inputs; k += 4) {
            const int8_t *w = panel + k * COLUMNS + n * 4;
            int8x16_t weights[4] = { vld1q_s8(w), vld1q_s8(w + 16), vld1q_s8(w + 32), vld1q_s8(w + 48) };
            ROLL for (size_t i = 0; i < 4; i++) weight_sum[i] = vdotq_s32(weight_sum[i], weights[i], vdupq_n_s8(1));
            ROLL for (size_t r = 0; r < rows; r++) {
                int8x16_t by = moved(four_at(q + r * inputs + k));
                ROLL for (size_t i = 0; i < 4; i++) sum[r][i] = vdotq_s32(sum[r][i], weights[i], by);
            }
        }
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < 4; i++)
                vst1q_s32(sums + r * COLUMNS + n + i * QUARTER, vaddq_s32(sum[r][i], vshlq_n_s32(weight_sum[i], 7)));
    }
}

static void tile(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, const int8_t *ahead,
                 int32_t *sums)
{
    (void)ahead;
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
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
}

const struct encode_kernel encode_kernel_neon = {
    .name = "neon-dot", .usable = usable, .product = product, .run = run
};
