/* The files of registered models on their way into a backup, and out of one: named and checked by their digest. */
#ifndef WEIR_EDGE_REGISTRY_MODEL_FILES_H
#define WEIR_EDGE_REGISTRY_MODEL_FILES_H

#include "store/store.h"

struct model_files {
    str data_dir;
    str *digests;    /* of every version that is known; in the arena of model_files_list */
    size_t count, at;
    int64_t copied, absent, damaged; /* absent: tidied away, as of versions nobody comes back to */
};
/* Errors: of the store.   Thread: any. */
MUST_USE err model_files_list(struct store *s, str data_dir, struct arena *a, struct model_files *out);
/* For store_backup; ctx is a struct model_files. A file that is not what its name says is left out and counted. */
MUST_USE err model_files_next(void *ctx, struct arena *a, str *name, str *bytes);
/* For store_restore; ctx is a struct model_files with its data_dir. Errors: ERR_CORRUPT (not what its name says),
 * ERR_IO, ERR_NO_SPACE. */
MUST_USE err model_files_keep(void *ctx, str name, str bytes);

#endif
