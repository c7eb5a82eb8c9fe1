#include "edge/act/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edge/act/child_internal.h"

enum { GROUPS_MAX = 256, STAT_MAX = 1024 };

static const int passed_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH };

struct identity {
    bool change;
    uid_t uid;
    gid_t gid, groups[GROUPS_MAX];
    int group_count;
};

/* All that the forked side needs, made before the fork: after it only async-signal-safe calls are allowed. */
struct launch {
    const struct child_spec *spec;
    struct identity who;
    struct child_ends ends;
    int gate, status; /* its ends */
    sigset_t mask;    /* the mask the program starts with */
};

/* ---- the forked side ---- */

static int64_t held_kb(void)
{
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) (void)close(fd);
    if (n <= 0) return 0;
    const char *p = strchr(text, ' '); /* the second number: resident pages */
    int64_t pages = 0;
    for (p = p ? p + 1 : ""; *p >= '0' && *p <= '9'; p++) pages = pages * 10 + (*p - '0');
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void say(const struct launch *l, int stage, int64_t value)
{
    struct child_word w = { .stage = stage, .value = value };
    (void)!write(l->status, &w, sizeof w);
}

static void reset_signals(const struct launch *l)
{
    if (l->spec->mode == CHILD_CAPTURE)
        for (int s = 1; s < NSIG; s++) (void)signal(s, SIG_DFL); /* an ignored signal would stay ignored */
    (void)sigprocmask(SIG_SETMASK, &l->mask, NULL);
}

static bool become(const struct identity *who)
{
    if (!who->change) return true;
    return setgroups((size_t)who->group_count, who->groups) == 0 && setgid(who->gid) == 0 && setuid(who->uid) == 0;
}

static bool limit(const struct child_spec *spec)
{
    if (spec->memory_max) {
        struct rlimit r = { .rlim_cur = spec->memory_max, .rlim_max = spec->memory_max };
        if (setrlimit(RLIMIT_AS, &r)) return false;
    }
    return true;
}

static bool plug(int from, int to)
{
    return from < 0 || from == to || dup2(from, to) == to;
}

enum stage { STAGE_READY, STAGE_USER, STAGE_FOLDER, STAGE_OUTPUT, STAGE_LIMIT, STAGE_EXEC };
static const char *const stage_text[] = {
    "", "become its user", "enter its folder", "connect its output", "set its limits", "start"
};

/* While it waits at the gate it must hold nothing of ours: a lock would outlive us. */
static void keep_only(const int *keep, size_t count)
{
    for (int from = 3;;) {
        int next = INT_MAX;
        for (size_t i = 0; i < count; i++)
            if (keep[i] >= from && keep[i] < next) next = keep[i];
        if (next > from) (void)close_range((unsigned)from, (unsigned)(next == INT_MAX ? INT_MAX : next - 1), 0);
        if (next == INT_MAX) return;
        from = next + 1;
    }
}

static _Noreturn void forked(const struct launch *l)
{
    const struct child_spec *spec = l->spec;
    char go = 0;
    enum stage failed = STAGE_EXEC;
    ssize_t n = 0;
    const int keep[] = { l->gate, l->status, l->ends.in, l->ends.out, l->ends.error };
    if (spec->mode == CHILD_CAPTURE) keep_only(keep, sizeof keep / sizeof *keep);
    do n = read(l->gate, &go, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1) _exit(125); /* nobody is there any more: nothing is done */
    say(l, STAGE_READY, held_kb());
    reset_signals(l);
    if (!plug(l->ends.in, 0) || !plug(l->ends.out, 1) || !plug(l->ends.error, 2)) failed = STAGE_OUTPUT;
    else if (!become(&l->who)) failed = STAGE_USER;
    else if (spec->cwd && chdir(spec->cwd)) failed = STAGE_FOLDER;
    else if (!limit(spec)) failed = STAGE_LIMIT;
    if (failed != STAGE_EXEC) goto fail;
    environ = (char **)spec->envp;
    (void)execvp(spec->argv[0], spec->argv);
fail:;
    int why = errno;
    say(l, (int)failed, why);
    _exit(why == ENOENT ? 127 : 126);
}

/* ---- our side ---- */

static err find_user(const char *name, struct identity *out)
{
    struct passwd pw, *found = NULL;
    char text[4096];
    if (!name || !name[0]) return OK;
    int failed = getpwnam_r(name, &pw, text, sizeof text, &found);
    if (failed || !found) return err_make(ERR_NOT_FOUND, "there is no user '%.32s'", name);
    *out = (struct identity){ .change = pw.pw_uid != geteuid(), .uid = pw.pw_uid, .gid = pw.pw_gid,
                              .group_count = GROUPS_MAX };
    if (out->change && geteuid() != 0)
        return err_make(ERR_DENIED, "only root can start something as user '%.32s'", name);
    if (getgrouplist(name, pw.pw_gid, out->groups, &out->group_count) < 0)
        return err_make(ERR_LIMIT, "user '%.32s' is in more than %d groups", name, GROUPS_MAX);
    return OK;
}

