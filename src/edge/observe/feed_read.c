#include "edge/observe/feed_read.h"

#include <math.h>

#include "base/hash.h"
#include "edge/observe/events_json.h"
#include "edge/observe/openlineage.h"
#include "edge/observe/samples_json.h"

enum { FIELD_MAX = 64 << 10, LINE_ARENA = 64 << 20, GUESS_ROWS = 100, TEXT_ARENA = 2 };

struct feed_data feed_data_init(void)
{
    return (struct feed_data){ .arena = arena_init((size_t)TEXT_ARENA << 30) };
}

void feed_data_done(struct feed_data *d)
{
    arena_done(&d->arena);
    mem_free(d->series);
    mem_free(d->rows);
    mem_free(d->events);
    mem_free(d->slots);
    *d = feed_data_init();
}

/* ---- collecting ---- */

static void *grown(void *items, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) return items;
    *cap = *cap ? 2 * *cap : 1024;
    return mem_grow(items, *cap * size);
}

static void rehash(struct feed_data *d)
{
    mem_free(d->slots);
    d->slot_count = d->slot_count ? 2 * d->slot_count : 256;
    d->slots = mem_new(d->slot_count * sizeof *d->slots);
    for (uint32_t i = 0; i < d->series_count; i++) {
        size_t at = hash64(d->series[i].text) & (d->slot_count - 1);
        while (d->slots[at]) at = (at + 1) & (d->slot_count - 1);
        d->slots[at] = i + 1;
    }
}

/* The number of the series with this name and labels (tidied). */
static err intern(struct feed_data *d, str name, const struct label *labels, uint32_t count, uint32_t *out)
{
    struct arena scratch = arena_init(4 << 20);
    str text = series_text(name, labels, count, &scratch);
    if (2 * (d->series_count + 1) > d->slot_count) rehash(d);
    size_t at = hash64(text) & (d->slot_count - 1);
    while (d->slots[at] && !str_eq(d->series[d->slots[at] - 1].text, text)) at = (at + 1) & (d->slot_count - 1);
    err e = OK;
    if (!d->slots[at] && d->series_count == FEED_SERIES_MAX) {
        e = err_make(ERR_LIMIT, "more than %d series", FEED_SERIES_MAX);
    } else if (!d->slots[at]) {
        d->series = grown(d->series, d->series_count, &d->series_cap, sizeof *d->series);
        struct label *copy = ARENA_ARRAY(&d->arena, struct label, count);
        for (uint32_t i = 0; i < count; i++)
            copy[i] = (struct label){ str_dup(&d->arena, labels[i].name), str_dup(&d->arena, labels[i].value) };
        d->series[d->series_count++] = (struct feed_series){ str_dup(&d->arena, name), str_dup(&d->arena, text), copy,
                                                             count, series_kind_by_name(name) };
        d->slots[at] = (uint32_t)d->series_count;
    }
    *out = d->slots[at] - 1;
    arena_done(&scratch);
    return e;
}

static err add_row(struct feed_data *d, uint32_t series, usec time, double value)
{
    if (d->row_count == FEED_ROWS_MAX) return err_make(ERR_LIMIT, "more than %d rows", FEED_ROWS_MAX);
    d->rows = grown(d->rows, d->row_count, &d->row_cap, sizeof *d->rows);
    d->rows[d->row_count] = (struct feed_row){ time, value, series, (uint32_t)d->row_count };
    d->row_count++;
    return OK;
}

static err add_event(struct feed_data *d, usec time, const struct input *in)
{
    if (d->event_count == FEED_EVENTS_MAX) return err_make(ERR_LIMIT, "more than %d events", FEED_EVENTS_MAX);
    if (d->arena.used > (size_t)1 << 30) return err_make(ERR_LIMIT, "the events take more than 1 GiB");
    d->events = grown(d->events, d->event_count, &d->event_cap, sizeof *d->events);
    d->events[d->event_count] = (struct feed_event){ time,
                                                     (uint32_t)d->event_count,
                                                     { str_dup(&d->arena, in->kind), str_dup(&d->arena, in->subject),
                                                       str_dup(&d->arena, in->actor), str_dup(&d->arena, in->body) } };
    d->event_count++;
    return OK;
}

