#include "edge/act/executor.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cond.h"
#include "base/hash.h"
#include "edge/http_client.h"
#include "sim/fake_http.h"
#include "test.h"

/* A real store, the real core, real children; only effects are written by hand, as a decision would. */
struct world {
    struct env env;
    struct arena a;
    str dir;
    struct store *store;
    struct core *core;
    struct executor *executor;
    struct executor_opts opts;
    pthread_mutex_t lock;
    pthread_cond_t turn;
    uint64_t commits;
    int commit_fd; /* a byte for each commit, -1 = none */
};

static err apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    return core_apply(((struct world *)ctx)->core, tx, in, seq);
}

static void committed(void *ctx, int64_t seq)
{
    struct world *w = ctx;
    (void)seq;
    (void)pthread_mutex_lock(&w->lock);
    w->commits++;
    (void)pthread_cond_broadcast(&w->turn);
    if (w->executor) executor_wake(w->executor);
    (void)pthread_mutex_unlock(&w->lock);
    if (w->commit_fd >= 0) (void)!write(w->commit_fd, "c", 1);
}

static void world_open(struct world *w)
{
    w->core = core_new();
    struct store_opts opts = { .dir = str_fmt(&w->a, STR_FMT "/store", STR_ARG(w->dir)) };
    err e = store_open(&opts, &w->env, &w->store);
    /* A child forked in the very moment of the kill holds the lock until it has closed it. */
    for (int i = 0; i < 1000 && e.code == ERR_CONFLICT; i++) {
        (void)poll(NULL, 0, 1);
        e = store_open(&opts, &w->env, &w->store);
    }
    CHECK_OK(e);
    store_on_commit(w->store, committed, w);
}

static struct world *world_new(void)
{
    struct world *w = mem_new(sizeof *w);
    w->env = env_os();
    w->a = arena_init(64 << 20);
    w->dir = test_dir();
    w->commit_fd = -1;
    http_client_install(&w->env, NULL);
    (void)pthread_mutex_init(&w->lock, NULL);
    (void)pthread_cond_init(&w->turn, NULL);
    world_open(w);
    return w;
}

static void world_close(struct world *w)
{
    struct executor *x = w->executor;
    (void)pthread_mutex_lock(&w->lock);
    w->executor = NULL;
    (void)pthread_mutex_unlock(&w->lock);
    executor_stop(x, 10 * USEC_SECOND);
    store_close(w->store);
    core_free(w->core);
    w->store = NULL;
}

static void world_free(struct world *w)
{
    if (w->store) world_close(w);
    arena_done(&w->a);
    mem_free(w);
}

static void world_run(struct world *w)
{
    struct executor *x = NULL;
    w->opts.door = (struct act_door){ .store = w->store, .env = &w->env, .apply = apply, .ctx = w };
    w->opts.pause_max = USEC_MS;
    CHECK_OK(executor_start(&w->opts, &x));
    (void)pthread_mutex_lock(&w->lock);
    w->executor = x;
    (void)pthread_mutex_unlock(&w->lock);
    executor_wake(x);
}

static void input(struct world *w, const char *kind, str subject, str body)
{
    struct act_door door = { .store = w->store, .env = &w->env, .apply = apply, .ctx = w };
    CHECK_OK(door_input(&door, kind, subject, body));
}

