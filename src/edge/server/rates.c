#include "edge/server/rates.h"

#include <arpa/inet.h>
#include <pthread.h>

#include "base/arena.h"
#include "base/hash.h"

enum { WAYS = 8, SETS = RATES_CLIENTS / WAYS };
#define NS_SECOND INT64_C(1000000000)

struct bucket {
    uint64_t client;
    int64_t full_at; /* nanoseconds; in the past: full, as if it were not there */
};

struct rates {
    pthread_mutex_t lock;
    struct rate_limit limit;
    uint64_t salt;
    struct rates_stats stats;
    struct bucket buckets[SETS][WAYS];
};

struct rates *rates_new(const struct rate_limit *limit, uint64_t salt)
{
    struct rates *r = mem_new(sizeof *r);
    (void)pthread_mutex_init(&r->lock, NULL);
    r->limit = *limit;
    if (r->limit.per_second > RATE_MAX) r->limit.per_second = RATE_MAX;
    if (r->limit.window < USEC_SECOND) r->limit.window = USEC_SECOND;
    r->salt = salt;
    return r;
}

void rates_free(struct rates *r)
{
    if (!r) return;
    (void)pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

static uint64_t client_id(const struct rates *r, str client)
{
    uint64_t h = hash64_more(hash64((str){ (const char *)&r->salt, sizeof r->salt }), client);
    h = (h ^ h >> 32) * UINT64_C(0x9E3779B97F4A7C15); /* the low bits choose the set */
    return h ^ h >> 29;
}

/* Its bucket, or the one it takes over: the fullest of its set. */
static struct bucket *bucket_of(struct rates *r, uint64_t id, int64_t now)
{
    struct bucket *set = r->buckets[id % SETS], *fullest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].client == id) return &set[i];
        if (set[i].full_at < fullest->full_at) fullest = &set[i];
    }
    r->stats.forgotten += fullest->full_at > now;
    *fullest = (struct bucket){ .client = id, .full_at = now };
    return fullest;
}

static int64_t seconds_up(int64_t ns)
{
    return ns > 0 ? (ns + NS_SECOND - 1) / NS_SECOND : 0;
}

static struct rate_answer take(struct bucket *b, const struct rate_limit *limit, int64_t now)
{
    int64_t step = NS_SECOND / limit->per_second, window = limit->window * 1000;
    int64_t full_at = b->full_at > now ? b->full_at : now;
    struct rate_answer a = { .quota = window / NS_SECOND * limit->per_second +
                                      window % NS_SECOND * limit->per_second / NS_SECOND };
    int64_t over = full_at + step - now - window;
    a.allowed = over <= 0;
    a.retry_s = seconds_up(over);
    if (a.allowed) full_at = b->full_at = full_at + step;
    a.left = (window - (full_at - now)) / step;
    if (a.left > a.quota) a.left = a.quota;
    a.full_s = seconds_up(full_at - now);
    return a;
}

struct rate_answer rates_take(struct rates *r, str client, usec now)
{
    if (!r || !r->limit.per_second) return (struct rate_answer){ .allowed = true };
    uint64_t id = client_id(r, client);
    (void)pthread_mutex_lock(&r->lock);
    struct rate_answer a = take(bucket_of(r, id, now * 1000), &r->limit, now * 1000);
    r->stats.refused += !a.allowed;
    (void)pthread_mutex_unlock(&r->lock);
    return a;
}

struct rates_stats rates_stats(struct rates *r)
{
    (void)pthread_mutex_lock(&r->lock);
    struct rates_stats s = r->stats;
    (void)pthread_mutex_unlock(&r->lock);
    return s;
}

str rate_address(str address, char out[RATE_ADDRESS_MAX])
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    uint8_t b[16];
    address = str_cut(address, 0, RATE_ADDRESS_MAX - 1);
    memcpy(out, address.ptr ? address.ptr : "", address.len);
    out[address.len] = '\0';
    if (inet_pton(AF_INET6, out, b) != 1) return (str){ out, address.len };
    if (memcmp(b, mapped, sizeof mapped) == 0) (void)inet_ntop(AF_INET, b + 12, out, RATE_ADDRESS_MAX);
    else {
        memset(b + 8, 0, 8);
        (void)inet_ntop(AF_INET6, b, out, RATE_ADDRESS_MAX);
    }
    return str_of(out);
}
