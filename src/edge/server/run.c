/* Between a request's last byte and its reply: undo gzip, parse and check JSON, look for an earlier request with the
 * same Idempotency-Key, and only then the handler. */
#include <zlib.h>

#include "edge/server/server_internal.h"

static bool encoding_is(const struct request *req, str name)
{
    return str_eq_nocase(str_trim(req->content_encoding), name);
}

/* All of it, or an error when it would be larger than max: a small gzip can hold gigabytes. */
static err gunzip(str in, size_t max, struct arena *a, str *out)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)in.ptr, .avail_in = (uInt)in.len };
    struct buf b = buf_init(max * 2 + 65536);
    int rc = Z_DATA_ERROR;
    if (in.len <= UINT32_MAX && inflateInit2(&z, 15 + 16) == Z_OK) {
        do {
            char *to = buf_room(&b, 32768);
            z.next_out = (Bytef *)to;
            z.avail_out = to ? 32768 : 0;
            rc = to ? inflate(&z, Z_NO_FLUSH) : Z_BUF_ERROR;
            if (to) b.len += 32768 - z.avail_out;
        } while (rc == Z_OK && b.len <= max && (z.avail_in || !z.avail_out));
        (void)inflateEnd(&z);
    }
    err e = OK;
    if (b.len > max) e = err_make(ERR_LIMIT, "the body is larger than %zu bytes when unpacked", max);
    else if (rc != Z_STREAM_END) e = err_make(ERR_INPUT, "the body is not valid gzip");
    else *out = str_dup(a, buf_view(&b));
    buf_done(&b);
    return e;
}

static bool decode_body(struct server *s, const struct route *route, struct request *req, struct response *res)
{
    str coding = str_trim(req->content_encoding);
    size_t max = route->body_max ? route->body_max : s->opts.body_max;
    if (!coding.len || encoding_is(req, STR("identity")) || encoding_is(req, STR("snappy"))) return true;
    if (!encoding_is(req, STR("gzip"))) {
        http_problem(res, 415, "Unsupported encoding", STR("Content-Encoding must be gzip, snappy or absent"));
        return false;
    }
    err e = gunzip(req->body, max, req->arena, &req->body);
    if (e.code) http_problem_err(res, e);
    return !e.code;
}

static bool json_type_ok(const struct request *req)
{
    str type = req->content_type, first;
    if (!str_next(&type, ';', &first)) return true; /* absent */
    first = str_trim(first);
    return str_eq_nocase(first, STR("application/json")) || str_ends(first, STR("+json"));
}

/* "\u0000" in the text: a NUL would end a name early somewhere below, and no name or sentence needs one. */
static bool has_nul(str text)
{
    ptrdiff_t at = -1;
    while ((at = str_find(text, STR("\\u0000"), (size_t)(at + 1))) >= 0) {
        size_t slashes = 0;
        while (slashes < (size_t)at && text.ptr[(size_t)at - slashes - 1] == '\\') slashes++;
        if (slashes % 2 == 0) return true;
    }
    return false;
}

static bool parse_body(struct server *s, const struct route *route, struct request *req, struct response *res)
{
    if (!route->body_schema) return true;
    if (!json_type_ok(req)) {
        http_problem(res, 415, "Unsupported media type", STR("send JSON, with Content-Type: application/json"));
        return false;
    }
    err e =
        req->body.len ? json_parse(req->body, req->arena, &req->json) : err_make(ERR_INPUT, "a JSON body is needed");
    if (!e.code) e = schema_check(s->schemas, schemas_get(s->schemas, str_of(route->body_schema)), req->json);
    if (e.code) http_problem_err(res, e);
    else if (has_nul(req->body))
        http_problem_rule(res, e = err_make(ERR_INPUT, "texts must not contain a NUL character"));
    return !e.code;
}

/* {seq} is a number; every other part a text of reasonable length. */
static bool path_ok(const struct route *route, struct request *req, struct response *res)
{
    int64_t n;
    bool number = strstr(route->path, "{seq}") != NULL;
    for (size_t i = 0; i < PATH_ARGS_MAX && req->path_args[i].ptr; i++) {
        bool ok = number ? !str_to_i64(req->path_args[i], &n).code && n > 0 : req->path_args[i].len <= 300;
        if (ok) continue;
        http_problem(res, 404, "Not found",
                     number ? STR("a journal entry is named by a number from 1") : STR("no name is that long"));
        return false;
    }
    return true;
}

void run_request(struct server *s, const struct route *route, struct request *req, struct response *res)
{
    bool mutation = strcmp(route->method, "GET") != 0;
    if (!path_ok(route, req, res) || !decode_body(s, route, req, res) || !parse_body(s, route, req, res)) return;
    if (mutation && req->idempotency_key.ptr && idem_replay(s, req, res)) return;
    route->handle(req, res);
    if (mutation && req->idempotency_key.len && res->status < 300) idem_keep(s, req, res);
}
