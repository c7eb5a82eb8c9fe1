/* Child processes: what `weir run` wraps and what remedies start.
 *
 * The child is forked first and waits at a gate, so that its pid can be made durable before anything outside happens
 * (promise 1); child_release lets it go. If we die in between, the gate closes and it ends without having done
 * anything.
 *
 *   child_start ──▶ pid, pid_start ──(commit)──▶ child_release ──▶ child_wait ──▶ child_done
 *
 * One thread per child. There is no shell between us and the program.
 */
#ifndef WEIR_EDGE_ACT_CHILD_H
#define WEIR_EDGE_ACT_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "edge/act/tail.h"

enum child_mode {
    CHILD_PASS, /* `weir run`: our stdin, stdout, stderr, group, open files and signals; the output is copied on its way
                 */
    CHILD_CAPTURE, /* remedies: no stdin but `input`, output only kept, a process group of its own, no other open files
                    */
};

struct child_spec {
    enum child_mode mode;
    char *const *argv;    /* NULL-ended; argv[0] is looked up in PATH */
    char *const *envp;    /* NULL-ended */
    const char *cwd;      /* NULL: ours */
    const char *user;     /* NULL or "": ours; another one needs root */
    int input;            /* CHILD_CAPTURE: a descriptor it reads, the caller's; 0: nothing */
    uint64_t memory_max;  /* bytes of address space, 0 = no limit */
};

struct child_stream {
    int in, out;          /* what the child writes, where it goes on to (-1: only kept); in < 0: ended */
    bool tty, file;       /* in is a pseudo terminal; out is a regular file */
    size_t at, len;       /* waiting in buf */
    char buf[16384];
};

struct child {
    pid_t pid;
    int64_t pid_start;    /* of /proc/PID/stat, tells a process from a later one with its pid */
    int pidfd, gate, status;
    enum child_mode mode;
    struct child_stream streams[2];
    int signals;          /* signalfd of CHILD_PASS, -1 = none */
    sigset_t ignored;     /* signals we were told to ignore are not passed on */
    struct tail tail;
};

struct child_result {
    int exit_code;        /* as a shell says it: 128 + signal when a signal ended it */
    int signal;           /* 0 = none */
    bool timed_out;
    bool started;         /* false: the program could not be started, see `problem`; exit_code is 127 or 126 */
    char problem[160];
    int64_t peak_kb;      /* resident, of the largest process; 0 = less than what the fork itself held: not known */
    int64_t cpu_us;
    usec duration;        /* from release to exit */
};

/* Fork and wait at the gate. For CHILD_PASS signals are blocked in the calling thread from here on: call it before
 * other threads start. c is large: not on a small stack; it must not move. Errors: ERR_IO, ERR_NOT_FOUND (user). */
MUST_USE err child_start(const struct child_spec *spec, struct child *c);
/* Open the gate, copy output (and signals, for CHILD_PASS), wait for the end; timeout 0 = for ever. Past it the group
 * gets TERM and, five seconds later, KILL. */
void child_run(struct child *c, struct env *env, usec timeout, struct child_result *out);
/* End a child whose gate was never opened; frees what child_start took. Call it in every case. */
void child_done(struct child *c);

/* The start time of a process, 0 when there is none. */
int64_t process_start(pid_t pid);
/* True as long as the process lives: the pid exists, started at that time, and is no zombie. */
bool process_alive(pid_t pid, int64_t start);

#endif
