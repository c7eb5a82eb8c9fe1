/* The glue to libmicrohttpd. A request goes through the stages below; reads run on the HTTP thread, what waits for a
 * commit or computes for long on a worker, with the connection suspended:
 *
 *   NEW --guard, route, host, origin, auth--> BODY --last byte--> RUNNING --reply ready--> DONE --queued--> SENT
 *    \___ refused: a small body is read and forgotten first, so that the answer is not lost in a reset ___/
 *
 * What leads from NEW to BODY is in http_checks.c.
 */
#include "edge/server/http_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/server/workers.h"

enum {
    POOL_PER_CONNECTION = 80 << 10, /* holds a header block at its limit */
    THREADS = 2,
    BUSY_PAUSE_US = 100000,
    LIBRARY_TIMEOUT_S = 120,        /* watch.c is stricter; this one only backs it up */
};
#define BODIES_MAX (INT64_C(256) << 20) /* memory of all bodies that are being read */

/* ---- the reply ---- */

static const char page_policy[] =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:; object-src 'none'; " /* 'self' is no ws: in older browsers */
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
static const char data_policy[] = "default-src 'none'; frame-ancestors 'none'";

static void add_header(struct MHD_Response *r, const char *name, const char *value)
{
    (void)MHD_add_response_header(r, name, value);
}

static void add_header_line(struct exchange *x, struct MHD_Response *r, str line)
{
    str name;
    if (str_next(&line, ':', &name)) add_header(r, str_z(&x->arena, name), str_z(&x->arena, str_trim(line)));
}

static void add_headers(struct exchange *x, struct MHD_Response *r)
{
    struct response *res = &x->res;
    bool html = str_starts(res->content_type, STR("text/html"));
    if (res->content_type.len) add_header(r, "Content-Type", str_z(&x->arena, res->content_type));
    add_header(r, "X-Content-Type-Options", "nosniff");
    add_header(r, "Referrer-Policy", "no-referrer");
    add_header(r, "Content-Security-Policy", html ? page_policy : data_policy);
    if (!res->shared_body.ptr) add_header(r, "Cache-Control", "no-store");
    const char *trouble = server_trouble(x->http->server);
    if (*trouble) add_header(r, SERVER_TROUBLE_HEADER, trouble);
    if (res->location.len) add_header(r, "Location", str_z(&x->arena, res->location));
    if (res->retry_after_s)
        add_header(r, "Retry-After", str_z(&x->arena, str_fmt(&x->arena, "%d", res->retry_after_s)));
    if (!x->res.stream && (x->close || atomic_load(&x->http->server->stopping))) add_header(r, "Connection", "close");
    for (size_t i = 0; i < res->extra_header_count; i++) add_header_line(x, r, res->extra_headers[i]);
}

