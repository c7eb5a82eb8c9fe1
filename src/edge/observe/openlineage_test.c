#include "edge/observe/openlineage.h"

#include <dirent.h>

#include "base/buf.h"
#include "test.h"

#define RUN_ID "0190f7f2-6f0a-7c3e-9a55-4d0f5c7e1a10"

static err read_text(str text, struct arena *a, struct input *out)
{
    json *event = NULL;
    CHECK_OK(json_parse(text, a, &event));
    return openlineage_event(event, STR("airflow"), a, out);
}

TEST(a_failed_run_keeps_its_error_columns_and_failed_checks)
{
    struct arena a = arena_init(1 << 20);
    struct input in;
    CHECK_OK(read_text(STR("{\"eventType\":\"FAIL\",\"eventTime\":\"2026-05-04T06:03:09Z\",\"run\":{\"runId\":\"" RUN_ID
                           "\",\"facets\":{\"errorMessage\":"
                           "{\"message\":\"null value in column "
                           "amount\",\"programmingLanguage\":\"SQL\",\"stackTrace\":\"line 12\"},\"parent\":{\"job\":"
                           "{\"namespace\":\"shop\",\"name\":\"nightly\"}}}},\"job\":{\"namespace\":\"shop\",\"name\":"
                           "\"load_orders\"},"
                           "\"inputs\":[{\"namespace\":\"postgres://"
                           "db:5432\",\"name\":\"shop.public.orders\",\"facets\":{\"schema\":{\"fields\":"
                           "[{\"name\":\"id\"},{\"name\":\"amount\"}]}},\"inputFacets\":{\"dataQualityAssertions\":{"
                           "\"assertions\":[{\"assertion\":\"not_null\","
                           "\"success\":false,\"column\":\"amount\",\"severity\":\"error\"},{\"assertion\":\"unique\","
                           "\"success\":true}]}}}],"
                           "\"outputs\":[{\"namespace\":\"sf\",\"name\":\"DW.ORDERS\",\"outputFacets\":{"
                           "\"outputStatistics\":{\"rowCount\":12}}}]}"),
                       &a, &in));
    CHECK_STR(in.kind, "lineage.seen");
    CHECK_STR(in.subject, "shop/load_orders");
    CHECK_STR(in.body,
              "{\"pipeline\":\"load_orders\",\"event\":\"FAIL\",\"run\":\"" RUN_ID "\",\"time\":1777874589000000,"
              "\"inputs\":[\"postgres://db:5432/shop.public.orders\"],\"outputs\":[\"sf/DW.ORDERS\"],"
              "\"columns\":{\"postgres://db:5432/shop.public.orders\":[\"id\",\"amount\"]},"
              "\"error\":\"null value in column amount\\nline 12\",\"rows\":12,\"parent\":\"shop/nightly\","
              "\"checks\":[{\"dataset\":\"postgres://db:5432/"
              "shop.public.orders\",\"assertion\":\"not_null\",\"column\":\"amount\","
              "\"severity\":\"error\"}]}");
    arena_done(&a);
}

static const char event_head[] =
    "{\"eventType\":\"COMPLETE\",\"eventTime\":\"2026-05-04T06:03:09Z\",\"run\":{\"runId\":\"" RUN_ID "\"},";

