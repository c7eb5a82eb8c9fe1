#include "edge/observe/exposition.h"

#include <math.h>

struct cursor {
    str rest;
};

struct parsing {
    struct arena *a;
    struct batch *out;
    struct label *labels; /* the next free one */
    usec now;
    str family;           /* of the last TYPE line */
    enum series_kind family_kind;
    bool family_sums;     /* histogram or summary: _count and _sum only grow */
};

static char peek(const struct cursor *c)
{
    return c->rest.len ? c->rest.ptr[0] : '\0';
}

static void skip_blanks(struct cursor *c)
{
    while (peek(c) == ' ' || peek(c) == '\t') c->rest = str_cut(c->rest, 1, c->rest.len);
}

static bool accept(struct cursor *c, char want)
{
    if (c->rest.len == 0 || c->rest.ptr[0] != want) return false;
    c->rest = str_cut(c->rest, 1, c->rest.len);
    return true;
}

static str take_until(struct cursor *c, const char *stops)
{
    size_t n = 0;
    while (n < c->rest.len && !strchr(stops, c->rest.ptr[n])) n++;
    str part = str_cut(c->rest, 0, n);
    c->rest = str_cut(c->rest, n, c->rest.len);
    return part;
}

/* After the opening quote: up to the closing one. Only a value with escapes is copied. */
static err quoted(struct cursor *c, struct arena *a, str *out)
{
    size_t n = 0, escapes = 0;
    for (; n < c->rest.len && c->rest.ptr[n] != '"'; n++)
        if (c->rest.ptr[n] == '\\') n++, escapes++;
    if (n >= c->rest.len) return err_make(ERR_INPUT, "a quote is not closed");
    str raw = str_cut(c->rest, 0, n);
    c->rest = str_cut(c->rest, n + 1, c->rest.len);
    *out = raw;
    if (!escapes) return OK;
    char *p = arena_try(a, raw.len);
    if (!p) return err_make(ERR_LIMIT, "the text is larger than allowed");
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        char e = raw.ptr[i];
        if (e == '\\') {
            e = raw.ptr[++i];
            if (e == 'n') e = '\n';
            else if (e != '\\' && e != '"') return err_make(ERR_INPUT, "\\%c is not an escape", e);
        }
        p[len++] = e;
    }
    *out = (str){ p, len };
    return OK;
}

/* name="value", or the quoted metric name of the UTF-8 flavour, which stands alone. */
static err one_label(struct cursor *c, struct parsing *p, str *name, uint32_t *count)
{
    struct label l = { 0 };
    err e = OK;
    bool in_quotes = accept(c, '"');
    if (in_quotes) e = quoted(c, p->a, &l.name);
    else l.name = take_until(c, "=,} \t");
    if (e.code) return e;
    skip_blanks(c);
    if (!accept(c, '=')) {
        if (!in_quotes || name->len)
            return err_make(ERR_INPUT, "expected = after label " STR_FMT, STR_ARG(str_cut(l.name, 0, 40)));
        *name = l.name;
        return OK;
    }
    skip_blanks(c);
    if (!accept(c, '"'))
        return err_make(ERR_INPUT, "label " STR_FMT " has no quoted value", STR_ARG(str_cut(l.name, 0, 40)));
    e = quoted(c, p->a, &l.value);
    if (e.code) return e;
    if (*count == SERIES_LABELS_MAX) return err_make(ERR_LIMIT, "more than %d labels", SERIES_LABELS_MAX);
    p->labels[(*count)++] = l;
    return OK;
}

static err label_set(struct cursor *c, struct parsing *p, str *name, uint32_t *count)
{
    skip_blanks(c);
    while (!accept(c, '}')) {
        err e = one_label(c, p, name, count);
        if (e.code) return e;
        skip_blanks(c);
        if (!accept(c, ',') && peek(c) != '}') return err_make(ERR_INPUT, "expected , or } after a label");
        skip_blanks(c);
    }
    return OK;
}

static err number(str word, double *out)
{
    static const struct { str text; double value;
    } words[] = {
        { STR_INIT("NaN"), NAN },
        { STR_INIT("+Inf"), INFINITY },
        { STR_INIT("-Inf"), -INFINITY },
        { STR_INIT("Inf"), INFINITY },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_eq_nocase(word, words[i].text)) continue;
        *out = words[i].value;
        return OK;
    }
    return str_to_f64(word, out);
}

