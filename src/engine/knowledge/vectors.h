/* Vectors of whole numbers: int8, one scale a vector, found by their cosine with a query.
 *
 * A vector v of length one is kept as round(v / scale) with scale = max |v| / 127; the cosine of two is their dot
 * product times both scales. Dots are 32-bit whole numbers and the same on every kernel; a cosine is a product of three
 * floats, so the order of hits is the same everywhere, too. An exact scan reads every byte once for up to VECTOR_BATCH
 * queries.
 */
#ifndef WEIR_ENGINE_KNOWLEDGE_VECTORS_H
#define WEIR_ENGINE_KNOWLEDGE_VECTORS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

enum { VECTOR_DIM_MAX = 4096, VECTOR_BATCH = 16 };

/* Rows lie one after another, `stride` bytes each: dim rounded up to 64, zeros behind. The caller's memory, 64-aligned.
 */
struct vectors {
    const int8_t *rows;
    const float *scales;
    const int32_t *sums; /* of each row's bytes: some kernels need it */
    size_t count, dim, stride;
};

/* One packed vector. */
struct packed {
    const int8_t *bytes; /* NULL: there is none */
    float scale;
    int32_t sum;
};

struct vector_hit {
    uint32_t row;
    float cosine;
};

enum vector_kernel { VECTOR_SCALAR, VECTOR_AVX2, VECTOR_VNNI, VECTOR_NEON, VECTOR_KERNELS };

const char *vector_kernel_name(enum vector_kernel k); /* "avx512-vnni" */
bool vector_kernel_there(enum vector_kernel k);       /* this processor has it */
enum vector_kernel vector_kernel_best(void);

static inline size_t vector_stride(size_t dim)
{
    return (dim + 63) & ~(size_t)63;
}
/* One vector to bytes. `out`: stride bytes. A vector of zeros, or with a value that is no number, has scale 0 and is
 * similar to nothing. */
void vector_pack(const float *v, size_t dim, int8_t *out, float *scale, int32_t *sum);
/* The dot product of two packed vectors. */
int32_t vector_dot(enum vector_kernel k, const int8_t *a, int32_t sum_a, const int8_t *b, size_t stride);
/* The `k` rows with the highest cosine for each of `n` (1..VECTOR_BATCH) packed queries, best first, of equal ones the
 * earlier row; out[i * k ...] is the i-th query's, found[i] how many. query_sums: as given by vector_pack. Thread: any.
 */
void vectors_scan(const struct vectors *v, enum vector_kernel kernel, const int8_t *queries, const float *scales,
                  size_t n, size_t k, struct vector_hit *out, size_t *found);

/* The same for one query among the rows that may be found: `may` is asked for rows that are near enough, before they
 * take a place among the best. Gives how many. */
typedef bool vector_may_fn(const void *ctx, uint32_t row);
size_t vectors_scan_where(const struct vectors *v, enum vector_kernel kernel, struct packed query, vector_may_fn *may,
                          const void *ctx, size_t k, struct vector_hit *out);

/* Keeps the best: a heap in the caller's memory whose root is the worst. */
struct vector_best {
    struct vector_hit *hits;
    size_t n, k;
};
void vector_best_add(struct vector_best *b, uint32_t row, float cosine);
void vector_best_sort(struct vector_best *b);
static inline bool vector_best_takes(const struct vector_best *b, float cosine)
{
    return b->n < b->k || cosine > b->hits[0].cosine;
}

#endif
