/* Vectors by what they were made of, so that a text is encoded once: a file of records of one size, appended to, and
 * written anew when its owner says what is still in use. It is a cache: without it, or with a damaged one, texts are
 * encoded again. */
#ifndef WEIR_EDGE_DOCUMENTS_VECTOR_CACHE_H
#define WEIR_EDGE_DOCUMENTS_VECTOR_CACHE_H

#include "base/hash.h"
#include "edge/documents/embed.h"

struct vector_cache; /* one owner */

/* path empty: in memory only. Errors: ERR_IO (the file cannot be opened; a damaged one is begun anew). */
MUST_USE err vector_cache_open(str path, struct vector_cache **out);
void vector_cache_close(struct vector_cache *c); /* accepts NULL */
/* Views that live as long as the cache. */
bool vector_cache_get(const struct vector_cache *c, const struct sha256 *of, struct packed *out);
/* Kept in memory in any case. Errors: ERR_IO, ERR_NO_SPACE (it is not in the file). */
MUST_USE err vector_cache_put(struct vector_cache *c, const struct sha256 *of, const struct packed *v);
/* Mark what is in use, then drop the rest: the file is written anew, there whole or as it was. Views stay good until
 * the cache is closed. Errors: of file_put; what was dropped is out of memory's sight then, and still in the file. */
void vector_cache_mark(struct vector_cache *c, const struct sha256 *of);
MUST_USE err vector_cache_drop_unmarked(struct vector_cache *c);
size_t vector_cache_count(const struct vector_cache *c);

#endif