TEST(columns_come_from_the_facet_or_from_sql)
{
    struct arena a = arena_init(8 << 20);
    struct input in;
    CHECK_OK(read_text(
        str_fmt(&a,
                "%s\"job\":{\"namespace\":\"s\",\"name\":\"j\"},\"outputs\":[{\"namespace\":\"w\",\"name\":\"o\","
                "\"facets\":"
                "{\"columnLineage\":{\"fields\":{\"c\":{\"inputFields\":[{\"namespace\":\"p\",\"name\":\"t\",\"field\":"
                "\"a\","
                "\"transformations\":[{\"type\":\"INDIRECT\",\"subtype\":\"SORT\"},{\"type\":\"DIRECT\",\"subtype\":"
                "\"AGGREGATION\"}]},{\"namespace\":\"p\",\"name\":\"t\"}]}},\"dataset\":[{\"namespace\":\"p\",\"name\":"
                "\"t\","
                "\"field\":\"b\",\"transformations\":[{\"type\":\"INDIRECT\",\"subtype\":\"JOIN\"}]}]}}}]}",
                event_head),
        &a, &in));
    CHECK(
        str_find(in.body,
                 STR("\"flows\":[[\"p/t\",\"a\",\"w/o\",\"c\",\"aggregation\"],[\"p/t\",\"b\",\"w/o\",\"\",\"join\"]]"),
                 0) > 0);
    CHECK_OK(read_text(str_fmt(&a,
                               "%s\"job\":{\"namespace\":\"s\",\"name\":\"j\",\"facets\":{\"sql\":{\"query\":\"insert "
                               "into m.o select * from t\"}}},"
                               "\"inputs\":[{\"namespace\":\"p\",\"name\":\"db.t\",\"facets\":{\"schema\":{\"fields\":["
                               "{\"name\":\"x\"}]}}}],"
                               "\"outputs\":[{\"namespace\":\"p\",\"name\":\"db.m.o\"}]}",
                               event_head),
                       &a, &in));
    CHECK(str_find(in.body, STR("\"flows\":[[\"p/db.t\",\"x\",\"p/db.m.o\",\"x\",\"identity\"]]"), 0) > 0);
    arena_done(&a);
}

TEST(job_and_dataset_events_are_told_apart)
{
    struct arena a = arena_init(1 << 20);
    struct input in;
    CHECK_OK(read_text(STR("{\"eventTime\":\"2026-05-04T06:10:00Z\",\"dataset\":{\"namespace\":\"kafka://"
                           "b:9092\",\"name\":\"orders.v1\"}}"),
                       &a, &in));
    CHECK_STR(in.subject, "");
    CHECK(str_find(in.body, STR("\"event\":\"DATASET\""), 0) > 0);
    CHECK(str_find(in.body, STR("\"outputs\":[\"kafka://b:9092/orders.v1\"]"), 0) > 0);
    CHECK_OK(read_text(
        STR("{\"eventTime\":\"2026-05-04T06:10:00Z\",\"job\":{\"namespace\":\"s\",\"name\":\"j\"},\"inputs\":[]}"), &a,
        &in));
    CHECK(str_find(in.body, STR("\"event\":\"JOB\""), 0) > 0);
    arena_done(&a);
}

TEST(events_that_fit_no_kind_are_refused_with_a_reason)
{
    static const struct { const char *text, *says;
    } cases[] = {
        { "{}", "neither a run event (run and job), nor a job event, nor a dataset event" },
        { "7", "an event is an object" },
        { "{\"run\":{\"runId\":\"x\"},\"job\":{\"namespace\":\"a\",\"name\":\"b\"}}", "run.runId is not a UUID" },
        { "{\"run\":{\"runId\":\"" RUN_ID "\"},\"job\":{\"name\":\"b\"}}", "job needs a namespace and a name" },
        { "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"},\"eventTime\":\"now\"}",
          "eventTime: 'now' is not a time such as 2026-05-04T06:00:00Z" },
        { "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"},\"inputs\":[{}]}",
          "inputs[0]: inputs needs a namespace and a name" },
        { "{\"job\":{\"namespace\":\"a\",\"name\":\"b\"},\"outputs\":7}", "outputs is not an array" },
    };
    struct arena a = arena_init(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct input in;
        err e = read_text(str_of(cases[i].text), &a, &in);
        CHECK(e.code == ERR_INPUT);
        CHECK_STR(str_of(e.msg), cases[i].says);
    }
    arena_done(&a);
}

TEST(a_batch_refuses_single_events_with_their_index)
{
    struct arena a = arena_init(1 << 20);
    struct input_list in;
    json *body = NULL;
    CHECK_OK(json_parse(STR("[{\"eventTime\":\"2026-05-04\",\"job\":{\"namespace\":\"s\",\"name\":\"j\"}},{},"
                            "{\"eventTime\":\"2026-05-04\",\"job\":{\"namespace\":\"s\",\"name\":\"k\"}}]"),
                        &a, &body));
    CHECK_OK(openlineage_batch(body, STR("x"), &a, &in));
    CHECK_I64(in.count, 2);
    CHECK_I64(in.refused->items[0].index, 1);
    CHECK_ERR(openlineage_batch(json_get(body, "x"), STR("x"), &a, &in), ERR_INPUT);
    arena_done(&a);
}

