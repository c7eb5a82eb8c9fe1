/* The model file: one header, then tables at 64-byte boundaries, little endian, used in place. What a reader must not
 * trust is checked by encode_open.
 *
 *   header | word embeddings s8, their scales | positions f32 | tokenizer's trie | per layer: norms, four products
 *
 * A product y = W x is stored for 8-bit arithmetic. W is s8 with one scale an output, packed as panels of 64 outputs:
 * [outputs / 64][inputs / 4][64][4], which is the order in which VNNI, AMX and dot-product instructions want it. x
 * becomes u8 with one scale and one offset a row: x[j] * pre[j] = scale * q[j] + low. Then
 *
 *   y[n] = weight_scale[n] * scale * sum_j q[j] w[n][j] + low * column[n] + bias[n],   column[n] = weight_scale[n] *
 * sum_j w[n][j]
 *
 * where the sum over j is a 32-bit integer that every kernel computes exactly (1536 * 255 * 127 < 2^31). `pre` takes
 * the few inputs that are far larger than the others down, and the weights up by as much (SmoothQuant, G. Xiao et al.,
 * 2022), or one input would use up the 8 bits of all. */
#ifndef WEIR_ENGINE_ENCODE_FORMAT_H
#define WEIR_ENGINE_ENCODE_FORMAT_H

#include <stdint.h>

#include "engine/encode/encode.h"

enum {
    FORMAT_VERSION = 1,
    FORMAT_ALIGN = 64,
    LAYERS = ENCODE_LAYERS,
    HEADS = 12,
    HEAD_DIM = 32,
    DIM = ENCODE_DIM,
    INNER = 4 * DIM,
    PANEL = 64, /* outputs packed together */
    VOCAB_MAX = 65535,
    ID_PAD = 0,
    ID_UNKNOWN = 100,
    ID_CLS = 101,
    ID_SEP = 102,
};

#define FORMAT_MAGIC "weirenc"

enum product { PRODUCT_QKV, PRODUCT_ATTENTION, PRODUCT_UP, PRODUCT_DOWN, PRODUCTS };

struct format_product {
    uint32_t inputs, outputs;
    /* Offsets from the start of the file. */
    uint64_t weights;                                 /* s8 */
    uint64_t weight_scale, column, bias;              /* f32 each, one an output */
    uint64_t pre;                                     /* f32, one an input */
};

struct format_norm {
    uint64_t gain, shift; /* f32 x DIM */
};

struct format_layer {
    struct format_product products[PRODUCTS];
    struct format_norm norms[2]; /* after attention, after the feed-forward part */
};

/* One state of the trie: a double array (J. Aoe, 1989). From state s, byte c leads to t = base[s] + c when check[t] is
 * s. Text of a word starts at state 0, of a "##" piece at state 1. */
struct format_state {
    uint32_t base, check;
};

struct encode_header {
    char magic[8]; /* "weirenc\0" */
    uint32_t version, vocab;
    uint64_t size;           /* of the file */
    uint8_t digest[32];      /* SHA-256 of the file with 0 here */
    uint8_t source[32];      /* SHA-256 of the weights it was made from */
    char name[64];           /* "all-MiniLM-L6-v2", ended by 0 */
    char licence[64];        /* "Apache-2.0" */
    uint64_t words, word_scale; /* s8 [vocab][DIM], f32 [vocab] */
    uint64_t positions;         /* f32 [ENCODE_PIECES_MAX][DIM], the embedding of sentence type 0 added */
    struct format_norm norm;    /* of the embeddings */
    uint64_t states, state_ids; /* struct format_state [state_count]; u16: the piece that ends here, 0 = none */
    uint32_t state_count, reserved;
    struct format_layer layers[LAYERS];
};

#endif