/* One pipeline "p": steps one, two (shell scripts one.sh, two.sh in the world's folder) and whatever else is given. */
static void declare(struct world *w, const char *more)
{
    str step = str_fmt(&w->a,
                       "\"cwd\":\"" STR_FMT "\",\"user\":\"\",\"env\":{\"DECLARED\":\"yes\"},\"timeout_us\":20000000,"
                       "\"repeatable\":true",
                       STR_ARG(w->dir));
    str text =
        str_fmt(&w->a,
                "{\"pipelines\":[{\"name\":\"p\",\"source\":\"\",\"destination\":\"\",\"owner\":\"\",\"tier\":2,"
                "\"environment\":\"test\",\"every_us\":0,\"after\":[],\"steps\":[{\"name\":\"one\",\"argv\":[\"sh\","
                "\"one.sh\"]," STR_FMT "},{\"name\":\"two\",\"argv\":[\"sh\",\"two.sh\"]," STR_FMT "}],%s}]}",
                STR_ARG(step), STR_ARG(step), more[0] ? more : "\"knobs\":[]");
    struct buf b = buf_init(1 << 20);
    struct jw j = jw_init(&b);
    struct sha256 d = sha256_of(text);
    jw_open(&j, NULL);
    jw_str(&j, "text", text);
    jw_str(&j, "hash", hex_text((str){ (char *)d.b, SHA256_LEN }, &w->a));
    jw_close(&j);
    input(w, "document.loaded", STR("pipelines"), str_dup(&w->a, buf_view(&b)));
    buf_done(&b);
}

static void script(struct world *w, const char *name, const char *text)
{
    FILE *f = fopen(str_fmt(&w->a, STR_FMT "/%s", STR_ARG(w->dir), name).ptr, "we");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static str file(struct world *w, const char *name)
{
    int fd = open(str_fmt(&w->a, STR_FMT "/%s", STR_ARG(w->dir), name).ptr, O_RDONLY | O_CLOEXEC);
    char text[65536];
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0) (void)close(fd);
    return str_dup(&w->a, (str){ text, n > 0 ? (size_t)n : 0 });
}

struct adding {
    struct world *w;
    const char *id, *kind, *remedy, *target, *args, *state;
};

static err add_row(struct tx *tx, void *ctx)
{
    const struct adding *e = ctx;
    int64_t seq = journal_add(
        tx, &(struct entry){
                .kind = STR("effect.requested"), .subject = str_of(e->id), .actor = STR("test"), .body = STR("{}") });
    tx_exec(tx, SQL_EFFECT_ADD, V(e->id), V(seq), V(""), V(""), V(""), V(e->kind), V(e->remedy), V(e->target),
            V(e->args), V(str_fmt(tx_arena(tx), "key-%s", e->id)), V(e->state), V(0));
    return tx_err(tx);
}

static void add(struct world *w, const char *id, const char *kind, const char *remedy, const char *target,
                const char *args)
{
    struct adding e = { w, id, kind, remedy, target, args, "pending" };
    CHECK_OK(store_run(w->store, add_row, &e));
}

struct row {
    str state;
    json *outcome;
};

static struct row row_of(struct world *w, const char *id)
{
    struct tx *tx = NULL;
    struct row out = { .state = STR_NONE };
    CHECK_OK(store_read(w->store, &tx));
    struct rows *r = tx_query(tx, SQL_EFFECT_GET, V(id));
    if (rows_next(r)) out.state = rows_dup(r, 0, &w->a);
    rows_end(r);
    r = tx_query(tx, SQL_EFFECT_OUTCOME, V(id));
    str text = rows_next(r) ? rows_dup(r, 0, &w->a) : STR_NONE;
    rows_end(r);
    store_read_end(tx);
    if (text.len) CHECK_OK(json_parse(text, &w->a, &out.outcome));
    return out;
}

static bool open_state(str s)
{
    return STR_IS(s, "pending") || STR_IS(s, "started");
}

static void await(struct world *w)
{
    CHECK(cond_wait_for(&w->turn, &w->lock, 20 * USEC_SECOND));
}

/* Until the effect has its outcome; fails after 20 s without a commit. */
static struct row finished(struct world *w, const char *id)
{
    for (;;) {
        (void)pthread_mutex_lock(&w->lock);
        uint64_t seen = w->commits;
        (void)pthread_mutex_unlock(&w->lock);
        struct row r = row_of(w, id);
        if (!open_state(r.state)) return r;
        (void)pthread_mutex_lock(&w->lock);
        while (seen == w->commits) await(w);
        (void)pthread_mutex_unlock(&w->lock);
    }
}

