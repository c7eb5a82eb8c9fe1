/* Servers that are killed while they act: nothing is done twice, and what was not begun is done after the restart. */
#include "edge/act/executor_kit.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

/* The world of a server that is killed: it runs effects until it is gone. */
static _Noreturn void live_until_killed(struct world *w, int commit_fd)
{
    w->commit_fd = commit_fd;
    world_open(w);
    world_run(w);
    for (;;) (void)pause();
}

/* patience: how long the first commit is waited for, milliseconds. */
static void kill_at_some_point(struct world *w, unsigned *seed, int patience)
{
    int commits[2];
    char c = 0;
    CHECK(pipe2(commits, O_CLOEXEC) == 0);
    pid_t pid = fork();
    if (pid == 0) live_until_killed(w, commits[1]);
    (void)close(commits[1]);
    struct pollfd p = { .fd = commits[0], .events = POLLIN };
    for (int n = rand_r(seed) % 7; n > 0 && poll(&p, 1, patience) > 0 && read(commits[0], &c, 1) == 1; n--)
        patience = 300;
    if (rand_r(seed) % 2) (void)poll(NULL, 0, rand_r(seed) % 4); /* somewhere between two commits */
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    (void)close(commits[0]);
}

static size_t count_lines(str text, str line)
{
    size_t n = 0;
    str part = STR_NONE;
    while (str_next(&text, '\n', &part)) n += str_eq(part, line);
    return n;
}

enum { CRASH_EFFECTS = 8 };

static size_t count_requests(struct world *w, struct fake_http *s, str key)
{
    size_t n = 0;
    for (size_t i = 0; i < fake_http_count(s); i++) {
        struct fake_request r = fake_http_request(s, i, &w->a);
        n += str_eq(fake_header(&r, "idempotency-key"), key);
    }
    return n;
}

/* Promise 1, with commands and with a target that ignores idempotency keys: whatever the moment of the kill, nothing is
 * done twice, what was interrupted ends as unknown, and what was not begun is done after the restart. */
TEST(no_effect_is_executed_twice_whenever_the_server_is_killed)
{
    unsigned seed = 20240607;
    (void)printf("# seed %u\n", seed);
    int unknown = 0, done = 0;
    for (int round = 0; round < test_count(6, 100); round++) {
        struct world *w = world_new();
        struct hook hook = { 0 };
        struct fake_http *s = NULL;
        CHECK_OK(fake_http_start(hook_reply, &hook, &s));
        declare_all(w, fake_http_port(s));
        script(w, "one.sh",
               "echo begin $WEIR_EFFECT >> log; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; echo end $WEIR_EFFECT "
               ">> log");
        for (int i = 0; i < CRASH_EFFECTS; i++) {
            const char *id = str_fmt(&w->a, "eff-%d", i).ptr;
            if (i % 2) add(w, id, "apply", "webhook.call", "q/hook", "{\"pipeline\":\"p\",\"webhook\":\"once\"}");
            else add(w, id, "apply", "job.retry", "p/one", "{\"pipeline\":\"p\",\"steps\":[\"one\"]}");
        }
        world_close(w);
        kill_at_some_point(w, &seed, 20000); /* all is to be done: commits come, be the machine ever so busy */
        kill_at_some_point(w, &seed, 300);   /* perhaps all is done */
        world_open(w);
        world_run(w);
        for (int i = 0; i < CRASH_EFFECTS; i++) {
            const char *id = str_fmt(&w->a, "eff-%d", i).ptr;
            struct row r = finished(w, id);
            size_t times = i % 2 ? count_requests(w, s, str_fmt(&w->a, "key-%s", id))
                                 : count_lines(file(w, "log"), str_fmt(&w->a, "begin %s", id));
            if (times > 1 || !(STR_IS(r.state, "done") || STR_IS(r.state, "unknown")) ||
                (times == 0 && STR_IS(r.state, "done")))
                test_failed(__FILE__, __LINE__, "%s is " STR_FMT " and was done %zu times", id, STR_ARG(r.state),
                            times);
            unknown += STR_IS(r.state, "unknown");
            done += STR_IS(r.state, "done");
        }
        world_free(w);
        fake_http_stop(s);
    }
    (void)printf("# %d done, %d unknown\n", done, unknown);
    CHECK(done > 0 && unknown > 0);
}

