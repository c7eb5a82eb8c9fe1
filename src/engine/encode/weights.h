/* The published weights, as the converter and the tests read them: safetensors (8 bytes length, JSON, data), 32-bit
 * floats. */
#ifndef WEIR_ENGINE_ENCODE_WEIGHTS_H
#define WEIR_ENGINE_ENCODE_WEIGHTS_H

#include "engine/encode/format.h"

struct weights_linear {
    const float *weight, *bias; /* [outputs][inputs], [outputs] */
};
struct weights_norm {
    const float *gain, *shift;
};
struct weights_layer {
    struct weights_linear query, key, value, attention, up, down;
    struct weights_norm norms[2];
};
struct weights {
    const float *words, *positions, *types;
    uint32_t vocab, position_count;
    struct weights_norm norm;
    struct weights_layer layers[LAYERS];
};

/* The pointers stay inside `bytes`, which must be aligned to 4 after its header (the format pads it).
 * Errors: ERR_INPUT (no such file, or a tensor is missing or of another shape), ERR_LIMIT (the arena is full). */
MUST_USE err weights_open(str bytes, struct arena *a, struct weights *out);

enum { REFERENCE_PIECES = 32 };
struct reference_row {
    float v[REFERENCE_PIECES]; /* one number for each piece of a text */
};
/* The inputs of one product, a row each. */
typedef void reference_see(void *ctx, size_t layer, enum product which, const struct reference_row *x, size_t n);

/* The model as it was published, in plain 32-bit arithmetic: what 8 bits are compared with, and where the ranges of
 * activations come from. Slow.
 * ids     n <= REFERENCE_PIECES.   see: may be NULL.   out: ENCODE_DIM, unit length.
 * Errors  ERR_LIMIT (the arena is full: 2 MB are enough). */
MUST_USE err reference_run(const struct weights *w, const uint16_t *ids, size_t n, struct arena *a, reference_see *see,
                           void *ctx, float *out);

#endif
