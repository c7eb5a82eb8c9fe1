/* Schedules done for real: a real store, the real core, real children. */
#include "edge/flow/scheduler.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edge/edge_kit.h"
#include "sim/vfs_fault.h"
#include "test.h"

struct world {
    struct env env;
    struct arena a;
    str dir;
    struct store *store;
    struct core *core;
    struct scheduler *scheduler;
    struct kit_commits commits;
};

static void store_up(struct world *w)
{
    w->core = core_new();
    CHECK_OK(store_open(&(struct store_opts){ .dir = str_fmt(&w->a, STR_FMT "/store", STR_ARG(w->dir)) }, &w->env,
                        &w->store));
    store_on_commit(w->store, kit_committed, &w->commits);
    store_on_tick(w->store, kit_next_due, kit_fire_due, w->core);
}

static struct act_door door_of(struct world *w)
{
    return (struct act_door){ .store = w->store, .env = &w->env, .apply = kit_apply, .ctx = w->core };
}

static void begin(struct world *w)
{
    struct scheduler_opts opts = { .places = { .door = door_of(w) }, .poll_every = USEC_MS };
    CHECK_OK(scheduler_start(&opts, &w->scheduler));
}

static void end(struct world *w)
{
    scheduler_stop(w->scheduler);
    w->scheduler = NULL;
    store_close(w->store);
    core_free(w->core);
}

static void world_open(struct world *w, const char *vfs)
{
    static int number;
    *w = (struct world){ .env = env_os(), .a = arena_init(64 << 20) };
    w->env.sqlite_vfs = vfs;
    w->dir = str_fmt(&w->a, STR_FMT "/w%d", STR_ARG(test_dir()), ++number);
    CHECK(mkdir(w->dir.ptr, 0700) == 0);
    (void)signal(SIGPIPE, SIG_IGN); /* as the server: a child that is ended at its gate reads no more */
    kit_commits_init(&w->commits);
    store_up(w);
}

static void world_done(struct world *w)
{
    end(w);
    arena_done(&w->a);
}

static void give(struct world *w, const char *kind, const char *subject, str body)
{
    struct act_door door = door_of(w);
    CHECK_OK(door_input(&door, kind, str_of(subject), body));
}

/* One schedule "job" of a shell's line; it never comes by itself. */
static void declare(struct world *w, const char *line, int retries, usec timeout)
{
    struct buf b = buf_init(1 << 16), c = buf_init(1 << 16);
    struct jw j = jw_init(&b), k = jw_init(&c);
    jw_open(&k, NULL);
    jw_strz(&k, "name", "job");
    jw_array(&k, "argv");
    jw_strz(&k, NULL, "/bin/sh");
    jw_strz(&k, NULL, "-c");
    jw_strz(&k, NULL, line);
    jw_array_end(&k);
    jw_str(&k, "cwd", w->dir);
    jw_i64(&k, "timeout_us", timeout);
    jw_close(&k);
    jw_open(&j, NULL);
    jw_str(&j, "text",
           str_fmt(&w->a,
                   "{\"schedules\":[{\"name\":\"job\",\"does\":\"command\",\"cron\":\"@yearly\",\"retries\":%d,"
                   "\"retry_us\":1000,\"step\":" STR_FMT "}]}",
                   retries, STR_ARG(buf_view(&c))));
    jw_close(&j);
    give(w, "document.loaded", "schedules", str_dup(&w->a, buf_view(&b)));
    buf_done(&b);
    buf_done(&c);
}

static str state_of(struct world *w, char text[32])
{
    struct tx *tx = NULL;
    text[0] = 0;
    if (store_read(w->store, &tx).code) return STR("");
    struct rows *r = tx_query(tx, SQL_API_SCHEDULE, V("job"));
    if (rows_next(r)) (void)snprintf(text, 32, STR_FMT, STR_ARG(rows_str(r, 10)));
    rows_end(r);
    store_read_end(tx);
    return str_of(text);
}

