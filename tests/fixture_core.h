/* What the server fixture uses as core. */
#ifndef WEIR_TESTS_FIXTURE_CORE_H
#define WEIR_TESTS_FIXTURE_CORE_H

#include "core/core.h"

struct server;

struct core *fixture_core_new(void);
void fixture_core_free(struct core *core);
err fixture_apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq);
/* A few pipelines, runs, an incident: something to read. */
err fixture_fill(struct server *s);

#endif
