/* CSV, row by row: first where the row ends, then its fields, unquoted where they lie. */
#include "edge/tables/table_internal.h"

/* Where in a row the search for its end is; offsets are from the row's start, because the window moves. */
struct scan {
    size_t at;
    bool quoted, field_start;
};

/* True when the row's line end lies in the window, at offset s->at. */
static bool find_end(const struct window *w, char delimiter, struct scan *s)
{
    const char *p = w->ptr + w->at;
    size_t n = w->len - w->at;
    for (; s->at < n; s->at++) {
        char c = p[s->at];
        if (s->quoted) {
            if (c != '"') continue;
            if (s->at + 1 == n && !w->ended) return false; /* is it doubled? */
            if (s->at + 1 < n && p[s->at + 1] == '"') s->at++;
            else s->quoted = false;
            continue;
        }
        if (c == '\n') return true;
        s->quoted = c == '"' && s->field_start;
        s->field_start = c == delimiter;
    }
    return false;
}

/* The next row's bytes, without its line end; *more is false at the end of the file. They can be written to. */
static err row_bytes(struct table_file *t, char **row, size_t *len, bool *more)
{
    struct window *w = &t->in;
    struct scan s = { .field_start = true };
    bool grown = true;
    while (!find_end(w, t->delimiter, &s) && grown) {
        err e = window_more(w, &grown);
        if (e.code) return s.quoted ? err_wrap(e, "a quote that does not end") : e;
    }
    size_t end = w->at + s.at;
    *more = w->at < w->len;
    *row = w->ptr + w->at;
    *len = end - w->at;
    w->at = end < w->len ? end + 1 : w->len;
    if (*len && (*row)[*len - 1] == '\r') --*len;
    return s.quoted ? err_make(ERR_INPUT, "a quote that does not end") : OK;
}

/* Take one field off the front of the row; false when there is none left. */
static bool next_field(char **row, const char *end, char delimiter, str *out)
{
    char *p = *row, *to;
    if (!p) return false;
    if (p < end && *p == '"') {
        char *from = ++p;
        for (to = from; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); p++) {
            if (*p == '"') p++;
            *to++ = *p;
        }
        *out = str_span(from, to);
        while (p < end && *p != delimiter) p++; /* what follows the closing quote is dropped */
    } else {
        char *from = p;
        while (p < end && *p != delimiter) p++;
        *out = str_span(from, p);
    }
    *row = p < end ? p + 1 : NULL;
    return true;
}

static char likely_delimiter(const char *line, size_t len)
{
    static const char candidates[] = ",;\t|";
    char best = ',';
    size_t most = 0;
    for (const char *c = candidates; *c; c++) {
        size_t n = 0;
        bool quoted = false;
        for (size_t i = 0; i < len && (quoted || line[i] != '\n'); i++) {
            quoted ^= line[i] == '"';
            n += !quoted && line[i] == *c;
        }
        if (n > most) best = *c, most = n;
    }
    return best;
}

static err csv_start(struct table_file *t)
{
    struct window *w = &t->in;
    bool grown = false, more;
    char *row;
    size_t len, index;
    str name;
    err e = window_more(w, &grown);
    if (e.code) return e;
    if (w->len >= 3 && memcmp(w->ptr, "\xef\xbb\xbf", 3) == 0) w->at = 3;
    t->delimiter = likely_delimiter(w->ptr + w->at, w->len - w->at);
    e = row_bytes(t, &row, &len, &more);
    if (e.code) return e;
    if (!more || !len) return err_make(ERR_INPUT, "no header in the first line");
    const char *end = row + len;
    while (!e.code && next_field(&row, end, t->delimiter, &name)) e = table_add_column(t, name, &index);
    return e;
}

/* Fields past the last column make a row that cannot be read; too few are missing values. */
static bool split(struct table_file *t, char *row, const char *end)
{
    str text;
    size_t i = 0;
    for (; next_field(&row, end, t->delimiter, &text); i++) {
        if (i == t->columns) return false;
        t->row[i] = (struct cell){ .kind = text.len ? CELL_TEXT : CELL_MISSING, .text = text };
    }
    for (; i < t->columns; i++) t->row[i] = (struct cell){ .kind = CELL_MISSING };
    return true;
}

static err csv_next(struct table_file *t, bool *more)
{
    for (;;) {
        char *row;
        size_t len;
        err e = row_bytes(t, &row, &len, more);
        if (e.code || !*more) return e;
        if (!len && t->columns > 1) continue; /* a blank line; of a single column it is a missing value */
        if (split(t, row, row + len)) return OK;
        t->refused++;
    }
}

const struct table_format table_csv = { .start = csv_start, .next = csv_next };
