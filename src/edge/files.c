#include "edge/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tz.h"

enum { SECRET_MAX = 8192 };

static err read_all(int fd, str path, size_t max, struct arena *a, str *out)
{
    size_t cap = max < 65536 ? max : 65536, len = 0;
    char *text = mem_new(cap + 1);
    ssize_t n = 1;
    while (n > 0 && len <= max) {
        if (len == cap + 1) text = mem_grow(text, (cap = cap * 2 < max ? cap * 2 : max) + 1);
        n = read(fd, text + len, cap + 1 - len);
        if (n < 0 && errno == EINTR) n = 1;
        else if (n > 0) len += (size_t)n;
    }
    err e = n < 0 ? err_errno("read " STR_FMT, STR_ARG(path)) : OK;
    if (!e.code && len > max) e = err_make(ERR_LIMIT, STR_FMT " is larger than %zu bytes", STR_ARG(path), max);
    char *copy = e.code ? NULL : arena_try(a, len + 1);
    if (!e.code && !copy) e = err_make(ERR_LIMIT, STR_FMT " is too large", STR_ARG(path));
    if (!e.code) *out = (str){ memcpy(copy, text, len), len };
    mem_free(text);
    return e;
}

static err opened(int fd, str path)
{
    struct stat st;
    if (fd < 0 && errno == ENOENT) return err_make(ERR_NOT_FOUND, "there is no file " STR_FMT, STR_ARG(path));
    if (fd < 0 || fstat(fd, &st) != 0) return err_errno("read " STR_FMT, STR_ARG(path));
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
        return err_make(ERR_INPUT, STR_FMT " is not a file", STR_ARG(path));
    return OK;
}

/* Takes fd. */
static err read_opened(int fd, str path, size_t max, struct arena *a, str *out)
{
    err e = opened(fd, path);
    if (!e.code) e = read_all(fd, path, max, a, out);
    if (fd >= 0) (void)close(fd);
    return e;
}

static int open_path(str path, struct arena *a)
{
    return open(str_z(a, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

err file_read(str path, size_t max, struct arena *a, str *out)
{
    if (STR_IS(path, "-")) return read_all(STDIN_FILENO, STR("standard input"), max, a, out);
    return read_opened(open_path(path, a), path, max, a, out);
}

/* Name by name, so that none can have become a link in between. -1 and errno, as open. */
static int open_inside(str folder, str path, struct arena *a)
{
    str name;
    int fd = open(str_z(a, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && path.len && str_next(&path, '/', &name)) {
        bool leaves = STR_IS(name, "..") || !name.len;
        int kind = path.len ? O_DIRECTORY : O_NONBLOCK;
        int next = leaves ? -1 : openat(fd, str_z(a, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | kind);
        int why = leaves ? ENOENT : errno;
        (void)close(fd);
        errno = why;
        fd = next;
    }
    return fd;
}

err file_read_inside(str folder, str path, size_t max, struct arena *a, str *out)
{
    return read_opened(open_inside(folder, path, a), path, max, a, out);
}

err file_open_inside(str folder, str path, struct arena *a, int *out)
{
    int fd = folder.len ? open_inside(folder, path, a) : open_path(path, a);
    err e = opened(fd, path);
    if (e.code && fd >= 0) (void)close(fd);
    if (!e.code) *out = fd;
    return e;
}

/* Area/City, at most three parts of letters, digits, _ + -; a part never begins with a dot. */
static bool zone_name_ok(str name)
{
    bool start = true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!word && (start || (c != '-' && c != '+' && c != '/'))) return false;
        start = c == '/';
    }
    return name.len > 0 && name.len <= 64 && !start;
}

err zone_read(str name, struct arena *a, str *out)
{
    const char *dir = getenv("TZDIR");
    str path = zone_name_ok(name) ? str_fmt(a, "%s/" STR_FMT, dir && *dir ? dir : "/usr/share/zoneinfo", STR_ARG(name))
                                  : STR_NONE;
    err e = path.len ? file_read(path, TZ_BYTES_MAX, a, out) : err_make(ERR_INPUT, "not a zone's name");
    if (!e.code && !str_starts(*out, STR("TZif"))) e = err_make(ERR_INPUT, "not zone data");
    if (!e.code) return OK;
    return err_make(ERR_INPUT,
                    "there is no timezone '" STR_FMT "' on this machine; expected an IANA name such as Europe/Berlin",
                    STR_ARG(str_cut(name, 0, 64)));
}

err secret_read(str reference, struct arena *a, str *out)
{
    if (str_starts(reference, STR("env:"))) {
        const char *name = str_z(a, str_cut(reference, 4, reference.len)), *value = getenv(name);
        if (!value || !*value) return err_make(ERR_NOT_FOUND, "the environment has no %s", name);
        *out = str_dup(a, str_of(value));
        return OK;
    }
    if (!str_starts(reference, STR("file:")))
        return err_make(ERR_INPUT, "a secret is named as env:NAME or file:PATH, never written out");
    str text = STR_NONE, line = STR_NONE;
    err e = file_read(str_cut(reference, 5, reference.len), SECRET_MAX, a, &text);
    if (e.code) return e;
    (void)str_next(&text, '\n', &line);
    *out = str_trim(line);
    return out->len ? OK
                    : err_make(ERR_INPUT, STR_FMT " holds no secret", STR_ARG(str_cut(reference, 5, reference.len)));
}
