/* A few threads for requests that wait for a commit, so that those that only read need not wait behind them. */
#ifndef WEIR_EDGE_SERVER_WORKERS_H
#define WEIR_EDGE_SERVER_WORKERS_H

#include <stdbool.h>

enum { WORKER_THREADS = 4, WORKER_QUEUE = 256 };

struct workers;
struct workers *workers_open(void);
void workers_close(struct workers *w); /* runs what is queued; accepts NULL */
/* False when the queue is full or closing: nothing was taken. Thread: any. */
bool workers_post(struct workers *w, void (*job)(void *), void *arg);

#endif