/* Until the newest run is in this state: each commit is a reason to look. False: not within so many seconds, or the
 * store writes no more. */
static bool wait_state(struct world *w, const char *state, int seconds)
{
    bool either = STR_IS(str_of(state), "over"); /* ok or failed */
    char text[32];
    usec until = w->env.now(&w->env) + seconds * USEC_SECOND;
    for (;;) {
        uint64_t seen = kit_commits_seen(&w->commits);
        str now = state_of(w, text);
        if (str_eq(now, str_of(state)) || (either && (STR_IS(now, "ok") || STR_IS(now, "failed")))) return true;
        if (store_stats(w->store).read_only) return false;
        (void)kit_commits_wait(&w->commits, seen, 50 * USEC_MS); /* a store that writes no more commits no more */
        if (w->env.now(&w->env) > until) return false;
    }
}

static int64_t count_runs(struct world *w, const char *state)
{
    struct tx *tx = NULL;
    int64_t n = 0;
    CHECK_OK(store_read(w->store, &tx));
    struct rows *r = tx_query(tx, SQL_RUN_HISTORY, V("job"), V("job"), V(""), V(USEC_MAX));
    while (rows_next(r)) n += str_eq(rows_str(r, 3), str_of(state));
    rows_end(r);
    store_read_end(tx);
    return n;
}

static bool there(struct world *w, const char *name)
{
    return access(str_fmt(&w->a, STR_FMT "/%s", STR_ARG(w->dir), name).ptr, F_OK) == 0;
}

TEST(a_command_runs_as_a_run_of_its_pipeline)
{
    struct world w;
    world_open(&w, NULL);
    declare(&w, "echo hello; printf '{\"rows\":7}\\n' >> $WEIR_REPORT; echo $WEIR_EFFECT > run", 0, USEC_MINUTE);
    give(&w, "schedule.asked", "job", STR("{}"));
    begin(&w);
    CHECK(wait_state(&w, "ok", 20));
    CHECK(there(&w, "run"));
    CHECK_I64(count_runs(&w, "ok"), 1);
    world_done(&w);
}

TEST(what_fails_is_tried_again_and_then_told)
{
    struct world w;
    world_open(&w, NULL);
    declare(&w, "echo x >> tries; test $(wc -l < tries) = 3", 2, USEC_MINUTE);
    give(&w, "schedule.asked", "job", STR("{}"));
    begin(&w);
    CHECK(wait_state(&w, "ok", 20));
    CHECK_I64(count_runs(&w, "failed"), 2);
    CHECK_I64(count_runs(&w, "ok"), 1);
    declare(&w, "exit 9", 0, USEC_MINUTE);
    give(&w, "schedule.asked", "job", STR("{}"));
    CHECK(wait_state(&w, "failed", 20));
    world_done(&w);
}

TEST(what_takes_too_long_is_ended)
{
    struct world w;
    world_open(&w, NULL);
    declare(&w, "exec sleep 600", 0, 50 * USEC_MS);
    give(&w, "schedule.asked", "job", STR("{}"));
    begin(&w);
    CHECK(wait_state(&w, "failed", 20));
    CHECK_I64(count_runs(&w, "failed"), 1);
    world_done(&w);
}

TEST(a_program_that_is_not_there_is_a_failed_run)
{
    struct world w;
    world_open(&w, NULL);
    give(&w, "document.loaded", "schedules",
         STR("{\"text\":\"{\\\"schedules\\\":[{\\\"name\\\":\\\"job\\\",\\\"does\\\":\\\"command\\\",\\\"cron\\\":"
             "\\\"@yearly\\\",\\\"step\\\":{\\\"name\\\":\\\"job\\\",\\\"argv\\\":[\\\"no-such-program\\\"]}}]}\"}"));
    give(&w, "schedule.asked", "job", STR("{}"));
    begin(&w);
    CHECK(wait_state(&w, "failed", 20));
    CHECK_I64(count_runs(&w, "failed"), 1);
    world_done(&w);
}

