/* Any bytes as path, query and JSON body: the router gives decoded valid text or an error, a query that passes has only
 * known names, and a body that fits its schema still fits after it was written and read again. */
#include <assert.h>

#include "edge/server/router.h"
#include "edge/server/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nothing(struct request *req, struct response *res)
{
    (void)req;
    (void)res;
}

static const struct route table[] = {
    { "GET", "/a/{id}/b/{name}", ROLE_VIEWER, "t", "", QUERY_PAGE_SEQ " state:enum(x|y) text:string(1..5)", NULL, NULL,
      200, 0, nothing },
    { "GET", "/a/{id}/b/c", ROLE_VIEWER, "t", "", NULL, NULL, NULL, 200, 0, nothing },
    ROUTES_END,
};
static const char schema[] = "{\"T\":{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":false,"
                             "\"maxProperties\":3,\"properties\":{\"a\":{\"type\":[\"string\",\"null\"],"
                             "\"maxLength\":3},\"b\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9},\"c\":{"
                             "\"type\":\"array\",\"maxItems\":3,\"items\":{\"$ref\":\"#/components/schemas/T\"}}}}}";

static void check_path(str path, struct arena *a)
{
    struct router r = { .count = 0 };
    struct match m;
    assert(!router_add(&r, table).code);
    if (router_find(&r, STR("GET"), path, a, &m).code || !m.route) return;
    for (size_t i = 0; i < PATH_ARGS_MAX && m.path_args[i].ptr; i++)
        assert(str_utf8_valid(m.path_args[i]) && !memchr(m.path_args[i].ptr, 0, m.path_args[i].len));
}

static void check_query(str query, struct arena *a)
{
    struct request req = { .arena = a };
    if (router_query(&req, table[0].query, query).code) return;
    assert(req.param_count <= 4 && http_limit(&req) >= 1 && http_limit(&req) <= PAGE_MAX);
}

static void check_body(str body, struct arena *a)
{
    struct schemas *s = NULL;
    json *v = NULL, *again = NULL;
    assert(!schemas_open(str_of(schema), &s).code);
    if (!json_parse(body, a, &v).code && !schema_check(s, schemas_get(s, STR("T")), v).code) {
        assert(yyjson_is_obj(v));
        assert(!json_parse(json_text(v, a), a, &again).code && !schema_check(s, schemas_get(s, STR("T")), again).code);
    }
    schemas_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65536) return 0;
    struct arena a = arena_init(64 << 20);
    str text = { (const char *)data, size };
    check_path(text, &a);
    check_query(text, &a);
    check_body(text, &a);
    arena_done(&a);
    return 0;
}
