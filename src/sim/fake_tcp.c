#include "sim/fake_tcp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void *run(void *ctx)
{
    struct fake_tcp *t = ctx;
    for (;;) {
        struct pollfd p[2] = { { .fd = t->fd, .events = POLLIN }, { .fd = t->stop_pipe[0], .events = POLLIN } };
        if (poll(p, 2, -1) < 0) continue;
        if (p[1].revents) return NULL;
        int fd = accept4(t->fd, NULL, NULL, SOCK_CLOEXEC);
        struct timeval patience = { .tv_sec = 5 };
        if (fd < 0) continue;
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        t->serve(t->ctx, fd);
        (void)close(fd);
    }
}

err fake_tcp_start(struct fake_tcp *t, void (*serve)(void *ctx, int fd), void *ctx)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return err_errno("socket");
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 64) ||
        getsockname(fd, (struct sockaddr *)&at, &len)) {
        err e = err_errno("listen");
        (void)close(fd);
        return e;
    }
    *t = (struct fake_tcp){ .fd = fd, .port = ntohs(at.sin_port), .serve = serve, .ctx = ctx };
    if (pipe2(t->stop_pipe, O_CLOEXEC) || pthread_create(&t->thread, NULL, run, t)) abort();
    return OK;
}

void fake_tcp_stop(struct fake_tcp *t)
{
    (void)!write(t->stop_pipe[1], "x", 1);
    (void)pthread_join(t->thread, NULL);
    (void)close(t->fd);
    (void)close(t->stop_pipe[0]);
    (void)close(t->stop_pipe[1]);
}
