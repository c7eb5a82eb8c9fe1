#include "edge/server/events.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include "base/log.h"
#include "edge/server/reply.h"
#include "edge/server/watch.h"

enum {
    BUFFER_MAX = 256 << 10, /* waiting bytes of a client before nothing more is read for it; one entry may exceed it */
    BATCH = 200,            /* entries read at a time */
    MESSAGE_MAX = 4 << 10,  /* what a client may send us: pings and closes */
    TICK_MS = 100,
};
#define CLOSE_GRACE (2 * USEC_SECOND)

struct client {
    struct client *next;
    struct events *owner;
    enum stream kind;
    int64_t after;    /* the last entry in its buffer */
    usec progress;    /* when bytes last left, or nothing waited */
    usec heard, pinged;
    usec closing;     /* when the close was queued, 0 = open */
    atomic_bool gone; /* nobody but the hub knows it any more: free it */
    struct watched *watched;
    /* WebSocket: the hub's alone */
    struct MHD_UpgradeResponseHandle *upgrade;
    wslay_event_context_ptr ws;
    int fd;
    uint32_t interest; /* of epoll */
    struct buf early;  /* bytes that came with the handshake */
    /* Server-sent events: `out` is shared with the HTTP thread, under the lock */
    struct MHD_Connection *connection;
    struct buf out;
    size_t out_at;
    bool suspended;
};

/* The newest batch that was read: most clients are at the same place. */
struct batch {
    struct arena arena;
    int64_t after, last; /* it holds everything in (after, last] */
    size_t count;
    int64_t seqs[BATCH];
    str texts[BATCH];
};

struct events {
    struct events_opts opts;
    pthread_mutex_t lock;
    pthread_t thread;
    int epoll, wake;
    struct client *clients; /* under the lock; removed by the hub only */
    size_t count;
    int64_t seen;           /* entries up to here went to the metrics */
    atomic_llong newest;
    atomic_bool closing, stop;
    struct batch batch;
    struct events_stats stats; /* under the lock */
};

static void lock(struct events *e)
{
    (void)pthread_mutex_lock(&e->lock);
}

static void unlock(struct events *e)
{
    (void)pthread_mutex_unlock(&e->lock);
}

static usec now(struct events *e)
{
    return e->opts.env->now(e->opts.env);
}

static void wake(struct events *e)
{
    uint64_t one = 1;
    (void)!write(e->wake, &one, sizeof one);
}

static void committed(void *ctx, int64_t last_seq)
{
    struct events *e = ctx;
    atomic_store(&e->newest, last_seq);
    wake(e);
    if (e->opts.committed) e->opts.committed(e->opts.committed_ctx, last_seq);
}

static err no_work(struct tx *tx, void *ctx)
{
    (void)ctx;
    return tx_err(tx);
}

/* ---- clients ---- */

static struct client *client_new(struct events *e, enum stream kind, int64_t after, struct watched *watched)
{
    struct client *c = mem_new(sizeof *c);
    c->owner = e;
    c->kind = kind;
    c->after = after;
    c->watched = watched;
    c->fd = -1;
    c->progress = c->heard = c->pinged = now(e);
    c->out = buf_init(BUFFER_MAX * 16);
    c->early = buf_init(MESSAGE_MAX);
    return c;
}

static void client_add(struct client *c)
{
    struct events *e = c->owner;
    lock(e);
    c->next = e->clients;
    e->clients = c;
    unlock(e);
    wake(e);
}

static void client_free(struct client *c)
{
    if (c->ws) wslay_event_context_free(c->ws);
    if (c->upgrade) (void)MHD_upgrade_action(c->upgrade, MHD_UPGRADE_ACTION_CLOSE);
    buf_done(&c->out);
    buf_done(&c->early);
    mem_free(c);
}

/* A place for one more client; given back by release() or when the client is removed. */
static bool reserve(struct events *e)
{
    lock(e);
    bool ok = e->count < e->opts.clients_max && !atomic_load(&e->closing);
    e->count += ok;
    e->stats.refused += !ok;
    unlock(e);
    return ok;
}

static void dropped(struct client *c)
{
    struct events *e = c->owner;
    lock(e);
    e->stats.dropped++;
    unlock(e);
    log_info("events.dropped why=slow kind=%s after=%lld", c->kind == STREAM_SSE ? "sse" : "websocket", (long long)c->after);
}

