#include "edge/beat.h"

#include "base/cond.h"

/* False: it is time to stop. */
static bool sleep_on(struct beat *b, usec rest)
{
    usec until = cond_clock() + rest;
    (void)pthread_mutex_lock(&b->lock);
    while (!b->stop && cond_wait_until(&b->wake, &b->lock, until)) continue;
    bool on = !b->stop;
    (void)pthread_mutex_unlock(&b->lock);
    return on;
}

static void *beat_main(void *ctx)
{
    struct beat *b = ctx;
    for (usec rest = b->first; sleep_on(b, rest); rest = b->every) b->look(b->ctx);
    return NULL;
}

static void end(struct beat *b)
{
    (void)pthread_cond_destroy(&b->wake);
    (void)pthread_mutex_destroy(&b->lock);
    b->runs = false;
}

err beat_start(struct beat *b)
{
    (void)pthread_mutex_init(&b->lock, NULL);
    (void)pthread_cond_init(&b->wake, NULL);
    b->stop = false;
    b->runs = true;
    if (!pthread_create(&b->thread, NULL, beat_main, b)) return OK;
    end(b);
    return err_make(ERR_IO, "a thread does not start");
}

bool beat_stopping(struct beat *b)
{
    if (!b->runs) return false;
    (void)pthread_mutex_lock(&b->lock);
    bool stop = b->stop;
    (void)pthread_mutex_unlock(&b->lock);
    return stop;
}

void beat_stop(struct beat *b)
{
    if (!b->runs) return;
    (void)pthread_mutex_lock(&b->lock);
    b->stop = true;
    (void)pthread_cond_signal(&b->wake);
    (void)pthread_mutex_unlock(&b->lock);
    (void)pthread_join(b->thread, NULL);
    end(b);
}
