/* What the files of this folder share. */
#ifndef WEIR_EDGE_SERVER_SERVER_INTERNAL_H
#define WEIR_EDGE_SERVER_SERVER_INTERNAL_H

#include <stdatomic.h>

#include "edge/server/auth.h"
#include "edge/server/events.h"
#include "edge/server/metrics.h"
#include "edge/server/router.h"
#include "edge/server/schema.h"
#include "edge/server/server.h"
#include "edge/server/watch.h"

enum { REPLY_MAX = 64 << 20, REQUEST_MEMORY = 256 << 20 };

/* Which threads run a route. A GET of QUEUE_CHANGES runs where it was read, as it waits for nobody. */
enum http_queue { QUEUE_CHANGES, QUEUE_ENCODE, QUEUE_TEXTS, HTTP_QUEUES };

struct server {
    struct arena arena; /* for what lives as long as the server: strings of the options */
    struct server_opts opts;
    struct router router;
    enum http_queue queue[ROUTES_MAX]; /* of each route */
    struct schemas *schemas;
    struct auth *auth;
    struct rates *rates[RATE_DOORS];
    struct watch *watch;
    struct events *events;
    struct metrics *metrics;
    struct http *http;
    struct lineage_cache *lineage;
    int port;
    atomic_bool ready, stopping;
    usec started;
};

static inline struct server *server_of(const struct request *req)
{
    return req->ctx;
}

/* The HTTP daemon (http.c). */
MUST_USE err http_open(struct server *s, struct http **out);
void http_quiesce(struct http *h, usec deadline); /* stop accepting; wait for running requests */
void http_close(struct http *h);                  /* accepts NULL */
const char *http_queue_name(enum http_queue q);
size_t http_waiting(const struct http *h, enum http_queue q); /* requests that wait for a thread. Thread: any. */

/* What happens to a request between its last byte and its reply (run.c): decode, check, idempotency, handler. */
void run_request(struct server *s, const struct route *route, struct request *req, struct response *res);

/* Charge a request (rate_door.c): false when its client has asked too often, with the answer in res. What is left is
 * told in its headers in any case. The key's door wants req->actor. */
bool rate_door(struct server *s, enum rate_door by, struct request *req, struct response *res);
void rate_metrics(struct server *s, struct buf *out);

/* Idempotency-Key (idem.c): true when the reply of an earlier request with this key, or a refusal, was put into res. */
bool idem_replay(struct server *s, struct request *req, struct response *res);
/* Keep the reply of a mutation that succeeded. */
void idem_keep(struct server *s, struct request *req, const struct response *res);

/* /openapi.json and /docs (openapi.c, docs.c) */
void openapi_write(const struct router *router, const struct schemas *schemas, size_t body_max, struct arena *a,
                   struct buf *out);
void docs_write(const struct router *router, struct buf *out);

/* Embedded files (assets.c). */
struct asset {
    const char *path, *type;
    const unsigned char *from, *to;
    const char *etag;
    bool gzip;
};
str asset_text(const char *name);         /* of files kept as they are: "schemas.json" */
/* The reply for a path of the page; false when it is none. */
bool asset_reply(struct request *req, struct response *res);

/* One table a resource. */
extern const struct route api_meta_routes[], api_login_routes[], api_pipeline_routes[], api_lineage_routes[],
    api_run_routes[], api_incident_routes[], api_case_routes[], api_approval_routes[], api_silence_routes[],
    api_journal_routes[], api_series_routes[], api_policy_routes[], api_model_routes[], api_key_routes[],
    api_event_routes[], api_knowledge_routes[], api_search_routes[], api_draft_routes[], api_finding_routes[],
    api_schedule_routes[];

#endif
