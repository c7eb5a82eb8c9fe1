/* For tests of the edge that need a core behind it: inputs go in as the parts of a running server hand them in. */
#ifndef WEIR_EDGE_EDGE_KIT_H
#define WEIR_EDGE_EDGE_KIT_H

#include "core/core.h"

struct kit_input {
    struct core *core;
    struct input in;
};

static inline err kit_input_work(struct tx *tx, void *ctx)
{
    struct kit_input *k = ctx;
    int64_t seq;
    return core_apply(k->core, tx, &k->in, &seq);
}

static inline err kit_put(struct store *store, struct core *core, const char *kind, str subject, str body)
{
    struct kit_input k = { .core = core, .in = { str_of(kind), subject, STR("weir"), body } };
    return store_run(store, kit_input_work, &k);
}

#endif
