#include "edge/inquiry/inquiry_train.h"

#include <math.h>
#include <stdlib.h>

#include "edge/tables/table_file.h"

enum { COLUMNS = 5, EXAMPLES_ARENA = 1 << 30 };
#define EXTRA_LEAST 1e-3 /* of a probability, before its logarithm */

const char *const inquiry_questions[INQUIRY_QUESTIONS] = { "category", "sentiment", "urgency" };
static const char *const columns[COLUMNS] = { "category", "sentiment", "urgency", "subject", "body" };

/* --- Examples --- */

static err grow(struct inquiry_examples *x)
{
    if (x->rows < x->cap) return OK;
    if (x->rows == INQUIRY_EXAMPLES_MAX)
        return err_make(ERR_LIMIT, "more than %d inquiries", INQUIRY_EXAMPLES_MAX);
    if (!x->cap) x->arena = arena_init(EXAMPLES_ARENA);
    x->cap = x->cap ? 2 * x->cap : 1024;
    x->text = mem_grow(x->text, x->cap * sizeof *x->text);
    x->label = mem_grow(x->label, x->cap * sizeof *x->label);
    x->said = mem_grow(x->said, x->cap * sizeof *x->said);
    x->seen = mem_grow(x->seen, x->cap * sizeof *x->seen);
    x->file = mem_grow(x->file, x->cap * sizeof *x->file);
    return OK;
}

static err add_row(struct inquiry_examples *x, const str *field, const struct desk_rules *rules, bool seen)
{
    bool whole = str_trim(field[3]).len || str_trim(field[4]).len;
    for (size_t q = 0; q < INQUIRY_QUESTIONS; q++) whole = whole && field[q].len && field[q].len <= TEXT_LABEL_MAX;
    if (!whole) {
        x->refused++;
        return OK;
    }
    err e = grow(x);
    if (e.code) return e;
    struct arena scratch = arena_init(4 << 20);
    x->text[x->rows] = str_dup(&x->arena, desk_said(field[3], field[4], &scratch));
    for (size_t q = 0; q < INQUIRY_QUESTIONS; q++) x->label[x->rows][q] = str_dup(&x->arena, field[q]);
    desk_judge(rules, field[3], field[4], &scratch, &x->said[x->rows]);
    x->file[x->rows] = (uint32_t)x->files;
    x->seen[x->rows++] = seen;
    arena_done(&scratch); /* of a verdict only labels and their scores are read on, which belong to the rules */
    return OK;
}

static err find_columns(const struct table_file *t, str path, int at[COLUMNS])
{
    for (size_t c = 0; c < COLUMNS; c++) {
        at[c] = -1;
        for (size_t i = 0; i < table_file_columns(t); i++)
            if (str_eq(table_file_column(t, i), str_of(columns[c]))) at[c] = (int)i;
        if (at[c] < 0)
            return err_make(ERR_INPUT, STR_FMT ": expected a column '%s'", STR_ARG(path), columns[c]);
    }
    return OK;
}

err inquiry_examples_read(str path, const struct desk_rules *rules, bool seen, struct inquiry_examples *x)
{
    struct table_file *t = NULL;
    const struct cell *row;
    bool more = true;
    err e = table_file_open(path, &t);
    while (!e.code && !(e = table_file_next(t, &row, &more)).code && more) {
        int at[COLUMNS] = { 0 };
        str field[COLUMNS];
        e = find_columns(t, path, at);
        for (size_t c = 0; !e.code && c < COLUMNS; c++)
            field[c] = row[at[c]].kind == CELL_TEXT ? row[at[c]].text : STR_NONE;
        if (!e.code) e = add_row(x, field, rules, seen);
    }
    if (t) x->refused += table_file_refused(t);
    table_file_close(t);
    x->files++;
    return e;
}

