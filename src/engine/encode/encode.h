/* Sentences as vectors: all-MiniLM-L6-v2 (six layers of BERT, 384 wide, mean over the pieces, unit length) with 8-bit
 * weights and activations, and the WordPiece tokenizer that belongs to it. Two texts that mean the same have a cosine
 * near 1; since vectors are of unit length, it is their dot product.
 *
 * A model is a view over the bytes of one file (format.h), made by encode_convert from the published weights. Nothing
 * is allocated: the caller brings a scratch memory, one for each thread that encodes. The same model may be used by any
 * number of threads at once.
 *
 *   W. Wang et al., MiniLM: Deep Self-Attention Distillation, 2020 · J. Devlin et al., BERT, 2018 · N. Reimers and
 *   I. Gurevych, Sentence-BERT, 2019 · O. Zafrir et al., Q8BERT, 2019 (8-bit products, here with one scale a piece) */
#ifndef WEIR_ENGINE_ENCODE_ENCODE_H
#define WEIR_ENGINE_ENCODE_ENCODE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
    ENCODE_DIM = 384,
    ENCODE_LAYERS = 6,
    ENCODE_PIECES_MAX = 256,   /* of a text, with [CLS] and [SEP]; what comes after is cut off */
    ENCODE_TEXT_MAX = 1 << 20, /* bytes of a text that are looked at */
};

struct encode_kernel; /* kernel.h */

/* Opened once, then only read. */
struct encode_model {
    const uint8_t *bytes;
    const struct encode_header *header;
    const struct encode_kernel *kernel;
};

/* A view over a model file, with the fastest kernel of this processor.
 * bytes   borrowed, 64-byte aligned (mapped files are); every offset and the tokenizer's tables are checked, the digest
 *         is not (`weir model verify`).
 * Errors  ERR_CORRUPT (no model file, or damaged), ERR_TOO_NEW (of a later version).   Thread: any. */
MUST_USE err encode_open(str bytes, struct encode_model *out);

/* Bytes of scratch memory that the calls below need: some 3 MB. Any alignment. */
size_t encode_scratch_size(void);

/* Vectors of unit length.
 * texts   UTF-8; what is not valid UTF-8 is skipped. n >= 0; an empty text has a vector too.
 * out     n x ENCODE_DIM, in the order of the texts. The vector of a text does not depend on the others.
 * Thread: any, with a scratch of its own. */
void encode_texts(const struct encode_model *m, void *scratch, const str *texts, size_t n, float *out);

/* Means after several layers beside each other, lowest first: bit i of `layers` (not 0) is layer i of 6, 0 being the
 * words alone. What a text is about is plainest after the last; how it sounds and how much it presses, after the middle
 * ones. The whole has length 1, each part the same. Layers above the highest that is asked for cost nothing.
 * out     n x encode_layers_dim(layers). encode_texts is layer 6. */
void encode_layers(const struct encode_model *m, void *scratch, const str *texts, size_t n, unsigned layers,
                   float *out);
size_t encode_layers_dim(unsigned layers);
/* Whether the encoder has these layers, one at least, and they are so many numbers wide: asked of what comes from
 * outside. */
bool encode_layers_fit(unsigned layers, size_t dims);

/* encode_layers of one text in two goes, for whoever may be content with the lower layers: the parts of `out` that
 * layers up to `until` make (1..6), then, when it is asked for, the others. Between the two the scratch is theirs. */
void encode_begin(const struct encode_model *m, void *scratch, str text, unsigned layers, size_t until, float *out);
void encode_finish(const struct encode_model *m, void *scratch, float *out);

/* Every piece of one text in its context: row i belongs to ids[i].
 * ids     ENCODE_PIECES_MAX; the first is [CLS], the last [SEP].   out: ENCODE_PIECES_MAX x ENCODE_DIM, not normalised.
 * Gives the number of pieces. */
size_t encode_pieces(const struct encode_model *m, void *scratch, str text, uint16_t *ids, float *out);

/* The tokenizer alone: ids of at most ENCODE_PIECES_MAX pieces. Gives their number (2 or more). */
size_t encode_tokenize(const struct encode_model *m, str text, uint16_t ids[ENCODE_PIECES_MAX]);
/* The same for many texts laid end to end: starts[i] .. starts[i + 1] are the pieces of text i (n + 1 starts). Stops
 * before the text that might not fit into `room` ids; gives how many texts were taken. */
size_t encode_tokenize_all(const struct encode_model *m, const str *texts, size_t n, uint16_t *ids, size_t room,
                           size_t *starts);

/* "avx512-vnni": the kernel in use. */
const char *encode_kernel_name(const struct encode_model *m);
/* Use another: by name, "" = the fastest. Errors: ERR_NOT_FOUND (no such kernel, or this processor cannot run it). */
MUST_USE err encode_use_kernel(struct encode_model *m, str name);

#endif
