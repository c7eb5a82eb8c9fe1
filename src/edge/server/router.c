#include "edge/server/router.h"

#define INTEGER_MAX INT64_C(9007199254740991) /* what every JSON reader keeps exactly */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

err percent_decode(str s, bool plus, struct arena *a, str *out)
{
    char *to = arena_new(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '+' && plus) c = ' ';
        if (c == '%') {
            int high = i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(s.ptr[i + 2]);
            if (low < 0) return err_make(ERR_INPUT, "a %% in the address is not followed by two hex digits");
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0') return err_make(ERR_INPUT, "the address contains a NUL character");
        to[n++] = c;
    }
    *out = (str){ to, n };
    return str_utf8_valid(*out) ? OK : err_make(ERR_INPUT, "the address is not valid UTF-8");
}

/* ---- query specs ---- */

static err spec_range(str inside, struct query_spec *q)
{
    ptrdiff_t dots = str_find(inside, STR(".."), 0);
    if (dots < 0) return err_make(ERR_INPUT, "query spec: a range needs '..'");
    str low = str_cut(inside, 0, (size_t)dots), high = str_cut(inside, (size_t)dots + 2, inside.len);
    err e = low.len ? str_to_i64(low, &q->min) : OK;
    if (!e.code && high.len) e = str_to_i64(high, &q->max);
    return e;
}

static err spec_type(str type, struct query_spec *q)
{
    ptrdiff_t open = str_find(type, STR("("), 0);
    str word = open < 0 ? type : str_cut(type, 0, (size_t)open);
    str inside = open < 0 ? STR_NONE : str_cut(type, (size_t)open + 1, type.len - (size_t)open - 2);
    if (STR_IS(word, "enum")) {
        q->type = QUERY_ENUM;
        q->words = inside;
        return OK;
    }
    q->type = STR_IS(word, "integer") ? QUERY_INTEGER : QUERY_STRING;
    if (q->type == QUERY_STRING && !STR_IS(word, "string"))
        return err_make(ERR_INPUT, "query spec: no type " STR_FMT, STR_ARG(word));
    q->min = q->type == QUERY_STRING ? 0 : -INTEGER_MAX;
    q->max = q->type == QUERY_STRING ? 300 : INTEGER_MAX;
    return inside.len ? spec_range(inside, q) : OK;
}

bool query_spec_next(str *rest, struct query_spec *out, err *e)
{
    str one, name;
    *e = OK;
    if (!rest->len || !str_next(rest, ' ', &one)) return false;
    *out = (struct query_spec){ .min = 0 };
    str_next(&one, ':', &name);
    out->required = str_ends(name, STR("!"));
    out->name = out->required ? str_cut(name, 0, name.len - 1) : name;
    *e = spec_type(one, out);
    return !e->code;
}

static bool spec_find(const char *spec, str name, struct query_spec *out)
{
    str rest = str_of(spec);
    err e;
    while (query_spec_next(&rest, out, &e))
        if (str_eq(out->name, name)) return true;
    return false;
}

static bool word_in(str words, str value)
{
    str one;
    while (str_next(&words, '|', &one))
        if (str_eq(one, value)) return true;
    return false;
}

static int64_t characters(str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.len; i++) n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

static err param_check(const struct query_spec *q, str value)
{
    int64_t n;
    switch (q->type) {
    case QUERY_ENUM:
        if (word_in(q->words, value)) return OK;
        return err_make(ERR_INPUT, "query " STR_FMT ": must be one of " STR_FMT, STR_ARG(q->name), STR_ARG(q->words));
    case QUERY_INTEGER:
        if (str_to_i64(value, &n).code)
            return err_make(ERR_INPUT, "query " STR_FMT ": must be a whole number", STR_ARG(q->name));
        if (n >= q->min && n <= q->max) return OK;
        return err_make(ERR_INPUT, "query " STR_FMT ": must be in %lld..%lld", STR_ARG(q->name), (long long)q->min,
                        (long long)q->max);
    case QUERY_STRING:
        n = characters(value);
        if (n >= q->min && n <= q->max) return OK;
        return err_make(ERR_INPUT, "query " STR_FMT ": must have %lld to %lld characters", STR_ARG(q->name),
                        (long long)q->min, (long long)q->max);
    }
    return OK;
}

static err param_add(struct request *req, const char *spec, str part)
{
    str name, value = STR("");
    struct query_spec q;
    str_next(&part, '=', &name);
    err e = percent_decode(name, true, req->arena, &name);
    if (!e.code) e = percent_decode(part, true, req->arena, &value);
    if (e.code) return e;
    if (!spec || !spec_find(spec, name, &q))
        return err_make(ERR_INPUT, "query " STR_FMT ": not known here", STR_ARG(str_utf8_prefix(name, 60)));
    if (http_query(req, str_z(req->arena, name)).ptr)
        return err_make(ERR_INPUT, "query " STR_FMT ": given twice", STR_ARG(name));
    if (req->param_count == PARAMS_MAX) return err_make(ERR_INPUT, "too many query parameters");
    req->params[req->param_count++] = (struct param){ name, value };
    return param_check(&q, value);
}

