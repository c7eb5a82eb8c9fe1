/* Carries effects out: takes pending ones from the store when they are due, does what their remedy says, and brings the
 * outcome back as an input. Never two for one pipeline (or channel) at once.
 *
 *   pending ──claim (effect.started, durable)──▶ started ──do it──▶ effect.outcome ──▶ done, failed
 *      │                                            │
 *      └─ crash: runs after the restart             └─ crash: child still alive: waited for; webhook that dedupes:
 * called again under its key; then, or else: outcome unknown, for a person
 */
#ifndef WEIR_EDGE_ACT_EXECUTOR_H
#define WEIR_EDGE_ACT_EXECUTOR_H

#include "edge/act/act.h"

struct executor_opts {
    struct act_door door;
    size_t threads;       /* 1..8; 0 = 3 */
    usec busy_patience;   /* how long a remedy waits for a run of its pipeline to end; 0 = 60 s */
    usec pause_max;       /* upper bound of pauses between tries; 0 = as they are. For tests */
    act_fn *notify;       /* carries out effects of kind notify; NULL: they fail */
    void *notify_ctx;     /* x->notify_ctx for it */
};

struct executor; /* opaque */
/* Starts the threads; effects that an earlier life left behind come first. Errors: ERR_IO. Thread: main. */
MUST_USE err executor_start(const struct executor_opts *opts, struct executor **out);
/* Something may be due: call it after commits. Cheap. Thread: any, also the writer. */
void executor_wake(struct executor *x);
/* Takes no new effects, waits at most `patience` for those under way, then ends their children (TERM, KILL after 5 s);
 * their outcome is still reported. Accepts NULL. Before store_close. Thread: main. */
void executor_stop(struct executor *x, usec patience);

struct executor_stats {
    int64_t done, failed, unknown, refused; /* refused: claims that came too late */
    int64_t errors;                         /* outcomes that could not be written, reads that failed */
    int64_t adopted;                        /* children of an earlier life that were waited for */
    size_t running;
};
struct executor_stats executor_stats(struct executor *x); /* Thread: any */

#endif
