#include "edge/observe/openlineage.h"

#include "edge/observe/openlineage_columns.h"

enum {
    EVENTS_MAX = 10000,
    DATASETS_MAX = 512,     /* of one event, inputs and outputs each */
    COLUMNS_MAX = 4096,     /* of one event */
    CHECKS_MAX = 64,
    TEXT_MAX = 512,         /* bytes of one name */
    ERROR_MAX = 8192,
    BODY_MAX = 1000 * 1000, /* an input's body may have 1 MiB */
    SCRATCH_MAX = 32 << 20, /* names are joined a few times; the limits above keep this under 10 MiB */
};

struct event {
    json *root, *run, *job, *inputs, *outputs;
    str kind; /* START, COMPLETE, ... JOB or DATASET */
    usec time;
};

static const char *const run_kinds[] = { "START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER" };

static bool is_uuid(str s)
{
    if (s.len != 36) return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) return false;
    }
    return true;
}

/* An absent type of a run event is OTHER; an unknown one too, because later versions may add words. */
static str run_kind(str given)
{
    for (size_t i = 0; i < sizeof run_kinds / sizeof *run_kinds; i++)
        if (str_eq(given, str_of(run_kinds[i]))) return str_of(run_kinds[i]);
    return STR("OTHER");
}

static err named(json *object, const char *what)
{
    str ns = json_get_str(object, "namespace"), name = json_get_str(object, "name");
    if (!ns.len || !name.len) return err_make(ERR_INPUT, "%s needs a namespace and a name", what);
    if (ns.len > TEXT_MAX || name.len > TEXT_MAX)
        return err_make(ERR_LIMIT, "%s has a name longer than %d bytes", what, TEXT_MAX);
    return OK;
}

static err all_named(json *list, const char *what)
{
    size_t i, max;
    json *one;
    if (list && !yyjson_is_null(list) && !yyjson_is_arr(list)) return err_make(ERR_INPUT, "%s is not an array", what);
    if (yyjson_arr_size(list) > DATASETS_MAX)
        return err_make(ERR_LIMIT, "more than %d datasets in %s", DATASETS_MAX, what);
    yyjson_arr_foreach(list, i, max, one)
    {
        err e = named(one, what);
        if (e.code) return err_wrap(e, "%s[%zu]", what, i);
    }
    return OK;
}

/* A document is exactly one of the three kinds; the fields present tell which. */
static err classify(json *root, struct event *ev)
{
    *ev = (struct event){ .root = root, .run = json_get(root, "run"), .job = json_get(root, "job") };
    json *dataset = json_get(root, "dataset");
    if (!yyjson_is_obj(root)) return err_make(ERR_INPUT, "an event is an object");
    ev->inputs = json_get(root, "inputs");
    ev->outputs = json_get(root, "outputs");
    if (ev->run && ev->job) ev->kind = run_kind(json_get_str(root, "eventType"));
    else if (ev->job) ev->kind = STR("JOB");
    else if (dataset && !ev->run) ev->kind = STR("DATASET");
    else return err_make(ERR_INPUT, "neither a run event (run and job), nor a job event, nor a dataset event");
    if (ev->run && !is_uuid(json_get_str(ev->run, "runId"))) return err_make(ERR_INPUT, "run.runId is not a UUID");
    err e = ev->job ? named(ev->job, "job") : named(dataset, "dataset");
    if (!e.code) e = all_named(ev->inputs, "inputs");
    if (!e.code) e = all_named(ev->outputs, "outputs");
    if (e.code) return e;
    e = time_parse(json_get_str(root, "eventTime"), &ev->time);
    return e.code ? err_wrap(e, "eventTime") : OK;
}

static str full_name(json *object, struct arena *a)
{
    return str_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(json_get_str(object, "namespace")),
                   STR_ARG(json_get_str(object, "name")));
}

static void write_names(struct jw *w, const char *key, json *list, struct arena *a)
{
    size_t i, max;
    json *one;
    jw_array(w, key);
    yyjson_arr_foreach(list, i, max, one) jw_str(w, NULL, full_name(one, a));
    jw_array_end(w);
}

static json *facet(json *owner, const char *group, const char *name)
{
    return json_get(json_get(owner, group), name);
}

/* "namespace/name": [columns in order], for every dataset that carries a schema. */
static void write_schema(struct jw *w, json *dataset, size_t *left, struct arena *a)
{
    json *fields = json_get(facet(dataset, "facets", "schema"), "fields");
    size_t i, max;
    json *one;
    if (!yyjson_is_arr(fields) || yyjson_arr_size(fields) > *left) return;
    struct buf key = buf_init(8 * TEXT_MAX);
    json_quote(&key, full_name(dataset, a));
    *left -= yyjson_arr_size(fields);
    str quoted = str_dup(a, str_cut(buf_view(&key), 1, key.len - 2));
    buf_done(&key);
    jw_array(w, quoted.ptr);
    yyjson_arr_foreach(fields, i, max, one) jw_str(w, NULL, str_utf8_prefix(json_get_str(one, "name"), TEXT_MAX / 4));
    jw_array_end(w);
}

static void write_columns(struct jw *w, const struct event *ev, struct arena *a)
{
    size_t left = COLUMNS_MAX, i, max;
    json *one, *dataset = json_get(ev->root, "dataset");
    jw_open(w, "columns");
    yyjson_arr_foreach(ev->inputs, i, max, one) write_schema(w, one, &left, a);
    yyjson_arr_foreach(ev->outputs, i, max, one) write_schema(w, one, &left, a);
    if (!ev->job) write_schema(w, dataset, &left, a);
    jw_close(w);
}

