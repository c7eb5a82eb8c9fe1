/* A file that is there whole or not at all. It is written beside its place, synced, moved there, and the move is
 * synced, so that neither kill -9 nor a power cut leaves a part of it under its name. What a crash can leave is a file
 * with a dot and six characters more (mkostemp). */
#ifndef WEIR_BASE_FILE_PUT_H
#define WEIR_BASE_FILE_PUT_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

enum file_put_how {
    FILE_PUT_NEW,     /* what is there stays: ERR_CONFLICT */
    FILE_PUT_REPLACE, /* what is there goes, in the same moment */
};
enum { FILE_PUT_TAIL = 7 }; /* ".XXXXXX" */

/* `bytes` under `path`, with exactly these permissions. Errors: ERR_CONFLICT, ERR_NO_SPACE, ERR_IO, ERR_INPUT (a
 * path that is too long, or of a folder, a device, a pipe).   Thread: any. */
MUST_USE err file_put(const char *path, str bytes, mode_t mode, enum file_put_how how);
/* Makes the names in the folder of `path` durable. */
MUST_USE err file_put_sync_folder(const char *path);

#endif
