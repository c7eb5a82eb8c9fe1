/* What is said of one pipeline: each cause where it shows, and none where nothing does. */
#include "core/diagnose/diagnose_kit.h"

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

/* The last step, l0. */
static void loaded(struct tx *tx, int64_t rows, int64_t duration_ms, int64_t sync_us)
{
    kit_run(tx, (struct kit_run){ .id = "l0", .pipeline = "orders", .step = "load", .at = 2 * USEC_SECOND,
                                  .rows = rows, .duration_ms = duration_ms, .cpu_ms = 70, .sync_us = sync_us });
}

static void took_long(struct tx *tx, const char *step, const char *run, usec at, const char *summary)
{
    kit_finding(tx, (struct kit_finding){ .id = "f", .pipeline = "orders", .step = step, .run = run,
                                          .kind = "duration", .summary = summary, .at = at, .value = 900, .low = 100,
                                          .high = 300 });
}

static void scene_column(struct tx *tx)
{
    kit_usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "transform", USEC_SECOND, 1,
              "Error: in prepare, no such column: r.amount\n  select r.amount from raw r\n         ^--- error here\n");
    kit_runbook(tx, "schema-missing-column.md", "A column is missing",
                "causes: schema.missing_column. The column is gone upstream.");
    kit_runbook(tx, "disk-full.md", "The disk is full", "causes: resource.disk_full. No space left on device.");
}

TEST(a_missing_column_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_column, &a, CAUSE_SCHEMA_MISSING, "orders", 0.93);
    CHECK_STR(c.step, "transform");
    CHECK_STR(c.detail, "{\"column\":\"amount\"}");
    CHECK_STR(c.runbook, "schema-missing-column.md");
    CHECK(kit_shows(&c, "the step failed"));
    CHECK(kit_shows(&c, "no such column: r.amount"));
    CHECK_STR(c.evidence[0].text, "the step failed"); /* the symptom comes first */
    arena_done(&a);
}

static void scene_timeout(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "extract", 0, 28,
              "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\n");
}

TEST(a_source_that_times_out_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_timeout, &a, CAUSE_SOURCE_TIMEOUT, "orders", 0.93);
    CHECK_STR(c.step, "extract");
    CHECK_I64(c.evidence_count, 2); /* the symptom and the last words; the status says no more */
    arena_done(&a);
}

static void scene_memory(struct tx *tx)
{
    kit_usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    kit_incident(tx, "orders");
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
                                          .pipeline = "orders",
                                          .step = "transform",
                                          .run = "bad",
                                          .kind = "exit",
                                          .summary = "transform failed",
                                          .at = USEC_SECOND });
}

TEST(a_step_that_weir_ended_in_time_did_not_run_out_of_memory)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(kit_over_time, &a);
    CHECK_I64(l.count, 1);
    CHECK_I64(l.items[0].kind, CAUSE_SOURCE_TIMEOUT);
    CHECK(l.items[0].score <= 0.5);
    arena_done(&a);
}

TEST(a_step_over_its_memory_limit_is_named_and_measured)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_memory, &a, CAUSE_RESOURCE_MEMORY, "orders", 0.97);
    CHECK_STR(c.step, "transform");
    CHECK(kit_shows(&c, "its limit is 64 MiB"));
    CHECK(kit_shows(&c, "out of memory"));
    arena_done(&a);
}

