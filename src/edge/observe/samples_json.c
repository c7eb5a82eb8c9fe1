#include "edge/observe/samples_json.h"

static err read_labels(json *object, struct arena *a, struct json_sample *s)
{
    if (!object || yyjson_is_null(object)) return OK;
    if (!yyjson_is_obj(object)) return err_make(ERR_INPUT, "labels is not an object");
    size_t n = yyjson_obj_size(object);
    if (n > SERIES_LABELS_MAX) return err_make(ERR_LIMIT, "more than %d labels", SERIES_LABELS_MAX);
    s->labels = arena_try(a, n * sizeof *s->labels);
    if (!s->labels) return err_make(ERR_LIMIT, "the body is larger than allowed");
    size_t i, max;
    json *key, *value;
    json_obj_foreach(object, i, max, key, value)
    {
        if (!yyjson_is_str(value))
            return err_make(ERR_INPUT, "label " STR_FMT " is not text",
                            STR_ARG(str_cut(json_str(key, STR_NONE), 0, 40)));
        s->labels[s->label_count++] = (struct label){ json_str(key, STR_NONE), json_str(value, STR_NONE) };
    }
    return labels_tidy(s->labels, &s->label_count);
}

static err read_time(json *v, usec now, usec *out)
{
    *out = now;
    if (!v) return OK;
    if (yyjson_is_num(v)) return time_from_number(json_f64(v, 0), out);
    if (yyjson_is_str(v)) return time_parse(json_str(v, STR_NONE), out);
    return err_make(ERR_INPUT, "time is neither text nor a number");
}

err sample_json_read(json *object, usec now, struct arena *a, struct json_sample *out)
{
    *out = (struct json_sample){ 0 };
    if (!yyjson_is_obj(object)) return err_make(ERR_INPUT, "the sample is not an object");
    json *name = json_get(object, "series");
    out->name = json_str(name ? name : json_get(object, "name"), STR_NONE);
    err e = metric_name_check(out->name);
    if (!e.code) e = read_labels(json_get(object, "labels"), a, out);
    if (!e.code) e = read_time(json_get(object, "time"), now, &out->point.time);
    json *value = json_get(object, "value");
    if (!e.code && !yyjson_is_num(value)) e = err_make(ERR_INPUT, "value is not a number");
    out->point.value = json_f64(value, 0);
    return e;
}

static bool same_series(const struct batch_series *a, const struct json_sample *b)
{
    if (!str_eq(a->name, b->name) || a->label_count != b->label_count) return false;
    for (uint32_t i = 0; i < b->label_count; i++)
        if (!str_eq(a->labels[i].name, b->labels[i].name) || !str_eq(a->labels[i].value, b->labels[i].value))
            return false;
    return true;
}

/* Runs of one series become one entry; the order of the sender is kept. */
static void add(struct batch *b, const struct json_sample *s)
{
    b->points[b->point_count] = s->point;
    struct batch_series *last = b->series_count ? &b->series[b->series_count - 1] : NULL;
    if (last && same_series(last, s)) {
        last->count++;
    } else {
        b->series[b->series_count++] = (struct batch_series){ .name = s->name,
                                                              .labels = s->labels,
                                                              .label_count = s->label_count,
                                                              .first = (uint32_t)b->point_count,
                                                              .count = 1,
                                                              .kind = series_kind_by_name(s->name) };
    }
    b->point_count++;
}

err samples_json_read(json *body, usec now, struct arena *a, struct batch *out)
{
    json *samples = json_get(body, "samples");
    if (!yyjson_is_arr(samples)) return err_make(ERR_INPUT, "the body is not an object with an array \"samples\"");
    size_t n = yyjson_arr_size(samples);
    *out = (struct batch){ 0 };
    out->series = arena_try(a, n * sizeof *out->series);
    out->points = arena_try(a, n * sizeof *out->points);
    out->refused = arena_try(a, sizeof *out->refused);
    if (a->full) return err_make(ERR_LIMIT, "the body is larger than allowed");
    size_t i, max;
    json *one;
    yyjson_arr_foreach(samples, i, max, one)
    {
        struct json_sample s;
        err e = sample_json_read(one, now, a, &s);
        if (a->full) return err_make(ERR_LIMIT, "the body is larger than allowed");
        if (e.code) refuse(out->refused, a, i, e);
        else add(out, &s);
    }
    return OK;
}
