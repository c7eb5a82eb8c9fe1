/* A client of the journal over WebSocket: the hub moves its bytes. */
#include "edge/server/events_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

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
    wslay_event_set_error(ws, n < 0 && (errno == EAGAIN || errno == EINTR) ? WSLAY_ERR_WOULDBLOCK
                                                                           : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t ws_send(wslay_event_context_ptr ws, const uint8_t *from, size_t len, int flags, void *ctx)
{
    struct client *c = ctx;
    ssize_t n = send(c->fd, from, len, MSG_NOSIGNAL | (flags & WSLAY_MSG_MORE ? MSG_MORE : 0));
    if (n >= 0) {
        c->progress = events_now(c->owner);
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
    c->heard = events_now(c->owner);
}

static const struct wslay_event_callbacks ws_callbacks = {
    .recv_callback = ws_recv, .send_callback = ws_send, .on_msg_recv_callback = ws_message,
};

void events_ws_upgraded(void *cls, struct MHD_Connection *connection, void *exchange, const char *early,
                        size_t early_len, MHD_socket fd, struct MHD_UpgradeResponseHandle *upgrade)
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
    events_client_add(c);
}

void events_ws_close(struct client *c, uint16_t code, const char *why)
{
    if (c->closing) return;
    c->closing = events_now(c->owner);
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
void events_ws_turn(struct client *c)
{
    bool failed = wslay_event_want_read(c->ws) && wslay_event_recv(c->ws);
    if (!failed) failed = wslay_event_want_write(c->ws) && wslay_event_send(c->ws);
    bool over = !wslay_event_want_read(c->ws) && !wslay_event_want_write(c->ws);
    if (!wslay_event_get_queued_msg_count(c->ws)) c->progress = events_now(c->owner);
    if (failed || over) {
        c->gone = true;
        if (c->interest) (void)epoll_ctl(c->owner->epoll, EPOLL_CTL_DEL, c->fd, NULL);
        c->interest = 0;
        return;
    }
    ws_interest(c);
}

void events_ws_put(struct client *c, str text)
{
    struct wslay_event_msg msg = { .opcode = WSLAY_TEXT_FRAME,
                                   .msg = (const uint8_t *)text.ptr,
                                   .msg_length = text.len };
    (void)wslay_event_queue_msg(c->ws, &msg); /* refused only after a close was queued */
}

void events_ws_check(struct client *c, usec t)
{
    const struct events_opts *o = &c->owner->opts;
    if (c->closing && t - c->closing > CLOSE_GRACE) {
        (void)shutdown(c->fd, SHUT_RDWR);
        c->gone = true;
        return;
    }
    if (!c->closing && (t - c->progress > o->stall || t - c->heard > 3 * o->ping_every)) {
        events_dropped(c);
        events_ws_close(c, 1013, "too slow");
    }
    if (!c->closing && t - c->pinged > o->ping_every) {
        struct wslay_event_msg ping = { .opcode = WSLAY_PING };
        (void)wslay_event_queue_msg(c->ws, &ping);
        c->pinged = t;
    }
}
