/* The sentence encoder's model on disk: one file, mapped and shared by every process that uses it. Without it weir does
 * all else; what needs it says so. */
#ifndef WEIR_EDGE_MODEL_MODEL_FILE_H
#define WEIR_EDGE_MODEL_MODEL_FILE_H

#include "engine/encode/encode.h"

#define MODEL_NAME "all-MiniLM-L6-v2"
#define MODEL_SUFFIX ".weirmodel"

struct model_file {
    struct encode_model model;
    void *map;
    size_t size;
};

/* Where the model is when nobody says otherwise: DATA_DIR/models/all-MiniLM-L6-v2.weirmodel. Lives in `a`. */
str model_file_path(str data_dir, struct arena *a);
/* Map and check it.
 * out     set on success only; end it with model_file_close(). The file may be replaced meanwhile, but not changed.
 * Errors  ERR_NOT_FOUND (no such file; says how to get it), ERR_IO, ERR_CORRUPT, ERR_TOO_NEW.   Thread: any. */
MUST_USE err model_file_open(str path, struct model_file *out);
void model_file_close(struct model_file *f); /* accepts one that was never opened ({0}) */
/* Write a model so that there is either the whole of it or what was there before. Folders on the way are made. Errors:
 * ERR_IO, ERR_NO_SPACE. */
MUST_USE err model_file_write(str path, str bytes);

#endif
