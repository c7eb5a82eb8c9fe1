/* The inner loop, once for each kind of processor. */
#ifndef WEIR_ENGINE_KNOWLEDGE_VECTOR_KERNELS_H
#define WEIR_ENGINE_KNOWLEDGE_VECTOR_KERNELS_H

#include "engine/knowledge/vectors.h"

/* The dots of one row with n queries that lie `stride` bytes apart. `sum`: of the row's bytes. */
typedef void vector_dots_fn(const int8_t *queries, size_t n, const int8_t *row, int32_t sum, size_t stride,
                            int32_t *out);

struct vector_kernel_row {
    const char *name;
    bool (*there)(void);
    vector_dots_fn *dots;
};

extern const struct vector_kernel_row vector_kernels[VECTOR_KERNELS];

#endif