static str summary(struct row r)
{
    return json_get_str(r.outcome, "summary");
}

static const char steps_args[] = "{\"pipeline\":\"p\",\"step\":\"one\",\"steps\":[\"one\",\"two\"]}";

TEST(a_retry_runs_the_declared_steps_in_order_and_reports_them)
{
    struct world *w = world_new();
    declare(w, "");
    script(w, "one.sh",
           "echo one $DECLARED ${HOME:+home} ${WEIR_TEST_LEAK:-clean} >> log; echo said; echo '{\"rows\":5}' > "
           "$WEIR_REPORT");
    script(w, "two.sh", "echo two $WEIR_EFFECT >> log");
    CHECK(setenv("WEIR_TEST_LEAK", "leaked", 1) == 0);
    add(w, "eff-1", "apply", "job.retry", "p/one", steps_args);
    world_run(w);
    struct row r = finished(w, "eff-1");
    CHECK_STR(r.state, "done");
    CHECK_STR(file(w, "log"), "one yes home clean\ntwo eff-1\n");
    CHECK_I64(json_get_i64(json_get(r.outcome, "detail"), "steps_done", 0), 2);
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    struct rows *run = tx_query(tx, SQL_RUN_OF_EFFECT, V("eff-1"));
    CHECK(rows_next(run));
    CHECK_STR(rows_str(run, 0), "one");
    CHECK_STR(rows_str(run, 1), "ok");
    CHECK_I64(rows_i64(run, 2), 5);
    CHECK_STR(rows_str(run, 3), "said\n");
    CHECK(rows_next(run));
    CHECK_STR(rows_str(run, 0), "two");
    rows_end(run);
    store_read_end(tx);
    world_free(w);
}

TEST(a_step_that_fails_stops_the_rest)
{
    struct world *w = world_new();
    declare(w, "");
    script(w, "one.sh", "echo broken >&2; exit 3");
    script(w, "two.sh", "echo two >> log");
    add(w, "eff-1", "apply", "job.rerun", "p/one", steps_args);
    world_run(w);
    struct row r = finished(w, "eff-1");
    CHECK_STR(r.state, "failed");
    CHECK_STR(summary(r), "step one of p ended with exit code 3");
    CHECK_STR(json_get_str(json_get(r.outcome, "detail"), "output"), "broken\n");
    CHECK_STR(file(w, "log"), "");
    world_free(w);
}

static struct row one(struct world *w, const char *kind, const char *remedy, const char *args)
{
    static int n = 100;
    const char *id = str_fmt(&w->a, "eff-%d", n++).ptr;
    add(w, id, kind, remedy, "p/one", args);
    return finished(w, id);
}

static const char hooks[] =
    "\"knobs\":[{\"name\":\"memory_mb\",\"type\":\"int\",\"min\":64,\"max\":1024,\"default\":\"128\",\"effect\":"
    "\"memory_limit\","
    "\"mends\":[]}],\"commands\":[{\"name\":\"last_good\",\"argv\":[\"sh\",\"-c\",\"echo good >> "
    "log\"],\"cwd\":\"%s\",\"undo\":\"back\"},"
    "{\"name\":\"back\",\"argv\":[\"sh\",\"-c\",\"echo back >> log\"],\"cwd\":\"%s\"},"
    "{\"name\":\"slow\",\"argv\":[\"sh\",\"-c\",\"echo $$; sleep 100\"],\"cwd\":\"%s\",\"timeout_us\":100000}],"
    "\"webhooks\":[{\"name\":\"once\",\"url\":\"http://127.0.0.1:%d/once\",\"secret\":\"env:WEIR_TEST_HOOK\"},"
    "{\"name\":\"dedup\",\"url\":\"http://127.0.0.1:%d/dedup\",\"dedupes\":true},"
    "{\"name\":\"nobody\",\"url\":\"http://127.0.0.1:9/\"}]";

