#include "base/cond.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

usec cond_clock(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (usec)t.tv_sec * USEC_SECOND + t.tv_nsec / 1000;
}

bool cond_wait_until(pthread_cond_t *c, pthread_mutex_t *lock, usec until)
{
    if (until < 0) until = 0; /* a moment before the machine started has passed as well */
    struct timespec t = { .tv_sec = until / USEC_SECOND, .tv_nsec = until % USEC_SECOND * 1000 };
    int rc = pthread_cond_clockwait(c, lock, CLOCK_MONOTONIC, &t);
    assert(rc == 0 || rc == ETIMEDOUT);
    return rc == 0;
}

bool cond_wait_for(pthread_cond_t *c, pthread_mutex_t *lock, usec limit)
{
    usec now = cond_clock();
    return cond_wait_until(c, lock, limit < INT64_MAX - now ? now + limit : INT64_MAX);
}
