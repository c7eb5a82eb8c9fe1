/* Small files read whole: configuration, keys, zone data. */
#ifndef WEIR_EDGE_FILES_H
#define WEIR_EDGE_FILES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* The bytes of a regular file (or of standard input for "-") of at most `max` bytes.
 * Errors: ERR_NOT_FOUND, ERR_IO, ERR_LIMIT, ERR_INPUT (not a regular file).   Thread: any. */
MUST_USE err file_read(str path, size_t max, struct arena *a, str *out);
/* The same of a file below a folder that strangers may write to: no name of `path` may be a symbolic link or "..", also
 * not one made while it is opened. Errors: as file_read; a link is ERR_IO. */
MUST_USE err file_read_inside(str folder, str path, size_t max, struct arena *a, str *out);
/* Such a file opened for reading, folder "" = as file_read opens it; the caller closes it. Errors: likewise. */
MUST_USE err file_open_inside(str folder, str path, struct arena *a, int *out);
/* The TZif bytes of an IANA zone from the system's zone data ($TZDIR, else /usr/share/zoneinfo). The name is checked:
 * it never leaves that folder. Errors: ERR_INPUT (no such zone). */
MUST_USE err zone_read(str name, struct arena *a, str *out);
/* A secret as configuration names it: "env:NAME" or "file:PATH" (first line). Errors: ERR_INPUT, ERR_NOT_FOUND, ERR_IO.
 */
MUST_USE err secret_read(str reference, struct arena *a, str *out);

#endif
