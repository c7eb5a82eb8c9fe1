/* One pass reads, checks and writes: a reader takes a node and appends its JSON. When anything is wrong the JSON is
 * dropped. What refers to other parts (after, undo, the step of a threshold) is checked against the tree itself. */
#include "edge/pipelines_file.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "core/words.h"
#include "edge/files.h"
#include "edge/program_yaml.h"
#include "engine/lineage/sql.h"

enum { JSON_MAX = 900 * 1024, PIPELINES_MAX = 1000, PARTS_MAX = 100 };

/* Every item of a list has a `name` of its own. */
static void unique_names(struct yaml_writer *s, const struct yaml *list, const char *what)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *name = yaml_get(&list->items[i], "name");
        for (size_t k = 0; name && k < i; k++) {
            const struct yaml *other = yaml_get(&list->items[k], "name");
            if (!other || other->type != YAML_TEXT || !str_eq(other->text, name->text)) continue;
            yaml_bad(s->c, name, "a %s named '" STR_FMT "' stands above already, on line %d", what,
                     STR_ARG(str_cut(name->text, 0, 64)), other->line);
            break;
        }
    }
}

static const struct yaml *item_named(const struct yaml *list, str name)
{
    if (!list || list->type != YAML_LIST) return NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *own = yaml_get(&list->items[i], "name");
        if (own && own->type == YAML_TEXT && str_eq(own->text, name)) return &list->items[i];
    }
    return NULL;
}

/* The names of a list's items, for suggestions. */
static const char **names_of(struct yaml_writer *s, const struct yaml *list)
{
    size_t n = 0, count = list && list->type == YAML_LIST ? list->count : 0;
    const char **names = ARENA_ARRAY(s->c->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct yaml *own = yaml_get(&list->items[i], "name");
        if (own && own->type == YAML_TEXT) names[n++] = str_z(s->c->arena, own->text);
    }
    return names;
}

static void unknown_name(struct yaml_writer *s, const struct yaml *node, const struct yaml *list, const char *what)
{
    yaml_bad(s->c, node, "there is no %s '" STR_FMT "' here" STR_FMT, what, STR_ARG(str_cut(node->text, 0, 64)),
             STR_ARG(yaml_hint(s->c->arena, node->text, names_of(s, list))));
}

static void put_name(struct yaml_writer *s, const struct yaml *node)
{
    jw_str(s->w, "name", yaml_name(s->c, yaml_need(s->c, node, "name"), STR("?")));
}

static void put_text(struct yaml_writer *s, const struct yaml *node, const char *key, const char *fallback)
{
    const struct yaml *value = yaml_get(node, key);
    str text = yaml_str(s->c, value, str_of(fallback));
    if (text.len > 500) yaml_bad(s->c, value, "expected at most 500 bytes");
    jw_str(s->w, key, text);
}

/* Kinds of causes this mends; words of core/words.h. */
static void put_mends(struct yaml_writer *s, const struct yaml *node)
{
#define CAUSE_WORD(name, text, sentence) text,
    static const char *const causes[] = { CAUSE_LIST(CAUSE_WORD) NULL };
    const struct yaml *list = yaml_list_of(s, yaml_get(node, "mends"), YAML_WORDS_MAX, "causes");
    jw_array(s->w, "mends");
    for (size_t i = 0; i < list->count; i++) {
        int at = yaml_word(s->c, &list->items[i], causes, -1);
        if (at >= 0) jw_strz(s->w, NULL, causes[at]);
    }
    jw_array_end(s->w);
}

/* The files with a step's SQL: what it reads and writes is taken from them. */
static void put_sql(struct yaml_writer *s, const struct yaml *node)
{
    const struct yaml *files = yaml_get(node, "sql"), *dialect = yaml_get(node, "dialect");
    str name = yaml_str(s->c, dialect, STR(""));
    enum sql_dialect known;
    if (dialect && !sql_dialect_of(name, &known))
        yaml_bad(s->c, dialect,
                 "expected a dialect such as postgres, mysql, bigquery, snowflake, spark or tsql, got '" STR_FMT "'",
                 STR_ARG(str_cut(name, 0, 40)));
    if (!files) return;
    const struct yaml *list = yaml_list_of(s, files, YAML_WORDS_MAX, "files");
    jw_array(s->w, "sql");
    for (size_t i = 0; i < list->count; i++) {
        str path = yaml_str(s->c, &list->items[i], STR(""));
        bool absolute = path.len && path.ptr[0] == '/';
        jw_str(s->w, NULL, absolute ? path : str_fmt(s->c->arena, STR_FMT "/" STR_FMT, STR_ARG(s->dir), STR_ARG(path)));
    }
    jw_array_end(s->w);
    jw_str(s->w, "dialect", name);
}

