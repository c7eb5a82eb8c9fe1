/* /openapi.json: OpenAPI 3.1 from the same tables that route, check and authorise. */
#include "edge/server/server_internal.h"

static void schema_ref(struct jw *w, const char *key, str name)
{
    char ref[160];
    (void)snprintf(ref, sizeof ref, "#/components/schemas/" STR_FMT, STR_ARG(name));
    jw_open(w, key);
    jw_strz(w, "$ref", ref);
    jw_close(w);
}

/* "Run" is a schema, "Run[]" a page of it. */
static void reply_schema(struct jw *w, const char *name)
{
    str s = str_of(name);
    if (!str_ends(s, STR("[]"))) {
        schema_ref(w, "schema", s);
        return;
    }
    jw_open(w, "schema");
    jw_strz(w, "type", "object");
    jw_raw(w, "required", STR("[\"items\",\"next_cursor\"]"));
    jw_open(w, "properties");
    jw_open(w, "items");
    jw_strz(w, "type", "array");
    schema_ref(w, "items", str_cut(s, 0, s.len - 2));
    jw_close(w);
    jw_raw(w, "next_cursor",
           STR("{\"type\":[\"string\",\"null\"],\"description\":\"give it as cursor to get the next page\"}"));
    jw_close(w);
    jw_close(w);
}

static void parameter(struct jw *w, str name, const char *in, bool required)
{
    jw_open(w, NULL);
    jw_str(w, "name", name);
    jw_strz(w, "in", in);
    jw_bool(w, "required", required);
    jw_open(w, "schema");
}

static void parameter_end(struct jw *w)
{
    jw_close(w);
    jw_close(w);
}

static const char no_nul[] = "^[^\\u0000]*$"; /* refused wherever it is in an address */

static void path_parameters(struct jw *w, const char *path)
{
    str rest = str_of(path), part;
    while (str_next(&rest, '/', &part)) {
        if (part.len < 3 || part.ptr[0] != '{') continue;
        str name = str_cut(part, 1, part.len - 2);
        bool number = STR_IS(name, "seq");
        parameter(w, name, "path", true);
        jw_strz(w, "type", number ? "integer" : "string");
        if (number) jw_i64(w, "minimum", 1);
        else jw_i64(w, "minLength", 1), jw_strz(w, "pattern", no_nul);
        parameter_end(w);
    }
}

static void words(struct jw *w, str list)
{
    str one;
    jw_array(w, "enum");
    while (str_next(&list, '|', &one)) jw_str(w, NULL, one);
    jw_array_end(w);
}

static void query_parameters(struct jw *w, const char *spec)
{
    struct query_spec q;
    str rest = str_of(spec);
    err e;
    while (query_spec_next(&rest, &q, &e)) {
        parameter(w, q.name, "query", q.required);
        jw_strz(w, "type", q.type == QUERY_INTEGER ? "integer" : "string");
        if (q.type == QUERY_ENUM) words(w, q.words);
        if (q.type == QUERY_STRING && q.min > 0) jw_i64(w, "minLength", q.min);
        if (q.type == QUERY_STRING) jw_i64(w, "maxLength", q.max), jw_strz(w, "pattern", no_nul);
        if (q.type == QUERY_INTEGER) jw_i64(w, "minimum", q.min);
        if (q.type == QUERY_INTEGER) jw_i64(w, "maximum", q.max);
        parameter_end(w);
    }
}

static void mutation_parameters(struct jw *w)
{
    parameter(w, STR("Idempotency-Key"), "header", false);
    jw_strz(w, "type", "string");
    jw_strz(w, "pattern", "^[!-~]{1,128}$");
    parameter_end(w);
}

static void problem_reply(struct jw *w, const char *status, const char *text)
{
    jw_open(w, status);
    jw_strz(w, "description", text);
    jw_open(w, "content");
    jw_open(w, "application/problem+json");
    schema_ref(w, "schema", STR("Problem"));
    jw_close(w);
    jw_close(w);
    jw_close(w);
}

