/* What the files of the HTTP daemon share: an exchange, which is one request with its reply. */
#ifndef WEIR_EDGE_SERVER_HTTP_INTERNAL_H
#define WEIR_EDGE_SERVER_HTTP_INTERNAL_H

#include <microhttpd.h>

#include "edge/server/guard.h"
#include "edge/server/server_internal.h"

enum { SWALLOW_MAX = 256 << 10 }; /* of a body nobody wants */

enum stage { STAGE_NEW, STAGE_BODY, STAGE_RUNNING, STAGE_DONE, STAGE_SENT };

struct http {
    struct server *server;
    struct MHD_Daemon *daemon;
    struct workers *workers[HTTP_QUEUES];
    int listen_fd;
    atomic_llong body_bytes, running;
};

struct exchange {
    struct http *http;
    struct MHD_Connection *connection;
    struct watched *watched;
    struct arena arena;
    struct request req;
    struct response res;
    const struct route *route;
    size_t route_index;
    enum stage stage;
    bool refused, close;
    size_t body_max, counted; /* counted: what is in body_bytes for us */
    struct buf body;
    usec began;
    size_t target_len;
    str target;
    struct guard guard;
};

/* Fill x->req from the method and the headers (http_checks.c). */
void http_fill(struct exchange *x, const char *method);
/* All checks that come before the body. False: refused or answered already, with the answer in x->res. */
bool http_checks(struct exchange *x, const char *version);
/* Answer with a problem instead of running the request. */
void http_refuse(struct exchange *x, int status, const char *title, str detail);

#endif
