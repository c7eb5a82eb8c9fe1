/* Keys: made here, shown once, stored as their digest. */
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

static const struct col key_columns[] = {
    { "name", COL_TEXT },   { "id", COL_TEXT }, { "role", COL_TEXT }, { "created", COL_INT },
    { "revoked", COL_INT }, { "seq", COL_INT }, { .name = NULL },
};

static void list(struct request *req, struct response *res)
{
    str cursor = http_query(req, "cursor");
    struct val vals[] = { V(cursor.ptr ? cursor : STR("")), V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_KEYS, key_columns, 0, vals, 2);
}

static str new_key(struct request *req)
{
    uint8_t bytes[24];
    env_random_bytes(server_env(req->ctx), bytes, sizeof bytes);
    return str_fmt(req->arena, "weir_" STR_FMT,
                   STR_ARG(hex_text((str){ (const char *)bytes, sizeof bytes }, req->arena)));
}

static void add(struct request *req, struct response *res)
{
    int64_t seq = 0;
    str name = json_get_str(req->json, "name"), role = json_get_str(req->json, "role"), key = new_key(req);
    struct sha256 digest = sha256_of(key);
    if (str_find(name, STR("#"), 0) >= 0) { /* as people of an issuer are named: nobody is two */
        http_problem_rule(res, err_make(ERR_INPUT, "the name of a key has no '#'"));
        return;
    }
    struct buf body = buf_init(4096);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "hash", hex_text((str){ (const char *)digest.b, SHA256_LEN }, req->arena));
    jw_str(&w, "role", role);
    jw_close(&w);
    res->secret = true;
    if (reply_input(req, res, STR("key.added"), name, &body, &seq)) {
        struct jw out = jw_init(&res->body);
        jw_open(&out, NULL);
        jw_str(&out, "name", name);
        jw_str(&out, "role", role);
        jw_str(&out, "key", key);
        jw_i64(&out, "seq", seq);
        jw_close(&out);
    }
    buf_done(&body);
}

static void revoke(struct request *req, struct response *res)
{
    int64_t seq = 0;
    if (str_eq(req->path_args[0], req->actor)) { /* nobody locks the door with the key inside */
        http_problem_err(res, err_make(ERR_CONFLICT, "a key cannot revoke itself"));
        return;
    }
    struct buf body = buf_init(64);
    buf_add(&body, STR("{}"));
    if (reply_input(req, res, STR("key.revoked"), req->path_args[0], &body, &seq)) {
        auth_forget(server_of(req)->auth, req->path_args[0]);
        res->content_type = STR("");
    }
    buf_done(&body);
}

const struct route api_key_routes[] = {
    { "GET", "/api/v1/keys", ROLE_ADMIN, "keys", "Keys, by name; never the keys themselves", QUERY_PAGE, NULL, "Key[]",
      200, 0, list },
    { "POST", "/api/v1/keys", ROLE_ADMIN, "keys", "Make a key; the reply is the only time it is shown", NULL, "NewKey",
      "MadeKey", 201, 64 << 10, add },
    { "DELETE", "/api/v1/keys/{name}", ROLE_ADMIN, "keys", "Revoke a key", NULL, NULL, NULL, 204, 64 << 10, revoke },
    ROUTES_END,
};
