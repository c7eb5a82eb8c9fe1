/* Models replace themselves: when people have labelled incidents since the last look, the series of those pipelines are
 * trained again (observe/train.h), and what beats the settings of today on held-back history becomes a new version of
 * the models document, an input like any other. A thread of its own, because judging history takes seconds. It also
 * tells when other models came into force, by itself or by a person's rollback. */
#ifndef WEIR_EDGE_TRAINER_H
#define WEIR_EDGE_TRAINER_H

#include "base/env.h"
#include "store/store.h"

struct trainer; /* opaque */

struct trainer_opts {
    struct store *store; /* borrowed, like the rest; until trainer_stop */
    struct env *env;
    str samples_dir;
    usec every;                                                       /* between two looks for new labels */
    err (*input)(void *ctx, const char *kind, str subject, str body); /* apply one input and wait for its commit */
    err (*in_force)(void *ctx);                                       /* other models are in force: take them */
    err (*watch)(void *ctx); /* every two seconds: a look whether the registry has other models in use; may be NULL */
    void *ctx;
};

MUST_USE err trainer_start(const struct trainer_opts *opts, struct trainer **out);
void trainer_stop(struct trainer *t); /* accepts NULL */

#endif
