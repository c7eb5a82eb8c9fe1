/* From files to the graph: SQL and manifests become inputs, inputs become tables, tables become the graph that is
 * asked. */
#include "core/core_kit.h"
#include "edge/edge_kit.h"
#include "edge/files.h"
#include "edge/lineage/cache.h"
#include "edge/lineage/declare.h"
#include "edge/lineage/steps.h"
#include "test.h"

static struct input declared(const char *job, bool pipeline, const char *sql, struct arena *a)
{
    struct sql_lineage l;
    struct input in;
    CHECK_OK(sql_lineage(str_of(sql), NULL, a, &l));
    CHECK_OK(declared_input(&(struct declared){ .job = str_of(job), .pipeline = pipeline, .space = STR("db") }, &l,
                            STR("test"), a, &in));
    return in;
}

TEST(lineage_sql_becomes_an_input)
{
    struct arena a = arena_init(16 << 20);
    struct input in =
        declared("j", false,
                 "create table tmp as select x from s.t; insert into u select x from tmp where x; drop table tmp", &a);
    CHECK_STR(in.kind, "lineage.declared");
    CHECK_STR(in.body,
              "{\"job\":\"j\",\"pipeline\":false,\"inputs\":[\"db/s.t\"],\"outputs\":[\"db/tmp\",\"db/u\"],\"flows\":["
              "[\"db/s.t\",\"x\",\"db/tmp\",\"x\",\"identity\"],[\"db/tmp\",\"x\",\"db/u\",\"x\",\"identity\"],"
              "[\"db/tmp\",\"x\",\"db/u\",\"\",\"filter\"]],\"owner\":\"\",\"origin\":\"\"}");
    CHECK_ERR(declared_input(&(struct declared){ .job = STR("") }, NULL, STR("t"), &a, &in), ERR_INPUT);
    arena_done(&a);
}

static const char manifest[] = "{\"metadata\":{\"adapter_type\":\"postgres\"},\"nodes\":{"
                               "\"model.p.sums\":{\"resource_type\":\"model\",\"name\":\"sums\",\"relation_name\":"
                               "\"\\\"dw\\\".\\\"m\\\".\\\"sums\\\"\",\"depends_on\":{\"nodes\":"
                               "[\"model.p.orders\"]},\"raw_code\":\"select sum(amount) s from {{ ref('orders') "
                               "}}\",\"config\":{\"meta\":{\"owner\":\"ann\"}}},"
                               "\"model.p.orders\":{\"resource_type\":\"model\",\"name\":\"orders\",\"relation_name\":"
                               "\"\\\"dw\\\".\\\"m\\\".\\\"orders\\\"\",\"depends_on\":{\"nodes\":"
                               "[\"source.p.raw.orders\",\"model.p.sums\"]},\"compiled_code\":\"select id, total as "
                               "amount from \\\"dw\\\".\\\"raw\\\".\\\"orders\\\"\"},"
                               "\"test.p.x\":{\"resource_type\":\"test\",\"name\":\"x\"}},"
                               "\"sources\":{\"source.p.raw.orders\":{\"resource_type\":\"source\",\"name\":\"orders\","
                               "\"database\":\"dw\",\"schema\":\"raw\",\"identifier\":\"orders\"}},"
                               "\"exposures\":{\"exposure.p.page\":{\"resource_type\":\"exposure\",\"name\":\"page\","
                               "\"owner\":{\"email\":\"bo@x\"},\"depends_on\":{\"nodes\":[\"model.p.sums\"]}}}}";

