/* Any JSON text goes through every reader of JSON bodies; what they let through is JSON again. */
#include <assert.h>

#include "edge/observe/alertmanager.h"
#include "edge/observe/events_json.h"
#include "edge/observe/openlineage.h"
#include "edge/observe/samples_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inputs(const struct input_list *in, struct arena *a)
{
    for (size_t i = 0; i < in->count; i++) {
        json *body = NULL;
        assert(in->items[i].kind.len > 0);
        assert(!json_parse(in->items[i].body, a, &body).code && yyjson_is_obj(body));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(256 << 20);
    json *body = NULL;
    struct input_list in;
    struct input one;
    struct batch b;
    if (!json_parse((str){ (const char *)data, size }, &a, &body).code) {
        if (!alertmanager_read(body, STR("fuzz"), &a, &in).code) check_inputs(&in, &a);
        if (!events_json_read(body, STR("fuzz"), &a, &in).code) check_inputs(&in, &a);
        if (!openlineage_batch(body, STR("fuzz"), &a, &in).code) check_inputs(&in, &a);
        if (!openlineage_event(body, STR("fuzz"), &a, &one).code)
            check_inputs(&(struct input_list){ .items = &one, .count = 1 }, &a);
        if (!samples_json_read(body, 1, &a, &b).code) assert(b.point_count + b.refused->total >= b.series_count);
    }
    arena_done(&a);
    return 0;
}
