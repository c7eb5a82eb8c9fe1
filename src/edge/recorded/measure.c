/* From two windows of a recording to symptoms. */
#include <math.h>

#include "edge/recorded/recorded.h"

/* Tails of a distribution are noisier than its middle, and summing them says nothing of the total. */
static bool is_tail(const struct recorded_column *c)
{
    static const char *const words[] = { "99", "95", "90", "max", "min" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_find(c->statistic, str_of(words[i]), 0) >= 0 || str_find(c->metric, str_of(words[i]), 0) >= 0)
            return true;
    return false;
}

/* The same series in the other table: mostly at the same place. */
static const double *same_in(const struct recorded_table *t, const struct recorded_column *c, size_t guess)
{
    const struct recorded_column *g = guess < t->column_count ? &t->columns[guess] : NULL;
    if (g && str_eq(g->service, c->service) && str_eq(g->metric, c->metric) && str_eq(g->statistic, c->statistic))
        return t->values + guess * t->row_count;
    return recorded_series(t, c);
}

/* Is this series asked for? */
static bool wanted(const struct recorded_case *c, const struct recorded_column *col)
{
    if (!c->metric.len) return true;
    if (col->kind == METRIC_RESOURCE) return true;
    if (!str_eq(col->metric, c->metric) && (metric_kind_of(c->metric) != col->kind || col->kind == METRIC_OTHER))
        return false;
    return !c->statistic.len || str_eq(col->statistic, c->statistic);
}

struct load {
    const double *normal, *window; /* NULL: not known */
    double growth;
};

static struct load load_of(const struct recorded_case *c, str service, double *scratch)
{
    const struct recorded_table *w = c->window.table;
    for (size_t i = 0; i < w->column_count; i++) {
        const struct recorded_column *col = &w->columns[i];
        if (col->kind != METRIC_LOAD || !str_eq(col->service, service)) continue;
        const double *normal = same_in(c->normal.table, col, i);
        if (!normal) continue;
        struct load l = { normal + c->normal.from, w->values + i * w->row_count + c->window.from, 0 };
        l.growth =
            work_growth(l.normal, c->normal.to - c->normal.from, l.window, c->window.to - c->window.from, scratch);
        return l;
    }
    return (struct load){ 0 };
}

static bool measure_one(const struct recorded_case *c, size_t i, const struct load *l, double *scratch,
                        struct recorded_symptom *out)
{
    const struct recorded_table *w = c->window.table;
    const struct recorded_column *col = &w->columns[i];
    const double *normal = same_in(c->normal.table, col, i);
    if (!normal) return false;
    struct measured in = { .kind = col->kind,
                           .growth = l->growth,
                           .normal = normal + c->normal.from,
                           .n = c->normal.to - c->normal.from,
                           .window = w->values + i * w->row_count + c->window.from,
                           .m = c->window.to - c->window.from };
    if (!is_tail(col)) in.load_normal = l->normal, in.load_window = l->window;
    return symptom_possible(&in) && symptom_of(&in, scratch, &out->s);
}

static str full_name(const struct recorded_column *col, struct arena *a)
{
    if (!col->statistic.len) return col->metric;
    return str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(col->metric), STR_ARG(col->statistic));
}

static bool has_values(const struct recorded_rows *r, const double *v, size_t least)
{
    size_t n = 0;
    for (size_t i = r->from; v && i < r->to && n < least; i++) n += isfinite(v[i]) != 0;
    return n >= least;
}

/* The calls between services that have a series that is asked for, with values enough to compare. */
static size_t bridge(const struct recorded_case *c, struct arena *a, const struct recorded_call **out)
{
    const struct recorded_table *w = c->window.table;
    *out = c->calls;
    if (!w || !c->call_count) return c->call_count;
    str *seen = ARENA_ARRAY(a, str, w->column_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < w->column_count; i++) {
        const struct recorded_column *col = &w->columns[i];
        if (!wanted(c, col) || !has_values(&c->window, w->values + i * w->row_count, 1)) continue;
        if (has_values(&c->normal, same_in(c->normal.table, col, i), DEVIATION_NORMAL_MIN)) seen[n++] = col->service;
    }
    struct recorded_call *calls;
    n = recorded_bridge(c->calls, c->call_count, seen, n, a, &calls);
    *out = calls;
    return n;
}

void recorded_measure(const struct recorded_case *c, struct arena *a, struct recorded_facts *out)
{
    static const struct recorded_table none = { 0 };
    const struct recorded_table *w = c->window.table ? c->window.table : &none;
    struct recorded_symptom *s = ARENA_ARRAY(a, struct recorded_symptom, w->column_count + 1);
    double *scratch = ARENA_ARRAY(a, double, 2 * (c->normal.to - c->normal.from) + 1);
    struct load load = { 0 };
    str service = STR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < w->column_count; i++) {
        const struct recorded_column *col = &w->columns[i];
        if (!wanted(c, col)) continue;
        if (!str_eq(service, col->service)) load = load_of(c, col->service, scratch);
        service = col->service;
        if (!measure_one(c, i, &load, scratch, &s[n]) || !(s[n].s.size > 0)) continue;
        s[n].service = col->service;
        s[n].metric = full_name(col, a);
        s[n].kind = col->kind;
        s[n].onset = w->time[c->window.from + s[n].s.onset];
        n++;
    }
    *out = (struct recorded_facts){ .at = c->at,
                                    .target = c->target,
                                    .output = c->output,
                                    .passed = c->passed,
                                    .symptoms = s,
                                    .symptom_count = n,
                                    .changes = c->changes,
                                    .change_count = c->change_count };
    out->call_count = bridge(c, a, &out->calls);
}

struct question {
    const struct recorded_facts *facts;
    struct arena *a;
    struct cause_list *out;
};

static err ask(struct tx *tx, void *ctx)
{
    struct question *q = ctx;
    recorded_diagnose(tx, q->facts, q->a, q->out);
    return tx_err(tx);
}

err recorded_causes(const struct recorded_facts *f, struct env *env, struct arena *a, struct cause_list *out)
{
    struct store *s = NULL;
    out->count = 0;
    err e = store_open(&(struct store_opts){ .dir = STR_NONE }, env, &s);
    if (!e.code) e = store_run_at(s, f->at, ask, &(struct question){ f, a, out });
    store_close(s);
    return e;
}
