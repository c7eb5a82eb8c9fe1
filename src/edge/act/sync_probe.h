/* How long one small durable write takes in a folder: 4 KiB written and synced. Measured beside a run, it tells a slow
 * disk from a slow program. */
#ifndef WEIR_EDGE_ACT_SYNC_PROBE_H
#define WEIR_EDGE_ACT_SYNC_PROBE_H

#include "base/env.h"

/* Microseconds, or -1 when the folder cannot be written to. dir is a C string. Leaves nothing behind. Thread: any. */
int64_t sync_probe(struct env *env, const char *dir);

/* The same on a thread of its own, while the program runs. */
struct sync_probe;
struct sync_probe *sync_probe_start(struct env *env, const char *dir); /* NULL when there is no thread */
/* Waits at most `patience`; a disk slower than that gives the time waited so far. Accepts NULL (-1). Frees it, or
 * leaves it to its thread when that hangs in the disk. */
int64_t sync_probe_end(struct sync_probe *p, usec patience);

#endif
