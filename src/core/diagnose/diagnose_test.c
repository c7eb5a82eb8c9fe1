#include "core/diagnose/diagnose_kit.h"

#define ARENA_TEST (64u << 20)

static void show(const struct cause_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct cause *c = &l->items[i];
        (void)printf("# %zu. %s %.4f " STR_FMT "/" STR_FMT ": " STR_FMT " " STR_FMT " [" STR_FMT "]\n", i + 1,
                     cause_text(c->kind), c->score, STR_ARG(c->pipeline), STR_ARG(c->step), STR_ARG(c->title),
                     STR_ARG(c->detail), STR_ARG(c->runbook));
        for (size_t e = 0; e < c->evidence_count; e++)
            (void)printf("#      %lld " STR_FMT "\n", (long long)c->evidence[e].seq, STR_ARG(c->evidence[e].text));
    }
}

static const struct cause *find(const struct cause_list *l, enum cause_kind kind)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->items[i].kind == kind) return &l->items[i];
    return NULL;
}

/* Diagnose and check the first cause; gives it (strings in *a). */
static struct cause first_is(void (*scene)(struct tx *tx), struct arena *a, enum cause_kind kind, const char *pipeline,
                             double at_least)
{
    struct cause_list l = kit_diagnose(scene, a);
    show(&l);
    CHECK(l.count > 0);
    if (l.items[0].kind != kind) test_failed(__FILE__, __LINE__, "%s", cause_text(l.items[0].kind));
    CHECK_STR(l.items[0].pipeline, pipeline);
    CHECK(l.items[0].score >= at_least && l.items[0].score <= 0.98);
    return l.items[0];
}

static bool shows(const struct cause *c, const char *words)
{
    for (size_t i = 0; i < c->evidence_count; i++)
        if (str_find(c->evidence[i].text, str_of(words), 0) >= 0) return true;
    return false;
}

/* --- The three steps of a pipeline like those that sh, sqlite3, awk and curl make --- */

static void usual(struct tx *tx, const char *pipeline)
{
    kit_pipeline(tx, pipeline, 10 * USEC_MINUTE, "");
    kit_history(tx,
                (struct kit_run){ .pipeline = pipeline,
                                  .step = "extract",
                                  .rows = 2000,
                                  .duration_ms = 120,
                                  .peak_kb = 4000,
                                  .cpu_ms = 30,
                                  .sync_us = 900 },
                8);
    kit_history(tx, (struct kit_run){ .pipeline = pipeline, .step = "transform", .at = USEC_SECOND, .rows = 2000,
                                      .duration_ms = 200, .peak_kb = 6000, .cpu_ms = 150, .sync_us = 900 }, 8);
    kit_history(tx, (struct kit_run){ .pipeline = pipeline, .step = "load", .at = 2 * USEC_SECOND, .rows = 2000,
                                      .duration_ms = 150, .peak_kb = 5000, .cpu_ms = 60, .sync_us = 900 }, 8);
}

static void extract_well(struct tx *tx, const char *pipeline, int64_t rows)
{
    char id[64];
    (void)snprintf(id, sizeof id, "%s-e0", pipeline);
    kit_run(tx, (struct kit_run){ .id = id, .pipeline = pipeline, .step = "extract", .rows = rows, .duration_ms = 121,
                                  .peak_kb = 4000, .cpu_ms = 30, .sync_us = 950 });
}

static void transform_well(struct tx *tx, const char *pipeline, int64_t rows)
{
    char id[64];
    (void)snprintf(id, sizeof id, "%s-t0", pipeline);
    kit_run(tx, (struct kit_run){ .id = id, .pipeline = pipeline, .step = "transform", .at = USEC_SECOND, .rows = rows,
                                  .duration_ms = 204, .peak_kb = 6000, .cpu_ms = 152, .sync_us = 950 });
}

