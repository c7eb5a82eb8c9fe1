#include "edge/cli/run.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "edge/act/spool.h"
#include "edge/cli/run_knobs.h"
#include "edge/http_client.h"
#include "sim/fake_http.h"
#include "test.h"

/* `weir run` in a process of its own, as it is used; we hold the other ends of its stdin, stdout and stderr. */
struct world {
    struct env env;
    struct arena a;
    struct fake_http *server;
    struct run_opts opts;
    str knobs; /* what the server answers */
    int in, out, error;
    pid_t pid;
};

static struct fake_reply serve(const struct fake_request *req, void *ctx)
{
    struct world *w = ctx;
    if (STR_IS(req->method, "GET")) return (struct fake_reply){ .status = 200, .body = w->knobs };
    return (struct fake_reply){ .status = 200, .body = STR("{}") };
}

static struct world *world_new(void)
{
    struct world *w = mem_new(sizeof *w);
    w->env = env_os();
    w->a = arena_init(1 << 26);
    w->knobs = STR("{\"items\":[]}");
    http_client_install(&w->env, NULL);
    CHECK_OK(fake_http_start(serve, w, &w->server));
    w->opts = (struct run_opts){ .env = &w->env, .pipeline = STR("orders"), .step = STR("load"),
                                 .server = fake_http_url(w->server, "", &w->a), .data_dir = test_dir(), .attempt = 1 };
    return w;
}

static void world_free(struct world *w)
{
    fake_http_stop(w->server);
    arena_done(&w->a);
    mem_free(w);
}

/* How many other threads of this process are not asleep. */
static int threads_awake(void)
{
    char path[300], stat[256], own[16];
    int awake = 0;
    (void)snprintf(own, sizeof own, "%d", gettid());
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *one; (one = readdir(tasks));) {
        (void)snprintf(path, sizeof path, "/proc/self/task/%s/stat", one->d_name);
        bool other = one->d_name[0] != '.' && strcmp(one->d_name, own) != 0;
        FILE *f = other ? fopen(path, "re") : NULL;
        if (!f) continue;
        const char *state = fgets(stat, sizeof stat, f) ? strrchr(stat, ')') : NULL;
        awake += state && state[2] != 'S';
        (void)fclose(f);
    }
    (void)closedir(tasks);
    return awake;
}

/* The address sanitizer's allocator is not made for fork: a lock that another thread holds would be held for ever in
 * the child. The server of the test sleeps until somebody asks it. */
static void wait_for_threads(void)
{
    for (int i = 0; i < 20000 && threads_awake(); i++) (void)usleep(500);
}

