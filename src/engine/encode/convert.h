/* From the published weights to a model file. */
#ifndef WEIR_ENGINE_ENCODE_CONVERT_H
#define WEIR_ENGINE_ENCODE_CONVERT_H

#include "engine/encode/weights.h"

enum { CONVERT_MEMORY = 64 << 20 };

/* safetensors, vocab: the bytes of model.safetensors and vocab.txt; any model of the shape of all-MiniLM-L6-v2 will do.
 * name    of the model, up to 63 bytes.   licence: the same.
 * a       CONVERT_MEMORY or more; `out` lives there.   Takes a second or two.
 * Errors  ERR_INPUT, ERR_LIMIT. */
MUST_USE err encode_convert(str safetensors, str vocab, str name, str licence, struct arena *a, str *out);
/* Whether the bytes are those of the digest. Errors: ERR_CORRUPT. */
MUST_USE err encode_verify(const struct encode_model *m);

#endif