static void fails(struct tx *tx, const char *pipeline, const char *step, usec at, int code, const char *output,
                  const char *incident)
{
    char id[64], finding[64];
    (void)snprintf(id, sizeof id, "%s-%s-bad", pipeline, step);
    (void)snprintf(finding, sizeof finding, "f-%s-%s", pipeline, step);
    kit_run(tx, (struct kit_run){ .id = id,
                                  .pipeline = pipeline,
                                  .step = step,
                                  .at = at,
                                  .failed = true,
                                  .exit_code = code,
                                  .duration_ms = 100,
                                  .output = output });
    if (incident)
        kit_finding(tx, (struct kit_finding){ .id = finding,
                                              .incident = incident,
                                              .pipeline = pipeline,
                                              .step = step,
                                              .run = id,
                                              .kind = "exit",
                                              .summary = "the step failed",
                                              .at = at });
}

static void scene_column(struct tx *tx)
{
    usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "transform", USEC_SECOND, 1,
          "Error: in prepare, no such column: r.amount\n  select r.amount from raw r\n         ^--- error here\n",
          "inc-1");
    kit_runbook(tx, "schema-missing-column.md", "A column is missing",
                "causes: schema.missing_column. The column is gone upstream.");
    kit_runbook(tx, "disk-full.md", "The disk is full", "causes: resource.disk_full. No space left on device.");
}

TEST(a_missing_column_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_column, &a, CAUSE_SCHEMA_MISSING, "orders", 0.93);
    CHECK_STR(c.step, "transform");
    CHECK_STR(c.detail, "{\"column\":\"amount\"}");
    CHECK_STR(c.runbook, "schema-missing-column.md");
    CHECK(shows(&c, "the step failed"));
    CHECK(shows(&c, "no such column: r.amount"));
    CHECK_STR(c.evidence[0].text, "the step failed"); /* the symptom comes first */
    arena_done(&a);
}

static void scene_timeout(struct tx *tx)
{
    usual(tx, "orders");
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "extract", 0, 28,
          "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\n", "inc-1");
}

TEST(a_source_that_times_out_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_timeout, &a, CAUSE_SOURCE_TIMEOUT, "orders", 0.93);
    CHECK_STR(c.step, "extract");
    CHECK_I64(c.evidence_count, 2); /* the symptom and the last words; the status says no more */
    arena_done(&a);
}

static void scene_memory(struct tx *tx)
{
    usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    kit_incident(tx, "inc-1", "orders", "fp");
    kit_run(tx, (struct kit_run){ .id = "bad",
                                  .pipeline = "orders",
                                  .step = "transform",
                                  .at = USEC_SECOND,
                                  .failed = true,
                                  .exit_code = 2,
                                  .peak_kb = 58000,
                                  .duration_ms = 300,
                                  .detail = "{\"knobs\":{\"memory_mb\":\"64\"}}",
                                  .output = "mawk: run time error: out of memory\n\tFILENAME=\"\" FNR=0 NR=0\n" });
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .incident = "inc-1",
                                          .pipeline = "orders",
                                          .step = "transform",
                                          .run = "bad",
                                          .kind = "exit",
                                          .summary = "transform failed",
                                          .at = USEC_SECOND });
}

static void scene_over_time(struct tx *tx)
{
    usual(tx, "orders");
    kit_incident(tx, "inc-1", "orders", "fp");
    kit_run(tx, (struct kit_run){ .id = "bad",
                                  .pipeline = "orders",
                                  .step = "extract",
                                  .failed = true,
                                  .exit_code = 137,
                                  .sig = 9,
                                  .duration_ms = 30000,
                                  .detail = "{\"timed_out\":true}",
                                  .output = "fetching\n" });
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .incident = "inc-1",
                                          .pipeline = "orders",
                                          .step = "extract",
                                          .run = "bad",
                                          .kind = "exit",
                                          .summary = "orders/extract failed" });
}

TEST(a_step_that_weir_ended_in_time_did_not_run_out_of_memory)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_over_time, &a);
    show(&l);
    CHECK_I64(l.count, 1);
    CHECK_I64(l.items[0].kind, CAUSE_SOURCE_TIMEOUT);
    CHECK(l.items[0].score <= 0.5);
    arena_done(&a);
}

TEST(a_step_over_its_memory_limit_is_named_and_measured)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_memory, &a, CAUSE_RESOURCE_MEMORY, "orders", 0.97);
    CHECK_STR(c.step, "transform");
    CHECK(shows(&c, "its limit is 64 MiB"));
    CHECK(shows(&c, "out of memory"));
    arena_done(&a);
}

