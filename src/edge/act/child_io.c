/* The ends of a child: pipes or a terminal, what it reads and what it says. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "edge/act/child_internal.h"

enum { PTY_GRACE_MS = 50, DRAIN_TURNS = 2048 };

/* ---- making the ends ---- */

/* Our descriptors stay clear of 0..2 also when the caller closed those. */
static int lift(int fd)
{
    if (fd < 0 || fd > 2) return fd;
    int up = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    (void)close(fd);
    return up;
}

static bool same_file(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* A terminal for the program to print to, so that it behaves as if we were not there. Its input stays the real one. */
static err open_pty(struct child_stream *s, int *end)
{
    struct winsize size = { 0 };
    struct termios raw = { 0 };
    int slave = -1;
    if (tcgetattr(s->out, &raw)) return err_errno("terminal");
    (void)ioctl(s->out, TIOCGWINSZ, &size);
    raw.c_oflag &= ~(tcflag_t)OPOST; /* line ends are the real terminal's business */
    raw.c_lflag &= ~(tcflag_t)ECHO;
    if (openpty(&s->in, &slave, NULL, &raw, &size)) return err_errno("pseudo terminal");
    s->tty = true;
    *end = slave;
    return OK;
}

static err open_stream(struct child_stream *s, int out, int *end)
{
    struct stat st;
    s->out = out;
    s->file = out >= 0 && fstat(out, &st) == 0 && S_ISREG(st.st_mode);
    if (out >= 0 && isatty(out)) {
        err e = open_pty(s, end);
        if (e.code) return e;
    } else {
        int p[2];
        if (pipe2(p, O_CLOEXEC)) return err_errno("pipe");
        s->in = p[0];
        *end = p[1];
    }
    s->in = lift(s->in);
    *end = lift(*end);
    if (s->in < 0 || *end < 0) return err_errno("pipe");
    (void)fcntl(s->in, F_SETFD, FD_CLOEXEC);
    (void)fcntl(*end, F_SETFD, FD_CLOEXEC);
    (void)fcntl(s->in, F_SETFL, O_RDONLY | O_NONBLOCK); /* our end only: the program's stays as programs expect it */
    return OK;
}

static err open_captured(struct child *c, int input, struct child_ends *ends)
{
    ends->in = input ? fcntl(input, F_DUPFD_CLOEXEC, 3) : lift(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (ends->in < 0) return err_errno(input ? "its input" : "/dev/null");
    err e = open_stream(&c->streams[0], -1, &ends->out);
    ends->error = ends->out;
    return e;
}

/* stdout and stderr that are one file stay one stream, so that their order is kept. */
static err open_passed(struct child *c, struct child_ends *ends)
{
    bool out = fcntl(1, F_GETFD) >= 0, error = fcntl(2, F_GETFD) >= 0;
    err e = OK;
    if (out) e = open_stream(&c->streams[0], 1, &ends->out);
    if (e.code || !error) return e;
    if (out && same_file(1, 2)) {
        ends->error = ends->out;
        return OK;
    }
    return open_stream(&c->streams[1], 2, &ends->error);
}

err child_io_open(struct child *c, int input, struct child_ends *ends)
{
    c->streams[0].out = c->streams[1].out = -1;
    return c->mode == CHILD_CAPTURE ? open_captured(c, input, ends) : open_passed(c, ends);
}

/* ---- copying ---- */

static void end_stream(struct child_stream *s)
{
    if (s->in >= 0) (void)close(s->in);
    s->in = -1;
}

void child_io_poll(const struct child *c, struct pollfd p[4])
{
    for (size_t i = 0; i < 2; i++) {
        const struct child_stream *s = &c->streams[i];
        bool waiting = s->len > s->at;
        p[2 * i] = (struct pollfd){ .fd = waiting ? -1 : s->in, .events = POLLIN };
        p[2 * i + 1] = (struct pollfd){ .fd = waiting ? s->out : -1, .events = POLLOUT };
    }
}

static void take_in(struct child *c, struct child_stream *s)
{
    ssize_t n = read(s->in, s->buf, sizeof s->buf);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { /* a pseudo terminal says EIO at its end */
        end_stream(s);
        return;
    }
    tail_add(&c->tail, (str){ s->buf, (size_t)n });
    s->at = 0;
    s->len = s->out < 0 ? 0 : (size_t)n;
}

/* At most PIPE_BUF at once: poll promised room for that much, so one slow reader does not hold up the other stream. */
static void pass_on(struct child_stream *s)
{
    size_t n = s->len - s->at;
    if (!s->file && n > PIPE_BUF) n = PIPE_BUF;
    ssize_t done = write(s->out, s->buf + s->at, n);
    if (done < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (done < 0) { /* nobody reads any more: the program learns it the usual way */
        s->at = s->len = 0;
        end_stream(s);
        return;
    }
    s->at += (size_t)done;
}

void child_io_turn(struct child *c, const struct pollfd p[4])
{
    for (size_t i = 0; i < 2; i++) {
        struct child_stream *s = &c->streams[i];
        if (p[2 * i + 1].revents) pass_on(s);
        if (p[2 * i].revents && s->in >= 0 && s->len == s->at) take_in(c, s);
    }
}

static bool unfinished(const struct child *c)
{
    const struct child_stream *s = c->streams;
    return s[0].in >= 0 || s[1].in >= 0 || s[0].len > s[0].at || s[1].len > s[1].at;
}

bool child_io_drain(struct child *c)
{
    for (int turn = 0; turn < DRAIN_TURNS; turn++) {
        struct pollfd p[4];
        child_io_poll(c, p);
        bool blocked = p[1].fd >= 0 || p[3].fd >= 0;
        bool pty = (p[0].fd >= 0 && c->streams[0].tty) || (p[2].fd >= 0 && c->streams[1].tty);
        int n = poll(p, 4, blocked ? -1 : pty ? PTY_GRACE_MS : 0);
        if (n < 0 && errno != EINTR) break;
        if (n == 0) break; /* a terminal hands over its last words a little later than a pipe */
        if (n > 0) child_io_turn(c, p);
    }
    return unfinished(c);
}

void child_io_relay(struct child *c)
{
    pid_t pid = fork();
    if (pid != 0) return; /* also when it failed: then the program left behind loses its output */
    (void)signal(SIGPIPE, SIG_IGN);
    while (unfinished(c)) {
        struct pollfd p[4];
        child_io_poll(c, p);
        if (poll(p, 4, -1) > 0) child_io_turn(c, p);
    }
    _exit(0);
}

void child_io_resize(const struct child *c)
{
    struct winsize size;
    for (size_t i = 0; i < 2; i++)
        if (c->streams[i].tty && c->streams[i].in >= 0 && ioctl(c->streams[i].out, TIOCGWINSZ, &size) == 0)
            (void)ioctl(c->streams[i].in, TIOCSWINSZ, &size);
}

void child_io_close(struct child *c)
{
    end_stream(&c->streams[0]);
    end_stream(&c->streams[1]);
}