static void start_on(struct world *w, const char *script, int in, int out, int error)
{
    char *argv[] = { (char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c", (char *)(uintptr_t)script, NULL };
    w->opts.argv = argv;
    wait_for_threads();
    w->pid = fork();
    if (w->pid) return;
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(error, 2) < 0) _exit(99);
    (void)close_range(3, ~0u, 0);
    _exit(run_watched(&w->opts));
}

static void start(struct world *w, const char *script)
{
    int in[2], out[2], error[2];
    CHECK(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(error, O_CLOEXEC) == 0);
    start_on(w, script, in[0], out[1], error[1]);
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(error[1]);
    w->in = in[1];
    w->out = out[0];
    w->error = error[0];
}

static int end(struct world *w)
{
    int st = 0;
    CHECK(waitpid(w->pid, &st, 0) == w->pid);
    return WIFEXITED(st) ? WEXITSTATUS(st) : 1000 + WTERMSIG(st);
}

static str read_all(struct world *w, int fd)
{
    struct buf b = buf_init(1 << 25);
    ssize_t n = 1;
    while (n > 0) {
        char *room = buf_room(&b, 1 << 16);
        n = room ? read(fd, room, 1 << 16) : 0;
        if (n > 0) b.len += (size_t)n;
    }
    (void)close(fd);
    return buf_take(&b, &w->a);
}

static int run(struct world *w, const char *script, str *out, str *error)
{
    start(w, script);
    (void)close(w->in);
    *out = read_all(w, w->out);
    *error = read_all(w, w->error);
    return end(w);
}

/* The i-th event that arrived, or NULL. */
static json *event(struct world *w, size_t i)
{
    json *root = NULL;
    for (size_t k = 0; k < fake_http_count(w->server); k++) {
        struct fake_request r = fake_http_request(w->server, k, &w->a);
        if (!STR_IS(r.method, "POST") || i-- > 0) continue;
        CHECK_OK(json_parse(r.body, &w->a, &root));
        return root;
    }
    return NULL;
}

TEST(output_input_and_exit_code_pass_through)
{
    struct world *w = world_new();
    start(w, "read x; echo got $x; echo oops >&2; exit 7");
    CHECK(write(w->in, "hello\n", 6) == 6);
    (void)close(w->in);
    CHECK_STR(read_all(w, w->out), "got hello\n");
    CHECK_STR(read_all(w, w->error), "oops\n");
    CHECK_I64(end(w), 7);
    json *started = event(w, 0), *finished = event(w, 1);
    CHECK_STR(json_get_str(started, "event"), "started");
    CHECK_STR(json_get_str(finished, "event"), "finished");
    CHECK_STR(json_get_str(finished, "pipeline"), "orders");
    CHECK_STR(json_get_str(finished, "step"), "load");
    CHECK(str_eq(json_get_str(started, "id"), json_get_str(finished, "id")));
    CHECK_I64(json_get_str(started, "id").len, 36);
    CHECK_I64(json_get_i64(finished, "exit_code", -1), 7);
    CHECK_STR(json_get_str(finished, "output"), "got hello\noops\n");
    CHECK(json_get_i64(finished, "ended", 0) > json_get_i64(finished, "started", 0));
    CHECK(json_get_i64(finished, "sync_us", -1) >= 0);
    CHECK_I64(spool_count(str_fmt(&w->a, STR_FMT "/spool", STR_ARG(w->opts.data_dir)).ptr), 0);
    world_free(w);
}

TEST(a_signal_that_ends_the_command_is_told)
{
    struct world *w = world_new();
    str out, error;
    CHECK_I64(run(w, "kill -9 $$", &out, &error), 137);
    CHECK_I64(json_get_i64(event(w, 1), "signal", 0), 9);
    CHECK_I64(json_get_i64(event(w, 1), "exit_code", 0), 137);
    world_free(w);
}

TEST(signals_reach_the_command)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct world *w = world_new();
        char ready[6];
        (void)signal(signals[i], SIG_DFL); /* a shell in the background starts us with some ignored, and a shell below
                                              us could not trap those */
        /* wait, not read: a signal that comes just before a shell's read(2) is noticed after it only */
        start(
            w,
            "sleep 600 >&- 2>&- <&- & trap 'kill $!; echo told; exit 9' TERM INT HUP USR1 USR2 QUIT; echo ready; wait");
        CHECK(read(w->out, ready, 6) == 6);
        (void)kill(w->pid, signals[i]);
        CHECK_STR(read_all(w, w->out), "told\n");
        CHECK_I64(end(w), 9);
        (void)close(w->in);
        (void)close(w->error);
        world_free(w);
    }
}

TEST(ignored_signals_stay_ignored)
{
    struct world *w = world_new();
    str out, error;
    (void)signal(SIGHUP, SIG_IGN); /* nohup */
    CHECK_I64(
        run(w, "kill -HUP $PPID; echo $((0x$(grep SigIgn /proc/self/status | cut -f2) & 0x7fffffff))", &out, &error),
        0);
    (void)signal(SIGHUP, SIG_DFL);
    CHECK_STR(out, "1\n"); /* and SIGPIPE is not */
    world_free(w);
}

TEST(one_file_for_both_keeps_the_order)
{
    struct world *w = world_new();
    int p[2], null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    start_on(w, "for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done", null, p[1], p[1]);
    (void)close(p[1]);
    CHECK_STR(read_all(w, p[0]), "o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\no6\ne6\no7\ne7\no8\ne8\no9\ne9\n");
    CHECK_I64(end(w), 0);
    (void)close(null);
    world_free(w);
}