static void volume_finding(struct tx *tx, double value)
{
    kit_incident(tx, "inc-1", "orders", "fp");
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .incident = "inc-1",
                                          .pipeline = "orders",
                                          .step = "load",
                                          .run = "l0",
                                          .kind = "volume",
                                          .summary = "load announced other rows than usual",
                                          .at = 2 * USEC_SECOND,
                                          .value = value,
                                          .low = 1700,
                                          .high = 2300 });
}

static void drift_finding(struct tx *tx, const char *id, const char *pipeline, const char *evidence, usec at)
{
    kit_finding(tx, (struct kit_finding){ .id = id,
                                          .incident = "inc-1",
                                          .pipeline = pipeline,
                                          .step = "load",
                                          .kind = "drift",
                                          .summary = "1 of 5 columns of sales drifted",
                                          .evidence = evidence,
                                          .at = at });
}

static void scene_drift(struct tx *tx)
{
    kit_incident(tx, "inc-1", "orders", "fp");
    drift_finding(tx, "f", "orders",
                  "{\"drifts\":[{\"column\":\"amount\",\"part\":\"shape\",\"what\":\"mean 12, was 10\"}]}",
                  2 * USEC_SECOND);
}

TEST(a_drifted_column_is_named_with_what_changed)
{
    struct arena a = arena_init(1 << 20);
    struct cause c = first_is(scene_drift, &a, CAUSE_DATA_DRIFTED, "orders", 0.6);
    CHECK(shows(&c, "column amount"));
    CHECK(shows(&c, "mean 12, was 10"));
    arena_done(&a);
}

static void scene_view_drifts(struct tx *tx)
{
    kit_incident(tx, "inc-1", "orders", "fp");
    drift_finding(
        tx, "f", "orders",
        "{\"drifts\":[{\"look\":\"embedding\",\"column\":\"v\",\"part\":\"embedding\",\"what\":\"now more: v1\"}]}",
        2 * USEC_SECOND);
}

TEST(a_drifted_view_of_a_model_is_named_as_what_it_is)
{
    struct arena a = arena_init(1 << 20);
    struct cause c = first_is(scene_view_drifts, &a, CAUSE_DATA_DRIFTED, "orders", 0.6);
    CHECK(shows(&c, "embedding v of"));
    CHECK(!shows(&c, "column v"));
    arena_done(&a);
}

static void scene_column_gone(struct tx *tx)
{
    kit_incident(tx, "inc-1", "orders", "fp");
    drift_finding(tx, "f", "orders",
                  "{\"drifts\":[{\"column\":\"amount\",\"part\":\"shape\",\"what\":\"mean 12, was 10\"},"
                  "{\"column\":\"sku\",\"part\":\"removed\",\"what\":\"the column is gone\"}]}",
                  2 * USEC_SECOND);
}

TEST(a_column_that_is_gone_comes_before_one_that_drifted)
{
    struct arena a = arena_init(1 << 20);
    struct cause c = first_is(scene_column_gone, &a, CAUSE_SCHEMA_MISSING, "orders", 0.8);
    CHECK(shows(&c, "column sku"));
    arena_done(&a);
}

static void scene_doubled(struct tx *tx)
{
    usual(tx, "orders");
    extract_well(tx, "orders", 2013);
    transform_well(tx, "orders", 2013);
    kit_run(tx, (struct kit_run){ .id = "l0", .pipeline = "orders", .step = "load", .at = 2 * USEC_SECOND, .rows = 4026,
                                  .duration_ms = 160, .cpu_ms = 70, .sync_us = 900 });
    volume_finding(tx, 4026);
}

TEST(a_load_that_ran_twice_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_doubled, &a, CAUSE_DATA_DUPLICATED, "orders", 0.95);
    CHECK_STR(c.step, "load");
    CHECK(shows(&c, "2 times the usual"));
    arena_done(&a);
}

