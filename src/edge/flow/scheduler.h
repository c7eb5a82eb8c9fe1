/* Does what is due: runs of schedules that the core wrote down (core/flow/flow.h) are taken, done on threads of their
 * own and told how they ended. Four at a time; the others wait. A run is claimed by schedule.started, durable before
 * anything is done; one that an earlier life of weir left behind is told as failed once nothing of it lives any more.
 */
#ifndef WEIR_EDGE_FLOW_SCHEDULER_H
#define WEIR_EDGE_FLOW_SCHEDULER_H

#include "edge/flow/work.h"

struct scheduler; /* opaque */

struct scheduler_opts {
    struct flow_places places; /* borrowed until scheduler_stop */
    usec poll_every;           /* between two looks for what is due; 0 = half a second */
};

/* Errors: ERR_LIMIT (no thread). Thread: main. */
MUST_USE err scheduler_start(const struct scheduler_opts *opts, struct scheduler **out);
/* Children get TERM, then KILL after five seconds; work of weir's own ends at its next look at the clock. Accepts NULL.
 */
void scheduler_stop(struct scheduler *s);
/* Lines for /metrics: what stands in the store. Thread: any. */
void scheduler_metrics(struct scheduler *s, struct buf *out);

#endif
