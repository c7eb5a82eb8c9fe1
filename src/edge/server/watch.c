#include "edge/server/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cond.h"
#include "base/log.h"

#define IDLE_TIME (50 * USEC_MS) /* its first bytes may be under way */
#define HEADER_TIME USEC_SECOND /* of a header that has begun, before it counts as waiting */

enum {
    LEAST_RATE = 1024 /* bytes a second, of a body and of taking a reply */,
    TICK_MS = 200,
    SPARE_LEAST = 2,
    SPARE_MOST = 16,
    ROOM_A_TICK = 4, /* connections cut while there are no descriptors, */
    ROOM_TICKS = 5 /* and for so many looks more: a thread that could not accept waits for the end of one of its own */,
    SEND_BUFFER = 256 << 10 /* else the kernel keeps 4 MB for one who does not read */
};

struct watched {
    struct watch *owner;
    int fd; /* -1 = slot is free */
    uint8_t address[16];
    enum watch_phase phase;
    bool first;       /* no request came yet: silence is not idleness */
    bool header;      /* bytes of the next request have come */
    bool cut;
    usec since;       /* of the phase, or of the first header byte */
    uint64_t in, out; /* bytes so far when the phase began */
};

struct watch {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool stop;
    int shortage; /* looks at which room is still made for want of descriptors */
    struct env *env;
    struct watch_limits limits;
    size_t slots;
    struct watch_stats stats;
    struct watched conns[];
};

const char *watch_cut_reason(enum watch_cut c)
{
    static const char *const names[CUT_REASONS] = { "slow_header", "idle",        "slow_body",
                                                    "slow_read",   "per_address", "connections", "made_room" };
    return names[c];
}

static void lock(struct watch *w)
{
    (void)pthread_mutex_lock(&w->lock);
}

static void unlock(struct watch *w)
{
    (void)pthread_mutex_unlock(&w->lock);
}

struct traffic {
    uint64_t in, out;
};

static struct traffic traffic_of(int fd)
{
    struct tcp_info info;
    socklen_t len = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len)) return (struct traffic){ 0 };
    return (struct traffic){ info.tcpi_bytes_received, info.tcpi_bytes_acked };
}

/* Too slow: after the grace, less than LEAST_RATE on average since the phase began. */
static bool too_slow(uint64_t bytes, usec spent, usec grace)
{
    return spent > grace && bytes < (uint64_t)((spent - grace) / USEC_MS) * LEAST_RATE / 1000 + 1;
}

static bool judge_wait(struct watched *c, const struct watch_limits *l, usec now, struct traffic t, enum watch_cut *why)
{
    if (!c->header && t.in > c->in) {
        c->header = true;
        if (!c->first) c->since = now; /* on a fresh connection the accept has started the clock */
    }
    *why = c->header || c->first ? CUT_HEADER : CUT_IDLE;
    return now - c->since > (*why == CUT_HEADER ? l->header : l->idle);
}

static bool judge(struct watched *c, const struct watch_limits *l, usec now, enum watch_cut *why)
{
    if (c->phase == WATCH_WORK || c->phase == WATCH_STREAM) return false;
    struct traffic t = traffic_of(c->fd);
    if (c->phase == WATCH_WAIT) return judge_wait(c, l, now, t, why);
    *why = c->phase == WATCH_BODY ? CUT_BODY : CUT_REPLY;
    uint64_t moved = c->phase == WATCH_BODY ? t.in - c->in : t.out - c->out;
    return too_slow(moved, now - c->since, l->grace);
}

static void cut(struct watched *c)
{
    /* What waits in the kernel for somebody who does not read would outlive the connection otherwise. */
    const struct linger now = { .l_onoff = 1, .l_linger = 0 };
    if (c->phase == WATCH_REPLY || c->phase == WATCH_STREAM)
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    c->cut = true;
    (void)shutdown(c->fd, SHUT_RDWR); /* the library sees the end and frees it */
}

size_t watch_slots(size_t connections)
{
    size_t spare = connections / 4;
    if (spare < SPARE_LEAST) spare = SPARE_LEAST;
    return connections + (spare < SPARE_MOST ? spare : SPARE_MOST);
}

/* Waiting for a request of which nothing has come, or for the rest of a header. */
static bool waits(const struct watched *c, usec now)
{
    if (c->fd < 0 || c->cut || c->phase != WATCH_WAIT) return false;
    if (traffic_of(c->fd).in == c->in) return now - c->since > IDLE_TIME;
    return (c->first || c->header) && now - c->since > HEADER_TIME;
}

/* Cut off who has waited longest, of this address or (NULL) of all. False: nobody waits. */
static bool make_room(struct watch *w, const uint8_t *address)
{
    struct watched *found = NULL;
    usec now = w->env->now(w->env);
    for (size_t i = 0; i < w->slots; i++) {
        struct watched *c = &w->conns[i];
        bool meant = !address || memcmp(c->address, address, sizeof c->address) == 0;
        if (meant && waits(c, now) && (!found || c->since < found->since)) found = c;
    }
    if (!found) return false;
    w->stats.cut[CUT_ROOM]++;
    cut(found);
    return true;
}

