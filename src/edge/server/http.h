/* HTTP: one table of routes carries method, path, role, schemas and handler. From it come validation, /openapi.json,
 * /docs and the permission matrix. libmicrohttpd does the protocol, guard.c what it is lenient about. */
#ifndef WEIR_EDGE_SERVER_HTTP_H
#define WEIR_EDGE_SERVER_HTTP_H

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

/* Roles, each may do what those before it may, except INGEST, which may only send data. */
enum role { ROLE_PUBLIC, ROLE_INGEST, ROLE_VIEWER, ROLE_OPERATOR, ROLE_APPROVER, ROLE_ADMIN };
const char *role_text(enum role r);

struct request {
    str method, path, query, content_type, content_encoding, accept;
    str path_args[4];          /* {id} parts, percent-decoded */
    str body;                  /* whole, after Content-Encoding; at most the route's limit */
    json *json;                /* parsed and checked against the route's schema, or NULL when it takes no JSON */
    str actor;                 /* name of the key */
    enum role role;
    str idempotency_key;       /* "" when absent */
    str client;                /* address, for counters */
    struct arena *arena;       /* everything of this request */
    void *ctx;                 /* struct server_ctx: store, core door, ingest ... (server.h) */
};

struct response {
    int status;                /* set by the handler; 200 by default */
    str content_type;          /* application/json by default */
    struct buf body;           /* filled by the handler */
    int retry_after_s;         /* 0 = no header */
    str location;              /* "" = no header */
    str extra_headers[8];      /* "Name: value" */
    size_t extra_header_count;
};

typedef void route_fn(struct request *req, struct response *res);

struct route {
    const char *method, *path; /* "GET", "/api/v1/incidents/{id}" */
    enum role role;
    const char *tag, *summary;
    const char *query;         /* "limit:integer cursor:string state:enum(open|resolved)", NULL = none */
    const char *body_schema;   /* name of a schema of schemas.json, NULL = no JSON body */
    const char *reply_schema;  /* of the 200/201 reply, NULL = none */
    int success;               /* 200, 201, 202 or 204 */
    size_t body_max;           /* 0 = the default of 16 MiB */
    route_fn *handle;
};

/* RFC 9457 problem details; status from the err code (INPUT 400, DENIED 403, NOT_FOUND 404, CONFLICT 409, LIMIT 413,
 * FULL 429 + Retry-After, READ_ONLY/STOPPED 503, else 500). */
void http_problem(struct response *res, int status, const char *title, str detail);
void http_problem_err(struct response *res, err e);

#endif
