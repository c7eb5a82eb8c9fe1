/* What was before: changes, earlier incidents, and what the last good run said. */
#include "core/diagnose/diagnose_kit.h"

/* --- Changes and precedents --- */

static void scene_deploy(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_change(tx, "orders", "deploy", "orders 1.4.2 deployed", "{}", -2 * USEC_MINUTE);
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "transform", 0, 1,
              "Traceback (most recent call last):\n  File \"t.py\", line 2\nNameError: name 'ordrs' is not defined\n");
}

TEST(a_change_right_before_supports_and_is_listed)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_deploy, &a);
    CHECK_I64(l.items[0].kind, CAUSE_CODE_ERROR);
    CHECK(l.items[0].score > 0.92);
    CHECK(kit_shows(&l.items[0], "orders 1.4.2 deployed"));
    CHECK(kit_cause(&l, CAUSE_CHANGE) != NULL);
    CHECK(kit_cause(&l, CAUSE_CHANGE)->score <= 0.5);
    arena_done(&a);
}

static void scene_old_deploy(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_change(tx, "orders", "deploy", "orders 1.4.1 deployed", "{}", -55 * USEC_MINUTE);
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "transform", 0, 1, "it did not work\n");
}

TEST(a_change_with_good_runs_after_it_is_no_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_old_deploy, &a);
    CHECK(kit_cause(&l, CAUSE_CHANGE) == NULL);
    arena_done(&a);
}

static void scene_schema_above(struct tx *tx)
{
    kit_usual(tx, "customers");
    kit_usual(tx, "orders");
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    kit_change(tx, "customers", "schema", "columns of customers.csv changed",
               "{\"before\":[\"id\",\"amount\"],\"after\":[\"id\"]}", -20 * USEC_SECOND);
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "transform", 0, 1, "Error: in prepare, no such column: amount\n");
}

TEST(a_schema_change_above_supports_the_missing_column)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_schema_above, &a);
    CHECK_I64(l.items[0].kind, CAUSE_SCHEMA_MISSING);
    CHECK_STR(l.items[0].pipeline, "orders");
    CHECK(kit_shows(&l.items[0], "amount is gone"));
    const struct cause *above = kit_cause(&l, CAUSE_SCHEMA_CHANGED);
    CHECK(above != NULL);
    CHECK_STR(above->pipeline, "customers");
    arena_done(&a);
}

static void scene_precedent(struct tx *tx)
{
    kit_usual(tx, "orders");
    int64_t seq = kit_entry(tx, "incident.opened", "inc-0");
    tx_exec(tx, SQL_INCIDENT_ADD, V("inc-0"), V(seq), V("fp"), V(3), V("orders"), V("t"), V(kit_t0 - USEC_DAY));
    tx_exec(tx, SQL_INCIDENT_DIAGNOSED, V("inc-0"), V("source.timeout"), V(3), V("orders"), V("t"),
            V(kit_t0 - USEC_DAY));
    tx_exec(tx, SQL_INCIDENT_RESOLVE, V("inc-0"), V(kit_t0 - USEC_DAY), V("job.retry"));
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "extract", 0, 1, "urllib3: Read timed out.\n");
}

/* An earlier incident that looked the same, was taken for a slow source, and ended so; `failed`: a retry against it
 * came to nothing. */
static void earlier(struct tx *tx, const char *ended, bool failed)
{
    usec then = kit_t0 - USEC_DAY;
    int64_t seq = kit_entry(tx, "incident.opened", "inc-0");
    tx_exec(tx, SQL_INCIDENT_ADD, V("inc-0"), V(seq), V("fp"), V(3), V("orders"), V("t"), V(then));
    tx_exec(tx, SQL_INCIDENT_DIAGNOSED, V("inc-0"), V("source.timeout"), V(3), V("orders"), V("t"), V(then));
    tx_exec(tx, SQL_INCIDENT_RESOLVE, V("inc-0"), V(then), V(ended));
    if (!failed) return;
    tx_exec(tx, SQL_PROPOSAL_ADD, V("pro-1"), V(kit_entry(tx, "proposal", "pro-1")), V("case-1"), V("inc-0"), V(1),
            V("job.retry"), V("orders"), V("extract"), V("{}"), V("source.timeout"), V(0.5), V(0.0), V("nothing"),
            V("h"), V("retry"));
    tx_exec(tx, SQL_DECISION_ADD, V("dec-1"), V(kit_entry(tx, "decision", "dec-1")), V(then), V("case-1"), V("inc-0"),
            V("pro-1"), V("execute"), V("r"), V("b"), V(0.5), V(0.0), V("{}"), V("p"));
    seq = kit_entry(tx, "effect", "eff-1");
    tx_exec(tx, SQL_EFFECT_ADD, V("eff-1"), V(seq), V("case-1"), V("inc-0"), V("dec-1"), V("verify"), V("job.retry"),
            V("orders/extract"), V("{}"), V("k"), V("failed"), V(then));
}

