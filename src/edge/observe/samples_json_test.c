#include "edge/observe/samples_json.h"

#include "test.h"

static err read_text(const char *text, struct arena *a, struct batch *out)
{
    json *body = NULL;
    CHECK_OK(json_parse(str_of(text), a, &body));
    return samples_json_read(body, 42, a, out);
}

TEST(malformed_samples_are_refused_with_their_index_and_the_rest_kept)
{
    struct arena a = arena_init(1 << 20);
    struct batch b;
    CHECK_OK(read_text(
        "{\"samples\":[{\"series\":\"rows\",\"labels\":{\"pipeline\":\"orders\"},\"time\":1777874400,\"value\":5},"
        "{\"series\":\"rows\",\"value\":\"many\"},{\"value\":1},7,"
        "{\"series\":\"rows\",\"time\":\"yesterday\",\"value\":1},"
        "{\"series\":\"rows\",\"labels\":{\"a\":1},\"value\":1},"
        "{\"name\":\"lag\",\"time\":\"2026-05-04T06:00:00Z\",\"value\":-1.5},{\"name\":\"lag\",\"value\":2}]}",
        &a, &b));
    CHECK_I64(b.series_count, 2);
    CHECK_I64(b.point_count, 3);
    CHECK_I64(b.series[1].count, 2);
    CHECK_I64(b.points[2].time, 42); /* no time: now */
    CHECK_I64(b.refused->total, 5);
    static const size_t at[] = { 1, 2, 3, 4, 5 };
    for (size_t i = 0; i < 5; i++) CHECK_I64(b.refused->items[i].index, at[i]);
    CHECK_STR(b.refused->items[0].reason, "value is not a number");
    CHECK_STR(b.refused->items[4].reason, "label a is not text");
    arena_done(&a);
}

TEST(a_body_of_another_shape_is_an_error)
{
    struct arena a = arena_init(1 << 20);
    struct batch b;
    CHECK_ERR(read_text("[]", &a, &b), ERR_INPUT);
    CHECK_ERR(read_text("{\"samples\":{}}", &a, &b), ERR_INPUT);
    CHECK_OK(read_text("{\"samples\":[]}", &a, &b));
    CHECK_I64(b.series_count, 0);
    arena_done(&a);
}

TEST(a_body_that_does_not_fit_its_arena_is_an_error_not_a_stop)
{
    struct arena roomy = arena_init(1 << 20), tight = arena_init(2048);
    struct batch b;
    json *body = NULL;
    CHECK_OK(
        json_parse(STR("{\"samples\":[{\"name\":\"a\",\"value\":1},{\"name\":\"a\",\"value\":1}]}"), &roomy, &body));
    CHECK_ERR(samples_json_read(body, 0, &tight, &b), ERR_LIMIT);
    arena_done(&tight);
    arena_done(&roomy);
}
