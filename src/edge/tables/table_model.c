#include "edge/tables/table_model.h"

#include <math.h>

#include "base/chance.h"
#include "edge/tables/table_file.h"

enum { NO_COLUMN = TABLE_FILE_COLUMNS_MAX };

static double number_of(const struct cell *c)
{
    double v = NAN;
    if (c->kind == CELL_NUMBER) return c->number;
    if (c->kind == CELL_TEXT && cell_number(c->text, &v)) return v;
    return NAN;
}

/* --- Rows drawn evenly --- */

struct draw {
    uint64_t seed, seen;
};

/* The place of the next row among MODEL_ROWS_MAX, or MODEL_ROWS_MAX: it is passed over. */
static size_t draw_place(struct draw *d)
{
    uint64_t n = d->seen++, drawn_now = chance_next(&d->seed);
    if (n < MODEL_ROWS_MAX) return (size_t)n;
    uint64_t at = drawn_now % (n + 1);
    return at < MODEL_ROWS_MAX ? (size_t)at : MODEL_ROWS_MAX;
}

static size_t drawn(const struct draw *d)
{
    return d->seen < MODEL_ROWS_MAX ? (size_t)d->seen : MODEL_ROWS_MAX;
}

/* Calls `take` with every row. */
typedef err take_row(void *ctx, const struct table_file *t, const struct cell *row);

static err each_row(str path, take_row *take, void *ctx)
{
    struct table_file *t = NULL;
    const struct cell *row;
    bool more = true;
    err e = table_file_open(path, &t);
    while (!e.code && more) {
        e = table_file_next(t, &row, &more);
        if (!e.code && more) e = take(ctx, t, row);
    }
    table_file_close(t);
    return err_wrap(e, STR_FMT, STR_ARG(path));
}

static size_t find_column(const struct table_file *t, str name)
{
    for (size_t i = 0; i < table_file_columns(t); i++)
        if (str_eq(table_file_column(t, i), name)) return i;
    return NO_COLUMN;
}

static err no_column(str name)
{
    return err_make(ERR_INPUT, "no column '" STR_FMT "'", STR_ARG(name));
}

/* --- Embeddings --- */

struct vectors {
    str prefix;
    struct arena *a;
    str *names; /* of the first file; the second must have them all */
    size_t *at; /* where they are in this file */
    size_t dims;
    double *values;
    struct draw draw;
};

static err find_vectors(struct vectors *v, const struct table_file *t)
{
    size_t columns = table_file_columns(t);
    v->at = arena_try(v->a, (columns + v->dims + 1) * sizeof *v->at);
    if (!v->at) return err_make(ERR_LIMIT, "%zu columns", columns);
    if (!v->names) {
        v->names = arena_try(v->a, (columns + 1) * sizeof *v->names);
        if (!v->names) return err_make(ERR_LIMIT, "%zu columns", columns);
        for (size_t i = 0; i < columns; i++)
            if (str_starts(table_file_column(t, i), v->prefix))
                v->names[v->dims++] = str_dup(v->a, table_file_column(t, i));
        if (!v->dims) return err_make(ERR_INPUT, "no column begins with '" STR_FMT "'", STR_ARG(v->prefix));
    }
    for (size_t j = 0; j < v->dims; j++) {
        v->at[j] = find_column(t, v->names[j]);
        if (v->at[j] == NO_COLUMN) return no_column(v->names[j]);
    }
    v->values = arena_try(v->a, MODEL_ROWS_MAX * v->dims * sizeof *v->values);
    return v->values ? OK : err_make(ERR_LIMIT, "%d rows of %zu numbers", MODEL_ROWS_MAX, v->dims);
}

static err take_vector(void *ctx, const struct table_file *t, const struct cell *row)
{
    struct vectors *v = ctx;
    err e = v->values ? OK : find_vectors(v, t);
    size_t place = e.code ? MODEL_ROWS_MAX : draw_place(&v->draw);
    for (size_t j = 0; place < MODEL_ROWS_MAX && j < v->dims; j++)
        v->values[place * v->dims + j] = number_of(&row[v->at[j]]);
    return e;
}

static void name_terms(struct vectors_report *r, const str *names, struct arena *a)
{
    for (size_t i = 0; i < r->domain.term_count; i++) r->names[i] = str_dup(a, names[r->domain.terms[i].column]);
}

static bool told_apart(const struct domain_result *d)
{
    return d->p < MODEL_CHANCE && d->auc >= MODEL_AUC;
}

