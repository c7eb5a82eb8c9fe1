/* What the stores of vectors that live elsewhere share: one exchange with its limits and second tries, ids, facts
 * and filters. An adapter is a file with a `struct remote_dialect`: the five requests, in the words of its server.
 *
 *   library --put, drop, each, near--> remote.c (parts of 64, pages, time) --> dialect --> remote_call --> env->http
 *
 * Every answer is judged as if somebody else had written it: sizes are limited, an id that weir did not make is passed
 * over, one that comes twice counts once, and what is no number between -1 and 1 is no cosine.
 *
 * A vector is kept with document, title and passage for people who look in, and with who may find it when, for the
 * filter. The text of a passage stays here: nobody needs it there.
 */
#ifndef WEIR_EDGE_VECTORS_REMOTE_H
#define WEIR_EDGE_VECTORS_REMOTE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/json.h"
#include "edge/documents/vector_store.h"

enum { REMOTE_ID_LEN = 36, REMOTE_PART = 64, REMOTE_PAGE = 500, REMOTE_TRIES = 3, REMOTE_PLACE_MAX = 64 };

struct remote {
    const struct remote_dialect *dialect;
    struct env *env;
    struct arena a;            /* url, collection, header */
    str url, collection;       /* url without a slash at its end */
    str key_line;              /* header with the secret; "" = none */
    size_t dim;
    pthread_mutex_t lock;      /* of the first look */
    atomic_bool ready;         /* the collection is there, and is of `dim` numbers by cosine */
    char place[REMOTE_PLACE_MAX]; /* for the dialect: what the server calls the collection; set before `ready` */
    void *link;                   /* the dialect's own, where it is not asked over HTTP; its close ends it */
    atomic_llong calls, retries;
    atomic_llong down_until;   /* no question before: it did not answer the last; of env->now */
};

struct remote_page {
    str from;      /* where to go on, "" = at the beginning; the dialect's own words */
    size_t at;     /* how many came before */
    size_t seen;   /* out: entries on the page, also those that are not weir's */
    str next;      /* out: "" = this was the last */
    void (*take)(void *ctx, uint64_t id);
    void *ctx;
};

struct remote_hits {
    struct vector_near *out;
    size_t count, max;
};

/* Errors of each are those of remote_call; n is 1..REMOTE_PART. */
struct remote_dialect {
    const char *name;
    const char *key;     /* what stands before the secret in its header: "api-key: " */
    const char *version; /* a header that tells the version of the interface; NULL: none */
    /* Make the collection unless it is there, and look at it. */
    MUST_USE err (*ready)(struct remote *r, struct arena *a);
    MUST_USE err (*put)(struct remote *r, const struct vector_item *items, size_t n, struct arena *a);
    MUST_USE err (*drop)(struct remote *r, const uint64_t *ids, size_t n, struct arena *a);
    MUST_USE err (*page)(struct remote *r, struct remote_page *page, struct arena *a);
    MUST_USE err (*near)(struct remote *r, const struct vector_question *q, struct arena *a, struct remote_hits *hits);
    void (*close)(struct remote *r); /* NULL: there is no link */
};

/* The functions of a vector_store_kind but open, for `const struct vector_store_kind x = { .name =, .open =, REMOTE }`
 */
#define REMOTE_KIND                                                                                                    \
    .close = remote_close, .put = remote_put, .drop = remote_drop, .each = remote_each, .near = remote_near,           \
    .counts = remote_counts
/* Reaches for nothing yet: a server that is down does not keep weir from starting. Errors: ERR_INPUT (no address, no
 * dimension), and of secret_read. */
MUST_USE err remote_open(const struct remote_dialect *d, const struct vector_store_opts *opts, void **self);
void remote_close(void *self);
err remote_put(void *self, const struct vector_item *items, size_t n);
err remote_drop(void *self, const uint64_t *ids, size_t n);
err remote_each(void *self, void (*take)(void *ctx, uint64_t id), void *ctx);
err remote_near(void *self, const struct vector_question *q, struct arena *a, struct vector_near *out, size_t *found);
void remote_counts(void *self, struct vector_store_counts *out);

/* One request. An answer of 429, 502, 503 or 504, or none, is asked for again, REMOTE_TRIES times in all, within the
 * time of the call. `path` is appended to the url. `body` may be NULL and is
 * done with afterwards. *out: the JSON of a 2xx answer, NULL when it has none; *status may be NULL: then 404 and 409
 * are errors, else they are told. Errors: ERR_IO, ERR_TIMEOUT, ERR_DENIED, ERR_LIMIT, ERR_INPUT with the server's
 * words, ERR_CORRUPT (no JSON). */
MUST_USE err remote_call(struct remote *r, const char *method, str path, struct buf *body, struct arena *a, json **out,
                         int *status);
/* The same, a POST, in the time that somebody who searches waits. */
MUST_USE err remote_ask(struct remote *r, str path, struct buf *body, struct arena *a, json **out, int *status);
/* An empty body, for a jw. */
struct buf remote_body(void);

/* ids as UUIDs that only weir makes: 64 bits of the id, the rest always the same. */
void remote_id(uint64_t id, char out[REMOTE_ID_LEN + 1]);
bool remote_id_read(str text, uint64_t *id);
void remote_ids(struct jw *w, const char *key, const uint64_t *ids, size_t n);
void remote_floats(struct jw *w, const char *key, const struct remote *r, const struct packed *v);

/* Facts of a vector. Times are microseconds of UTC, exact in a double; no end is REMOTE_NO_END. */
#define REMOTE_NO_END (INT64_C(1) << 53)
#define REMOTE_ANYBODY "*" /* stands among the roles of what all may find */
int64_t remote_time(usec t);
void remote_facts(struct jw *w, const struct vector_item *item); /* document, title, passage, valid_from, valid_to */
void remote_roles(struct jw *w, const char *key, const struct vector_item *item);
/* An item's members where each item is an object: "id", its numbers under `vector`, its facts and roles under `facts`.
 */
void remote_item(struct jw *w, const struct remote *r, const struct vector_item *item, const char *vector,
                 const char *facts);
void remote_reader(struct jw *w, const char *key, str role);     /* ["*", role] */
bool remote_reads_all(str role);

/* Judge and take what an answer holds. */
void remote_hit(struct remote_hits *h, str id, double cosine);
void remote_entry(struct remote_page *page, str id);

#endif