TEST(lineage_manifest_gives_a_job_for_each_model)
{
    struct arena a = arena_init(64 << 20);
    json *root;
    struct input_list list;
    CHECK_OK(json_parse(str_of(manifest), &a, &root));
    CHECK_OK(declared_manifest(root, STR(""), STR("m.json"), STR("test"), &a, &list));
    CHECK_I64(list.count, 3); /* the circle between the two models ends */
    CHECK_STR(list.items[0].body, "{\"job\":\"model.p.orders\",\"pipeline\":false,\"inputs\":[\"dw.raw.orders\",\"dw.m."
                                  "sums\"],\"outputs\":[\"dw.m.orders\"],"
                                  "\"flows\":[[\"dw.raw.orders\",\"id\",\"dw.m.orders\",\"id\",\"identity\"],[\"dw.raw."
                                  "orders\",\"total\",\"dw.m.orders\","
                                  "\"amount\",\"identity\"]],\"owner\":\"\",\"origin\":\"m.json\"}");
    CHECK(str_find(list.items[1].body,
                   STR("[[\"dw.m.orders\",\"amount\",\"dw.m.sums\",\"s\",\"aggregation\"]],\"owner\":\"ann\""), 0) > 0);
    CHECK_STR(list.items[2].subject, "exposure.p.page");
    CHECK(str_find(list.items[2].body, STR("\"inputs\":[\"dw.m.sums\"],\"outputs\":[]"), 0) > 0);
    CHECK_OK(json_parse(STR("{\"nodes\":[]}"), &a, &root));
    CHECK_ERR(declared_manifest(root, STR(""), STR(""), STR("t"), &a, &list), ERR_INPUT);
    arena_done(&a);
}

TEST(lineage_manifest_of_dbt_is_read)
{
    str path = test_data("../formats/samples/dbt/manifest_v12_dbt1.12.json");
    if (!path.len) SKIP("no data");
    struct arena a = arena_init(256 << 20);
    str text;
    json *root;
    struct input_list list;
    CHECK_OK(file_read(path, 64 << 20, &a, &text));
    CHECK_OK(json_parse(text, &a, &root));
    CHECK_OK(declared_manifest(root, STR("db"), STR("m"), STR("test"), &a, &list));
    CHECK(list.count > 10);
    CHECK_I64(list.refused->total, 0);
    size_t with_columns = 0;
    for (size_t i = 0; i < list.count; i++) with_columns += str_find(list.items[i].body, STR("\"flows\":[["), 0) > 0;
    CHECK(with_columns * 2 > list.count);
    arena_done(&a);
}

/* --- Through the store --- */

static size_t reached(struct world *w, struct lineage_cache *c, const char *from)
{
    struct arena a = arena_init(4 << 20);
    const struct lineage_graph *g;
    struct lineage_visits v;
    struct tx *tx;
    size_t others;
    CHECK_OK(store_read(w->store, &tx));
    CHECK_OK(lineage_cache_begin(c, tx, &g));
    uint32_t node = lineage_named(g, str_of(from), &others);
    size_t count = 0;
    if (node != LINEAGE_NONE) {
        CHECK_OK(lineage_visit(g, node, &(struct lineage_walk){ 0 }, &a, &v));
        count = v.count;
    }
    lineage_cache_end(c);
    store_read_end(tx);
    arena_done(&a);
    return count;
}

static void declare(struct world *w, const char *job, bool pipeline, const char *sql)
{
    struct arena a = arena_init(16 << 20);
    struct input in = declared(job, pipeline, sql, &a);
    CHECK_OK(give(w, "lineage.declared", job, str_z(&a, in.body)));
    arena_done(&a);
}

TEST(lineage_cache_follows_the_store)
{
    struct world w = world_ready();
    struct lineage_cache *c = lineage_cache_new();
    CHECK_I64(reached(&w, c, "db/raw"), 0);
    declare(&w, "clean", false, "insert into mid select a, b from raw");
    CHECK_I64(reached(&w, c, "db/raw"), 3); /* raw, clean, mid */
    declare(&w, "report", true, "insert into sums select sum(a) s from mid");
    CHECK_I64(reached(&w, c, "raw"), 5);
    CHECK_I64(reached(&w, c, "column:db/raw.a"), 3);
    CHECK_I64(reached(&w, c, "pipeline:report"), 2);
    declare(&w, "report", true, "insert into sums select sum(a) s from mid"); /* the same again */
    CHECK_I64(reached(&w, c, "raw"), 5);
    declare(&w, "clean", false, "insert into other select a from raw"); /* what it said before is forgotten */
    CHECK_I64(reached(&w, c, "raw"), 3);
    CHECK_I64(reached(&w, c, "column:db/raw.a"), 2);
    CHECK_I64(reached(&w, c, "column:db/raw.b"), 0);
    lineage_cache_free(c);
    c = lineage_cache_new(); /* as after a restart */
    CHECK_I64(reached(&w, c, "raw"), 3);
    lineage_cache_free(c);
    world_done(&w);
}

