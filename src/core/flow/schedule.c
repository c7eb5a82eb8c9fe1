#include "core/flow/schedule.h"

#include "base/hash.h"

static const usec late = USEC_MINUTE, wait_longest = 6 * USEC_HOUR;

static err read_zone(json *document, str zone, struct arena *a, const struct tz **out)
{
    str bytes;
    struct tz *tz = NULL;
    *out = tz_utc();
    if (STR_IS(zone, "UTC")) return OK;
    json *text = yyjson_obj_getn(json_get(document, "zones"), zone.ptr, zone.len);
    if (!text) return err_make(ERR_INPUT, "the data of zone '" STR_FMT "' is missing", STR_ARG(str_cut(zone, 0, 60)));
    err e = base64_bytes(json_str(text, STR("")), a, &bytes);
    if (!e.code) e = tz_load(bytes, a, &tz);
    *out = tz;
    return err_wrap(e, "zone " STR_FMT, STR_ARG(str_cut(zone, 0, 60)));
}

static err read_rule(json *document, json *spec, struct arena *a, struct schedule_rule *out)
{
    *out = (struct schedule_rule){
        .cron_text = json_str(json_get(spec, "cron"), STR("")),
        .zone = json_str(json_get(spec, "zone"), STR("UTC")),
        .on = json_bool(json_get(spec, "on"), true),
        .catch_up = json_bool(json_get(spec, "catch_up"), true),
        .retries = json_get_i64(spec, "retries", 0),
        .retry = json_get_i64(spec, "retry_us", USEC_MINUTE),
    };
    if (out->retries < 0 || out->retries > SCHEDULE_RETRIES_MAX || out->retry < 0 || out->retry > wait_longest)
        return err_make(ERR_INPUT, "at most %d retries, at most 6 hours apart", SCHEDULE_RETRIES_MAX);
    err e = cron_parse(out->cron_text, &out->cron);
    return e.code ? e : read_zone(document, out->zone, a, &out->tz);
}

err schedule_read(json *document, str name, struct arena *a, struct schedule_rule *out, json **spec)
{
    size_t i, n;
    json *v;
    yyjson_arr_foreach(json_get(document, "schedules"), i, n, v) {
        if (!str_eq(json_str(json_get(v, "name"), STR("")), name)) continue;
        *spec = v;
        return err_wrap(read_rule(document, v, a, out), "schedule '" STR_FMT "'", STR_ARG(name));
    }
    return err_make(ERR_NOT_FOUND, "no schedule '" STR_FMT "'", STR_ARG(str_cut(name, 0, 60)));
}

err schedules_check(json *document, struct arena *a)
{
    size_t i, n;
    json *v;
    if (yyjson_obj_size(json_get(document, "zones")) > SCHEDULE_ZONES_MAX)
        return err_make(ERR_LIMIT, "over %d time zones", SCHEDULE_ZONES_MAX);
    if (yyjson_arr_size(json_get(document, "schedules")) > SCHEDULES_MAX)
        return err_make(ERR_LIMIT, "over %d schedules", SCHEDULES_MAX);
    yyjson_arr_foreach(json_get(document, "schedules"), i, n, v) {
        struct schedule_rule rule;
        json *first = NULL;
        str name = json_str(json_get(v, "name"), STR(""));
        if (!name.len || name.len > 100) return err_make(ERR_INPUT, "a schedule's name has 1 to 100 characters");
        err e = schedule_read(document, name, a, &rule, &first);
        if (e.code) return e;
        if (first != v) return err_make(ERR_INPUT, "schedule '" STR_FMT "' stands there twice", STR_ARG(name));
    }
    return OK;
}

struct schedule_due schedule_due(const struct schedule_rule *r, usec next, usec now)
{
    struct schedule_due d = { .planned = next };
    usec after = cron_next(&r->cron, r->tz, next);
    for (; after <= now && d.missed < SCHEDULE_MISSED_MAX; after = cron_next(&r->cron, r->tz, after)) {
        d.missed++;
        d.planned = after;
    }
    if (after <= now) after = cron_next(&r->cron, r->tz, now);
    d.run = r->catch_up || now - d.planned <= late;
    d.missed += !d.run;
    d.next = after;
    return d;
}

usec schedule_wait(const struct schedule_rule *r, int64_t attempt)
{
    usec wait = r->retry;
    for (int64_t i = 1; i < attempt && wait < wait_longest; i++) wait *= 2;
    return wait < wait_longest ? wait : wait_longest;
}
