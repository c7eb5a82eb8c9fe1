/* Finding the route of a request, and checking its query against the route's spec. Pure: text in, route out. */
#ifndef WEIR_EDGE_SERVER_ROUTER_H
#define WEIR_EDGE_SERVER_ROUTER_H

#include "edge/server/http.h"

enum { ROUTES_MAX = 256, ALLOW_MAX = 96 };

struct router {
    const struct route *routes[ROUTES_MAX];
    size_t count;
};

/* Add a table ended by ROUTES_END. Errors: ERR_LIMIT, ERR_INPUT (a query spec that does not parse). Main. */
MUST_USE err router_add(struct router *r, const struct route *table);

struct match {
    const struct route *route;    /* NULL: see allow */
    size_t index;                 /* of the route, for counters */
    char allow[ALLOW_MAX];        /* "GET, HEAD, OPTIONS" when the path exists, "" when it does not */
    str path_args[PATH_ARGS_MAX]; /* decoded into the arena */
};
/* `path` as on the wire, without the query. HEAD finds GET. Errors: ERR_INPUT (bad escape, NUL, not UTF-8). */
MUST_USE err router_find(const struct router *r, str method, str path, struct arena *a, struct match *out);
/* Split and decode `query` into req->params and check it against `spec`. Errors: ERR_INPUT naming the parameter. */
MUST_USE err router_query(struct request *req, const char *spec, str query);

/* One "name:type" of a query spec; walk with `rest` starting as the whole spec. False at the end. */
enum query_type { QUERY_STRING, QUERY_INTEGER, QUERY_ENUM };
struct query_spec {
    str name;
    enum query_type type;
    int64_t min, max; /* value of an integer, length of a text */
    str words;        /* "open|resolved" */
    bool required;
};
bool query_spec_next(str *rest, struct query_spec *out, err *e);
/* "%41b" -> "Ab". Errors: ERR_INPUT (bad escape, NUL, not UTF-8). plus: '+' is a space. */
MUST_USE err percent_decode(str s, bool plus, struct arena *a, str *out);

#endif
