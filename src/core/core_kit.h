/* For tests of the core: a world in memory whose clock stands until it is moved, inputs by hand, and an executor that
 * says what it is told to say. */
#ifndef WEIR_CORE_CORE_KIT_H
#define WEIR_CORE_CORE_KIT_H

#include "core/core.h"

#include "base/json.h"
#include "core/policy/policy.h"
#include "core/replay.h"
#include "store/journal_kit.h"
#include "test.h"

struct world {
    struct env *env;
    struct store *store;
    struct core *core;
    usec now;
};

struct call {
    struct world *w;
    struct input in;
    int64_t seq;
};

static inline err apply_work(struct tx *tx, void *ctx)
{
    struct call *c = ctx;
    return core_apply(c->w->core, tx, &c->in, &c->seq);
}

static inline err give(struct world *w, const char *kind, const char *subject, const char *body)
{
    struct call c = { .w = w, .in = { str_of(kind), str_of(subject), STR("test"), str_of(body) } };
    return store_run_at(w->store, w->now, apply_work, &c);
}

static inline err fire_work(struct tx *tx, void *ctx)
{
    struct world *w = ctx;
    return core_fire_due(w->core, tx);
}

static inline err due_work(struct tx *tx, void *ctx)
{
    struct world *w = ctx;
    usec due = core_next_due(w->core, tx);
    return due <= w->now ? OK : err_make(ERR_NOT_FOUND, "nothing is due");
}

/* Let time pass, with every timer that falls due on the way. */
static inline void pass(struct world *w, usec by)
{
    w->now += by;
    for (int i = 0; i < 100 && !store_run_at(w->store, w->now, due_work, w).code; i++)
        CHECK_OK(store_run_at(w->store, w->now, fire_work, w));
}

static inline str one(struct world *w, enum sql id, const char *arg, int col)
{
    static char text[4096];
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    struct rows *r = tx_query(tx, id, V(arg));
    text[0] = 0;
    if (rows_next(r)) (void)snprintf(text, sizeof text, STR_FMT, STR_ARG(rows_str(r, col)));
    rows_end(r);
    CHECK_OK(tx_err(tx));
    store_read_end(tx);
    return str_of(text);
}

/* How many entries of a kind there are. */
static inline int64_t count_entries(struct world *w, const char *kind)
{
    return kit_entries(w->store, kind);
}

/* The newest entry of a kind: its subject. */
static inline str newest(struct world *w, const char *kind)
{
    static char text[256];
    struct tx *tx = NULL;
    struct arena a = arena_init(1 << 26);
    CHECK_OK(store_read(w->store, &tx));
    text[0] = 0;
    for (int64_t at = 0;;) {
        struct entry_list list = journal_read(tx, at, 1000, &a);
        if (!list.count) break;
        for (size_t i = 0; i < list.count; i++)
            if (str_eq(list.items[i].kind, str_of(kind)))
                (void)snprintf(text, sizeof text, STR_FMT, STR_ARG(list.items[i].subject));
        at = list.items[list.count - 1].seq;
    }
    store_read_end(tx);
    arena_done(&a);
    return str_of(text);
}

static const char pipelines_json[] =
    "{\"pipelines\":[{\"name\":\"orders\",\"source\":\"api\",\"destination\":\"wh\",\"tier\":2,\"environment\":"
    "\"production\","
    "\"every_us\":0,\"after\":[],\"steps\":[{\"name\":\"extract\",\"argv\":[\"true\"],\"repeatable\":true},"
    "{\"name\":\"load\",\"argv\":[\"true\"],\"repeatable\":true}],\"knobs\":[{\"name\":\"memory_mb\",\"type\":\"int\","
    "\"min\":16,"
    "\"max\":256,\"default\":\"32\",\"effect\":\"memory_limit\",\"mends\":[\"resource.memory\"]}]}]}";

static inline void load_document(struct world *w, const char *kind, str text)
{
    struct buf b = buf_init(1 << 20);
    struct jw j = jw_init(&b);
    jw_open(&j, NULL);
    jw_str(&j, "text", text);
    jw_close(&j);
    buf_char(&b, 0);
    CHECK_OK(give(w, "document.loaded", kind, b.ptr));
    buf_done(&b);
}

static inline struct world world_new(void)
{
    static struct env env;
    env = env_os();
    struct world w = { .env = &env, .core = core_new(), .now = INT64_C(1777874400) * USEC_SECOND };
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, w.env, &w.store));
    return w;
}

static inline struct world world_ready(void)
{
    struct world w = world_new();
    load_document(&w, "policy", policy_default_text());
    load_document(&w, "pipelines", str_of(pipelines_json));
    return w;
}

static inline void world_done(struct world *w)
{
    store_close(w->store);
    core_free(w->core);
}

/* What was done is done again from the journal, and every byte is the same. */
static inline void check_replay(struct world *w)
{
    struct world again = world_new();
    struct replay_report report = { 0 };
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    CHECK_OK(replay_verify(tx, again.store, &(struct replay_opts){ .tables = true }, &report));
    store_read_end(tx);
    CHECK_STR(str_of(report.problem), "");
    CHECK(report.recomputed > 0 && report.tables_same);
    world_done(&again);
}

static const char failed_run[] =
    "{\"pipeline\":\"orders\",\"step\":\"extract\",\"attempt\":1,\"started\":1777874400000000,"
    "\"ended\":1777874401000000,\"exit_code\":28,\"signal\":0,\"peak_kb\":9000,\"cpu_us\":20000,"
    "\"output\":\"curl: (28) Operation timed out after 1001 milliseconds with 0 bytes received\"}";
static const char good_run[] =
    "{\"pipeline\":\"orders\",\"step\":\"extract\",\"attempt\":2,\"started\":1777874403000000,"
    "\"ended\":1777874404000000,\"exit_code\":0,\"signal\":0,\"output\":\"fetched\"}";

/* An executor that does what it is asked and finds all well. */
static inline void answer(struct world *w, const char *kind_wanted, const char *outcome)
{
    char effect[64];
    str id = newest(w, "effect.requested");
    (void)snprintf(effect, sizeof effect, STR_FMT, STR_ARG(id));
    CHECK_STR(one(w, SQL_EFFECT_GET, effect, 1), kind_wanted);
    CHECK_OK(give(w, "effect.started", effect, "{}"));
    CHECK_OK(give(w, "effect.outcome", effect, outcome));
}

#define EXECUTOR_DONE "{\"ok\":true,\"summary\":\"done\",\"digest\":\"d1\",\"detail\":{\"precheck\":\"ok\"}}"

#endif