static void put_step(struct yaml_writer *s, const struct yaml *node)
{
    static const char *const keys[] = { "name",    "argv",       "cwd", "user",    "env",
                                        "timeout", "repeatable", "sql", "dialect", NULL };
    yaml_keys(s->c, node, keys);
    jw_open(s->w, NULL);
    put_name(s, node);
    program_put(s, node);
    jw_i64(s->w, "timeout_us", yaml_duration(s->c, yaml_get(node, "timeout"), USEC_SECOND, 30 * USEC_DAY, USEC_HOUR));
    jw_bool(s->w, "repeatable", yaml_bool(s->c, yaml_get(node, "repeatable"), false));
    put_sql(s, node);
    jw_close(s->w);
}

static const char *const knob_types[] = { "int", "number", "bool", "choice", NULL };
enum { KNOB_INT, KNOB_NUMBER, KNOB_BOOL, KNOB_CHOICE };

/* The default in the form the child gets, checked like any later value. */
static void put_default(struct yaml_writer *s, const struct yaml *node, int type, double min, double max)
{
    const struct yaml *value = yaml_need(s->c, node, "default");
    const struct yaml *values = yaml_get(node, "values");
    str text = yaml_str(s->c, value, STR(""));
    bool known = false;
    if (type == KNOB_INT) (void)yaml_i64(s->c, value, (int64_t)min, (int64_t)max, 0);
    if (type == KNOB_NUMBER) (void)yaml_f64(s->c, value, min, max, 0);
    if (type == KNOB_BOOL) text = yaml_bool(s->c, value, false) ? STR("1") : STR("0");
    for (size_t i = 0; type == KNOB_CHOICE && values && values->type == YAML_LIST && i < values->count; i++)
        known = known || str_eq(values->items[i].text, text);
    if (type == KNOB_CHOICE && value && !known)
        yaml_bad(s->c, value, "expected one of values:, got '" STR_FMT "'", STR_ARG(str_cut(text, 0, 40)));
    jw_str(s->w, "default", text);
}

static void put_range(struct yaml_writer *s, const struct yaml *node, int type, double *min, double *max)
{
    const double most = 9007199254740992.0; /* 2^53: exact as JSON number everywhere */
    bool counted = type == KNOB_INT || type == KNOB_NUMBER;
    const struct yaml *low = counted ? yaml_need(s->c, node, "min") : yaml_get(node, "min"),
                      *high = counted ? yaml_need(s->c, node, "max") : yaml_get(node, "max");
    *min = 0;
    *max = type == KNOB_BOOL ? 1 : 0;
    if (!counted) {
        if (low || high) yaml_bad(s->c, low ? low : high, "min and max go with type: int or number");
        return;
    }
    *min = type == KNOB_INT ? (double)yaml_i64(s->c, low, (int64_t)-most, (int64_t)most, 0)
                            : yaml_f64(s->c, low, -1e15, 1e15, 0);
    *max = type == KNOB_INT ? (double)yaml_i64(s->c, high, (int64_t)-most, (int64_t)most, 0)
                            : yaml_f64(s->c, high, -1e15, 1e15, 0);
    if (*max < *min) yaml_bad(s->c, high, "max is less than min");
    jw_f64(s->w, "min", *min);
    jw_f64(s->w, "max", *max);
}

static void put_values(struct yaml_writer *s, const struct yaml *node, int type)
{
    const struct yaml *values = yaml_get(node, "values");
    if (type != KNOB_CHOICE && values) yaml_bad(s->c, values, "values go with type: choice");
    if (type != KNOB_CHOICE) return;
    const struct yaml *list = yaml_list_of(s, yaml_need(s->c, node, "values"), YAML_WORDS_MAX, "values");
    jw_array(s->w, "values");
    for (size_t i = 0; i < list->count; i++) jw_str(s->w, NULL, yaml_str(s->c, &list->items[i], STR("")));
    jw_array_end(s->w);
}

/* Knobs become WEIR_KNOB_<NAME>, so their names are plainer than others. */
static bool knob_name_ok(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '.' || s.ptr[i] == '-') return false;
    return true;
}

