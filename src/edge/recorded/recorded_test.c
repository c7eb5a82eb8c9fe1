#include "edge/recorded/recorded.h"

#include <math.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "test.h"

static struct recorded_table read(const char *text, struct arena *a)
{
    struct recorded_table t = { 0 };
    CHECK_OK(recorded_table_read(str_of(text), a, &t));
    return t;
}

TEST(a_wide_table_names_service_and_metric)
{
    struct arena a = arena_init(1 << 20);
    struct recorded_table t = read(
        "time,front-end_cpu,orders_db_lat_99,api.eu.latency.p99,plain,a:rows\r\n1,2,3,4,5,6\r\n2,,x,1e3,-1,nan\r\n",
        &a);
    static const char *const want[][2] = { { "front-end", "cpu" },
                                           { "orders_db", "lat_99" },
                                           { "api.eu", "latency.p99" },
                                           { "plain", "value" },
                                           { "a", "rows" } };
    CHECK_I64(t.column_count, 5);
    CHECK_I64(t.row_count, 2);
    for (size_t c = 0; c < 5; c++) {
        CHECK_STR(t.columns[c].service, want[c][0]);
        CHECK_STR(t.columns[c].metric, want[c][1]);
    }
    CHECK_I64(t.columns[1].kind, METRIC_LATENCY);
    CHECK_I64(t.time[1], 2 * USEC_SECOND);
    CHECK(isnan(t.values[1]) && isnan(t.values[3]) && t.values[5] >= 1000);
    arena_done(&a);
}

TEST(three_header_rows_name_the_statistic)
{
    struct arena a = arena_init(1 << 20);
    struct recorded_table t =
        read("microservice,shop,shop,\"a,b\"\nmetric,latency,requests,latency\nstatistic,Average,Sum,p99\n"
             "unix_timestamp,,,\n1681857605,.5,10,\n1681857905,.6,11,2\n",
             &a);
    CHECK_I64(t.column_count, 3);
    CHECK_I64(t.row_count, 2);
    CHECK_STR(t.columns[2].service, "a,b");
    CHECK_STR(t.columns[2].statistic, "p99");
    CHECK_I64(recorded_row(&t, t.time[1]), 1);
    const double *v = recorded_series(
        &t, &(struct recorded_column){ .service = STR("shop"), .metric = STR("requests"), .statistic = STR("Sum") });
    CHECK(v && v[1] >= 11 && v[1] <= 11);
    arena_done(&a);
}