static void scene_grown(struct tx *tx)
{
    usual(tx, "orders");
    extract_well(tx, "orders", 4010);
    transform_well(tx, "orders", 4010);
    kit_run(tx, (struct kit_run){ .id = "l0", .pipeline = "orders", .step = "load", .at = 2 * USEC_SECOND, .rows = 4010,
                                  .duration_ms = 160, .cpu_ms = 70, .sync_us = 900 });
    volume_finding(tx, 4010);
}

TEST(a_source_that_doubled_is_not_a_doubled_load)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_grown, &a);
    show(&l);
    CHECK(find(&l, CAUSE_DATA_GROWN) != NULL);
    CHECK_STR(find(&l, CAUSE_DATA_GROWN)->step, "extract");
    const struct cause *twice = find(&l, CAUSE_DATA_DUPLICATED); /* the source itself may have sent everything twice */
    CHECK(!twice || STR_IS(twice->step, "extract"));
    CHECK(!twice || twice->score < 0.7);
    arena_done(&a);
}

static void scene_empty(struct tx *tx)
{
    usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    transform_well(tx, "orders", -1);
    kit_run(tx, (struct kit_run){ .id = "l0", .pipeline = "orders", .step = "load", .at = 2 * USEC_SECOND, .rows = -1,
                                  .duration_ms = 160 });
    volume_finding(tx, 0);
}

TEST(rows_are_missing_where_they_were_lost_first)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_empty, &a, CAUSE_DATA_MISSING, "orders", 0.8);
    CHECK_STR(c.step, "transform");
    arena_done(&a);
}

static void scene_disk(struct tx *tx)
{
    usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    transform_well(tx, "orders", 2000);
    kit_incident(tx, "inc-1", "orders", "fp");
    kit_run(tx, (struct kit_run){ .id = "l0", .pipeline = "orders", .step = "load", .at = 2 * USEC_SECOND, .rows = 2000,
                                  .duration_ms = 900, .cpu_ms = 62, .sync_us = 120000 });
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .incident = "inc-1",
                                          .pipeline = "orders",
                                          .step = "load",
                                          .run = "l0",
                                          .kind = "duration",
                                          .summary = "load took 900 ms, usual are 150 ms",
                                          .at = 2 * USEC_SECOND,
                                          .value = 900,
                                          .low = 100,
                                          .high = 300 });
}

TEST(a_slow_disk_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_disk, &a, CAUSE_RESOURCE_DISK_SLOW, "orders", 0.93);
    CHECK_STR(c.step, "load");
    CHECK(shows(&c, "durable write"));
    arena_done(&a);
}

static void scene_starved(struct tx *tx)
{
    usual(tx, "orders");
    kit_incident(tx, "inc-1", "orders", "fp");
    kit_run(tx, (struct kit_run){ .id = "t0",
                                  .pipeline = "orders",
                                  .step = "transform",
                                  .at = USEC_SECOND,
                                  .rows = 2000,
                                  .duration_ms = 900,
                                  .cpu_ms = 152,
                                  .sync_us = 1000 });
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .incident = "inc-1",
                                          .pipeline = "orders",
                                          .step = "transform",
                                          .run = "t0",
                                          .kind = "duration",
                                          .summary = "transform took 900 ms, usual are 200 ms",
                                          .at = USEC_SECOND,
                                          .value = 900,
                                          .low = 100,
                                          .high = 300 });
}

TEST(a_step_that_waits_for_the_processor_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    first_is(scene_starved, &a, CAUSE_RESOURCE_CPU, "orders", 0.7);
    arena_done(&a);
}

static void scene_silent(struct tx *tx)
{
    usual(tx, "orders");
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "extract", 0, 1, "starting\nextract: it did not work\n", "inc-1");
}

static void scene_slow_without_reason(struct tx *tx)
{
    usual(tx, "orders");
    kit_incident(tx, "inc-1", "orders", "fp");
    kit_run(tx, (struct kit_run){ .id = "e0", .pipeline = "orders", .step = "extract", .rows = 2000, .duration_ms = 900,
                                  .cpu_ms = 31, .sync_us = 1000 });
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .incident = "inc-1",
                                          .pipeline = "orders",
                                          .step = "extract",
                                          .run = "e0",
                                          .kind = "duration",
                                          .summary = "extract took 900 ms, usual are 120 ms" });
}

