/* What a request must pass before its body is read: guard, host, origin, route, rate, role, size and query. */
#include "edge/server/http_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

void http_refuse(struct exchange *x, int status, const char *title, str detail)
{
    http_problem(&x->res, status, title, detail);
    x->refused = true;
}

static enum MHD_Result each_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    guard_header(cls, str_of(name), value ? str_of(value) : STR(""));
    return MHD_YES;
}

static str header_of(const struct request *req, const char *name)
{
    return str_of(MHD_lookup_connection_value(req->header_ctx, MHD_HEADER_KIND, name));
}

static void client_address(struct exchange *x)
{
    struct server *s = x->http->server;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    char text[INET6_ADDRSTRLEN] = "";
    if (info && info->client_addr->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr, text,
                        sizeof text);
    else if (info && info->client_addr->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr, text,
                        sizeof text);
    x->req.client = str_dup(&x->arena, str_of(text));
    str forwarded = s->opts.behind_proxy ? header_of(&x->req, "X-Forwarded-For") : STR_NONE, one;
    while (forwarded.len && str_next(&forwarded, ',', &one))
        x->req.client = str_trim(one); /* the last one is our proxy's word */
}

/* False: refused, with the answer in x->res. */
static bool guard_ok(struct exchange *x, const char *version)
{
    (void)MHD_get_connection_values(x->connection, MHD_HEADER_KIND, each_header, &x->guard);
    enum guard_verdict v = guard_judge(&x->guard, str_of(version), x->target_len);
    if (v == GUARD_FINE) return true;
    metrics_refused(x->http->server->metrics, guard_reason(v), 1);
    http_refuse(x, guard_status(v), "Request refused", str_of(guard_text(v)));
    x->close = true;
    return false;
}

static bool origin_ok(struct exchange *x)
{
    struct server *s = x->http->server;
    str host = x->guard.host;
    bool reads = STR_IS(x->req.method, "GET") || STR_IS(x->req.method, "HEAD");
    bool navigates = str_eq_nocase(header_of(&x->req, "Sec-Fetch-Mode"), STR("navigate"));
    err e = x->guard.hosts ? auth_host_check(host, s->opts.hosts, s->opts.host_count) : OK;
    if (!e.code)
        e = auth_origin_check(header_of(&x->req, "Origin"), host, header_of(&x->req, "Sec-Fetch-Site"), reads,
                              navigates);
    if (!e.code) return true;
    metrics_refused(s->metrics, "origin", 1);
    http_refuse(x, 403, "Forbidden", str_dup(&x->arena, str_of(e.msg)));
    return false;
}

static void answer_options(struct exchange *x, const char *allow)
{
    x->res.status = 204;
    x->res.content_type = STR("");
    http_header(&x->res, str_fmt(&x->arena, "Allow: %s", allow));
    x->refused = true; /* nothing to run */
}

static bool route_ok(struct exchange *x)
{
    struct match m;
    str query = x->target, path;
    bool any = STR_IS(x->target, "*");
    if (!any && !str_starts(x->target, STR("/")))
        return http_refuse(x, 400, "Bad request", STR("the address must begin with /")), false;
    if (!str_next(&query, '?', &path)) path = STR("/");
    if (path.len == x->target.len) query = STR_NONE;
    x->req.path = path;
    x->req.query = query;
    err e = router_find(&x->http->server->router, x->req.method, path, &x->arena, &m);
    if (e.code) return http_problem_err(&x->res, e), x->refused = true, false;
    bool options = STR_IS(x->req.method, "OPTIONS");
    if (options && (any || m.allow[0]))
        return answer_options(x, any ? "GET, HEAD, POST, DELETE, OPTIONS" : m.allow), false;
    if (!m.route && m.allow[0]) {
        http_refuse(x, 405, "Method not allowed", STR("this address knows other methods; see the Allow header"));
        http_header(&x->res, str_fmt(&x->arena, "Allow: %s", m.allow));
        return false;
    }
    if (!m.route && (STR_IS(x->req.method, "GET") || STR_IS(x->req.method, "HEAD")) && asset_reply(&x->req, &x->res)) {
        x->refused = true; /* answered already */
        return false;
    }
    if (!m.route) return http_refuse(x, 404, "Not found", STR("there is nothing at this address")), false;
    x->route = m.route;
    x->route_index = m.index;
    memcpy(x->req.path_args, m.path_args, sizeof m.path_args);
    x->res.status = m.route->success;
    return true;
}

