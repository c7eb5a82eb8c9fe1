/* What has to be done now and then, on a thread of its own: sign checkpoints and send them to witnesses, keep the state
 * and erase old bodies, watch the clock, take in what `weir run` spooled while nobody answered. */
#ifndef WEIR_EDGE_KEEPER_H
#define WEIR_EDGE_KEEPER_H

#include "base/buf.h"
#include "edge/config.h"
#include "store/journal.h"

struct keeper; /* opaque */

struct keeper_opts {
    struct store *store;          /* borrowed, like the rest; until keeper_stop */
    struct env *env;
    const struct config *config;
    const struct signer *signer;
    bool logic_changed;           /* the last start was with another version of the logic: keep the state at once */
    /* Apply one input and wait for its commit; take in one spooled report. */
    err (*input)(void *ctx, const char *kind, str subject, str body);
    err (*report)(void *ctx, str event);
    void *ctx;
};

void keeper_open(const struct keeper_opts *opts, struct keeper **out);
/* The thread, to be started when everything it calls is there, and ended before that goes. Thread: main. */
MUST_USE err keeper_start(struct keeper *k);
void keeper_halt(struct keeper *k); /* accepts NULL */
/* Signs a last checkpoint when it ever ran. Accepts NULL. */
void keeper_close(struct keeper *k);
/* From now on with this configuration, which stays borrowed. Thread: any. */
void keeper_configure(struct keeper *k, const struct config *config);
/* Prometheus lines. Thread: any. */
void keeper_metrics(struct keeper *k, struct buf *out);

#endif
