/* The hub: one thread reads the journal and hands it to all who follow. */
#include "edge/server/events_internal.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/log.h"
#include "edge/server/reply.h"
#include "edge/server/watch.h"

static void committed(void *ctx, int64_t last_seq)
{
    struct events *e = ctx;
    atomic_store(&e->newest, last_seq);
    events_wake(e);
    if (e->opts.committed) e->opts.committed(e->opts.committed_ctx, last_seq);
}

static err no_work(struct tx *tx, void *ctx)
{
    (void)ctx;
    return tx_err(tx);
}

/* ---- clients ---- */

static struct client *client_new(struct events *e, const struct request *req, const struct response *res,
                                 struct watched *watched)
{
    struct client *c = mem_new(sizeof *c);
    c->owner = e;
    c->kind = res->stream;
    c->role = req->role;
    c->actor = mem_dup_z(req->actor);
    c->until = req->until;
    c->after = res->stream_after;
    c->watched = watched;
    c->fd = -1;
    c->progress = c->heard = c->pinged = events_now(e);
    c->out = buf_init(BUFFER_MAX * 16);
    c->early = buf_init(MESSAGE_MAX);
    return c;
}

void events_client_add(struct client *c)
{
    struct events *e = c->owner;
    events_lock(e);
    c->next = e->clients;
    e->clients = c;
    events_unlock(e);
    events_wake(e);
}

static void client_free(struct client *c)
{
    /* The library closes the socket later: until then it would go on telling of a client that is gone. */
    if (c->interest) (void)epoll_ctl(c->owner->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    if (c->ws) wslay_event_context_free(c->ws);
    if (c->upgrade) (void)MHD_upgrade_action(c->upgrade, MHD_UPGRADE_ACTION_CLOSE);
    buf_done(&c->out);
    buf_done(&c->early);
    mem_free(c->actor);
    mem_free(c);
}

/* A place for one more client; given back by release() or when the client is removed. */
static bool reserve(struct events *e)
{
    events_lock(e);
    bool ok = e->count < e->opts.clients_max && !atomic_load(&e->closing);
    e->count += ok;
    e->stats.refused += !ok;
    events_unlock(e);
    return ok;
}

void events_dropped(struct client *c)
{
    struct events *e = c->owner;
    events_lock(e);
    e->stats.dropped++;
    events_unlock(e);
    log_info("events.dropped why=slow kind=%s after=%lld", c->kind == STREAM_SSE ? "sse" : "websocket",
             (long long)c->after);
}

/* ---- the hub ---- */

static size_t waiting(struct client *c)
{
    if (c->kind == STREAM_WEBSOCKET) return wslay_event_get_queued_msg_length(c->ws);
    events_lock(c->owner);
    size_t n = c->out.len - c->out_at;
    events_unlock(c->owner);
    return n;
}

static void close_client(struct client *c, uint16_t code, const char *why)
{
    if (c->kind == STREAM_SSE) events_sse_close(c, code);
    else events_ws_close(c, code, why);
}

static struct client *first_client(struct events *e)
{
    events_lock(e);
    struct client *c = e->clients;
    events_unlock(e);
    return c;
}

/* Who follows with a key that was revoked follows no longer. */
static void end_those_of(struct events *e, str actor)
{
    for (struct client *c = first_client(e); c; c = c->next)
        if (!c->gone && str_eq(str_of(c->actor), actor)) close_client(c, 1008, "the key was revoked");
}

static str entry_text(struct batch *b, struct buf *text, const struct entry *entry, enum role reader)
{
    struct jw w = jw_init(text);
    buf_clear(text);
    entry_write(&w, NULL, entry, reader, &b->arena);
    return str_dup(&b->arena, buf_view(text));
}

static void batch_set(struct batch *b, size_t i, struct buf *text, const struct entry *entry)
{
    b->seqs[i] = entry->seq;
    b->roles[i] = entry_role(entry);
    b->texts[i] = entry_text(b, text, entry, ROLE_ADMIN);
    b->withheld[i] = b->roles[i] == ROLE_VIEWER ? b->texts[i] : entry_text(b, text, entry, ROLE_VIEWER);
}

/* Entries after `after` as JSON; false when there are none (or the store cannot be read now: the next commit tries
 * again). */
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
        const struct entry *entry = &list.items[i];
        batch_set(b, i, &text, entry);
        if (entry->seq <= e->seen) continue;
        e->seen = entry->seq;
        metrics_entry(e->opts.metrics, entry);
        if (STR_IS(entry->kind, "key.revoked")) end_those_of(e, entry->subject);
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
        events_ws_put(c, text);
    } else {
        events_lock(c->owner);
        events_sse_put(c, seq, text);
        events_unlock(c->owner);
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
        put(c, b->seqs[i], role_may(c->role, b->roles[i], true) ? b->texts[i] : b->withheld[i]);
        sent++;
    }
    if (c->kind == STREAM_WEBSOCKET) events_ws_turn(c);
    events_lock(e);
    e->stats.sent += sent;
    if (c->kind == STREAM_SSE) events_sse_resume(c);
    events_unlock(e);
    return true;
}

