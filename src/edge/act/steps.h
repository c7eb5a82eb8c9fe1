/* Running declared steps and commands as children: each under its declared user, folder, environment, time and memory.
 */
#ifndef WEIR_EDGE_ACT_STEPS_H
#define WEIR_EDGE_ACT_STEPS_H

#include "edge/act/act.h"

/* Why these steps (a JSON array of names) cannot be run now, or "ok". */
str steps_precheck(const struct act *x, json *names);
/* The same for one declared step or command. */
str declared_precheck(const struct act *x, json *declared);
/* "extract (sh extract.sh), load (sh load.sh)" */
str steps_text(const struct act *x, json *names);
str declared_text(const struct act *x, json *declared);

/* Run the steps one after another, each reported as a run of its own (run.started, run.finished); stops at the first
 * that fails. The first child is claimed before it is let go. */
void steps_run(struct act *x, json *names, struct act_reply *out);
/* Run one declared command. Its output tail goes into the reply's detail. */
void command_run_declared(struct act *x, json *command, struct act_reply *out);

#endif
