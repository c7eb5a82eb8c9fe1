/* Typed readers over the tree, and the words of their complaints. */
#include "base/yaml.h"

#include <assert.h>
#include <math.h>

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    if (!map || map->type != YAML_MAP) return NULL;
    str want = str_of(key);
    for (size_t i = 0; i < map->count; i++)
        if (str_eq(map->items[i].key, want)) return &map->items[i];
    return NULL;
}

const struct yaml *yaml_need(struct yaml_check *c, const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_get(map, key);
    if (!node) yaml_bad(c, map, "expected the key '%s' here, it is missing", key);
    else if (node->type == YAML_NULL) yaml_bad(c, node, "expected a value after '%s:'", key);
    return node;
}

static const char *type_name(const struct yaml *node)
{
    static const char *const names[] = { "nothing", "a single value", "a list", "a map (key: value)" };
    return names[node->type];
}

static bool is_type(struct yaml_check *c, const struct yaml *node, enum yaml_type type)
{
    if (!node || node->type == YAML_NULL) return false;
    if (node->type == type) return true;
    struct yaml wanted = { .type = type };
    yaml_bad(c, node, "expected %s, got %s", type_name(&wanted), type_name(node));
    return false;
}

bool yaml_is_map(struct yaml_check *c, const struct yaml *node)
{
    return is_type(c, node, YAML_MAP);
}

bool yaml_is_list(struct yaml_check *c, const struct yaml *node)
{
    return is_type(c, node, YAML_LIST);
}

static bool among(str word, const char *const *names)
{
    for (; *names; names++)
        if (str_eq(word, str_of(*names))) return true;
    return false;
}

void yaml_keys(struct yaml_check *c, const struct yaml *map, const char *const *names)
{
    if (!map || map->type != YAML_MAP) return;
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml *item = &map->items[i];
        if (among(item->key, names)) continue;
        str hint = yaml_hint(c->arena, item->key, names);
        if (hint.len)
            yaml_bad_key(c, item, "no such key '" STR_FMT "'" STR_FMT, STR_ARG(str_cut(item->key, 0, 64)),
                         STR_ARG(hint));
        else yaml_bad_key(c, item, "no such key '" STR_FMT "'; expected " STR_FMT, STR_ARG(str_cut(item->key, 0, 64)),
                          STR_ARG(yaml_choices(c->arena, names)));
    }
}

str yaml_str(struct yaml_check *c, const struct yaml *node, str fallback)
{
    return is_type(c, node, YAML_TEXT) ? node->text : fallback;
}

str yaml_name(struct yaml_check *c, const struct yaml *node, str fallback)
{
    if (!is_type(c, node, YAML_TEXT)) return fallback;
    str s = node->text;
    bool ok = s.len > 0 && s.len <= 64;
    for (size_t i = 0; ok && i < s.len; i++) {
        bool word = (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= '0' && s.ptr[i] <= '9');
        ok = word || (i > 0 && (s.ptr[i] == '_' || s.ptr[i] == '.' || s.ptr[i] == '-'));
    }
    if (ok) return s;
    yaml_bad(c, node, "expected a name of a-z, 0-9, '_', '.' and '-' (at most 64), got '" STR_FMT "'",
             STR_ARG(str_cut(s, 0, 64)));
    return fallback;
}

int64_t yaml_i64(struct yaml_check *c, const struct yaml *node, int64_t min, int64_t max, int64_t fallback)
{
    if (!is_type(c, node, YAML_TEXT)) return fallback;
    int64_t v = 0;
    if (!str_to_i64(node->text, &v).code && v >= min && v <= max) return v;
    yaml_bad(c, node, "expected a whole number from %lld to %lld, got '" STR_FMT "'", (long long)min, (long long)max,
             STR_ARG(str_cut(node->text, 0, 40)));
    return fallback;
}

double yaml_f64(struct yaml_check *c, const struct yaml *node, double min, double max, double fallback)
{
    if (!is_type(c, node, YAML_TEXT)) return fallback;
    double v = 0;
    if (!str_to_f64(node->text, &v).code && isfinite(v) && v >= min && v <= max) return v;
    yaml_bad(c, node, "expected a number from %g to %g, got '" STR_FMT "'", min, max,
             STR_ARG(str_cut(node->text, 0, 40)));
    return fallback;
}

bool yaml_bool(struct yaml_check *c, const struct yaml *node, bool fallback)
{
    static const char *const words[] = { "no", "yes", "false", "true", "off", "on", NULL };
    if (!is_type(c, node, YAML_TEXT)) return fallback;
    for (int i = 0; words[i]; i++)
        if (str_eq_nocase(node->text, str_of(words[i]))) return i & 1;
    yaml_bad(c, node, "expected yes or no, got '" STR_FMT "'", STR_ARG(str_cut(node->text, 0, 40)));
    return fallback;
}

usec yaml_duration(struct yaml_check *c, const struct yaml *node, usec min, usec max, usec fallback)
{
    if (!is_type(c, node, YAML_TEXT)) return fallback;
    usec v = 0;
    bool ok = STR_IS(node->text, "0") || !duration_parse(node->text, &v).code; /* zero needs no unit */
    if (!ok) {
        yaml_bad(c, node, "expected a duration such as 250ms, 30s, 5m, 2h or 7d, got '" STR_FMT "'",
                 STR_ARG(str_cut(node->text, 0, 40)));
        return fallback;
    }
    if (v >= min && v <= max) return v;
    str low = duration_text(min, c->arena), high = duration_text(max, c->arena);
    yaml_bad(c, node, "expected a duration from " STR_FMT " to " STR_FMT ", got '" STR_FMT "'", STR_ARG(low),
             STR_ARG(high), STR_ARG(str_cut(node->text, 0, 40)));
    return fallback;
}

int yaml_word(struct yaml_check *c, const struct yaml *node, const char *const *words, int fallback)
{
    if (!is_type(c, node, YAML_TEXT)) return fallback;
    for (int i = 0; words[i]; i++)
        if (str_eq(node->text, str_of(words[i]))) return i;
    yaml_bad(c, node, "expected " STR_FMT ", got '" STR_FMT "'" STR_FMT, STR_ARG(yaml_choices(c->arena, words)),
             STR_ARG(str_cut(node->text, 0, 40)), STR_ARG(yaml_hint(c->arena, node->text, words)));
    return fallback;
}

const char *yaml_nearest(str word, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = word.len / 3 + 2; /* one slip in three letters, and one more */
    if (word.len == 0 || word.len > 63) return NULL;
    for (; *words; words++) {
        str candidate = str_of(*words);
        if (candidate.len > 63) continue;
        size_t d = str_eq_nocase(word, candidate) ? 0 : str_distance(word, candidate);
        if (d < best_distance && d < candidate.len) best = *words, best_distance = d;
    }
    return best;
}

str yaml_hint(struct arena *a, str word, const char *const *words)
{
    const char *near = yaml_nearest(word, words);
    return near ? str_fmt(a, "; did you mean '%s'?", near) : STR_NONE;
}

str yaml_choices(struct arena *a, const char *const *words)
{
    struct buf b = buf_init(400);
    for (size_t i = 0; words[i]; i++) {
        if (i) buf_add(&b, words[i + 1] ? STR(", ") : STR(" or "));
        buf_add(&b, str_of(words[i]));
    }
    str all = b.full ? str_fmt(a, STR_FMT " ...", STR_ARG(buf_view(&b))) : str_dup(a, buf_view(&b));
    buf_done(&b);
    return all;
}
