/* Effects are the only way out: rows that executors take after the commit that made them (transactional outbox). */
#ifndef WEIR_CORE_AGENTS_EFFECTS_H
#define WEIR_CORE_AGENTS_EFFECTS_H

#include "core/agents/case.h"

struct effect_request {
    const char *kind; /* probe, apply, verify, undo, notify */
    str remedy, target, args, decision, plan_hash;
    usec due;
};
/* Ask for an effect of a case: row and entry "effect.requested" in this transaction. Gives its id. The idempotency key
 * is a hash of (case, kind, plan, step), the same for every attempt. Between restore and resume effects are held. */
str effect_request(struct cx *cx, const struct casefile *c, const struct effect_request *want);

/* Take back an effect that nobody has begun: nothing was done. False: it was begun, or is over. */
bool effect_cancel(struct cx *cx, str id);

err input_effect_started(struct cx *cx);
err input_effect_outcome(struct cx *cx);
err input_approval_given(struct cx *cx);

/* How a proposal reads back. */
struct proposal {
    str id, remedy, pipeline, step, args, cause, leaves, plan_hash, summary;
    double confidence, cost_usd;
    int64_t rank;
};
bool proposal_get(struct cx *cx, str id, struct proposal *out);
/* "pipeline/step" */
str proposal_target(struct cx *cx, const struct proposal *p);

#endif
