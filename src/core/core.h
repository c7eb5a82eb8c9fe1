/* The record and the decisions. Everything that happens to weir arrives here as an input: a kind, a subject, an actor
 * and a JSON body. An input becomes a journal entry, then whatever follows from it: more entries, changed tables,
 * timers, effects. Core reads no clock, no random source, no file and no socket; the transaction's time is the only
 * time there is. So the same inputs give the same journal, byte for byte (promise 3), and replay is nothing but this
 * function again.
 *
 * Every input kind is one row of the table in core.c; each handler's file says the shape of its body.
 */
#ifndef WEIR_CORE_CORE_H
#define WEIR_CORE_CORE_H

#include "base/json.h"
#include "store/journal.h"
#include "store/store.h"

enum { CORE_LOGIC_VERSION = 1 };

struct core; /* opaque: compiled forms of the documents in force, by hash; no state of its own */
struct core *core_new(void);
void core_free(struct core *core);

struct input {
    str kind;    /* "finding", "run.finished", "approval.given", ... */
    str subject; /* series, run, effect, approval ... id, as the kind says */
    str actor;   /* who brought it */
    str body;    /* JSON object, at most 1 MiB */
};

/* Apply one input inside tx. Gives the seq of its entry in *seq (0: a duplicate, nothing was written).
 * Errors: ERR_INPUT (unknown kind, body does not fit), ERR_NOT_FOUND, ERR_CONFLICT, ERR_DENIED; the caller rolls back.
 * Thread: writer. */
MUST_USE err core_apply(struct core *core, struct tx *tx, const struct input *in, int64_t *seq);
/* Timers. The earliest due time (USEC_MAX: none), and one input "timer.due" for the earliest timer that is due at
 * tx_time. */
usec core_next_due(struct core *core, struct tx *tx);
MUST_USE err core_fire_due(struct core *core, struct tx *tx);
/* True for kinds that are inputs (recorded), false for what core derives from them. Replay feeds the first. */
bool core_is_input(str kind);

#endif