/* Clients are added at the front and removed by this thread only, so the rest of the list is ours to walk. */
static void feed_all(struct events *e)
{
    bool more = true;
    for (int round = 0; more && round < 16; round++) { /* then look at the sockets again */
        more = false;
        for (struct client *c = first_client(e); c; c = c->next) more |= feed(c);
        while (e->seen < atomic_load(&e->newest) && fetch(e, e->seen)) {
        } /* metrics, when no client was there to fetch for */
    }
    if (more) events_wake(e);
}

static void check_all(struct events *e)
{
    usec t = events_now(e);
    bool closing = atomic_load(&e->closing);
    for (struct client *c = first_client(e); c; c = c->next) {
        if (c->gone) continue;
        if (c->kind == STREAM_SSE) events_sse_check(c, t);
        else events_ws_check(c, t);
        if (closing) close_client(c, 1001, "server stops");
        else if (t >= c->until) close_client(c, 1008, "the login has ended");
        if (c->kind == STREAM_WEBSOCKET && !c->gone) events_ws_turn(c);
    }
}

static void sweep(struct events *e)
{
    struct client *dead = NULL;
    events_lock(e);
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
    events_unlock(e);
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
            if (c && !c->gone) events_ws_turn(c);
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
    bool asked = req->http11 && has_word(req->header(req, "Connection"), STR("upgrade")) &&
                 has_word(req->header(req, "Upgrade"), STR("websocket"));
    if (!asked || !STR_IS(req->header(req, "Sec-WebSocket-Version"), "13")) {
        http_problem(res, 426, "Upgrade required",
                     STR("this address speaks WebSocket (version 13); /api/v1/events/stream has the same as "
                         "server-sent events"));
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

struct MHD_Response *events_stream(struct events *e, const struct request *req, struct response *res,
                                   struct MHD_Connection *connection, struct watched *watched)
{
    struct client *c = client_new(e, req, res, watched);
    if (res->stream == STREAM_WEBSOCKET) return MHD_create_response_for_upgrade(events_ws_upgraded, c);
    c->connection = connection;
    buf_add(&c->out, STR("retry: 2000\n\n"));
    events_client_add(c);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, events_sse_read, c, events_sse_done);
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
    events_wake(e);
    usec until = events_now(e) + CLOSE_GRACE;
    while (first_client(e) && events_now(e) < until) (void)usleep(2000);
    store_on_commit(e->opts.store, NULL, NULL);
    (void)!store_run(e->opts.store, no_work, NULL)
        .code; /* once this is through, no earlier commit is still telling us */
    atomic_store(&e->stop, true);
    events_wake(e);
    (void)pthread_join(e->thread, NULL);
    events_lock(e); /* who did not go by itself: the daemon can only stop when nothing is suspended or upgraded */
    for (struct client *c = e->clients; c; c = c->next) {
        if (c->kind == STREAM_SSE) events_sse_resume(c);
        else c->gone = true;
    }
    events_unlock(e);
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
    events_lock(e);
    struct events_stats s = e->stats;
    s.clients = (int64_t)e->count;
    events_unlock(e);
    return s;
}
