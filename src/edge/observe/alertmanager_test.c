#include "edge/observe/alertmanager.h"

#include "test.h"

static const char payload[] =
    "{\"version\":\"4\",\"groupKey\":\"{}:{alertname=\\\"LoadLate\\\"}\",\"truncatedAlerts\":0,\"status\":\"firing\","
    "\"receiver\":\"weir\","
    "\"groupLabels\":{\"alertname\":\"LoadLate\"},\"commonLabels\":{\"alertname\":\"LoadLate\",\"severity\":\"page\"},"
    "\"commonAnnotations\":{\"summary\":\"load_orders late\"},\"externalURL\":\"http://am:9093\",\"alerts\":["
    "{\"status\":\"firing\",\"labels\":{\"severity\":\"page\",\"alertname\":\"LoadLate\",\"job\":\"load_orders\"},"
    "\"annotations\":{\"summary\":\"load_orders "
    "late\"},\"startsAt\":\"2026-05-04T06:00:00.000Z\",\"endsAt\":\"0001-01-01T00:00:00Z\","
    "\"generatorURL\":\"http://prom:9090/graph\",\"fingerprint\":\"9bf16a3c5a9f5d0e\"},"
    "{\"status\":\"sleeping\",\"labels\":{\"a\":\"b\"},\"startsAt\":\"2026-05-04T06:00:00Z\"},"
    "{\"status\":\"resolved\",\"labels\":{\"alertname\":\"Disk\"},\"startsAt\":\"2026-05-04T06:00:00Z\",\"endsAt\":"
    "\"2026-05-04T06:05:00Z\"},"
    "{\"status\":\"firing\",\"labels\":{\"alertname\":\"Disk\"}},7]}";

TEST(alerts_become_inputs_and_bad_ones_are_refused_with_their_index)
{
    struct arena a = arena_init(1 << 20);
    struct input_list in;
    json *body = NULL;
    CHECK_OK(json_parse(str_of(payload), &a, &body));
    CHECK_OK(alertmanager_read(body, STR("am"), &a, &in));
    CHECK_I64(in.count, 2);
    CHECK_STR(in.items[0].kind, "alert.received");
    CHECK_STR(in.items[0].subject, "9bf16a3c5a9f5d0e");
    CHECK_STR(
        in.items[0].body,
        "{\"status\":\"firing\",\"pipeline\":\"load_orders\",\"severity\":\"CRITICAL\",\"title\":\"load_orders late\","
        "\"labels\":{\"alertname\":\"LoadLate\",\"job\":\"load_orders\",\"severity\":\"page\"},"
        "\"annotations\":{\"summary\":\"load_orders late\"},\"starts\":1777874400000000,\"ends\":0}");
    CHECK_I64(in.items[1].subject.len, 16); /* made from the labels */
    CHECK_I64(in.refused->total, 3);
    CHECK_I64(in.refused->items[0].index, 1);
    CHECK_STR(in.refused->items[1].reason, "startsAt is missing");
    arena_done(&a);
}

TEST(the_order_of_labels_does_not_change_an_alerts_identity)
{
    struct arena a = arena_init(1 << 20);
    struct input_list one, two;
    json *body = NULL;
    CHECK_OK(json_parse(
        STR("{\"alerts\":[{\"status\":\"firing\",\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"startsAt\":\"2026-05-04\"}]}"),
        &a, &body));
    CHECK_OK(alertmanager_read(body, STR("x"), &a, &one));
    CHECK_OK(json_parse(
        STR("{\"alerts\":[{\"status\":\"firing\",\"labels\":{\"b\":\"2\",\"a\":\"1\"},\"startsAt\":\"2026-05-04\"}]}"),
        &a, &body));
    CHECK_OK(alertmanager_read(body, STR("x"), &a, &two));
    CHECK(str_eq(one.items[0].subject, two.items[0].subject));
    CHECK(str_eq(one.items[0].body, two.items[0].body));
    arena_done(&a);
}

TEST(other_shapes_are_refused_as_a_whole)
{
    struct arena a = arena_init(1 << 20);
    struct input_list in;
    static const char *const cases[] = { "[]", "{}", "{\"alerts\":{}}", "null", "3" };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json *body = NULL;
        CHECK_OK(json_parse(str_of(cases[i]), &a, &body));
        CHECK_ERR(alertmanager_read(body, STR("am"), &a, &in), ERR_INPUT);
    }
    arena_done(&a);
}
