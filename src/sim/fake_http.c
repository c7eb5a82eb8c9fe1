#include "sim/fake_http.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "sim/fake_tcp.h"

enum { REQUEST_MAX = 1 << 22, KEPT_MAX = 1024, SLICE = 1 << 14 };

struct fake_http {
    fake_handler *handler;
    void *ctx;
    struct fake_tcp tcp;
    pthread_mutex_t lock; /* of what follows */
    struct arena arena;
    struct fake_request *kept;
    size_t count;
};

str fake_header(const struct fake_request *req, const char *name)
{
    str rest = req->head, line = STR_NONE;
    while (str_next(&rest, '\n', &line)) {
        ptrdiff_t colon = str_find(line, STR(":"), 0);
        if (colon > 0 && str_eq_nocase(str_cut(line, 0, (size_t)colon), str_of(name)))
            return str_trim(str_cut(line, (size_t)colon + 1, line.len));
    }
    return STR_NONE;
}

/* The whole request, or an empty text when the peer went away. */
static str read_request(int fd, struct buf *in, size_t *head_len)
{
    *head_len = 0;
    size_t want = SIZE_MAX;
    while (in->len < want) {
        char *room = buf_room(in, SLICE);
        ssize_t n = room ? read(fd, room, SLICE) : -1;
        if (n <= 0) return STR_NONE;
        in->len += (size_t)n;
        ptrdiff_t end = str_find(buf_view(in), STR("\r\n\r\n"), 0);
        if (want != SIZE_MAX || end < 0) continue;
        *head_len = (size_t)end + 4;
        struct fake_request r = { .head = str_cut(buf_view(in), 0, *head_len) };
        int64_t body = 0;
        if (str_to_i64(fake_header(&r, "Content-Length"), &body).code) body = 0;
        want = *head_len + (size_t)body;
    }
    return buf_view(in);
}

static struct fake_request parse(str text, size_t head_len)
{
    struct fake_request r = { .head = str_cut(text, 0, head_len), .body = str_cut(text, head_len, text.len) };
    str rest = r.head;
    (void)str_next(&rest, ' ', &r.method);
    (void)str_next(&rest, ' ', &r.path);
    return r;
}

static void keep(struct fake_http *s, const struct fake_request *r)
{
    (void)pthread_mutex_lock(&s->lock);
    if (s->count < KEPT_MAX)
        s->kept[s->count] = (struct fake_request){ .method = str_dup(&s->arena, r->method),
                                                   .path = str_dup(&s->arena, r->path),
                                                   .head = str_dup(&s->arena, r->head),
                                                   .body = str_dup(&s->arena, r->body) };
    s->count++;
    (void)pthread_mutex_unlock(&s->lock);
}

static void send_all(int fd, str text)
{
    while (text.len) {
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (n <= 0) return;
        text = str_cut(text, (size_t)n, text.len);
    }
}

static void answer(int fd, const struct fake_reply *reply)
{
    if (!reply->status) return;
    struct buf out = buf_init(REQUEST_MAX);
    buf_fmt(&out, "HTTP/1.1 %d Reply\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n", reply->status,
            reply->body.len, reply->headers ? reply->headers : "");
    buf_add(&out, reply->body);
    send_all(fd, buf_view(&out));
    buf_done(&out);
}

static void serve(void *ctx, int fd)
{
    struct fake_http *s = ctx;
    struct buf in = buf_init(REQUEST_MAX);
    size_t head_len = 0;
    str text = read_request(fd, &in, &head_len);
    if (text.len) {
        struct fake_request r = parse(text, head_len);
        keep(s, &r);
        struct fake_reply reply = { .status = 200, .body = STR("ok") };
        if (s->handler) reply = s->handler(&r, s->ctx);
        answer(fd, &reply);
    }
    buf_done(&in);
}

static void forget(struct fake_http *s)
{
    (void)pthread_mutex_destroy(&s->lock);
    arena_done(&s->arena);
    mem_free(s);
}

err fake_http_start(fake_handler *handler, void *ctx, struct fake_http **out)
{
    struct fake_http *s = mem_new(sizeof *s);
    s->handler = handler;
    s->ctx = ctx;
    s->arena = arena_init((size_t)1 << 28);
    s->kept = ARENA_ARRAY(&s->arena, struct fake_request, KEPT_MAX);
    (void)pthread_mutex_init(&s->lock, NULL);
    err e = fake_tcp_start(&s->tcp, serve, s);
    if (e.code) {
        forget(s);
        return e;
    }
    *out = s;
    return OK;
}

void fake_http_stop(struct fake_http *s)
{
    if (!s) return;
    fake_tcp_stop(&s->tcp);
    forget(s);
}

int fake_http_port(const struct fake_http *s)
{
    return s->tcp.port;
}

str fake_http_url(const struct fake_http *s, const char *path, struct arena *a)
{
    return str_fmt(a, "http://127.0.0.1:%d%s", s->tcp.port, path);
}

size_t fake_http_count(struct fake_http *s)
{
    (void)pthread_mutex_lock(&s->lock);
    size_t n = s->count;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

struct fake_request fake_http_request(struct fake_http *s, size_t i, struct arena *a)
{
    struct fake_request r = { .head = STR_NONE };
    (void)pthread_mutex_lock(&s->lock);
    if (i < s->count && i < KEPT_MAX) {
        r = (struct fake_request){ .method = str_dup(a, s->kept[i].method), .path = str_dup(a, s->kept[i].path),
                                   .head = str_dup(a, s->kept[i].head), .body = str_dup(a, s->kept[i].body) };
    }
    (void)pthread_mutex_unlock(&s->lock);
    return r;
}
