#include "sim/env_sim.h"

#include <assert.h>

#include "base/chance.h"

enum { KEPT_MAX = 16 << 20 };

static struct env_sim *sim_of(struct env *env)
{
    return (struct env_sim *)(void *)env;
}

static usec read_clock(struct env_sim *sim, const usec *clock)
{
    pthread_mutex_lock(&sim->lock);
    usec t = *clock;
    pthread_mutex_unlock(&sim->lock);
    return t;
}

static usec sim_now(struct env *env)
{
    return read_clock(sim_of(env), &sim_of(env)->now);
}

static usec sim_wall(struct env *env)
{
    return read_clock(sim_of(env), &sim_of(env)->wall);
}

static uint64_t sim_random(struct env *env)
{
    struct env_sim *sim = sim_of(env);
    pthread_mutex_lock(&sim->lock);
    uint64_t drawn = chance_next(&sim->chance);
    pthread_mutex_unlock(&sim->lock);
    return drawn;
}

static bool fails(struct env_sim *sim, int64_t *calls, const int64_t *at)
{
    pthread_mutex_lock(&sim->lock);
    bool hit = ++*calls == *at;
    pthread_mutex_unlock(&sim->lock);
    return hit;
}

static err failure(struct env_sim *sim, const char *what)
{
    return err_make(sim->fail_with ? sim->fail_with : ERR_IO, "%s: failed as planned", what);
}

static err sim_append(struct env *env, int fd, str bytes)
{
    struct env_sim *sim = sim_of(env);
    struct env os = env_os();
    if (!fails(sim, &sim->appends, &sim->fail_append_at)) return os.append(&os, fd, bytes);
    err half = os.append(&os, fd, str_cut(bytes, 0, bytes.len / 2));
    return half.code ? half : failure(sim, "append");
}

static err sim_sync(struct env *env, int fd)
{
    struct env_sim *sim = sim_of(env);
    struct env os = env_os();
    return fails(sim, &sim->syncs, &sim->fail_sync_at) ? failure(sim, "sync") : os.sync(&os, fd);
}

static void keep_request(struct env_sim *sim, const struct http_request *r)
{
    if (sim->request_count == SIM_REQUESTS_MAX || sim->kept.used + r->url.len + r->body.len + 256 > KEPT_MAX) return;
    sim->requests[sim->request_count++] = (struct sim_request){ .method = str_dup(&sim->kept, r->method),
                                                                .url = str_dup(&sim->kept, r->url),
                                                                .body = str_dup(&sim->kept, r->body) };
}

static bool find_reply(struct env_sim *sim, str url, struct sim_reply *out)
{
    for (size_t i = sim->reply_count; i-- > 0;) {
        if (!str_starts(url, str_of(sim->replies[i].url))) continue;
        if (sim->replies[i].reply.times && sim->replies[i].served == sim->replies[i].reply.times) continue;
        sim->replies[i].served++;
        *out = sim->replies[i].reply;
        return true;
    }
    return false;
}

static err sim_http(struct env *env, const struct http_request *r, struct arena *a, struct http_reply *reply)
{
    struct env_sim *sim = sim_of(env);
    struct sim_reply script = { 0 };
    pthread_mutex_lock(&sim->lock);
    keep_request(sim, r);
    bool found = find_reply(sim, r->url, &script);
    pthread_mutex_unlock(&sim->lock);
    if (!found) return err_make(ERR_IO, STR_FMT ": connection refused", STR_ARG(r->url));
    if (script.fails) return err_make(script.fails, STR_FMT ": failed as planned", STR_ARG(r->url));
    if (script.body.len > r->reply_max) return err_make(ERR_LIMIT, STR_FMT ": the reply is too long", STR_ARG(r->url));
    *reply = (struct http_reply){ .status = script.status, .body = str_dup(a, script.body) };
    return OK;
}

void env_sim_init(struct env_sim *sim, uint64_t seed)
{
    *sim = (struct env_sim){
        .env = { .now = sim_now,
                 .wall = sim_wall,
                 .random = sim_random,
                 .append = sim_append,
                 .sync = sim_sync,
                 .http = sim_http },
        .now = USEC_SECOND,
        .wall = days_from_civil(2026, 1, 5) * USEC_DAY,
        .chance = seed,
        .kept = arena_init(KEPT_MAX),
    };
    (void)pthread_mutex_init(&sim->lock, NULL);
}

void env_sim_done(struct env_sim *sim)
{
    arena_done(&sim->kept);
    (void)pthread_mutex_destroy(&sim->lock);
}

void env_sim_advance(struct env_sim *sim, usec by)
{
    assert(by >= 0);
    pthread_mutex_lock(&sim->lock);
    sim->now += by;
    sim->wall += by;
    pthread_mutex_unlock(&sim->lock);
}

void env_sim_set_wall(struct env_sim *sim, usec to)
{
    pthread_mutex_lock(&sim->lock);
    sim->wall = to;
    pthread_mutex_unlock(&sim->lock);
}

void env_sim_reply(struct env_sim *sim, const char *url, struct sim_reply reply)
{
    pthread_mutex_lock(&sim->lock);
    assert(sim->reply_count < SIM_REPLIES_MAX);
    sim->replies[sim->reply_count].url = url;
    sim->replies[sim->reply_count].served = 0;
    sim->replies[sim->reply_count++].reply = reply;
    pthread_mutex_unlock(&sim->lock);
}

size_t env_sim_requests(struct env_sim *sim)
{
    pthread_mutex_lock(&sim->lock);
    size_t n = sim->request_count;
    pthread_mutex_unlock(&sim->lock);
    return n;
}

struct sim_request env_sim_request(struct env_sim *sim, size_t i)
{
    pthread_mutex_lock(&sim->lock);
    assert(i < sim->request_count);
    struct sim_request r = sim->requests[i];
    pthread_mutex_unlock(&sim->lock);
    return r;
}
