#include "edge/server/schema.h"

#include <math.h>

enum { SCHEMAS_MEMORY = 4 << 20, REF_MAX = 8, PLACE_MAX = 120 };

struct schemas {
    struct arena arena;
    json *root;
};

/* Where in the value we are, as a JSON pointer; cut when it is longer than anybody reads. */
struct place {
    char text[PLACE_MAX];
    size_t len;
};

static size_t place_push(struct place *p, str part)
{
    size_t before = p->len;
    int n = snprintf(p->text + p->len, sizeof p->text - p->len, "/" STR_FMT, STR_ARG(str_utf8_prefix(part, 40)));
    p->len += (size_t)n < sizeof p->text - p->len ? (size_t)n : sizeof p->text - p->len - 1;
    return before;
}

static void place_pop(struct place *p, size_t before)
{
    p->len = before;
    p->text[before] = '\0';
}

static const char *place_text(const struct place *p)
{
    return p->len ? p->text : "body";
}

static str str_at(json *v)
{
    return json_str(v, STR_NONE);
}

static json *follow(const struct schemas *s, json *schema)
{
    for (int i = 0; i < REF_MAX; i++) {
        str ref = json_get_str(schema, "$ref");
        if (!ref.len) return schema;
        schema = schemas_get(s, ref);
    }
    return NULL;
}

/* ---- checking a value ---- */

static bool is_integer(json *v)
{
    if (yyjson_is_int(v)) return true;
    return yyjson_is_real(v) && floor(yyjson_get_real(v)) == yyjson_get_real(v);
}
static bool is_text(json *v)
{
    return yyjson_is_str(v);
}
static bool is_number(json *v)
{
    return yyjson_is_num(v);
}
static bool is_bool(json *v)
{
    return yyjson_is_bool(v);
}
static bool is_null(json *v)
{
    return yyjson_is_null(v);
}
static bool is_object(json *v)
{
    return yyjson_is_obj(v);
}
static bool is_array(json *v)
{
    return yyjson_is_arr(v);
}

static const struct kind {
    const char *name, *words;
    bool (*is)(json *v);
} kinds[] = {
    { "string", "text", is_text },         { "integer", "a whole number", is_integer },
    { "number", "a number", is_number },   { "boolean", "true or false", is_bool },
    { "null", "null", is_null },           { "object", "an object", is_object },
    { "array", "a list", is_array },
};

static const struct kind *kind_of(str name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(name, str_of(kinds[i].name))) return &kinds[i];
    return NULL;
}

/* What would have been right, for a sentence; cut when it is longer than anybody reads. */
struct words {
    char text[96];
    size_t len;
};

static void words_add(struct words *w, const char *between, str word)
{
    size_t room = sizeof w->text - w->len;
    int n = snprintf(w->text + w->len, room, "%s" STR_FMT, between, STR_ARG(word));
    w->len += (size_t)n < room ? (size_t)n : room - 1;
}

static err check_type(json *type, json *value, const struct place *at)
{
    if (!type) return OK;
    if (yyjson_is_str(type)) {
        const struct kind *k = kind_of(str_at(type));
        return k && k->is(value)
                   ? OK
                   : err_make(ERR_INPUT, "%s: must be %s", place_text(at), k ? k->words : "something else");
    }
    size_t i, n;
    json *one;
    struct words list = { .len = 0 };
    yyjson_arr_foreach(type, i, n, one)
    {
        const struct kind *k = kind_of(str_at(one));
        if (k && k->is(value)) return OK;
        if (k) words_add(&list, i ? " or " : "", str_of(k->words));
    }
    return err_make(ERR_INPUT, "%s: must be %s", place_text(at), list.text);
}

static err check_enum(json *words, json *value, const struct place *at)
{
    if (!words) return OK;
    size_t i, n;
    json *one;
    struct words list = { .len = 0 };
    yyjson_arr_foreach(words, i, n, one)
    {
        if (yyjson_equals(one, value)) return OK;
        words_add(&list, i ? ", " : "", str_at(one));
    }
    return err_make(ERR_INPUT, "%s: must be one of %s", place_text(at), list.text);
}

