/* Tells the server about runs without holding up the job: a thread delivers events in order, what cannot be delivered
 * goes to the spool, and what waits in the spool from earlier goes first. */
#ifndef WEIR_EDGE_ACT_REPORTER_H
#define WEIR_EDGE_ACT_REPORTER_H

#include "base/env.h"

struct reporter_opts {
    struct env *env;       /* borrowed; with http */
    str server;            /* "http://127.0.0.1:8090"; empty: straight to the spool */
    str key;               /* x-api-key, empty = none */
    str spool;             /* folder; empty = none */
    bool operator_address; /* the address was written by the operator */
};

struct reporter; /* opaque */
struct reporter *reporter_start(const struct reporter_opts *opts);
/* Queue one event (copied). Four at most: more are lost, and counted. Thread: one. */
void reporter_send(struct reporter *r, str event);
/* Wait until all is delivered or spooled, at most `patience`, then spool what is left. Gives the number of events lost,
 * and why in problem. Frees r (or leaves it to its thread when that hangs in the network; the process ends anyway). */
size_t reporter_end(struct reporter *r, usec patience, err *problem);

#endif
