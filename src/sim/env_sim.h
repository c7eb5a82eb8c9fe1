/* The world of a test: virtual time that moves when told, seeded chance, scripted replies, files whose nth append or
 * sync fails. The same seed gives the same run.
 *
 *     struct env_sim sim;
 *     env_sim_init(&sim, 7);                              pass &sim.env
 *     env_sim_advance(&sim, 5 * USEC_MINUTE);
 *     env_sim_reply(&sim, "https://hooks.example/", (struct sim_reply){ .status = 200, .body = STR("ok") });
 *
 * Thread: any, through its own lock. */
#ifndef WEIR_SIM_ENV_SIM_H
#define WEIR_SIM_ENV_SIM_H

#include <pthread.h>

#include "base/env.h"

enum { SIM_REPLIES_MAX = 64, SIM_REQUESTS_MAX = 1024 };

struct sim_reply {
    enum err_code fails; /* ERR_NONE: a reply */
    int status;
    str body;            /* must outlive the sim */
    int times;           /* how often it serves; 0 = always */
};

struct sim_request {
    str method, url, body;
};

struct env_sim {
    struct env env; /* first: an env * is an env_sim * */
    pthread_mutex_t lock;
    usec now, wall;
    uint64_t chance;
    int64_t appends, syncs;               /* calls so far */
    int64_t fail_append_at, fail_sync_at; /* the call that fails: 1.., 0 = none. A failed append writes half */
    enum err_code fail_with;              /* ERR_NONE: ERR_IO */
    struct {
        const char *url; /* beginning of the address */
        struct sim_reply reply;
        int served;
    } replies[SIM_REPLIES_MAX];
    size_t reply_count;
    struct arena kept; /* texts of the requests */
    struct sim_request requests[SIM_REQUESTS_MAX];
    size_t request_count;
};

/* Monotonic time begins at 1 s, civil time at 2026-01-05T00:00:00Z, a Monday. */
void env_sim_init(struct env_sim *sim, uint64_t seed);
void env_sim_done(struct env_sim *sim);
void env_sim_advance(struct env_sim *sim, usec by); /* both clocks */
void env_sim_set_wall(struct env_sim *sim, usec to); /* a step of the civil clock; may go back */
/* Answer requests whose address begins with `url` (static). Of several that fit, the newest that still serves. Without
 * one the request fails with ERR_IO, as when nothing listens. */
void env_sim_reply(struct env_sim *sim, const char *url, struct sim_reply reply);
size_t env_sim_requests(struct env_sim *sim);
struct sim_request env_sim_request(struct env_sim *sim, size_t i); /* i below the count; lives as long as the sim */

#endif
