/* The page's door: a key or a one-time link becomes a session cookie that no script can read and no other site can
 * send. */
#include "edge/server/reply.h"
#include "edge/server/router.h"
#include "edge/server/server_internal.h"

static void set_cookie(struct request *req, struct response *res, str session)
{
    http_header(res, auth_cookie(session, server_of(req)->opts.tls_cert.len > 0, req->arena));
}

static void write_who(struct response *res, const struct who *who)
{
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_str(&w, "name", who->name);
    jw_strz(&w, "role", role_text(who->role));
    jw_close(&w);
}

static void login(struct request *req, struct response *res)
{
    struct who who;
    struct auth *auth = server_of(req)->auth;
    res->secret = true;
    err e = auth_key(auth, json_get_str(req->json, "key"), req->client, req->arena, &who);
    if (e.code == ERR_DENIED) {
        http_problem(res, 401, "Not authenticated", str_dup(req->arena, str_of(e.msg)));
        return;
    }
    if (e.code) {
        http_problem_err(res, e);
        return;
    }
    set_cookie(req, res, auth_session_new(auth, &who, req->arena));
    write_who(res, &who);
}

static void logout(struct request *req, struct response *res)
{
    res->secret = true;
    auth_session_end(server_of(req)->auth, req);
    set_cookie(req, res, STR(""));
    res->content_type = STR("");
}

static void me(struct request *req, struct response *res)
{
    struct who who = { .name = req->actor, .role = req->role };
    write_who(res, &who);
}

static const char form_top[] = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
                               "content=\"width=device-width,initial-scale=1\"><title>weir: log in</title>"
                               "<style>:root{color-scheme:light dark}body{font:16px/1.5 "
                               "system-ui,sans-serif;max-width:24rem;margin:15vh auto;padding:0 1rem}"
                               "input,button{font:inherit;width:100%;padding:.6rem;margin-top:.4rem;box-sizing:border-"
                               "box}p[role=alert]{border-left:.3rem solid #c33;padding-left:.6rem}</style>"
                               "<h1>weir</h1>";
static const char form_end[] = "<form method=post action=/login><label>Your key<input type=password name=key "
                               "autocomplete=current-password autofocus required></label>"
                               "<button>Log in</button></form><p><small>The first key is in the file "
                               "<code>admin.key</code> of the data folder.</small></p>";

static void show_form(struct response *res, int status, const char *problem)
{
    res->status = status;
    res->content_type = STR("text/html; charset=utf-8");
    buf_add(&res->body, str_of(form_top));
    if (problem) buf_fmt(&res->body, "<p role=alert>%s</p>", problem);
    buf_add(&res->body, str_of(form_end));
}

static void enter(struct request *req, struct response *res, const struct who *who)
{
    set_cookie(req, res, auth_session_new(server_of(req)->auth, who, req->arena));
    res->status = 303;
    res->location = STR("/");
    res->content_type = STR("");
}

static void login_page(struct request *req, struct response *res)
{
    struct who who;
    str token = http_query(req, "token");
    bool head = STR_IS(req->method, "HEAD"); /* link previews must not use the link up */
    if (!token.ptr || head) {
        show_form(res, 200, NULL);
        return;
    }
    err e = auth_token_use(server_of(req)->auth, token, req->client, req->arena, &who);
    if (e.code) show_form(res, e.code == ERR_FULL ? 429 : 401, e.msg);
    else enter(req, res, &who);
}

static void login_form(struct request *req, struct response *res)
{
    struct who who;
    str rest = req->body, one, key = STR(""), prefix = STR("key=");
    res->secret = true;
    while (rest.len && str_next(&rest, '&', &one))
        if (str_starts(one, prefix) && percent_decode(str_cut(one, prefix.len, one.len), true, req->arena, &key).code)
            key = STR("");
    err e = auth_key(server_of(req)->auth, str_trim(key), req->client, req->arena, &who);
    if (e.code) show_form(res, e.code == ERR_FULL ? 429 : e.code == ERR_DENIED ? 401 : 503, e.msg);
    else enter(req, res, &who);
}

const struct route api_login_routes[] = {
    { "GET", "/login", ROLE_PUBLIC, "page", "The form for a key, or the end of a one-time link", "token:string(1..100)",
      NULL, NULL, 200, 0, login_page },
    { "POST", "/login", ROLE_PUBLIC, "page", "The form sent", NULL, NULL, NULL, 303, 8 << 10, login_form },
    { "POST", "/api/v1/login", ROLE_PUBLIC, "session", "Turn a key into a session cookie", NULL, "Login", "Who", 200,
      8 << 10, login },
    { "POST", "/api/v1/logout", ROLE_PUBLIC, "session", "End the session", NULL, NULL, NULL, 204, 8 << 10, logout },
    { "GET", "/api/v1/me", ROLE_INGEST, "session", "Whose key this is", NULL, NULL, "Who", 200, 0, me },
    ROUTES_END,
};
