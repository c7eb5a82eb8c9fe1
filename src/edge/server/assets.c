/* Files inside the binary: the page (web/dist, gzipped) and schemas.json. tools/embed_web.py makes the table. */
#include "edge/server/server_internal.h"
#include "web_assets.h" /* generated: embedded_files[], ended by a NULL path */

/* NULL when there is none */
static const struct asset *asset_find(str path)
{
    for (const struct asset *a = embedded_files; a->path; a++)
        if (str_eq(path, str_of(a->path))) return a;
    return NULL;
}

static str bytes_of(const struct asset *a)
{
    return str_span((const char *)a->from, (const char *)a->to);
}

str asset_text(const char *name)
{
    const struct asset *a = asset_find(str_of(name));
    return a ? bytes_of(a) : STR_NONE;
}

/* Names with a content hash never change their content; the others are asked for again each time. */
static bool forever(const struct asset *a)
{
    return strncmp(a->path, "/assets/", 8) == 0;
}

bool asset_reply(struct request *req, struct response *res)
{
    const struct asset *a =
        req->path.ptr[0] == '/' ? asset_find(STR_IS(req->path, "/") ? STR("/index.html") : req->path) : NULL;
    if (!a) return false;
    str tag = str_of(a->etag);
    bool same = str_find(req->header(req, "If-None-Match"), tag, 0) >= 0;
    if (a->gzip && str_find(req->header(req, "Accept-Encoding"), STR("gzip"), 0) < 0) {
        http_problem(res, 406, "Not acceptable", STR("the page is kept as gzip; send Accept-Encoding: gzip"));
        return true;
    }
    res->status = same ? 304 : 200;
    res->content_type = str_of(a->type);
    res->shared_body = same ? STR("") : bytes_of(a);
    http_header(res, str_fmt(req->arena, "ETag: " STR_FMT, STR_ARG(tag)));
    http_header(res, forever(a) ? STR("Cache-Control: public, max-age=31536000, immutable")
                                : STR("Cache-Control: no-cache"));
    if (a->gzip && !same) http_header(res, STR("Content-Encoding: gzip"));
    http_header(res, STR("Vary: Accept-Encoding"));
    return true;
}
