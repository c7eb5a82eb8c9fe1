/* A thread that looks after something at a steady beat until it is told to stop: what the watchers of the edge have in
 * common.
 *
 *     beat_start --> rest `first` --> look --> rest `every` --> look --> ... --> beat_stop
 *
 * Rests are by the monotonic clock. A stop ends a rest at once, and waits for a look under way. */
#ifndef WEIR_EDGE_BEAT_H
#define WEIR_EDGE_BEAT_H

#include <pthread.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/time.h"

/* The caller's own storage, zeroed: then beat_stop and beat_stopping may be called before any start. */
struct beat {
    void (*look)(void *ctx);
    void *ctx;
    usec first, every; /* rests in microseconds; first: 0 looks at once */
    /* Of beat.c. */
    pthread_t thread;
    pthread_mutex_t lock; /* of stop */
    pthread_cond_t wake;
    bool runs, stop;
};

/* Start with look, ctx, first and every as set; they are borrowed and stay as they are until beat_stop. Once, unless it
 * was stopped.   Errors: ERR_IO (no thread); there is nothing to stop then.   Thread: that of the owner. */
MUST_USE err beat_start(struct beat *b);
/* Whether a stop waits for the look under way: a long one asks between its parts.   Thread: that of the look. */
bool beat_stopping(struct beat *b);
/* Stop and wait; fine when nothing runs.   Thread: that of the owner, never that of the look. */
void beat_stop(struct beat *b);

#endif