err table_embedding(str ref, str cur, str prefix, struct arena *a, struct vectors_report *out)
{
    struct vectors x = { .prefix = prefix, .a = a }, y = x;
    struct domain_rows rows;
    *out = (struct vectors_report){ 0 };
    err e = each_row(ref, take_vector, &x);
    y.names = x.names;
    y.dims = x.dims;
    if (!e.code) e = each_row(cur, take_vector, &y);
    size_t n = drawn(&x.draw), m = drawn(&y.draw);
    if (!e.code) e = mmd_test(x.values, n, y.values, m, x.dims, 1, a, &out->mmd);
    if (!e.code) e = domain_numbers(x.values, n, y.values, m, x.dims, a, &rows);
    if (!e.code) e = domain_classify(&rows, a, &out->domain);
    if (e.code) return e;
    name_terms(out, x.names, a);
    out->drift = told_apart(&out->domain) || (out->mmd.p < MODEL_CHANCE / 10 && out->mmd.excess > 0);
    return OK;
}

/* --- Text --- */

struct texts {
    str column;
    size_t at;
    bool found;
    char *text[MODEL_ROWS_MAX];
    str view[MODEL_ROWS_MAX];
    struct draw draw;
};

static err take_text(void *ctx, const struct table_file *t, const struct cell *row)
{
    struct texts *x = ctx;
    if (!x->found) x->at = find_column(t, x->column);
    x->found = x->at != NO_COLUMN;
    if (!x->found) return no_column(x->column);
    if (row[x->at].kind != CELL_TEXT) return OK;
    size_t place = draw_place(&x->draw);
    if (place == MODEL_ROWS_MAX) return OK;
    str text = str_utf8_prefix(row[x->at].text, MODEL_TEXT_MAX);
    mem_free(x->text[place]);
    x->text[place] = mem_dup_z(text);
    x->view[place] = (str){ x->text[place], text.len };
    return OK;
}

static void texts_free(struct texts *x)
{
    for (size_t i = 0; i < MODEL_ROWS_MAX; i++) mem_free(x->text[i]);
    mem_free(x);
}

err table_text(str ref, str cur, str column, struct arena *a, struct vectors_report *out)
{
    struct texts *x = mem_new(sizeof *x), *y = mem_new(sizeof *y);
    struct domain_rows rows;
    *out = (struct vectors_report){ 0 };
    x->column = y->column = column;
    err e = each_row(ref, take_text, x);
    if (!e.code) e = each_row(cur, take_text, y);
    if (!e.code) e = domain_texts(x->view, drawn(&x->draw), y->view, drawn(&y->draw), a, &rows);
    if (!e.code) e = domain_classify(&rows, a, &out->domain);
    if (!e.code) {
        name_terms(out, rows.names, a);
        out->drift = told_apart(&out->domain);
    }
    texts_free(x);
    texts_free(y);
    return e;
}

/* --- Errors --- */

struct errors {
    str column;
    size_t at;
    bool found;
    int side;
    struct stream_drift stream;
    struct errors_report *out;
};

/* When the points are used up, two become one. */
static void trace_add(struct model_trace *t, double v)
{
    if (!t->step) t->step = 1;
    if (!t->count || t->last == t->step) {
        if (t->count == MODEL_TRACE_POINTS) {
            t->count /= 2;
            t->step *= 2;
            for (size_t i = 0; i < t->count; i++) t->mean[i] = (t->mean[2 * i] + t->mean[2 * i + 1]) / 2;
        }
        t->mean[t->count++] = 0;
        t->last = 0;
    }
    double *mean = &t->mean[t->count - 1];
    *mean += (v - *mean) / (double)++t->last;
}

static err take_error(void *ctx, const struct table_file *t, const struct cell *row)
{
    struct errors *x = ctx;
    struct stream_alarm alarm;
    if (!x->found) x->at = find_column(t, x->column);
    x->found = x->at != NO_COLUMN;
    if (!x->found) return no_column(x->column);
    double v = number_of(&row[x->at]);
    if (!isfinite(v)) return OK;
    uint64_t n = ++x->out->rows[x->side];
    x->out->mean[x->side] += (v - x->out->mean[x->side]) / (double)n;
    trace_add(&x->out->trace, v);
    if (!stream_drift_add(&x->stream, v, &alarm)) return OK;
    if (x->out->alarm_count < MODEL_ALARMS_MAX) x->out->alarms[x->out->alarm_count] = alarm;
    x->out->alarm_count++;
    x->out->in_current += x->side == 1;
    return OK;
}

err table_errors(str ref, str cur, str column, struct errors_report *out)
{
    struct errors x = { .column = column, .out = out };
    *out = (struct errors_report){ 0 };
    stream_drift_init(&x.stream, STREAM_DELTA);
    err e = each_row(ref, take_error, &x);
    x.side = 1;
    x.found = false;
    if (!e.code) e = each_row(cur, take_error, &x);
    if (!e.code && (out->rows[0] < STREAM_LEARN || !out->rows[1]))
        e = err_make(ERR_INPUT, "%llu and %llu errors: the first file needs %d", (unsigned long long)out->rows[0],
                     (unsigned long long)out->rows[1], STREAM_LEARN);
    out->drift = out->in_current > 0;
    return e;
}

