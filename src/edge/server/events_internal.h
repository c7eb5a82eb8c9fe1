/* What the hub, WebSocket and server-sent events share: a client, and the list it stands in. */
#ifndef WEIR_EDGE_SERVER_EVENTS_INTERNAL_H
#define WEIR_EDGE_SERVER_EVENTS_INTERNAL_H

#include "edge/server/events.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <wslay/wslay.h>

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
    enum role role;
    char *actor;      /* whose key it is: it ends with the key */
    usec until;       /* it ends then, too */
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
    enum role roles[BATCH]; /* from which on the text is for a reader; the others get: */
    str withheld[BATCH];
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

static inline void events_lock(struct events *e)
{
    (void)pthread_mutex_lock(&e->lock);
}

static inline void events_unlock(struct events *e)
{
    (void)pthread_mutex_unlock(&e->lock);
}

static inline usec events_now(struct events *e)
{
    return e->opts.env->now(e->opts.env);
}

static inline void events_wake(struct events *e)
{
    uint64_t one = 1;
    (void)!write(e->wake, &one, sizeof one);
}

/* events.c: into the list; count and log that a client did not read. */
void events_client_add(struct client *c);
void events_dropped(struct client *c);

/* events_ws.c.   Thread: the hub's, but for upgraded, the library's callback. */
void events_ws_upgraded(void *cls, struct MHD_Connection *connection, void *exchange, const char *early,
                        size_t early_len, MHD_socket fd, struct MHD_UpgradeResponseHandle *upgrade);
void events_ws_put(struct client *c, str text);
void events_ws_turn(struct client *c);
void events_ws_check(struct client *c, usec t);
void events_ws_close(struct client *c, uint16_t code, const char *why);
/* events_sse.c: read and done are the library's callbacks, resume is called under the lock. */
void events_sse_put(struct client *c, int64_t seq, str text);
ssize_t events_sse_read(void *cls, uint64_t pos, char *to, size_t max);
void events_sse_done(void *cls);
void events_sse_resume(struct client *c);
void events_sse_check(struct client *c, usec t);
void events_sse_close(struct client *c, int code);

#endif