/* ---- WebSocket ---- */

static ssize_t ws_recv(wslay_event_context_ptr ws, uint8_t *to, size_t max, int flags, void *ctx)
{
    struct client *c = ctx;
    (void)flags;
    if (c->early.len) {
        size_t n = c->early.len < max ? c->early.len : max;
        memcpy(to, c->early.ptr, n);
        memmove(c->early.ptr, c->early.ptr + n, c->early.len - n);
        c->early.len -= n;
        return (ssize_t)n;
    }
    ssize_t n = recv(c->fd, to, max, 0);
    if (n > 0) return n;
    wslay_event_set_error(ws, n < 0 && (errno == EAGAIN || errno == EINTR) ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t ws_send(wslay_event_context_ptr ws, const uint8_t *from, size_t len, int flags, void *ctx)
{
    struct client *c = ctx;
    ssize_t n = send(c->fd, from, len, MSG_NOSIGNAL | (flags & WSLAY_MSG_MORE ? MSG_MORE : 0));
    if (n >= 0) {
        c->progress = now(c->owner);
        return n;
    }
    wslay_event_set_error(ws, errno == EAGAIN || errno == EINTR ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static void ws_message(wslay_event_context_ptr ws, const struct wslay_event_on_msg_recv_arg *arg, void *ctx)
{
    struct client *c = ctx;
    (void)ws;
    (void)arg; /* nothing a client says means anything: pings and closes are answered by the library */
    c->heard = now(c->owner);
}

static const struct wslay_event_callbacks ws_callbacks = {
    .recv_callback = ws_recv, .send_callback = ws_send, .on_msg_recv_callback = ws_message,
};

static void on_upgrade(void *cls, struct MHD_Connection *connection, void *exchange, const char *early, size_t early_len,
                       MHD_socket fd, struct MHD_UpgradeResponseHandle *upgrade)
{
    struct client *c = cls;
    (void)connection;
    (void)exchange;
    c->fd = fd;
    c->upgrade = upgrade;
    buf_add(&c->early, (str){ early, early_len });
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (wslay_event_context_server_init(&c->ws, &ws_callbacks, c)) abort(); /* out of memory only */
    wslay_event_config_set_max_recv_msg_length(c->ws, MESSAGE_MAX);
    client_add(c);
}

static void ws_close(struct client *c, uint16_t code, const char *why)
{
    if (c->closing) return;
    c->closing = now(c->owner);
    (void)wslay_event_queue_close(c->ws, code, (const uint8_t *)why, strlen(why));
}

static void ws_interest(struct client *c)
{
    uint32_t want = EPOLLIN | (wslay_event_want_write(c->ws) ? (uint32_t)EPOLLOUT : 0u);
    struct epoll_event ev = { .events = want, .data.ptr = c };
    if (want == c->interest) return;
    (void)epoll_ctl(c->owner->epoll, c->interest ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->fd, &ev);
    c->interest = want;
}

/* Move bytes both ways as far as the socket allows. */
static void ws_turn(struct client *c)
{
    bool failed = wslay_event_want_read(c->ws) && wslay_event_recv(c->ws);
    if (!failed) failed = wslay_event_want_write(c->ws) && wslay_event_send(c->ws);
    bool over = !wslay_event_want_read(c->ws) && !wslay_event_want_write(c->ws);
    if (!wslay_event_get_queued_msg_count(c->ws)) c->progress = now(c->owner);
    if (failed || over) {
        c->gone = true;
        if (c->interest) (void)epoll_ctl(c->owner->epoll, EPOLL_CTL_DEL, c->fd, NULL);
        c->interest = 0;
        return;
    }
    ws_interest(c);
}

static void ws_put(struct client *c, str text)
{
    struct wslay_event_msg msg = { .opcode = WSLAY_TEXT_FRAME, .msg = (const uint8_t *)text.ptr, .msg_length = text.len };
    (void)wslay_event_queue_msg(c->ws, &msg); /* refused only after a close was queued */
}

static void ws_check(struct client *c, usec t)
{
    const struct events_opts *o = &c->owner->opts;
    if (c->closing && t - c->closing > CLOSE_GRACE) {
        (void)shutdown(c->fd, SHUT_RDWR);
        c->gone = true;
        return;
    }
    if (!c->closing && (t - c->progress > o->stall || t - c->heard > 3 * o->ping_every)) {
        dropped(c);
        ws_close(c, 1013, "too slow");
    }
    if (!c->closing && t - c->pinged > o->ping_every) {
        struct wslay_event_msg ping = { .opcode = WSLAY_PING };
        (void)wslay_event_queue_msg(c->ws, &ping);
        c->pinged = t;
    }
}

/* ---- server-sent events ---- */

/* Give waiting bytes to the library, or suspend until the hub has some. Thread: HTTP. */
static ssize_t sse_read(void *cls, uint64_t pos, char *to, size_t max)
{
    struct client *c = cls;
    struct events *e = c->owner;
    ssize_t n = 0;
    (void)pos;
    lock(e);
    size_t left = c->out.len - c->out_at;
    if (left) {
        n = (ssize_t)(left < max ? left : max);
        memcpy(to, c->out.ptr + c->out_at, (size_t)n);
        c->out_at += (size_t)n;
        c->progress = now(e);
        if (c->out_at == c->out.len) {
            buf_clear(&c->out);
            c->out_at = 0;
        }
    } else if (c->closing) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        c->suspended = true;
        MHD_suspend_connection(c->connection);
    }
    unlock(e);
    if (n > 0) wake(e);
    return n;
}

static void sse_done(void *cls)
{
    struct client *c = cls;
    struct events *e = c->owner;
    lock(e);
    c->gone = true;
    c->watched = NULL;
    unlock(e);
    wake(e);
}

/* Call under the lock. */
static void sse_resume(struct client *c)
{
    if (!c->suspended || c->gone) return;
    c->suspended = false;
    MHD_resume_connection(c->connection);
}

static void sse_put(struct client *c, int64_t seq, str text)
{
    str line;
    buf_fmt(&c->out, "id: %lld\n", (long long)seq);
    while (str_next(&text, '\n', &line)) {
        buf_add(&c->out, STR("data: "));
        buf_add(&c->out, line);
        buf_char(&c->out, '\n');
    }
    buf_char(&c->out, '\n');
}

static void sse_check(struct client *c, usec t)
{
    const struct events_opts *o = &c->owner->opts;
    lock(c->owner);
    bool waits = c->out.len > c->out_at, slow = !c->gone && !c->closing && waits && t - c->progress > o->stall;
    if (!waits) c->progress = t;
    if (!waits && !c->closing && t - c->pinged > o->ping_every) {
        buf_add(&c->out, STR(": ping\n\n"));
        c->pinged = t;
        sse_resume(c);
    }
    struct watched *watched = slow ? c->watched : NULL;
    if (slow) c->closing = t;
    unlock(c->owner);
    if (!slow) return;
    dropped(c);
    watch_cut(watched);
}

static void sse_close(struct client *c)
{
    lock(c->owner);
    if (!c->closing) {
        c->closing = now(c->owner);
        buf_add(&c->out, STR("event: closing\ndata: {\"code\":1001}\n\n"));
        sse_resume(c);
    }
    unlock(c->owner);
}

/* ---- the hub ---- */

static size_t waiting(struct client *c)
{
    if (c->kind == STREAM_WEBSOCKET) return wslay_event_get_queued_msg_length(c->ws);
    lock(c->owner);
    size_t n = c->out.len - c->out_at;
    unlock(c->owner);
    return n;
}

/* Entries after `after` as JSON; false when there are none (or the store cannot be read now: the next commit tries again). */
static bool fetch(struct events *e, int64_t after)
{
    struct batch *b = &e->batch;
    struct tx *tx;
    if (after >= b->after && after < b->last) return true;
    if (store_read(e->opts.store, &tx).code) return false;
    arena_reset(&b->arena);
    struct entry_list list = journal_read(tx, after, BATCH, &b->arena);
    struct buf text = buf_init(8 << 20);
    for (size_t i = 0; i < list.count; i++) {
        struct jw w = jw_init(&text);
        buf_clear(&text);
        entry_write(&w, NULL, &list.items[i], &b->arena);
        b->seqs[i] = list.items[i].seq;
        b->texts[i] = str_dup(&b->arena, buf_view(&text));
        if (list.items[i].seq <= e->seen) continue;
        e->seen = list.items[i].seq;
        metrics_entry(e->opts.metrics, &list.items[i]);
    }
    buf_done(&text);
    bool ok = !tx_err(tx).code && list.count > 0;
    store_read_end(tx);
    b->count = ok ? list.count : 0;
    b->after = after;
    b->last = ok ? b->seqs[list.count - 1] : after;
    return ok;
}

static void put(struct client *c, int64_t seq, str text)
{
    if (c->kind == STREAM_WEBSOCKET) {
        ws_put(c, text);
    } else {
        lock(c->owner);
        sse_put(c, seq, text);
        unlock(c->owner);
    }
    c->after = seq;
}

/* Fill the client's buffer; true when there may be more for it. */
static bool feed(struct client *c)
{
    struct events *e = c->owner;
    struct batch *b = &e->batch;
    if (c->gone || c->closing || waiting(c) >= BUFFER_MAX || !fetch(e, c->after)) return false;
    int64_t sent = 0;
    for (size_t i = 0; i < b->count && waiting(c) < BUFFER_MAX; i++) {
        if (b->seqs[i] <= c->after) continue;
        put(c, b->seqs[i], b->texts[i]);
        sent++;
    }
    if (c->kind == STREAM_WEBSOCKET) ws_turn(c);
    lock(e);
    e->stats.sent += sent;
    if (c->kind == STREAM_SSE) sse_resume(c);
    unlock(e);
    return true;
}

static struct client *first_client(struct events *e)
{
    lock(e);
    struct client *c = e->clients;
    unlock(e);
    return c;
}

/* Clients are added at the front and removed by this thread only, so the rest of the list is ours to walk. */
static void feed_all(struct events *e)
{
    bool more = true;
    for (int round = 0; more && round < 16; round++) { /* then look at the sockets again */
        more = false;
        for (struct client *c = first_client(e); c; c = c->next) more |= feed(c);
        while (e->seen < atomic_load(&e->newest) && fetch(e, e->seen)) {} /* metrics, when no client was there to fetch for */
    }
    if (more) wake(e);
}

static void check_all(struct events *e)
{
    usec t = now(e);
    bool closing = atomic_load(&e->closing);
    for (struct client *c = first_client(e); c; c = c->next) {
        if (c->gone) continue;
        if (c->kind == STREAM_SSE) {
            sse_check(c, t);
            if (closing) sse_close(c);
            continue;
        }
        ws_check(c, t);
        if (closing) ws_close(c, 1001, "server stops");
        if (!c->gone) ws_turn(c);
    }
}

static void sweep(struct events *e)
{
    struct client *dead = NULL;
    lock(e);
    for (struct client **at = &e->clients; *at;) {
        struct client *c = *at;
        if (!c->gone) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        c->next = dead;
        dead = c;
        e->count--;
    }
    unlock(e);
    while (dead) {
        struct client *next = dead->next;
        client_free(dead);
        dead = next;
    }
}

static void *events_run(void *arg)
{
    struct events *e = arg;
    struct epoll_event got[64];
    while (!atomic_load(&e->stop)) {
        int n = epoll_wait(e->epoll, got, 64, first_client(e) ? TICK_MS : -1);
        uint64_t ignored;
        if (!first_client(e)) (void)usleep(10000); /* nobody watches: let entries gather */
        (void)!read(e->wake, &ignored, sizeof ignored);
        for (int i = 0; i < n; i++) {
            struct client *c = got[i].data.ptr;
            if (c && !c->gone) ws_turn(c);
        }
        feed_all(e);
        check_all(e);
        sweep(e);
    }
    return NULL;
}

/* ---- opening streams ---- */

static str accept_key(str key, struct arena *a)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    str joined = str_fmt(a, STR_FMT "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", STR_ARG(key));
    if (!EVP_Digest(joined.ptr, joined.len, digest, &len, EVP_sha1(), NULL)) return STR_NONE;
    return base64_text((str){ (const char *)digest, len }, a);
}

/* Is `word` in a comma-separated header? */
static bool has_word(str list, str word)
{
    str one;
    while (list.len && str_next(&list, ',', &one))
        if (str_eq_nocase(str_trim(one), word)) return true;
    return false;
}

void events_websocket(struct events *e, struct request *req, struct response *res)
{
    str key = req->header(req, "Sec-WebSocket-Key"), raw = STR_NONE;
    bool asked = req->http11 && has_word(req->header(req, "Connection"), STR("upgrade")) && has_word(req->header(req, "Upgrade"), STR("websocket"));
    if (!asked || !STR_IS(req->header(req, "Sec-WebSocket-Version"), "13")) {
        http_problem(res, 426, "Upgrade required", STR("this address speaks WebSocket (version 13); /api/v1/events/stream has the same as server-sent events"));
        http_header(res, STR("Upgrade: websocket"));
        http_header(res, STR("Sec-WebSocket-Version: 13"));
        return;
    }
    if (base64_bytes(key, req->arena, &raw).code || raw.len != 16) {
        http_problem(res, 400, "Bad request", STR("Sec-WebSocket-Key must be 16 bytes in base64"));
        return;
    }
    http_header(res, STR("Upgrade: websocket"));
    http_header(res, str_fmt(req->arena, "Sec-WebSocket-Accept: " STR_FMT, STR_ARG(accept_key(key, req->arena))));
    if (!reserve(e)) {
        http_problem(res, 503, "Too many clients", STR("too many clients follow the journal already"));
        res->retry_after_s = 5;
        return;
    }
    res->status = 101;
    res->content_type = STR("");
    res->stream = STREAM_WEBSOCKET;
}

bool events_sse(struct events *e, struct request *req, struct response *res)
{
    res->content_type = STR("text/event-stream");
    if (STR_IS(req->method, "HEAD")) return false;
    if (!reserve(e)) {
        http_problem(res, 503, "Too many clients", STR("too many clients follow the journal already"));
        res->retry_after_s = 5;
        return false;
    }
    res->stream = STREAM_SSE;
    return true;
}

struct MHD_Response *events_stream(struct events *e, struct response *res, struct MHD_Connection *connection, struct watched *watched)
{
    struct client *c = client_new(e, res->stream, res->stream_after, watched);
    if (res->stream == STREAM_WEBSOCKET) return MHD_create_response_for_upgrade(on_upgrade, c);
    c->connection = connection;
    buf_add(&c->out, STR("retry: 2000\n\n"));
    client_add(c);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, sse_read, c, sse_done);
}

/* ---- life ---- */

struct events *events_open(const struct events_opts *opts)
{
    struct events *e = mem_new(sizeof *e);
    e->opts = *opts;
    e->batch.arena = arena_init((size_t)BATCH * (4 << 20));
    (void)pthread_mutex_init(&e->lock, NULL);
    e->epoll = epoll_create1(EPOLL_CLOEXEC);
    e->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };
    if (e->epoll < 0 || e->wake < 0 || epoll_ctl(e->epoll, EPOLL_CTL_ADD, e->wake, &ev)) abort();
    e->seen = store_stats(opts->store).last_seq;
    atomic_store(&e->newest, e->seen);
    store_on_commit(opts->store, committed, e);
    if (pthread_create(&e->thread, NULL, events_run, e)) abort();
    return e;
}