/* An event of OpenLineage and a declared job stand in one graph, and an incident is grouped along both. */
TEST(lineage_declared_jobs_connect_pipelines)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "lineage.seen", "orders",
                  "{\"pipeline\":\"orders\",\"event\":\"OTHER\",\"time\":1,\"outputs\":[\"db/raw\"],"
                  "\"flows\":[[\"db/src\",\"x\",\"db/raw\",\"a\",\"identity\"],[\"too\",\"short\"]]}"));
    declare(&w, "clean", false, "insert into mid select a from raw");
    declare(&w, "report", true, "insert into sums select sum(a) s from mid");
    struct lineage_cache *c = lineage_cache_new();
    CHECK_I64(reached(&w, c, "column:db/src.x"), 4);
    CHECK_I64(reached(&w, c, "pipeline:orders"), 6);
    lineage_cache_free(c);
    CHECK_OK(give(&w, "run.finished", "run-1", failed_run));
    CHECK_OK(
        give(&w, "finding", "00ff",
             "{\"series\":\"s\",\"pipeline\":\"report\",\"kind\":\"anomaly\",\"detector\":\"d\",\"severity\":\"HIGH\","
             "\"start\":1777874400000000,\"end\":1777874401000000,\"summary\":\"low\"}"));
    CHECK_STR(newest(&w, "incident.joined"), newest(&w, "incident.opened").ptr);
    world_done(&w);
}

/* A step fails and says nothing of use. Lineage by column knows that it names a column that has just gone from what it
 * reads. */
TEST(lineage_by_column_names_the_missing_column)
{
    struct world w = world_ready();
    CHECK_OK(give(&w, "lineage.seen", "source",
                  "{\"pipeline\":\"source\",\"event\":\"OTHER\",\"time\":1,\"outputs\":[\"db/raw\"],"
                  "\"columns\":{\"db/raw\":[\"a\",\"b\"]}}"));
    declare(&w, "orders", true, "insert into mid select a from raw");
    pass(&w, USEC_MINUTE);
    CHECK_OK(give(&w, "lineage.seen", "source",
                  "{\"pipeline\":\"source\",\"event\":\"OTHER\",\"time\":1,\"outputs\":[\"db/raw\"],"
                  "\"columns\":{\"db/raw\":[\"b\"]}}"));
    pass(&w, USEC_MINUTE);
    CHECK_OK(give(&w, "run.finished", "run-1",
                  "{\"pipeline\":\"orders\",\"step\":\"extract\",\"attempt\":1,\"started\":1777874521000000,"
                  "\"ended\":1777874522000000,\"exit_code\":1,\"output\":\"error 17\"}"));
    pass(&w, USEC_SECOND);
    char incident[64];
    (void)snprintf(incident, sizeof incident, STR_FMT, STR_ARG(newest(&w, "incident.opened")));
    CHECK_STR(one(&w, SQL_API_INCIDENT_CAUSES, incident, 1), "schema.missing_column");
    str evidence = one(&w, SQL_API_INCIDENT_CAUSES, incident, 5);
    CHECK(str_find(evidence, STR("orders reads db/raw.a, which is gone"), 0) > 0);
    world_done(&w);
}

TEST(lineage_comes_from_the_sql_of_steps)
{
    struct world w = world_ready();
    struct arena a = arena_init(1 << 20);
    str path = str_fmt(&a, STR_FMT "/load.sql", STR_ARG(test_dir()));
    FILE *f = fopen(path.ptr, "w");
    CHECK(f && fputs("insert into wh.orders select id, total as amount from raw.orders;", f) >= 0 && fclose(f) == 0);
    str text = str_fmt(&a,
                       "{\"pipelines\":[{\"name\":\"orders\",\"steps\":[{\"name\":\"load\",\"sql\":[\"" STR_FMT
                       "\",\"/no/such/file\"],"
                       "\"dialect\":\"postgres\"}]},{\"name\":\"other\",\"steps\":[{\"name\":\"x\"}]}]}",
                       STR_ARG(path));
    CHECK_OK(lineage_of_steps(w.store, text, kit_apply, w.core));
    struct lineage_cache *c = lineage_cache_new();
    CHECK_I64(reached(&w, c, "raw.orders"), 3);
    CHECK_I64(reached(&w, c, "raw.orders.total"), 2);
    CHECK_I64(reached(&w, c, "pipeline:other"), 0);
    lineage_cache_free(c);
    arena_done(&a);
    world_done(&w);
}
