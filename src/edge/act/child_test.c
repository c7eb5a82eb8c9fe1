#include "edge/act/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static struct env env;
static struct arena arena;
static struct child child;
static struct child_result result;

static err capture_env(char *const *argv, char *const *envp, uint64_t memory_max, usec timeout)
{
    struct child_spec spec = { .mode = CHILD_CAPTURE, .argv = argv, .envp = envp, .memory_max = memory_max };
    env = env_os();
    arena_done(&arena);
    arena = arena_init(1 << 20);
    err e = child_start(&spec, &child);
    if (e.code) return e;
    child_run(&child, &env, timeout, &result);
    child_done(&child);
    return OK;
}

static str capture(const char *script)
{
    char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c", (char *)(uintptr_t)script, NULL };
    CHECK_OK(capture_env(argv, environ, 0, 0));
    return tail_text(&child.tail, &arena);
}

TEST(output_and_exit_code_are_kept)
{
    CHECK_STR(capture("echo one; echo two >&2; echo three; exit 7"), "one\ntwo\nthree\n");
    CHECK_I64(result.exit_code, 7);
    CHECK_I64(result.signal, 0);
    CHECK(result.started && !result.timed_out && result.duration > 0);
}

TEST(a_signal_is_told_as_a_shell_tells_it)
{
    (void)capture("kill -9 $$");
    CHECK_I64(result.exit_code, 137);
    CHECK_I64(result.signal, 9);
}

TEST(what_cannot_be_started_says_why)
{
    char *nothing[] = { (char *)(uintptr_t)"no-such-program-here", NULL };
    CHECK_OK(capture_env(nothing, environ, 0, 0));
    CHECK(!result.started);
    CHECK_I64(result.exit_code, 127);
    CHECK_STR(str_of(result.problem), "could not start: No such file or directory");
    char *folder[] = { (char *)(uintptr_t)"/tmp", NULL };
    CHECK_OK(capture_env(folder, environ, 0, 0));
    CHECK_I64(result.exit_code, 126);
}

TEST(a_file_that_is_given_is_read_also_when_its_name_is_another_file_by_then)
{
    str dir = test_dir();
    struct arena a = arena_init(1 << 16);
    const char *path = str_fmt(&a, STR_FMT "/input", STR_ARG(dir)).ptr;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(write(fd, "what was opened", 15) == 15 && lseek(fd, 0, SEEK_SET) == 0 && unlink(path) == 0);
    char *argv[] = { (char *)(uintptr_t)"cat", NULL };
    env = env_os();
    CHECK_OK(child_start(&(struct child_spec){ .mode = CHILD_CAPTURE, .argv = argv, .envp = environ, .input = fd },
                         &child));
    child_run(&child, &env, 0, &result);
    CHECK_STR(tail_text(&child.tail, &a), "what was opened");
    CHECK_I64(fcntl(fd, F_GETFD), FD_CLOEXEC); /* it stays the caller's */
    child_done(&child);
    (void)close(fd);
    arena_done(&a);
}

TEST(no_input_no_other_files_and_a_group_of_its_own)
{
    int spare = dup(1);
    CHECK_STR(capture("cat; set -- /proc/$$/fd/*; echo $#"), "4\n"); /* three, and the folder being read */
    (void)close(spare);
    CHECK_STR(capture("set -- $(cat /proc/$$/stat); test $5 = $$ && echo leader"), "leader\n");
    /* Signals 32 and up are the C library's own; some environments hand them on ignored. */
    CHECK_STR(capture("for v in $(grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2); do echo $((0x$v & 0x7fffffff)); "
                      "done | sort -u"),
              "0\n");
}

TEST(the_environment_is_the_one_given)
{
    char *argv[] = { (char *)(uintptr_t)"/usr/bin/env", NULL };
    char *envp[] = { (char *)(uintptr_t)"A=1", (char *)(uintptr_t)"PATH=/bin", NULL };
    CHECK_OK(capture_env(argv, envp, 0, 0));
    CHECK_STR(tail_text(&child.tail, &arena), "A=1\nPATH=/bin\n");
}

TEST(memory_is_limited)
{
    char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c", (char *)(uintptr_t)"ulimit -v", NULL };
    CHECK_OK(capture_env(argv, environ, UINT64_C(512) << 20, 0));
    CHECK_STR(tail_text(&child.tail, &arena), "524288\n");
}

