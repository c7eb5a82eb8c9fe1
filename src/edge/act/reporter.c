#include "edge/act/reporter.h"

#include <pthread.h>

#include "base/cond.h"
#include "edge/act/spool.h"

enum { EVENTS_MAX = 4, DRAIN_MAX = 200, ARENA_MAX = 1 << 18 };
#define SEND_TIMEOUT (2 * USEC_SECOND)
#define DRAIN_TIME (1 * USEC_SECOND)

enum event_state { EVENT_WAITING, EVENT_DONE };

struct event {
    char *text;
    enum event_state state;
};

struct reporter {
    struct reporter_opts opts;
    char *server, *key, *spool;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t turn;
    struct event events[EVENTS_MAX];
    size_t count, lost;
    bool closing, ended, left, down; /* down: the server did not answer, it is not asked again */
    err problem;
};

/* What to do with a reply: kept for later unless it can never be right. */
static err judge(int status)
{
    if (status >= 200 && status < 300) return OK;
    bool hopeless = status == 400 || status == 409 || status == 413 || status == 422;
    return err_make(hopeless ? ERR_INPUT : ERR_IO, "the server answered %d", status);
}

static err post(struct reporter *r, str event)
{
    struct arena a = arena_init(ARENA_MAX);
    struct http_reply reply = { 0 };
    str headers[2] = { STR("Content-Type: application/json") };
    struct http_request req = { .method = STR("POST"), .body = event, .headers = headers, .header_count = 1,
                                .timeout = SEND_TIMEOUT, .reply_max = 1 << 16,
                                .from_operator = r->opts.operator_address };
    req.url = str_fmt(&a, "%s/api/v1/runs", r->server);
    if (r->key[0]) headers[req.header_count++] = str_fmt(&a, "x-api-key: %s", r->key);
    err e = r->opts.env->http(r->opts.env, &req, &a, &reply);
    if (!e.code) e = judge(reply.status);
    else if (e.code == ERR_INPUT) e.code = ERR_IO; /* our address is wrong, not the report */
    arena_done(&a);
    return e;
}

struct drain {
    struct reporter *r;
    usec until;
};

static err drain_one(void *ctx, str event)
{
    struct drain *d = ctx;
    if (d->r->opts.env->now(d->r->opts.env) > d->until) return err_make(ERR_TIMEOUT, "enough for one run");
    return post(d->r, event);
}

static bool drain(struct reporter *r)
{
    struct drain d = { r, r->opts.env->now(r->opts.env) + DRAIN_TIME };
    size_t count = 0;
    if (!r->spool[0] || !r->server[0]) return true;
    err e = spool_drain(r->spool, DRAIN_MAX, drain_one, &d, &count);
    return e.code != ERR_IO; /* one that is busy elsewhere or has more than we have time for is no reason to stop */
}

static err keep(struct reporter *r, str event)
{
    if (!r->spool[0]) return err_make(ERR_NOT_FOUND, "there is no spool");
    return spool_put(r->spool, r->opts.env, event);
}

/* Delivered, spooled, or lost with a reason. */
static void settle(struct reporter *r, const char *text)
{
    err e = err_make(ERR_IO, "no server");
    if (r->server[0] && !r->down) {
        e = post(r, str_of(text));
        r->down = e.code && e.code != ERR_INPUT;
    }
    if (e.code && e.code != ERR_INPUT) e = keep(r, str_of(text));
    if (!e.code) return;
    (void)pthread_mutex_lock(&r->lock);
    r->lost++;
    r->problem = e;
    (void)pthread_mutex_unlock(&r->lock);
}

static void reporter_free(struct reporter *r)
{
    for (size_t i = 0; i < r->count; i++) mem_free(r->events[i].text);
    (void)pthread_mutex_destroy(&r->lock);
    (void)pthread_cond_destroy(&r->turn);
    mem_free(r->server);
    mem_free(r->key);
    mem_free(r->spool);
    mem_free(r);
}

/* The next event to settle, or NULL when there will be none. */
static struct event *next_event(struct reporter *r, size_t i)
{
    (void)pthread_mutex_lock(&r->lock);
    while (i == r->count && !r->closing) (void)pthread_cond_wait(&r->turn, &r->lock);
    struct event *e = i < r->count && !r->left ? &r->events[i] : NULL;
    (void)pthread_mutex_unlock(&r->lock);
    return e;
}

static void *run(void *ctx)
{
    struct reporter *r = ctx;
    struct event *e = NULL;
    r->down = !drain(r);
    for (size_t i = 0; (e = next_event(r, i)); i++) {
        settle(r, e->text);
        (void)pthread_mutex_lock(&r->lock);
        e->state = EVENT_DONE;
        (void)pthread_mutex_unlock(&r->lock);
    }
    (void)pthread_mutex_lock(&r->lock);
    r->ended = true;
    bool left = r->left;
    (void)pthread_cond_signal(&r->turn);
    (void)pthread_mutex_unlock(&r->lock);
    if (left) reporter_free(r);
    return NULL;
}

struct reporter *reporter_start(const struct reporter_opts *opts)
{
    struct reporter *r = mem_new(sizeof *r);
    r->opts = *opts;
    r->server = mem_dup_z(opts->server);
    r->key = mem_dup_z(opts->key);
    r->spool = mem_dup_z(opts->spool);
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->turn, NULL);
    r->has_thread = pthread_create(&r->thread, NULL, run, r) == 0;
    if (r->has_thread) (void)pthread_detach(r->thread);
    return r;
}

void reporter_send(struct reporter *r, str event)
{
    (void)pthread_mutex_lock(&r->lock);
    if (r->count == EVENTS_MAX) r->lost++;
    else r->events[r->count++].text = mem_dup_z(event);
    (void)pthread_cond_signal(&r->turn);
    (void)pthread_mutex_unlock(&r->lock);
}

/* The thread did not come back in time: what it has not settled goes to the spool, at the risk of arriving twice. */
static void spool_rest(struct reporter *r)
{
    for (size_t i = 0; i < r->count; i++) {
        if (r->events[i].state == EVENT_DONE) continue;
        err e = keep(r, str_of(r->events[i].text));
        if (e.code) r->problem = e;
        r->lost += e.code != ERR_NONE;
    }
}

size_t reporter_end(struct reporter *r, usec patience, err *problem)
{
    usec until = cond_clock() + patience;
    (void)pthread_mutex_lock(&r->lock);
    r->closing = true;
    (void)pthread_cond_signal(&r->turn);
    while (r->has_thread && !r->ended && cond_wait_until(&r->turn, &r->lock, until)) continue;
    if (!r->ended) spool_rest(r);
    r->left = r->has_thread && !r->ended;
    bool left = r->left;
    size_t lost = r->lost;
    *problem = r->problem;
    (void)pthread_mutex_unlock(&r->lock);
    if (!left) reporter_free(r);
    return lost;
}
