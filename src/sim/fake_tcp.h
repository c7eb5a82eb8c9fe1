/* What the fake servers share: a free port of loopback, and a thread that hands over one connection after another. */
#ifndef WEIR_SIM_FAKE_TCP_H
#define WEIR_SIM_FAKE_TCP_H

#include <pthread.h>

#include "base/err.h"

struct fake_tcp {
    int fd, port, stop_pipe[2];
    pthread_t thread;
    /* A connection with a receive timeout of 5 s; closed when this returns. Thread: the server's own. */
    void (*serve)(void *ctx, int fd);
    void *ctx;
};

/* Listen and start. `t` is the caller's and must not move until fake_tcp_stop. */
MUST_USE err fake_tcp_start(struct fake_tcp *t, void (*serve)(void *ctx, int fd), void *ctx);
void fake_tcp_stop(struct fake_tcp *t);

#endif
