/* Retention on a store in a folder: what is erased, what replay still makes again, and what happens after an upgrade.
 */
#include "core/retention.h"

#include <sqlite3.h>

#include "core/core_kit.h"
#include "core/replay.h"
#include "store/snapshot.h"

static err note_start(struct world *w)
{
    char body[80];
    (void)snprintf(body, sizeof body, "{\"version\":\"test\",\"logic_version\":%d}", CORE_LOGIC_VERSION);
    return give(w, "weir.started", "", body);
}

static struct world world_in(str dir)
{
    static struct env env;
    env = env_os();
    struct world w = { .env = &env, .core = core_new(), .now = INT64_C(1777874400) * USEC_SECOND };
    CHECK_OK(store_open(&(struct store_opts){ .dir = dir, .sync_normal = true }, w.env, &w.store));
    return w;
}

/* A failure, its diagnosis, and days passing: `day` makes the runs different. */
static void live_a_day(struct world *w, int day)
{
    char run[32], body[1024];
    (void)snprintf(run, sizeof run, "run-%d", day);
    (void)snprintf(
        body, sizeof body,
        "{\"pipeline\":\"orders\",\"step\":\"extract\",\"attempt\":1,\"started\":%lld,\"ended\":%lld,\"exit_code\":28,"
        "\"output\":\"curl: (28) Operation timed out after 1001 milliseconds\"}",
        (long long)w->now, (long long)w->now + 1000000);
    CHECK_OK(give(w, "run.finished", run, body));
    pass(w, USEC_MINUTE);
    pass(w, USEC_DAY);
}

static struct world world_of_days(str dir, int days)
{
    struct world w = world_in(dir);
    CHECK_OK(note_start(&w));
    load_document(&w, "policy", policy_default_text());
    load_document(&w, "pipelines", str_of(pipelines_json));
    for (int day = 0; day < days; day++) live_a_day(&w, day);
    return w;
}

static struct store *in_memory(struct env *env)
{
    struct store *s = NULL;
    CHECK_OK(store_open(&(struct store_opts){ .dir = STR("") }, env, &s));
    return s;
}

static struct replay_report replay(struct world *w)
{
    struct store *into = in_memory(w->env);
    struct tx *tx = NULL;
    struct replay_report r;
    CHECK_OK(store_read(w->store, &tx));
    CHECK_OK(replay_verify(tx, into, &(struct replay_opts){ .tables = true }, &r));
    store_read_end(tx);
    store_close(into);
    return r;
}

static struct retention_report cut(struct world *w, usec before)
{
    struct store *work = in_memory(w->env);
    struct retention_report r;
    CHECK_OK(retention_run(w->store, work, before, &r));
    store_close(work);
    return r;
}

static void check_audit(struct world *w)
{
    struct tx *tx = NULL;
    struct audit_report r;
    CHECK_OK(store_read(w->store, &tx));
    CHECK_OK(journal_verify(tx, &(struct audit_opts){ 0 }, &r));
    CHECK_STR(str_of(r.problem), "");
    store_read_end(tx);
}

static struct snapshot_list kept(struct world *w, struct arena *a)
{
    struct tx *tx = NULL;
    CHECK_OK(store_read(w->store, &tx));
    struct snapshot_list list = snapshots(tx, a);
    store_read_end(tx);
    return list;
}

TEST(replay_goes_on_from_the_snapshot_that_retention_left)
{
    struct world w = world_of_days(test_dir(), 6);
    usec start = INT64_C(1777874400) * USEC_SECOND;
    struct arena a = arena_init(1 << 20);
    for (int day = 2; day <= 4; day += 2) {
        struct retention_report done = cut(&w, start + day * USEC_DAY);
        CHECK(done.erased > 0);
        CHECK_I64(done.snapshot, done.through);
        struct replay_report r = replay(&w);
        CHECK_STR(str_of(r.problem), "");
        CHECK_I64(r.not_recomputed, done.through); /* what was erased, and nothing else */
        CHECK_I64(r.started, done.through);
        CHECK(r.recomputed > 0 && r.tables_same && !r.blind);
        CHECK_I64((int64_t)kept(&w, &a).count, 1); /* the older one went */
        check_audit(&w);
    }
    CHECK_I64(cut(&w, start + 4 * USEC_DAY).through, 0);
    arena_done(&a);
    world_done(&w);
}