static void declare_all(struct world *w, int port)
{
    const char *dir = w->dir.ptr;
    CHECK(setenv("WEIR_TEST_HOOK", "hush", 1) == 0);
    declare(w, str_fmt(&w->a, hooks, dir, dir, dir, port, port).ptr);
    script(w, "one.sh", "ulimit -v; echo one $WEIR_KNOB_MEMORY_MB >> log");
    script(w, "two.sh", "echo two >> log");
}

static str precheck(struct row r)
{
    CHECK_STR(r.state, "done");
    return json_get_str(json_get(r.outcome, "detail"), "precheck");
}

TEST(a_probe_tells_what_would_be_done_and_touches_nothing)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    struct row r = one(w, "probe", "job.retry", steps_args);
    CHECK_STR(precheck(r), "ok");
    CHECK_STR(json_get_str(json_get(r.outcome, "detail"), "dry_run"),
              "would run one (sh one.sh), then two (sh two.sh)");
    str digest = json_get_str(r.outcome, "digest");
    CHECK_I64(digest.len, 64);
    CHECK(str_eq(digest, json_get_str(one(w, "probe", "job.retry", steps_args).outcome, "digest")));
    script(w, "two.sh", "echo something else >> log");
    CHECK(!str_eq(digest, json_get_str(one(w, "probe", "job.retry", steps_args).outcome, "digest")));
    CHECK_STR(file(w, "log"), "");
    CHECK_STR(precheck(one(w, "probe", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"three\"]}")),
              "step three is not declared");
    CHECK_STR(precheck(one(w, "probe", "job.retry", "{\"pipeline\":\"q\",\"steps\":[\"one\"]}")),
              "the pipeline is not declared");
    CHECK_STR(precheck(one(w, "probe", "command.run", "{\"pipeline\":\"p\",\"command\":\"sh -c evil\"}")),
              "the command is not declared");
    CHECK_STR(precheck(one(w, "probe", "knob.set", "{\"pipeline\":\"p\",\"knob\":\"memory_mb\",\"value\":\"4096\"}")),
              "the value is outside what is declared for the knob");
    world_free(w);
}

/* Nothing that comes with an effect becomes a command: names that are not declared do nothing at all. */
TEST(only_what_is_declared_is_ever_run)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    CHECK_STR(summary(one(w, "apply", "command.run",
                          "{\"pipeline\":\"p\",\"command\":\"sh\",\"argv\":[\"sh\",\"-c\",\"echo evil >> log\"]}")),
              "nothing was done: the command is not declared");
    CHECK_STR(summary(one(w, "apply", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"one; echo evil >> log\"]}")),
              "nothing was done: step one; echo evil >> log is not declared");
    CHECK_STR(one(w, "apply", "shell.run", "{\"pipeline\":\"p\"}").state, "failed");
    CHECK_STR(one(w, "notify", "slack", "{}").state, "failed");
    CHECK_STR(file(w, "log"), "");
    world_free(w);
}

TEST(a_declared_command_runs_and_can_be_taken_back)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    CHECK_STR(
        one(w, "apply", "command.run", "{\"pipeline\":\"p\",\"command\":\"last_good\",\"steps\":[\"two\"]}").state,
        "done");
    CHECK_STR(file(w, "log"), "good\ntwo\n");
    CHECK_STR(one(w, "undo", "command.run", "{\"pipeline\":\"p\",\"command\":\"last_good\"}").state, "done");
    CHECK_STR(file(w, "log"), "good\ntwo\nback\n");
    world_free(w);
}

TEST(past_its_time_a_command_is_ended)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    struct row r = one(w, "apply", "command.run", "{\"pipeline\":\"p\",\"command\":\"slow\"}");
    CHECK_STR(r.state, "failed");
    CHECK_STR(summary(r), "command slow was ended: it took too long");
    world_free(w);
}