static void scene_no_precedent(struct tx *tx)
{
    kit_over_time(tx);
}

static void scene_mended(struct tx *tx)
{
    earlier(tx, "job.retry", false);
    kit_over_time(tx);
}

static void scene_recovered(struct tx *tx)
{
    earlier(tx, "recovered", false);
    kit_over_time(tx);
}

static void scene_retry_failed(struct tx *tx)
{
    earlier(tx, "recovered", true);
    kit_over_time(tx);
}

TEST(how_a_precedent_ended_raises_or_lowers_its_cause)
{
    static void (*const scenes[])(struct tx *) = { scene_retry_failed, scene_no_precedent, scene_recovered,
                                                   scene_mended };
    double before = 0;
    for (size_t i = 0; i < 4; i++) {
        struct arena a = arena_init(ARENA_TEST);
        struct cause_list l = kit_diagnose(scenes[i], &a);
        const struct cause *c = kit_cause(&l, CAUSE_SOURCE_TIMEOUT);
        CHECK(c && c->score > before);
        before = c->score;
        arena_done(&a);
    }
}

TEST(a_precedent_supports_but_does_not_name)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_precedent, &a, CAUSE_SOURCE_TIMEOUT, "orders", 0.91);
    CHECK(kit_shows(&c, "inc-0 looked the same"));
    CHECK(kit_shows(&c, "job.retry"));
    arena_done(&a);
}

/* --- Against the output of the last good run --- */

static void scene_said_before(struct tx *tx, const char *before, const char *now)
{
    kit_pipeline(tx, "orders", 10 * USEC_MINUTE, "");
    kit_history(
        tx,
        (struct kit_run){ .pipeline = "orders", .step = "load", .rows = 2000, .duration_ms = 150, .output = before },
        8);
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "load", USEC_SECOND, 1, now);
}

static const char refused[] = "cache: connection refused by 10.0.0.7:6379, going on without\n";

static void scene_only_known(struct tx *tx)
{
    scene_said_before(tx, "started\ncache: connection refused by 10.0.0.6:6379, going on without\nloaded 2000 rows\n",
                      refused);
}

static void scene_only_known_first_time(struct tx *tx)
{
    scene_said_before(tx, "started\nloaded 2000 rows\n", refused);
}

TEST(what_the_last_good_run_said_too_is_no_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_only_known_first_time, &a, CAUSE_SOURCE_UNREACHABLE, "orders", 0.5);
    CHECK(kit_shows(&c, "new since the last good run (orders-load-1): cache: connection refused"));
    struct cause_list l = kit_diagnose(scene_only_known, &a);
    const struct cause *same = kit_cause(&l, CAUSE_SOURCE_UNREACHABLE);
    CHECK(!same || same->score < c.score / 2);
    arena_done(&a);
}

static void scene_unknown_crash(struct tx *tx)
{
    scene_said_before(tx, "started 17\nloaded 2000 rows\n",
                      "started 18\nWombatException: the frobnicator is on its side\n\tat x.Y.z(Y.java:3)\n");
}

TEST(an_error_without_known_words_is_the_steps_own_when_it_is_new)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_unknown_crash, &a, CAUSE_CODE_ERROR, "orders", 0.3);
    CHECK_STR(c.step, "load");
    CHECK(kit_shows(&c, "its last good run (orders-load-1) did not: WombatException"));
    arena_done(&a);
}
