#include "edge/cli/client.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "edge/cli/config_cli.h"
#include "edge/cli/table.h"
#include "edge/files.h"
#include "edge/http_client.h"
#include "edge/server/server.h"

enum { REPLY_MAX = 64 << 20, KEY_MAX = 512 };
#define CALL_TIMEOUT (15 * USEC_SECOND)

static err read_key(struct cli *cli, str *key)
{
    struct arena *a = cli_arena(cli);
    str file = cli_str(cli, "key-file"), text = STR_NONE;
    const char *given = getenv("WEIR_KEY");
    bool named = file.len > 0;
    *key = STR("");
    if (!named && given && *given) text = str_of(given);
    if (!named && !text.len) file = str_fmt(a, STR_FMT "/admin.key", STR_ARG(cli_data_dir(cli)));
    err e = text.len ? OK : file_read(file, KEY_MAX, a, &text);
    if (e.code && !named) return OK; /* no key at all: the server says what is missing */
    if (!e.code) *key = str_trim(text);
    for (size_t i = 0; !e.code && i < key->len; i++)
        if (key->ptr[i] <= ' ' || key->ptr[i] == 0x7f) e = err_make(ERR_INPUT, "the key is not one word");
    return e;
}

int client_open(struct cli *cli, struct client *out)
{
    struct config *config = NULL;
    *out = (struct client){ .cli = cli, .server = cli_str(cli, "server") };
    err e = read_key(cli, &out->key);
    if (e.code) return cli_fail_err(cli, e);
    if (!out->server.len) {
        int rc = config_of(cli, &config);
        if (rc) return rc;
        out->server = config_server_url(config, cli_arena(cli));
        config_free(config);
    }
    while (out->server.len && out->server.ptr[out->server.len - 1] == '/') out->server.len--;
    if (str_starts(out->server, STR("http://")) || str_starts(out->server, STR("https://"))) return EXIT_FINE;
    return cli_fail(cli, EXIT_USAGE, "--server: expected an address such as http://127.0.0.1:8090, got '" STR_FMT "'",
                    STR_ARG(str_cut(out->server, 0, 80)));
}

str client_path(struct client *c, const char *before, str id, const char *rest)
{
    struct buf b = buf_init(64 * 1024);
    buf_add(&b, str_of(before));
    url_percent(&b, id);
    buf_add(&b, str_of(rest));
    return buf_take(&b, cli_arena(c->cli));
}

str client_query(struct client *c, str path, const char *name, str value)
{
    if (!value.len) return path;
    str before =
        str_fmt(cli_arena(c->cli), STR_FMT "%c%s=", STR_ARG(path), str_find(path, STR("?"), 0) < 0 ? '?' : '&', name);
    return client_path(c, before.ptr, value, "");
}

str client_page(struct client *c, str path)
{
    return client_query(c, client_query(c, path, "limit", cli_str(c->cli, "limit")), "cursor",
                        cli_str(c->cli, "cursor"));
}

static int refused(struct client *c, const struct answer *a)
{
    str detail = json_get_str(a->root, "detail"), title = json_get_str(a->root, "title");
    if (a->status == 401 || (a->status == 403 && !c->key.len))
        return cli_fail(
            c->cli, EXIT_FOUND,
            "%s; give a key with --key-file or WEIR_KEY (weir serve writes the first one to DATA/admin.key)",
            c->key.len ? "the server does not know this key" : "the server wants a key");
    if (detail.len) return cli_fail(c->cli, EXIT_FOUND, STR_FMT, STR_ARG(str_cut(detail, 0, 500)));
    return cli_fail(c->cli, a->status >= 500 ? EXIT_FAILED : EXIT_FOUND, "the server answers %d " STR_FMT, a->status,
                    STR_ARG(str_cut(title, 0, 100)));
}

/* The server answers, but something keeps it from its work: that must not be missed below a list that looks well. */
static void warn_of_trouble(struct client *c, str trouble)
{
    if (!trouble.len || c->warned) return;
    c->warned = true;
    (void)fprintf(stderr, "weir: WARNING from the server: " STR_FMT "\n", STR_ARG(str_cut(trouble, 0, 500)));
}

