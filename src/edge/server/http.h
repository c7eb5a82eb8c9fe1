/* HTTP: one table of routes carries method, path, role, schemas and handler. From it come validation, /openapi.json,
 * /docs and the permission matrix. libmicrohttpd does the protocol, guard.c what it is lenient about.
 *
 * A handler runs on a worker thread (what changes something or encodes) or an HTTP thread (other reads); it may wait
 * for the store, not for the network. What it is given has been checked: role, origin, query and path parameters, and
 * the body against its schema.
 */
#ifndef WEIR_EDGE_SERVER_HTTP_H
#define WEIR_EDGE_SERVER_HTTP_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

struct input; /* core/core.h */

/* Roles, each may do what those before it may, except that INGEST and VIEWER are beside one another: INGEST only sends
 * data and reads what `weir run` needs, VIEWER only reads. role_may() has the rule. */
enum role { ROLE_PUBLIC, ROLE_INGEST, ROLE_VIEWER, ROLE_OPERATOR, ROLE_APPROVER, ROLE_ADMIN, ROLE_COUNT };
const char *role_text(enum role r);
/* False when `s` is no role (or "public", which no key has). */
bool role_of(str s, enum role *out);
/* May somebody with `have` use a route that needs `need`? `reads`: the route changes nothing (GET). */
bool role_may(enum role have, enum role need, bool reads);

enum { PATH_ARGS_MAX = 4, PARAMS_MAX = 16, PAGE_DEFAULT = 50, PAGE_MAX = 200 };

struct param {
    str name, value; /* decoded */
};

/* A reply that goes on: the journal as it commits. */
enum stream { STREAM_NONE, STREAM_WEBSOCKET, STREAM_SSE };

struct request {
    str method, path, query, content_type, content_encoding, accept;
    str path_args[PATH_ARGS_MAX]; /* {id} parts, percent-decoded */
    struct param params[PARAMS_MAX];
    size_t param_count;
    str body;                  /* whole, gzip undone (snappy is left to the handler); at most the route's limit */
    json *json;                /* parsed and checked against the route's schema, or NULL when it takes no JSON */
    str actor;                 /* name of the key */
    enum role role;
    usec until;                /* when what it came with ends, by env->now; USEC_MAX: a key, which does not */
    str idempotency_key;       /* STR_NONE when absent */
    bool idempotency_claimed;  /* http_input has recorded the key with its change */
    str client;                /* address, for counters */
    bool http11;               /* not HTTP/1.0 */
    struct arena *arena;       /* everything of this request */
    void *ctx;                 /* struct server_ctx: store, core door, ingest ... (server.h) */
    str (*header)(const struct request *req, const char *name); /* STR_NONE when absent */
    void *header_ctx;
};

struct response {
    int status;                /* the route's success by default */
    str content_type;          /* application/json by default */
    struct buf body;           /* filled by the handler */
    str shared_body;           /* instead of body: bytes that live as long as the server (embedded files) */
    int retry_after_s;         /* 0 = no header */
    str location;              /* "" = no header */
    str extra_headers[8];      /* "Name: value" */
    size_t extra_header_count;
    bool secret;               /* the reply is shown once and never kept for an Idempotency-Key */
    enum stream stream;        /* set by the events handlers only */
    int64_t stream_after;      /* entries with a larger seq follow */
};

typedef void route_fn(struct request *req, struct response *res);

struct route {
    const char *method, *path; /* "GET", "/api/v1/incidents/{id}"; {seq} is an integer, every other {name} a text */
    enum role role;
    const char *tag, *summary;
    /* "limit:integer(1..200) q!:string(1..200) state:enum(open|resolved) after:integer"; NULL = none. Names that are
     * not listed, values that do not fit, and a missing one whose name ends with ! are refused with 400. */
    const char *query;
    const char *body_schema;   /* name of a schema of schemas.json, NULL = no JSON body */
    const char *reply_schema;  /* of the success reply; "Run[]" = a page of Run; NULL = none or not JSON */
    int success;               /* 200, 201, 202 or 204 */
    size_t body_max;           /* 0 = the default of the server (16 MiB) */
    route_fn *handle;
};
#define ROUTES_END { .method = NULL }
#define QUERY_PAGE "limit:integer(1..200) cursor:string(0..300)"      /* lists ordered by a name */
#define QUERY_PAGE_SEQ "limit:integer(1..200) cursor:integer(0..)"    /* lists ordered by seq */

/* Query parameters by name; the route's spec has been checked already. */
str http_query(const struct request *req, const char *name); /* STR_NONE when absent */
int64_t http_query_i64(const struct request *req, const char *name, int64_t fallback);
/* The page asked for: limit, PAGE_DEFAULT when absent. */
int64_t http_limit(const struct request *req);

/* RFC 9457 problem details; status from the err code (INPUT 400, DENIED 403, NOT_FOUND 404, CONFLICT 409, LIMIT 413,
 * FULL 429 + Retry-After, READ_ONLY/STOPPED/NO_SPACE/TIMEOUT 503, else 500). They replace what the body held. */
void http_problem(struct response *res, int status, const char *title, str detail);
void http_problem_err(struct response *res, err e);
/* The same for requests that are well-formed but say what cannot be (an end before its start): INPUT is 422. */
void http_problem_rule(struct response *res, err e);
void http_header(struct response *res, str name_and_value); /* at most 8; the text must live as long as the response */

/* Apply one input for this request and wait for its commit. With an Idempotency-Key the key is recorded in the same
 * transaction, so a retry can never apply it twice. Gives the seq of the entry (0: a duplicate). Errors: as core_apply.
 */
MUST_USE err http_input(struct request *req, const struct input *in, int64_t *seq);
/* Many inputs in order, each on its own, in as few commits as the store needs; waits for all. An Idempotency-Key is
 * recorded with the first that is accepted. count 1..10000; results[count] in the order of the inputs. */
struct input_result {
    err result;
    int64_t seq; /* 0: a duplicate */
};
void http_inputs(struct request *req, const struct input *inputs, size_t count, struct input_result *results);

#endif
