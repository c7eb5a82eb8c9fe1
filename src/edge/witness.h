/* Witnesses: channels that get a signed checkpoint now and then and keep it somewhere else. What they got shows later
 * that nobody rewrote the past: `weir audit verify --checkpoint FILE` takes the message as it was saved.
 *
 * What a witness has is in the journal ("checkpoint.sent"), so a restart sends nothing twice and nothing is forgotten.
 */
#ifndef WEIR_EDGE_WITNESS_H
#define WEIR_EDGE_WITNESS_H

#include "base/env.h"
#include "edge/config.h"
#include "store/store.h"

struct witness_opts {
    struct store *store;
    struct env *env;
    const struct config *config;
    err (*input)(void *ctx, const char *kind, str subject, str body); /* apply one input and wait for its commit */
    void *ctx;
};
struct witness_tally {
    int64_t sent, failed;
};

/* Send the newest checkpoint to every witness whose last one is older than journal.witness_every, and that does not
 * have it yet. Adds to *tally; a failure is logged, and tried again by the next call. Takes as long as the channels do.
 * Thread: any but the writer. */
void witness_send_due(const struct witness_opts *opts, struct witness_tally *tally);

/* Find the checkpoint in a saved message: the note itself, a mail (RFC 5322, plain or base64), the JSON of a webhook,
 * text copied from a chat, quoted or indented. It lives in a. Errors: ERR_INPUT (there is none). */
MUST_USE err witness_find(str message, struct arena *a, str *note);

#endif
