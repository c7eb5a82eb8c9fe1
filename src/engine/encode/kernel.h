/* The arithmetic for one kind of processor. The stages are the same code for all (stages.h), compiled for the
 * instructions of each; what differs is the product of 8-bit integers. That is exact, and floats are computed in one
 * order without fused operations: every kernel gives the same bits. */
#ifndef WEIR_ENGINE_ENCODE_KERNEL_H
#define WEIR_ENGINE_ENCODE_KERNEL_H

#include "engine/encode/format.h"

enum {
    BATCH_ROWS = 256, /* pieces worked on together; no less than ENCODE_PIECES_MAX */
    GROUP_ROWS = 128, /* of these, at a time in attention, where whole texts stay together and the longest is more */
    BLOCK_ROWS = 48,  /* of these, at a time in the feed-forward part: what it makes stays in the cache */
    BATCH_TEXTS = BATCH_ROWS / 2, /* every text has two pieces or more */
};

/* Texts laid end to end, and the room that the stages work in. */
struct encode_batch {
    _Alignas(FORMAT_ALIGN) float x[BATCH_ROWS][DIM];          /* a row for each piece, the result too */
    _Alignas(FORMAT_ALIGN) float qkv[BATCH_ROWS][3 * DIM];
    _Alignas(FORMAT_ALIGN) float inner[BLOCK_ROWS][INNER];
    _Alignas(FORMAT_ALIGN) uint8_t q[BATCH_ROWS][DIM];        /* x for a product: x[j] * pre[j] = scale * q[j] + low */
    _Alignas(FORMAT_ALIGN) uint8_t inner_q[BLOCK_ROWS][INNER];
    /* Of attention, one head at a time. */
    _Alignas(FORMAT_ALIGN) int8_t keys[HEAD_DIM / 4][BATCH_ROWS][4];
    _Alignas(FORMAT_ALIGN) int16_t values[BATCH_ROWS / 2][HEAD_DIM][2];
    _Alignas(FORMAT_ALIGN) float key_sum[BATCH_ROWS], key_out[BATCH_ROWS]; /* key_out: far below 0 past the text */
    _Alignas(FORMAT_ALIGN) float scores[4][BATCH_ROWS];                    /* of a few pieces at a time */
    _Alignas(FORMAT_ALIGN) int16_t weights[4][BATCH_ROWS];
    _Alignas(FORMAT_ALIGN) uint8_t query[4][HEAD_DIM];
    float query_scale[4], query_low[4];
    float scale[BATCH_ROWS], low[BATCH_ROWS];
    size_t starts[BATCH_TEXTS + 1];                           /* text i is the rows starts[i] .. starts[i + 1] */
    size_t rows, texts;
    uint16_t ids[BATCH_ROWS];
    /* Called with x as layer i left it (0: before the first), NULL: never; the last `skip` layers are not computed.
     * `done`: x is what this layer left already. */
    void (*after)(struct encode_batch *b, size_t layer);
    size_t skip, done;
    unsigned kept; /* what `after` keeps, and where */
    float *out;
};

struct encode_kernel {
    const char *name;
    bool (*usable)(void); /* on this processor, under this system */
    /* The sums over j of q[row][j] * weights[j][output], as int32 [rows][outputs]; weights packed as in format.h.
     * inputs: a multiple of 64.   outputs: a multiple of PANEL. */
    void (*product)(const uint8_t *q, size_t rows, const int8_t *weights, size_t inputs, size_t outputs, int32_t *out);
    void (*run)(const struct encode_model *m, struct encode_batch *b); /* ids and starts in, x out */
};

extern const struct encode_kernel
    *const encode_kernels[]; /* fastest first, ended by NULL; the last one runs everywhere */

extern const struct encode_kernel encode_kernel_scalar, encode_kernel_avx2, encode_kernel_avx512, encode_kernel_amx,
    encode_kernel_neon;

#endif
