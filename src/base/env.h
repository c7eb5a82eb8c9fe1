/* Time, chance, files and the network are inputs. The edge and the store ask here, so a test can answer.
 * env_os() is the real world; env_sim(seed) of src/sim is virtual time, seeded chance and faults on demand. */
#ifndef WEIR_BASE_ENV_H
#define WEIR_BASE_ENV_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

struct http_request {
    str method, url, body;      /* body may be empty */
    const str *headers;         /* "Name: value" */
    size_t header_count;
    usec timeout;               /* for the whole exchange */
    size_t reply_max;           /* bytes of the reply's body that are accepted */
    const char *want_header;    /* of the reply, NULL = none */
    bool from_operator;         /* the address was written in the configuration: private ranges are allowed */
};

struct http_reply {
    int status;
    str body;
    str header; /* the value of want_header, "" = it is not there */
};

struct env {
    usec (*now)(struct env *);      /* monotonic, for timeouts */
    usec (*wall)(struct env *);     /* civil time, for people and records */
    uint64_t (*random)(struct env *); /* good enough for keys */
    /* Append-only files (the sample log). Errors: ERR_IO, ERR_NO_SPACE. */
    err (*append)(struct env *, int fd, str bytes);
    err (*sync)(struct env *, int fd);
    /* One HTTP exchange; no redirects. Thread: any. Errors: ERR_IO, ERR_TIMEOUT, ERR_DENIED (address not allowed),
     * ERR_LIMIT, ERR_NOT_FOUND (no such host, or nobody there: certain that nothing was sent). A reply with any status
     * is OK. */
    err (*http)(struct env *, const struct http_request *, struct arena *, struct http_reply *);
    void *http_ctx;                 /* of the http function */
    const char *sqlite_vfs;         /* NULL: SQLite's own */
};

/* The real world, without http (the edge sets it: base knows no network). Thread: any. */
struct env env_os(void);
/* Fill `out` with random bytes. */
void env_random_bytes(struct env *env, uint8_t *out, size_t len);

#endif
