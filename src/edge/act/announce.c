#include "edge/act/announce.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool count_ok(json *v, int64_t *sum)
{
    int64_t n = json_i64(v, -1);
    if (n < 0 || n > INT64_MAX - *sum) return false;
    *sum += n;
    return true;
}

static void add_number(json *object, const char *key, bool *has, int64_t *sum, struct announced *out)
{
    json *v = json_get(object, key);
    if (!v) return;
    if (count_ok(v, sum)) *has = true;
    else out->skipped++;
}

static bool name_ok(json *v)
{
    str s = json_str(v, STR_NONE);
    return s.len > 0 && s.len <= ANNOUNCE_NAME_LEN_MAX;
}

static void add_name(str *names, size_t *count, json *v, struct announced *out)
{
    str s = json_str(v, STR_NONE);
    for (size_t i = 0; i < *count; i++)
        if (str_eq(names[i], s)) return;
    if (name_ok(v) && *count < ANNOUNCE_NAMES_MAX) names[(*count)++] = s;
    else out->skipped++;
}

static void add_names(json *list, str *names, size_t *count, struct announced *out)
{
    size_t i = 0, n = 0;
    json *v = NULL;
    if (list && !yyjson_is_arr(list)) out->skipped++;
    else yyjson_arr_foreach(list, i, n, v) add_name(names, count, v, out);
}

static bool columns_ok(json *list)
{
    size_t i = 0, n = 0;
    json *v = NULL;
    if (!yyjson_is_arr(list) || yyjson_arr_size(list) > ANNOUNCE_COLUMNS_MAX) return false;
    yyjson_arr_foreach(list, i, n, v) if (!name_ok(v)) return false;
    return true;
}

static void add_columns(json *object, struct announced *out)
{
    size_t i = 0, n = 0;
    json *key = NULL, *list = NULL;
    json_obj_foreach(object, i, n, key, list)
    {
        size_t at = 0;
        while (at < out->column_count && !str_eq(out->columns[at].dataset, json_str(key, STR_NONE))) at++;
        if (at == ANNOUNCE_NAMES_MAX || !name_ok(key) || !columns_ok(list)) {
            out->skipped++;
            continue;
        }
        out->columns[at] = (struct announced_columns){ json_str(key, STR_NONE), list };
        if (at == out->column_count) out->column_count++;
    }
}

static void add_line(str line, struct arena *a, struct announced *out)
{
    json *o = NULL;
    err e = json_parse(line, a, &o);
    if (e.code || !yyjson_is_obj(o)) {
        out->skipped++;
        return;
    }
    add_number(o, "rows", &out->has_rows, &out->rows, out);
    add_number(o, "bytes", &out->has_bytes, &out->bytes, out);
    add_names(json_get(o, "inputs"), out->inputs, &out->input_count, out);
    add_names(json_get(o, "outputs"), out->outputs, &out->output_count, out);
    add_columns(json_get(o, "columns"), out);
}

void announce_parse(str text, struct arena *a, struct announced *out)
{
    str line = STR_NONE;
    memset(out, 0, sizeof *out);
    if (text.len > ANNOUNCE_BYTES_MAX) {
        text = str_cut(text, 0, ANNOUNCE_BYTES_MAX);
        out->skipped++;
    }
    while (str_next(&text, '\n', &line)) {
        line = str_trim(line);
        if (line.len) add_line(line, a, out);
    }
}

err announce_file(struct arena *a, unsigned uid, str *path)
{
    const char *dir = getenv("TMPDIR");
    str s = str_fmt(a, "%s/weir-report-XXXXXX", dir && dir[0] == '/' ? dir : "/tmp");
    char *z = (char *)(uintptr_t)s.ptr; /* ours: str_fmt made it */
    int fd = mkostemp(z, O_CLOEXEC);
    if (fd < 0) return err_errno("report file in " STR_FMT, STR_ARG(s));
    int failed = uid == (unsigned)-1 ? 0 : fchown(fd, uid, (gid_t)-1);
    err e = failed ? err_errno("report file " STR_FMT, STR_ARG(s)) : OK;
    (void)close(fd);
    if (e.code) (void)unlink(z);
    else *path = s;
    return e;
}

static str read_report(const char *path, struct arena *a)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return STR_NONE;
    size_t len = 0;
    char *text = arena_new(a, ANNOUNCE_BYTES_MAX + 1);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        ssize_t n = 1;
        while (n > 0 && len <= ANNOUNCE_BYTES_MAX) {
            n = read(fd, text + len, ANNOUNCE_BYTES_MAX + 1 - len);
            if (n > 0) len += (size_t)n;
        }
    }
    (void)close(fd);
    return (str){ text, len };
}

void announce_take(str path, struct arena *a, struct announced *out)
{
    const char *z = str_z(a, path);
    announce_parse(read_report(z, a), a, out);
    (void)unlink(z);
}
