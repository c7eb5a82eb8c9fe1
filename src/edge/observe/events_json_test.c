#include "edge/observe/events_json.h"

#include "test.h"

static err read_text(const char *text, struct arena *a, struct input_list *out)
{
    json *body = NULL;
    CHECK_OK(json_parse(str_of(text), a, &body));
    return events_json_read(body, STR("ci"), a, out);
}

TEST(one_event_or_many_are_read)
{
    struct arena a = arena_init(1 << 20);
    struct input_list in;
    CHECK_OK(
        read_text("{\"kind\":\"change.seen\",\"subject\":\"orders\",\"body\":{\"kind\":\"deploy\",\"summary\":\"v2\"}}",
                  &a, &in));
    CHECK_I64(in.count, 1);
    CHECK_STR(in.items[0].body, "{\"kind\":\"deploy\",\"summary\":\"v2\"}");
    CHECK_STR(in.items[0].actor, "ci");
    CHECK_OK(read_text("{\"events\":[{\"kind\":\"change.seen\",\"body\":{}},{\"kind\":\"approval.given\",\"body\":{}},"
                       "{\"kind\":\"run.started\",\"subject\":\"r\",\"body\":[]},3]}", &a, &in));
    CHECK_I64(in.count, 1);
    CHECK_STR(in.items[0].subject, "");
    CHECK_I64(in.refused->total, 3);
    arena_done(&a);
}

/* The door for outsiders must not carry what only weir and its people may say. */
TEST(inputs_that_decide_something_may_not_come_in_this_way)
{
    static const char *const forbidden[] = {
        "approval.given", "effect.outcome", "document.loaded", "key.added",       "silence.added",
        "finding",        "timer.due",      "store.resumed",   "incident.closed", ""
    };
    struct arena a = arena_init(1 << 20);
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        struct input_list in;
        str text = str_fmt(&a, "{\"kind\":\"%s\",\"body\":{}}", forbidden[i]);
        CHECK_OK(read_text(text.ptr, &a, &in));
        CHECK_I64(in.count, 0);
        CHECK_I64(in.refused->total, 1);
    }
    arena_done(&a);
}