static err block_signals(struct child *c)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigemptyset(&c->ignored);
    for (size_t i = 0; i < sizeof passed_signals / sizeof *passed_signals; i++) {
        struct sigaction now;
        (void)sigaddset(&set, passed_signals[i]);
        if (sigaction(passed_signals[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN)
            (void)sigaddset(&c->ignored, passed_signals[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return c->signals < 0 ? err_errno("signalfd") : OK;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

static err fork_it(struct child *c, struct launch *l)
{
    int gate[2] = { -1, -1 }, status[2] = { -1, -1 };
    if (pipe2(gate, O_CLOEXEC)) return err_errno("pipe");
    c->gate = gate[1];
    if (pipe2(status, O_CLOEXEC)) {
        (void)close(gate[0]);
        return err_errno("pipe");
    }
    c->status = status[0];
    l->gate = gate[0];
    l->status = status[1];
    c->pid = fork();
    if (c->pid == 0) {
        (void)close(gate[1]); /* else our death would not be noticed at the gate */
        if (l->spec->mode == CHILD_CAPTURE) (void)setpgid(0, 0);
        forked(l);
    }
    err e = c->pid < 0 ? err_errno("fork") : OK;
    (void)close(gate[0]);
    (void)close(status[1]);
    if (e.code) return e;
    if (l->spec->mode == CHILD_CAPTURE) (void)setpgid(c->pid, c->pid); /* whoever is first */
    c->pidfd = pidfd_open(c->pid, 0);
    if (c->pidfd < 0) return err_errno("pidfd_open");
    c->pid_start = process_start(c->pid);
    return OK;
}

err child_start(const struct child_spec *spec, struct child *c)
{
    struct launch l = { .spec = spec, .ends = { -1, -1, -1 } };
    memset(c, 0, sizeof *c);
    c->mode = spec->mode;
    c->pid = -1;
    c->pidfd = c->gate = c->status = c->signals = c->streams[0].in = c->streams[1].in = -1;
    if (spec->mode == CHILD_PASS) (void)pthread_sigmask(SIG_BLOCK, NULL, &l.mask);
    else (void)sigemptyset(&l.mask);
    err e = find_user(spec->user, &l.who);
    if (!e.code) e = child_io_open(c, spec->input, &l.ends);
    if (!e.code && spec->mode == CHILD_PASS) e = block_signals(c);
    if (!e.code) e = fork_it(c, &l);
    if (spec->mode == CHILD_PASS)
        (void)signal(SIGPIPE, SIG_IGN); /* after the fork: the program gets what we were given */
    int *ends[] = { &l.ends.in, &l.ends.out, &l.ends.error };
    if (l.ends.error == l.ends.out) l.ends.error = -1;
    for (size_t i = 0; i < 3; i++) close_fd(ends[i]);
    if (e.code) child_done(c);
    return err_wrap(e, "start '%.64s'", spec->argv[0]);
}

/* Let it go. True when the program runs; else `out` says why not. */
static bool open_gate(struct child *c, struct child_result *out, int64_t *floor_kb)
{
    struct child_word w = { 0 };
    *floor_kb = 0;
    (void)!write(c->gate, "g", 1);
    close_fd(&c->gate);
    out->started = true;
    while (read(c->status, &w, sizeof w) == (ssize_t)sizeof w) {
        if (w.stage == STAGE_READY) *floor_kb = w.value;
        else {
            out->started = false;
            (void)snprintf(out->problem, sizeof out->problem, "could not %s: %s", stage_text[w.stage],
                           strerror((int)w.value));
        }
    }
    close_fd(&c->status);
    return out->started;
}

static void reap(struct child *c, struct child_result *out, int64_t floor_kb)
{
    struct rusage r = { 0 };
    int st = 0;
    pid_t got = -1;
    do got = wait4(c->pid, &st, 0, &r);
    while (got < 0 && errno == EINTR);
    c->pid = -1;
    out->signal = WIFSIGNALED(st) ? WTERMSIG(st) : 0;
    out->exit_code = out->signal ? 128 + out->signal : WEXITSTATUS(st);
    out->cpu_us = (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * USEC_SECOND + r.ru_utime.tv_usec + r.ru_stime.tv_usec;
    /* The kernel counts the forked copy of us, too: below that nothing is known. */
    out->peak_kb = r.ru_maxrss > floor_kb + 64 ? r.ru_maxrss : 0;
}

void child_run(struct child *c, struct env *env, usec timeout, struct child_result *out)
{
    int64_t floor_kb = 0;
    *out = (struct child_result){ .exit_code = 0 };
    usec from = env->now(env);
    if (open_gate(c, out, &floor_kb)) child_wait(c, env, timeout, out);
    reap(c, out, floor_kb);
    out->duration = env->now(env) - from;
    bool held = child_io_drain(c);
    if (held && c->mode == CHILD_PASS) child_io_relay(c);
}

void child_done(struct child *c)
{
    close_fd(&c->gate); /* a child still at the gate ends by itself */
    if (c->pid > 0) (void)waitpid(c->pid, NULL, 0);
    c->pid = -1;
    close_fd(&c->status);
    close_fd(&c->pidfd);
    close_fd(&c->signals);
    child_io_close(c);
}

int64_t process_start(pid_t pid)
{
    char path[64], text[STAT_MAX];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    (void)close(fd);
    if (n <= 0) return 0;
    text[n] = 0;
    const char *p = strrchr(text, ')'); /* the name may hold anything, also spaces and brackets */
    for (int field = 2; p && field < 22; field++) p = strchr(p + 1, ' ');
    return p ? strtoll(p, NULL, 10) : 0;
}

bool process_alive(pid_t pid, int64_t start)
{
    char path[64], text[STAT_MAX];
    if (pid <= 0 || start == 0 || process_start(pid) != start) return false;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    (void)close(fd);
    if (n <= 0) return false;
    text[n] = 0;
    const char *p = strrchr(text, ')');
    return p && p[1] == ' ' && p[2] != 'Z' && p[2] != 'X';
}