TEST(every_byte_arrives)
{
    struct world *w = world_new();
    str out, error;
    CHECK_I64(
        run(w, "i=0; while [ $i -lt 20000 ]; do echo \"line $i \\0001\\0377 of many\"; i=$((i+1)); done", &out, &error),
        0);
    CHECK(str_starts(out, STR("line 0 \001\377 of many\n")) && str_ends(out, STR("line 19999 \001\377 of many\n")));
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++) lines += out.ptr[i] == '\n';
    CHECK_I64(lines, 20000);
    CHECK(json_get_str(event(w, 1), "output").len <= 8192);
    world_free(w);
}

TEST(when_nobody_reads_the_command_learns_it)
{
    struct world *w = world_new();
    start(w, "yes");
    (void)close(w->out);
    CHECK_I64(end(w), 141);
    (void)close(w->in);
    (void)close(w->error);
    world_free(w);
}

TEST(what_stays_behind_does_not_hold_us_and_still_prints)
{
    struct world *w = world_new();
    str fifo = str_fmt(&w->a, STR_FMT "/go", STR_ARG(w->opts.data_dir));
    CHECK(mkfifo(fifo.ptr, 0600) == 0);
    start(w, str_fmt(&w->a, "(read x < %s; echo late) & echo now", fifo.ptr).ptr);
    CHECK_I64(end(w), 0); /* although the one behind still waits */
    int fd = open(fifo.ptr, O_WRONLY);
    CHECK(write(fd, "\n", 1) == 1);
    (void)close(fd);
    CHECK_STR(read_all(w, w->out), "now\nlate\n");
    (void)close(w->in);
    (void)close(w->error);
    world_free(w);
}

TEST(on_a_terminal_the_command_sees_a_terminal)
{
    struct world *w = world_new();
    int master = -1, slave = -1;
    char text[256] = "";
    CHECK(openpty(&master, &slave, NULL, NULL, &(struct winsize){ .ws_row = 11, .ws_col = 77 }) == 0);
    start_on(w, "test -t 1 && test -t 2 && stty size <&1; exit 3", slave, slave, slave);
    CHECK_I64(end(w), 3);
    CHECK(read(master, text, sizeof text - 1) > 0);
    CHECK_STR(str_of(text), "11 77\r\n"); /* the line end is the real terminal's */
    CHECK_STR(json_get_str(event(w, 1), "output"), "11 77\n");
    (void)close(master);
    (void)close(slave);
    world_free(w);
}

TEST(what_cannot_be_started_is_reported)
{
    struct world *w = world_new();
    char *argv[] = { (char *)(uintptr_t)"no-such-program-here", NULL };
    w->opts.argv = argv;
    wait_for_threads();
    w->pid = fork();
    if (w->pid == 0) {
        (void)freopen("/dev/null", "we", stderr);
        _exit(run_watched(&w->opts));
    }
    CHECK_I64(end(w), 127);
    CHECK_STR(json_get_str(event(w, 1), "output"), "could not start: No such file or directory");
    world_free(w);
}

TEST(the_step_announces_what_it_did)
{
    struct world *w = world_new();
    str out, error;
    CHECK_I64(
        run(w,
            "echo '{\"rows\":12,\"bytes\":900,\"inputs\":[\"a\"],\"outputs\":[\"b\"],\"columns\":{\"b\":[\"x\"]}}' > "
            "$WEIR_REPORT",
            &out, &error),
        0);
    json *f = event(w, 1), *d = json_get(f, "detail");
    CHECK_I64(json_get_i64(f, "rows", 0), 12);
    CHECK_I64(json_get_i64(f, "bytes", 0), 900);
    CHECK_STR(json_text(d, &w->a), "{\"inputs\":[\"a\"],\"outputs\":[\"b\"],\"columns\":{\"b\":[\"x\"]}}");
    world_free(w);
}

