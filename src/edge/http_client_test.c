#include "edge/http_client.h"

#include <unistd.h>

#include "base/buf.h"
#include "sim/fake_http.h"
#include "test.h"

static struct fake_reply echo(const struct fake_request *req, void *ctx)
{
    (void)ctx;
    if (STR_IS(req->path, "/moved"))
        return (struct fake_reply){ .status = 302, .headers = "Location: http://169.254.169.254/\r\n" };
    if (STR_IS(req->path, "/silent")) return (struct fake_reply){ .status = 0 };
    if (STR_IS(req->path, "/long")) return (struct fake_reply){ .status = 200, .body = STR("0123456789") };
    return (struct fake_reply){ .status = 201, .body = STR("made") };
}

struct world {
    struct env env;
    struct arena a;
    struct fake_http *server;
    struct net_allow allow;
};

static struct world *world_new(void)
{
    struct world *w = mem_new(sizeof *w);
    w->env = env_os();
    w->a = arena_init(1 << 20);
    CHECK_OK(fake_http_start(echo, NULL, &w->server));
    http_client_install(&w->env, &w->allow);
    return w;
}

static void world_free(struct world *w)
{
    fake_http_stop(w->server);
    arena_done(&w->a);
    mem_free(w);
}

static err get(struct world *w, str url, bool from_operator, struct http_reply *out)
{
    struct http_request req = { .method = STR("GET"), .url = url, .timeout = 3 * USEC_SECOND, .reply_max = 100,
                                .from_operator = from_operator };
    return w->env.http(&w->env, &req, &w->a, out);
}

TEST(a_request_arrives_as_written)
{
    struct world *w = world_new();
    str headers[] = { STR("X-Api-Key: k"), STR("Content-Type: application/json") };
    struct http_request req = { .method = STR("POST"), .url = fake_http_url(w->server, "/a?b=c", &w->a),
                                .body = STR("{\"x\":1}"), .headers = headers, .header_count = 2,
                                .timeout = 3 * USEC_SECOND, .reply_max = 100, .from_operator = true };
    struct http_reply reply;
    CHECK_OK(w->env.http(&w->env, &req, &w->a, &reply));
    CHECK_I64(reply.status, 201);
    CHECK_STR(reply.body, "made");
    struct fake_request got = fake_http_request(w->server, 0, &w->a);
    CHECK_STR(got.method, "POST");
    CHECK_STR(got.path, "/a?b=c");
    CHECK_STR(got.body, "{\"x\":1}");
    CHECK_STR(fake_header(&got, "x-api-key"), "k");
    CHECK_STR(fake_header(&got, "content-type"), "application/json");
    world_free(w);
}

TEST(redirects_are_not_followed)
{
    struct world *w = world_new();
    struct http_reply reply;
    CHECK_OK(get(w, fake_http_url(w->server, "/moved", &w->a), true, &reply));
    CHECK_I64(reply.status, 302);
    CHECK_I64(fake_http_count(w->server), 1);
    world_free(w);
}

TEST(a_long_reply_and_a_silent_server_are_errors)
{
    struct world *w = world_new();
    struct http_reply reply;
    struct http_request req = { .method = STR("GET"), .url = fake_http_url(w->server, "/long", &w->a),
                                .timeout = 3 * USEC_SECOND, .reply_max = 9, .from_operator = true };
    CHECK_ERR(w->env.http(&w->env, &req, &w->a, &reply), ERR_LIMIT);
    req.reply_max = 10;
    CHECK_OK(w->env.http(&w->env, &req, &w->a, &reply));
    CHECK_ERR(get(w, fake_http_url(w->server, "/silent", &w->a), true, &reply), ERR_IO);
    world_free(w);
}

static struct fake_reply wait_for_release(const struct fake_request *req, void *ctx)
{
    (void)req;
    char c = 0;
    (void)!read(*(int *)ctx, &c, 1);
    return (struct fake_reply){ .status = 200 };
}