/* Rows written: the sum over the outputs that say so. */
static void write_rows(struct jw *w, const struct event *ev)
{
    int64_t rows = -1;
    size_t i, max;
    json *one;
    yyjson_arr_foreach(ev->outputs, i, max, one)
    {
        int64_t n = json_get_i64(facet(one, "outputFacets", "outputStatistics"), "rowCount", -1);
        if (n >= 0 && n <= INT64_MAX / DATASETS_MAX) rows = (rows < 0 ? 0 : rows) + n;
    }
    if (rows < 0) jw_null(w, "rows");
    else jw_i64(w, "rows", rows);
}

/* Producers put the assertions under inputFacets (older) or facets. */
static void write_failed_checks(struct jw *w, json *dataset, const char *group, size_t *left, struct arena *a)
{
    json *list = json_get(facet(dataset, group, "dataQualityAssertions"), "assertions");
    size_t i, max;
    json *one;
    yyjson_arr_foreach(list, i, max, one)
    {
        if (json_bool(json_get(one, "success"), true) || *left == 0) continue;
        (*left)--;
        jw_open(w, NULL);
        jw_str(w, "dataset", full_name(dataset, a));
        jw_str(w, "assertion", str_utf8_prefix(json_get_str(one, "assertion"), TEXT_MAX));
        jw_str(w, "column", str_utf8_prefix(json_get_str(one, "column"), TEXT_MAX));
        jw_str(w, "severity", str_utf8_prefix(json_get_str(one, "severity"), 32));
        jw_close(w);
    }
}

static void write_checks(struct jw *w, const struct event *ev, struct arena *a)
{
    size_t left = CHECKS_MAX, i, max;
    json *one;
    jw_array(w, "checks");
    yyjson_arr_foreach(ev->inputs, i, max, one)
    {
        write_failed_checks(w, one, "inputFacets", &left, a);
        write_failed_checks(w, one, "facets", &left, a);
    }
    yyjson_arr_foreach(ev->outputs, i, max, one) write_failed_checks(w, one, "facets", &left, a);
    if (!ev->job) write_failed_checks(w, json_get(ev->root, "dataset"), "facets", &left, a);
    jw_array_end(w);
}

static str event_error(const struct event *ev, struct arena *a)
{
    json *f = facet(ev->run, "facets", "errorMessage");
    str message = str_utf8_prefix(json_get_str(f, "message"), ERROR_MAX / 2);
    str stack = str_utf8_prefix(json_get_str(f, "stackTrace"), ERROR_MAX / 2);
    return stack.len ? str_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(message), STR_ARG(stack)) : message;
}

static void write_body(struct jw *w, const struct event *ev, struct arena *a)
{
    json *parent = json_get(facet(ev->run, "facets", "parent"), "job"), *dataset = json_get(ev->root, "dataset");
    jw_open(w, NULL);
    jw_str(w, "pipeline", json_get_str(ev->job, "name"));
    jw_str(w, "event", ev->kind);
    jw_str(w, "run", json_get_str(ev->run, "runId"));
    jw_i64(w, "time", ev->time);
    write_names(w, "inputs", ev->inputs, a);
    if (ev->job) {
        write_names(w, "outputs", ev->outputs, a);
    } else {
        jw_array(w, "outputs");
        jw_str(w, NULL, full_name(dataset, a));
        jw_array_end(w);
    }
    write_columns(w, ev, a);
    openlineage_flows(w, ev->root, a);
    jw_str(w, "error", event_error(ev, a));
    write_rows(w, ev);
    jw_str(w, "parent", named(parent, "parent").code ? STR_NONE : full_name(parent, a));
    write_checks(w, ev, a);
    jw_close(w);
}

err openlineage_event(json *event, str actor, struct arena *a, struct input *out)
{
    struct event ev;
    err e = classify(event, &ev);
    if (e.code) return e;
    struct arena scratch = arena_init(SCRATCH_MAX);
    struct buf b = buf_init(BODY_MAX);
    struct jw w = jw_init(&b);
    write_body(&w, &ev, &scratch);
    *out = (struct input){ .kind = STR("lineage.seen"), .actor = actor };
    if (b.full) e = err_make(ERR_LIMIT, "the event says more than %d bytes", BODY_MAX);
    if (!e.code) e = str_keep(a, buf_view(&b), &out->body);
    if (!e.code) e = str_keep(a, ev.job ? full_name(ev.job, &scratch) : STR(""), &out->subject);
    buf_done(&b);
    arena_done(&scratch);
    return e;
}

err openlineage_batch(json *body, str actor, struct arena *a, struct input_list *out)
{
    if (!yyjson_is_arr(body)) return err_make(ERR_INPUT, "the body is not an array of events");
    size_t n = yyjson_arr_size(body), i, max;
    if (n > EVENTS_MAX) return err_make(ERR_LIMIT, "more than %d events in one call", EVENTS_MAX);
    *out = (struct input_list){ .items = arena_try(a, n * sizeof *out->items),
                                .refused = arena_try(a, sizeof *out->refused) };
    if (a->full) return err_make(ERR_LIMIT, "the body is larger than allowed");
    json *one;
    yyjson_arr_foreach(body, i, max, one)
    {
        err e = openlineage_event(one, actor, a, &out->items[out->count]);
        if (e.code) refuse(out->refused, a, i, e);
        else out->count++;
    }
    return OK;
}