TEST(what_is_no_table_is_refused)
{
    struct arena a = arena_init(1 << 20);
    struct recorded_table t;
    static const char *const bad[] = { "",
                                       "\n\n",
                                       "time\n1\n",
                                       "time,a\n",
                                       "time,a\n1,2,3\n",
                                       "time,a\nyesterday,2\n",
                                       ",,\n1,2,3\n",
                                       "time,a\n-5,2\n",
                                       "time,a\n1e300,2\n" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK_ERR(recorded_table_read(str_of(bad[i]), &a, &t), ERR_INPUT);
    struct arena small = arena_init(64);
    CHECK_ERR(recorded_table_read(STR("time,a,b,c\n1,2,3,4\n"), &small, &t), ERR_LIMIT);
    arena_done(&small);
    arena_done(&a);
}

TEST(a_graph_is_read_as_matrix_and_as_list)
{
    static const char *const texts[] = {
        ",shop,cart,table\nshop,0,1.0,0\ncart,0,0,1\ntable,0,0,0\n", "[[\"shop\",\"cart\"],[\"cart\",\"table\"]]",
        "{\"edges\":[{\"from\":\"shop\",\"to\":\"cart\"},{\"caller\":\"cart\",\"callee\":\"table\"}]}"
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct arena a = arena_init(16 << 20);
        struct recorded_call *calls;
        size_t n;
        CHECK_OK(recorded_graph(str_of(texts[i]), &a, &calls, &n));
        CHECK_I64(n, 2);
        CHECK_STR(calls[1].caller, "cart");
        CHECK_STR(calls[1].callee, "table");
        arena_done(&a);
    }
}

/* --- Whole cases --- */

static void put(str dir, struct arena *a, const char *name, str text)
{
    FILE *f = fopen(str_fmt(a, STR_FMT "/%s", STR_ARG(dir), name).ptr, "w");
    CHECK(f && fwrite(text.ptr, 1, text.len, f) == text.len && fclose(f) == 0);
}

/* shop calls cart calls table; from row `from` on the table's time jumps, and with it that of those above. */
static str recording(struct arena *a, size_t rows, size_t from)
{
    struct buf b = buf_init(1 << 20);
    buf_add(&b, STR("time,shop.latency,shop.requests,cart.latency,cart.requests,table.latency,table.requests,pay."
                    "latency,pay.requests\n"));
    for (size_t i = 0; i < rows; i++) {
        double w = (double)(i * 37 % 11) / 1000, slow = i >= from ? 0.5 : 0;
        buf_fmt(&b, "%zu,%.4f,100,%.4f,90,%.4f,90,%.4f,40\n", 1700000000 + 60 * i, 0.3 + w + 0.9 * slow, 0.1 + w + slow,
                0.02 + w / 10 + slow, 0.05 + w);
    }
    str text = str_dup(a, buf_view(&b));
    buf_done(&b);
    return text;
}

static struct cause_list diagnosed(const struct recorded_paths *p, struct arena *a)
{
    struct env env = env_os();
    struct recorded_case c;
    struct recorded_facts facts;
    struct cause_list causes;
    CHECK_OK(recorded_load(p, a, &c));
    recorded_measure(&c, a, &facts);
    CHECK_OK(recorded_causes(&facts, &env, a, &causes));
    return causes;
}

static bool says(const struct cause *c, const char *words)
{
    for (size_t i = 0; i < c->evidence_count; i++)
        if (str_find(c->evidence[i].text, str_of(words), 0) >= 0) return true;
    return false;
}

TEST(one_file_is_cut_where_it_breaks)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir();
    put(dir, &a, "one.csv", recording(&a, 100, 80));
    put(dir, &a, "calls.json", STR("[[\"shop\",\"cart\"],[\"cart\",\"table\"],[\"shop\",\"pay\"]]"));
    str file = str_fmt(&a, STR_FMT "/one.csv", STR_ARG(dir)), graph = str_fmt(&a, STR_FMT "/calls.json", STR_ARG(dir));
    struct recorded_case c;
    CHECK_OK(recorded_load(&(struct recorded_paths){ .path = file }, &a, &c));
    CHECK_I64(c.window.from, 80);
    struct cause_list l =
        diagnosed(&(struct recorded_paths){ .path = file, .graph = graph, .target = STR("shop.latency") }, &a);
    CHECK(l.count > 0);
    CHECK_STR(l.items[0].pipeline, "table");
    CHECK(l.items[0].score > 0.8);
    CHECK(says(&l.items[0], "shop reads from cart") && says(&l.items[0], "cart reads from table"));
    CHECK(!says(&l.items[0], "pay"));
    arena_done(&a);
}

TEST(without_a_graph_the_largest_change_is_named_less_surely)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir();
    put(dir, &a, "one.csv", recording(&a, 100, 80));
    struct cause_list l =
        diagnosed(&(struct recorded_paths){ .path = str_fmt(&a, STR_FMT "/one.csv", STR_ARG(dir)) }, &a);
    CHECK(l.count > 0);
    CHECK_STR(l.items[0].pipeline, "table");
    CHECK(l.items[0].score <= 0.5);
    arena_done(&a);
}

TEST(where_nothing_is_off_nothing_is_named)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir();
    put(dir, &a, "quiet.csv", recording(&a, 100, 1000));
    str file = str_fmt(&a, STR_FMT "/quiet.csv", STR_ARG(dir));
    for (int target = 0; target < 2; target++) {
        struct recorded_paths p = { .path = file,
                                    .target = target ? STR("shop") : STR(""),
                                    .at = (usec)(1700000000 + 60 * 80) * USEC_SECOND };
        CHECK_I64(diagnosed(&p, &a).count, 0);
    }
    arena_done(&a);
}