static void refuse_line(struct feed_data *d, str file, size_t line, err why)
{
    refuse(&d->refused, &d->arena, line, err_wrap(why, STR_FMT ":%zu", STR_ARG(str_cut(file, 0, 80)), line));
}

/* "orders.csv" -> "orders" */
static str base_of(str name)
{
    for (size_t i = name.len; i-- > 1;)
        if (name.ptr[i] == '.') return str_cut(name, 0, i);
    return name.len ? name : STR("series");
}

/* ---- CSV ---- */

enum role { COL_NONE, COL_TIME, COL_VALUE, COL_NAME, COL_LABEL };

struct csv {
    struct feed_data *d;
    str file, base, rest;
    size_t line;     /* of the row at hand, from 1 */
    size_t next_line;
    char delimiter;
    str *fields;     /* of the row at hand */
    size_t count;
    enum role role[FEED_COLUMNS_MAX];
    uint32_t series[FEED_COLUMNS_MAX]; /* of COL_VALUE columns when there is no COL_NAME */
    str head[FEED_COLUMNS_MAX];
    size_t columns, time_column, name_column;
    bool has_name;
    size_t good;
    struct arena text; /* fields that carried quotes */
};

static char find_delimiter(str text)
{
    static const char candidates[] = ",;\t|";
    str line;
    char best = ',';
    size_t most = 0;
    (void)str_next(&text, '\n', &line);
    for (const char *c = candidates; *c; c++) {
        size_t n = 0;
        for (size_t i = 0; i < line.len; i++) n += line.ptr[i] == *c;
        if (n > most) best = *c, most = n;
    }
    return best;
}

/* A quoted field: "" stands for a quote; it may hold delimiters and line ends. */
static err quoted_field(struct csv *c, size_t *at, str *out)
{
    size_t from = ++*at, quotes = 0;
    for (; *at < c->rest.len; ++*at) {
        if (c->rest.ptr[*at] == '\n') c->next_line++;
        if (c->rest.ptr[*at] != '"') continue;
        if (*at + 1 >= c->rest.len || c->rest.ptr[*at + 1] != '"') break;
        quotes++;
        ++*at;
    }
    if (*at >= c->rest.len) return err_make(ERR_INPUT, "a quote is not closed");
    str raw = str_cut(c->rest, from, *at - from);
    ++*at;
    *out = raw;
    if (!quotes) return OK;
    char *p = arena_try(&c->text, raw.len);
    if (!p) return err_make(ERR_LIMIT, "a row is larger than allowed");
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        p[len++] = raw.ptr[i];
        if (raw.ptr[i] == '"') i++;
    }
    *out = (str){ p, len };
    return OK;
}

/* The next row that is not blank into c->fields; false at the end. A row that cannot be split is refused and passed
 * over. */
static bool next_row(struct csv *c, err *bad)
{
    *bad = OK;
    arena_reset(&c->text);
    while (c->rest.len && (c->rest.ptr[0] == '\n' || c->rest.ptr[0] == '\r')) {
        c->next_line += c->rest.ptr[0] == '\n';
        c->rest = str_cut(c->rest, 1, c->rest.len);
    }
    if (!c->rest.len) return false;
    c->line = c->next_line;
    c->count = 0;
    size_t at = 0;
    for (bool more = true; more;) {
        str field = STR_NONE;
        if (at < c->rest.len && c->rest.ptr[at] == '"') *bad = quoted_field(c, &at, &field);
        size_t from = at;
        while (at < c->rest.len && c->rest.ptr[at] != c->delimiter && c->rest.ptr[at] != '\n') at++;
        if (!field.ptr) field = str_cut(c->rest, from, at - from);
        if (c->count == FEED_COLUMNS_MAX) *bad = err_make(ERR_LIMIT, "more than %d columns", FEED_COLUMNS_MAX);
        else c->fields[c->count++] = str_trim(field);
        more = !bad->code && at < c->rest.len && c->rest.ptr[at] == c->delimiter;
        at += more;
    }
    while (at < c->rest.len && c->rest.ptr[at] != '\n') at++;
    c->next_line += at < c->rest.len;
    c->rest = at < c->rest.len ? str_cut(c->rest, at + 1, c->rest.len) : STR_NONE;
    return true;
}

