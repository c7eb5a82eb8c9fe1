/* What the files of the library share. */
#ifndef WEIR_EDGE_DOCUMENTS_LIBRARY_INTERNAL_H
#define WEIR_EDGE_DOCUMENTS_LIBRARY_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "edge/documents/id_set.h"
#include "edge/documents/library.h"
#include "edge/documents/vector_cache.h"

enum { SHELVES_MAX = 8, MISSED_MAX = 64, SHELF_TIMES = 4 /* an index is smaller than this many times its texts */ };

struct library_document {
    str id, title;
    str roles; /* JSON array */
    usec valid_from, valid_to;
    str *paths, *texts;
    uint64_t *ids;     /* in the store of vectors */
    double *priors;    /* of passages; NULL: `prior` for all */
    double prior;
    struct said said;
    size_t count;
};

struct library_shelf {
    struct arena a;
    str role;
    struct shelf *shelf;
    uint64_t *ids;    /* of its passages */
    uint32_t *slots;  /* passage + 1 by id, open addressing; NULL: there are no vectors */
    size_t slot_cap;
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
    int64_t reindexed;      /* seq of the last re-index */
    size_t left_out;
    bool may_rest;          /* since the last re-index nothing has changed: a graph is worth it */
    void *near;             /* the store of vectors; NULL: none */
    atomic_llong near_failed, near_count;
    struct id_set
        put; /* ids in it, marked by the round in which each was last wanted; the thread's, as are the next three */
    size_t put_to;          /* documents before this one are in the store of vectors */
    int64_t put_version;
    uint32_t put_round;
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
/* Vectors of what is new, in the store of vectors as they come. The thread's. */
void library_encode_all(struct library *l, struct arena *a);
/* library_vectors.c. Put and drop until the store of vectors is as the documents are; false: it did not answer. The
 * thread's. */
bool library_near_keep(struct library *l);
/* Some time for what makes searches faster. True: there is more. The thread's. */
bool library_near_rest(struct library *l);
/* What is near to a question; nothing when there is no vector or the store does not answer. Thread: any. */
size_t library_near(struct library *l, struct packed vector, str role, struct arena *a, struct vector_near *out);
/* The passages of a shelf that these are; those that are not on it are left out. */
size_t library_near_rows(const struct library_shelf *s, const struct vector_near *near, size_t n,
                         struct vector_hit *out);
/* What a passage's vector is made of, and its digest; a title's, too, with an empty text. */
str library_encoded(const struct library_document *d, str text, struct arena *a, struct sha256 *of);

#endif
