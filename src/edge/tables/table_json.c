/* JSON Lines: an object a line, a column a key. */
#include "base/json.h"
#include "edge/tables/table_internal.h"

static err json_start(struct table_file *t)
{
    (void)t;
    return OK;
}

static err next_line(struct table_file *t, str *line, bool *more)
{
    struct window *w = &t->in;
    size_t searched = 0;
    bool grown = true;
    const char *end = NULL;
    while (!end && grown) {
        if (w->len > w->at + searched) end = memchr(w->ptr + w->at + searched, '\n', w->len - w->at - searched);
        if (end) break;
        searched = w->len - w->at;
        err e = window_more(w, &grown);
        if (e.code) return e;
    }
    size_t to = end ? (size_t)(end - w->ptr) : w->len;
    *more = w->at < w->len;
    *line = w->ptr ? str_trim(str_span(w->ptr + w->at, w->ptr + to)) : STR_NONE;
    w->at = to < w->len ? to + 1 : w->len;
    return OK;
}

/* Keys mostly come in the order of the columns. */
static err column_of(struct table_file *t, str name, size_t guess, size_t *index)
{
    if (guess < t->columns && str_eq(t->column[guess], name)) {
        *index = guess;
        return OK;
    }
    for (*index = 0; *index < t->columns; ++*index)
        if (str_eq(t->column[*index], name)) return OK;
    return table_add_column(t, name, index);
}

static struct cell cell_of(json *v, struct arena *a)
{
    switch (yyjson_get_type(v)) {
    case YYJSON_TYPE_NULL: return (struct cell){ .kind = CELL_MISSING };
    case YYJSON_TYPE_NUM: return (struct cell){ .kind = CELL_NUMBER, .number = yyjson_get_num(v) };
    case YYJSON_TYPE_STR: {
        str text = json_str(v, STR_NONE);
        return (struct cell){ .kind = text.len ? CELL_TEXT : CELL_MISSING, .text = text };
    }
    default: return (struct cell){ .kind = CELL_TEXT, .text = json_text(v, a) }; /* true, false, nested */
    }
}

static err take_object(struct table_file *t, json *object)
{
    size_t i = 0, n = 0, index;
    json *key, *v;
    for (size_t c = 0; c < t->columns; c++) t->row[c] = (struct cell){ .kind = CELL_MISSING };
    yyjson_obj_foreach(object, i, n, key, v)
    {
        str name = str_utf8_prefix(str_trim((str){ yyjson_get_str(key), yyjson_get_len(key) }), TABLE_FILE_NAME_MAX);
        if (!name.len) continue;
        err e = column_of(t, name, i, &index);
        if (e.code) return e;
        t->row[index] = cell_of(v, &t->line);
    }
    return OK;
}

static err json_next(struct table_file *t, bool *more)
{
    for (;;) {
        str line;
        json *root = NULL;
        err e = next_line(t, &line, more);
        if (e.code || !*more) return e;
        if (!line.len) continue;
        arena_reset(&t->line);
        e = json_parse(line, &t->line, &root);
        if (!e.code && yyjson_is_obj(root)) return take_object(t, root);
        t->refused++;
    }
}

const struct table_format table_json = { .start = json_start, .next = json_next };
