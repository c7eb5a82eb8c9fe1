/* One encoder for many threads: whoever finds it busy waits, and the next one to run encodes for all who wait, so that
 * short requests share the reading of the weights. Nobody waits for company: a request alone runs at once. */
#ifndef WEIR_EDGE_MODEL_ENCODER_H
#define WEIR_EDGE_MODEL_ENCODER_H

#include "edge/model/model_file.h"

struct encoder; /* opaque */

enum {
    ENCODER_TEXTS_MAX = 2048,  /* of one request */
    ENCODER_WAITING_MAX = 256, /* requests that may wait */
};

/* Open the model at `path`. Errors: of model_file_open. `out` is set on success only; end it with encoder_close(). */
MUST_USE err encoder_open(str path, struct encoder **out);
void encoder_close(struct encoder *e); /* accepts NULL; nobody may be inside */
const struct encode_model *encoder_model(const struct encoder *e);
/* Vectors of n texts (1..ENCODER_TEXTS_MAX) into out[n][ENCODE_DIM]; pieces: how many word pieces they had, may be
 * NULL. Errors: ERR_FULL (too many are waiting), ERR_LIMIT.   Thread: any. */
MUST_USE err encoder_run(struct encoder *e, const str *texts, size_t n, float *out, size_t *pieces);
/* How often it ran, and for how many requests: the difference were encoded with others. Thread: any. */
void encoder_counts(struct encoder *e, uint64_t *runs, uint64_t *requests);

#endif
