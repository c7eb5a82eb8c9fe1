#include "edge/act/spool.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

struct taken {
    struct arena a;
    str texts[64];
    size_t count, fail_at; /* fail_at: this one is not delivered */
    err failure;
};

static err take(void *ctx, str event)
{
    struct taken *t = ctx;
    if (t->count == t->fail_at) return t->failure;
    t->texts[t->count++] = str_dup(&t->a, event);
    return OK;
}

static struct env env;
static struct taken taken;
static size_t count;

static const char *fresh(void)
{
    env = env_os();
    arena_done(&taken.a);
    taken = (struct taken){ .a = arena_init(1 << 20), .fail_at = SIZE_MAX };
    return str_fmt(&taken.a, STR_FMT "/data/spool", STR_ARG(test_dir())).ptr;
}

TEST(what_is_kept_comes_back_in_order_and_once)
{
    const char *dir = fresh();
    for (int i = 0; i < 20; i++) CHECK_OK(spool_put(dir, &env, str_fmt(&taken.a, "{\"n\":%d}", i)));
    CHECK_I64(spool_count(dir), 20);
    struct stat st;
    CHECK(stat(dir, &st) == 0 && (st.st_mode & 0777) == 0700);
    CHECK_OK(spool_drain(dir, 5, take, &taken, &count));
    CHECK_I64(count, 5);
    CHECK_OK(spool_drain(dir, 100, take, &taken, &count));
    CHECK_I64(count, 15);
    for (int i = 0; i < 20; i++) CHECK(str_eq(taken.texts[i], str_fmt(&taken.a, "{\"n\":%d}", i)));
    CHECK_I64(spool_count(dir), 0);
}

TEST(a_failed_delivery_keeps_the_rest)
{
    const char *dir = fresh();
    for (int i = 0; i < 3; i++) CHECK_OK(spool_put(dir, &env, STR("{}")));
    taken.fail_at = 1;
    taken.failure = err_make(ERR_IO, "gone");
    CHECK_ERR(spool_drain(dir, 100, take, &taken, &count), ERR_IO);
    CHECK_I64(count, 1);
    CHECK_I64(spool_count(dir), 2);
}

TEST(a_hopeless_report_does_not_block_the_others)
{
    const char *dir = fresh();
    CHECK_OK(spool_put(dir, &env, STR("{}")));
    taken.fail_at = 0;
    taken.failure = err_make(ERR_INPUT, "never");
    CHECK_OK(spool_drain(dir, 100, take, &taken, &count));
    CHECK_I64(count, 0);
    CHECK_I64(spool_count(dir), 0);
    taken.fail_at = SIZE_MAX;
    CHECK_OK(spool_put(dir, &env, STR("{\"next\":1}")));
    CHECK_OK(spool_drain(dir, 100, take, &taken, &count));
    CHECK_I64(count, 1);
}

TEST(an_absent_folder_is_empty)
{
    const char *dir = fresh();
    CHECK_OK(spool_drain(dir, 100, take, &taken, &count));
    CHECK_I64(count + spool_count(dir), 0);
}

TEST(the_spool_has_a_limit)
{
    const char *dir = fresh();
    for (int i = 0; i < SPOOL_FILES_MAX; i++) {
        if (i == 0) CHECK_OK(spool_put(dir, &env, STR("{}")));
        else CHECK(close(open(str_fmt(&taken.a, "%s/%d.json", dir, i).ptr, O_CREAT | O_WRONLY, 0600)) == 0);
    }
    CHECK_ERR(spool_put(dir, &env, STR("{}")), ERR_FULL);
    static char big[SPOOL_EVENT_MAX + 1];
    CHECK_ERR(spool_put(dir, &env, (str){ big, sizeof big }), ERR_LIMIT);
}

TEST(one_process_delivers_at_a_time)
{
    const char *dir = fresh();
    CHECK_OK(spool_put(dir, &env, STR("{}")));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
    CHECK_ERR(spool_drain(dir, 100, take, &taken, &count), ERR_CONFLICT);
    (void)close(fd);
    CHECK_OK(spool_drain(dir, 100, take, &taken, &count));
    CHECK_I64(count, 1);
}

/* Killed at any moment while it writes: what is there afterwards is whole. */
TEST(a_kill_leaves_no_half_report)
{
    const char *dir = fresh();
    unsigned seed = 4711;
    (void)printf("# seed %u\n", seed);
    for (int round = 0; round < test_count(10, 200); round++) {
        int ready[2];
        char c = 0;
        CHECK(pipe(ready) == 0);
        pid_t pid = fork();
        if (pid == 0) {
            for (int i = 0; i < 1000; i++) {
                err e = spool_put(dir, &env, STR("{\"whole\":true}"));
                if (e.code || write(ready[1], "x", 1) != 1) _exit(1);
            }
            _exit(0);
        }
        (void)close(ready[1]);
        for (unsigned n = (unsigned)rand_r(&seed) % 8 + 1; n > 0 && read(ready[0], &c, 1) == 1;) n--;
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        (void)close(ready[0]);
        taken.count = 0;
        CHECK_OK(spool_drain(dir, 60, take, &taken, &count));
        CHECK(count > 0);
        for (size_t i = 0; i < count; i++) CHECK_STR(taken.texts[i], "{\"whole\":true}");
    }
}
