/* A server on a free port of loopback, with a store of its own in a folder given, one key a role and something to read:
 * for tests that speak HTTP from outside. Prints one line of JSON ({"port":..,"keys":{..},"link":".."}) and runs until its
 * standard input ends. `fast` shortens every deadline so that slow clients can be tested in a second. */
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/server/server.h"
#include "store/journal.h"
#include "tests/fixture_core.h"

static err add_key(struct server *s, const char *role, const char *key)
{
    struct arena a = arena_init(65536);
    struct sha256 h = sha256_of(str_of(key));
    str body = str_fmt(&a, "{\"hash\":\"" STR_FMT "\",\"role\":\"%s\"}", STR_ARG(hex_text((str){ (const char *)h.b, SHA256_LEN }, &a)), role);
    struct input in = { .kind = STR("key.added"), .subject = str_of(role), .actor = STR("test"), .body = body };
    int64_t seq;
    err e = server_input(s, &in, &seq);
    arena_done(&a);
    return e;
}

/* As the demo does: say what was done to which pipeline. */
static err trigger(void *ctx, str pipeline, struct arena *a, str *what)
{
    (void)ctx;
    if (!str_starts(pipeline, STR("orders"))) return err_make(ERR_NOT_FOUND, "no pipeline " STR_FMT " in the demo", STR_ARG(str_utf8_prefix(pipeline, 80)));
    *what = str_dup(a, STR("missing column"));
    return OK;
}

static err samples(void *ctx, str id, usec from, usec to, int64_t points, struct arena *a, struct buf *out)
{
    (void)ctx;
    (void)a;
    (void)points;
    if (!STR_IS(id, "s1")) return err_make(ERR_NOT_FOUND, "no series " STR_FMT, STR_ARG(str_utf8_prefix(id, 80)));
    buf_fmt(out, "{\"id\":\"s1\",\"points\":[{\"time\":%lld,\"min\":1,\"max\":3,\"avg\":2,\"count\":2}]}", (long long)(from + (to - from) / 2));
    return OK;
}

static err keys_print(struct server *s, struct buf *out)
{
    static const char *const roles[] = { "ingest", "viewer", "operator", "approver", "admin" };
    struct jw w = jw_init(out);
    struct arena a = arena_init(65536);
    err e = OK;
    jw_open(&w, NULL);
    jw_i64(&w, "port", server_port(s));
    jw_open(&w, "keys");
    for (size_t i = 0; !e.code && i < sizeof roles / sizeof *roles; i++) {
        char key[64];
        (void)snprintf(key, sizeof key, "weir_test_key_%s", roles[i]);
        e = add_key(s, roles[i], key);
        jw_strz(&w, roles[i], key);
    }
    jw_close(&w);
    jw_str(&w, "link", server_login_link(s, STR("visitor"), ROLE_APPROVER, &a));
    jw_close(&w);
    arena_done(&a);
    return e;
}

static void fast_deadlines(struct server_opts *o)
{
    o->header_deadline = 700 * USEC_MS;
    o->idle_deadline = 1500 * USEC_MS;
    o->slow_grace = 700 * USEC_MS;
    o->stream_stall = 500 * USEC_MS;
    o->ping_every = 300 * USEC_MS;
    o->clients_max = 8;
    o->per_address_max = 64;
}

static err serve(const char *dir, bool fast, struct env *env)
{
    struct store *store = NULL;
    struct server *server = NULL;
    struct buf line = buf_init(1 << 16);
    struct store_opts so = { .dir = str_of(dir) };
    err e = store_open(&so, env, &store);
    if (e.code) return e;
    struct core *core = fixture_core_new();
    struct server_opts o = { .listen = STR("127.0.0.1:0"), .store = store, .core = core, .env = env, .apply = fixture_apply, .apply_ctx = core,
                             .trigger_anomaly = trigger, .series.samples = samples, .auth_failures_per_minute = fast ? 20 : 1000000 };
    if (fast) fast_deadlines(&o);
    e = server_start(&o, &server);
    if (!e.code) e = keys_print(server, &line);
    if (!e.code) e = fixture_fill(server);
    if (!e.code) {
        char c;
        server_ready(server, true);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&line)));
        (void)fflush(stdout);
        while (read(STDIN_FILENO, &c, 1) > 0) {}
    }
    buf_done(&line);
    server_stop(server);
    store_close(store);
    fixture_core_free(core);
    return e;
}

int main(int argc, char **argv)
{
    struct env env = env_os();
    (void)signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_WARN);
    if (argc < 2) return 2;
    err e = serve(argv[1], argc > 2 && strcmp(argv[2], "fast") == 0, &env);
    if (e.code) (void)fprintf(stderr, "server_fixture: %s\n", e.msg);
    return e.code ? 1 : 0;
}
