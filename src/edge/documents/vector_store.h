/* Where the vectors of passages live, and who finds the nearest of them: the one interface behind which the built-in
 * store stands, and adapters for databases of vectors.
 *
 *   documents --library--> words: BM25, always weir's own
 *                     '--> vectors: a vector_store  <-- put, drop, each
 *   question  --library--> near (what this reader may read now) --> its best 100 join those by words
 *
 * The library keeps the store as the documents are: it puts what is new, and drops what is gone. What a store returns
 * is a candidate and no more: a passage that is not there any more, or that the reader may not read, is left out by the
 * library. A store that fails makes searches go on by words alone, and is told and counted.
 *
 * A new one is a file with a `const struct vector_store_kind`, a row in vector_store_kinds, and a test that runs
 * vector_store_keeps_its_promises (vector_store_kit.h) against it.
 */
#ifndef WEIR_EDGE_DOCUMENTS_VECTOR_STORE_H
#define WEIR_EDGE_DOCUMENTS_VECTOR_STORE_H

#include "base/arena.h"
#include "base/env.h"
#include "base/time.h"
#include "engine/knowledge/vectors.h"

enum { VECTOR_STORE_ROLES_MAX = 16, VECTOR_STORE_NEAR_MAX = 100, VECTOR_STORE_BATCH = 256 };

/* A passage as a store keeps it. Views, valid during the call. */
struct vector_item {
    uint64_t id;                /* vector_item_id: one that reads otherwise, or is for others, is another */
    str document, title, text;  /* for people who look into the store, and for its own use */
    int64_t passage;            /* its number in the document */
    const str *roles;           /* that may find it */
    size_t role_count;          /* 0: all may */
    usec valid_from, valid_to;  /* UTC; 0: always was, has no end */
    struct packed vector;       /* vector_store_opts.dim long; vector_unpack gives floats */
};

struct vector_question {
    struct packed vector;
    str role;                   /* of who asks; "admin" may find everything */
    usec now;                   /* UTC */
    size_t k;                   /* at most VECTOR_STORE_NEAR_MAX */
};

struct vector_near {
    uint64_t id;
    float cosine;
};

struct vector_store_opts {
    struct env *env;   /* of the network; borrowed */
    str url;           /* where it is, for those that are elsewhere; "" for the built-in one */
    str collection;    /* name of the table, collection or index there */
    str secret;        /* a reference: env:NAME or file:PATH; "" = none */
    size_t dim;
    size_t graph_from; /* built-in: from so many passages on a graph is built; 0 = never */
};

/* Requests sent to a store that is elsewhere, and how many of them were second tries. */
struct vector_store_counts {
    int64_t calls, retries;
};

/* All calls come from one thread at a time, but `near`: several threads ask at once, also while another call runs.
 * `self` is what open gave. Errors of all: ERR_IO and ERR_TIMEOUT (not reached: it is tried again later), ERR_DENIED,
 * ERR_LIMIT, ERR_INPUT (it does not understand, or speaks of another dimension). */
struct vector_store_kind {
    const char *name; /* in weir.yaml: "built-in" */
    MUST_USE err (*open)(const struct vector_store_opts *opts, void **self);
    void (*close)(void *self); /* accepts NULL */
    /* Insert, or replace by id; n is 1..VECTOR_STORE_BATCH. Found by near once it has returned. */
    MUST_USE err (*put)(void *self, const struct vector_item *items, size_t n);
    /* Ids that are not there are no error. */
    MUST_USE err (*drop)(void *self, const uint64_t *ids, size_t n);
    /* Every id there is, in any order, for the library to see what it has to put and drop after a start. */
    MUST_USE err (*each)(void *self, void (*take)(void *ctx, uint64_t id), void *ctx);
    /* The nearest that the reader may find now, best first: the filter comes before the ranking. */
    MUST_USE err (*near)(void *self, const struct vector_question *q, struct arena *a, struct vector_near *out,
                         size_t *found);
    /* A slice of work, some tenths of a second, that makes searches faster while documents rest. *more: it goes on.
     * NULL: there is none. */
    MUST_USE err (*rest)(void *self, bool *more);
    /* Bytes it takes in this process, and passages a graph finds. NULL: neither. */
    void (*size)(void *self, size_t *bytes, size_t *in_graph);
    void (*counts)(void *self, struct vector_store_counts *out); /* NULL: it sends none */
};

extern const struct vector_store_kind vector_store_built_in;
/* By its name; NULL: there is none. */
const struct vector_store_kind *vector_store_kind_of(str name);

/* By its place among knowledge.store.kind of weir.yaml; NULL: past the last. */
const struct vector_store_kind *vector_store_kind_at(size_t i);

/* Of where it stands, its words, and who may find it when (any text that tells them apart): the first 8 bytes of a
 * SHA-256, never 0. */
uint64_t vector_item_id(str document, int64_t passage, str title, str text, str rules);
/* The vector as numbers of length about one. */
void vector_unpack(const struct packed *v, size_t dim, float *out);

#endif
