/* Remedies: what an executor can do, one file and one row of the table in act.c each. All that a remedy may do stands
 * in the pipeline's declaration (pipelines.yaml); an effect's arguments only point into it.
 *
 * Promise 1: before a remedy touches anything outside it calls act_claim, which returns once "effect.started" is
 * durable. A probe and a verify only read and need no claim.
 */
#ifndef WEIR_EDGE_ACT_ACT_H
#define WEIR_EDGE_ACT_ACT_H

#include "base/env.h"
#include "base/json.h"
#include "core/core.h"
#include "edge/act/knobs.h"
#include "store/store.h"

/* A row of the table effect. */
struct effect {
    str id, kind, remedy, target, args, key, incident;
    int64_t attempt;
    usec due;
};

/* Where effects come from and go to: the store, and the one door of the core. Thread: any. */
struct act_door {
    struct store *store;
    struct env *env;
    err (*apply)(void *ctx, struct tx *tx, const struct input *in, int64_t *seq); /* core_apply; writer thread */
    void *ctx;
};
/* Apply one input and wait until it is durable. Errors: apply's own, ERR_FULL, ERR_STOPPED, ERR_READ_ONLY. */
MUST_USE err door_input(const struct act_door *door, const char *kind, str subject, str body);

/* One effect being carried out: what remedies get. */
struct act {
    const struct act_door *door;
    const struct effect *effect;
    struct arena *a;
    str pipeline;          /* args.pipeline */
    json *args, *spec;     /* spec: the pipeline's declaration in force; NULL = seen only */
    struct knobs knobs;    /* as they are now */
    const char *claims;    /* the input that claims it; NULL: effect.started */
    bool claimed;
    err claim_error;       /* set when the claim failed: nothing was done, and nothing is to be reported */
    void (*child_changed)(void *ctx, int pid); /* its pid, 0 when it ended; may be NULL */
    bool (*pause)(void *ctx, usec wait); /* false: weir is stopping; may be NULL (no pause) */
    void *host;            /* ctx of both */
    void *notify_ctx;      /* of the executor's options */
};

struct act_reply {
    bool ok, unknown;      /* unknown: it may have happened */
    str summary;           /* one sentence for people */
    str digest;            /* probe: hash of the target's state, hex */
    str detail;            /* JSON object, "" = {} */
};

typedef void act_fn(struct act *x, struct act_reply *out);

enum act_leaves { LEAVES_NOTHING, LEAVES_UNDOABLE, LEAVES_LASTING };

struct remedy {
    const char *name;
    enum act_leaves leaves; /* at worst: the declaration may promise less */
    bool runs_steps;        /* waits until no run of the pipeline is under way */
    act_fn *probe, *apply, *verify, *undo; /* undo NULL: there is nothing to take back */
};
const struct remedy *remedy_find(str name);

/* The claim: durable before it returns. Once an effect; later calls are free. False: do nothing more. */
bool act_claim(struct act *x, int pid, int64_t pid_start);
/* Read the pipeline's declaration and knobs, parse args. Errors: ERR_CORRUPT, ERR_NOT_FOUND. */
MUST_USE err act_prepare(struct act *x);
/* An object of the declaration by list and name ("steps", "load"), NULL = not declared. */
json *act_declared(const struct act *x, const char *list, str name);

/* Replies. */
PRINTF_LIKE(3, 4) void act_ok(struct act *x, struct act_reply *out, const char *fmt, ...);
PRINTF_LIKE(3, 4) void act_failed(struct act *x, struct act_reply *out, const char *fmt, ...);
/* {"precheck":"ok"|why,"dry_run":...} with the digest. */
void act_probed(struct act *x, struct act_reply *out, str precheck, str dry_run);
/* Is every step of args.steps (or the whole pipeline without them) well by its newest run? */
void act_verify_steps(struct act *x, struct act_reply *out);

extern const struct remedy remedy_retry, remedy_rerun, remedy_command, remedy_webhook, remedy_knob;

#endif
