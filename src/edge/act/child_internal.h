/* What child.c, child_io.c and child_wait.c share. */
#ifndef WEIR_EDGE_ACT_CHILD_INTERNAL_H
#define WEIR_EDGE_ACT_CHILD_INTERNAL_H

#include <poll.h>

#include "edge/act/child.h"

/* What the forked side tells us over the status pipe; the pipe closes without another word when exec succeeds. */
struct child_word {
    int stage; /* 0: about to start, value = kB it holds; else what failed, value = errno */
    int64_t value;
};

/* The ends that the child gets for its stdin, stdout and stderr; -1 = as they are. */
struct child_ends {
    int in, out, error;
};
/* Make the pipes or the pseudo terminal; input as in child_spec. Errors: ERR_IO. */
MUST_USE err child_io_open(struct child *c, int input, struct child_ends *ends);
/* Poll slots for the streams (four: in and out of each), and one round of copying after poll. */
void child_io_poll(const struct child *c, struct pollfd p[4]);
void child_io_turn(struct child *c, const struct pollfd p[4]);
/* After the end of the child: take what is there already, pass all of it on. True when something still holds the other
 * end. */
bool child_io_drain(struct child *c);
/* The child left something behind that still writes to us: a process of its own goes on copying for it. */
void child_io_relay(struct child *c);
void child_io_close(struct child *c);
void child_io_resize(const struct child *c); /* our terminal changed its size */

/* Until the child has ended (it is not reaped): copy output, pass signals on, end it when its time is up. */
void child_wait(struct child *c, struct env *env, usec timeout, struct child_result *out);

#endif