void inquiry_examples_done(struct inquiry_examples *x)
{
    mem_free(x->text);
    mem_free(x->label);
    mem_free(x->said);
    mem_free(x->seen);
    mem_free(x->file);
    if (x->cap) arena_done(&x->arena);
    *x = (struct inquiry_examples){ 0 };
}

/* --- Training --- */

float inquiry_extra(const struct desk_axis *axis, str label)
{
    for (size_t i = 0; i < axis->count; i++)
        if (str_eq(axis->items[i].label, label)) return (float)log(axis->items[i].p + EXTRA_LEAST);
    return (float)log(EXTRA_LEAST);
}

static int by_bytes(const void *a, const void *b)
{
    const str *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int c = memcmp(x->ptr, y->ptr, n);
    return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

static const struct desk_axis *axis_of(const struct desk_verdict *v, size_t question)
{
    const struct desk_axis *const axes[INQUIRY_QUESTIONS] = { &v->category, &v->sentiment, &v->urgency };
    return axes[question];
}

/* The labels of a question in byte order, and which of them each row has. */
static err number_labels(const struct inquiry_examples *x, size_t question, str names[TEXT_STACK_LABELS_MAX],
                         uint32_t *label, size_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < x->rows; i++) {
        size_t k = 0;
        while (k < n && !str_eq(names[k], x->label[i][question])) k++;
        if (k == TEXT_STACK_LABELS_MAX)
            return err_make(ERR_LIMIT, "%s: more than %d labels", inquiry_questions[question], TEXT_STACK_LABELS_MAX);
        if (k == n) names[n++] = x->label[i][question];
    }
    qsort(names, n, sizeof *names, by_bytes);
    for (size_t i = 0; i < x->rows; i++)
        for (size_t k = 0; k < n; k++)
            if (str_eq(names[k], x->label[i][question])) label[i] = (uint32_t)k;
    *count = n;
    return OK;
}

static float *extras_of(const struct inquiry_examples *x, const struct stack_data *d)
{
    float *extra = mem_new((x->rows * d->extras + 1) * sizeof *extra), *to = extra;
    for (size_t i = 0; i < x->rows; i++)
        for (size_t q = 0; q < INQUIRY_QUESTIONS; q++)
            for (size_t k = 0; k < d->classes[q]; k++)
                *to++ = inquiry_extra(axis_of(&x->said[i], q), d->label_name[q][k]);
    return extra;
}

err inquiry_train(struct inquiry_examples *x, const struct text_encoder *n, uint64_t seed, struct buf *out,
                  struct stack_report *report)
{
    struct stack_data d = { .rows = x->rows, .questions = INQUIRY_QUESTIONS, .text = x->text, .seen = x->seen,
                            .source = x->file, .sources = x->files };
    str names[INQUIRY_QUESTIONS][TEXT_STACK_LABELS_MAX];
    uint32_t *label = mem_new((INQUIRY_QUESTIONS * x->rows + 1) * sizeof *label);
    float *vector = NULL, *extra = NULL;
    err e = OK;
    for (size_t q = 0; q < INQUIRY_QUESTIONS && !e.code; q++) {
        e = number_labels(x, q, names[q], label + q * x->rows, &d.classes[q]);
        d.name[q] = inquiry_questions[q];
        d.label_name[q] = names[q];
        d.label[q] = label + q * x->rows;
        d.extras += d.classes[q];
    }
    if (!e.code) d.extra = extra = extras_of(x, &d);
    if (!e.code && n->scratch) {
        d.layers = INQUIRY_LAYERS;
        d.until = INQUIRY_UNTIL;
        d.dims = encode_layers_dim(INQUIRY_LAYERS);
        d.vector = vector = mem_new((x->rows * d.dims + 1) * sizeof *vector);
        encode_layers(&n->file.model, n->scratch, x->text, x->rows, INQUIRY_LAYERS, vector);
    }
    if (!e.code) e = stack_train(&d, seed, out, report);
    mem_free(label);
    mem_free(extra);
    mem_free(vector);
    return e;
}
