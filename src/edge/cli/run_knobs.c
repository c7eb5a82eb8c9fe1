#include "edge/cli/run_knobs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_put.h"
#include "base/log.h"

enum { KNOBS_REPLY_MAX = 1 << 18, KEY_MAX = 512 };
#define KNOBS_TIMEOUT (300 * USEC_MS)

static err read_file(const char *path, size_t max, struct arena *a, str *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return err_errno("read %.200s", path);
    char *text = arena_new(a, max + 1);
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && len <= max) {
        n = read(fd, text + len, max + 1 - len);
        if (n > 0) len += (size_t)n;
    }
    err e = n < 0 ? err_errno("read %.200s", path) : OK;
    if (!e.code && len > max) e = err_make(ERR_LIMIT, "%.200s is longer than %zu bytes", path, max);
    (void)close(fd);
    if (!e.code) *out = (str){ text, len };
    return e;
}

static err key_ok(str key)
{
    for (size_t i = 0; i < key.len; i++)
        if (!isgraph((unsigned char)key.ptr[i])) return err_make(ERR_INPUT, "the key is not one printable word");
    return OK;
}

err run_key(str file, str data_dir, struct arena *a, str *key)
{
    str text = STR_NONE;
    const char *from_env = getenv("WEIR_KEY");
    err e = OK;
    if (file.len) e = read_file(str_z(a, file), KEY_MAX, a, &text);
    else if (from_env) text = str_dup(a, str_of(from_env));
    else if (data_dir.len) {
        err absent = read_file(str_fmt(a, STR_FMT "/ingest.key", STR_ARG(data_dir)).ptr, KEY_MAX, a, &text);
        if (absent.code) text = STR_NONE; /* a server may know the host, or there is none: the report says */
    }
    if (e.code) return e;
    *key = str_trim(text);
    return key_ok(*key);
}

/* ---- the last answer, kept ---- */

static const char *cache_path(const struct run_opts *o, struct arena *a)
{
    struct buf b = buf_init(4096);
    buf_fmt(&b, STR_FMT "/knobs/", STR_ARG(o->data_dir));
    for (size_t i = 0; i < o->pipeline.len; i++) { /* a name from the command line never leaves the folder */
        unsigned char c = (unsigned char)o->pipeline.ptr[i];
        if (isalnum(c) || c == '_' || c == '-') buf_char(&b, (char)c);
        else buf_fmt(&b, "%%%02x", c);
    }
    buf_add(&b, STR(".json"));
    const char *path = b.full || !o->data_dir.len ? NULL : str_z(a, buf_view(&b));
    buf_done(&b);
    return path;
}

static void cache_write(const struct run_opts *o, str text, struct arena *a)
{
    str before = STR_NONE;
    const char *path = cache_path(o, a);
    if (!path) return;
    err e = read_file(path, KNOBS_REPLY_MAX, a, &before);
    if (!e.code && str_eq(before, text)) return; /* the usual case costs no write */
    (void)mkdir(str_z(a, o->data_dir), 0700);
    (void)mkdir(str_fmt(a, STR_FMT "/knobs", STR_ARG(o->data_dir)).ptr, 0700);
    e = file_put(path, text, 0600, FILE_PUT_REPLACE); /* without it the next job asks again */
    if (e.code) log_debug("knobs.cache error=%s", e.msg);
}

static bool take(str text, const char *member, struct arena *a, struct knobs *out)
{
    json *root = NULL;
    err e = json_parse(text, a, &root);
    json *items = e.code || !member ? root : json_get(root, member);
    if (e.code || !yyjson_is_arr(items)) return false;
    knobs_read(items, out);
    return true;
}

/* ---- the server ---- */

static str query_name(str name, struct arena *a)
{
    struct buf b = buf_init(4096);
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (isalnum(c) || memchr("_.-", c, 3)) buf_char(&b, (char)c);
        else buf_fmt(&b, "%%%02X", c);
    }
    return buf_take(&b, a);
}

static bool ask_server(const struct run_opts *o, struct arena *a, struct knobs *out)
{
    str headers[1];
    struct http_reply reply = { 0 };
    struct http_request req = { .method = STR("GET"), .headers = headers, .timeout = KNOBS_TIMEOUT,
                                .reply_max = KNOBS_REPLY_MAX, .from_operator = true };
    if (!o->server.len) return false;
    str name = query_name(o->pipeline, a);
    req.url = str_fmt(a, STR_FMT "/api/v1/knobs?pipeline=" STR_FMT, STR_ARG(o->server), STR_ARG(name));
    if (o->key.len) headers[req.header_count++] = str_fmt(a, "x-api-key: " STR_FMT, STR_ARG(o->key));
    /* A library may write to a socket that was closed; what the command inherits must not change for that. */
    struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
    (void)sigaction(SIGPIPE, &ignore, &before);
    err e = o->env->http(o->env, &req, a, &reply);
    (void)sigaction(SIGPIPE, &before, NULL);
    return !e.code && reply.status == 200 && take(reply.body, "items", a, out);
}

void run_knobs(const struct run_opts *o, struct arena *a, struct knobs *out)
{
    str cached = STR_NONE;
    if (ask_server(o, a, out)) {
        cache_write(o, knobs_list_json(out, a), a);
        return;
    }
    const char *path = cache_path(o, a);
    err e = path ? read_file(path, KNOBS_REPLY_MAX, a, &cached) : err_make(ERR_NOT_FOUND, "no data folder");
    if (!e.code && take(cached, NULL, a, out)) return;
    if (o->knob_defaults.len) (void)take(o->knob_defaults, NULL, a, out);
}
