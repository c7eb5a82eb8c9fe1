#include "edge/recorded/table.h"

#include <math.h>

/* --- Rows and cells --- */

bool recorded_cell(str *line, str *cell)
{
    if (!line->ptr) return false;
    if (line->len && line->ptr[0] == '"') {
        ptrdiff_t end = str_find(*line, STR("\""), 1);
        if (end > 0 && ((size_t)end + 1 == line->len || line->ptr[end + 1] == ',')) {
            *cell = str_cut(*line, 1, (size_t)end - 1);
            *line = (size_t)end + 1 < line->len ? str_cut(*line, (size_t)end + 2, line->len) : STR_NONE;
            return true;
        }
    }
    if (!str_next(line, ',', cell)) return false;
    *cell = str_trim(*cell);
    return true;
}

static bool next_line(str *text, str *line)
{
    while (str_next(text, '\n', line)) {
        *line = str_trim(*line);
        if (line->len) return true;
    }
    return false;
}

static size_t cells_in(str line)
{
    size_t n = 0;
    for (str cell; recorded_cell(&line, &cell);) n++;
    return n;
}

static double number(str s)
{
    double v;
    return s.len && !str_to_f64(s, &v).code ? v : NAN;
}

/* --- The header --- */

struct header {
    str lines[3];
    size_t rows;    /* 1 or 3 */
    ptrdiff_t time; /* the column of times, -1 = none */
    size_t columns; /* all of them */
};

static str first_cell(str line)
{
    str cell = STR("");
    (void)recorded_cell(&line, &cell);
    return cell;
}

static bool is_time(str word)
{
    static const char *const words[] = { "time", "timestamp", "ts", "unix_timestamp", "date", "datetime" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(word, str_of(words[i]))) return true;
    return false;
}

/* Three rows when the second and the third begin with words, as the first does. */
static err read_header(str *text, struct header *h)
{
    str rest, second, third;
    if (!next_line(text, &h->lines[0])) return err_make(ERR_INPUT, "no header");
    rest = *text;
    bool three = next_line(&rest, &second) && next_line(&rest, &third) && STR_IS(first_cell(second), "metric") &&
                 STR_IS(first_cell(third), "statistic");
    h->rows = three ? 3 : 1;
    h->columns = cells_in(h->lines[0]);
    h->time = three ? 0 : -1;
    if (three) {
        h->lines[1] = second;
        h->lines[2] = third;
        *text = rest;
        return OK;
    }
    str line = h->lines[0], cell;
    for (ptrdiff_t c = 0; h->time < 0 && recorded_cell(&line, &cell); c++)
        if (is_time(cell)) h->time = c;
    return OK;
}

static bool is_mark(char c)
{
    return c == '.' || c == '_' || c == ':' || c == '/';
}

/* Where the name of the metric begins: after the first mark that a metric's word follows, else after the first point or
 * mark. */
static size_t metric_at(str name)
{
    size_t first = 0, point = 0;
    for (size_t i = 1; i + 1 < name.len; i++) {
        if (!is_mark(name.ptr[i])) continue;
        str after = str_cut(name, i + 1, name.len), word = after;
        for (size_t k = 0; k < word.len; k++)
            if (is_mark(word.ptr[k])) word.len = k;
        if (metric_kind_of(word) != METRIC_OTHER) return i + 1;
        if (!first) first = i + 1;
        if (!point && name.ptr[i] == '.') point = i + 1;
    }
    return point ? point : first;
}

static struct recorded_column column_of(str name)
{
    size_t at = metric_at(name);
    if (!at) return (struct recorded_column){ .service = name, .metric = STR("value"), .statistic = STR("") };
    return (struct recorded_column){ .service = str_cut(name, 0, at - 1),
                                     .metric = str_cut(name, at, name.len),
                                     .statistic = STR("") };
}

/* Columns without a name (an index that was written along) are left out: `keep` says which of the cells is which
 * column. */
static void read_columns(struct header *h, struct recorded_table *t, size_t *keep)
{
    str at[3] = { h->lines[0], h->lines[1], h->lines[2] }, cell[3];
    for (size_t c = 0; c < h->columns; c++) {
        for (size_t r = 0; r < h->rows; r++)
            if (!recorded_cell(&at[r], &cell[r])) cell[r] = STR("");
        keep[c] = (size_t)-1;
        if ((ptrdiff_t)c == h->time || !cell[0].len) continue;
        keep[c] = t->column_count;
        struct recorded_column *col = &t->columns[t->column_count++];
        *col = h->rows == 3 ? (struct recorded_column){ .service = cell[0], .metric = cell[1], .statistic = cell[2] }
                            : column_of(cell[0]);
        col->kind = metric_kind_of(col->metric);
    }
}

