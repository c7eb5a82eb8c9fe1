/* The journal as it commits, to WebSocket and server-sent-event clients. One thread reads new entries once, feeds the
 * metrics, and fills each client's bounded buffer; a client that stops reading is dropped (1013) and counted, since a
 * page that shows old news as new is worse than one that says it is reconnecting. Every client resumes by seq. */
#ifndef WEIR_EDGE_SERVER_EVENTS_H
#define WEIR_EDGE_SERVER_EVENTS_H

#include "base/err.h"
#include "edge/server/http.h"
#include "edge/server/metrics.h"

struct MHD_Connection;
struct MHD_Response;
struct watched;
struct events;

struct events_opts {
    struct store *store;
    struct env *env;
    struct metrics *metrics;
    size_t clients_max;
    usec stall, ping_every;
    void (*committed)(void *ctx, int64_t last_seq); /* told as well; may be NULL */
    void *committed_ctx;
};

struct events *events_open(const struct events_opts *opts);
void events_stop(struct events *e);  /* close every client with 1001 */
void events_close(struct events *e); /* after the HTTP daemon has ended; accepts NULL */

/* Check the handshake of a WebSocket request and set res up (status 101 is sent later), or fill in the problem. */
void events_websocket(struct events *e, struct request *req, struct response *res);
/* The same for server-sent events; false when there is nothing to stream (HEAD, or too many clients). */
bool events_sse(struct events *e, struct request *req, struct response *res);
/* The response that turns the connection into a stream (res->stream says which): what req->role may see, until
 * req->until or the revocation of req->actor's key (close 1008). Thread: HTTP. */
struct MHD_Response *events_stream(struct events *e, const struct request *req, struct response *res,
                                   struct MHD_Connection *c, struct watched *watched);

struct events_stats {
    int64_t clients, sent, dropped, refused;
};
struct events_stats events_stats(struct events *e);

#endif