static struct MHD_Response *make_response(struct exchange *x)
{
    struct response *res = &x->res;
    if (res->shared_body.ptr)
        return MHD_create_response_from_buffer(res->shared_body.len, (void *)(uintptr_t)res->shared_body.ptr,
                                               MHD_RESPMEM_PERSISTENT);
    struct buf body = res->body;
    res->body = buf_init(0); /* the library frees it */
    return MHD_create_response_from_buffer(body.len, body.ptr, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result queue(struct exchange *x, struct MHD_Response *r)
{
    struct server *s = x->http->server;
    if (!r) return MHD_NO;
    add_headers(x, r);
    x->stage = STAGE_SENT;
    watch_phase(x->watched, x->res.stream ? WATCH_STREAM : WATCH_REPLY);
    enum MHD_Result ok = MHD_queue_response(x->connection, (unsigned)x->res.status, r);
    MHD_destroy_response(r);
    metrics_request(s->metrics, x->route_index, x->res.status, s->opts.env->now(s->opts.env) - x->began);
    return ok;
}

static enum MHD_Result send_reply(struct exchange *x)
{
    if (x->res.stream)
        return queue(x, events_stream(x->http->server->events, &x->req, &x->res, x->connection, x->watched));
    return queue(x, make_response(x));
}

/* ---- before the body ---- */

static int64_t announced(const struct exchange *x)
{
    int64_t n = 0;
    if (x->guard.codings) return INT64_MAX;
    return x->guard.lengths && str_to_i64(x->guard.length, &n).code ? INT64_MAX : n;
}

static enum MHD_Result begin(struct exchange *x, const char *method, const char *version)
{
    struct server *s = x->http->server;
    x->began = s->opts.env->now(s->opts.env);
    http_fill(x, method);
    x->req.http11 = strcmp(version, "HTTP/1.1") == 0;
    watch_phase(x->watched, WATCH_BODY);
    bool ok = http_checks(x, version);
    x->stage = STAGE_BODY;
    if (!x->watched) { /* more connections than the table has: cannot happen while watch_admit is asked first */
        http_refuse(x, 503, "Too many connections", STR("try again later"));
        x->close = true;
        ok = false;
    }
    if (ok || (!x->close && announced(x) <= SWALLOW_MAX)) return MHD_YES;
    x->close = true;
    return send_reply(x);
}

/* ---- the body ---- */

static enum MHD_Result body_too_large(struct exchange *x)
{
    if (!x->refused) {
        metrics_refused(x->http->server->metrics, guard_reason(GUARD_BODY_LARGE), 1);
        http_refuse(x, 413, "Body too large", str_fmt(&x->arena, "at most %zu bytes are accepted here", x->body_max));
        x->close = true;
        buf_done(&x->body);
    }
    return MHD_YES;
}

static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t *n)
{
    size_t take = *n;
    *n = 0;
    x->counted += take;
    if (x->refused) return x->counted > x->body_max + SWALLOW_MAX ? MHD_NO : MHD_YES;
    if (x->counted > x->body_max) return body_too_large(x);
    if (atomic_fetch_add(&x->http->body_bytes, (long long)take) + (long long)take > BODIES_MAX) {
        http_refuse(x, 503, "Busy", STR("too many large bodies at once"));
        x->res.retry_after_s = 1;
    } else {
        if (!x->body.max)
            x->body = buf_init(x->body_max * 2 + 1024); /* capacity doubles, the length is checked above */
        buf_add(&x->body, (str){ bytes, take });
    }
    x->req.body = buf_view(&x->body);
    return MHD_YES;
}

/* ---- running ---- */

static void run_exchange(struct exchange *x)
{
    run_request(x->http->server, x->route, &x->req, &x->res);
    x->stage = STAGE_DONE;
}

/* What is said when a queue is full. */
static const struct queue_kind {
    const char *name, *reason;
    int status;
    const char *title, *says;
} queues[HTTP_QUEUES] = {
    [QUEUE_CHANGES] = { "changes", "busy", 503, "Busy", "too many requests are waiting" },
    [QUEUE_ENCODE] = { "encode", "busy_encode", 503, "Busy", "too many requests are waiting for the encoder" },
    [QUEUE_TEXTS] = { "texts", "busy_texts", 429, "Too many requests",
                      "too many texts are waiting: send fewer at once" },
};

const char *http_queue_name(enum http_queue q)
{
    return queues[q].name;
}

static enum http_queue queue_of(const struct exchange *x)
{
    return x->http->server->queue[x->route_index];
}

/* Texts that still wait when the server stops would hold it up, and nothing is lost by asking again. */
static bool comes_too_late(struct exchange *x)
{
    if (queue_of(x) != QUEUE_TEXTS || !atomic_load(&x->http->server->stopping)) return false;
    http_problem_err(&x->res, err_make(ERR_STOPPED, "weir is shutting down"));
    x->stage = STAGE_DONE;
    return true;
}

static void run_on_worker(void *arg)
{
    struct exchange *x = arg;
    struct http *h = x->http;
    if (!comes_too_late(x)) run_exchange(x);
    MHD_resume_connection(x->connection); /* x may be gone from here on */
    atomic_fetch_sub(&h->running, 1);
}

static void refuse_busy(struct exchange *x)
{
    const struct queue_kind *q = &queues[queue_of(x)];
    metrics_refused(x->http->server->metrics, q->reason, 1);
    http_refuse(x, q->status, q->title, str_of(q->says));
    x->res.retry_after_s = 1;
}

/* What only reads runs on the connection's thread; a search (`q`) where its route has threads for it waits for one. */
static bool runs_at_once(const struct exchange *x)
{
    if (strcmp(x->route->method, "GET") != 0) return false;
    return queue_of(x) == QUEUE_CHANGES || !http_query(&x->req, "q").len;
}

static enum MHD_Result run(struct exchange *x)
{
    if (x->refused) return send_reply(x);
    watch_phase(x->watched, WATCH_WORK);
    if (runs_at_once(x)) {
        run_exchange(x);
        return send_reply(x);
    }
    x->stage = STAGE_RUNNING;
    atomic_fetch_add(&x->http->running, 1);
    MHD_suspend_connection(x->connection);
    if (workers_post(x->http->workers[queue_of(x)], run_on_worker, x)) return MHD_YES;
    atomic_fetch_sub(&x->http->running, 1);
    refuse_busy(x);
    x->stage = STAGE_DONE;
    MHD_resume_connection(x->connection);
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *n, void **slot)
{
    (void)cls;
    (void)c;
    (void)url;
    struct exchange *x = *slot;
    switch (x->stage) {
    case STAGE_NEW: return begin(x, method, version);
    case STAGE_BODY: return *n ? take_body(x, bytes, n) : run(x);
    case STAGE_RUNNING: return MHD_YES;
    case STAGE_DONE: return send_reply(x);
    case STAGE_SENT: return MHD_YES;
    }
    return MHD_NO;
}

/* ---- life of an exchange and of a connection ---- */

static void *on_target(void *cls, const char *uri, struct MHD_Connection *c)
{
    struct http *h = cls;
    struct exchange *x = mem_new(sizeof *x);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    x->http = h;
    x->connection = c;
    x->watched = info ? info->socket_context : NULL;
    x->route_index = ROUTES_MAX;
    x->arena = arena_init(REQUEST_MEMORY);
    x->res = (struct response){ .status = 200, .content_type = STR("application/json"), .body = buf_init(REPLY_MAX) };
    x->target_len = strlen(uri);
    x->target = str_dup(&x->arena, str_cut(str_of(uri), 0, GUARD_URI_BYTES));
    return x;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **slot, enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)c;
    (void)why;
    struct exchange *x = *slot;
    if (!x) return;
    atomic_fetch_sub(&x->http->body_bytes, (long long)x->body.len);
    if (x->res.stream != STREAM_WEBSOCKET) watch_phase(x->watched, WATCH_WAIT);
    buf_done(&x->body);
    buf_done(&x->res.body);
    arena_done(&x->arena);
    mem_free(x);
    *slot = NULL;
}

