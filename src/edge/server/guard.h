/* What libmicrohttpd is lenient about: pure checks of the request's headers before anything of the body is read. What
 * it accepts without telling (bare LF, bare CR, folded lines, NUL) cannot be seen here; tests/http_probe.py shows that
 * one request in still gives one answer out. */
#ifndef WEIR_EDGE_SERVER_GUARD_H
#define WEIR_EDGE_SERVER_GUARD_H

#include "base/str.h"
#include "edge/server/http.h"

enum { GUARD_HEADERS_MAX = 100, GUARD_HEADER_BYTES = 32 << 10, GUARD_URI_BYTES = 8 << 10 };

struct guard {
    size_t count, bytes;          /* of headers */
    size_t hosts, lengths, codings;
    str host, length, coding;
};

/* What was refused, for the counter; the texts are in guard.c. */
enum guard_verdict {
    GUARD_FINE,
    GUARD_HEADERS_MANY,
    GUARD_HEADERS_LARGE,
    GUARD_URI_LARGE,
    GUARD_NO_HOST,
    GUARD_HOSTS,
    GUARD_LENGTH_INVALID,
    GUARD_LENGTHS_DIFFER,
    GUARD_LENGTH_AND_CODING,
    GUARD_CODING,
    GUARD_BODY_LARGE,
    GUARD_VERDICTS
};

void guard_header(struct guard *g, str name, str value);
/* version "HTTP/1.1" or "HTTP/1.0"; uri_len of the raw target. */
enum guard_verdict guard_judge(const struct guard *g, str version, size_t uri_len);
/* May a body of this announced length come? */
enum guard_verdict guard_body(const struct guard *g, size_t body_max);
int guard_status(enum guard_verdict v);         /* 400, 413, 414, 431 */
const char *guard_reason(enum guard_verdict v); /* short, for counters: "length_and_coding" */
const char *guard_text(enum guard_verdict v);   /* for people */

#endif