TEST(peak_memory_is_the_programs_own)
{
    /* What we hold must not be taken for the child's. Small: a thread sanitizer holds five times as much beside it, and
     * below what we hold nothing is known. */
    static char ballast[8 << 20];
    memset(ballast, 1, sizeof ballast);
    (void)capture(":");
    CHECK(result.peak_kb == 0 || result.peak_kb > 8 << 10); /* not known, or honestly more */
    (void)capture("head -c 150000000 /dev/zero | tail -c 150000000 | wc -c");
    CHECK(result.peak_kb > 140000 && result.peak_kb < 400000);
}

TEST(past_its_time_the_whole_group_ends)
{
    arena_done(&arena);
    arena = arena_init(1 << 20);
    str fifo = str_fmt(&arena, STR_FMT "/held", STR_ARG(test_dir()));
    CHECK(mkfifo(fifo.ptr, 0600) == 0);
    int fd = open(fifo.ptr, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* held open by every process of the group that lives */
    char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c",
                     (char *)(uintptr_t)"exec 3> $FIFO; sleep 1000 & sleep 1000", NULL };
    char *envp[] = { (char *)(uintptr_t) "PATH=/usr/bin:/bin",
                     (char *)(uintptr_t)str_fmt(&arena, "FIFO=%s", fifo.ptr).ptr, NULL };
    struct child_spec spec = { .mode = CHILD_CAPTURE, .argv = argv, .envp = envp };
    env = env_os();
    CHECK_OK(child_start(&spec, &child));
    child_run(&child, &env, 100 * USEC_MS, &result);
    child_done(&child);
    CHECK(result.timed_out);
    CHECK_I64(result.signal, SIGTERM);
    char c = 0;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    CHECK(read(fd, &c, 1) == 0 || (poll(&p, 1, 10000) > 0 && (p.revents & POLLHUP)));
    (void)close(fd);
}

TEST(nothing_happens_before_the_gate_opens)
{
    str dir = test_dir();
    arena_done(&arena);
    arena = arena_init(1 << 20);
    const char *mark = str_fmt(&arena, STR_FMT "/mark", STR_ARG(dir)).ptr;
    char *argv[] = { (char *)(uintptr_t)"touch", (char *)(uintptr_t)mark, NULL };
    struct child_spec spec = { .mode = CHILD_CAPTURE, .argv = argv, .envp = environ };
    env = env_os();
    CHECK_OK(child_start(&spec, &child));
    CHECK(process_alive(child.pid, child.pid_start));
    CHECK(!process_alive(child.pid, child.pid_start + 1));
    pid_t pid = child.pid;
    int64_t start = child.pid_start;
    child_done(&child); /* as when we die: the gate closes unopened */
    CHECK(!process_alive(pid, start));
    CHECK(access(mark, F_OK) != 0 && errno == ENOENT);
    CHECK_OK(child_start(&spec, &child));
    child_run(&child, &env, 0, &result);
    child_done(&child);
    CHECK_I64(result.exit_code, 0);
    CHECK(access(mark, F_OK) == 0);
}

TEST(a_wrong_folder_or_user_is_named)
{
    char *argv[] = { (char *)(uintptr_t)"true", NULL };
    struct child_spec spec = { .mode = CHILD_CAPTURE, .argv = argv, .envp = environ, .cwd = "/no/such/folder" };
    env = env_os();
    CHECK_OK(child_start(&spec, &child));
    child_run(&child, &env, 0, &result);
    child_done(&child);
    CHECK_STR(str_of(result.problem), "could not enter its folder: No such file or directory");
    spec.cwd = NULL;
    spec.user = "no-such-user-here";
    CHECK_ERR(child_start(&spec, &child), ERR_NOT_FOUND);
}

TEST(another_user_is_really_another_user)
{
    char *argv[] = { (char *)(uintptr_t)"id", (char *)(uintptr_t)"-un", NULL };
    struct child_spec spec = { .mode = CHILD_CAPTURE, .argv = argv, .envp = environ, .user = "nobody" };
    env = env_os();
    arena_done(&arena);
    arena = arena_init(1 << 20);
    err e = child_start(&spec, &child);
    if (geteuid() != 0) {
        CHECK_ERR(e, ERR_DENIED);
        return;
    }
    CHECK_OK(e);
    child_run(&child, &env, 0, &result);
    child_done(&child);
    CHECK_STR(tail_text(&child.tail, &arena), "nobody\n");
}
