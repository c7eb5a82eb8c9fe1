/* A few threads for requests of one kind: those that wait for a commit, those that compute for a moment, those that
 * compute for long. Whoever only reads need not wait behind any of them. */
#ifndef WEIR_EDGE_SERVER_WORKERS_H
#define WEIR_EDGE_SERVER_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORKER_THREADS = 4, WORKER_QUEUE = 256 };

struct workers;
/* At most `queue` (1..WORKER_QUEUE) jobs wait for a thread. */
struct workers *workers_open(size_t queue);
void workers_close(struct workers *w); /* runs what is queued; accepts NULL */
/* False when the queue is full or closing: nothing was taken. Thread: any. */
bool workers_post(struct workers *w, void (*job)(void *), void *arg);
size_t workers_waiting(struct workers *w); /* Thread: any. */

#endif
