/* For every processor: plain C with vectors, which a compiler turns into what there is. The other kernels are compared
 * with it. */
#include "engine/encode/format.h"
#include "engine/encode/vectors.h"

enum { TILE_ROWS = 4, QUERIES = 1, LANES = 1 };

/* Some bits of every lane, with their sign: `up` are dropped above them, and `down` of what is left below. */
ALWAYS vi bits_of(vi w, int up, int down)
{
    return (vi)((vu)w << up) >> down;
}

ALWAYS vi vi_dot(vi sum, int32_t a, vi w)
{
    uint8_t x[4];
    memcpy(x, &a, sizeof x);
    return sum + bits_of(w, 24, 24) * x[0] + bits_of(w, 16, 24) * x[1] + bits_of(w, 8, 24) * x[2] +
           bits_of(w, 0, 24) * x[3];
}

ALWAYS vi vi_dot_pairs(vi sum, int32_t a, vi w)
{
    int16_t x[2];
    memcpy(x, &a, sizeof x);
    return sum + bits_of(w, 16, 16) * x[0] + bits_of(w, 0, 16) * x[1];
}

static void tile(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, const int8_t *ahead,
                 int32_t *sums)
{
    (void)ahead;
    for (size_t r = 0; r < rows; r++) {
        int32_t *sum = sums + r * PANEL;
        memset(sum, 0, PANEL * sizeof *sum);
        for (size_t k = 0; k < inputs; k += 4)
            for (size_t n = 0; n < PANEL; n++) {
                const int8_t *w = panel + k * PANEL + n * 4;
                const uint8_t *a = q + r * inputs + k;
                sum[n] += a[0] * w[0] + a[1] * w[1] + a[2] * w[2] + a[3] * w[3];
            }
    }
}

#include "engine/encode/stages.h"

static bool usable(void)
{
    return true;
}

const struct encode_kernel encode_kernel_scalar = {
    .name = "scalar", .usable = usable, .product = product, .run = run
};
