/* Waiting for a child: its end, its time, and the signals meanwhile. */
#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "edge/act/child_internal.h"

#define KILL_AFTER (5 * USEC_SECOND)

/* A signal from the terminal reached the child already: it is in our group. One that a program sent to us did not. */
static void pass_signal(const struct child *c, const struct signalfd_siginfo *si)
{
    int sig = (int)si->ssi_signo;
    bool from_terminal = si->ssi_code == SI_KERNEL;
    if (sigismember(&c->ignored, sig)) return;
    if (sig == SIGWINCH) child_io_resize(c);
    else if (!from_terminal) (void)kill(c->pid, sig);
    if (sig == SIGTSTP) (void)raise(SIGSTOP); /* we stop with it, as the caller expects of a job */
}

static void read_signals(const struct child *c)
{
    struct signalfd_siginfo si;
    while (read(c->signals, &si, sizeof si) == (ssize_t)sizeof si) pass_signal(c, &si);
}

struct deadline {
    usec at; /* 0 = none */
    bool told;
};

static int wait_ms(const struct deadline *d, usec now)
{
    if (!d->at) return -1;
    usec left = d->at - now;
    return left <= 0 ? 0 : left > USEC_HOUR ? (int)(USEC_HOUR / USEC_MS) : (int)(left / USEC_MS) + 1;
}

static void enforce(const struct child *c, struct deadline *d, usec now, struct child_result *out)
{
    if (!d->at || now < d->at) return;
    out->timed_out = true;
    (void)kill(c->mode == CHILD_CAPTURE ? -c->pid : c->pid, d->told ? SIGKILL : SIGTERM);
    d->told = true;
    d->at = now + KILL_AFTER;
}

void child_wait(struct child *c, struct env *env, usec timeout, struct child_result *out)
{
    struct deadline d = { .at = timeout > 0 ? env->now(env) + timeout : 0 };
    for (;;) {
        struct pollfd p[6] = { { .fd = c->pidfd, .events = POLLIN }, { .fd = c->signals, .events = POLLIN } };
        child_io_poll(c, p + 2);
        int n = poll(p, 6, wait_ms(&d, env->now(env)));
        if (n < 0 && errno != EINTR) return;
        if (n > 0 && p[1].revents) read_signals(c);
        if (n > 0) child_io_turn(c, p + 2);
        if (n > 0 && p[0].revents) return;
        enforce(c, &d, env->now(env), out);
    }
}
