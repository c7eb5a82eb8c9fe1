/* What the files of the library share. */
#ifndef WEIR_EDGE_DOCUMENTS_LIBRARY_INTERNAL_H
#define WEIR_EDGE_DOCUMENTS_LIBRARY_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "edge/documents/library.h"
#include "edge/documents/vector_cache.h"

enum { LIBRARY_BYTES_MAX = 1 << 30, SHELVES_MAX = 8, MISSED_MAX = 64 };

struct library_document {
    str id, title;
    str roles; /* JSON array */
    usec valid_from, valid_to;
    str *paths, *texts;
    size_t count;
};

struct library_shelf {
    struct arena a;
    str role;
    struct shelf *shelf;
    usec stale; /* from then on a validity begins or ends */
    size_t vectors; /* how many the cache had when it was made */
    usec made;
};

struct library {
    struct library_opts opts;
    pthread_mutex_t lock; /* of all but the encoder */
    pthread_cond_t wake;
    pthread_t thread;
    bool threaded, stopping;
    struct terms *terms;
    struct arena a; /* the documents as of `version` */
    int64_t version;
    struct library_document *documents;
    size_t count, passages;
    size_t encoded_to; /* documents before this one have all vectors */
    struct library_shelf shelves[SHELVES_MAX];
    size_t shelf_count;
    struct vector_cache *cache;
    pthread_mutex_t encoding; /* of `embed` */
    struct embed *embed;
    str missed[MISSED_MAX]; /* heap */
    size_t missed_count;
    struct library_stats stats;
};

/* Bring the documents up to the store. Errors: ERR_LIMIT, of the store. Under the lock. */
MUST_USE err library_load(struct library *l);
/* The shelf of a role as of now. Under the lock. */
MUST_USE err library_shelf(struct library *l, str role, usec now, struct library_shelf **out);
void library_shelves_drop(struct library *l);
/* What a passage's vector is made of, and its digest; a title's, too, with an empty text. */
str library_encoded(const struct library_document *d, str text, struct arena *a, struct sha256 *of);

#endif
