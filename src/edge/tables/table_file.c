#include "edge/tables/table_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edge/tables/table_internal.h"

enum { NAMES_MAX = 4 << 20, LINE_ARENA_MAX = 64 << 20, WINDOW_FIRST = 1 << 18 };

err window_more(struct window *w, bool *grown)
{
    *grown = false;
    if (w->ended) return OK;
    if (w->at > 0) memmove(w->ptr, w->ptr + w->at, w->len - w->at);
    w->len -= w->at;
    w->at = 0;
    if (w->len == w->cap) {
        if (w->cap >= TABLE_FILE_ROW_MAX)
            return err_make(ERR_LIMIT, "a row is longer than %d MiB", TABLE_FILE_ROW_MAX >> 20);
        w->cap = w->cap ? 2 * w->cap : WINDOW_FIRST;
        w->ptr = mem_grow(w->ptr, w->cap);
    }
    ssize_t n;
    do n = read(w->fd, w->ptr + w->len, w->cap - w->len);
    while (n < 0 && errno == EINTR);
    if (n < 0) return err_errno("read");
    w->len += (size_t)n;
    w->ended = n == 0;
    *grown = n > 0;
    return OK;
}

static bool has_column(const struct table_file *t, str name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (str_eq(t->column[i], name)) return true;
    return false;
}

err table_add_column(struct table_file *t, str name, size_t *index)
{
    if (t->columns == TABLE_FILE_COLUMNS_MAX)
        return err_make(ERR_LIMIT, "more than %d columns", TABLE_FILE_COLUMNS_MAX);
    name = str_utf8_prefix(str_trim(name), TABLE_FILE_NAME_MAX);
    str unique = name.len ? name : str_fmt(&t->names, "column %zu", t->columns + 1), base = unique;
    for (int again = 2; has_column(t, unique); again++)
        unique = str_fmt(&t->names, STR_FMT " (%d)", STR_ARG(base), again);
    if (t->columns == t->column_cap) {
        t->column_cap = t->column_cap ? 2 * t->column_cap : 64;
        t->column = mem_grow(t->column, t->column_cap * sizeof *t->column);
        t->row = mem_grow(t->row, t->column_cap * sizeof *t->row);
    }
    t->row[t->columns] = (struct cell){ .kind = CELL_MISSING };
    t->column[t->columns] = str_dup(&t->names, unique);
    *index = t->columns++;
    return OK;
}

static struct table_file *table_new(const struct table_format *format, str name)
{
    struct table_file *t = mem_new(sizeof *t);
    t->format = format;
    t->names = arena_init(NAMES_MAX);
    t->line = arena_init(LINE_ARENA_MAX);
    t->name = str_dup(&t->names, str_utf8_prefix(name, TABLE_FILE_NAME_MAX));
    t->in.fd = -1;
    return t;
}

static err start(struct table_file *t, struct table_file **out)
{
    err e = t->format->start(t);
    if (e.code) {
        e = err_wrap(e, STR_FMT, STR_ARG(t->name));
        table_file_close(t);
        return e;
    }
    *out = t;
    return OK;
}

err table_file_open_fd(int fd, str name, bool json, struct table_file **out)
{
    struct table_file *t = table_new(json ? &table_json : &table_csv, name);
    t->in.fd = fd;
    return start(t, out);
}

static bool ends_in(str path, const char *const *ends)
{
    for (; *ends; ends++)
        if (path.len > strlen(*ends) && str_eq_nocase(str_cut(path, path.len - strlen(*ends), path.len), str_of(*ends)))
            return true;
    return false;
}

/* A name that tells nothing: JSON begins with a brace, Parquet with PAR1. */
static bool begins_with(int fd, str text)
{
    char first[4];
    return pread(fd, first, sizeof first, 0) >= (ssize_t)text.len && memcmp(first, text.ptr, text.len) == 0;
}

err table_file_open(str path, struct table_file **out)
{
    static const char *const json_ends[] = { ".jsonl", ".ndjson", ".json", NULL }, *const csv_ends[] = { ".csv", ".tsv",
                                                                                                         NULL };
    static const char *const parquet_ends[] = { ".parquet", ".pq", NULL };
    struct stat st;
    char *z = mem_dup_z(path);
    int fd = open(z, O_RDONLY | O_CLOEXEC), code = errno;
    mem_free(z);
    if (fd < 0) return err_make(code == ENOENT ? ERR_NOT_FOUND : ERR_IO, STR_FMT ": %s", STR_ARG(path), strerror(code));
    if (fstat(fd, &st) || S_ISDIR(st.st_mode)) {
        (void)close(fd);
        return err_make(ERR_INPUT, STR_FMT ": not a file", STR_ARG(path));
    }
    if (ends_in(path, parquet_ends) || (!ends_in(path, csv_ends) && begins_with(fd, STR("PAR1")))) {
        (void)close(fd);
        return start(table_new(&table_parquet, path), out);
    }
    bool json = ends_in(path, json_ends) || (!ends_in(path, csv_ends) && begins_with(fd, STR("{")));
    return table_file_open_fd(fd, path, json, out);
}

void table_file_close(struct table_file *t)
{
    if (!t) return;
    if (t->format->stop) t->format->stop(t);
    if (t->in.fd >= 0) (void)close(t->in.fd);
    mem_free(t->in.ptr);
    mem_free(t->column);
    mem_free(t->row);
    arena_done(&t->names);
    arena_done(&t->line);
    mem_free(t);
}

err table_file_next(struct table_file *t, const struct cell **row, bool *more)
{
    err e = t->format->next(t, more);
    *row = t->row;
    return err_wrap(e, STR_FMT, STR_ARG(t->name));
}

size_t table_file_columns(const struct table_file *t)
{
    return t->columns;
}

str table_file_column(const struct table_file *t, size_t i)
{
    return t->column[i];
}

size_t table_file_refused(const struct table_file *t)
{
    return t->refused;
}

/* Up to 15 digits and a power of ten up to 22 are exact in one operation (Clinger 1990); the rest is strtod's. */
static bool plain_number(str s, double *out)
{
    static const double tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    size_t at = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'), digits = 0, after = 0;
    bool point = false, minus = s.len && s.ptr[0] == '-';
    int64_t whole = 0;
    for (; at < s.len; at++) {
        char c = s.ptr[at];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > 15) return false;
        whole = whole * 10 + (c - '0');
        after += point;
    }
    if (!digits) return false;
    double v = (double)whole / tens[after];
    *out = minus ? -v : v;
    return true;
}

bool cell_number(str text, double *out)
{
    text = str_trim(text);
    if (plain_number(text, out)) return true;
    if (!text.len || memchr(text.ptr, 'x', text.len) || memchr(text.ptr, 'X', text.len)) return false;
    return !str_to_f64(text, out).code;
}