/* With the lock. */
static void short_of_files(struct watch *w)
{
    if (!w->shortage)
        log_warn("http.no_descriptors connections=%lld: raise the limit of open files (ulimit -n, LimitNOFILE=)",
                 (long long)w->stats.open);
    w->shortage = ROOM_TICKS;
}

void watch_no_files(struct watch *w)
{
    lock(w);
    short_of_files(w);
    unlock(w);
}

/* The library stops accepting at the limit of open files, and goes on when a connection ends. */
static void look_for_files(struct watch *w)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) short_of_files(w);
    if (fd >= 0) (void)close(fd);
    if (!w->shortage) return;
    w->shortage--;
    for (int i = 0; i < ROOM_A_TICK && make_room(w, NULL); i++) {}
}

static void look(struct watch *w)
{
    usec now = w->env->now(w->env);
    for (size_t i = 0; i < w->slots; i++) {
        struct watched *c = &w->conns[i];
        enum watch_cut why = CUT_IDLE;
        if (c->fd < 0 || c->cut || !judge(c, &w->limits, now, &why)) continue;
        w->stats.cut[why]++;
        cut(c);
    }
    look_for_files(w);
}

static void *watch_run(void *arg)
{
    struct watch *w = arg;
    lock(w);
    while (!w->stop) {
        if (!w->stats.open) {
            (void)pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        look(w);
        (void)cond_wait_for(&w->wake, &w->lock, TICK_MS * USEC_MS);
    }
    unlock(w);
    return NULL;
}

struct watch *watch_open(const struct watch_limits *limits, struct env *env)
{
    size_t slots = watch_slots(limits->connections);
    struct watch *w = mem_new(sizeof *w + slots * sizeof w->conns[0]);
    w->env = env;
    w->limits = *limits;
    w->slots = slots;
    for (size_t i = 0; i < slots; i++) w->conns[i].fd = -1;
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->wake, NULL);
    if (pthread_create(&w->thread, NULL, watch_run, w)) abort();
    return w;
}

void watch_close(struct watch *w)
{
    if (!w) return;
    lock(w);
    w->stop = true;
    (void)pthread_cond_signal(&w->wake);
    unlock(w);
    (void)pthread_join(w->thread, NULL);
    (void)pthread_cond_destroy(&w->wake);
    (void)pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

bool watch_admit(struct watch *w, const uint8_t address[16])
{
    lock(w);
    size_t same = 0, open = 0, held = 0;
    for (size_t i = 0; i < w->slots; i++) {
        const struct watched *c = &w->conns[i];
        held += c->fd >= 0;
        open += c->fd >= 0 && !c->cut;
        same += c->fd >= 0 && !c->cut && memcmp(c->address, address, sizeof c->address) == 0;
    }
    bool crowded = same >= w->limits.per_address, full = open >= w->limits.connections || held >= w->slots;
    bool room = (!full && !crowded) || make_room(w, crowded ? address : NULL);
    if (!room || held >= w->slots) w->stats.cut[full ? CUT_FULL : CUT_ADDRESS]++;
    unlock(w);
    return room && held < w->slots;
}

struct watched *watch_begin(struct watch *w, int fd, const uint8_t address[16])
{
    const int send_buffer = SEND_BUFFER;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    lock(w);
    struct watched *c = NULL;
    for (size_t i = 0; i < w->slots && !c; i++)
        if (w->conns[i].fd < 0) c = &w->conns[i];
    if (c) {
        *c = (struct watched){ .owner = w, .fd = fd, .first = true, .since = w->env->now(w->env) };
        memcpy(c->address, address, 16);
        w->stats.opened++;
        if (w->stats.open++ == 0) (void)pthread_cond_signal(&w->wake);
    }
    unlock(w);
    return c;
}

void watch_end(struct watched *c)
{
    if (!c) return;
    struct watch *w = c->owner;
    lock(w);
    c->fd = -1;
    w->stats.open--;
    unlock(w);
}

void watch_phase(struct watched *c, enum watch_phase phase)
{
    if (!c) return;
    struct watch *w = c->owner;
    lock(w);
    struct traffic t = traffic_of(c->fd);
    c->first &= phase == WATCH_WAIT;
    c->header = false;
    c->phase = phase;
    c->since = w->env->now(w->env);
    c->in = t.in;
    c->out = t.out;
    unlock(w);
}

void watch_cut(struct watched *c)
{
    if (!c) return;
    lock(c->owner);
    if (c->fd >= 0) cut(c);
    unlock(c->owner);
}

struct watch_stats watch_stats(struct watch *w)
{
    lock(w);
    struct watch_stats s = w->stats;
    unlock(w);
    return s;
}