TEST(a_target_that_drops_copies_is_called_again_under_its_key)
{
    struct world *w = world_new();
    struct hook hook = { 0 };
    struct fake_http *s = NULL;
    CHECK_OK(fake_http_start(hook_reply, &hook, &s));
    declare_all(w, fake_http_port(s));
    add(w, "eff-1", "apply", "webhook.call", "p/one", "{\"pipeline\":\"p\",\"webhook\":\"dedup\"}");
    add(w, "eff-2", "apply", "job.retry", "q/one", steps_args);
    input(w, "effect.started", STR("eff-1"), STR("{}")); /* and then we died */
    input(w, "effect.started", STR("eff-2"), STR("{}"));
    world_run(w);
    CHECK_STR(finished(w, "eff-1").state, "done");
    CHECK_STR(finished(w, "eff-2").state, "unknown");
    struct fake_request r = fake_http_request(s, 0, &w->a);
    CHECK_STR(fake_header(&r, "idempotency-key"), "key-eff-1");
    CHECK_STR(file(w, "log"), "");
    world_free(w);
    fake_http_stop(s);
}

/* A process of another server, whose effects are numbered as ours. */
static pid_t stranger(struct world *w)
{
    CHECK(setenv("WEIR_EFFECT", "eff-1", 1) == 0 && setenv("WEIR_EFFECT_OF", "eff-1@0:0", 1) == 0);
    pid_t pid = 0;
    const char *fifo = str_fmt(&w->a, STR_FMT "/gone", STR_ARG(w->dir)).ptr;
    CHECK(mkfifo(fifo, 0600) == 0);
    char *argv[] = { "cat", (char *)(uintptr_t)fifo, NULL };
    CHECK(posix_spawnp(&pid, "cat", NULL, NULL, argv, environ) == 0);
    CHECK(unsetenv("WEIR_EFFECT") == 0 && unsetenv("WEIR_EFFECT_OF") == 0);
    return pid;
}

TEST(an_effect_of_the_same_name_on_another_server_is_not_ours)
{
    struct world *w = world_new();
    declare_all(w, 9);
    pid_t pid = stranger(w);
    add(w, "eff-1", "apply", "job.retry", "p/one", steps_args);
    input(w, "effect.started", STR("eff-1"), STR("{}")); /* and then we died */
    world_run(w);
    struct row r = finished(w, "eff-1");
    CHECK_STR(r.state, "unknown");
    CHECK_STR(summary(r), "weir stopped while it was under way; what came of it is not known");
    world_free(w);
    CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

TEST(a_child_that_outlived_the_server_is_waited_for)
{
    struct world *w = world_new();
    declare_all(w, 9);
    CHECK(mkfifo(str_fmt(&w->a, STR_FMT "/up", STR_ARG(w->dir)).ptr, 0600) == 0);
    CHECK(mkfifo(str_fmt(&w->a, STR_FMT "/go", STR_ARG(w->dir)).ptr, 0600) == 0);
    script(w, "one.sh", "echo up > up; read x < go; echo one >> log");
    add(w, "eff-1", "apply", "job.retry", "p/one", "{\"pipeline\":\"p\",\"steps\":[\"one\"]}");
    add(w, "eff-2", "apply", "job.retry", "p/two", "{\"pipeline\":\"p\",\"steps\":[\"two\"]}");
    world_close(w);
    pid_t pid = fork();
    if (pid == 0) live_until_killed(w, -1);
    CHECK_STR(file(w, "up"), "up\n");
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    world_open(w);
    CHECK_STR(row_of(w, "eff-1").state, "started");
    world_run(w);
    add(w, "eff-3", "notify", "none", "elsewhere", "{}");
    for (int i = 0; i < 20000 && executor_stats(w->executor).adopted == 0; i++) (void)poll(NULL, 0, 1);
    CHECK_STR(finished(w, "eff-3").state, "failed"); /* others go on */
    CHECK_STR(row_of(w, "eff-1").state, "started");
    CHECK_STR(row_of(w, "eff-2").state, "pending"); /* its pipeline is still in use */
    int go = open(str_fmt(&w->a, STR_FMT "/go", STR_ARG(w->dir)).ptr, O_WRONLY | O_CLOEXEC);
    CHECK(write(go, "\n", 1) == 1);
    (void)close(go);
    struct row r = finished(w, "eff-1");
    CHECK_STR(r.state, "unknown");
    CHECK(str_starts(summary(r), STR("weir restarted while process ")));
    CHECK_STR(finished(w, "eff-2").state, "done");
    CHECK_STR(file(w, "log"), "one\ntwo\n");
    world_free(w);
}