static void scene_unknown(struct tx *tx)
{
    kit_entry(tx, "nothing", "x");
}

TEST(without_evidence_no_cause_is_named)
{
    void (*const scenes[])(struct tx *) = { scene_silent, scene_slow_without_reason, scene_unknown };
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        struct arena a = arena_init(ARENA_TEST);
        struct cause_list l = kit_diagnose(scenes[i], &a);
        show(&l);
        CHECK_I64(l.count, 0);
        arena_done(&a);
    }
}

/* --- Up the lineage --- */

static void scene_upstream(struct tx *tx)
{
    usual(tx, "customers");
    usual(tx, "orders");
    usual(tx, "report");
    kit_edge(tx, "pipeline:customers", "dataset:file/customers.csv");
    kit_edge(tx, "dataset:file/customers.csv", "pipeline:orders");
    kit_edge(tx, "pipeline:orders", "pipeline:report");
    fails(tx, "customers", "extract", -30 * USEC_SECOND, 28,
          "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\n", NULL);
    fails(tx, "orders", "transform", -5 * USEC_SECOND, 1,
          "awk: cannot open customers.csv (No such file or directory)\n", NULL);
    kit_incident(tx, "inc-1", "report", "fp");
    fails(tx, "report", "load", 0, 1, "cat: orders.csv: No such file or directory\n", "inc-1");
}

TEST(the_root_is_found_two_pipelines_up_with_every_hop)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_upstream, &a);
    show(&l);
    CHECK(l.count >= 3);
    const struct cause *c = &l.items[0];
    CHECK_I64(c->kind, CAUSE_SOURCE_TIMEOUT);
    CHECK_STR(c->pipeline, "customers");
    CHECK(c->score >= 0.85);
    CHECK(shows(c, "report reads from orders"));
    CHECK(shows(c, "orders reads from customers"));
    CHECK(str_find(c->evidence[0].text, STR("the step failed"), 0) >= 0); /* the symptom comes first */
    CHECK(str_find(c->evidence[c->evidence_count - 1].text, STR("timed out"), 0) >= 0);
    CHECK(find(&l, CAUSE_UPSTREAM_FAILED) != NULL);
    arena_done(&a);
}

static void scene_later(struct tx *tx)
{
    usual(tx, "customers");
    usual(tx, "orders");
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "load", 0, 1, "cat: in.csv: No such file or directory\n", "inc-1");
    fails(tx, "customers", "extract", 30 * USEC_SECOND, 28, "curl: (28) Operation timed out\n", NULL);
}

TEST(what_began_later_is_no_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_later, &a);
    show(&l);
    CHECK_I64(l.items[0].kind, CAUSE_DATA_MISSING);
    for (size_t i = 0; i < l.count; i++) CHECK_STR(l.items[i].pipeline, "orders");
    arena_done(&a);
}

static void scene_unrelated(struct tx *tx)
{
    usual(tx, "customers");
    usual(tx, "orders");
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    fails(tx, "customers", "extract", -10 * USEC_SECOND, 28, "curl: (28) Operation timed out\n", NULL);
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "transform", 0, 2, "mawk: run time error: out of memory\n", "inc-1");
}

TEST(a_fault_that_cannot_travel_is_no_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_unrelated, &a);
    show(&l);
    CHECK_I64(l.items[0].kind, CAUSE_RESOURCE_MEMORY);
    CHECK(find(&l, CAUSE_SOURCE_TIMEOUT) == NULL);
    arena_done(&a);
}

static void scene_late(struct tx *tx)
{
    usual(tx, "orders");
    kit_pipeline(tx, "customers", 5 * USEC_MINUTE, "");
    kit_history(
        tx,
        (struct kit_run){ .pipeline = "customers", .step = "extract", .at = -USEC_HOUR, .rows = 10, .duration_ms = 10 },
        4);
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    kit_incident(tx, "inc-1", "orders", "fp");
    kit_finding(tx, (struct kit_finding){ .id = "f", .incident = "inc-1", .pipeline = "orders", .kind = "freshness",
                                          .summary = "orders is 4 minutes late" });
}