static err spoil_work(struct tx *tx, void *ctx)
{
    (void)ctx;
    tx_exec(tx, SQL_META_SET, V("not_from_an_entry"), V("1"));
    return OK;
}

TEST(tables_that_no_entry_explains_are_found)
{
    struct world w = world_of_days(test_dir(), 2);
    CHECK(replay(&w).tables_same);
    CHECK_OK(store_run_at(w.store, w.now, spoil_work, NULL));
    struct replay_report r = replay(&w);
    CHECK(r.bad_seq > 0 && strstr(r.problem, "core_meta"));
    world_done(&w);
}

static void meddle(str dir, const char *sql)
{
    sqlite3 *db = NULL;
    struct arena a = arena_init(8192);
    CHECK(sqlite3_open(str_fmt(&a, STR_FMT "/weir.db", STR_ARG(dir)).ptr, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    CHECK(sqlite3_changes(db) > 0);
    CHECK(sqlite3_close(db) == SQLITE_OK);
    arena_done(&a);
}

TEST(a_snapshot_that_was_changed_is_refused)
{
    str dir = test_dir();
    struct world w = world_of_days(dir, 4);
    (void)cut(&w, INT64_C(1777874400) * USEC_SECOND + 2 * USEC_DAY);
    meddle(dir, "UPDATE snapshot_part SET body = zeroblob(length(body))");
    struct store *into = in_memory(w.env);
    struct tx *tx = NULL;
    struct replay_report r;
    CHECK_OK(store_read(w.store, &tx));
    CHECK_ERR(replay_verify(tx, into, &(struct replay_opts){ 0 }, &r), ERR_CORRUPT);
    store_read_end(tx);
    store_close(into);
    world_done(&w);
}

/* A record that replay does not come to is evidence: it stays. */
TEST(nothing_is_erased_when_replay_differs)
{
    str dir = test_dir();
    struct world w = world_of_days(dir, 4);
    meddle(dir, "UPDATE entry SET subject = 'another' WHERE kind = 'incident.opened'");
    struct store *work = in_memory(w.env);
    struct retention_report r;
    CHECK_ERR(retention_run(w.store, work, w.now, &r), ERR_CORRUPT);
    CHECK_I64(r.erased, 0);
    store_close(work);
    world_done(&w);
}

TEST(after_an_upgrade_replay_begins_at_the_snapshot_of_the_new_logic)
{
    struct world w = world_in(test_dir());
    bool changed = true;
    CHECK_OK(retention_logic_changed(w.store, &changed));
    CHECK(!changed); /* a new store */
    CHECK_OK(give(&w, "weir.started", "", "{\"version\":\"old\",\"logic_version\":0}"));
    load_document(&w, "policy", policy_default_text());
    load_document(&w, "pipelines", str_of(pipelines_json));
    live_a_day(&w, 1);
    CHECK_OK(retention_logic_changed(w.store, &changed));
    CHECK(changed);
    CHECK(replay(&w).blind);
    CHECK_OK(note_start(&w));
    CHECK_OK(retention_snapshot(w.store));
    CHECK_OK(retention_logic_changed(w.store, &changed));
    CHECK(!changed);
    live_a_day(&w, 2);
    struct replay_report r = replay(&w);
    CHECK_STR(str_of(r.problem), "");
    CHECK(r.started > 0 && r.not_recomputed == r.started && r.recomputed > 0 && r.tables_same);
    struct retention_report done = cut(&w, INT64_C(1777874400) * USEC_SECOND + USEC_HOUR); /* all of it older logic */
    CHECK(done.erased > 0);
    CHECK_I64(done.snapshot, 0);
    CHECK_I64(replay(&w).started, r.started);
    world_done(&w);
}
