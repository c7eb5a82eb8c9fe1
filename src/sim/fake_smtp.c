#include "sim/fake_smtp.h"

#include <pthread.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "sim/fake_tcp.h"

enum { LINES_MAX = 1 << 20, LINE_MAX_BYTES = 4096 };

struct fake_smtp {
    struct fake_smtp_opts opts;
    struct fake_tcp tcp;
    pthread_mutex_t lock; /* of lines */
    struct buf lines;
};

static void say(int fd, const char *text)
{
    char line[300];
    int n = snprintf(line, sizeof line, "%s\r\n", text);
    (void)!send(fd, line, (size_t)n, MSG_NOSIGNAL);
}

/* One line without its end; false when the peer went away. */
static bool read_line(struct fake_smtp *s, int fd, char line[LINE_MAX_BYTES])
{
    size_t n = 0;
    while (n < LINE_MAX_BYTES - 1 && recv(fd, line + n, 1, 0) == 1) {
        if (line[n++] != '\n') continue;
        line[n - (n > 1 && line[n - 2] == '\r' ? 2 : 1)] = 0;
        (void)pthread_mutex_lock(&s->lock);
        buf_fmt(&s->lines, "%s\n", line);
        (void)pthread_mutex_unlock(&s->lock);
        return true;
    }
    return false;
}

static bool is(const char *line, const char *verb)
{
    return str_eq_nocase(str_cut(str_of(line), 0, strlen(verb)), str_of(verb));
}

static void talk(void *ctx, int fd)
{
    struct fake_smtp *s = ctx;
    char line[LINE_MAX_BYTES];
    bool text = false, secret = false; /* what the next line is */
    say(fd, "220 fake ready");
    while (read_line(s, fd, line)) {
        const char *end = s->opts.end_reply ? s->opts.end_reply : "250 taken";
        if (text && strcmp(line, ".") != 0) continue;
        if (text && !end[0]) return;
        if (text) say(fd, end);
        else if (secret) say(fd, "235 ok");
        else if (is(line, "EHLO")) say(fd, "250-fake\r\n250 AUTH PLAIN");
        else if (is(line, "RCPT")) say(fd, s->opts.rcpt_reply ? s->opts.rcpt_reply : "250 ok");
        else if (is(line, "AUTH")) say(fd, "334 ");
        else if (is(line, "DATA")) say(fd, "354 go on");
        else if (is(line, "QUIT")) say(fd, "221 bye");
        else say(fd, "250 ok");
        secret = !text && is(line, "AUTH");
        text = !text && is(line, "DATA");
    }
}

static void forget(struct fake_smtp *s)
{
    (void)pthread_mutex_destroy(&s->lock);
    buf_done(&s->lines);
    mem_free(s);
}

err fake_smtp_start(const struct fake_smtp_opts *opts, struct fake_smtp **out)
{
    struct fake_smtp *s = mem_new(sizeof *s);
    s->opts = *opts;
    s->lines = buf_init(LINES_MAX);
    (void)pthread_mutex_init(&s->lock, NULL);
    err e = fake_tcp_start(&s->tcp, talk, s);
    if (e.code) {
        forget(s);
        return e;
    }
    *out = s;
    return OK;
}

void fake_smtp_stop(struct fake_smtp *s)
{
    if (!s) return;
    fake_tcp_stop(&s->tcp);
    forget(s);
}

int fake_smtp_port(const struct fake_smtp *s)
{
    return s->tcp.port;
}

str fake_smtp_lines(struct fake_smtp *s, struct arena *a)
{
    (void)pthread_mutex_lock(&s->lock);
    str out = str_dup(a, buf_view(&s->lines));
    (void)pthread_mutex_unlock(&s->lock);
    return out;
}