static void put_knob(struct yaml_writer *s, const struct yaml *node)
{
    static const char *const keys[] = { "name", "type", "min", "max", "values", "default", "effect", "mends", NULL };
    static const char *const effects[] = { "plain", "concurrency", "batch_size", "cache", "memory_limit", NULL };
    static const int wants[] = { -1, KNOB_INT, KNOB_INT, KNOB_BOOL, KNOB_INT };
    double min, max;
    yaml_keys(s->c, node, keys);
    const struct yaml *name = yaml_get(node, "name");
    int type = yaml_word(s->c, yaml_need(s->c, node, "type"), knob_types, KNOB_INT),
        effect = yaml_word(s->c, yaml_get(node, "effect"), effects, 0);
    if (name && name->type == YAML_TEXT && !knob_name_ok(name->text))
        yaml_bad(s->c, name, "a knob reaches the program as WEIR_KNOB_<NAME>: expected letters, digits and '_' only");
    if (wants[effect] >= 0 && wants[effect] != type)
        yaml_bad(s->c, yaml_get(node, "effect"), "the effect %s goes with type: %s", effects[effect],
                 knob_types[wants[effect]]);
    jw_open(s->w, NULL);
    put_name(s, node);
    jw_strz(s->w, "type", knob_types[type]);
    put_range(s, node, type, &min, &max);
    put_values(s, node, type);
    put_default(s, node, type, min, max);
    jw_strz(s->w, "effect", effects[effect]);
    put_mends(s, node);
    jw_close(s->w);
}

static void check_undo(struct yaml_writer *s, const struct yaml *node, const struct yaml *commands, int leaves)
{
    enum { UNDOABLE = 1 };
    const struct yaml *undo = yaml_get(node, "undo"), *name = yaml_get(node, "name");
    bool named = undo && undo->type == YAML_TEXT && undo->text.len;
    if (leaves == UNDOABLE && !named)
        yaml_bad(s->c, node, "what leaves: undoable says how: expected undo: with the name of another command");
    if (leaves != UNDOABLE && named) yaml_bad(s->c, undo, "undo: goes with leaves: undoable");
    if (!named) return;
    if (!item_named(commands, undo->text)) unknown_name(s, undo, commands, "command");
    else if (name && str_eq(name->text, undo->text)) yaml_bad(s->c, undo, "a command does not undo itself");
}

static void put_command(struct yaml_writer *s, const struct yaml *node, const struct yaml *commands)
{
    static const char *const keys[] = { "name", "argv",  "cwd",     "user",  "env", "leaves",
                                        "undo", "mends", "timeout", "rerun", NULL };
    static const char *const leaves_words[] = { "nothing", "undoable", "lasting", NULL };
    yaml_keys(s->c, node, keys);
    int leaves = yaml_word(s->c, yaml_need(s->c, node, "leaves"), leaves_words, 2);
    check_undo(s, node, commands, leaves);
    jw_open(s->w, NULL);
    put_name(s, node);
    program_put(s, node);
    jw_strz(s->w, "leaves", leaves_words[leaves]);
    put_text(s, node, "undo", "");
    put_mends(s, node);
    jw_i64(s->w, "timeout_us",
           yaml_duration(s->c, yaml_get(node, "timeout"), USEC_SECOND, 30 * USEC_DAY, 5 * USEC_MINUTE));
    jw_bool(s->w, "rerun", yaml_bool(s->c, yaml_get(node, "rerun"), false));
    jw_close(s->w);
}

static void put_webhook(struct yaml_writer *s, const struct yaml *node)
{
    static const char *const keys[] = {
        "name", "url", "dedupes", "leaves", "secret", "mends", "timeout", "rerun", NULL
    };
    static const char *const leaves_words[] = { "nothing", "undoable", "lasting", NULL };
    const struct yaml *url = yaml_need(s->c, node, "url"), *secret = yaml_get(node, "secret"),
                      *leaves = yaml_get(node, "leaves");
    str address = yaml_str(s->c, url, STR("")), reference = yaml_str(s->c, secret, STR(""));
    yaml_keys(s->c, node, keys);
    if (address.len && !str_starts(address, STR("http://")) && !str_starts(address, STR("https://")))
        yaml_bad(s->c, url, "expected an address such as https://host/path, got '" STR_FMT "'",
                 STR_ARG(str_cut(address, 0, 60)));
    if (reference.len && !str_starts(reference, STR("env:")) && !str_starts(reference, STR("file:")))
        yaml_bad(s->c, secret, "expected a secret's place, env:NAME or file:PATH; a secret is never written out here");
    if (leaves && str_eq(leaves->text, STR("undoable")))
        yaml_bad(s->c, leaves, "a call cannot be undone: expected nothing or lasting");
    jw_open(s->w, NULL);
    put_name(s, node);
    jw_str(s->w, "url", address);
    jw_bool(s->w, "dedupes", yaml_bool(s->c, yaml_get(node, "dedupes"), false));
    jw_strz(s->w, "leaves", leaves_words[yaml_word(s->c, leaves, leaves_words, 2)]);
    jw_str(s->w, "secret", reference);
    put_mends(s, node);
    jw_i64(s->w, "timeout_us",
           yaml_duration(s->c, yaml_get(node, "timeout"), 100 * USEC_MS, USEC_HOUR, 30 * USEC_SECOND));
    jw_bool(s->w, "rerun", yaml_bool(s->c, yaml_get(node, "rerun"), false));
    jw_close(s->w);
}

