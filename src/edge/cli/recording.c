#include "edge/cli/recording.h"

#include <math.h>
#include <stdio.h>

#include "edge/observe/feed_read.h"

err recording_load(str path, struct arena *a, str *text)
{
    bool standard = STR_IS(path, "-");
    FILE *f = standard ? stdin : fopen(str_z(a, path), "rbe");
    if (!f) return err_errno(STR_FMT, STR_ARG(path));
    struct buf b = buf_init(RECORDING_BYTES_MAX);
    enum { STEP = 1 << 16 };
    size_t got = 1;
    while (got) {
        char *room = buf_room(&b, STEP);
        got = room ? fread(room, 1, STEP, f) : 0;
        b.len += got;
    }
    err e = OK;
    if (b.full) e = err_make(ERR_LIMIT, STR_FMT ": more than %d MiB", STR_ARG(path), RECORDING_BYTES_MAX >> 20);
    else if (ferror(f)) e = err_errno(STR_FMT, STR_ARG(path));
    if (!standard) (void)fclose(f);
    if (e.code) buf_done(&b);
    else *text = buf_take(&b, a);
    return e;
}

/* ---- numbers without times ---- */

struct columns {
    struct recordings *out;
    struct arena *a;
    char delimiter; /* 0: one column */
    size_t cap;     /* rows there is room for */
    size_t numbers;
};

/* A number, or one of the usual words for none. False: neither. */
static bool number_of(str field, double *out)
{
    static const char *const none[] = { "", "nan", "na", "null", "none", "-" };
    field = str_trim(field);
    *out = NAN;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (str_eq_nocase(field, str_of(none[i]))) return true;
    err e = str_to_f64(field, out);
    return !e.code;
}

static bool next_field(const struct columns *c, str *rest, str *field)
{
    if (c->delimiter) return str_next(rest, c->delimiter, field);
    *field = *rest;
    *rest = STR_NONE;
    return field->ptr != NULL;
}

static char delimiter_of(str line)
{
    static const char candidates[] = ",;\t|";
    for (const char *d = candidates; *d; d++)
        if (line.len && memchr(line.ptr, *d, line.len)) return *d;
    return 0;
}

static err start_columns(struct columns *c, str head, str name, bool named)
{
    str field, rest = head;
    while (next_field(c, &rest, &field)) {
        size_t k = c->out->count;
        if (k == RECORDING_COLUMNS_MAX) return err_make(ERR_LIMIT, "more than %d columns", RECORDING_COLUMNS_MAX);
        struct recording *r = &c->out->items[c->out->count++];
        double *value = arena_try(c->a, c->cap * sizeof *value);
        if (!value) return err_make(ERR_LIMIT, "too many rows");
        *r = (struct recording){ .value = value, .name = named ? str_trim(field) : name };
        if (!named && c->delimiter) r->name = str_fmt(c->a, "column %zu", k + 1);
    }
    return OK;
}

static void refuse_row(struct columns *c, size_t line, const char *why)
{
    if (!c->out->refused++) c->out->why = str_fmt(c->a, "line %zu: %s", line, why);
}

static void take_row(struct columns *c, size_t line, str text)
{
    str field;
    double v[RECORDING_COLUMNS_MAX];
    size_t k = 0;
    for (; k < c->out->count && next_field(c, &text, &field); k++)
        if (!number_of(field, &v[k])) {
            refuse_row(c, line, "not a number");
            return;
        }
    if (k < c->out->count) {
        refuse_row(c, line, "too few columns");
        return;
    }
    for (k = 0; k < c->out->count; k++) {
        struct recording *r = &c->out->items[k];
        r->value[r->rows++] = v[k];
        c->numbers += isfinite(v[k]) != 0;
    }
}

static bool all_numbers(const struct columns *c, str head)
{
    str field;
    double v;
    while (next_field(c, &head, &field))
        if (!number_of(field, &v)) return false;
    return true;
}

