#include "test.h"

#include "edge/metric_text.h"

TEST(labels_are_escaped)
{
    struct buf b = buf_init(1 << 12);
    metric_label(&b, STR("a\"b\\c\nd \xc3\xa9"));
    CHECK_STR(buf_view(&b), "\"a\\\"b\\\\c\\nd \xc3\xa9\"");
    buf_done(&b);
}

TEST(a_family_tells_its_type_and_a_histogram_its_bounds_in_seconds)
{
    static const double bounds[] = { 0.5, 2000 };
    static const int64_t up_to[] = { 3, 4 };
    struct buf b = buf_init(1 << 12);
    metric_one(&b, "a_total", "counter", "What it is.", 7);
    metric_histogram(&b, "b_seconds", "How long.", &(struct metric_times){ bounds, up_to, 2, 5, 2500000 });
    CHECK_STR(buf_view(&b), "# HELP a_total What it is.\n# TYPE a_total counter\na_total 7\n"
                            "# HELP b_seconds How long.\n# TYPE b_seconds histogram\n"
                            "b_seconds_bucket{le=\"0.0005\"} 3\nb_seconds_bucket{le=\"2\"} 4\n"
                            "b_seconds_bucket{le=\"+Inf\"} 5\nb_seconds_sum 2.500000\nb_seconds_count 5\n");
    buf_done(&b);
}