/* The address pays for everything it asks, also for what is not there and for wrong keys. */
static bool rate_ok(struct exchange *x, enum rate_door by)
{
    bool ok = rate_door(x->http->server, by, &x->req, &x->res);
    if (!ok) x->refused = true;
    return ok;
}

static bool auth_ok(struct exchange *x)
{
    struct server *s = x->http->server;
    struct who who = { .role = ROLE_PUBLIC };
    if (x->route->role == ROLE_PUBLIC) return true;
    err e = auth_who(s->auth, &x->req, &who);
    if (e.code == ERR_DENIED) {
        http_refuse(x, 401, "Not authenticated", str_dup(&x->arena, str_of(e.msg)));
        bool tried = header_of(&x->req, "Authorization").ptr != NULL; /* RFC 6750 section 3.1 */
        http_header(&x->res, tried ? STR("WWW-Authenticate: Bearer realm=\"weir\", error=\"invalid_token\"")
                                   : STR("WWW-Authenticate: Bearer realm=\"weir\""));
        return false;
    }
    if (e.code) {
        http_problem_err(&x->res, e);
        if (e.code == ERR_FULL) x->res.retry_after_s = AUTH_LIMITED_S;
        return x->refused = true, false;
    }
    x->req.actor = who.name;
    x->req.role = who.role;
    x->req.until = who.until;
    if (!rate_ok(x, RATE_KEY)) return false;
    if (role_may(who.role, x->route->role, strcmp(x->route->method, "GET") == 0)) return true;
    if (who.role == ROLE_PUBLIC)
        return http_refuse(x, 403, "Forbidden", STR("this token carries no role that weir knows")), false;
    http_refuse(x, 403, "Forbidden",
            str_fmt(&x->arena, "the role %s may not do this, %s is needed", role_text(who.role),
                    role_text(x->route->role)));
    return false;
}

static bool body_ok(struct exchange *x)
{
    struct server *s = x->http->server;
    size_t server_max = strcmp(x->route->method, "GET") == 0 ? SWALLOW_MAX : s->opts.body_max; /* GET has no body */
    x->body_max = x->route->body_max ? x->route->body_max : server_max;
    if (guard_body(&x->guard, x->body_max) == GUARD_FINE) return true;
    metrics_refused(s->metrics, guard_reason(GUARD_BODY_LARGE), 1);
    http_refuse(x, 413, "Body too large", str_fmt(&x->arena, "at most %zu bytes are accepted here", x->body_max));
    return false;
}

static bool query_ok(struct exchange *x)
{
    err e = router_query(&x->req, x->route->query, x->req.query);
    if (e.code) http_problem_err(&x->res, e), x->refused = true;
    return !e.code;
}

void http_fill(struct exchange *x, const char *method)
{
    x->req = (struct request){
        .arena = &x->arena, .ctx = x->http->server, .header = header_of, .header_ctx = x->connection
    };
    x->req.method = str_dup(&x->arena, str_of(method));
    x->req.content_type = header_of(&x->req, "Content-Type");
    x->req.content_encoding = header_of(&x->req, "Content-Encoding");
    x->req.accept = header_of(&x->req, "Accept");
    x->req.idempotency_key = header_of(&x->req, "Idempotency-Key");
    client_address(x);
}

bool http_checks(struct exchange *x, const char *version)
{
    bool ok = guard_ok(x, version) && origin_ok(x), found = ok && route_ok(x);
    return ok && rate_ok(x, RATE_ADDRESS) && found && auth_ok(x) && body_ok(x) && query_ok(x);
}