TEST(changes_and_the_last_words_of_a_run_are_witnesses)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir(), case_dir = str_fmt(&a, STR_FMT "/case", STR_ARG(dir));
    (void)mkdir(case_dir.ptr, 0700);
    put(dir, &a, "case/metrics.csv", recording(&a, 100, 80));
    put(dir, &a, "case/graph.csv", STR(",shop,cart,table,pay\nshop,0,1,0,1\ncart,0,0,1,0\n"));
    put(dir, &a, "case/changes.json",
        STR("[{\"time\":1700004740,\"service\":\"table\",\"kind\":\"deploy\",\"summary\":\"table 2.1 went out\"}]"));
    put(dir, &a, "case/fail.log",
        STR("starting\npsycopg2.OperationalError: could not connect to server: Connection refused\n"));
    struct cause_list l = diagnosed(&(struct recorded_paths){ .path = case_dir, .target = STR("shop") }, &a);
    bool changed = false, refused = false;
    for (size_t i = 0; i < l.count; i++) {
        changed |= l.items[i].kind == CAUSE_CHANGE && STR_IS(l.items[i].pipeline, "table") &&
                   says(&l.items[i], "table 2.1 went out");
        refused |= l.items[i].kind == CAUSE_SOURCE_UNREACHABLE && says(&l.items[i], "Connection refused");
    }
    CHECK(changed && refused);
    arena_done(&a);
}

/* A long log: what the good run said too (a refused cache, at the end) and much work around the one line that is new.
 */
static str long_log(struct arena *a, const char *new_line)
{
    struct buf b = buf_init(1 << 20);
    for (int i = 0; i < 2000; i++) {
        buf_fmt(&b, "2026-01-01 00:00:%02d compiling part %d of 2000\n", i % 60, i);
        if (i == 300 && *new_line) buf_fmt(&b, "%s\n", new_line);
    }
    buf_add(&b, STR("cache: connection refused, going on without\n"));
    return buf_take(&b, a);
}

TEST(logs_alone_are_a_case_and_what_the_good_run_said_too_counts_less)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir(), case_dir = str_fmt(&a, STR_FMT "/nightly", STR_ARG(dir));
    (void)mkdir(case_dir.ptr, 0700);
    put(dir, &a, "nightly/fail.log", long_log(&a, "NameError: name 'ordrs' is not defined"));
    struct recorded_paths p = { .path = str_fmt(&a, STR_FMT "/", STR_ARG(case_dir)) };
    struct cause_list l = diagnosed(&p, &a); /* only the tail can be looked at */
    CHECK(l.count > 0 && l.items[0].kind == CAUSE_SOURCE_UNREACHABLE);
    put(dir, &a, "nightly/pass.log", long_log(&a, ""));
    l = diagnosed(&p, &a);
    CHECK(l.count > 0 && l.items[0].kind == CAUSE_CODE_ERROR);
    CHECK_STR(l.items[0].pipeline, "nightly");
    CHECK(says(&l.items[0], "ordrs") && says(&l.items[0], "pass.log"));
    put(dir, &a, "nightly/fail.log", long_log(&a, "[ERROR] the frobnicator failed to turn"));
    l = diagnosed(&p, &a);
    CHECK(l.count > 0 && l.items[0].kind == CAUSE_CODE_ERROR && l.items[0].score < 0.4 &&
          says(&l.items[0], "frobnicator"));
    put(dir, &a, "nightly/fail.log", STR("\n"));
    CHECK_I64(diagnosed(&p, &a).count, 0);
    arena_done(&a);
}

TEST(calls_through_services_nobody_measured_are_drawn_together)
{
    struct arena a = arena_init(1 << 20);
    struct recorded_call *out, calls[] = { { STR("a"), STR("u1") },  { STR("u1"), STR("u2") }, { STR("u2"), STR("b") },
                                           { STR("u2"), STR("u1") }, { STR("a"), STR("b") },   { STR("b"), STR("u3") },
                                           { STR("c"), STR("c") },   { STR("u1"), STR("d") } };
    const str seen[] = { STR("d"), STR("a"), STR("b"), STR("c"), STR("elsewhere") };
    size_t n = recorded_bridge(calls, sizeof calls / sizeof *calls, seen, 5, &a, &out);
    CHECK_I64(n, 3);
    bool ab = false, ad = false;
    for (size_t i = 0; i < n; i++) {
        CHECK(!str_starts(out[i].caller, STR("u")) && !str_starts(out[i].callee, STR("u")));
        ab |= STR_IS(out[i].caller, "a") && STR_IS(out[i].callee, "b");
        ad |= STR_IS(out[i].caller, "a") && STR_IS(out[i].callee, "d");
    }
    CHECK(ab && ad);
    CHECK_I64(recorded_bridge(calls, 0, seen, 5, &a, &out), 0);
    arena_done(&a);
}

