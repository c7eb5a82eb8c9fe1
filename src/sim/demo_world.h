/* The demo's world: three pipelines that really run (sh, curl and sqlite3 moving real files through real tables), the
 * source they read from, and real faults. Nothing in here tells weir what is wrong: it sees what the programs do.
 *
 *     source --HTTP--> customers --.
 *     source --HTTP--> orders <----' (after customers)
 *     source --HTTP--> revenue       (after orders)
 */
#ifndef WEIR_SIM_DEMO_WORLD_H
#define WEIR_SIM_DEMO_WORLD_H

#include "base/env.h"

enum { DEMO_PIPELINES = 3, DEMO_STEPS = 3 };
extern const char *const demo_pipelines[DEMO_PIPELINES];
extern const char *const demo_steps[DEMO_STEPS];

struct demo_world; /* opaque */

/* Make the folder tree under `dir`, write the scripts and the first files, start the source on a free loopback port. */
MUST_USE err demo_world_open(str dir, uint64_t seed, struct env *env, struct demo_world **out);
void demo_world_close(struct demo_world *w);
/* Write DIR/pipelines.yaml, which declares this world to weir. */
MUST_USE err demo_world_declare(struct demo_world *w);
/* Today's files: fresh random rows for every pipeline. */
MUST_USE err demo_world_new_day(struct demo_world *w);

/* Run one step under `weir run`, as cron would. Gives its exit code in *code. */
struct demo_server {
    str weir;     /* path of the weir program */
    str url, key; /* of the server, and its ingest key */
};
MUST_USE err demo_world_run(struct demo_world *w, const struct demo_server *server, int pipeline, int step, int *code);

/* A fault: how it is put in, when, and how the outside mends itself later. */
struct demo_fault {
    const char *name, *title;
    const char *cause;      /* what a right diagnosis says; used for the score alone */
    unsigned pipelines;     /* bit per pipeline it can strike */
    int before_step;        /* put in right before this step of the round */
    bool person;            /* meant to need an approval */
    err (*put)(struct demo_world *w, int pipeline);
    err (*heal)(struct demo_world *w, int pipeline);
};
extern const struct demo_fault demo_faults[];
extern const size_t demo_fault_count;

#endif
