/* Sentences as vectors of 384 numbers of length 1: the nearer two texts are in meaning, the nearer their dot product is
 * to 1. The model is a file that `weir model fetch` makes; map it or read it into memory. Vectors are the same bits on
 * every processor. */
#ifndef WEIR_ENCODE_H
#define WEIR_ENCODE_H

#include "weir/weir.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_ENCODE_DIM 384
/* Word pieces of a text that count. */
#define WEIR_ENCODE_PIECES_MAX 256

typedef struct weir_encoder weir_encoder;

/* Bytes of memory an encoder takes: some 3 MB, at any alignment of 16. One for each thread; they may share a model. */
WEIR_API size_t weir_encoder_size(void);
/* model    the bytes of a model file, borrowed: they must stay as long as the encoder, at an address that divides
 * by 64. memory   of weir_encoder_size() bytes, borrowed.   out: set on success only. Gives WEIR_OK, WEIR_LIMIT (memory
 * too small), WEIR_CORRUPT (no model, or damaged), WEIR_TOO_NEW (of a later weir). */
WEIR_API int weir_encoder_init(void *memory, size_t size, const void *model, size_t model_size, weir_encoder **out,
                               struct weir_error *error);
/* Vectors of n texts into out[n * WEIR_ENCODE_DIM]. */
WEIR_API void weir_encode(weir_encoder *e, const struct weir_text *texts, size_t n, float *out);
/* Means after several layers beside each other, lowest first, the whole of length 1: bit i of `layers` is layer i of 6,
 * 0 being the words alone. weir_encode is layer 6; weir_classifier_layers() says which a classifier wants. Into
 * out[n * weir_encode_layers_dim(layers)]. Gives WEIR_OK, WEIR_INPUT (there are no such layers). */
WEIR_API int weir_encode_layers(weir_encoder *e, const struct weir_text *texts, size_t n, unsigned layers, float *out,
                                struct weir_error *error);
/* Numbers of such a vector; 0: there are no such layers. */
WEIR_API size_t weir_encode_layers_dim(unsigned layers);
/* The ids of a text's word pieces; gives their number. ids: room for WEIR_ENCODE_PIECES_MAX. */
WEIR_API size_t weir_tokenize(const weir_encoder *e, struct weir_text text, uint16_t *ids);

#ifdef __cplusplus
}
#endif
#endif