/* --- Performance --- */

struct answers {
    str proba, label;
    size_t proba_at, label_at;
    bool found, labels_needed;
    double *p;
    unsigned char *predicted, *truth;
    size_t n, cap;
};

static err find_answers(struct answers *x, const struct table_file *t)
{
    x->proba_at = find_column(t, x->proba);
    x->label_at = find_column(t, x->label);
    if (x->proba_at == NO_COLUMN) return no_column(x->proba);
    if (x->label_at == NO_COLUMN && x->labels_needed) return no_column(x->label);
    x->found = true;
    return OK;
}

/* 0 or 1; -1: no label. */
static int label_of(const struct cell *c)
{
    double v = number_of(c);
    if (isfinite(v)) return v != 0;
    if (c->kind != CELL_TEXT) return -1;
    static const char *const words[] = { "false", "true", "no", "yes" };
    for (int i = 0; i < 4; i++)
        if (str_eq_nocase(c->text, str_of(words[i]))) return i % 2;
    return -1;
}

static err take_answer(void *ctx, const struct table_file *t, const struct cell *row)
{
    struct answers *x = ctx;
    err e = x->found ? OK : find_answers(x, t);
    if (e.code) return e;
    double p = number_of(&row[x->proba_at]);
    int truth = x->label_at == NO_COLUMN ? -1 : label_of(&row[x->label_at]);
    if (!(p >= 0 && p <= 1) || (x->labels_needed && truth < 0)) return OK;
    if (x->n == CBPE_ROWS_MAX) return err_make(ERR_LIMIT, "more than %d rows", CBPE_ROWS_MAX);
    if (x->n == x->cap) {
        x->cap = x->cap ? 2 * x->cap : 4096;
        x->p = mem_grow(x->p, x->cap * sizeof *x->p);
        x->predicted = mem_grow(x->predicted, x->cap);
        x->truth = mem_grow(x->truth, x->cap);
    }
    if (truth < 0) x->label_at = NO_COLUMN; /* one that is not known: none can be used */
    x->p[x->n] = p;
    x->predicted[x->n] = p >= 0.5;
    x->truth[x->n++] = truth > 0;
    return OK;
}

static struct cbpe_rows rows_of(const struct answers *x, size_t from, size_t n)
{
    return (struct cbpe_rows){ x->p + from, x->predicted + from, x->label_at == NO_COLUMN ? NULL : x->truth + from, n };
}

static err estimate(const struct cbpe *model, const struct answers *cur, struct arena *a,
                    struct performance_report *out)
{
    struct cbpe_rows all = rows_of(cur, 0, cur->n);
    err e = cbpe_estimate(model, &all, a, out->now);
    for (size_t from = 0; !e.code && from + out->chunk <= cur->n; from += out->chunk) {
        struct cbpe_estimate got[CBPE_METRICS];
        struct cbpe_rows part = rows_of(cur, from, out->chunk);
        struct arena_mark mark = arena_mark(a);
        e = cbpe_estimate(model, &part, a, got);
        arena_rewind(a, mark);
        out->chunks++;
        for (unsigned m = 0; !e.code && m < CBPE_METRICS; m++) out->alerts[m] += got[m].alert;
    }
    for (unsigned m = 0; m < CBPE_METRICS; m++) {
        out->limits[m] = model->spread[m];
        out->drift = out->drift || out->now[m].alert;
    }
    return e;
}

err table_performance(str ref, str cur, str proba, str label, struct arena *a, struct performance_report *out)
{
    struct answers x = { .proba = proba, .label = label, .labels_needed = true },
                   y = { .proba = proba, .label = label };
    struct cbpe model;
    *out = (struct performance_report){ 0 };
    err e = each_row(ref, take_answer, &x);
    if (!e.code) e = each_row(cur, take_answer, &y);
    out->rows[0] = x.n;
    out->rows[1] = y.n;
    out->chunk = x.n / 10 > CBPE_ROWS_MIN ? x.n / 10 : CBPE_ROWS_MIN;
    struct cbpe_rows reference = rows_of(&x, 0, x.n);
    if (!e.code && !y.n) e = err_make(ERR_INPUT, STR_FMT ": no usable row", STR_ARG(cur));
    if (!e.code && x.n < CBPE_ROWS_MIN)
        e = err_make(ERR_INPUT, STR_FMT ": %zu usable rows, %d are needed", STR_ARG(ref), x.n, CBPE_ROWS_MIN);
    if (!e.code) e = cbpe_fit(&reference, out->chunk, CBPE_IF_IT_HELPS, a, a, &model);
    if (!e.code) {
        out->calibrated = model.calibrated;
        e = estimate(&model, &y, a, out);
    }
    mem_free(x.p), mem_free(x.predicted), mem_free(x.truth);
    mem_free(y.p), mem_free(y.predicted), mem_free(y.truth);
    return e;
}
