/* The rules of routing from the JSON of their document, and those that hold when nobody wrote any. */
#include "core/inquiry/routing.h"

#include "base/hash.h"

const char *const urgency_words[] = { "low", "medium", "high", "critical", NULL };
const char *const sentiment_words[] = { "negative", "neutral", "positive", NULL };

const char routing_default[] =
    "{\"category_to_department\":{\"technical_support\":\"technical_support\",\"billing\":\"finance\",\"sales\":"
    "\"sales\","
    "\"hr\":\"hr\",\"legal\":\"legal\",\"product_feedback\":\"product\"},\"default_department\":\"general\","
    "\"confidence_threshold\":0.7,\"escalation_rules\":[{\"name\":\"critical_negative\",\"conditions\":"
    "{\"urgency\":[\"critical\"],\"sentiment\":[\"negative\"]},\"action\":{\"department\":\"escalation\","
    "\"priority_boost\":20}}]}";

int word_index(const char *const *words, str s)
{
    for (int i = 0; words[i]; i++)
        if (str_eq(s, str_of(words[i]))) return i;
    return -1;
}

bool words_have(const struct words *w, str s)
{
    for (size_t i = 0; i < w->count; i++)
        if (str_eq(w->items[i], s)) return true;
    return false;
}

/* What is being read: the rules, the zones they bring, and the first thing that is wrong. */
struct loading {
    struct routing *r;
    struct {
        str name;
        struct tz *tz;
    } zones[ROUTING_ZONES_MAX];
    size_t zone_count;
    err e;
};

static void bad(struct loading *l, const char *what)
{
    if (!l->e.code) l->e = err_make(ERR_INPUT, "routing rules: %s", what);
}

static str take(struct loading *l, json *v)
{
    return str_dup(&l->r->arena, json_str(v, STR("")));
}

static void take_words(struct loading *l, json *list, struct words *out)
{
    size_t i, n;
    json *v;
    if (list && !yyjson_is_arr(list)) bad(l, "expected a list of words");
    out->items = ARENA_ARRAY(&l->r->arena, str, ROUTING_WORDS_MAX);
    yyjson_arr_foreach(list, i, n, v) {
        if (out->count < ROUTING_WORDS_MAX && yyjson_is_str(v)) out->items[out->count++] = take(l, v);
        else bad(l, "a list has over 64 words, or something that is none");
    }
}

static void take_zones(struct loading *l, json *map)
{
    size_t i, n;
    json *key, *v;
    json_obj_foreach(map, i, n, key, v)
    {
        str bytes;
        if (l->zone_count == ROUTING_ZONES_MAX) {
            bad(l, "over 32 time zones");
            return;
        }
        err e = base64_bytes(json_str(v, STR("")), &l->r->arena, &bytes);
        if (!e.code) e = tz_load(bytes, &l->r->arena, &l->zones[l->zone_count].tz);
        if (e.code) bad(l, e.msg);
        else l->zones[l->zone_count++].name = take(l, key);
    }
}

static void take_hours(struct loading *l, json *v, struct hours *out)
{
    str zone = json_get_str(v, "zone");
    *out = (struct hours){ .tz = NULL };
    if (!yyjson_is_obj(v)) return;
    out->days = (unsigned)json_get_i64(v, "days", 0);
    out->from = (int)json_get_i64(v, "from", 0);
    out->to = (int)json_get_i64(v, "to", 1440);
    if (STR_IS(zone, "UTC")) out->tz = tz_utc();
    for (size_t i = 0; i < l->zone_count; i++)
        if (str_eq(zone, l->zones[i].name)) out->tz = l->zones[i].tz;
    if (!out->tz) bad(l, "working hours name a zone whose data is not there");
    if (out->from < 0 || out->from >= out->to || out->to > 1440 || !(out->days & 0xfeu))
        bad(l, "working hours end before they begin, or on no day");
}

static void take_map(struct loading *l, json *map)
{
    size_t i, n;
    json *key, *v;
    json_obj_foreach(map, i, n, key, v)
    {
        if (l->r->map_count == ROUTING_WORDS_MAX) bad(l, "over 64 categories");
        else {
            l->r->map[l->r->map_count].category = take(l, key);
            l->r->map[l->r->map_count++].department = take(l, v);
        }
    }
}