TEST(a_knob_reaches_the_steps_and_is_kept_when_they_went_well)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    const char *args =
        "{\"pipeline\":\"p\",\"knob\":\"memory_mb\",\"value\":\"256\",\"before\":\"128\",\"steps\":[\"one\"]}";
    struct row r = one(w, "apply", "knob.set", args);
    CHECK_STR(r.state, "done");
    CHECK_STR(json_get_str(json_get(r.outcome, "detail"), "output"), "262144\n");
    CHECK_STR(file(w, "log"), "one 256\n");
    CHECK_STR(one(w, "apply", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"one\"]}").state, "done");
    CHECK_STR(file(w, "log"), "one 256\none 256\n"); /* the core kept it */
    CHECK_STR(one(w, "verify", "knob.set", args).state, "done");
    CHECK_STR(one(w, "undo", "knob.set", args).state, "done");
    CHECK_STR(one(w, "apply", "job.retry", "{\"pipeline\":\"p\",\"steps\":[\"one\"]}").state, "done");
    CHECK_STR(file(w, "log"), "one 256\none 256\none 128\n");
    world_free(w);
}

TEST(verify_looks_at_the_newest_run)
{
    struct world *w = world_new();
    declare_all(w, 9);
    world_run(w);
    script(w, "one.sh", "exit 1");
    CHECK_STR(one(w, "apply", "job.retry", steps_args).state, "failed");
    CHECK_STR(one(w, "verify", "job.retry", steps_args).state, "failed");
    script(w, "one.sh", "exit 0");
    CHECK_STR(one(w, "apply", "job.retry", steps_args).state, "done");
    CHECK_STR(one(w, "verify", "job.retry", steps_args).state, "done");
    world_free(w);
}

struct hook {
    int lose, fail; /* the first so many requests */
    _Atomic int seen;
};

static struct fake_reply hook_reply(const struct fake_request *req, void *ctx)
{
    struct hook *h = ctx;
    (void)req;
    int n = h->seen++;
    return (struct fake_reply){ .status = n < h->lose ? 0 : n < h->fail ? 503 : 200 };
}

TEST(a_webhook_is_signed_and_called_once)
{
    struct world *w = world_new();
    struct hook hook = { 0 };
    struct fake_http *s = NULL;
    CHECK_OK(fake_http_start(hook_reply, &hook, &s));
    declare_all(w, fake_http_port(s));
    world_run(w);
    add(w, "eff-1", "apply", "webhook.call", "p/one",
        "{\"pipeline\":\"p\",\"webhook\":\"once\",\"payload\":{\"cause\":\"x\"}}");
    CHECK_STR(finished(w, "eff-1").state, "done");
    CHECK_I64(fake_http_count(s), 1);
    struct fake_request r = fake_http_request(s, 0, &w->a);
    str at = fake_header(&r, "x-weir-timestamp");
    struct sha256 mac = hmac_sha256(STR("hush"), str_fmt(&w->a, STR_FMT "." STR_FMT, STR_ARG(at), STR_ARG(r.body)));
    str want = str_fmt(&w->a, "v1=" STR_FMT, STR_ARG(hex_text((str){ (char *)mac.b, SHA256_LEN }, &w->a)));
    CHECK(str_eq(fake_header(&r, "x-weir-signature"), want));
    CHECK_STR(fake_header(&r, "idempotency-key"), "key-eff-1");
    CHECK(str_find(r.body, STR("\"payload\":{\"cause\":\"x\"}"), 0) > 0);
    world_free(w);
    fake_http_stop(s);
}