TEST(work_that_weir_does_not_know_fails_and_says_so)
{
    struct world w;
    world_open(&w, NULL);
    give(&w, "document.loaded", "schedules",
         STR("{\"text\":\"{\\\"schedules\\\":[{\\\"name\\\":\\\"job\\\",\\\"does\\\":\\\"dance\\\",\\\"cron\\\":"
             "\\\"@yearly\\\"}]}\"}"));
    give(&w, "schedule.asked", "job", STR("{}"));
    begin(&w);
    CHECK(wait_state(&w, "failed", 20));
    world_done(&w);
}

/* Weir stops while a command runs: it is ended, and told as failed. */
TEST(stopping_ends_what_runs)
{
    struct world w;
    world_open(&w, NULL);
    declare(&w, "echo here > begun; exec sleep 600", 0, USEC_HOUR);
    give(&w, "schedule.asked", "job", STR("{}"));
    begin(&w);
    CHECK(wait_state(&w, "running", 20));
    scheduler_stop(w.scheduler);
    w.scheduler = NULL;
    char text[32];
    CHECK_STR(state_of(&w, text), "failed");
    world_done(&w);
}

/* An earlier life claimed a run, began a step and was killed. */
TEST(what_an_earlier_life_left_behind_is_told_as_failed_and_tried_again)
{
    struct world w;
    char run[40];
    world_open(&w, NULL);
    declare(&w, "true", 1, USEC_HOUR);
    give(&w, "schedule.asked", "job", STR("{}"));
    struct tx *tx = NULL;
    CHECK_OK(store_read(w.store, &tx));
    struct rows *r = tx_query(tx, SQL_API_SCHEDULE, V("job"));
    CHECK(rows_next(r));
    (void)snprintf(run, sizeof run, STR_FMT, STR_ARG(rows_str(r, 4)));
    rows_end(r);
    store_read_end(tx);
    give(&w, "schedule.started", run, STR("{\"pid\":1,\"pid_start\":1}"));
    give(&w, "run.started", "run-of-before",
         str_fmt(&w.a, "{\"pipeline\":\"job\",\"step\":\"job\",\"started\":5,\"effect\":\"%s\"}", run));
    begin(&w);
    CHECK(wait_state(&w, "ok", 20));
    CHECK_I64(count_runs(&w, "failed"), 1);
    CHECK_I64(count_runs(&w, "ok"), 1);
    world_done(&w);
}

/* The nth write fails, for every n: the command never ran without its claim being durable, and the next life brings
 * the run to an end. */
TEST(no_failed_write_loses_a_run_or_hides_that_it_began)
{
    struct vfs_fault *disk = vfs_fault_new("schedule-fault");
    bool fired = true;
    int nth = 1, step = test_count(7, 1);
    for (; fired && nth < 400; nth += step) {
        struct world w;
        char text[32];
        vfs_fault_plan(disk, (struct vfs_plan){ .at = 0 });
        world_open(&w, "schedule-fault");
        declare(&w, "echo x >> ran", 0, USEC_MINUTE);
        give(&w, "schedule.asked", "job", STR("{}"));
        vfs_fault_plan(disk, (struct vfs_plan){ .at = nth, .fault = FAULT_IO });
        begin(&w);
        (void)wait_state(&w, "over", 20);
        end(&w);
        fired = vfs_fault_fired(disk);
        vfs_fault_plan(disk, (struct vfs_plan){ .at = 0 });
        store_up(&w);
        bool claimed = !STR_IS(state_of(&w, text), "due");
        CHECK(claimed || !there(&w, "ran"));
        begin(&w);
        CHECK(wait_state(&w, "over", 20));
        world_done(&w);
    }
    CHECK(!fired && nth > 1);
    vfs_fault_free(disk);
}