static void put_bound(struct yaml_writer *s, const struct yaml *node, const char *key, double *out)
{
    const struct yaml *value = yaml_get(node, key);
    bool given = value && value->type != YAML_NULL;
    if (given) *out = yaml_f64(s->c, value, -1e15, 1e15, 0);
    if (given) jw_f64(s->w, key, *out);
    else jw_null(s->w, key);
}

static void put_threshold(struct yaml_writer *s, const struct yaml *node, const struct yaml *steps)
{
    static const char *const keys[] = { "metric", "step", "min", "max", "severity", NULL };
    static const char *const severities[] = { "LOW", "MEDIUM", "HIGH", "CRITICAL", NULL };
    const struct yaml *step = yaml_get(node, "step"), *low = yaml_get(node, "min"), *high = yaml_get(node, "max");
    double min = -1e300, max = 1e300;
    yaml_keys(s->c, node, keys);
    if (step && step->type == YAML_TEXT && step->text.len && !item_named(steps, step->text))
        unknown_name(s, step, steps, "step");
    if (!low && !high) yaml_bad(s->c, node, "expected min: or max: or both");
    jw_open(s->w, NULL);
    jw_str(s->w, "metric", yaml_str(s->c, yaml_need(s->c, node, "metric"), STR("")));
    put_text(s, node, "step", "");
    put_bound(s, node, "min", &min);
    put_bound(s, node, "max", &max);
    if (max < min) yaml_bad(s->c, high, "max is less than min");
    jw_strz(s->w, "severity", severities[yaml_word(s->c, yaml_get(node, "severity"), severities, 2)]);
    jw_close(s->w);
}

static void put_after(struct yaml_writer *s, const struct yaml *node, const struct yaml *pipelines)
{
    const struct yaml *list = yaml_list_of(s, yaml_get(node, "after"), PARTS_MAX, "pipelines");
    jw_array(s->w, "after");
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *item = &list->items[i];
        str name = yaml_name(s->c, item, STR_NONE);
        if (name.len && !item_named(pipelines, name)) unknown_name(s, item, pipelines, "pipeline");
        if (name.len) jw_str(s->w, NULL, name);
    }
    jw_array_end(s->w);
}

/* Items of `key`, each a map, written by `put`. */
#define PUT_LIST(s, node, key, what, put_one)                                                                          \
    do {                                                                                                               \
        const struct yaml *put_items = yaml_list_of((s), yaml_get((node), (key)), PARTS_MAX, (key));                   \
        unique_names((s), put_items, (what));                                                                          \
        jw_array((s)->w, (key));                                                                                       \
        for (size_t put_i = 0; put_i < put_items->count; put_i++) {                                                    \
            const struct yaml *item = &put_items->items[put_i];                                                        \
            if (yaml_is_map((s)->c, item))                                                                             \
                put_one;                                                                                               \
            else if (item->type == YAML_NULL)                                                                          \
                yaml_bad((s)->c, item, "expected a %s, got nothing", (what));                                          \
        }                                                                                                              \
        jw_array_end((s)->w);                                                                                          \
    } while (0)

static void put_pipeline(struct yaml_writer *s, const struct yaml *node, const struct yaml *pipelines)
{
    static const char *const keys[] = { "name",        "source",   "destination", "owner", "tier",
                                        "environment", "every",    "after",       "steps", "knobs",
                                        "commands",    "webhooks", "thresholds",  NULL };
    const struct yaml *steps = yaml_get(node, "steps"), *commands = yaml_get(node, "commands");
    yaml_keys(s->c, node, keys);
    jw_open(s->w, NULL);
    put_name(s, node);
    put_text(s, node, "source", "");
    put_text(s, node, "destination", "");
    put_text(s, node, "owner", "");
    jw_i64(s->w, "tier", yaml_i64(s->c, yaml_get(node, "tier"), 1, 3, 2));
    put_text(s, node, "environment", "production");
    jw_i64(s->w, "every_us", yaml_duration(s->c, yaml_get(node, "every"), 0, 366 * USEC_DAY, 0));
    put_after(s, node, pipelines);
    PUT_LIST(s, node, "steps", "step", put_step(s, item));
    PUT_LIST(s, node, "knobs", "knob", put_knob(s, item));
    PUT_LIST(s, node, "commands", "command", put_command(s, item, commands));
    PUT_LIST(s, node, "webhooks", "webhook", put_webhook(s, item));
    PUT_LIST(s, node, "thresholds", "threshold", put_threshold(s, item, steps));
    jw_close(s->w);
}