static err cell_time(str cell, usec *out)
{
    double number;
    bool digits = cell.len > 0;
    for (size_t i = 0; i < cell.len && digits; i++)
        digits = (cell.ptr[i] >= '0' && cell.ptr[i] <= '9') || cell.ptr[i] == '.';
    if (!digits) return time_parse(cell, out);
    err e = str_to_f64(cell, &number);
    return e.code ? e : time_from_number(number, out);
}

static bool is_missing(str cell)
{
    static const str words[] = { STR_INIT("nan"), STR_INIT("null"), STR_INIT("na"), STR_INIT("n/a"), STR_INIT("none") };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(cell, words[i])) return true;
    return cell.len == 0;
}

static bool is_number(str cell)
{
    double v;
    return !str_to_f64(cell, &v).code;
}

static bool is_one_of(str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq_nocase(word, str_of(*list))) return true;
    return false;
}

static const char *const time_words[] = { "timestamp", "time", "ts", "date", "datetime", "date_time", NULL };
static const char *const name_words[] = { "series", "metric", "name", NULL };
static const char *const label_words[] = { "pipeline", "job", "step", "instance", NULL };

/* Roles by the header's words; the first column is the time when none is called so. */
static err read_header(struct csv *c)
{
    c->columns = c->count;
    bool has_time = false;
    for (size_t i = 0; i < c->columns; i++) {
        str h = str_trim(c->fields[i]);
        if (i == 0 && str_starts(h, STR("\xef\xbb\xbf"))) h = str_cut(h, 3, h.len);
        c->head[i] = str_dup(&c->d->arena, h);
        if (!has_time && is_one_of(h, time_words)) {
            c->role[i] = COL_TIME;
            c->time_column = i;
            has_time = true;
        } else if (!c->has_name && is_one_of(h, name_words)) {
            c->role[i] = COL_NAME;
            c->name_column = i;
            c->has_name = true;
        } else {
            c->role[i] = is_one_of(h, label_words) ? COL_LABEL : COL_VALUE;
        }
    }
    if (!has_time)
        return err_make(ERR_INPUT, STR_FMT ": no column is called timestamp, time, ts or date", STR_ARG(c->file));
    return OK;
}

/* Without a header: a time, then numbers. */
static bool headerless(const struct csv *c)
{
    usec t;
    return c->count >= 2 && !cell_time(c->fields[0], &t).code && is_number(c->fields[1]);
}

static void assume_header(struct csv *c)
{
    c->columns = c->count;
    c->role[0] = COL_TIME;
    for (size_t i = 1; i < c->columns; i++) {
        c->role[i] = COL_VALUE;
        c->head[i] = c->columns == 2 ? STR("value") : str_fmt(&c->d->arena, "column_%zu", i + 1);
    }
}

/* A column whose first cells are text is no series. In the long form only `value` is one. */
static void drop_text_columns(struct csv *c)
{
    struct csv *ahead = mem_new(sizeof *ahead);
    bool *known = mem_new(c->columns * sizeof *known);
    err bad;
    *ahead = *c;
    ahead->text = arena_init(LINE_ARENA);
    ahead->fields = mem_new(FEED_COLUMNS_MAX * sizeof *ahead->fields);
    for (int row = 0; row < GUESS_ROWS && next_row(ahead, &bad); row++) {
        for (size_t i = 0; i < c->columns && i < ahead->count; i++) {
            if (known[i] || c->role[i] != COL_VALUE || is_missing(ahead->fields[i])) continue;
            known[i] = true;
            if (!is_number(ahead->fields[i])) c->role[i] = COL_NONE;
        }
    }
    for (size_t i = 0; i < c->columns && c->has_name; i++)
        if (c->role[i] == COL_VALUE && !str_eq_nocase(c->head[i], STR("value"))) c->role[i] = COL_NONE;
    arena_done(&ahead->text);
    mem_free(ahead->fields);
    mem_free(ahead);
    mem_free(known);
}

