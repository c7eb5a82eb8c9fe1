#include "edge/text/text_data.h"

#include <math.h>

#include "base/hash.h"
#include "edge/files.h"
#include "edge/tables/table_file.h"
#include "engine/text/text_model.h"
#include "engine/text/text_zero.h"

static const char *const text_names[] = { "text", "body", "message", "question", "query", "sentence", "content", NULL };
static const char *const label_names[] = { "label", "category", "class", "intent", "target", "sentiment", NULL };

static size_t find_column(const struct table_file *t, str want)
{
    for (size_t i = 0; i < table_file_columns(t); i++)
        if (str_eq_nocase(table_file_column(t, i), want)) return i;
    return SIZE_MAX;
}

static size_t usual_column(const struct table_file *t, const char *const *names)
{
    for (; *names; names++) {
        size_t i = find_column(t, str_of(*names));
        if (i != SIZE_MAX) return i;
    }
    return SIZE_MAX;
}

struct places {
    size_t text, label; /* SIZE_MAX: no labels */
};

/* JSON Lines has columns once a row was read. */
static err find_places(const struct table_file *t, const struct text_columns *c, struct places *out)
{
    out->text = c->text.len ? find_column(t, c->text) : usual_column(t, text_names);
    if (out->text == SIZE_MAX && c->text.len)
        return err_make(ERR_INPUT, "there is no column \"" STR_FMT "\"", STR_ARG(c->text));
    if (out->text == SIZE_MAX && table_file_columns(t) > 2)
        return err_make(ERR_INPUT, "which column holds the text? Name it with --text COLUMN");
    if (out->text == SIZE_MAX) out->text = 0;
    out->label = c->label.len ? find_column(t, c->label) : usual_column(t, label_names);
    if (out->label == SIZE_MAX && c->label.len)
        return err_make(ERR_INPUT, "there is no column \"" STR_FMT "\"", STR_ARG(c->label));
    if (out->label == SIZE_MAX && table_file_columns(t) == 2) out->label = 1 - out->text;
    return OK;
}

struct reading {
    struct text_data *d;
    str *label; /* as written, a row each; heap */
};

static str cell_text(const struct cell *c, struct arena *a)
{
    if (c->kind == CELL_NUMBER) return str_fmt(a, "%.15g", c->number);
    return c->kind == CELL_TEXT ? c->text : STR_NONE;
}

static err add_row(struct reading *r, str text, str label)
{
    struct text_data *d = r->d;
    if (d->rows == TEXT_DATA_ROWS_MAX) return err_make(ERR_LIMIT, "more than %d rows", TEXT_DATA_ROWS_MAX);
    if (label.len > TEXT_LABEL_MAX || !str_utf8_valid(label))
        return err_make(ERR_INPUT, "row %zu: a label is UTF-8 text of at most %d bytes", d->rows + 1, TEXT_LABEL_MAX);
    if (d->rows == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 1024;
        d->text = mem_grow(d->text, d->cap * sizeof *d->text);
        r->label = mem_grow(r->label, d->cap * sizeof *r->label);
    }
    d->text[d->rows] = str_dup(&d->arena, str_utf8_prefix(text, TEXT_BYTES_MAX));
    r->label[d->rows++] = str_dup(&d->arena, label);
    return OK;
}

