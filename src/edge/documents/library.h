/* The knowledge of a running weir: the stored documents and runbooks in an index that follows the store, and searches
 * in it.
 *
 * The filter comes before the index: for each role there is a shelf of what it may read now, so a document that one may
 * not read can change neither the order nor a score. A search sees what was committed before it; vectors of new
 * passages follow from a thread that encodes in the background, so until then their words speak alone.
 */
#ifndef WEIR_EDGE_DOCUMENTS_LIBRARY_H
#define WEIR_EDGE_DOCUMENTS_LIBRARY_H

#include "base/env.h"
#include "edge/documents/collection.h"
#include "edge/documents/vector_store.h"
#include "store/store.h"

struct library; /* opaque */

struct library_opts {
    struct store *store;
    struct env *env;
    str data_dir; /* for the encoder and the cache of vectors; empty: words only */
    str encoder;  /* its model; empty: the one in the data folder */
    size_t memory_max;                 /* bytes of documents; 0 = LIBRARY_BYTES_DEFAULT. Beyond it they are left out */
    const struct vector_store_kind *vectors; /* who keeps vectors and finds the nearest; NULL = the built-in one */
    struct vector_store_opts vectors_opts;   /* dim and env are filled in */
    /* A question that no document answers goes to the core as an input. May be NULL. Thread: the library's. */
    err (*input)(void *ctx, const char *kind, str subject, str body);
    void *ctx;
};

MUST_USE err library_open(const struct library_opts *opts, struct library **out);
void library_close(struct library *l); /* accepts NULL */

enum { LIBRARY_FOUND_MAX = 50, LIBRARY_QUESTION_MAX = 2000, LIBRARY_BYTES_DEFAULT = 1 << 30 };

struct library_hit {
    str document, title, path, text; /* runbooks are called "runbook:" and their id */
    struct shelf_hit hit;
    struct said said; /* of the document, as of the last re-index */
    int64_t ordinal;  /* of the passage in its document */
};

/* The best documents that a reader with `role` may read, at most `k` of LIBRARY_FOUND_MAX. Copies in `a`.
 * Errors: ERR_LIMIT (the documents do not fit in memory), of the store. Thread: any; one at a time is let in. */
MUST_USE err library_search(struct library *l, str question, str role, size_t k, struct arena *a,
                            struct library_hit **out, size_t *found);

/* Not answered: the best document has less than this share of the question's words, by their rarity, and is not near.
 */
#define LIBRARY_COVERED_LEAST 0.35
#define LIBRARY_COSINE_LEAST 0.45
bool library_answered(const struct library_hit *hits, size_t n);

struct library_stats {
    int64_t questions, missed, rebuilt, documents, passages, encoded; /* encoded: passages with a vector */
    bool vectors;                                                    /* there is an encoder */
    int64_t left_out;                     /* documents that do not fit in the memory they may take */
    int64_t bytes;                        /* of texts and vectors in memory */
    int64_t near, near_failed, in_graph;  /* passages in the store of vectors, calls to it that failed, in its graph */
    int64_t near_calls, near_retries;     /* requests to a store that is elsewhere, second tries among them */
    int64_t reindexed;                    /* seq of the re-index that the ranking stands on; 0: none yet */
};
struct library_stats library_stats(struct library *l);
void library_metrics(struct library *l, struct buf *out);

#endif