/* One series a column of numbers; a single one is named by the file, several share the file as their pipeline. */
static err name_columns(struct csv *c)
{
    size_t values = 0;
    for (size_t i = 0; i < c->columns; i++) values += c->role[i] == COL_VALUE;
    if (!values) return err_make(ERR_INPUT, STR_FMT ": no column holds numbers", STR_ARG(c->file));
    for (size_t i = 0; i < c->columns && !c->has_name; i++) {
        if (c->role[i] != COL_VALUE) continue;
        bool single = values == 1 && str_eq_nocase(c->head[i], STR("value"));
        struct label pipeline = { STR("pipeline"), c->base };
        str name = single ? c->base : c->head[i];
        err e = metric_name_check(name);
        if (!e.code) e = intern(c->d, name, &pipeline, single ? 0 : 1, &c->series[i]);
        if (e.code) return err_wrap(e, STR_FMT ": column %zu", STR_ARG(c->file), i + 1);
    }
    return OK;
}

/* The series of a row in the long form. */
static err row_series(struct csv *c, uint32_t *out)
{
    struct label labels[SERIES_LABELS_MAX];
    uint32_t n = 0;
    bool has_pipeline = false;
    for (size_t i = 0; i < c->columns && n < SERIES_LABELS_MAX - 1; i++) {
        if (c->role[i] != COL_LABEL) continue;
        has_pipeline = has_pipeline || str_eq_nocase(c->head[i], STR("pipeline"));
        labels[n++] = (struct label){ c->head[i], c->fields[i] };
    }
    if (!has_pipeline) labels[n++] = (struct label){ STR("pipeline"), c->base };
    err e = metric_name_check(c->fields[c->name_column]);
    if (!e.code) e = labels_tidy(labels, &n);
    return e.code ? e : intern(c->d, c->fields[c->name_column], labels, n, out);
}

static err take_row(struct csv *c)
{
    usec time = 0;
    uint32_t named = 0;
    if (c->count < c->columns) return err_make(ERR_INPUT, "%zu columns where the header has %zu", c->count, c->columns);
    err e = cell_time(c->fields[c->time_column], &time);
    if (!e.code && c->has_name) e = row_series(c, &named);
    if (e.code) return e;
    for (size_t i = 0; i < c->columns && !e.code; i++) {
        double v;
        if (c->role[i] != COL_VALUE || is_missing(c->fields[i])) continue;
        if (str_to_f64(c->fields[i], &v).code)
            e = err_make(ERR_INPUT, "column " STR_FMT ": '" STR_FMT "' is not a number",
                         STR_ARG(str_cut(c->head[i], 0, 40)), STR_ARG(str_cut(c->fields[i], 0, 40)));
        else
            e = add_row(c->d, c->has_name ? named : c->series[i], time, v);
    }
    return e;
}

static err read_rows(struct csv *c)
{
    err bad;
    while (next_row(c, &bad)) {
        err e = bad.code ? bad : take_row(c);
        if (e.code == ERR_LIMIT) return err_wrap(e, STR_FMT ":%zu", STR_ARG(c->file), c->line);
        if (e.code) refuse_line(c->d, c->file, c->line, e);
        else c->good++;
    }
    if (c->good) return OK;
    if (c->d->refused.kept)
        return err_make(ERR_INPUT, "no row is valid; the first problem: " STR_FMT,
                        STR_ARG(str_cut(c->d->refused.items[0].reason, 0, 160)));
    return err_make(ERR_INPUT, STR_FMT ": no rows", STR_ARG(c->file));
}