TEST(the_deadline_holds)
{
    struct env env = env_os();
    struct arena a = arena_init(1 << 20);
    int gate[2];
    CHECK(pipe(gate) == 0);
    struct fake_http *server = NULL;
    CHECK_OK(fake_http_start(wait_for_release, &gate[0], &server));
    http_client_install(&env, NULL);
    struct http_request req = { .method = STR("GET"), .url = fake_http_url(server, "/", &a), .timeout = 50 * USEC_MS,
                                .reply_max = 9, .from_operator = true };
    struct http_reply reply;
    CHECK_ERR(env.http(&env, &req, &a, &reply), ERR_TIMEOUT);
    (void)close(gate[1]);
    fake_http_stop(server);
    (void)close(gate[0]);
    arena_done(&a);
}

/* Every spelling of an address that only this machine or its cloud may see; {} is the port of a listening server, so
 * that a hole in the check would show as a reply. */
static const char *const private_urls[] = {
    "http://127.0.0.1:%d/",
    "http://localhost:%d/",
    "http://2130706433:%d/",
    "http://0x7f000001:%d/",
    "http://0177.0.0.1:%d/",
    "http://127.1:%d/",
    "http://0:%d/",
    "http://[::1]:%d/",
    "http://[::ffff:127.0.0.1]:%d/",
    "http://[::ffff:7f00:1]:%d/",
    "http://127.0.0.1.:%d/",
    "http://0x7f.1:%d/",
    "http://017700000001:%d/",
    "http://127.0.0.1:%d/#@8.8.8.8/",
    "HTTP://127.0.0.1:%d/?http://8.8.8.8/",
    "http://8.8.8.8@127.0.0.1:%d/",
    "http://8.8.8.8:80@127.0.0.1:%d/",
    "http://a:b@localhost:%d/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:%d/",
    "http://169.254.169.254:%d/latest/meta-data/",
    "http://[fe80::1%%25lo]:%d/",
    "http://[fd00:ec2::254]:%d/",
    "http://10.0.0.1:%d/",
    "http://100.64.0.1:%d/",
    "http://192.168.0.1:%d/",
    "http://224.0.0.1:%d/",
    "http://2852039166:%d/",
    ("http://\xe2\x91\xa0"
     "27.0.0.1:%d/"),
    "http://127.0.0.1\\@8.8.8.8:%d/",
    "file:///etc/passwd?%d",
    "gopher://127.0.0.1:%d/",
    "ftp://127.0.0.1:%d/",
    "dict://127.0.0.1:%d/",
    "http://127.0.0.1:%d\t/",
    "//127.0.0.1:%d/",
    "127.0.0.1:%d/",
    "http:127.0.0.1:%d/",
    "http:///127.0.0.1:%d/",
    "http://",
    "",
};

TEST(addresses_from_outside_must_be_public)
{
    struct world *w = world_new();
    for (size_t i = 0; i < sizeof private_urls / sizeof *private_urls; i++) {
        char url[160];
        struct http_reply reply = { 0 };
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(url, sizeof url, private_urls[i], fake_http_port(w->server));
#pragma GCC diagnostic pop
        err e = get(w, str_of(url), false, &reply);
        bool refused = e.code == ERR_DENIED || e.code == ERR_INPUT;
        bool no_such_host = e.code == ERR_NOT_FOUND && strstr(e.msg, "resolve"); /* never became an address */
        if (!refused && !no_such_host)
            test_failed(__FILE__, __LINE__, "'%s': %s %s, status %d", url, err_name(e.code), e.msg, reply.status);
    }
    CHECK_I64(fake_http_count(w->server), 0);
    world_free(w);
}

TEST(net_allow_opens_what_it_names)
{
    struct world *w = world_new();
    struct http_reply reply;
    CHECK_OK(net_allow_add(&w->allow, STR("127.0.0.0/8")));
    CHECK_OK(get(w, fake_http_url(w->server, "/", &w->a), false, &reply));
    CHECK_ERR(get(w, STR("http://169.254.169.254/"), false, &reply), ERR_DENIED);
    world_free(w);
}