static err read_columns(str name, str text, struct columns *c)
{
    str line, rest = text;
    size_t at = 0;
    c->cap = 1;
    for (size_t i = 0; i < text.len; i++) c->cap += text.ptr[i] == '\n';
    while (str_next(&rest, '\n', &line)) {
        at++;
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        if (str_trim(line).len == 0 && (c->out->count != 1 || rest.ptr == NULL)) continue; /* in one column, a hole */
        if (c->out->count == 0) {
            c->delimiter = delimiter_of(line);
            bool headless = all_numbers(c, line);
            err e = start_columns(c, line, name, !headless);
            if (e.code) return e;
            if (!headless) continue;
        }
        take_row(c, at, line);
    }
    return c->numbers ? OK : err_make(ERR_INPUT, STR_FMT ": no numbers in it", STR_ARG(name));
}

static err number_rows(struct recordings *out, struct arena *a)
{
    usec *time = arena_try(a, out->items[0].rows * sizeof *time);
    if (!time) return err_make(ERR_LIMIT, "too many rows");
    for (size_t i = 0; i < out->items[0].rows; i++) time[i] = (usec)i * RECORDING_PACE;
    for (size_t k = 0; k < out->count; k++) out->items[k].time = time;
    return OK;
}

/* ---- with times, through the reader of weir feed ---- */

static err split_series(struct feed_data *d, struct arena *a, struct recordings *out)
{
    feed_sort(d);
    out->count = d->series_count < RECORDING_COLUMNS_MAX ? d->series_count : RECORDING_COLUMNS_MAX;
    for (size_t i = 0; i < d->row_count; i++)
        if (d->rows[i].series < out->count) out->items[d->rows[i].series].rows++;
    for (size_t k = 0; k < out->count; k++) {
        struct recording *r = &out->items[k];
        r->time = arena_try(a, r->rows * sizeof *r->time);
        r->value = arena_try(a, r->rows * sizeof *r->value);
        if (r->rows && (!r->time || !r->value)) return err_make(ERR_LIMIT, "too many rows");
        r->name = str_dup(a, d->series[k].text);
        r->timed = true;
        r->rows = 0;
    }
    for (size_t i = 0; i < d->row_count; i++) {
        if (d->rows[i].series >= out->count) continue;
        struct recording *r = &out->items[d->rows[i].series];
        r->time[r->rows] = d->rows[i].time;
        r->value[r->rows++] = d->rows[i].value;
    }
    out->refused = d->refused.total;
    if (d->refused.kept) out->why = str_dup(a, d->refused.items[0].reason);
    return OK;
}

static err read_timed(str name, str text, struct arena *a, struct recordings *out)
{
    struct feed_data d = feed_data_init();
    err e = feed_read(name, text, &d);
    if (!e.code && d.row_count == 0) e = err_make(ERR_INPUT, STR_FMT ": no samples in it", STR_ARG(name));
    if (!e.code) e = split_series(&d, a, out);
    feed_data_done(&d);
    return e;
}

/* Numbers in one long line, apart by blanks, are as good as one a line. */
static str broken_up(str text, struct arena *a)
{
    struct buf b = buf_init(text.len + 2);
    str word;
    while (str_next(&text, ' ', &word)) {
        if (word.len == 0) continue;
        buf_add(&b, word);
        buf_char(&b, '\n');
    }
    return buf_take(&b, a);
}

err recording_read(str name, str text, struct arena *a, struct recordings *out)
{
    str line = str_trim(text);
    if (line.len && !memchr(line.ptr, '\n', line.len) && line.ptr[0] != '{' && !delimiter_of(line))
        text = broken_up(line, a);
    *out = (struct recordings){ .items = ARENA_ARRAY(a, struct recording, RECORDING_COLUMNS_MAX) };
    str first, rest = text;
    bool one = str_next(&rest, '\n', &first) && !delimiter_of(first) && !str_starts(str_trim(first), STR("{"));
    err timed = one ? err_make(ERR_INPUT, "one column") : read_timed(name, text, a, out);
    if (!timed.code) return OK;
    *out = (struct recordings){ .items = out->items };
    memset(out->items, 0, RECORDING_COLUMNS_MAX * sizeof *out->items);
    struct columns c = { .out = out, .a = a };
    err e = read_columns(name, text, &c);
    if (e.code) return one ? e : timed;
    return number_rows(out, a);
}
