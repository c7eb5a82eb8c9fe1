/* The keeper as it runs in a server, with a clock that jumps: what is due after a year and a half is done, once. */
#include "edge/keeper.h"

#include <stdatomic.h>
#include <time.h>

#include "core/core.h"
#include "edge/edge_kit.h"
#include "store/journal_kit.h"
#include "store/snapshot.h"
#include "test.h"

static atomic_llong ahead; /* of the real clocks, microseconds */

static usec jumping_now(struct env *env)
{
    struct env real = env_os();
    (void)env;
    return real.now(&real) + atomic_load(&ahead);
}

static usec jumping_wall(struct env *env)
{
    struct env real = env_os();
    (void)env;
    return real.wall(&real) + atomic_load(&ahead);
}

struct world {
    struct env env;
    struct arena a;
    struct store *store;
    struct core *core;
    struct config *config;
    struct signer signer;
    struct keeper *keeper;
};

static err put(void *ctx, const char *kind, str subject, str body)
{
    struct world *w = ctx;
    return kit_put(w->store, w->core, kind, subject, body);
}

static err no_report(void *ctx, str event)
{
    (void)ctx;
    (void)event;
    return OK;
}

static void open_world(struct world *w)
{
    *w = (struct world){ .env = env_os(), .a = arena_init(1 << 20), .core = core_new() };
    w->env.now = jumping_now;
    w->env.wall = jumping_wall;
    str dir = test_dir();
    CHECK_OK(config_load(&(struct config_opts){ .data_dir = dir }, &w->a, NULL, &w->config));
    str folder = str_fmt(&w->a, STR_FMT "/store", STR_ARG(dir));
    CHECK_OK(store_open(&(struct store_opts){ .dir = folder, .sync_normal = true }, &w->env, &w->store));
    CHECK_OK(signer_open(str_fmt(&w->a, STR_FMT "/journal.key", STR_ARG(dir)), &w->env, &w->signer));
    struct keeper_opts opts = { .store = w->store, .env = &w->env, .config = w->config, .signer = &w->signer,
                                .input = put, .report = no_report, .ctx = w };
    keeper_open(&opts, &w->keeper);
}

static void close_world(struct world *w)
{
    keeper_close(w->keeper);
    store_close(w->store);
    core_free(w->core);
    config_free(w->config);
    arena_done(&w->a);
}

/* Until an entry of that kind is there: the keeper looks once a second. */
static bool comes(struct world *w, const char *kind)
{
    for (int i = 0; i < 3000; i++) {
        if (kit_entries(w->store, kind) > 0) return true;
        (void)nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    }
    return false;
}

TEST(old_bodies_go_with_a_snapshot_before_and_a_checkpoint_is_signed)
{
    struct world w;
    open_world(&w);
    for (int i = 0; i < 20; i++)
        CHECK_OK(put(&w, "change.seen", STR("orders"), STR("{\"kind\":\"deploy\",\"summary\":\"v2\"}")));
    CHECK_OK(keeper_start(w.keeper));
    atomic_store(&ahead, 500 * USEC_DAY);
    CHECK(comes(&w, "journal.retained"));
    keeper_halt(w.keeper);
    CHECK_I64(kit_entries(w.store, "journal.snapshot"), 1);
    CHECK_I64(kit_entries(w.store, "journal.retained"), 1);
    CHECK_I64(kit_entries(w.store, "clock.stepped"), 0); /* both clocks went on together */
    struct tx *tx = NULL;
    struct audit_report report;
    CHECK_OK(store_read(w.store, &tx));
    CHECK(journal_last_note(tx, &w.a).len > 0);
    CHECK_I64((int64_t)snapshots(tx, &w.a).count, 1);
    CHECK_OK(journal_verify(tx, &(struct audit_opts){ 0 }, &report));
    CHECK_STR(str_of(report.problem), "");
    CHECK_I64(report.erased, 20);
    store_read_end(tx);
    struct buf b = buf_init(1 << 16);
    keeper_metrics(w.keeper, &b);
    CHECK(str_find(buf_view(&b), STR("weir_keeper_errors_total 0\n"), 0) >= 0);
    buf_done(&b);
    close_world(&w);
}