static void rows_found(struct tx *tx, double value)
{
    kit_incident(tx, "orders");
    kit_finding(tx, (struct kit_finding){ .id = "f",
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

static void drift_found(struct tx *tx, const char *evidence)
{
    kit_incident(tx, "orders");
    kit_finding(tx, (struct kit_finding){ .id = "f", .pipeline = "orders", .step = "load", .kind = "drift",
                                          .summary = "1 of 5 columns of sales drifted", .evidence = evidence,
                                          .at = 2 * USEC_SECOND });
}

static void scene_drift(struct tx *tx)
{
    drift_found(tx, "{\"drifts\":[{\"column\":\"amount\",\"part\":\"shape\",\"what\":\"mean 12, was 10\"}]}");
}

TEST(a_drifted_column_is_named_with_what_changed)
{
    struct arena a = arena_init(1 << 20);
    struct cause c = kit_first_is(scene_drift, &a, CAUSE_DATA_DRIFTED, "orders", 0.6);
    CHECK(kit_shows(&c, "column amount"));
    CHECK(kit_shows(&c, "mean 12, was 10"));
    arena_done(&a);
}

static void scene_view_drifts(struct tx *tx)
{
    drift_found(
        tx,
        "{\"drifts\":[{\"look\":\"embedding\",\"column\":\"v\",\"part\":\"embedding\",\"what\":\"now more: v1\"}]}");
}

TEST(a_drifted_view_of_a_model_is_named_as_what_it_is)
{
    struct arena a = arena_init(1 << 20);
    struct cause c = kit_first_is(scene_view_drifts, &a, CAUSE_DATA_DRIFTED, "orders", 0.6);
    CHECK(kit_shows(&c, "embedding v of"));
    CHECK(!kit_shows(&c, "column v"));
    arena_done(&a);
}

static void scene_column_gone(struct tx *tx)
{
    drift_found(tx, "{\"drifts\":[{\"column\":\"amount\",\"part\":\"shape\",\"what\":\"mean 12, was 10\"},"
                "{\"column\":\"sku\",\"part\":\"removed\",\"what\":\"the column is gone\"}]}");
}

TEST(a_column_that_is_gone_comes_before_one_that_drifted)
{
    struct arena a = arena_init(1 << 20);
    struct cause c = kit_first_is(scene_column_gone, &a, CAUSE_SCHEMA_MISSING, "orders", 0.8);
    CHECK(kit_shows(&c, "column sku"));
    arena_done(&a);
}

static void scene_doubled(struct tx *tx)
{
    kit_usual(tx, "orders");
    extract_well(tx, "orders", 2013);
    transform_well(tx, "orders", 2013);
    loaded(tx, 4026, 160, 900);
    rows_found(tx, 4026);
}

TEST(a_load_that_ran_twice_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_doubled, &a, CAUSE_DATA_DUPLICATED, "orders", 0.95);
    CHECK_STR(c.step, "load");
    CHECK(kit_shows(&c, "2 times the usual"));
    arena_done(&a);
}

static void scene_grown(struct tx *tx)
{
    kit_usual(tx, "orders");
    extract_well(tx, "orders", 4010);
    transform_well(tx, "orders", 4010);
    loaded(tx, 4010, 160, 900);
    rows_found(tx, 4010);
}

TEST(a_source_that_doubled_is_not_a_doubled_load)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause_list l = kit_diagnose(scene_grown, &a);
    CHECK(kit_cause(&l, CAUSE_DATA_GROWN) != NULL);
    CHECK_STR(kit_cause(&l, CAUSE_DATA_GROWN)->step, "extract");
    const struct cause *twice =
        kit_cause(&l, CAUSE_DATA_DUPLICATED); /* the source itself may have sent everything twice */
    CHECK(!twice || STR_IS(twice->step, "extract"));
    CHECK(!twice || twice->score < 0.7);
    arena_done(&a);
}

static void scene_empty(struct tx *tx)
{
    kit_usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    transform_well(tx, "orders", -1);
    loaded(tx, -1, 160, 0);
    rows_found(tx, 0);
}

TEST(rows_are_missing_where_they_were_lost_first)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_empty, &a, CAUSE_DATA_MISSING, "orders", 0.8);
    CHECK_STR(c.step, "transform");
    arena_done(&a);
}

static void scene_disk(struct tx *tx)
{
    kit_usual(tx, "orders");
    extract_well(tx, "orders", 2000);
    transform_well(tx, "orders", 2000);
    kit_incident(tx, "orders");
    loaded(tx, 2000, 900, 120000);
    took_long(tx, "load", "l0", 2 * USEC_SECOND, "load took 900 ms, usual are 150 ms");
}

TEST(a_slow_disk_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    struct cause c = kit_first_is(scene_disk, &a, CAUSE_RESOURCE_DISK_SLOW, "orders", 0.93);
    CHECK_STR(c.step, "load");
    CHECK(kit_shows(&c, "durable write"));
    arena_done(&a);
}

static void scene_starved(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_incident(tx, "orders");
    kit_run(tx, (struct kit_run){ .id = "t0",
                                  .pipeline = "orders",
                                  .step = "transform",
                                  .at = USEC_SECOND,
                                  .rows = 2000,
                                  .duration_ms = 900,
                                  .cpu_ms = 152,
                                  .sync_us = 1000 });
    took_long(tx, "transform", "t0", USEC_SECOND, "transform took 900 ms, usual are 200 ms");
}

TEST(a_step_that_waits_for_the_processor_is_named)
{
    struct arena a = arena_init(ARENA_TEST);
    kit_first_is(scene_starved, &a, CAUSE_RESOURCE_CPU, "orders", 0.7);
    arena_done(&a);
}

static void scene_silent(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_incident(tx, "orders");
    kit_fails(tx, "orders", "extract", 0, 1, "starting\nextract: it did not work\n");
}

static void scene_slow_without_reason(struct tx *tx)
{
    kit_usual(tx, "orders");
    kit_incident(tx, "orders");
    kit_run(tx, (struct kit_run){ .id = "e0", .pipeline = "orders", .step = "extract", .rows = 2000, .duration_ms = 900,
                                  .cpu_ms = 31, .sync_us = 1000 });
    took_long(tx, "extract", "e0", 0, "extract took 900 ms, usual are 120 ms");
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
        CHECK_I64(l.count, 0);
        arena_done(&a);
    }
}