static err required_ok(const struct request *req, const char *spec)
{
    struct query_spec q;
    str rest = str_of(spec);
    err e = OK;
    while (query_spec_next(&rest, &q, &e))
        if (q.required && !http_query(req, str_z(req->arena, q.name)).ptr)
            return err_make(ERR_INPUT, "query " STR_FMT ": is needed", STR_ARG(q.name));
    return e;
}

err router_query(struct request *req, const char *spec, str query)
{
    str part;
    while (query.len && str_next(&query, '&', &part)) {
        if (!part.len) continue;
        err e = param_add(req, spec, part);
        if (e.code) return e;
    }
    return required_ok(req, spec);
}

str http_query(const struct request *req, const char *name)
{
    for (size_t i = 0; i < req->param_count; i++)
        if (str_eq(req->params[i].name, str_of(name))) return req->params[i].value;
    return STR_NONE;
}

int64_t http_query_i64(const struct request *req, const char *name, int64_t fallback)
{
    int64_t n;
    str text = http_query(req, name);
    return text.ptr && !str_to_i64(text, &n).code ? n : fallback;
}

int64_t http_limit(const struct request *req)
{
    return http_query_i64(req, "limit", PAGE_DEFAULT);
}

/* ---- routes ---- */

err router_add(struct router *r, const struct route *table)
{
    for (; table->method; table++) {
        struct query_spec q;
        str rest = str_of(table->query);
        err e;
        while (query_spec_next(&rest, &q, &e)) {}
        if (e.code) return err_wrap(e, "%s %s", table->method, table->path);
        if (r->count == ROUTES_MAX) return err_make(ERR_LIMIT, "more than %d routes", ROUTES_MAX);
        r->routes[r->count++] = table;
    }
    return OK;
}

/* Does the path fit the pattern? Raw {parts} go to args. */
static bool path_fits(str pattern, str path, str args[PATH_ARGS_MAX])
{
    str want, have;
    size_t n = 0;
    for (;;) {
        bool more = str_next(&pattern, '/', &want), more_path = str_next(&path, '/', &have);
        if (more != more_path) return false;
        if (!more) return true;
        bool arg = want.len > 2 && want.ptr[0] == '{';
        if (!arg && !str_eq(want, have)) return false;
        if (!arg) continue;
        if (!have.len || n == PATH_ARGS_MAX) return false;
        args[n++] = have;
    }
}

static void allow_add(char allow[ALLOW_MAX], const char *method)
{
    size_t len = strlen(allow);
    (void)snprintf(allow + len, ALLOW_MAX - len, "%s%s", len ? ", " : "", method);
}

/* The pattern for a path: the one with the fewest {parts}, so /runs/batch is not the run named "batch". NULL: none. */
static const char *pattern_for(const struct router *r, str path)
{
    const char *best = NULL;
    size_t best_args = PATH_ARGS_MAX + 1;
    for (size_t i = 0; i < r->count; i++) {
        str args[PATH_ARGS_MAX] = { 0 };
        size_t n = 0;
        if (!path_fits(str_of(r->routes[i]->path), path, args)) continue;
        while (n < PATH_ARGS_MAX && args[n].len) n++;
        if (n >= best_args) continue;
        best = r->routes[i]->path;
        best_args = n;
    }
    return best;
}

static err decode_args(const char *pattern, str path, struct arena *a, str out[PATH_ARGS_MAX])
{
    str args[PATH_ARGS_MAX] = { 0 };
    (void)path_fits(str_of(pattern), path, args);
    for (size_t k = 0; k < PATH_ARGS_MAX && args[k].len; k++) {
        err e = percent_decode(args[k], false, a, &out[k]);
        if (e.code) return e;
    }
    return OK;
}

err router_find(const struct router *r, str method, str path, struct arena *a, struct match *out)
{
    *out = (struct match){ .route = NULL };
    bool head = STR_IS(method, "HEAD");
    const char *pattern = pattern_for(r, path);
    for (size_t i = 0; pattern && i < r->count; i++) {
        if (strcmp(r->routes[i]->path, pattern) != 0) continue;
        bool get = strcmp(r->routes[i]->method, "GET") == 0;
        allow_add(out->allow, get ? "GET, HEAD" : r->routes[i]->method);
        if (out->route || !str_eq(head ? STR("GET") : method, str_of(r->routes[i]->method))) continue;
        out->route = r->routes[i];
        out->index = i;
    }
    if (pattern) allow_add(out->allow, "OPTIONS");
    return out->route ? decode_args(pattern, path, a, out->path_args) : OK;
}