/* Cycles in `after`, by depth-first search: 1 = on the way, 2 = done. */
struct cycle {
    struct yaml_writer *s;
    const struct yaml *pipelines;
    char *state;
    int depth;
};

static bool visit(struct cycle *y, const struct yaml *pipeline)
{
    char *state = &y->state[pipeline - y->pipelines->items];
    const struct yaml *after = yaml_get(pipeline, "after");
    if (*state) return *state == 2;
    *state = 1;
    for (size_t i = 0; after && after->type == YAML_LIST && i < after->count; i++) {
        const struct yaml *item = &after->items[i],
                          *next = item->type == YAML_TEXT ? item_named(y->pipelines, item->text) : NULL;
        if (!next) continue;
        if (!visit(y, next)) {
            if (y->state[next - y->pipelines->items] == 1)
                yaml_bad(y->s->c, item,
                         "after: goes round in a circle here: '" STR_FMT "' comes (through others) after this one",
                         STR_ARG(item->text));
            y->state[next - y->pipelines->items] = 2; /* told once */
        }
    }
    *state = 2;
    return true;
}

static void check_cycles(struct yaml_writer *s, const struct yaml *pipelines)
{
    struct cycle y = { .s = s, .pipelines = pipelines, .state = mem_new(pipelines->count + 1) };
    for (size_t i = 0; i < pipelines->count; i++) (void)visit(&y, &pipelines->items[i]);
    mem_free(y.state);
}

static void put_root(struct yaml_writer *s, const struct yaml *root)
{
    static const char *const keys[] = { "version", "pipelines", NULL };
    if (!yaml_is_map(s->c, root)) {
        if (root->type == YAML_NULL) yaml_bad(s->c, root, "the file is empty: expected version: and pipelines:");
        return;
    }
    yaml_keys(s->c, root, keys);
    (void)yaml_i64(s->c, yaml_need(s->c, root, "version"), 1, 1, 1);
    const struct yaml *list = yaml_list_of(s, yaml_need(s->c, root, "pipelines"), PIPELINES_MAX, "pipelines");
    unique_names(s, list, "pipeline");
    jw_array(s->w, "pipelines");
    for (size_t i = 0; i < list->count; i++) {
        if (yaml_is_map(s->c, &list->items[i])) put_pipeline(s, &list->items[i], list);
        else if (list->items[i].type == YAML_NULL) yaml_bad(s->c, &list->items[i], "expected a pipeline, got nothing");
    }
    jw_array_end(s->w);
    check_cycles(s, list);
}

bool pipelines_check(struct yaml_check *check, str text, str dir, struct arena *a, str *out_json)
{
    struct buf b = buf_init(JSON_MAX);
    struct jw w = jw_init(&b);
    struct yaml_writer s = { .c = check, .w = &w, .dir = dir };
    const struct yaml *root = yaml_parse(check, text);
    jw_open(&w, NULL);
    if (root) put_root(&s, root);
    jw_close(&w);
    if (b.full) yaml_bad(check, root, "the declarations are larger than %d KiB", JSON_MAX / 1024);
    bool fine = check->count == 0;
    if (fine) *out_json = str_dup(a, buf_view(&b));
    buf_done(&b);
    return fine;
}

err pipelines_file_read(str path, struct arena *a, str *out_json)
{
    struct arena own = arena_init(2 * YAML_ARENA_MAX);
    struct yaml_check check = yaml_check_init(path, &own);
    str text = STR_NONE;
    err e = file_read(path, YAML_TEXT_MAX, &own, &text);
    char *whole = e.code ? NULL : realpath(str_z(&own, path), NULL);
    str dir = str_of(whole ? whole : "/");
    while (dir.len > 1 && dir.ptr[dir.len - 1] != '/') dir.len--;
    if (dir.len > 1) dir.len--;
    if (!e.code && !pipelines_check(&check, text, dir, a, out_json)) e = yaml_result(&check);
    free(whole);
    arena_done(&own);
    return e;
}