static err read_csv(str name, str text, struct feed_data *d)
{
    struct csv *c = mem_new(sizeof *c);
    err bad = OK;
    *c = (struct csv){ .d = d,
                       .file = name,
                       .base = base_of(name),
                       .rest = text,
                       .next_line = 1,
                       .delimiter = find_delimiter(text),
                       .text = arena_init(LINE_ARENA),
                       .fields = mem_new(FEED_COLUMNS_MAX * sizeof *c->fields) };
    str all = text;
    err e = next_row(c, &bad) ? bad : err_make(ERR_INPUT, STR_FMT ": the file is empty", STR_ARG(name));
    if (!e.code && headerless(c)) {
        assume_header(c);
        c->rest = all;
        c->next_line = 1;
    } else if (!e.code) {
        e = read_header(c);
    }
    if (!e.code) drop_text_columns(c);
    if (!e.code) e = name_columns(c);
    if (!e.code) e = read_rows(c);
    arena_done(&c->text);
    mem_free(c->fields);
    mem_free(c);
    return e;
}

/* ---- JSON Lines ---- */

/* An event that came in as a line: its time is the line's own. */
static err take_inputs(struct feed_data *d, json *v, struct arena *a)
{
    struct input in = { 0 };
    usec time = 0;
    bool lineage = json_get(v, "eventTime") != NULL;
    err e = OK;
    if (lineage) {
        e = openlineage_event(v, STR("feed"), a, &in);
        if (!e.code) e = time_parse(json_get_str(v, "eventTime"), &time);
    } else {
        struct input_list list;
        e = events_json_read(v, STR("feed"), a, &list);
        if (!e.code && list.count == 0) e = err_make(ERR_INPUT, STR_FMT, STR_ARG(list.refused->items[0].reason));
        if (e.code) return e;
        in = list.items[0];
        json *t = json_get(v, "time");
        e = yyjson_is_str(t) ? time_parse(json_str(t, STR_NONE), &time) : time_from_number(json_f64(t, -1), &time);
    }
    return e.code ? e : add_event(d, time, &in);
}

static err take_line(struct feed_data *d, str line, struct arena *a)
{
    json *v = NULL;
    err e = json_parse(line, a, &v);
    if (e.code) return e;
    if (json_get(v, "eventTime") || json_get(v, "body")) return take_inputs(d, v, a);
    struct json_sample s;
    uint32_t series = 0;
    if (!json_get(v, "time")) return err_make(ERR_INPUT, "the sample has no time");
    e = sample_json_read(v, 0, a, &s);
    if (!e.code) e = intern(d, s.name, s.labels, s.label_count, &series);
    return e.code ? e : add_row(d, series, s.point.time, s.point.value);
}

static err read_jsonl(str name, str text, struct feed_data *d)
{
    struct arena a = arena_init(LINE_ARENA);
    str line;
    size_t good = 0;
    err e = OK;
    for (size_t n = 1; !e.code && str_next(&text, '\n', &line); n++) {
        line = str_trim(line);
        if (!line.len) continue;
        err bad = take_line(d, line, &a);
        if (bad.code == ERR_LIMIT) e = err_wrap(bad, STR_FMT ":%zu", STR_ARG(name), n);
        else if (bad.code) refuse_line(d, name, n, bad);
        else good++;
        arena_reset(&a);
    }
    arena_done(&a);
    if (!e.code && !good) e = err_make(ERR_INPUT, STR_FMT ": no line is valid", STR_ARG(name));
    return e;
}

err feed_read(str name, str text, struct feed_data *d)
{
    str start = text;
    if (str_starts(start, STR("\xef\xbb\xbf"))) start = str_cut(start, 3, start.len);
    while (start.len && (start.ptr[0] == ' ' || start.ptr[0] == '\n' || start.ptr[0] == '\r' || start.ptr[0] == '\t'))
        start = str_cut(start, 1, start.len);
    return start.len && start.ptr[0] == '{' ? read_jsonl(name, text, d) : read_csv(name, text, d);
}

/* ---- order ---- */

static int row_order(const void *a, const void *b)
{
    const struct feed_row *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->series != y->series) return x->series < y->series ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static int event_order(const void *a, const void *b)
{
    const struct feed_event *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void feed_sort(struct feed_data *d)
{
    if (d->row_count) qsort(d->rows, d->row_count, sizeof *d->rows, row_order);
    if (d->event_count) qsort(d->events, d->event_count, sizeof *d->events, event_order);
}
