#include "edge/observe/models.h"

#include <stdlib.h>

static int by_series(const void *a, const void *b)
{
    const struct model *x = a, *y = b;
    return str_cmp(x->series, y->series);
}

static struct model read_model(json *v)
{
    return (struct model){ .series = json_get_str(v, "series"),
                           .sensitivity = json_get_f64(v, "sensitivity", 0),
                           .version = json_get_i64(v, "version", 0),
                           .score = json_get_f64(v, "score", 0),
                           .before = json_get_f64(v, "before", 0),
                           .labels = json_get_i64(v, "labels", 0),
                           .held_back = json_get_i64(v, "held_back", 0),
                           .from = json_get_i64(v, "from", 0),
                           .to = json_get_i64(v, "to", 0),
                           .data = json_get_str(v, "data"),
                           .why = json_str(json_get(v, "why"), STR("")),
                           .today = json_get_f64(v, "today", 0) };
}

err models_parse(str text, struct arena *a, struct models *out)
{
    json *doc = NULL, *v;
    *out = (struct models){ 0 };
    if (!text.len) return OK;
    err e = json_parse(text, a, &doc);
    if (e.code) return err_wrap(e, "models");
    json *list = json_get(doc, "series");
    size_t n = yyjson_arr_size(list), i, max;
    if (n > MODELS_MAX) return err_make(ERR_LIMIT, "models of more than %d series", MODELS_MAX);
    out->version = json_get_i64(doc, "version", 0);
    out->learned_to = json_get_i64(doc, "learned_to", 0);
    out->items = arena_try(a, (n + 1) * sizeof *out->items);
    if (!out->items) return err_make(ERR_LIMIT, "models of %zu series", n);
    yyjson_arr_foreach(list, i, max, v)
    {
        struct model m = read_model(v);
        if (!m.series.len || !(m.sensitivity >= 0.25 && m.sensitivity <= 4))
            return err_make(ERR_INPUT, "model %zu has no series, or a sensitivity that is not in 0.25..4", i + 1);
        out->items[out->count++] = m;
    }
    if (out->count) qsort(out->items, out->count, sizeof *out->items, by_series);
    return OK;
}

static void write_model(struct jw *w, const struct model *m)
{
    jw_open(w, NULL);
    jw_str(w, "series", m->series);
    jw_f64(w, "sensitivity", m->sensitivity);
    jw_i64(w, "version", m->version);
    jw_f64(w, "score", m->score);
    jw_f64(w, "before", m->before);
    jw_i64(w, "labels", m->labels);
    jw_i64(w, "held_back", m->held_back);
    jw_i64(w, "from", m->from);
    jw_i64(w, "to", m->to);
    jw_str(w, "data", m->data);
    if (m->why.len) {
        jw_f64(w, "today", m->today);
        jw_str(w, "why", m->why);
    }
    jw_close(w);
}

static void write_list(struct jw *w, const char *key, const struct models *m)
{
    jw_array(w, key);
    for (size_t i = 0; i < m->count; i++) write_model(w, &m->items[i]);
    jw_array_end(w);
}

static str write_all(const struct models *m, const struct models *tried, struct arena *a)
{
    struct buf b = buf_init(2 * (size_t)MODELS_BYTES_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "version", m->version);
    jw_i64(&w, "learned_to", m->learned_to);
    write_list(&w, "series", m);
    if (tried) write_list(&w, "tried", tried);
    jw_close(&w);
    return buf_take(&b, a);
}

str models_text(const struct models *m, struct arena *a)
{
    return write_all(m, NULL, a);
}

str models_report(const struct models *m, const struct models *tried, struct arena *a)
{
    return write_all(m, tried, a);
}

static bool names(const struct models *m, size_t count, str series)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(m->items[i].series, series)) return true;
    return false;
}

void models_add(struct models *m, const struct models *more, const struct models *but)
{
    size_t own = m->count;
    for (size_t i = 0; i < more->count; i++)
        if (!names(m, own, more->items[i].series) && !(but && names(but, but->count, more->items[i].series)))
            m->items[m->count++] = more->items[i];
    if (m->count) qsort(m->items, m->count, sizeof *m->items, by_series);
}

const struct model *models_find(const struct models *m, str series)
{
    struct model key = { .series = series };
    return m->count ? bsearch(&key, m->items, m->count, sizeof *m->items, by_series) : NULL;
}
