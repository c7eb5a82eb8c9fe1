#include "edge/observe/exposition.h"

#include <math.h>

#include "test.h"

static const char page[] = "# HELP weir_rows_total Rows seen.\n"
                           "# TYPE weir_rows_total counter\n"
                           "weir_rows_total{dataset=\"shop.orders\"} 1200 1777874400000\n"
                           "# TYPE weir_step_seconds histogram\n"
                           "weir_step_seconds_bucket{le=\"0.1\"} 3\n"
                           "weir_step_seconds_bucket{le=\"+Inf\",} 4\n"
                           "weir_step_seconds_sum 0.9\n"
                           "weir_step_seconds_count 4\n"
                           "\n"
                           "# a comment\n"
                           "# TYPE temp gauge\n"
                           "temp { b = \"2\" , a=\"x\\\"y\\\\z\\n\" }\t-Inf\n"
                           "{\"my.metric\",\"dotted.label\"=\"x\"} 1\n"
                           "nan_value NaN\n";

TEST(an_exporters_page_parses)
{
    struct arena a = arena_init(1 << 20);
    struct batch b;
    CHECK_OK(exposition_parse(str_of(page), 5, &a, &b));
    CHECK_I64(b.series_count, 8);
    CHECK_STR(b.series[0].name, "weir_rows_total");
    CHECK_STR(b.series[0].labels[0].value, "shop.orders");
    CHECK_I64(b.points[0].time, INT64_C(1777874400000000));
    CHECK(b.series[0].kind == SERIES_COUNTER);
    CHECK_STR(b.series[2].labels[0].value, "+Inf");
    CHECK(b.series[3].kind == SERIES_COUNTER); /* _sum of a histogram */
    CHECK_I64(b.points[3].time, 5);
    CHECK(b.series[5].kind == SERIES_GAUGE);
    CHECK_STR(b.series[5].labels[0].value, "x\"y\\z\n");
    CHECK(isinf(b.points[5].value) && b.points[5].value < 0);
    CHECK_STR(b.series[6].name, "my.metric");
    CHECK_STR(b.series[6].labels[0].name, "dotted.label");
    CHECK(isnan(b.points[7].value));
    arena_done(&a);
}

TEST(malformed_lines_are_named)
{
    static const struct { const char *text, *says; } cases[] = {
        { "up 1\nup{job=\"x} 1\n", "line 2: a quote is not closed" },
        { "up{job=x} 1\n", "line 1: label job has no quoted value" },
        { "up{job} 1\n", "line 1: expected = after label job" },
        { "up one\n", "line 1: 'one' is not a value" },
        { "up\n", "line 1: '' is not a value" },
        { "up 1 2 3\n", "line 1: more text after the sample" },
        { "up 1 yesterday\n", "line 1: 'yesterday' is not a time in milliseconds" },
        { "up{a=\"1\" b=\"2\"} 1\n", "line 1: expected , or } after a label" },
        { "up{a=\"1\",a=\"2\"} 1\n", "line 1: label a is given twice" },
        { "up{a=\"\\x\"} 1\n", "line 1: \\x is not an escape" },
        { " 1\n{} 1\n", "line 1: '' is not a value" },
        { "{} 1\n", "line 1: the series has no name" },
    };
    struct arena a = arena_init(1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct batch b;
        err e = exposition_parse(str_of(cases[i].text), 0, &a, &b);
        CHECK(e.code == ERR_INPUT);
        CHECK_STR(str_of(e.msg), cases[i].says);
    }
    arena_done(&a);
}

TEST(series_written_and_read_again_are_the_same)
{
    struct arena a = arena_init(1 << 20);
    struct batch b, again;
    CHECK_OK(exposition_parse(str_of(page), 5, &a, &b));
    for (size_t i = 0; i < b.series_count; i++) {
        if (STR_IS(b.series[i].name, "my.metric")) continue; /* series_text does not quote odd names */
        str text = series_text(b.series[i].name, b.series[i].labels, b.series[i].label_count, &a);
        CHECK_OK(exposition_parse(str_fmt(&a, STR_FMT " 1", STR_ARG(text)), 5, &a, &again));
        str back = series_text(again.series[0].name, again.series[0].labels, again.series[0].label_count, &a);
        CHECK(str_eq(text, back));
    }
    arena_done(&a);
}

TEST(mutated_pages_never_escape_their_bounds)
{
    uint64_t state = 77;
    (void)printf("# seed %llu\n", (unsigned long long)state);
    struct arena a = arena_init(4 << 20);
    size_t len = sizeof page - 1;
    for (int i = 0; i < test_count(5000, 200000); i++) {
        arena_reset(&a);
        char *copy = malloc(len);
        memcpy(copy, page, len);
        for (int n = 0; n < 3; n++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            copy[(state >> 33) % len] = "\"{}=,\\\n #x1\0"[(state >> 20) % 12];
        }
        struct batch b;
        err e = exposition_parse((str){ copy, len }, 5, &a, &b);
        CHECK(e.code == ERR_NONE || e.code == ERR_INPUT);
        if (!e.code) CHECK_I64(b.series_count, b.point_count);
        free(copy);
    }
    arena_done(&a);
}
