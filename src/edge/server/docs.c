/* /docs: the table of routes as a page to read. No scripts, nothing from elsewhere. */
#include "edge/server/server_internal.h"

static void text(struct buf *out, const char *z)
{
    for (; z && *z; z++) {
        if (*z == '<') buf_add(out, STR("&lt;"));
        else if (*z == '>') buf_add(out, STR("&gt;"));
        else if (*z == '&') buf_add(out, STR("&amp;"));
        else if (*z == '"') buf_add(out, STR("&quot;"));
        else buf_char(out, *z);
    }
}

static const char top[] =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
    "content=\"width=device-width,initial-scale=1\"><title>weir API</title>"
    "<style>:root{color-scheme:light dark;--line:#8884}body{font:16px/1.5 "
    "system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}"
    "h1{margin-bottom:0}h2{margin-top:2.5rem;text-transform:capitalize;border-bottom:1px solid "
    "var(--line)}code{font:14px/1.4 ui-monospace,monospace}"
    "article{padding:.6rem 0;border-bottom:1px solid var(--line)}article p{margin:.2rem "
    "0}.m{display:inline-block;min-width:4.5rem;font-weight:700}"
    ".r{float:right;font-size:.8rem;border:1px solid var(--line);border-radius:1rem;padding:0 "
    ".6rem}small{opacity:.75}pre{overflow-x:auto;padding:.8rem;border:1px solid "
    "var(--line);border-radius:.5rem}</style>"
    "<h1>weir API</h1><p>Machine-readable: <a href=/openapi.json>/openapi.json</a> (OpenAPI 3.1). Errors are "
    "problem details (RFC 9457). Lists answer <code>{\"items\":[...],\"next_cursor\":...}</code>; give the cursor back "
    "to go on. "
    "Every mutation takes an <code>Idempotency-Key</code>: the same key gives the same answer for 24 hours, without a "
    "second action.</p>"
    "<p>Send your key as <code>x-api-key</code> or <code>Authorization: Bearer</code>; the role on the right is the "
    "least one that may call.</p>"
    "<pre>curl -H \"x-api-key: $WEIR_KEY\" http://127.0.0.1:8090/api/v1/incidents?state=open</pre>";

static void route_write(const struct route *r, struct buf *out)
{
    buf_add(out, STR("<article><span class=r>"));
    text(out, role_text(r->role));
    buf_add(out, STR("</span><code><span class=m>"));
    text(out, r->method);
    buf_add(out, STR("</span> "));
    text(out, r->path);
    buf_add(out, STR("</code><p>"));
    text(out, r->summary);
    buf_add(out, STR("</p>"));
    const struct {
        const char *name, *value;
    } rows[] = { { "query", r->query }, { "body", r->body_schema }, { "reply", r->reply_schema } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].value) continue;
        buf_fmt(out, "<p><small>%s: <code>", rows[i].name);
        text(out, rows[i].value);
        buf_add(out, STR("</code></small></p>"));
    }
    buf_add(out, STR("</article>"));
}

static bool tag_before(const struct router *router, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(router->routes[k]->tag, router->routes[i]->tag) == 0) return true;
    return false;
}

void docs_write(const struct router *router, struct buf *out)
{
    buf_add(out, str_of(top));
    for (size_t i = 0; i < router->count; i++) {
        const char *tag = router->routes[i]->tag;
        if (strcmp(tag, "page") == 0 || tag_before(router, i)) continue;
        buf_add(out, STR("<h2>"));
        text(out, tag);
        buf_add(out, STR("</h2>"));
        for (size_t k = i; k < router->count; k++)
            if (strcmp(router->routes[k]->tag, tag) == 0) route_write(router->routes[k], out);
    }
}