TEST(knobs_come_from_the_server_then_from_its_last_answer_then_as_declared)
{
    struct world *w = world_new();
    str out, error;
    const char *script = "echo $WEIR_KNOB_BATCH_SIZE; ulimit -v";
    w->opts.knob_defaults = STR("[{\"name\":\"batch-size\",\"default\":\"10\",\"effect\":\"batch_size\"}]");
    w->knobs = STR("not JSON");
    CHECK_I64(run(w, script, &out, &error), 0);
    CHECK_STR(out, "10\nunlimited\n");
    w->knobs = STR("{\"items\":[{\"name\":\"batch-size\",\"value\":\"25\",\"effect\":\"batch_size\"},"
                   "{\"name\":\"memory\",\"value\":\"256\",\"effect\":\"memory_limit\"}]}");
    CHECK_I64(run(w, script, &out, &error), 0);
    CHECK_STR(out, "25\n262144\n");
    CHECK_STR(json_text(json_get(json_get(event(w, 3), "detail"), "knobs"), &w->a),
              "{\"batch-size\":\"25\",\"memory\":\"256\"}");
    w->knobs = STR("not JSON");
    CHECK_I64(run(w, script, &out, &error), 0);
    CHECK_STR(out, "25\n262144\n");
    world_free(w);
}

TEST(without_a_server_the_report_waits_and_the_next_run_delivers_it_first)
{
    struct world *w = world_new();
    str out, error, url = w->opts.server;
    const char *spool = str_fmt(&w->a, STR_FMT "/spool", STR_ARG(w->opts.data_dir)).ptr;
    w->opts.server = STR("http://127.0.0.1:9");
    CHECK_I64(run(w, "exit 5", &out, &error), 5);
    CHECK_STR(error, "");
    CHECK_I64(spool_count(spool), 2);
    w->opts.server = url;
    CHECK_I64(run(w, "exit 6", &out, &error), 6);
    CHECK_I64(spool_count(spool), 0);
    CHECK_STR(json_get_str(event(w, 0), "event"), "started");
    CHECK_I64(json_get_i64(event(w, 1), "exit_code", 0), 5);
    CHECK_I64(json_get_i64(event(w, 3), "exit_code", 0), 6);
    CHECK(event(w, 4) == NULL);
    world_free(w);
}

TEST(a_report_that_is_lost_is_not_lost_silently)
{
    struct world *w = world_new();
    str out, error;
    w->opts.server = STR_NONE;
    w->opts.data_dir = STR("/proc/no/such/place");
    CHECK_I64(run(w, "exit 4", &out, &error), 4);
    CHECK(str_starts(error, STR("weir run: the report of this run is lost: ")));
    world_free(w);
}

TEST(a_run_inside_a_run_names_its_parent)
{
    struct world *w = world_new();
    str out, error;
    CHECK(setenv("WEIR_RUN_ID", "outer", 1) == 0);
    CHECK_I64(run(w, "echo $WEIR_RUN_ID", &out, &error), 0);
    CHECK(unsetenv("WEIR_RUN_ID") == 0);
    CHECK_STR(json_get_str(json_get(event(w, 1), "detail"), "parent"), "outer");
    CHECK(str_eq(str_trim(out), json_get_str(event(w, 1), "id")));
    world_free(w);
}

TEST(the_key_comes_from_where_it_was_put)
{
    struct arena a = arena_init(1 << 20);
    str dir = test_dir(), key = STR_NONE;
    CHECK_OK(run_key(STR_NONE, dir, &a, &key));
    CHECK_STR(key, "");
    FILE *f = fopen(str_fmt(&a, STR_FMT "/ingest.key", STR_ARG(dir)).ptr, "we");
    CHECK(f && fputs("from-folder\n", f) >= 0 && fclose(f) == 0);
    CHECK_OK(run_key(STR_NONE, dir, &a, &key));
    CHECK_STR(key, "from-folder");
    CHECK(setenv("WEIR_KEY", "from-env", 1) == 0);
    CHECK_OK(run_key(STR_NONE, dir, &a, &key));
    CHECK_STR(key, "from-env");
    CHECK_ERR(run_key(STR("/no/such/file"), dir, &a, &key), ERR_IO);
    CHECK(setenv("WEIR_KEY", "two words", 1) == 0);
    CHECK_ERR(run_key(STR_NONE, dir, &a, &key), ERR_INPUT);
    CHECK(unsetenv("WEIR_KEY") == 0);
    arena_done(&a);
}