static void address_bytes(const struct sockaddr *from, uint8_t out[16])
{
    memset(out, 0, 16);
    if (from->sa_family == AF_INET6) {
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
    } else if (from->sa_family == AF_INET) {
        out[10] = out[11] = 0xff;
        memcpy(out + 12, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    }
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *from, socklen_t len)
{
    struct http *h = cls;
    uint8_t address[16];
    (void)len;
    address_bytes(from, address);
    return watch_admit(h->server->watch, address) ? MHD_YES : MHD_NO;
}

static void on_connection(void *cls, struct MHD_Connection *c, void **slot, enum MHD_ConnectionNotificationCode what)
{
    struct http *h = cls;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        watch_end(*slot);
        *slot = NULL;
        return;
    }
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *from = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    uint8_t address[16];
    address_bytes(from->client_addr, address);
    *slot = watch_begin(h->server->watch, fd->connect_fd, address);
}

static void on_log(void *cls, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void on_log(void *cls, const char *fmt, va_list ap)
{
    char text[256];
    struct http *h = cls;
    (void)vsnprintf(text, sizeof text, fmt, ap);
    /* Out of descriptors it waits for the end of a connection; on a thread that has none it would ask without a pause.
     */
    if (strstr(text, "resource limit at")) watch_no_files(h->server->watch);
    if (strstr(text, "resource limit at FIRST connection")) (void)usleep(BUSY_PAUSE_US);
    log_debug("http.library text=\"" STR_FMT "\"", STR_ARG(str_trim(str_of(text))));
}

/* ---- start and stop ---- */

static err listen_address(str listen_on, struct sockaddr_storage *out, socklen_t *len)
{
    ptrdiff_t colon = -1;
    for (size_t i = 0; i < listen_on.len; i++)
        if (listen_on.ptr[i] == ':') colon = (ptrdiff_t)i;
    int64_t port = -1;
    char name[64];
    if (colon < 0 || str_to_i64(str_cut(listen_on, (size_t)colon + 1, 8), &port).code || port < 0 || port > 65535 ||
        colon >= 60)
        return err_make(ERR_INPUT, "listen: expected ADDRESS:PORT such as 127.0.0.1:8090, got \"" STR_FMT "\"",
                        STR_ARG(listen_on));
    str host = str_cut(listen_on, 0, (size_t)colon);
    bool v6 = str_starts(host, STR("[")) && str_ends(host, STR("]"));
    if (v6) host = str_cut(host, 1, host.len - 2);
    if (STR_IS(host, "localhost")) host = STR("127.0.0.1");
    (void)snprintf(name, sizeof name, STR_FMT, STR_ARG(host));
    memset(out, 0, sizeof *out);
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    if (v6 && inet_pton(AF_INET6, name, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        *len = sizeof *six;
        return OK;
    }
    if (inet_pton(AF_INET, name, &four->sin_addr) != 1)
        return err_make(ERR_INPUT, "listen: \"" STR_FMT "\" is not an IP address", STR_ARG(host));
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    *len = sizeof *four;
    return OK;
}

static err open_listener(struct http *h)
{
    struct sockaddr_storage at;
    socklen_t len;
    int on = 1;
    err e = listen_address(h->server->opts.listen, &at, &len);
    if (e.code) return e;
    h->listen_fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (h->listen_fd < 0) return err_errno("socket");
    (void)setsockopt(h->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(h->listen_fd, (struct sockaddr *)&at, len) || listen(h->listen_fd, 256))
        return err_errno("listen on " STR_FMT, STR_ARG(h->server->opts.listen));
    (void)getsockname(h->listen_fd, (struct sockaddr *)&at, &len);
    h->server->port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                                     : ((struct sockaddr_in *)&at)->sin_port);
    return OK;
}

static err start_daemon(struct http *h)
{
    const struct server_opts *o = &h->server->opts;
    bool tls = o->tls_cert.len > 0;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_ERROR_LOG |
                     (tls ? MHD_USE_TLS : 0u);
    static const char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"; /* as GnuTLS writes it */
    struct MHD_OptionItem tls_items[] = {
        { MHD_OPTION_HTTPS_PRIORITIES, 0, tls ? (void *)(uintptr_t)versions : NULL },
        { MHD_OPTION_HTTPS_MEM_CERT, 0, tls ? (void *)(uintptr_t)str_z(&h->server->arena, o->tls_cert) : NULL },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, tls ? (void *)(uintptr_t)str_z(&h->server->arena, o->tls_key) : NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    h->daemon = MHD_start_daemon(
        flags, 0, on_accept, h, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_log, h, MHD_OPTION_LISTEN_SOCKET,
        h->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)POOL_PER_CONNECTION, MHD_OPTION_CONNECTION_LIMIT, (unsigned)watch_slots(o->connections_max) + THREADS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)LIBRARY_TIMEOUT_S, MHD_OPTION_STRICT_FOR_CLIENT,
        0 /* it sends its own refusals twice */, MHD_OPTION_URI_LOG_CALLBACK, on_target, h, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, h, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_ARRAY,
        tls ? tls_items : &tls_items[3], MHD_OPTION_END);
    return h->daemon
               ? OK
               : err_make(ERR_IO, "the HTTP library did not start%s",
                          tls ? " (is server.tls_cert a PEM certificate, and server.tls_key the key of it?)" : "");
}