void events_stop(struct events *e)
{
    if (!e) return;
    atomic_store(&e->closing, true);
    wake(e);
    usec until = now(e) + CLOSE_GRACE;
    while (first_client(e) && now(e) < until) (void)usleep(2000);
    store_on_commit(e->opts.store, NULL, NULL);
    (void)!store_run(e->opts.store, no_work, NULL).code; /* once this is through, no earlier commit is still telling us */
    atomic_store(&e->stop, true);
    wake(e);
    (void)pthread_join(e->thread, NULL);
    lock(e); /* who did not go by itself: the daemon can only stop when nothing is suspended or upgraded */
    for (struct client *c = e->clients; c; c = c->next) {
        if (c->kind == STREAM_SSE) sse_resume(c);
        else c->gone = true;
    }
    unlock(e);
    sweep(e);
}

void events_close(struct events *e)
{
    if (!e) return;
    for (struct client *c = e->clients; c; c = c->next) c->gone = true;
    sweep(e);
    (void)close(e->epoll);
    (void)close(e->wake);
    (void)pthread_mutex_destroy(&e->lock);
    arena_done(&e->batch.arena);
    mem_free(e);
}

struct events_stats events_stats(struct events *e)
{
    lock(e);
    struct events_stats s = e->stats;
    s.clients = (int64_t)e->count;
    unlock(e);
    return s;
}
