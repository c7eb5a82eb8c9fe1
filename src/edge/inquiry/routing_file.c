#include "edge/inquiry/routing_file.h"

#include "base/hash.h"
#include "base/json.h"
#include "core/inquiry/routing.h"
#include "edge/files.h"

enum { JSON_MAX = 900 * 1024 };

struct writer {
    struct yaml_check *c;
    struct jw *w;
    str zone;                     /* the default */
    str zones[ROUTING_ZONES_MAX]; /* that hours name */
    size_t zone_count;
};

/* Words of our own kind: names of categories, departments, skills. */
static void put_words(struct writer *s, const struct yaml *node, const char *key, const char *const *known)
{
    if (!node) return;
    bool one = node->type == YAML_TEXT;
    size_t n = one ? 1 : node->count;
    if (!one && !yaml_is_list(s->c, node)) return;
    if (n > ROUTING_WORDS_MAX) yaml_bad(s->c, node, "expected at most %d words", ROUTING_WORDS_MAX);
    jw_array(s->w, key);
    for (size_t i = 0; i < n && i < ROUTING_WORDS_MAX; i++) {
        const struct yaml *item = one ? node : &node->items[i];
        int at = known ? yaml_word(s->c, item, known, 0) : 0;
        jw_str(s->w, NULL, known ? str_of(known[at]) : yaml_name(s->c, item, STR("?")));
    }
    jw_array_end(s->w);
}

static void put_map(struct writer *s, const struct yaml *node)
{
    jw_open(s->w, "category_to_department");
    if (yaml_is_map(s->c, node))
        for (size_t i = 0; i < node->count; i++) {
            if (i == ROUTING_WORDS_MAX)
                yaml_bad_key(s->c, &node->items[i], "more than %d categories", ROUTING_WORDS_MAX);
            if (i >= ROUTING_WORDS_MAX) break;
            if (node->items[i].key.len > 64)
                yaml_bad_key(s->c, &node->items[i], "a category has at most 64 characters");
            jw_key_str(s->w, node->items[i].key, yaml_name(s->c, &node->items[i], STR("?")));
        }
    jw_close(s->w);
}

static void put_points(struct writer *s, const struct yaml *node, const char *key, const char *const *words)
{
    if (!node || !yaml_is_map(s->c, node)) return;
    yaml_keys(s->c, node, words);
    jw_open(s->w, key);
    for (int i = 0; words[i]; i++) {
        const struct yaml *v = yaml_get(node, words[i]);
        if (v) jw_i64(s->w, words[i], yaml_i64(s->c, v, -100, 100, 0));
    }
    jw_close(s->w);
}

static void put_priority(struct writer *s, const struct yaml *node)
{
    static const char *const keys[] = { "urgency", "sentiment", NULL };
    if (!node || !yaml_is_map(s->c, node)) return;
    yaml_keys(s->c, node, keys);
    jw_open(s->w, "priority");
    put_points(s, yaml_get(node, "urgency"), "urgency", urgency_words);
    put_points(s, yaml_get(node, "sentiment"), "sentiment", sentiment_words);
    jw_close(s->w);
}

static void put_sla(struct writer *s, const struct yaml *node)
{
    static const char *const keys[] = { "low", "medium", "high", "critical", "counts", NULL };
    static const char *const counts[] = { "always", "working_hours", NULL };
    if (!node || !yaml_is_map(s->c, node)) return;
    yaml_keys(s->c, node, keys);
    jw_open(s->w, "sla_us");
    for (int i = 0; urgency_words[i]; i++) {
        const struct yaml *v = yaml_get(node, urgency_words[i]);
        if (v) jw_i64(s->w, urgency_words[i], yaml_duration(s->c, v, USEC_SECOND, 365 * USEC_DAY, USEC_DAY));
    }
    jw_close(s->w);
    jw_strz(s->w, "sla_counts", counts[yaml_word(s->c, yaml_get(node, "counts"), counts, 0)]);
}

/* "08:30" */
static int read_minute(struct writer *s, const struct yaml *node, int fallback)
{
    str text = yaml_str(s->c, node, STR_NONE);
    int64_t h = 0, m = 0;
    if (!text.ptr) return fallback;
    bool ok = text.len == 5 && text.ptr[2] == ':' && !str_to_i64(str_cut(text, 0, 2), &h).code &&
              !str_to_i64(str_cut(text, 3, 2), &m).code && h >= 0 && m >= 0 && m < 60 && h * 60 + m <= 1440;
    if (!ok)
        yaml_bad(s->c, node, "expected a time such as 08:30, up to 24:00, got '" STR_FMT "'",
                 STR_ARG(str_cut(text, 0, 20)));
    return ok ? (int)(h * 60 + m) : fallback;
}

