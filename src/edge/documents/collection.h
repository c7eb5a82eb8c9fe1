/* Documents cut, with vectors where there is an encoder, and the shelf made of them: what `weir knowledge eval`, a
 * search in a folder and the server's search have in common. */
#ifndef WEIR_EDGE_DOCUMENTS_COLLECTION_H
#define WEIR_EDGE_DOCUMENTS_COLLECTION_H

#include "edge/documents/embed.h"
#include "edge/documents/vector_cache.h"
#include "engine/knowledge/passages.h"
#include "engine/knowledge/shelf.h"

struct collection_document {
    str id, title;
    struct passage_list passages;
    struct packed title_vector, *vectors; /* one a passage; NULL: none yet */
};

struct collection {
    struct arena a; /* everything in it */
    struct terms *terms;
    struct collection_document *documents;
    size_t count, cap;
    struct shelf *shelf; /* after collection_shelve */
};

enum { COLLECTION_DOCUMENTS_MAX = 1 << 20 };

/* Errors: ERR_LIMIT. Thread: one. */
MUST_USE err collection_init(struct collection *c, size_t bytes_max);
void collection_done(struct collection *c); /* accepts one that failed to start */
/* A document from its blocks, which may go afterwards. An empty title is taken from its headings, else its id.
 * Errors: ERR_LIMIT. */
MUST_USE err collection_add(struct collection *c, str id, str title, const struct block_list *blocks);
/* Vectors of what has none, out of the cache where it has them. e: NULL does nothing; cache: NULL = none, else it
 * outlives the collection. Errors: ERR_LIMIT, ERR_IO. */
MUST_USE err collection_embed(struct collection *c, struct embed *e, struct vector_cache *cache);
/* The shelf of all documents. Errors: ERR_LIMIT. */
MUST_USE err collection_shelve(struct collection *c);

#endif
