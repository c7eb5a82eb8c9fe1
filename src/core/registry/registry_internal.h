/* What the files of the registry share. */
#ifndef WEIR_CORE_REGISTRY_INTERNAL_H
#define WEIR_CORE_REGISTRY_INTERNAL_H

#include "core/registry/better.h"
#include "core/registry/registry.h"

static inline str body_text(struct cx *cx, const char *key) /* "" when it is absent */
{
    return json_str(json_get(cx->body, key), STR(""));
}

/* Of all entries about a model: no name has a '/', so it is nobody else's. */
static inline str correlation_of(struct cx *cx, str model)
{
    return str_fmt(cx->a, "model/" STR_FMT, STR_ARG(model));
}

struct version {
    str kind, digest, data, held_back, metrics;
};
/* Errors: ERR_NOT_FOUND. */
MUST_USE err version_get(struct cx *cx, int64_t version, struct version *out);
int64_t alias_get(struct cx *cx, const char *alias); /* 0 = there is none */
void alias_set(struct cx *cx, const char *alias, int64_t version);
/* The champion moves: the alias, the row, an entry of `kind` that tells why. */
void champion_move(struct cx *cx, int64_t version, const char *how, const char *kind, str reason);

struct trial {
    int64_t version, champion, judged, agreed;
    double share;
};
bool trial_get(struct cx *cx, str model, struct trial *out);
struct trial_counts {
    int64_t labelled, champion, challenger, wins, losses;
};
struct trial_counts trial_counts(struct cx *cx, str model);
void trial_end(struct cx *cx, str model, str reason);

#endif
