/* Replay: apply the recorded inputs again to an empty store and compare every entry, byte for byte (promise 3). */
#ifndef WEIR_CORE_REPLAY_H
#define WEIR_CORE_REPLAY_H

#include "core/core.h"

struct replay_report {
    int64_t entries;       /* read */
    int64_t inputs;        /* applied again */
    int64_t recomputed;    /* derived entries that came out the same */
    int64_t not_recomputed; /* from the first entry on that is of another logic version or has an erased body */
    int64_t bad_seq;       /* first entry that differs, 0 = none */
    char problem[252];
};

/* Reads the journal through `from` (a read transaction) and replays it into `into`, a fresh in-memory store.
 * `progress` may be NULL. Errors: of the stores; a difference is no error but bad_seq. Thread: any but into's writer. */
MUST_USE err replay_verify(struct tx *from, struct store *into, void (*progress)(void *ctx, int64_t seq), void *ctx,
                           struct replay_report *out);

#endif