static unsigned read_days(struct writer *s, const struct yaml *node)
{
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };
    unsigned bits = 0;
    if (!node || node->type == YAML_NULL) return 0x3e; /* Monday to Friday */
    if (!yaml_is_list(s->c, node)) return 0x3e;
    for (size_t i = 0; i < node->count; i++) bits |= 2u << yaml_word(s->c, &node->items[i], days, 0);
    if (!bits) yaml_bad(s->c, node, "expected at least one day");
    return bits;
}

static void note_zone(struct writer *s, const struct yaml *node, str zone)
{
    if (STR_IS(zone, "UTC")) return;
    for (size_t i = 0; i < s->zone_count; i++)
        if (str_eq(s->zones[i], zone)) return;
    str bytes;
    err e = zone_read(zone, s->c->arena, &bytes);
    if (e.code) yaml_bad(s->c, node, "%s", e.msg);
    else if (s->zone_count == ROUTING_ZONES_MAX) yaml_bad(s->c, node, "more than %d time zones", ROUTING_ZONES_MAX);
    else s->zones[s->zone_count++] = zone;
}

static void put_hours(struct writer *s, const struct yaml *node)
{
    static const char *const keys[] = { "timezone", "days", "from", "to", NULL };
    if (!node || !yaml_is_map(s->c, node)) return;
    yaml_keys(s->c, node, keys);
    str zone = yaml_str(s->c, yaml_get(node, "timezone"), s->zone);
    int from = read_minute(s, yaml_get(node, "from"), 0), to = read_minute(s, yaml_get(node, "to"), 1440);
    note_zone(s, yaml_get(node, "timezone") ? yaml_get(node, "timezone") : node, zone);
    if (from >= to) yaml_bad(s->c, node, "expected working hours that end after they begin, on the same day");
    jw_open(s->w, "hours");
    jw_str(s->w, "zone", zone);
    jw_i64(s->w, "days", read_days(s, yaml_get(node, "days")));
    jw_i64(s->w, "from", from);
    jw_i64(s->w, "to", to);
    jw_close(s->w);
}

static void put_zones(struct writer *s)
{
    jw_open(s->w, "zones");
    for (size_t i = 0; i < s->zone_count; i++) {
        str bytes;
        if (!zone_read(s->zones[i], s->c->arena, &bytes).code)
            jw_key_str(s->w, s->zones[i], base64_text(bytes, s->c->arena));
    }
    jw_close(s->w);
}

/* The items of a list of maps, one after another. */
static void put_list(struct writer *s, const struct yaml *node, const char *key, size_t max,
                     void (*put)(struct writer *, const struct yaml *))
{
    if (!node || !yaml_is_list(s->c, node)) return;
    if (node->count > max) yaml_bad(s->c, node, "expected at most %zu items", max);
    jw_array(s->w, key);
    for (size_t i = 0; i < node->count && i < max; i++) {
        const struct yaml *name = yaml_get(&node->items[i], "name");
        for (size_t k = 0; name && k < i; k++) {
            const struct yaml *other = yaml_get(&node->items[k], "name");
            if (other && str_eq(other->text, name->text))
                yaml_bad(s->c, name, "'" STR_FMT "' stands above already, on line %d",
                         STR_ARG(str_cut(name->text, 0, 64)), other->line);
        }
        if (yaml_is_map(s->c, &node->items[i])) put(s, &node->items[i]);
    }
    jw_array_end(s->w);
}

static void put_rule(struct writer *s, const struct yaml *node)
{
    static const char *const keys[] = { "name", "conditions", "action", NULL };
    static const char *const when[] = { "category", "sentiment", "urgency", "language", "channel", NULL };
    static const char *const then[] = { "department", "priority_boost", NULL };
    static const char *const channels[] = { "api", "file", "folder", "mbox", "imap", NULL };
    const struct yaml *conditions = yaml_need(s->c, node, "conditions"), *action = yaml_need(s->c, node, "action");
    yaml_keys(s->c, node, keys);
    jw_open(s->w, NULL);
    jw_str(s->w, "name", yaml_name(s->c, yaml_need(s->c, node, "name"), STR("?")));
    jw_open(s->w, "conditions");
    if (yaml_is_map(s->c, conditions)) {
        yaml_keys(s->c, conditions, when);
        put_words(s, yaml_get(conditions, "category"), "category", NULL);
        put_words(s, yaml_get(conditions, "sentiment"), "sentiment", sentiment_words);
        put_words(s, yaml_get(conditions, "urgency"), "urgency", urgency_words);
        put_words(s, yaml_get(conditions, "language"), "language", NULL);
        put_words(s, yaml_get(conditions, "channel"), "channel", channels);
    }
    jw_close(s->w);
    jw_open(s->w, "action");
    if (yaml_is_map(s->c, action)) {
        yaml_keys(s->c, action, then);
        jw_str(s->w, "department", yaml_name(s->c, yaml_get(action, "department"), STR("")));
        jw_i64(s->w, "priority_boost", yaml_i64(s->c, yaml_get(action, "priority_boost"), -100, 100, 0));
    }
    jw_close(s->w);
    jw_close(s->w);
}

