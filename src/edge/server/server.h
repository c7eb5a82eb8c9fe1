/* The server: everything the outside reaches over HTTP. Built in main, which owns what it is given. */
#ifndef WEIR_EDGE_SERVER_SERVER_H
#define WEIR_EDGE_SERVER_SERVER_H

#include "core/core.h"
#include "edge/server/http.h"
#include "edge/server/rates.h"
#include "store/store.h"

struct server; /* opaque */

/* What keeps the server from its work, as a sentence; the header is on every reply while there is something. */
#define SERVER_TROUBLE_HEADER "X-Weir-Trouble"
const char *server_trouble(struct server *s); /* "" = nothing */

/* Calls so far of routes that begin so, and how many of them failed (5xx). Thread: any. */
void server_calls(const struct server *s, const char *route_prefix, int64_t *all, int64_t *failed);

struct ingest; /* edge/observe */
struct encoder; /* edge/model */
struct inquiry_desk; /* edge/inquiry */
struct registry; /* edge/registry */
struct text_shelf; /* edge/text */
struct library; /* edge/documents */
struct sources; /* edge/documents */
struct jwt; /* edge/jwt */
struct series_list;

/* Points of a series for charts; the sample store of edge/observe fills it. All fields may be NULL: 404 then. */
struct server_series {
    void *ctx;
    /* Append {"items":[Series...],"next_cursor":...} to `out`. pipeline "" = all. */
    err (*list)(void *ctx, str pipeline, str cursor, int64_t limit, struct arena *a, struct buf *out);
    /* Append {"id","name","pipeline","unit":..., "points":[{"time","min","max","avg","count"}]}; at most `points`. */
    err (*samples)(void *ctx, str id, usec from, usec to, int64_t points, struct arena *a, struct buf *out);
};

struct server_opts {
    str listen;              /* "127.0.0.1:8090", "[::1]:0"; port 0 = a free one */
    str tls_cert, tls_key;   /* PEM text, empty = plain HTTP */
    const str *hosts;        /* names a Host header may carry besides IP addresses and localhost */
    size_t host_count;
    bool behind_proxy;       /* the address of the client is in X-Forwarded-For's last element */
    size_t body_max;         /* 0 = 16 MiB */
    size_t connections_max;  /* 0 = 512 */
    size_t per_address_max;  /* 0 = 128 */
    size_t clients_max;      /* event streams, 0 = 64 */
    size_t texts_waiting;    /* requests of text_routes that may wait for a thread, 0 = 64 */
    int64_t auth_failures_per_minute; /* per address, 0 = 20 */
    struct rate_limit rates[RATE_DOORS]; /* requests of one key, of one address; 0 = no limit */
    usec header_deadline;    /* 0 = 10 s: first byte (or accept) to the end of the headers */
    usec idle_deadline;      /* 0 = 60 s between requests */
    usec slow_grace;         /* 0 = 10 s before the least rate of a body or of reading a reply applies */
    usec stream_stall;       /* 0 = 20 s without progress, then an event client is dropped */
    usec ping_every;         /* 0 = 20 s */
    usec stop_deadline;      /* 0 = 5 s for running requests at server_stop */

    struct store *store;     /* borrowed, like everything here */
    struct core *core;
    struct env *env;
    struct ingest *ingest;
    struct encoder *encoder; /* NULL: there is no model */
    struct inquiry_desk *desk;
    struct registry *registry;
    struct text_shelf *texts;
    struct library *library; /* NULL: searches answer 404 */
    struct sources *sources; /* that are followed; NULL: none */
    struct jwt *jwt;         /* NULL: only weir's own keys open it */
    /* The door of the core: core_apply with `ctx` as the core, or a test's own. */
    err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq);
    void *apply_ctx;
    struct server_series series;
    /* Demo only, NULL otherwise: inject a fault into a pipeline; `what` says what was done. */
    err (*trigger_anomaly)(void *ctx, str pipeline, struct arena *a, str *what);
    void *trigger_ctx;
    /* What keeps another part from its work, as a sentence, "" = nothing. May be NULL. Thread: any. */
    const char *(*trouble)(void *ctx);
    void *trouble_ctx;
    /* More lines for /metrics, of parts the server does not know (ingest, executors). May be NULL. */
    void (*metrics)(void *ctx, struct buf *out);
    void *metrics_ctx;
    /* Called after each commit, as store_on_commit would: the store has one listener, and the server is it. May be
     * NULL. */
    void (*committed)(void *ctx, int64_t last_seq);
    void *committed_ctx;
    const struct route *const *more_routes; /* tables of other folders, each ended by ROUTES_END; NULL-ended list */
    /* Likewise, of those that encode one text, GET or not, and of those that compute for as long as what is sent is
     * large: each kind has threads of its own, so that neither holds up what is only read or recorded, nor texts by the
     * hundred a person who searches. */
    const struct route *const *encode_routes, *const *text_routes;
};

/* Start serving. It registers store_on_commit for itself.
 * out     set on success only; end it with server_stop().   Errors: ERR_IO (address in use), ERR_INPUT (listen).
 * Thread: main. */
MUST_USE err server_start(const struct server_opts *opts, struct server **out);
/* Stop accepting, close event streams with 1001, let running requests end (stop_deadline), free. Accepts NULL. */
void server_stop(struct server *s);
/* How many descriptors a server with so many connections opens at most. */
size_t server_files(size_t connections);
int server_port(const struct server *s);
/* /readyz answers 503 until this says true (start-up, replay) and after it says false. */
void server_ready(struct server *s, bool ready);
/* A link that logs in once, valid for 10 minutes: "http://127.0.0.1:8090/login?token=...". Thread: any. */
str server_login_link(struct server *s, str actor, enum role role, struct arena *a);

/* For handlers of other folders: `ctx` is request.ctx. */
struct store *server_store(void *ctx);
struct ingest *server_ingest(void *ctx);
struct encoder *server_encoder(void *ctx); /* NULL: there is no model */
struct inquiry_desk *server_desk(void *ctx);
struct registry *server_registry(void *ctx);
struct text_shelf *server_texts(void *ctx);
struct env *server_env(void *ctx);
/* Apply one input and wait for its commit. Prefer http_input, which keeps Idempotency-Key. */
MUST_USE err server_input(void *ctx, const struct input *in, int64_t *seq);
/* One run event as POST /api/v1/runs takes it, from somewhere else: checked against the same schema. Errors: ERR_INPUT
 * when it will never be accepted; of the store. Thread: any but the writer. */
MUST_USE err server_run_event(struct server *s, str event, str actor);

#endif