TEST(an_operator_may_write_a_private_address)
{
    struct world *w = world_new();
    struct http_reply reply;
    CHECK_OK(get(w, str_fmt(&w->a, "http://user:pw@127.0.0.1:%d/", fake_http_port(w->server)), true, &reply));
    struct fake_request got = fake_http_request(w->server, 0, &w->a);
    CHECK_STR(fake_header(&got, "authorization"), "Basic dXNlcjpwdw==");
    CHECK_ERR(get(w, STR("file:///etc/passwd"), true, &reply), ERR_DENIED);
    world_free(w);
}

TEST(no_line_is_smuggled_into_a_request)
{
    struct world *w = world_new();
    str headers[] = { STR("X-A: 1\r\nX-Admin: yes") };
    struct http_reply reply;
    struct http_request req = { .method = STR("GET"), .url = fake_http_url(w->server, "/", &w->a), .headers = headers,
                                .header_count = 1, .reply_max = 9, .from_operator = true };
    CHECK_ERR(w->env.http(&w->env, &req, &w->a, &reply), ERR_INPUT);
    req.header_count = 0;
    req.method = STR("GET / HTTP/1.1\r\nX-Admin: yes\r\n");
    CHECK_ERR(w->env.http(&w->env, &req, &w->a, &reply), ERR_INPUT);
    req.method = STR("GET");
    req.url = STR("http://127.0.0.1/ HTTP/1.1\r\nX-Admin: yes");
    CHECK_ERR(w->env.http(&w->env, &req, &w->a, &reply), ERR_INPUT);
    CHECK_I64(fake_http_count(w->server), 0);
    world_free(w);
}

TEST(the_place_of_an_address_tells_no_password)
{
    static const char *const rows[][2] = {
        { "https://ann:token@git.example.com/a/b.git", "git.example.com/a/b.git" },
        { "https://token@git.example.com:8443", "git.example.com:8443" },
        { "http://ann:p@ss@db:9100/metrics?a=@b", "db:9100/metrics?a=@b" },
        { "http://db/metrics@x", "db/metrics@x" },
        { "ssh://git@git.example.com/a.git", "git.example.com/a.git" },
        { "git@git.example.com:a.git", "git@git.example.com:a.git" },
        { "file:///srv/a.git", "/srv/a.git" },
        { "/srv/a.git", "/srv/a.git" },
        { "https://", "" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) CHECK_STR(url_place(str_of(rows[i][0])), rows[i][1]);
}

TEST(only_this_machine_is_this_machine)
{
    static const char *const here[] = { "imap://localhost", "imap://127.0.0.1:143/INBOX", "http://[::1]:80/",
                                        "postgres://ann:p@ss@LOCALHOST/db", "http://[::1]" };
    static const char *const there[] = { "imap://localhost.example.com", "imap://127.0.0.1.example.com:143",
                                         "imap://127.0.0.10", "postgres://localhost@db.example.com/x",
                                         "postgres://localhost:5432@db/x", "http://[::1].example.com/",
                                         "http://[::1", "http://", "" };
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) CHECK(url_is_local(str_of(here[i])));
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) CHECK(!url_is_local(str_of(there[i])));
}

TEST(nobody_there_is_told_from_a_lost_reply)
{
    struct world *w = world_new();
    struct http_reply reply;
    CHECK_ERR(get(w, STR("http://127.0.0.1:9/"), true, &reply), ERR_NOT_FOUND);
    CHECK_ERR(get(w, fake_http_url(w->server, "/silent", &w->a), true, &reply), ERR_IO);
    world_free(w);
}

TEST(the_environment_names_no_proxy)
{
    struct world *w = world_new();
    struct http_reply reply;
    CHECK(setenv("http_proxy", "http://127.0.0.1:9/", 1) == 0);
    CHECK_OK(get(w, fake_http_url(w->server, "/", &w->a), true, &reply));
    CHECK(unsetenv("http_proxy") == 0);
    world_free(w);
}
