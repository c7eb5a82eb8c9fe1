/* Waiting for a condition with a limit, by the monotonic clock: a step of the civil clock neither ends a wait early nor
 * prolongs it. The condition is made by pthread_cond_init as any other; the clock is a matter of the wait
 * (pthread_cond_clockwait of POSIX.1-2024), so none can be made for the wrong one. `make lint` lets nobody wait by
 * other means.
 *
 * These are waits of real threads: where a test answers for the clock (env.h), they still take real time. */
#ifndef WEIR_BASE_COND_H
#define WEIR_BASE_COND_H

#include <pthread.h>
#include <stdbool.h>

#include "base/time.h"

/* Now, by the clock that the waits go by; the one of env_os().now.   Thread: any. */
usec cond_clock(void);
/* Wait on `c`, with `lock` held, until woken or until cond_clock() reaches `until`; a moment that has passed is no
 * wait. False: the moment came. True: woken, perhaps for nothing, so the caller looks at what it waits for.   Thread:
 * any. */
bool cond_wait_until(pthread_cond_t *c, pthread_mutex_t *lock, usec until);
/* The same, at most `limit` from now; 0 or less is no wait. */
bool cond_wait_for(pthread_cond_t *c, pthread_mutex_t *lock, usec limit);

#endif
