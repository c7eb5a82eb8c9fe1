/* Where trouble began: up the lineage of pipelines, and along the graph of calls. */
#include "core/diagnose/diagnose_kit.h"

/* --- Up the lineage --- */

static void scene_upstream(struct tx *tx)
{
    kit_usual(tx, "customers");
    kit_usual(tx, "orders");
    kit_usual(tx, "report");
    kit_edge(tx, "pipeline:customers", "dataset:file/customers.csv");
    kit_edge(tx, "dataset:file/customers.csv", "pipeline:orders");
    kit_edge(tx, "pipeline:orders", "pipeline:report");
    kit_failed_run(tx, "customers", "extract", -30 * USEC_SECOND, 28,
              "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\n");
    kit_failed_run(tx, "orders", "transform", -5 * USEC_SECOND, 1,
              "awk: cannot open customers.csv (No such file or directory)\n");
    kit_incident(tx, "report");
    kit_fails(tx, "report", "load", 0, 1, "cat: orders.csv: No such file or directory\n");
}

TEST(the_root_is_found_two_pipelines_up_with_every_hop)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_upstream, &a);
    CHECK(l.count >= 3);
    const struct cause *c = &l.items[0];
    CHECK_I64(c->kind, CAUSE_SOURCE_TIMEOUT);
    CHECK_STR(c->pipeline, "customers");
    CHECK(c->score >= 0.85);
    CHECK(kit_shows(c, "report reads from orders"));
    CHECK(kit_shows(c, "orders reads from customers"));
    CHECK(str_find(c->evidence[0].text, STR("the step failed"), 0) >= 0); /* the symptom comes first */
    CHECK(str_find(c->evidence[c->evidence_count - 1].text, STR("timed out"), 0) >= 0);
    CHECK(kit_cause(&l, CAUSE_UPSTREAM_FAILED) != NULL);
    arena_done(&a);
}

static void scene_later(struct tx *tx)
{
    kit_usual(tx, "customers");
    kit_usual(tx, "orders");
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "load", 0, 1, "cat: in.csv: No such file or directory\n");
    kit_failed_run(tx, "customers", "extract", 30 * USEC_SECOND, 28, "curl: (28) Operation timed out\n");
}

TEST(what_began_later_is_no_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_later, &a);
    CHECK_I64(l.items[0].kind, CAUSE_DATA_MISSING);
    for (size_t i = 0; i < l.count; i++) CHECK_STR(l.items[i].pipeline, "orders");
    arena_done(&a);
}

static void scene_unrelated(struct tx *tx)
{
    kit_usual(tx, "customers");
    kit_usual(tx, "orders");
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    kit_failed_run(tx, "customers", "extract", -10 * USEC_SECOND, 28, "curl: (28) Operation timed out\n");
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "transform", 0, 2, "mawk: run time error: out of memory\n");
}

TEST(a_fault_that_cannot_travel_is_no_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_unrelated, &a);
    CHECK_I64(l.items[0].kind, CAUSE_RESOURCE_MEMORY);
    CHECK(kit_cause(&l, CAUSE_SOURCE_TIMEOUT) == NULL);
    arena_done(&a);
}

static void scene_late(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_pipeline(tx, "customers", 5 * USEC_MINUTE, "");
    kit_history(
        tx,
        (struct kit_run){ .pipeline = "customers", .step = "extract", .at = -USEC_HOUR, .rows = 10, .duration_ms = 10 },
        4);
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    kit_incident(tx, "orders");
    kit_finding(tx, (struct kit_finding){ .id = "f", .pipeline = "orders", .kind = "freshness",
                                          .summary = "orders is 4 minutes late" });
}

TEST(a_late_upstream_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_late, &a, CAUSE_UPSTREAM_LATE, "orders", 0.7);
    CHECK(str_find(c.title, STR("customers"), 0) >= 0);
    arena_done(&a);
}