TEST(a_late_upstream_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_late, &a, CAUSE_UPSTREAM_LATE, "orders", 0.7);
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
        fails(tx, names[i], "s", -i * USEC_SECOND, 1, "cat: x.csv: No such file or directory\n", NULL);
    }
    kit_edge(tx, "pipeline:a", "pipeline:a");
    kit_incident(tx, "inc-1", "a", "fp");
    kit_finding(tx, (struct kit_finding){ .id = "f",
                                          .incident = "inc-1",
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
    kit_finding(tx, (struct kit_finding){ .id = service, .incident = "inc-1", .pipeline = service, .kind = "anomaly",
                                          .summary = service, .score = score, .evidence = evidence });
}

static void calls(struct tx *tx)
{
    kit_edge(tx, "pipeline:search", "pipeline:shop");
    kit_edge(tx, "pipeline:table", "pipeline:search");
    kit_edge(tx, "pipeline:bank", "pipeline:shop");
    kit_incident(tx, "inc-1", "shop", "fp");
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
    struct cause c = first_is(scene_services, &a, CAUSE_SERVICE_DEGRADED, "table", 0.7);
    CHECK(shows(&c, "shop reads from search"));
    CHECK(shows(&c, "search reads from table"));
    arena_done(&a);
}

/* Nothing says who calls whom: alarms of one incident with their values and expected ranges. */
static void alarm_of(struct tx *tx, const char *service, const char *series, double low, double high, double value)
{
    double spread = (high - low) / 6;
    kit_finding(tx, (struct kit_finding){ .id = series,
                                          .incident = "inc-1",
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
    kit_incident(tx, "inc-1", "shop", "fp");
    alarm_of(tx, "shop", "shop_latency_seconds", 0.1, 0.2, 9);
    alarm_of(tx, "search", "search_latency_seconds", 0.199, 0.2, 0.3);
    alarm_of(tx, "table", "table_cpu", 0.2, 0.3, 0.9);
}

TEST(without_a_graph_a_resource_explains_what_others_suffer)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_apart, &a, CAUSE_SERVICE_DEGRADED, "table", 0.5);
    CHECK(shows(&c, "table_cpu"));
    arena_done(&a);
}

static void scene_small_and_still(struct tx *tx)
{
    kit_incident(tx, "inc-1", "shop", "fp");
    alarm_of(tx, "shop", "shop_latency_seconds", 0.1, 0.2, 9);
    alarm_of(tx, "search", "search_latency_seconds", 0.1999, 0.2001, 0.21); /* 300 spreads, a twentieth of its level */
    alarm_of(tx, "table", "table_latency_seconds", 0.01, 0.02,
             8); /* fewer spreads, and three hundred times its level */
}

TEST(without_a_graph_a_still_series_that_moved_a_little_is_not_the_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    (void)first_is(scene_small_and_still, &a, CAUSE_SERVICE_DEGRADED, "table", 0.3);
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
    show(&l);
    CHECK_I64(l.count, 0);
    arena_done(&a);
}

/* --- Changes and precedents --- */

static void scene_deploy(struct tx *tx)
{
    usual(tx, "orders");
    kit_change(tx, "orders", "deploy", "orders 1.4.2 deployed", "{}", -2 * USEC_MINUTE);
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "transform", 0, 1,
          "Traceback (most recent call last):\n  File \"t.py\", line 2\nNameError: name 'ordrs' is not defined\n",
          "inc-1");
}

TEST(a_change_right_before_supports_and_is_listed)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_deploy, &a);
    show(&l);
    CHECK_I64(l.items[0].kind, CAUSE_CODE_ERROR);
    CHECK(l.items[0].score > 0.92);
    CHECK(shows(&l.items[0], "orders 1.4.2 deployed"));
    CHECK(find(&l, CAUSE_CHANGE) != NULL);
    CHECK(find(&l, CAUSE_CHANGE)->score <= 0.5);
    arena_done(&a);
}

static void scene_old_deploy(struct tx *tx)
{
    usual(tx, "orders");
    kit_change(tx, "orders", "deploy", "orders 1.4.1 deployed", "{}", -55 * USEC_MINUTE);
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "transform", 0, 1, "it did not work\n", "inc-1");
}

