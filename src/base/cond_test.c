#include "base/cond.h"

#include <errno.h>

#include "test.h"

struct door {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool open;
};

static struct door door_new(void)
{
    return (struct door){ .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };
}

static void *open_it(void *ctx)
{
    struct door *d = ctx;
    (void)pthread_mutex_lock(&d->lock);
    d->open = true;
    (void)pthread_cond_signal(&d->wake);
    (void)pthread_mutex_unlock(&d->lock);
    return NULL;
}

/* The lock is held until the wait lets it go, so the other thread cannot be early. */
static void open_while_waiting(usec limit)
{
    struct door d = door_new();
    pthread_t opener;
    bool woken = true;
    (void)pthread_mutex_lock(&d.lock);
    CHECK(pthread_create(&opener, NULL, open_it, &d) == 0);
    while (!d.open && woken) woken = cond_wait_for(&d.wake, &d.lock, limit);
    CHECK(woken);
    (void)pthread_mutex_unlock(&d.lock);
    (void)pthread_join(opener, NULL);
}

TEST(a_wait_ends_when_woken)
{
    open_while_waiting(USEC_MINUTE);
    open_while_waiting(INT64_MAX); /* no limit, and no overflow */
}

TEST(a_wait_that_nobody_ends_takes_as_long_as_it_may)
{
    static const usec limits[] = { 1, 999, USEC_MS, 20 * USEC_MS };
    struct door d = door_new();
    (void)pthread_mutex_lock(&d.lock);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        usec from = cond_clock();
        while (cond_wait_until(&d.wake, &d.lock, from + limits[i])) continue;
        CHECK(cond_clock() - from >= limits[i]);
    }
    (void)pthread_mutex_unlock(&d.lock);
}

TEST(a_moment_that_has_passed_is_no_wait)
{
    static const usec limits[] = { 0, -1, -USEC_DAY, INT64_MIN / 2, INT64_MIN };
    struct door d = door_new();
    (void)pthread_mutex_lock(&d.lock);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) CHECK(!cond_wait_for(&d.wake, &d.lock, limits[i]));
    CHECK(!cond_wait_until(&d.wake, &d.lock, 0));
    CHECK(!cond_wait_until(&d.wake, &d.lock, INT64_MIN));
    CHECK(pthread_mutex_trylock(&d.lock) == EBUSY); /* still held, as after any wait */
    (void)pthread_mutex_unlock(&d.lock);
}
