/* One file out of a zip archive (PKWARE's APPNOTE.TXT; stored and deflated members, no ZIP64, no encryption). */
#ifndef WEIR_EDGE_MODEL_ZIP_H
#define WEIR_EDGE_MODEL_ZIP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* The member called `name`, unpacked into `a`; its checksum is compared. Errors: ERR_INPUT (no zip file, or damaged),
 * ERR_NOT_FOUND, ERR_LIMIT (the arena is full). */
MUST_USE err zip_member(str zip, str name, struct arena *a, str *out);

#endif
