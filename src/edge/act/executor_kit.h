/* For tests of the executor: a real store, the real core, real children; only effects are written by hand, as a
 * decision would. */
#ifndef WEIR_EDGE_ACT_EXECUTOR_KIT_H
#define WEIR_EDGE_ACT_EXECUTOR_KIT_H

#include "edge/act/executor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "edge/edge_kit.h"
#include "edge/http_client.h"
#include "sim/fake_http.h"
#include "test.h"

struct world {
    struct env env;
    struct arena a;
    str dir;
    struct store *store;
    struct core *core;
    struct executor *executor;
    struct executor_opts opts;
    pthread_mutex_t lock; /* of executor: a commit wakes it as long as it is there */
    struct kit_commits commits;
    int commit_fd; /* a byte for each commit, -1 = none */
};

static inline void committed(void *ctx, int64_t seq)
{
    struct world *w = ctx;
    kit_committed(&w->commits, seq);
    (void)pthread_mutex_lock(&w->lock);
    if (w->executor) executor_wake(w->executor);
    (void)pthread_mutex_unlock(&w->lock);
    if (w->commit_fd >= 0) (void)!write(w->commit_fd, "c", 1);
}

static inline void world_open(struct world *w)
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

static inline struct world *world_new(void)
{
    struct world *w = mem_new(sizeof *w);
    w->env = env_os();
    w->a = arena_init(64 << 20);
    w->dir = test_dir();
    w->commit_fd = -1;
    http_client_install(&w->env, NULL);
    (void)pthread_mutex_init(&w->lock, NULL);
    kit_commits_init(&w->commits);
    world_open(w);
    return w;
}

/* patience: how long work under way may take to end by itself. */
static inline void world_halt(struct world *w, usec patience)
{
    struct executor *x = w->executor;
    (void)pthread_mutex_lock(&w->lock);
    w->executor = NULL;
    (void)pthread_mutex_unlock(&w->lock);
    executor_stop(x, patience);
}

static inline void world_close(struct world *w)
{
    world_halt(w, 10 * USEC_SECOND);
    store_close(w->store);
    core_free(w->core);
    w->store = NULL;
}

static inline void world_free(struct world *w)
{
    if (w->store) world_close(w);
    arena_done(&w->a);
    mem_free(w);
}

static inline void world_run(struct world *w)
{
    struct executor *x = NULL;
    w->opts.door = (struct act_door){ .store = w->store, .env = &w->env, .apply = kit_apply, .ctx = w->core };
    w->opts.pause_max = USEC_MS;
    CHECK_OK(executor_start(&w->opts, &x));
    (void)pthread_mutex_lock(&w->lock);
    w->executor = x;
    (void)pthread_mutex_unlock(&w->lock);
    executor_wake(x);
}

static inline void input(struct world *w, const char *kind, str subject, str body)
{
    struct act_door door = { .store = w->store, .env = &w->env, .apply = kit_apply, .ctx = w->core };
    CHECK_OK(door_input(&door, kind, subject, body));
}

/* One pipeline "p": steps one, two (shell scripts one.sh, two.sh in the world's folder) and whatever else is given. */
static inline void declare(struct world *w, const char *more)
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

static inline void script(struct world *w, const char *name, const char *text)
{
    FILE *f = fopen(str_fmt(&w->a, STR_FMT "/%s", STR_ARG(w->dir), name).ptr, "we");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static inline str file(struct world *w, const char *name)
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

static inline err add_row(struct tx *tx, void *ctx)
{
    const struct adding *e = ctx;
    int64_t seq = journal_add(
        tx, &(struct entry){
                .kind = STR("effect.requested"), .subject = str_of(e->id), .actor = STR("test"), .body = STR("{}") });
    tx_exec(tx, SQL_EFFECT_ADD, V(e->id), V(seq), V(""), V(""), V(""), V(e->kind), V(e->remedy), V(e->target),
            V(e->args), V(str_fmt(tx_arena(tx), "key-%s", e->id)), V(e->state), V(0));
    return tx_err(tx);
}

static inline void add(struct world *w, const char *id, const char *kind, const char *remedy, const char *target,
                const char *args)
{
    struct adding e = { w, id, kind, remedy, target, args, "pending" };
    CHECK_OK(store_run(w->store, add_row, &e));
}

struct row {
    str state;
    json *outcome;
};

static inline struct row row_of(struct world *w, const char *id)
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

static inline bool open_state(str s)
{
    return STR_IS(s, "pending") || STR_IS(s, "started");
}

/* Until the effect has its outcome; fails after 20 s without a commit. */
static inline struct row finished(struct world *w, const char *id)
{
    for (;;) {
        uint64_t seen = kit_commits_seen(&w->commits);
        struct row r = row_of(w, id);
        if (!open_state(r.state)) return r;
        CHECK(kit_commits_wait(&w->commits, seen, 20 * USEC_SECOND));
    }
}

static inline str summary(struct row r)
{
    return json_get_str(r.outcome, "summary");
}

static const char steps_args[] = "{\"pipeline\":\"p\",\"step\":\"one\",\"steps\":[\"one\",\"two\"]}";

/* A new effect, until it has its outcome. */
static inline struct row one(struct world *w, const char *kind, const char *remedy, const char *args)
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

/* Also a knob, commands, and webhooks at a port; both steps write into log. */
static inline void declare_all(struct world *w, int port)
{
    const char *dir = w->dir.ptr;
    CHECK(setenv("WEIR_TEST_HOOK", "hush", 1) == 0);
    declare(w, str_fmt(&w->a, hooks, dir, dir, dir, port, port).ptr);
    script(w, "one.sh", "ulimit -v; echo one $WEIR_KNOB_MEMORY_MB >> log");
    script(w, "two.sh", "echo two >> log");
}

struct hook {
    int lose, fail; /* the first so many requests */
    _Atomic int seen;
};

static inline struct fake_reply hook_reply(const struct fake_request *req, void *ctx)
{
    struct hook *h = ctx;
    (void)req;
    int n = h->seen++;
    return (struct fake_reply){ .status = n < h->lose ? 0 : n < h->fail ? 503 : 200 };
}

#endif
