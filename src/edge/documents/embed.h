/* The sentence encoder as the knowledge uses it: texts in, packed vectors out. */
#ifndef WEIR_EDGE_DOCUMENTS_EMBED_H
#define WEIR_EDGE_DOCUMENTS_EMBED_H

#include "base/arena.h"
#include "engine/knowledge/shelf.h"

enum { EMBED_DIM = 384 };

struct embed; /* one for each thread */

/* The model at `path`. Errors: ERR_NOT_FOUND (there is none), ERR_CORRUPT, ERR_TOO_NEW, ERR_IO. */
MUST_USE err embed_open(str path, struct embed **out);
void embed_close(struct embed *e); /* accepts NULL */
/* The vector of a text, identifiers taken apart; in `a`. Errors: ERR_LIMIT (arena). */
MUST_USE err embed_text(struct embed *e, str text, struct arena *a, struct packed *out);

#endif