/* --- The rows --- */

/* Seconds, or milli- or microseconds by their size since 1970; else a date. */
static err time_of(str cell, usec *out)
{
    double v = number(cell);
    if (!isfinite(v)) return time_parse(cell, out);
    if (v < 0 || v > 1e17) return err_make(ERR_INPUT, "a time out of range");
    *out = (usec)(v < 1e11 ? v * 1e6 : v < 1e14 ? v * 1e3 : v);
    return OK;
}

/* The row after the three header rows that only names the index. */
static bool names_index(str line)
{
    str cell = first_cell(line);
    usec t;
    return cell.len && time_of(cell, &t).code && is_time(cell);
}

static err read_row(str line, const struct header *h, const size_t *keep, size_t rows, struct recorded_table *t)
{
    str cell;
    size_t row = t->row_count;
    t->time[row] = (usec)row * USEC_SECOND;
    for (size_t c = 0; recorded_cell(&line, &cell); c++) {
        if (c >= h->columns) return err_make(ERR_INPUT, "row %zu has more cells than the header", row + 1);
        if ((ptrdiff_t)c == h->time) {
            err e = time_of(cell, &t->time[row]);
            if (e.code) return err_wrap(e, "row %zu", row + 1);
        } else if (keep[c] != (size_t)-1) {
            t->values[keep[c] * rows + row] = number(cell);
        }
    }
    t->row_count++;
    return OK;
}

static err make_room(const struct header *h, size_t rows, struct arena *a, struct recorded_table *t, size_t **keep)
{
    if (h->columns > RECORDED_COLUMNS_MAX || rows > RECORDED_CELLS_MAX / (h->columns + 1))
        return err_make(ERR_LIMIT, "a recording of %zu columns and %zu rows is too large", h->columns, rows);
    *keep = arena_try(a, sizeof **keep * (h->columns + 1));
    t->columns = arena_try(a, sizeof *t->columns * (h->columns + 1));
    t->time = arena_try(a, sizeof *t->time * (rows + 1));
    t->values = arena_try(a, sizeof *t->values * (rows * h->columns + 1));
    return *keep && t->columns && t->time && t->values ? OK
                                                       : err_make(ERR_LIMIT, "a recording that does not fit in memory");
}

/* values was laid out for `room` rows a column; fewer were found to be rows. */
static void close_up(struct recorded_table *t, size_t room)
{
    for (size_t c = 1; c < t->column_count && t->row_count < room; c++)
        memmove(t->values + c * t->row_count, t->values + c * room, t->row_count * sizeof *t->values);
}

err recorded_table_read(str text, struct arena *a, struct recorded_table *out)
{
    struct recorded_table t = { 0 };
    struct header h = { 0 };
    err e = read_header(&text, &h);
    if (e.code) return e;
    size_t rows = 0, *keep = NULL;
    for (str rest = text, line; next_line(&rest, &line);) rows++;
    e = make_room(&h, rows, a, &t, &keep);
    if (e.code) return e;
    read_columns(&h, &t, keep);
    for (size_t i = 0; i < rows * t.column_count; i++) t.values[i] = NAN;
    bool first = true;
    for (str line; next_line(&text, &line); first = false) {
        if (first && h.rows == 3 && names_index(line)) continue;
        e = read_row(line, &h, keep, rows, &t);
        if (e.code) return e;
    }
    if (t.row_count == 0 || t.column_count == 0) return err_make(ERR_INPUT, "no rows or no columns of numbers");
    close_up(&t, rows);
    *out = t;
    return OK;
}

const double *recorded_series(const struct recorded_table *t, const struct recorded_column *of)
{
    for (size_t c = 0; c < t->column_count; c++) {
        const struct recorded_column *x = &t->columns[c];
        if (str_eq(x->service, of->service) && str_eq(x->metric, of->metric) && str_eq(x->statistic, of->statistic))
            return t->values + c * t->row_count;
    }
    return NULL;
}

size_t recorded_row(const struct recorded_table *t, usec at)
{
    size_t row = 0;
    while (row < t->row_count && t->time[row] < at) row++;
    return row;
}