static err read_rows(struct reading *r, struct table_file *t, const struct text_columns *c)
{
    struct places at = { SIZE_MAX, SIZE_MAX };
    struct arena scratch = arena_init(1 << 20);
    const struct cell *row;
    bool more;
    err e = table_file_next(t, &row, &more);
    if (!e.code && more) e = find_places(t, c, &at);
    while (!e.code && more) {
        size_t n = table_file_columns(t);
        str text = at.text < n ? cell_text(&row[at.text], &scratch) : STR_NONE;
        str label = at.label < n ? cell_text(&row[at.label], &scratch) : STR_NONE;
        if (text.len) e = add_row(r, text, str_trim(label));
        else r->d->refused++;
        arena_reset(&scratch);
        if (!e.code) e = table_file_next(t, &row, &more);
    }
    arena_done(&scratch);
    r->d->refused += table_file_refused(t);
    return e;
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static void take_names(struct reading *r, str outside)
{
    struct text_data *d = r->d;
    d->names = mem_new((d->rows + 1) * sizeof *d->names);
    size_t n = 0;
    for (size_t i = 0; i < d->rows; i++)
        if (r->label[i].len && !(outside.len && str_eq(r->label[i], outside))) d->names[n++] = r->label[i];
    qsort(d->names, n, sizeof *d->names, by_bytes);
    for (size_t i = 0; i < n; i++)
        if (d->classes == 0 || !str_eq(d->names[i], d->names[d->classes - 1])) d->names[d->classes++] = d->names[i];
}

static void number_labels(struct reading *r, str outside, const str *names, size_t classes)
{
    struct text_data *d = r->d;
    d->label = mem_new((d->rows + 1) * sizeof *d->label);
    for (size_t i = 0; i < d->rows; i++) {
        const str *at = bsearch(&r->label[i], names, classes, sizeof *names, by_bytes);
        bool none = outside.len && str_eq(r->label[i], outside);
        d->label[i] = none ? TEXT_OUTSIDE : at ? (uint32_t)(at - names) : TEXT_UNKNOWN;
    }
}

err text_data_read(str path, const struct text_columns *columns, const str *names, size_t classes,
                   struct text_data *out)
{
    struct text_data d = { .arena = arena_init((size_t)8 << 30) };
    struct reading r = { .d = &d };
    struct table_file *t = NULL;
    err e = STR_IS(path, "-") ? table_file_open_fd(0, STR("standard input"), true, &t) : table_file_open(path, &t);
    if (!e.code) e = read_rows(&r, t, columns);
    table_file_close(t);
    if (!e.code && d.rows == 0) e = err_make(ERR_INPUT, "no rows with text");
    if (!e.code) {
        if (!names) take_names(&r, columns->outside);
        number_labels(&r, columns->outside, names ? names : d.names, names ? classes : d.classes);
    }
    mem_free(r.label);
    if (e.code) text_data_done(&d);
    else *out = d;
    bool named = str_starts(str_of(e.msg), path); /* as the reader of tables does */
    return e.code && !named ? err_wrap(e, STR_FMT, STR_ARG(path)) : e;
}

err text_data_vectors(struct text_data *d, str path)
{
    str bytes;
    err e = file_read(path, (size_t)8 << 30, &d->arena, &bytes);
    if (e.code) return e;
    size_t dims = bytes.len / sizeof(float) / d->rows;
    if (dims == 0 || dims > TEXT_DIMS_MAX || dims % 16 || dims * sizeof(float) * d->rows != bytes.len)
        return err_make(ERR_INPUT, STR_FMT ": %zu bytes are not %zu vectors of 16, 32, ... %d floats", STR_ARG(path),
                        bytes.len, d->rows, TEXT_DIMS_MAX);
    float *v = arena_new(&d->arena, bytes.len);
    memcpy(v, bytes.ptr, bytes.len);
    for (size_t i = 0; i < d->rows; i++) {
        double norm = 0;
        for (size_t k = 0; k < dims; k++) norm += (double)v[i * dims + k] * (double)v[i * dims + k];
        if (!isfinite(norm) || norm <= 0)
            return err_make(ERR_INPUT, STR_FMT ": vector %zu has no length", STR_ARG(path), i + 1);
        for (size_t k = 0; k < dims; k++) v[i * dims + k] /= (float)sqrt(norm);
    }
    d->vector = v;
    d->dims = d->near_dims = dims;
    return OK;
}

void text_data_add_names(struct text_data *d)
{
    d->cap = d->rows + d->classes;
    d->text = mem_grow(d->text, (d->cap + 1) * sizeof *d->text);
    d->label = mem_grow(d->label, (d->cap + 1) * sizeof *d->label);
    for (uint32_t c = 0; c < d->classes; c++) {
        d->text[d->rows] = text_zero_name(d->names[c], &d->arena);
        d->label[d->rows++] = c;
    }
}

str text_data_digest(const struct text_data *d, struct arena *a)
{
    str *parts = mem_new((3 * d->rows + 1) * sizeof *parts);
    for (size_t i = 0; i < d->rows; i++) {
        parts[3 * i] = d->text[i];
        parts[3 * i + 1] = STR("\t");
        parts[3 * i + 2] = d->label[i] < d->classes ? d->names[d->label[i]] : STR("");
    }
    struct sha256 digest = sha256_parts(parts, 3 * d->rows);
    mem_free(parts);
    return hex_text((str){ (const char *)digest.b, sizeof digest.b }, a);
}

void text_data_done(struct text_data *d)
{
    arena_done(&d->arena);
    mem_free(d->text);
    mem_free(d->label);
    mem_free(d->names);
    *d = (struct text_data){ 0 };
}
