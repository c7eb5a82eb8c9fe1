/* Blackout windows: times of the week or dates in which nothing is done without a person, in the zones of the policy.
 */
#include "core/policy/policy_internal.h"

#include "base/hash.h"

static const char *const day_names[] = { "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", NULL };

static void zone_read(struct yaml_check *c, const struct yaml *item, struct arena *a, struct zones *out)
{
    str text = yaml_str(c, item, STR_NONE), bytes = STR_NONE;
    struct tz *tz = NULL;
    err e = base64_bytes(text, a, &bytes);
    if (!e.code) e = tz_load(bytes, a, &tz);
    if (e.code) {
        yaml_bad(c, item, "zone data of " STR_FMT ": %s", STR_ARG(str_cut(item->key, 0, 64)), e.msg);
        return;
    }
    out->names[out->count] = item->key;
    out->tz[out->count++] = tz;
}

void zones_read(struct yaml_check *c, const struct yaml *node, struct arena *a, struct zones *out)
{
    *out = (struct zones){ .count = 0 };
    if (!yaml_is_map(c, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        if (out->count == ZONES_MAX) {
            yaml_bad_key(c, &node->items[i], "more than %d zones", ZONES_MAX);
            return;
        }
        zone_read(c, &node->items[i], a, out);
    }
}

const struct tz *zones_get(struct yaml_check *c, const struct zones *zones, const struct yaml *node,
                           const struct tz *fallback)
{
    str name = yaml_str(c, node, STR_NONE);
    if (!name.len) return fallback;
    if (STR_IS(name, "UTC")) return tz_utc();
    for (size_t i = 0; i < zones->count; i++)
        if (str_eq(name, zones->names[i])) return zones->tz[i];
    yaml_bad(c, node, "no data for the timezone '" STR_FMT "'; expected an IANA name such as Europe/Berlin, or UTC",
             STR_ARG(str_cut(name, 0, 64)));
    return fallback;
}

/* "HH:MM" to minutes; 24:00 is the end of the day. */
static int clock_read(struct yaml_check *c, const struct yaml *node)
{
    str s = yaml_str(c, node, STR("00:00"));
    int64_t h = -1, m = -1;
    bool shaped = s.len == 5 && s.ptr[2] == ':';
    bool ok = shaped && !str_to_i64(str_cut(s, 0, 2), &h).code && !str_to_i64(str_cut(s, 3, 2), &m).code;
    if (ok && h >= 0 && h <= 24 && m >= 0 && m < 60 && (h < 24 || m == 0)) return (int)(h * 60 + m);
    yaml_bad(c, node, "expected a time of day such as 22:30, got '" STR_FMT "'", STR_ARG(str_cut(s, 0, 40)));
    return 0;
}

static unsigned days_read(struct yaml_check *c, const struct yaml *node)
{
    unsigned days = 0;
    if (!yaml_is_list(c, node)) return 0;
    for (size_t i = 0; i < node->count; i++) {
        int day = yaml_word(c, &node->items[i], day_names, -1);
        if (day >= 0) days |= 1u << (day + 1);
    }
    return days;
}

static usec date_read(struct yaml_check *c, const struct yaml *node)
{
    usec t = 0;
    str s = yaml_str(c, node, STR_NONE);
    err e = s.len ? time_parse(s, &t) : OK;
    if (e.code) yaml_bad(c, node, "%s", e.msg);
    return t;
}

static void pipelines_read(struct yaml_check *c, const struct yaml *node, struct policy *p, struct window *w)
{
    if (!yaml_is_list(c, node)) return;
    w->pipelines = ARENA_ARRAY(&p->arena, str, node->count + 1);
    for (size_t i = 0; i < node->count; i++) {
        str name = yaml_str(c, &node->items[i], STR_NONE);
        ptrdiff_t star = str_find(name, STR("*"), 0);
        if (star >= 0 && (size_t)star + 1 < name.len)
            yaml_bad(c, &node->items[i], "a '*' may stand only at the end of a pipeline's name");
        w->pipelines[w->pipeline_count++] = name;
    }
}

static void window_read(struct yaml_check *c, const struct yaml *node, const struct zones *zones, struct policy *p)
{
    static const char *const keys[] = { "name", "pipelines", "days", "from", "to", "starts", "ends", "timezone", NULL };
    if (!yaml_is_map(c, node)) {
        if (node->type == YAML_NULL) yaml_bad(c, node, "expected a window, got nothing");
        return;
    }
    yaml_keys(c, node, keys);
    struct window w = { .name = yaml_name(c, yaml_need(c, node, "name"), STR("?")) };
    w.tz = zones_get(c, zones, yaml_get(node, "timezone"), p->tz);
    pipelines_read(c, yaml_get(node, "pipelines"), p, &w);
    w.dated = yaml_get(node, "starts") || yaml_get(node, "ends");
    bool weekly = yaml_get(node, "from") || yaml_get(node, "to") || yaml_get(node, "days");
    if (w.dated == weekly)
        yaml_bad(c, node,
                 "expected either starts: and ends: (dates) or from: and to: (times of day, with days: if wanted)");
    if (w.dated) {
        w.starts = date_read(c, yaml_need(c, node, "starts"));
        w.ends = date_read(c, yaml_need(c, node, "ends"));
        if (w.ends <= w.starts) yaml_bad(c, node, "the window ends before it starts");
    } else {
        w.from = clock_read(c, yaml_need(c, node, "from")) % 1440;
        w.to = clock_read(c, yaml_need(c, node, "to"));
        w.weekdays = days_read(c, yaml_get(node, "days"));
    }
    p->windows[p->window_count++] = w;
}

void windows_read(struct yaml_check *c, const struct yaml *node, const struct zones *zones, struct policy *p)
{
    if (!yaml_is_list(c, node)) return;
    for (size_t i = 0; i < node->count; i++) {
        if (p->window_count == WINDOWS_MAX) {
            yaml_bad(c, &node->items[i], "more than %d windows", WINDOWS_MAX);
            return;
        }
        window_read(c, &node->items[i], zones, p);
    }
}

static bool covers(const struct window *w, str pipeline)
{
    if (!w->pipeline_count) return true;
    for (size_t i = 0; i < w->pipeline_count; i++) {
        str name = w->pipelines[i];
        bool prefix = str_ends(name, STR("*"));
        if (prefix ? str_starts(pipeline, str_cut(name, 0, name.len - 1)) : str_eq(pipeline, name)) return true;
    }
    return false;
}

static bool holds(const struct window *w, usec t)
{
    if (w->dated) return t >= w->starts && t < w->ends;
    struct tz_local l = tz_local(w->tz, t);
    int minute = l.hour * 60 + l.minute, yesterday = l.weekday == 1 ? 7 : l.weekday - 1;
    unsigned days = w->weekdays ? w->weekdays : ~0u;
    bool today = days & 1u << l.weekday, since_yesterday = days & 1u << yesterday;
    if (w->from < w->to) return today && minute >= w->from && minute < w->to;
    return (today && minute >= w->from) || (since_yesterday && minute < w->to);
}

str policy_window(const struct policy *p, str pipeline, usec t)
{
    for (size_t i = 0; i < p->window_count; i++)
        if (covers(&p->windows[i], pipeline) && holds(&p->windows[i], t)) return p->windows[i].name;
    return STR("");
}

void policy_time_facts(const struct policy *p, str pipeline, usec t, struct facts *f)
{
    struct tz_local l = tz_local(p->tz, t);
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    facts_int(f, "local_hour", l.hour);
    facts_enum(f, "weekday", str_of(specs[fact_index(STR("weekday"))].words[l.weekday - 1]));
    facts_text(f, "window", policy_window(p, pipeline, t));
}

static err add_zone(str name, str *names, size_t *count)
{
    if (!name.len || STR_IS(name, "UTC")) return OK;
    for (size_t i = 0; i < *count; i++)
        if (str_eq(name, names[i])) return OK;
    if (*count == ZONES_MAX) return err_make(ERR_INPUT, "the policy names more than %d timezones", ZONES_MAX);
    names[(*count)++] = name;
    return OK;
}

err policy_zones(str yaml, str file_name, str default_zone, struct arena *a, str **names, size_t *count)
{
    struct yaml_check c = yaml_check_init(file_name, a);
    const struct yaml *root = yaml_parse(&c, yaml);
    *names = ARENA_ARRAY(a, str, ZONES_MAX);
    *count = 0;
    err e = yaml_result(&c);
    if (!e.code) e = add_zone(yaml_str(&c, yaml_get(root, "timezone"), default_zone), *names, count);
    const struct yaml *windows = yaml_get(root, "windows");
    for (size_t i = 0; !e.code && windows && i < windows->count; i++)
        e = add_zone(yaml_str(&c, yaml_get(&windows->items[i], "timezone"), STR_NONE), *names, count);
    return e;
}

str policy_add_zones(str yaml, str default_zone, const struct zone_data *zones, size_t count, struct arena *a)
{
    struct buf b = buf_init(YAML_TEXT_MAX);
    struct yaml_check c = yaml_check_init(STR("policy"), a);
    const struct yaml *root = yaml_parse(&c, yaml);
    bool named = yaml_get(root, "timezone") != NULL, add_default = !named && default_zone.len;
    buf_add(&b, yaml);
    if (yaml.len && yaml.ptr[yaml.len - 1] != '\n') buf_char(&b, '\n');
    if (count || add_default)
        buf_add(
            &b,
            STR("\n# Added when this file was read, so that the journal holds everything the policy depends on.\n"));
    if (add_default) buf_fmt(&b, "timezone: " STR_FMT "\n", STR_ARG(default_zone));
    if (count) buf_add(&b, STR("zones:\n"));
    for (size_t i = 0; i < count; i++) {
        str data = base64_text(zones[i].bytes, a);
        buf_fmt(&b, "  " STR_FMT ": " STR_FMT "\n", STR_ARG(zones[i].name), STR_ARG(data));
    }
    str out = b.full ? yaml : str_dup(a, buf_view(&b));
    buf_done(&b);
    return out;
}
