#include "edge/cli/recording.h"

#include <math.h>

#include "test.h"

static struct recordings read_text(const char *text, struct arena *a)
{
    struct recordings r;
    CHECK_OK(recording_read(STR("orders.csv"), str_of(text), a, &r));
    return r;
}

TEST(one_value_a_line_with_holes)
{
    struct arena a = arena_init(16 << 20);
    struct recordings r = read_text("1\n\nnan\n-2.5\n1e3", &a);
    CHECK_I64(r.count, 1);
    CHECK_I64(r.items[0].rows, 5);
    CHECK(!r.items[0].timed && r.items[0].value[0] == 1 && isnan(r.items[0].value[1]) && isnan(r.items[0].value[2]));
    CHECK(r.items[0].value[3] == -2.5 && r.items[0].value[4] == 1000 && r.items[0].time[4] == 4 * RECORDING_PACE);
    CHECK_STR(r.items[0].name, "orders.csv");
    r = read_text("  1.5   2 3e2 ", &a);
    CHECK_I64(r.items[0].rows, 3);
    CHECK(r.items[0].value[2] == 300);
    r = read_text("latency\n5\n6\n", &a);
    CHECK_I64(r.items[0].rows, 2);
    CHECK_STR(r.items[0].name, "latency");
    arena_done(&a);
}

TEST(columns_without_a_time_and_rows_that_make_no_sense)
{
    struct arena a = arena_init(16 << 20);
    struct recordings r = read_text("a;b\n1;2\n3;oops\n4\n5;\n", &a);
    CHECK_I64(r.count, 2);
    CHECK_I64(r.items[1].rows, 2);
    CHECK_I64(r.refused, 2);
    CHECK_STR(r.items[1].name, "b");
    CHECK_STR(r.why, "line 3: not a number");
    CHECK(r.items[0].value[1] == 5 && isnan(r.items[1].value[1]));
    arena_done(&a);
}

TEST(times_are_read_as_weir_feed_reads_them)
{
    struct arena a = arena_init(16 << 20);
    struct recordings r = read_text("timestamp,value\n2014-02-14 14:35:00,2\n2014-02-14 14:30:00,1\n", &a);
    CHECK_I64(r.count, 1);
    CHECK(r.items[0].timed && r.items[0].rows == 2 && r.items[0].value[0] == 1);
    CHECK_I64(r.items[0].time[1] - r.items[0].time[0], 5 * USEC_MINUTE);
    arena_done(&a);
}

TEST(nothing_that_is_a_number_is_refused)
{
    static const char *const texts[] = { "", "\n\n", "hello\nworld\n", "a,b\nx,y\n", "nan\nnan\n" };
    struct arena a = arena_init(16 << 20);
    struct recordings r;
    for (size_t i = 0; i < 5; i++) CHECK_ERR(recording_read(STR("x"), str_of(texts[i]), &a, &r), ERR_INPUT);
    arena_done(&a);
}
