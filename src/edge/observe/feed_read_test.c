#include "edge/observe/feed_read.h"

#include "test.h"

static err read_text(const char *name, const char *text, struct feed_data *d)
{
    err e = feed_read(str_of(name), str_of(text), d);
    feed_sort(d);
    return e;
}

TEST(a_single_series_is_named_by_its_file)
{
    struct feed_data d = feed_data_init();
    CHECK_OK(read_text("taxi.csv", "timestamp,value\n2014-07-01 00:00:00,10844\n2014-07-01 00:30:00,8127.5\r\n", &d));
    CHECK_I64(d.series_count, 1);
    CHECK_STR(d.series[0].text, "taxi");
    CHECK_I64(d.row_count, 2);
    CHECK(d.rows[1].value == 8127.5);
    CHECK_I64(d.rows[1].time - d.rows[0].time, 30 * USEC_MINUTE);
    feed_data_done(&d);
}

TEST(every_shape_of_a_table_is_understood)
{
    static const struct {
        const char *text;
        size_t series, rows;
        const char *first, *last;
    } cases[] = {
        { "1777874400,1\n1777874460,2\n", 1, 2, "f", "f" },
        { "1777874400000;1;5\n1777874460000;2;6\n", 2, 4, "column_2{pipeline=\"f\"}", "column_3{pipeline=\"f\"}" },
        { "ts\tcpu\tmem\n1777874400\t1\t\n1777874460\t2\t3\n", 2, 3, "cpu{pipeline=\"f\"}", "mem{pipeline=\"f\"}" },
        { "cpu,date,host,note\n1,2026-05-04T06:00:00+02:00,a,\"x, y\"\n", 1, 1, "cpu{pipeline=\"f\"}",
          "cpu{pipeline=\"f\"}" },
        { "time,metric,value\n1777874400,a,1\n1777874400,b,2\n1777874460,a,3\n", 2, 3, "a{pipeline=\"f\"}",
          "b{pipeline=\"f\"}" },
        { "time|series|pipeline|step|value\n1777874400|rows|orders|load|1\n", 1, 1,
          "rows{pipeline=\"orders\",step=\"load\"}", "rows{pipeline=\"orders\",step=\"load\"}" },
        { "\xef\xbb\xbftimestamp,\"odd \"\"name\"\"\"\n1777874400,1\n", 1, 1, "odd \"name\"{pipeline=\"f\"}",
          "odd \"name\"{pipeline=\"f\"}" },
        { "timestamp,value\n1777874400,NaN\n1777874460,2", 1, 1, "f", "f" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_data d = feed_data_init();
        CHECK_OK(read_text("f.csv", cases[i].text, &d));
        CHECK_I64(d.series_count, cases[i].series);
        CHECK_I64(d.row_count, cases[i].rows);
        CHECK_STR(d.series[0].text, cases[i].first);
        CHECK_STR(d.series[d.series_count - 1].text, cases[i].last);
        CHECK_I64(d.refused.total, 0);
        CHECK(d.rows[0].time >= INT64_C(1777867200000000) && d.rows[0].time <= INT64_C(1777874460000000));
        feed_data_done(&d);
    }
}

TEST(malformed_rows_are_refused_with_their_line_and_the_rest_is_kept)
{
    struct feed_data d = feed_data_init();
    CHECK_OK(read_text("f.csv",
                       "timestamp,value\n1777874400,1\nyesterday,2\n\n1777874460,two\n1777874520\n1777874580,5\n", &d));
    CHECK_I64(d.row_count, 2);
    CHECK_I64(d.refused.total, 3);
    CHECK_STR(d.refused.items[0].reason, "f.csv:3: 'yesterday' is not a time such as 2026-05-04T06:00:00Z");
    CHECK_STR(d.refused.items[1].reason, "f.csv:5: column value: 'two' is not a number");
    CHECK_STR(d.refused.items[2].reason, "f.csv:6: 1 columns where the header has 2");
    feed_data_done(&d);
}

TEST(a_file_that_makes_no_sense_is_an_error)
{
    static const struct { const char *text, *says;
    } cases[] = {
        { "", "f.csv: the file is empty" },
        { "a,b\n1,2\n", "f.csv: no column is called timestamp, time, ts or date" },
        { "time,note\n1777874400,hello\n", "f.csv: no column holds numbers" },
        { "time,value\n", "f.csv: no rows" },
        { "time,value\nx,1\n",
          "no row is valid; the first problem: f.csv:2: 'x' is not a time such as 2026-05-04T06:00:00Z" },
        { "{\"a\":1}\n", "f.csv: no line is valid" },
        { "\"time,value\n", "a quote is not closed" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_data d = feed_data_init();
        err e = read_text("f.csv", cases[i].text, &d);
        CHECK(e.code == ERR_INPUT);
        CHECK_STR(str_of(e.msg), cases[i].says);
        feed_data_done(&d);
    }
}

TEST(json_lines_carry_samples_and_events)
{
    struct feed_data d = feed_data_init();
    CHECK_OK(read_text(
        "x.jsonl",
        "{\"time\":\"2026-05-04T06:00:00Z\",\"series\":\"rows\",\"labels\":{\"pipeline\":\"orders\"},\"value\":5}\n"
        "{\"time\":1777874460,\"name\":\"rows\",\"labels\":{\"pipeline\":\"orders\"},\"value\":6}\n"
        "{\"eventTime\":\"2026-05-04T06:00:30Z\",\"eventType\":\"START\",\"run\":{\"runId\":\"0190f7f2-6f0a-7c3e-9a55-"
        "4d0f5c7e1a10\"},"
        "\"job\":{\"namespace\":\"shop\",\"name\":\"load\"}}\n"
        "{\"kind\":\"change.seen\",\"subject\":\"orders\",\"time\":\"2026-05-04T05:00:00Z\",\"body\":{\"kind\":"
        "\"deploy\",\"summary\":\"v2\"}}\n"
        "{\"series\":\"rows\",\"value\":5}\n"
        "{broken\n",
        &d));
    CHECK_I64(d.series_count, 1);
    CHECK_I64(d.row_count, 2);
    CHECK_I64(d.event_count, 2);
    CHECK_STR(d.events[0].in.kind, "change.seen");
    CHECK_STR(d.events[1].in.kind, "lineage.seen");
    CHECK_I64(d.refused.total, 2);
    CHECK_I64(d.refused.items[0].index, 5);
    feed_data_done(&d);
}

TEST(mutated_files_never_escape_their_bounds)
{
    static const char csv[] = "time,metric,pipeline,value\n1777874400,a,\"o\"\"x\",1\n1777874460,b,p,2.5e3\n";
    uint64_t state = 99;
    (void)printf("# seed %llu\n", (unsigned long long)state);
    for (int i = 0; i < test_count(3000, 100000); i++) {
        char *copy = malloc(sizeof csv - 1);
        memcpy(copy, csv, sizeof csv - 1);
        for (int n = 0; n < 3; n++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            copy[(state >> 33) % (sizeof csv - 1)] = "\",;\n\r{}0a\t|\0"[(state >> 20) % 12];
        }
        struct feed_data d = feed_data_init();
        err e = feed_read(STR("m.csv"), (str){ copy, sizeof csv - 1 }, &d);
        CHECK(e.code == ERR_NONE || e.code == ERR_INPUT || e.code == ERR_LIMIT);
        for (size_t r = 0; r < d.row_count; r++) CHECK(d.rows[r].series < d.series_count);
        feed_data_done(&d);
        free(copy);
    }
}