static void take_points(json *map, const char *const *words, const int64_t *fallback, int64_t *out)
{
    for (int i = 0; words[i]; i++) out[i] = json_get_i64(map, words[i], fallback[i]);
}

static void take_rules(struct loading *l, json *list)
{
    size_t i, n;
    json *v;
    yyjson_arr_foreach(list, i, n, v) {
        if (l->r->rule_count == ROUTING_RULES_MAX) {
            bad(l, "over 64 escalation rules");
            return;
        }
        struct escalation *e = &l->r->rules[l->r->rule_count++];
        json *when = json_get(v, "conditions"), *action = json_get(v, "action");
        e->name = take(l, json_get(v, "name"));
        take_words(l, json_get(when, "category"), &e->category);
        take_words(l, json_get(when, "sentiment"), &e->sentiment);
        take_words(l, json_get(when, "urgency"), &e->urgency);
        take_words(l, json_get(when, "language"), &e->language);
        take_words(l, json_get(when, "channel"), &e->channel);
        e->department = take(l, json_get(action, "department"));
        e->boost = json_get_i64(action, "priority_boost", 0);
    }
}

static void take_consultants(struct loading *l, json *list)
{
    size_t i, n;
    json *v;
    yyjson_arr_foreach(list, i, n, v) {
        if (l->r->consultant_count == ROUTING_CONSULTANTS_MAX) {
            bad(l, "over 256 consultants");
            return;
        }
        struct consultant *c = &l->r->consultants[l->r->consultant_count++];
        c->name = take(l, json_get(v, "name"));
        c->department = take(l, json_get(v, "department"));
        c->max_open = json_get_i64(v, "max_open", 20);
        take_words(l, json_get(v, "skills"), &c->skills);
        take_words(l, json_get(v, "languages"), &c->languages);
        json *hours = json_get(v, "hours");
        if (hours) take_hours(l, hours, &c->hours);
        else c->hours = l->r->hours;
        if (!c->name.len) bad(l, "a consultant has no name");
    }
}

static void take_all(struct loading *l, json *v)
{
    static const int64_t urgency[URGENCIES] = { 10, 30, 50, 70 }, sentiment[SENTIMENTS] = { 10, 0, 0 };
    static const int64_t sla[URGENCIES] = { 3 * USEC_DAY, USEC_DAY, 4 * USEC_HOUR, USEC_HOUR };
    struct routing *r = l->r;
    json *points = json_get(v, "priority"), *late = json_get(v, "late");
    take_zones(l, json_get(v, "zones"));
    take_hours(l, json_get(v, "hours"), &r->hours);
    take_map(l, json_get(v, "category_to_department"));
    r->fallback = str_dup(&r->arena, json_str(json_get(v, "default_department"), STR("general")));
    r->threshold = json_get_f64(v, "confidence_threshold", 0.7);
    take_points(json_get(points, "urgency"), urgency_words, urgency, r->urgency_points);
    take_points(json_get(points, "sentiment"), sentiment_words, sentiment, r->sentiment_points);
    take_points(json_get(v, "sla_us"), urgency_words, sla, r->sla);
    r->sla_in_hours = STR_IS(json_get_str(v, "sla_counts"), "working_hours");
    r->late.department = str_dup(&r->arena, json_str(json_get(late, "department"), STR("escalation")));
    r->late.boost = json_get_i64(late, "priority_boost", 20);
    r->late.times = json_get_i64(late, "times", 3);
    take_rules(l, json_get(v, "escalation_rules"));
    take_consultants(l, json_get(v, "consultants"));
    for (int i = 0; i < URGENCIES; i++)
        if (r->sla[i] < USEC_SECOND || r->sla[i] > 365 * USEC_DAY) bad(l, "a clock is under a second or over a year");
}

err routing_load(str json_text, struct routing **out)
{
    struct loading l = { .r = mem_new(sizeof(struct routing)) };
    struct arena a = arena_init(16 << 20);
    json *v = NULL;
    l.r->arena = arena_init(16 << 20);
    l.e = json_parse(json_text, &a, &v);
    if (!l.e.code && !yyjson_is_obj(v)) bad(&l, "expected a JSON object");
    if (!l.e.code) take_all(&l, v);
    arena_done(&a);
    if (l.e.code) routing_free(l.r);
    else *out = l.r;
    return l.e;
}

void routing_free(struct routing *r)
{
    if (!r) return;
    arena_done(&r->arena);
    mem_free(r);
}