TEST(a_lost_reply_is_unknown_unless_the_target_drops_copies)
{
    struct world *w = world_new();
    struct hook hook = { .lose = 1 };
    struct fake_http *s = NULL;
    CHECK_OK(fake_http_start(hook_reply, &hook, &s));
    declare_all(w, fake_http_port(s));
    world_run(w);
    CHECK_STR(one(w, "apply", "webhook.call", "{\"pipeline\":\"p\",\"webhook\":\"once\"}").state, "unknown");
    CHECK_I64(fake_http_count(s), 1);
    hook.seen = 0;
    hook.fail = 2; /* one lost, one refused, then it works */
    CHECK_STR(one(w, "apply", "webhook.call", "{\"pipeline\":\"p\",\"webhook\":\"dedup\"}").state, "done");
    CHECK_I64(fake_http_count(s), 4);
    struct fake_request first = fake_http_request(s, 1, &w->a), last = fake_http_request(s, 3, &w->a);
    CHECK(str_eq(fake_header(&first, "idempotency-key"), fake_header(&last, "idempotency-key")));
    CHECK_STR(one(w, "apply", "webhook.call", "{\"pipeline\":\"p\",\"webhook\":\"nobody\"}").state,
              "failed"); /* certain */
    world_free(w);
    fake_http_stop(s);
}

TEST(never_two_effects_of_one_pipeline_at_once)
{
    struct world *w = world_new();
    declare_all(w, 9);
    script(w, "one.sh", "mkdir held || exit 9; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; rmdir held");
    for (int i = 0; i < 12; i++)
        add(w, str_fmt(&w->a, "eff-%d", i).ptr, "apply", "job.retry", i % 2 ? "p/one" : "p/two",
            "{\"pipeline\":\"p\",\"steps\":[\"one\"]}");
    w->opts.threads = 4;
    world_run(w);
    for (int i = 0; i < 12; i++) CHECK_STR(finished(w, str_fmt(&w->a, "eff-%d", i).ptr).state, "done");
    CHECK(executor_stats(w->executor).done >= 11); /* the last is counted after its commit */
    CHECK_I64(executor_stats(w->executor).errors, 0);
    world_free(w);
}

TEST(a_remedy_waits_for_a_run_that_is_under_way)
{
    struct world *w = world_new();
    declare_all(w, 9);
    usec now = w->env.wall(&w->env);
    input(w, "run.started", STR("r1"),
          str_fmt(&w->a, "{\"pipeline\":\"p\",\"step\":\"one\",\"started\":%lld}", (long long)now));
    add(w, "eff-1", "apply", "job.retry", "p/one", "{\"pipeline\":\"p\",\"steps\":[\"two\"]}");
    add(w, "eff-2", "probe", "job.retry", "p/one", steps_args);
    w->opts.busy_patience = USEC_MAX / 2;
    world_run(w);
    CHECK_STR(finished(w, "eff-2").state, "done"); /* looking is free */
    CHECK_STR(row_of(w, "eff-1").state, "pending");
    input(w, "run.finished", STR("r1"),
          str_fmt(&w->a, "{\"pipeline\":\"p\",\"step\":\"one\",\"started\":%lld,\"ended\":%lld,\"exit_code\":0}",
                  (long long)now, (long long)now + 1));
    CHECK_STR(finished(w, "eff-1").state, "done");
    world_free(w);
}

TEST(stopping_ends_what_takes_too_long)
{
    struct world *w = world_new();
    declare_all(w, 9);
    CHECK(mkfifo(str_fmt(&w->a, STR_FMT "/up", STR_ARG(w->dir)).ptr, 0600) == 0);
    script(w, "one.sh", "echo up > up; sleep 100");
    add(w, "eff-1", "apply", "job.retry", "p/one", steps_args);
    world_run(w);
    CHECK_STR(file(w, "up"), "up\n"); /* blocks until the step is there */
    struct executor *x = w->executor;
    (void)pthread_mutex_lock(&w->lock);
    w->executor = NULL;
    (void)pthread_mutex_unlock(&w->lock);
    executor_stop(x, USEC_MS);
    struct row r = row_of(w, "eff-1");
    CHECK_STR(r.state, "failed");
    CHECK_STR(summary(r), "step one of p was ended by signal 15");
    world_free(w);
}

/* ---- crashes ---- */

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