TEST(a_service_without_series_does_not_end_the_search)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir();
    put(dir, &a, "one.csv", recording(&a, 100, 80));
    put(dir, &a, "calls.json",
        STR("[[\"shop\",\"proxy\"],[\"proxy\",\"cart\"],[\"cart\",\"table\"],[\"shop\",\"pay\"]]"));
    struct cause_list l = diagnosed(&(struct recorded_paths){ .path = str_fmt(&a, STR_FMT "/one.csv", STR_ARG(dir)),
                                                              .graph = str_fmt(&a, STR_FMT "/calls.json", STR_ARG(dir)),
                                                              .target = STR("shop.latency") }, &a);
    CHECK(l.count > 0);
    CHECK_STR(l.items[0].pipeline, "table");
    CHECK(l.items[0].score > 0.8);
    arena_done(&a);
}

TEST(a_target_names_service_metric_and_statistic)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir();
    struct buf b = buf_init(1 << 16);
    buf_add(&b, STR("microservice,a.b,a.b,a\nmetric,latency,latency,latency\nstatistic,p50,Average,Average\n"));
    for (int i = 0; i < 60; i++) buf_fmt(&b, "%d,1,2,3\n", 1700000000 + i);
    put(dir, &a, "t.csv", buf_view(&b));
    buf_done(&b);
    static const char *const want[][4] = { { "a.b.latency.Average", "a.b", "latency", "Average" },
                                           { "a.b.latency", "a.b", "latency", "" },
                                           { "a.latency", "a", "latency", "" },
                                           { "a.b", "a.b", "", "" } };
    for (size_t i = 0; i < 4; i++) {
        struct recorded_case c;
        CHECK_OK(recorded_load(&(struct recorded_paths){ .path = str_fmt(&a, STR_FMT "/t.csv", STR_ARG(dir)),
                                                         .target = str_of(want[i][0]),
                                                         .at = INT64_C(1700000040) * USEC_SECOND },
                               &a, &c));
        CHECK_STR(c.target, want[i][1]);
        CHECK_STR(c.metric, want[i][2]);
        CHECK_STR(c.statistic, want[i][3]);
    }
    arena_done(&a);
}

TEST(changes_that_are_no_list_are_refused_and_odd_ones_are_taken_as_far_as_they_say)
{
    struct arena a = arena_init(1 << 20);
    struct recorded_change *c;
    size_t n;
    CHECK_ERR(recorded_changes(STR("{\"time\":1}"), &a, &c, &n), ERR_INPUT);
    CHECK_ERR(recorded_changes(STR("[{"), &a, &c, &n), ERR_INPUT);
    CHECK_OK(recorded_changes(STR("[7,{},{\"time\":-5,\"kind\":3,\"pipeline\":\"p\"},{\"time\":1e300}]"), &a, &c, &n));
    CHECK_I64(n, 4);
    CHECK_STR(c[2].service, "p");
    CHECK_STR(c[2].kind, "deploy");
    CHECK(c[2].time == 0 && c[3].time == 0);
    arena_done(&a);
}

TEST(a_case_that_is_not_there_or_too_short_is_an_error)
{
    struct arena a = arena_init(64 << 20);
    str dir = test_dir();
    struct recorded_case c;
    put(dir, &a, "short.csv", recording(&a, 15, 10));
    str file = str_fmt(&a, STR_FMT "/short.csv", STR_ARG(dir));
    CHECK_ERR(recorded_load(&(struct recorded_paths){ .path = STR("/nowhere.csv") }, &a, &c), ERR_NOT_FOUND);
    CHECK_ERR(recorded_load(&(struct recorded_paths){ .path = dir }, &a, &c), ERR_NOT_FOUND);
    CHECK_ERR(recorded_load(&(struct recorded_paths){ .path = file }, &a, &c), ERR_INPUT);
    put(dir, &a, "one.csv", recording(&a, 100, 80));
    CHECK_ERR(recorded_load(&(struct recorded_paths){ .path = str_fmt(&a, STR_FMT "/one.csv", STR_ARG(dir)),
                                                      .target = STR("nobody") },
                            &a, &c),
              ERR_NOT_FOUND);
    arena_done(&a);
}