static size_t utf8_count(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

static err check_text(json *schema, json *value, const struct place *at)
{
    str s = str_at(value);
    int64_t n = (int64_t)utf8_count(s);
    int64_t min = json_get_i64(schema, "minLength", 0), max = json_get_i64(schema, "maxLength", INT64_MAX);
    if (n < min) return err_make(ERR_INPUT, "%s: must have at least %lld character%s", place_text(at), (long long)min,
                                min == 1 ? "" : "s");
    if (n > max) return err_make(ERR_INPUT, "%s: must have at most %lld characters", place_text(at), (long long)max);
    return OK;
}

/* Integers exactly: past 2^53 not every one is a double. */
static bool less(json *a, json *b)
{
    if (!yyjson_is_int(a) || !yyjson_is_int(b)) return yyjson_get_num(a) < yyjson_get_num(b);
    bool a_below = yyjson_is_sint(a), b_below = yyjson_is_sint(b); /* below 0 */
    if (a_below != b_below) return a_below;
    return a_below ? yyjson_get_sint(a) < yyjson_get_sint(b) : yyjson_get_uint(a) < yyjson_get_uint(b);
}

static err out_of_range(const struct place *at, const char *side, json *limit)
{
    if (!yyjson_is_int(limit))
        return err_make(ERR_INPUT, "%s: must be at %s %g", place_text(at), side, yyjson_get_num(limit));
    return err_make(ERR_INPUT, "%s: must be at %s %lld", place_text(at), side, (long long)yyjson_get_sint(limit));
}

static err check_number(json *schema, json *value, const struct place *at)
{
    json *min = json_get(schema, "minimum"), *max = json_get(schema, "maximum");
    if (min && less(value, min)) return out_of_range(at, "least", min);
    if (max && less(max, value)) return out_of_range(at, "most", max);
    return OK;
}

static err check_value(const struct schemas *s, json *schema, json *value, struct place *at);

static err check_array(const struct schemas *s, json *schema, json *value, struct place *at)
{
    int64_t count = (int64_t)yyjson_arr_size(value);
    int64_t min = json_get_i64(schema, "minItems", 0), max = json_get_i64(schema, "maxItems", INT64_MAX);
    if (count < min) return err_make(ERR_INPUT, "%s: must have at least %lld items", place_text(at), (long long)min);
    if (count > max) return err_make(ERR_INPUT, "%s: must have at most %lld items", place_text(at), (long long)max);
    json *items = json_get(schema, "items"), *one;
    size_t i, n;
    if (!items) return OK;
    yyjson_arr_foreach(value, i, n, one)
    {
        char number[24];
        (void)snprintf(number, sizeof number, "%zu", i);
        size_t before = place_push(at, str_of(number));
        err e = check_value(s, items, one, at);
        if (e.code) return e;
        place_pop(at, before);
    }
    return OK;
}

static err check_required(json *schema, json *value, const struct place *at)
{
    json *required = json_get(schema, "required"), *one;
    size_t i, n;
    if (!required) return OK;
    yyjson_arr_foreach(required, i, n, one)
    {
        str name = str_at(one);
        if (!yyjson_obj_getn(value, name.ptr, name.len))
            return err_make(ERR_INPUT, "%s: \"" STR_FMT "\" is missing", place_text(at), STR_ARG(name));
    }
    return OK;
}

/* Alternatives that differ by the one name they require: exactly one of these is there. */
static err check_one_of(json *alternatives, json *value, const struct place *at)
{
    size_t i, n, fit = 0;
    json *one;
    struct words list = { .len = 0 };
    yyjson_arr_foreach(alternatives, i, n, one)
    {
        str name = str_at(yyjson_arr_get_first(json_get(one, "required")));
        fit += yyjson_obj_getn(value, name.ptr, name.len) != NULL;
        words_add(&list, i ? ", " : "", name);
    }
    return fit == 1 ? OK : err_make(ERR_INPUT, "%s: needs exactly one of %s", place_text(at), list.text);
}

/* The known name that is nearest to a wrong one, or "" when none is near. */
static str nearest(json *properties, str name)
{
    size_t i, n, best = 3;
    json *key, *v;
    str found = STR("");
    json_obj_foreach(properties, i, n, key, v)
    {
        size_t d = str_distance(name, str_at(key));
        if (d < best) {
            best = d;
            found = str_at(key);
        }
    }
    return found;
}

static err unknown_name(json *properties, str name, const struct place *at)
{
    str near = nearest(properties, name);
    if (near.len)
        return err_make(ERR_INPUT, "%s: \"" STR_FMT "\" is not known; did you mean \"" STR_FMT "\"?", place_text(at),
                        STR_ARG(str_utf8_prefix(name, 60)), STR_ARG(near));
    return err_make(ERR_INPUT, "%s: \"" STR_FMT "\" is not known", place_text(at), STR_ARG(str_utf8_prefix(name, 60)));
}

static err check_object(const struct schemas *s, json *schema, json *value, struct place *at)
{
    err e = check_required(schema, value, at);
    json *one_of = json_get(schema, "oneOf");
    if (!e.code && one_of) e = check_one_of(one_of, value, at);
    if (e.code) return e;
    json *properties = json_get(schema, "properties"), *more = json_get(schema, "additionalProperties");
    if ((int64_t)yyjson_obj_size(value) < json_get_i64(schema, "minProperties", 0))
        return err_make(ERR_INPUT, "%s: must not be empty", place_text(at));
    if ((int64_t)yyjson_obj_size(value) > json_get_i64(schema, "maxProperties", INT64_MAX))
        return err_make(ERR_INPUT, "%s: has too many members", place_text(at));
    size_t i, n;
    json *key, *v;
    json_obj_foreach(value, i, n, key, v)
    {
        str name = str_at(key);
        json *sub = properties ? yyjson_obj_getn(properties, name.ptr, name.len) : NULL;
        if (!sub && yyjson_is_false(more)) return unknown_name(properties, name, at);
        if (!sub && yyjson_is_obj(more)) sub = more;
        if (!sub) continue;
        size_t before = place_push(at, name);
        e = check_value(s, sub, v, at);
        if (e.code) return e;
        place_pop(at, before);
    }
    return OK;
}

static err check_value(const struct schemas *s, json *schema, json *value, struct place *at)
{
    schema = follow(s, schema);
    if (!schema) return err_make(ERR_INPUT, "%s: its schema is missing", place_text(at));
    err e = check_type(json_get(schema, "type"), value, at);
    if (!e.code) e = check_enum(json_get(schema, "enum"), value, at);
    if (e.code) return e;
    if (yyjson_is_str(value)) return check_text(schema, value, at);
    if (yyjson_is_num(value)) return check_number(schema, value, at);
    if (yyjson_is_arr(value)) return check_array(s, schema, value, at);
    if (yyjson_is_obj(value)) return check_object(s, schema, value, at);
    return OK;
}

err schema_check(const struct schemas *s, json *schema, json *value)
{
    struct place at = { .len = 0 };
    return check_value(s, schema, value, &at);
}

/* ---- checking the schemas themselves, once at start: a keyword we would ignore is a promise we would not keep ---- */

static const char *const keywords[] = {
    "type",      "required",      "properties",    "additionalProperties",
    "enum",      "minimum",       "maximum",       "minLength",
    "maxLength", "items",         "minItems",      "maxItems",
    "$ref",      "minProperties", "maxProperties", "description",
    "examples",  "format",        "oneOf",
};

static bool keyword_known(str name)
{
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (str_eq(name, str_of(keywords[i]))) return true;
    return false;
}

static err lint(const struct schemas *s, json *schema);

static err lint_each(const struct schemas *s, json *properties)
{
    size_t i, n;
    json *key, *sub;
    if (!properties) return OK;
    json_obj_foreach(properties, i, n, key, sub)
    {
        err e = lint(s, sub);
        if (e.code) return err_wrap(e, STR_FMT, STR_ARG(str_at(key)));
    }
    return OK;
}

/* {"required": ["a name"]} and nothing else is what check_one_of looks at. */
static err lint_one_of(json *alternatives)
{
    size_t i, n;
    json *one;
    if (yyjson_arr_size(alternatives) < 2) return err_make(ERR_INPUT, "oneOf must be a list of alternatives");
    yyjson_arr_foreach(alternatives, i, n, one)
    {
        json *names = json_get(one, "required");
        if (yyjson_obj_size(one) != 1 || yyjson_arr_size(names) != 1 || !yyjson_is_str(yyjson_arr_get_first(names)))
            return err_make(ERR_INPUT, "an alternative of oneOf must require one name, and nothing else");
    }
    return OK;
}

static err lint(const struct schemas *s, json *schema)
{
    if (!yyjson_is_obj(schema)) return err_make(ERR_INPUT, "a schema must be an object");
    size_t i, n;
    json *key, *v;
    json_obj_foreach(schema, i, n, key, v)
    {
        if (!keyword_known(str_at(key)))
            return err_make(ERR_INPUT, "keyword " STR_FMT " is not supported", STR_ARG(str_at(key)));
    }
    if (!follow(s, schema)) return err_make(ERR_INPUT, "$ref leads nowhere");
    err e = lint_each(s, json_get(schema, "properties"));
    json *one_of = json_get(schema, "oneOf");
    if (!e.code && one_of) e = lint_one_of(one_of);
    json *items = json_get(schema, "items"), *more = json_get(schema, "additionalProperties");
    if (!e.code && items) e = lint(s, items);
    if (!e.code && yyjson_is_obj(more)) e = lint(s, more);
    return e;
}

err schemas_open(str text, struct schemas **out)
{
    struct schemas *s = mem_new(sizeof *s);
    s->arena = arena_init(SCHEMAS_MEMORY);
    err e = json_parse(text, &s->arena, &s->root);
    if (!e.code) e = lint_each(s, s->root);
    if (e.code) {
        schemas_close(s);
        return err_wrap(e, "schemas");
    }
    *out = s;
    return OK;
}

void schemas_close(struct schemas *s)
{
    if (!s) return;
    arena_done(&s->arena);
    mem_free(s);
}

json *schemas_get(const struct schemas *s, str name)
{
    str prefix = STR("#/components/schemas/");
    if (str_starts(name, prefix)) name = str_cut(name, prefix.len, name.len);
    return yyjson_obj_getn(s->root, name.ptr, name.len);
}

json *schemas_all(const struct schemas *s)
{
    return s->root;
}