TEST(a_change_with_good_runs_after_it_is_no_cause)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_old_deploy, &a);
    show(&l);
    CHECK(find(&l, CAUSE_CHANGE) == NULL);
    arena_done(&a);
}

static void scene_schema_above(struct tx *tx)
{
    usual(tx, "customers");
    usual(tx, "orders");
    kit_edge(tx, "pipeline:customers", "pipeline:orders");
    kit_change(tx, "customers", "schema", "columns of customers.csv changed",
               "{\"before\":[\"id\",\"amount\"],\"after\":[\"id\"]}", -20 * USEC_SECOND);
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "transform", 0, 1, "Error: in prepare, no such column: amount\n", "inc-1");
}

TEST(a_schema_change_above_supports_the_missing_column)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_schema_above, &a);
    show(&l);
    CHECK_I64(l.items[0].kind, CAUSE_SCHEMA_MISSING);
    CHECK_STR(l.items[0].pipeline, "orders");
    CHECK(shows(&l.items[0], "amount is gone"));
    const struct cause *above = find(&l, CAUSE_SCHEMA_CHANGED);
    CHECK(above != NULL);
    CHECK_STR(above->pipeline, "customers");
    arena_done(&a);
}

static void scene_precedent(struct tx *tx)
{
    usual(tx, "orders");
    int64_t seq = kit_entry(tx, "incident.opened", "inc-0");
    tx_exec(tx, SQL_INCIDENT_ADD, V("inc-0"), V(seq), V("fp"), V(3), V("orders"), V("t"), V(kit_t0 - USEC_DAY));
    tx_exec(tx, SQL_INCIDENT_DIAGNOSED, V("inc-0"), V("source.timeout"), V(3), V("orders"), V("t"),
            V(kit_t0 - USEC_DAY));
    tx_exec(tx, SQL_INCIDENT_RESOLVE, V("inc-0"), V(kit_t0 - USEC_DAY), V("job.retry"));
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "extract", 0, 1, "urllib3: Read timed out.\n", "inc-1");
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
    scene_over_time(tx);
}

static void scene_mended(struct tx *tx)
{
    earlier(tx, "job.retry", false);
    scene_over_time(tx);
}

static void scene_recovered(struct tx *tx)
{
    earlier(tx, "recovered", false);
    scene_over_time(tx);
}

static void scene_retry_failed(struct tx *tx)
{
    earlier(tx, "recovered", true);
    scene_over_time(tx);
}

TEST(how_a_precedent_ended_raises_or_lowers_its_cause)
{
    static void (*const scenes[])(struct tx *) = { scene_retry_failed, scene_no_precedent, scene_recovered,
                                                   scene_mended };
    double before = 0;
    for (size_t i = 0; i < 4; i++) {
        struct arena a = arena_init(ARENA_TEST);
        struct cause_list l = kit_diagnose(scenes[i], &a);
        const struct cause *c = find(&l, CAUSE_SOURCE_TIMEOUT);
        show(&l);
        CHECK(c && c->score > before);
        before = c->score;
        arena_done(&a);
    }
}

TEST(a_precedent_supports_but_does_not_name)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = first_is(scene_precedent, &a, CAUSE_SOURCE_TIMEOUT, "orders", 0.91);
    CHECK(shows(&c, "inc-0 looked the same"));
    CHECK(shows(&c, "job.retry"));
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
    kit_incident(tx, "inc-1", "orders", "fp");
    fails(tx, "orders", "load", USEC_SECOND, 1, now, "inc-1");
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
    struct cause c = first_is(scene_only_known_first_time, &a, CAUSE_SOURCE_UNREACHABLE, "orders", 0.5);
    CHECK(shows(&c, "new since the last good run (orders-load-1): cache: connection refused"));
    struct cause_list l = kit_diagnose(scene_only_known, &a);
    show(&l);
    const struct cause *same = find(&l, CAUSE_SOURCE_UNREACHABLE);
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
    struct cause c = first_is(scene_unknown_crash, &a, CAUSE_CODE_ERROR, "orders", 0.3);
    CHECK_STR(c.step, "load");
    CHECK(shows(&c, "its last good run (orders-load-1) did not: WombatException"));
    arena_done(&a);
}
