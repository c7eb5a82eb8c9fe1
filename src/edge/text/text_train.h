/* From labelled texts to a model file: five parts of the texts are held back in turn, models of the rest judge them,
 * and what they got right sets the factors, sets and thresholds of the final model, which learns from all. The same
 * data, options and seed give the same bytes. Uses the C library's rand(): one at a time in a process. */
#ifndef WEIR_EDGE_TEXT_TRAIN_H
#define WEIR_EDGE_TEXT_TRAIN_H

#include "base/buf.h"
#include "edge/text/text_data.h"
#include "edge/text/text_fit.h"
#include "engine/encode/encode.h"

enum { TEXT_FOLDS = 5, TEXT_NEIGHBOURS_KEPT = 20000 };
/* The encoder's layers that vectors for training are made of: the last says what a text is about, the middle ones how
 * it says it. */
#define TEXT_LAYERS (1U << 2 | 1U << 4 | 1U << ENCODE_LAYERS)

struct text_train_opts {
    uint64_t seed;
    double refused; /* share of texts of training that may be refused as "none of these"; 0: never */
    void (*progress)(void *ctx, const char *what, size_t done, size_t all); /* NULL: none */
    void *ctx;
};

struct text_report {
    struct text_quality sparse, fused; /* of held-back texts; fused.rows == 0: there were no vectors */
    size_t terms, outside;
    size_t unlabelled; /* texts without a label that were used */
};

/* A text without a label (TEXT_UNKNOWN) gets one from the texts near it, where there are vectors, and votes with it.
 * `out` becomes the file's bytes, which text_model_open takes. Errors: ERR_INPUT (fewer than two classes, a class or
 * all too small), ERR_LIMIT. */
MUST_USE err text_train(const struct text_data *d, const struct text_train_opts *o, struct buf *out,
                        struct text_report *report);

#endif
