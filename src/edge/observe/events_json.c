#include "edge/observe/events_json.h"

enum { EVENTS_MAX = 1000, EVENT_BYTES_MAX = 256 * 1024, SUBJECT_MAX = 512 };

static const char *const kinds[] = { "change.seen", "run.started", "run.finished", "lineage.seen", "alert.received" };

static bool may_come(str kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(kind, str_of(kinds[i]))) return true;
    return false;
}

static err read_event(json *event, str actor, struct arena *a, struct input *out)
{
    str kind = json_get_str(event, "kind"), subject = json_str(json_get(event, "subject"), STR(""));
    json *body = json_get(event, "body");
    if (!may_come(kind))
        return err_make(ERR_INPUT,
                        "kind must be change.seen, run.started, run.finished, lineage.seen or alert.received");
    if (subject.len > SUBJECT_MAX) return err_make(ERR_LIMIT, "the subject is longer than %d bytes", SUBJECT_MAX);
    if (!yyjson_is_obj(body)) return err_make(ERR_INPUT, "body is not an object");
    str text = json_text(body, a);
    if (a->full || text.len > EVENT_BYTES_MAX)
        return err_make(ERR_LIMIT, "the event is larger than %d bytes", EVENT_BYTES_MAX);
    *out = (struct input){ .kind = kind, .subject = subject, .actor = actor, .body = text };
    return OK;
}

err events_json_read(json *body, str actor, struct arena *a, struct input_list *out)
{
    json *list = json_get(body, "events");
    bool many = yyjson_is_arr(list);
    if (!many && !json_get(body, "kind"))
        return err_make(ERR_INPUT, "the body is neither an event nor an object with an array \"events\"");
    size_t n = many ? yyjson_arr_size(list) : 1;
    if (n > EVENTS_MAX) return err_make(ERR_LIMIT, "more than %d events in one call", EVENTS_MAX);
    *out = (struct input_list){ .items = arena_try(a, n * sizeof *out->items),
                                .refused = arena_try(a, sizeof *out->refused) };
    if (a->full) return err_make(ERR_LIMIT, "the body is larger than allowed");
    for (size_t i = 0; i < n; i++) {
        err e = read_event(many ? yyjson_arr_get(list, i) : body, actor, a, &out->items[out->count]);
        if (e.code) refuse(out->refused, a, i, e);
        else out->count++;
    }
    return OK;
}
