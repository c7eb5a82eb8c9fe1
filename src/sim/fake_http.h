/* A small HTTP server on loopback for tests of what talks to the outside: every request is kept, a handler answers. One
 * request a connection. */
#ifndef WEIR_SIM_FAKE_HTTP_H
#define WEIR_SIM_FAKE_HTTP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct fake_request {
    str method, path, body;
    str head; /* all header lines */
};
/* A header's value, trimmed; empty when it is not there. */
str fake_header(const struct fake_request *req, const char *name);

struct fake_reply {
    int status;      /* 0: close the connection without a reply */
    str body;        /* static, or in ctx */
    const char *headers; /* "Name: value\r\n..." or NULL */
};
typedef struct fake_reply fake_handler(const struct fake_request *req, void *ctx);

struct fake_http;
/* Starts a thread on a free port of 127.0.0.1. `handler` NULL answers 200 "ok". It runs on the server's thread. */
MUST_USE err fake_http_start(fake_handler *handler, void *ctx, struct fake_http **out);
void fake_http_stop(struct fake_http *s); /* accepts NULL */
int fake_http_port(const struct fake_http *s);
/* "http://127.0.0.1:PORT" + path, in a. */
str fake_http_url(const struct fake_http *s, const char *path, struct arena *a);
size_t fake_http_count(struct fake_http *s);
/* Copy of request i (0 .. count-1; the first 1024 are kept) in a. */
struct fake_request fake_http_request(struct fake_http *s, size_t i, struct arena *a);

#endif
