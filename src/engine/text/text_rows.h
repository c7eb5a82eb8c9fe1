/* The inner loop: sums of rows of 8-bit weights, once for each kind of processor. All give the same numbers. */
#ifndef WEIR_ENGINE_TEXT_ROWS_H
#define WEIR_ENGINE_TEXT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_ROW_BLOCK = 32 }; /* rows are whole blocks long */

/* sum[c] += weights[row[i] * stride + c] over all i and all c < stride, the idf at the row's end included (its sums
 * mean nothing). */
typedef void text_add_fn(const int8_t *weights, size_t stride, const uint32_t *row, size_t n, int32_t *sum);
struct text_kernel {
    const char *name;
    text_add_fn *add;
    bool (*there)(void); /* does this processor have it? */
};
/* Fastest first; the last is always there. */
extern const struct text_kernel text_kernels[];
extern const size_t text_kernel_count;
text_add_fn *text_fastest(void);

#endif