TEST(limits_on_names_and_datasets_hold)
{
    struct arena a = arena_init(32 << 20);
    struct input in;
    struct buf b = buf_init(16 << 20);
    buf_add(&b, STR("{\"eventTime\":\"2026-05-04\",\"job\":{\"namespace\":\"s\",\"name\":\"j\"},\"inputs\":["));
    for (int i = 0; i < 513; i++) buf_fmt(&b, "%s{\"namespace\":\"n\",\"name\":\"t%d\"}", i ? "," : "", i);
    buf_add(&b, STR("]}"));
    CHECK_ERR(read_text(buf_view(&b), &a, &in), ERR_LIMIT);
    buf_done(&b);
    arena_done(&a);
}

/* The files are what the project's own tests compare against: runId, times and versions are placeholders there. */
static str filled(str text, struct arena *a)
{
    struct buf b = buf_init(4 << 20);
    for (size_t i = 0; i < text.len;) {
        str rest = str_cut(text, i, text.len);
        bool placeholder = str_starts(rest, STR("\"${")) || str_starts(rest, STR("\"{{"));
        buf_add(&b, placeholder ? STR("\"" RUN_ID "\"") : str_cut(rest, 0, 1));
        i += placeholder ? (size_t)str_find(rest, STR("\""), 1) + 1 : 1;
    }
    return buf_take(&b, a);
}

static str read_file(const char *path, struct arena *a)
{
    FILE *f = fopen(path, "rb");
    char *text = arena_new(a, 1 << 20);
    size_t n = f ? fread(text, 1, 1 << 20, f) : 0;
    if (f) (void)fclose(f);
    return (str){ text, n };
}

/* An expectation lacks what its test does not look at; a real event has a time and a run id. */
static void check_event(json *event, const char *file, struct arena *a)
{
    str text = json_text(event, a);
    if (!json_get(event, "eventTime") || !json_get_str(event, "eventTime").len)
        text = str_fmt(a, "{\"eventTime\":\"2026-05-04T06:00:00Z\"," STR_FMT, STR_ARG(str_cut(text, 1, text.len)));
    ptrdiff_t run = str_find(text, STR("\"run\":{"), 0);
    if (run >= 0 && !json_get(json_get(event, "run"), "runId"))
        text = str_fmt(a, STR_FMT "\"runId\":\"" RUN_ID "\"," STR_FMT, STR_ARG(str_cut(text, 0, (size_t)run + 7)),
                       STR_ARG(str_cut(text, (size_t)run + 7, text.len)));
    struct input in;
    err e = read_text(text, a, &in);
    json *body = NULL;
    if (e.code) test_failed(file, 0, "%s", e.msg);
    CHECK_OK(json_parse(in.body, a, &body));
    CHECK(json_get_i64(body, "time", 0) > 0);
}

TEST(the_projects_own_sample_events_parse)
{
    str dir = test_data("../formats/samples/openlineage");
    if (!dir.len) SKIP("no data");
    struct arena a = arena_init(256 << 20);
    dir = str_dup(&a, dir);
    DIR *d = opendir(dir.ptr);
    int events = 0;
    for (struct dirent *f; d && (f = readdir(d));) {
        if (!str_ends(str_of(f->d_name), STR(".json"))) continue;
        str text = filled(read_file(str_fmt(&a, "%s/%s", dir.ptr, f->d_name).ptr, &a), &a);
        json *doc = NULL;
        CHECK_OK(json_parse(text, &a, &doc));
        if (yyjson_is_obj(doc)) check_event(doc, f->d_name, &a), events++;
        for (size_t i = 0; i < yyjson_arr_size(doc); i++, events++) check_event(yyjson_arr_get(doc, i), f->d_name, &a);
    }
    if (d) (void)closedir(d);
    (void)printf("# %d events\n", events);
    CHECK(events > 20);
    arena_done(&a);
}