static enum series_kind kind_of(const struct parsing *p, str name)
{
    if (p->family.len && str_eq(name, p->family)) return p->family_kind;
    bool inside = p->family.len && str_starts(name, p->family);
    if (inside && p->family_sums && (str_ends(name, STR("_count")) || str_ends(name, STR("_sum"))))
        return SERIES_COUNTER;
    return series_kind_by_name(name);
}

static err add_sample(struct parsing *p, str name, uint32_t label_count, usec time, double value)
{
    struct batch *b = p->out;
    err e = metric_name_check(name);
    if (!e.code) e = labels_tidy(p->labels, &label_count);
    if (e.code) return e;
    b->series[b->series_count++] = (struct batch_series){ .name = name,
                                                          .labels = p->labels,
                                                          .label_count = label_count,
                                                          .first = (uint32_t)b->point_count,
                                                          .count = 1,
                                                          .kind = kind_of(p, name) };
    b->points[b->point_count++] = (struct point){ time, value };
    p->labels += label_count;
    return OK;
}

static err sample_line(struct parsing *p, str line)
{
    struct cursor c = { line };
    uint32_t label_count = 0;
    double value;
    usec time = p->now;
    str name = take_until(&c, "{ \t");
    skip_blanks(&c);
    err e = accept(&c, '{') ? label_set(&c, p, &name, &label_count) : OK;
    if (e.code) return e;
    skip_blanks(&c);
    str word = take_until(&c, " \t");
    if (number(word, &value).code)
        return err_make(ERR_INPUT, "'" STR_FMT "' is not a value", STR_ARG(str_cut(word, 0, 40)));
    skip_blanks(&c);
    word = take_until(&c, " \t");
    if (word.len) {
        int64_t ms;
        if (str_to_i64(word, &ms).code || ms < 0 || ms > USEC_MAX / 1000)
            return err_make(ERR_INPUT, "'" STR_FMT "' is not a time in milliseconds", STR_ARG(str_cut(word, 0, 40)));
        time = ms * 1000;
    }
    skip_blanks(&c);
    if (c.rest.len) return err_make(ERR_INPUT, "more text after the sample");
    return add_sample(p, name, label_count, time, value);
}

/* "# TYPE name kind"; any other comment says nothing to weir. */
static void comment_line(struct parsing *p, str line)
{
    struct cursor c = { str_cut(line, 1, line.len) };
    skip_blanks(&c);
    if (!STR_IS(take_until(&c, " \t"), "TYPE")) return;
    skip_blanks(&c);
    p->family = take_until(&c, " \t");
    skip_blanks(&c);
    str kind = take_until(&c, " \t");
    p->family_kind = STR_IS(kind, "counter") ? SERIES_COUNTER : STR_IS(kind, "gauge") ? SERIES_GAUGE : SERIES_UNKNOWN;
    p->family_sums = STR_IS(kind, "histogram") || STR_IS(kind, "summary");
}

static err make_room(struct parsing *p, str text)
{
    size_t lines = 1, equals = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n';
        equals += text.ptr[i] == '=';
    }
    struct batch *b = p->out;
    *b = (struct batch){ 0 };
    b->series = arena_try(p->a, lines * sizeof *b->series);
    b->points = arena_try(p->a, lines * sizeof *b->points);
    b->refused = arena_try(p->a, sizeof *b->refused);
    p->labels = arena_try(p->a, (equals + 1) * sizeof *p->labels);
    return p->a->full ? err_make(ERR_LIMIT, "the text is larger than allowed") : OK;
}

err exposition_parse(str text, usec now, struct arena *a, struct batch *out)
{
    struct parsing p = { .a = a, .out = out, .now = now };
    err e = make_room(&p, text);
    if (e.code) return e;
    str line;
    for (size_t number_of = 1; str_next(&text, '\n', &line); number_of++) {
        line = str_trim(line);
        if (line.len == 0) continue;
        if (line.ptr[0] == '#') comment_line(&p, line);
        else e = sample_line(&p, line);
        if (e.code) return err_wrap(e, "line %zu", number_of);
    }
    return OK;
}