static void success_reply(struct jw *w, const struct route *r)
{
    char status[8];
    (void)snprintf(status, sizeof status, "%d", r->success);
    jw_open(w, status);
    jw_strz(w, "description", r->success == 201 ? "created" : "fine");
    if (r->success != 204 && r->reply_schema) {
        jw_open(w, "content");
        jw_open(w, "application/json");
        reply_schema(w, r->reply_schema);
        jw_close(w);
        if (strcmp(r->path, "/api/v1/metrics") == 0) jw_raw(w, "text/plain", STR("{\"schema\":{\"type\":\"string\"}}"));
        jw_close(w);
    } else if (r->success == 200) {
        bool events = strstr(r->path, "/stream") != NULL;
        jw_open(w, "content");
        jw_raw(w, events ? "text/event-stream" : "text/plain", STR("{\"schema\":{\"type\":\"string\"}}"));
        jw_close(w);
    }
    jw_close(w);
}

static void operation(struct jw *w, const struct route *r, size_t body_max)
{
    char key[16];
    size_t i = 0;
    for (; r->method[i] && i + 1 < sizeof key; i++) key[i] = (char)(r->method[i] | 0x20);
    key[i] = '\0';
    jw_open(w, key);
    jw_array(w, "tags");
    jw_strz(w, NULL, r->tag);
    jw_array_end(w);
    jw_strz(w, "summary", r->summary);
    jw_strz(w, "x-role", role_text(r->role));
    if (strcmp(r->method, "GET") != 0) jw_i64(w, "x-body-max", (int64_t)(r->body_max ? r->body_max : body_max));
    jw_raw(w, "security", r->role == ROLE_PUBLIC ? STR("[]") : STR("[{\"key\":[]},{\"bearer\":[]},{\"session\":[]}]"));
    jw_array(w, "parameters");
    path_parameters(w, r->path);
    query_parameters(w, r->query);
    if (strcmp(r->method, "GET") != 0) mutation_parameters(w);
    jw_array_end(w);
    if (r->body_schema) {
        jw_open(w, "requestBody");
        jw_bool(w, "required", true);
        jw_open(w, "content");
        jw_open(w, "application/json");
        schema_ref(w, "schema", str_of(r->body_schema));
        jw_close(w);
        jw_close(w);
        jw_close(w);
    }
    if (strcmp(r->path, "/api/v1/write") == 0)
        jw_raw(w, "requestBody",
               STR("{\"required\":true,\"content\":{\"application/"
                   "x-protobuf\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}}}"));
    jw_open(w, "responses");
    success_reply(w, r);
    problem_reply(w, "default", "not done; the body says why (RFC 9457)");
    jw_close(w);
    jw_close(w);
}

static bool shown(const struct route *r)
{
    return strcmp(r->tag, "page") != 0;
}

static bool path_before(const struct router *router, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (shown(router->routes[k]) && strcmp(router->routes[k]->path, router->routes[i]->path) == 0) return true;
    return false;
}

static void paths(struct jw *w, const struct router *router, size_t body_max)
{
    jw_open(w, "paths");
    for (size_t i = 0; i < router->count; i++) {
        const struct route *r = router->routes[i];
        if (!shown(r) || path_before(router, i)) continue;
        jw_open(w, r->path);
        for (size_t k = i; k < router->count; k++)
            if (strcmp(router->routes[k]->path, r->path) == 0) operation(w, router->routes[k], body_max);
        jw_close(w);
    }
    jw_close(w);
}

void openapi_write(const struct router *router, const struct schemas *schemas, size_t body_max, struct arena *a,
                   struct buf *out)
{
    struct jw w = jw_init(out);
    jw_open(&w, NULL);
    jw_strz(&w, "openapi", "3.1.0");
    jw_open(&w, "info");
    jw_strz(&w, "title", "weir");
    jw_strz(&w, "version", WEIR_VERSION);
    jw_strz(&w, "summary", "Watches data pipelines, finds why they break, and fixes what policy allows.");
    jw_open(&w, "license");
    jw_strz(&w, "name", "Apache-2.0");
    jw_strz(&w, "identifier", "Apache-2.0");
    jw_close(&w);
    jw_close(&w);
    jw_raw(&w, "servers", STR("[{\"url\":\"/\"}]"));
    paths(&w, router, body_max);
    jw_open(&w, "components");
    jw_raw(&w, "schemas", json_text(schemas_all(schemas), a));
    jw_raw(&w, "securitySchemes",
           STR("{\"key\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"x-api-key\"},"
               "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"a key, or a token (JWT) of the "
               "configured issuer\"},"
               "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"weir_session\"}}"));
    jw_close(&w);
    jw_close(&w);
}