static void scene_circle(struct tx *tx)
{
    static const char *const names[] = { "a", "b", "c" };
    for (int i = 0; i < 3; i++) {
        char from[32], to[32];
        (void)snprintf(from, sizeof from, "pipeline:%s", names[i]);
        (void)snprintf(to, sizeof to, "pipeline:%s", names[(i + 1) % 3]);
        kit_edge(tx, from, to);
        kit_failed_run(tx, names[i], "s", -i * USEC_SECOND, 1, "cat: x.csv: No such file or directory\n");
    }
    kit_edge(tx, "pipeline:a", "pipeline:a");
    kit_incident(tx, "a");
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .pipeline = "a",
                                          .step = "s",
                                          .run = "a-s-bad",
                                          .kind = "exit",
                                          .summary = "failed" });
}

TEST(circles_in_the_lineage_end)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_circle, &a);
    CHECK(l.count > 0);
    arena_done(&a);
}

/* --- Series along a call graph --- */

static void series_finding(struct tx *tx, const char *service, double score, const char *evidence)
{
    kit_finding(tx, (struct kit_finding){ .id = service, .pipeline = service, .kind = "anomaly",
                                          .summary = service, .score = score, .evidence = evidence });
}

static void calls(struct tx *tx)
{
    kit_edge(tx, "pipeline:search", "pipeline:shop");
    kit_edge(tx, "pipeline:table", "pipeline:search");
    kit_edge(tx, "pipeline:bank", "pipeline:shop");
    kit_incident(tx, "shop");
}

static void scene_services(struct tx *tx)
{
    calls(tx);
    series_finding(tx, "shop", 9, "{\"excess\":100}");
    series_finding(tx, "search", 60, "{\"excess\":95}");
    series_finding(tx, "table", 20, "{\"excess\":90}");
}

TEST(the_service_the_trouble_begins_with_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_services, &a, CAUSE_SERVICE_DEGRADED, "table", 0.7);
    CHECK(kit_shows(&c, "shop reads from search"));
    CHECK(kit_shows(&c, "search reads from table"));
    arena_done(&a);
}

/* Nothing says who calls whom: alarms of one incident with their values and expected ranges. */
static void alarm_of(struct tx *tx, const char *service, const char *series, double low, double high, double value)
{
    double spread = (high - low) / 6;
    kit_finding(tx, (struct kit_finding){ .id = series,
                                          .pipeline = service,
                                          .series = series,
                                          .kind = "anomaly",
                                          .summary = series,
                                          .value = value,
                                          .low = low,
                                          .high = high,
                                          .score = (value - (low + high) / 2) / spread });
}

static void scene_apart(struct tx *tx)
{
    kit_incident(tx, "shop");
    alarm_of(tx, "shop", "shop_latency_seconds", 0.1, 0.2, 9);
    alarm_of(tx, "search", "search_latency_seconds", 0.199, 0.2, 0.3);
    alarm_of(tx, "table", "table_cpu", 0.2, 0.3, 0.9);
}

TEST(without_a_graph_a_resource_explains_what_others_suffer)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_apart, &a, CAUSE_SERVICE_DEGRADED, "table", 0.5);
    CHECK(kit_shows(&c, "table_cpu"));
    arena_done(&a);
}

static void scene_small_and_still(struct tx *tx)
{
    kit_incident(tx, "shop");
    alarm_of(tx, "shop", "shop_latency_seconds", 0.1, 0.2, 9);
    alarm_of(tx, "search", "search_latency_seconds", 0.1999, 0.2001, 0.21); /* 300 spreads, a twentieth of its level */
    alarm_of(tx, "table", "table_latency_seconds", 0.01, 0.02,
             8); /* fewer spreads, and three hundred times its level */
}

TEST(without_a_graph_a_still_series_that_moved_a_little_is_not_the_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    (void)kit_first_is(scene_small_and_still, &a, CAUSE_SERVICE_DEGRADED, "table", 0.3);
    arena_done(&a);
}

static void scene_one_series(struct tx *tx)
{
    calls(tx);
    series_finding(tx, "shop", 9, "{}");
    series_finding(tx, "bank", 1.5, "{}");
}

TEST(a_service_is_not_blamed_when_nothing_it_calls_deviates)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_one_series, &a);
    CHECK_I64(l.count, 0);
    arena_done(&a);
}
