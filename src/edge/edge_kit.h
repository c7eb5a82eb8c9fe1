/* For tests of the edge that need a core behind it: inputs go in as the parts of a running server hand them in, and its
 * commits are waited for. */
#ifndef WEIR_EDGE_EDGE_KIT_H
#define WEIR_EDGE_EDGE_KIT_H

#include "base/cond.h"
#include "core/core.h"

/* What act_door, desk_opts and others want of a core, and the timers of a store; ctx is the core. */
static inline err kit_apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    return core_apply(ctx, tx, in, seq);
}

static inline usec kit_next_due(struct tx *tx, void *ctx)
{
    return core_next_due(ctx, tx);
}

static inline err kit_fire_due(struct tx *tx, void *ctx)
{
    return core_fire_due(ctx, tx);
}

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

/* ---- commits, as store_on_commit tells them ---- */

struct kit_commits {
    pthread_mutex_t lock;
    pthread_cond_t more;
    uint64_t count;
};

static inline void kit_commits_init(struct kit_commits *c)
{
    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_cond_init(&c->more, NULL);
    c->count = 0;
}

static inline void kit_committed(void *commits, int64_t seq)
{
    struct kit_commits *c = commits;
    (void)seq;
    (void)pthread_mutex_lock(&c->lock);
    c->count++;
    (void)pthread_cond_broadcast(&c->more);
    (void)pthread_mutex_unlock(&c->lock);
}

static inline uint64_t kit_commits_seen(struct kit_commits *c)
{
    (void)pthread_mutex_lock(&c->lock);
    uint64_t seen = c->count;
    (void)pthread_mutex_unlock(&c->lock);
    return seen;
}

/* Until there are more than `seen`; false when that took longer than `limit`. */
static inline bool kit_commits_wait(struct kit_commits *c, uint64_t seen, usec limit)
{
    usec until = cond_clock() + limit;
    bool in_time = true;
    (void)pthread_mutex_lock(&c->lock);
    while (c->count == seen && in_time) in_time = cond_wait_until(&c->more, &c->lock, until);
    bool more = c->count != seen;
    (void)pthread_mutex_unlock(&c->lock);
    return more;
}

#endif