/* type: of the body. */
static int exchange(struct client *c, const char *method, str path, const char *type, str body, struct answer *out)
{
    struct cli *cli = c->cli;
    struct arena *a = cli_arena(cli);
    struct env *env = cli_env(cli);
    uint8_t bytes[16];
    struct http_reply reply = { 0 };
    str headers[4];
    size_t n = 0;
    bool changes = !str_eq(str_of(method), STR("GET"));
    if (c->key.len) headers[n++] = str_fmt(a, "x-api-key: " STR_FMT, STR_ARG(c->key));
    if (body.len) headers[n++] = str_fmt(a, "Content-Type: %s", type);
    if (changes) {
        env_random_bytes(env, bytes, sizeof bytes);
        headers[n++] =
            str_fmt(a, "Idempotency-Key: " STR_FMT, STR_ARG(hex_text((str){ (const char *)bytes, sizeof bytes }, a)));
    }
    struct http_request q = { .method = str_of(method),
                              .url = str_fmt(a, STR_FMT STR_FMT, STR_ARG(c->server), STR_ARG(path)),
                              .body = body,
                              .headers = headers,
                              .header_count = n,
                              .timeout = CALL_TIMEOUT,
                              .reply_max = REPLY_MAX,
                              .want_header = SERVER_TROUBLE_HEADER,
                              .from_operator = true };
    *out = (struct answer){ 0 };
    if (!env->http) return cli_fail(cli, EXIT_FAILED, "this build has no HTTP client");
    err e = env->http(env, &q, a, &reply);
    if (e.code)
        return cli_fail(cli, EXIT_FAILED, "no answer from " STR_FMT " (%s); is weir serve running?", STR_ARG(c->server),
                        e.msg);
    warn_of_trouble(c, reply.header);
    *out = (struct answer){ .status = reply.status, .text = reply.body };
    if (reply.body.len && json_parse(reply.body, a, &out->root).code) out->root = NULL;
    return reply.status < 200 || reply.status > 299 ? refused(c, out) : EXIT_FINE;
}

int client_call(struct client *c, const char *method, str path, str body, struct answer *out)
{
    int rc = exchange(c, method, path, "application/json", body, out);
    if (!rc && out->text.len && !out->root)
        return cli_fail(c->cli, EXIT_FAILED, "the answer of " STR_FMT " is no JSON; is that a weir server?",
                        STR_ARG(c->server));
    return rc;
}

int client_bytes(struct client *c, const char *method, str path, str body, struct answer *out)
{
    return exchange(c, method, path, "application/octet-stream", body, out);
}

int client_comment(struct cli *cli, const char *before, const char *after, const char *done)
{
    struct client c;
    struct answer reply;
    struct buf b = buf_init(64 * 1024);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "comment", cli_str(cli, "comment"));
    jw_close(&w);
    int rc = client_open(cli, &c);
    if (!rc) rc = client_call(&c, "POST", client_path(&c, before, cli_arg(cli, 0), after), buf_view(&b), &reply);
    buf_done(&b);
    if (!rc && cli_json(cli)) client_print_json(&reply);
    else if (!rc) (void)printf(STR_FMT " %s\n", STR_ARG(cli_arg(cli, 0)), done);
    return rc;
}

void client_table(struct cli *cli, json *items, const struct client_list *list)
{
    struct table t = table_init(cli_arena(cli), list->heads, cli_color(cli));
    size_t i, n;
    json *item;
    yyjson_arr_foreach(items, i, n, item) list->row(cli, item, &t);
    if (t.rows) table_print(&t, stdout);
}

void client_table_below(struct cli *cli, json *items, const struct client_list *list)
{
    if (yyjson_arr_size(items)) (void)puts("");
    client_table(cli, items, list);
}

int client_list(struct client *c, str path, const struct client_list *list)
{
    struct answer reply;
    int rc = client_call(c, "GET", path, STR_NONE, &reply);
    if (rc) return rc;
    json *items = json_get(reply.root, list->key ? list->key : "items");
    if (cli_json(c->cli)) client_print_json(&reply);
    else if (yyjson_arr_size(items)) client_table(c->cli, items, list);
    else (void)puts(list->none);
    return EXIT_FINE;
}

void client_print_json(const struct answer *a)
{
    (void)printf(STR_FMT "\n", STR_ARG(a->text.len ? str_trim(a->text) : STR("{}")));
}

/* One unit is enough to say how long ago something was. */
static str age_text(usec age, struct arena *a)
{
    static const usec units[] = { USEC_DAY, USEC_HOUR, USEC_MINUTE };
    if (age < USEC_MINUTE) return str_fmt(a, "%d s", (int)(age / USEC_SECOND));
    size_t i = 0;
    while (units[i] > age) i++;
    return duration_text(age - age % units[i], a);
}

str client_when(struct cli *cli, json *time)
{
    struct arena *a = cli_arena(cli);
    struct env *env = cli_env(cli);
    char text[TIME_TEXT_MAX];
    if (!yyjson_is_int(time)) return STR("");
    usec t = json_i64(time, 0), now = env->wall(env), away = now > t ? now - t : t - now;
    if (away < USEC_SECOND) return STR("now");
    if (away < 2 * USEC_DAY && now > t) return str_fmt(a, STR_FMT " ago", STR_ARG(age_text(away, a)));
    if (away < 2 * USEC_DAY) return str_fmt(a, "in " STR_FMT, STR_ARG(duration_text(away, a)));
    return str_dup(a, str_cut(time_text(t, text), 0, 16));
}

str client_text(struct cli *cli, json *object, const char *key)
{
    json *v = json_get(object, key);
    if (yyjson_is_str(v)) return json_str(v, STR(""));
    if (!v || yyjson_is_null(v)) return STR("");
    if (yyjson_is_real(v)) return str_fmt(cli_arena(cli), "%.4g", json_f64(v, 0));
    return json_text(v, cli_arena(cli));
}