static void put_consultant(struct writer *s, const struct yaml *node)
{
    static const char *const keys[] = {
        "name", "department", "skills", "languages", "max_open", "working_hours", NULL
    };
    yaml_keys(s->c, node, keys);
    jw_open(s->w, NULL);
    jw_str(s->w, "name", yaml_name(s->c, yaml_need(s->c, node, "name"), STR("?")));
    jw_str(s->w, "department", yaml_name(s->c, yaml_need(s->c, node, "department"), STR("?")));
    put_words(s, yaml_get(node, "skills"), "skills", NULL);
    put_words(s, yaml_get(node, "languages"), "languages", NULL);
    jw_i64(s->w, "max_open", yaml_i64(s->c, yaml_get(node, "max_open"), 1, 100000, 20));
    put_hours(s, yaml_get(node, "working_hours"));
    jw_close(s->w);
}

static void put_late(struct writer *s, const struct yaml *node)
{
    static const char *const keys[] = { "department", "priority_boost", "times", NULL };
    if (!node || !yaml_is_map(s->c, node)) return;
    yaml_keys(s->c, node, keys);
    jw_open(s->w, "late");
    jw_str(s->w, "department", yaml_name(s->c, yaml_get(node, "department"), STR("escalation")));
    jw_i64(s->w, "priority_boost", yaml_i64(s->c, yaml_get(node, "priority_boost"), 0, 100, 20));
    jw_i64(s->w, "times", yaml_i64(s->c, yaml_get(node, "times"), 0, 10, 3));
    jw_close(s->w);
}

static void put_all(struct writer *s, const struct yaml *root)
{
    static const char *const keys[] = { "category_to_department",
                                        "default_department",
                                        "confidence_threshold",
                                        "escalation_rules",
                                        "priority",
                                        "sla",
                                        "late",
                                        "working_hours",
                                        "consultants",
                                        NULL };
    if (!yaml_is_map(s->c, root)) {
        if (root->type == YAML_NULL) yaml_bad(s->c, NULL, "expected category_to_department:, the file is empty");
        return;
    }
    yaml_keys(s->c, root, keys);
    put_map(s, yaml_need(s->c, root, "category_to_department"));
    jw_str(s->w, "default_department", yaml_name(s->c, yaml_get(root, "default_department"), STR("general")));
    jw_f64(s->w, "confidence_threshold", yaml_f64(s->c, yaml_get(root, "confidence_threshold"), 0, 1, 0.7));
    put_list(s, yaml_get(root, "escalation_rules"), "escalation_rules", ROUTING_RULES_MAX, put_rule);
    put_priority(s, yaml_get(root, "priority"));
    put_sla(s, yaml_get(root, "sla"));
    put_late(s, yaml_get(root, "late"));
    put_hours(s, yaml_get(root, "working_hours"));
    put_list(s, yaml_get(root, "consultants"), "consultants", ROUTING_CONSULTANTS_MAX, put_consultant);
    put_zones(s);
}

bool routing_check(struct yaml_check *check, str text, str zone, str *rules)
{
    struct buf b = buf_init(JSON_MAX);
    struct jw w = jw_init(&b);
    struct writer s = { .c = check, .w = &w, .zone = zone };
    const struct yaml *root = yaml_parse(check, text);
    jw_open(&w, NULL);
    if (root) put_all(&s, root);
    jw_close(&w);
    if (b.full) yaml_bad(check, root, "the rules are too long");
    if (!check->count) *rules = str_dup(check->arena, buf_view(&b));
    buf_done(&b);
    return !check->count;
}

err routing_file_read(str path, str zone, struct arena *a, str *rules)
{
    str text;
    struct yaml_check c = yaml_check_init(path, a);
    err e = file_read(path, YAML_TEXT_MAX, a, &text);
    if (!e.code && !routing_check(&c, text, zone, rules)) e = yaml_result(&c);
    return e;
}
