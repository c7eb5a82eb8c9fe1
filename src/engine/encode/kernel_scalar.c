/* For every processor: plain C with vectors of four, which a compiler turns into what there is. The other kernels are compared with
 * this one. */
#include <stdint.h>

enum { V = 4, TILE_ROWS = 4 };
typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));

static inline vf vf_fma(vf a, vf b, vf c)
{
    return a * b + c;
}

static inline vf pick(vi which, vf yes, vf no)
{
    return (vf)((which & (vi)yes) | (~which & (vi)no));
}

static inline vf vf_max(vf a, vf b)
{
    return pick(a > b, a, b);
}

static inline vf vf_min(vf a, vf b)
{
    return pick(a < b, a, b);
}

static inline void vf_bytes(uint8_t *to, vf v)
{
    vi q = __builtin_convertvector((v + 12582912) - 12582912, vi);
    for (int i = 0; i < V; i++) to[i] = (uint8_t)(q[i] < 0 ? 0 : q[i] > 255 ? 255 : q[i]);
}

static inline void tile(const uint8_t *q, unsigned long inputs, unsigned long rows, const int8_t *panel, int32_t *sums);

#include "engine/encode/stages.h"

static inline void tile(const uint8_t *q, size_t inputs, size_t rows, const int8_t *panel, int32_t *sums)
{
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

static bool usable(void)
{
    return true;
}

const struct encode_kernel encode_kernel_scalar = { .name = "scalar", .usable = usable, .product = product, .run = run };