err http_open(struct server *s, struct http **out)
{
    struct http *h = mem_new(sizeof *h);
    h->server = s;
    h->listen_fd = -1;
    err e = open_listener(h);
    if (!e.code) {
        for (int q = 0; q < HTTP_QUEUES; q++)
            h->workers[q] = workers_open(q == QUEUE_TEXTS ? s->opts.texts_waiting : WORKER_QUEUE);
        e = start_daemon(h);
    }
    if (e.code) {
        http_close(h);
        return e;
    }
    *out = h;
    return OK;
}

void http_quiesce(struct http *h, usec deadline)
{
    struct env *env = h->server->opts.env;
    usec until = env->now(env) + deadline;
    int fd = MHD_quiesce_daemon(h->daemon);
    if (fd >= 0) (void)close(fd);
    h->listen_fd = -1;
    while (atomic_load(&h->running) > 0 && env->now(env) < until) (void)usleep(2000);
}

size_t http_waiting(const struct http *h, enum http_queue q)
{
    return workers_waiting(h->workers[q]);
}

void http_close(struct http *h)
{
    if (!h) return;
    for (int q = 0; q < HTTP_QUEUES; q++) workers_close(h->workers[q]); /* the last ones resume their connections */
    if (h->daemon) MHD_stop_daemon(h->daemon);
    if (h->listen_fd >= 0) (void)close(h->listen_fd);
    mem_free(h);
}
