/* Documents below a folder: regular files whose ending is one that weir reads. Names that begin with a dot are passed
 * over, with all below them (.git), and links are not followed: what is watched is what stands there. */
#ifndef WEIR_EDGE_DOCUMENTS_WALK_H
#define WEIR_EDGE_DOCUMENTS_WALK_H

#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"

enum { WALK_FILES_MAX = 20000, WALK_DEPTH_MAX = 12 };

/* id: the path below the folder. Both live as long as the arena. */
typedef err walk_fn(void *ctx, str path, str id, const struct stat *st);
/* Errors: ERR_IO (a folder that is not there or cannot be read), ERR_LIMIT (more files), and those of `visit`; folders
 * deeper than WALK_DEPTH_MAX are passed over. */
MUST_USE err walk_documents(str folder, struct arena *a, walk_fn *visit, void *ctx);
/* The commit that a git repository is at, "" where the folder is none, or says something that is no commit. */
str git_commit_of(str folder, struct arena *a);

#endif
