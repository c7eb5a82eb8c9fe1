/* The core behind a server on a free port of loopback, with a store of its own in a folder given, one key a role and
 * something to read: for tests that speak HTTP from outside. Prints one line of JSON
 * ({"port":..,"keys":{..},"link":".."}) and runs until its standard input ends. `fast` shortens every deadline so that
 * slow clients can be tested in a second, `streams` those of event streams only. It takes the bearer tokens of
 * tests/files/jwt.json. */
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/jwt/jwt.h"
#include "edge/observe/observe.h"
#include "edge/server/server.h"
#include "core/policy/policy.h"
#include "store/journal.h"

static err add_key(struct server *s, const char *role, const char *key)
{
    struct arena a = arena_init(65536);
    struct sha256 h = sha256_of(str_of(key));
    str body = str_fmt(&a, "{\"hash\":\"" STR_FMT "\",\"role\":\"%s\"}",
                       STR_ARG(hex_text((str){ (const char *)h.b, SHA256_LEN }, &a)), role);
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
    if (!str_starts(pipeline, STR("orders")))
        return err_make(ERR_NOT_FOUND, "no pipeline " STR_FMT " in the demo", STR_ARG(str_utf8_prefix(pipeline, 80)));
    *what = str_dup(a, STR("missing column"));
    return OK;
}

static err series_list(void *ctx, str pipeline, str cursor, int64_t limit, struct arena *a, struct buf *out)
{
    return samples_api_list(ctx, pipeline, cursor, limit, a, out);
}

static err series_samples(void *ctx, str id, usec from, usec to, int64_t points, struct arena *a, struct buf *out)
{
    return samples_api_read(ctx, id, from, to, points, a, out);
}

static void more_metrics(void *ctx, struct buf *out)
{
    ingest_metrics(ctx, out);
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

static void fast_streams(struct server_opts *o)
{
    o->stream_stall = 1000 * USEC_MS;
    o->ping_every = 700 * USEC_MS;
    o->clients_max = 8;
}

static void fast_deadlines(struct server_opts *o)
{
    o->header_deadline = 700 * USEC_MS;
    o->idle_deadline = 1500 * USEC_MS;
    o->slow_grace = 700 * USEC_MS;
    o->per_address_max = 64;
}

static err apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    return core_apply(ctx, tx, in, seq);
}

static usec next_due(struct tx *tx, void *ctx)
{
    return core_next_due(ctx, tx);
}

static err fire_due(struct tx *tx, void *ctx)
{
    return core_fire_due(ctx, tx);
}

/* ---- something to read: three pipelines, runs, and an incident on its way ---- */

static const char pipelines_json[] = "{\"pipelines\":[{\"name\":\"orders\",\"source\":\"shop "
                                     "API\",\"destination\":\"warehouse.orders\",\"owner\":\"\",\"tier\":1,"
                                     "\"environment\":\"production\",\"every_us\":0,\"after\":[\"customers\"],"
                                     "\"steps\":[{\"name\":\"extract\",\"argv\":[\"true\"],"
                                     "\"repeatable\":true},{\"name\":\"load\",\"argv\":[\"true\"],\"repeatable\":true}]"
                                     ",\"commands\":[{\"name\":\"use_last_good\","
                                     "\"argv\":[\"true\"],\"leaves\":\"lasting\",\"undo\":\"\",\"mends\":[\"schema."
                                     "missing_column\"],\"timeout_us\":30000000,\"rerun\":true}],"
                                     "\"knobs\":[{\"name\":\"memory_mb\",\"type\":\"int\",\"min\":64,\"max\":1024,"
                                     "\"default\":\"128\",\"effect\":\"memory_limit\","
                                     "\"mends\":[\"resource.memory\"]}]}]}";

static const struct {
    const char *kind, *subject, *body;
} seeds[] = {
    { "pipeline.registered", "customers", "{\"source\":\"crm\",\"destination\":\"warehouse.customers\"}" },
    { "pipeline.registered", "revenue", "{\"source\":\"warehouse\",\"destination\":\"reports\",\"tier\":3}" },
    { "run.finished", "run-1",
      "{\"pipeline\":\"orders\",\"step\":\"extract\",\"attempt\":1,\"started\":1777874400000000,\"ended\":"
      "1777874401000000,"
      "\"exit_code\":0,\"signal\":0,\"rows\":120,\"output\":\"120 rows\"}" },
    { "lineage.seen", "orders",
      "{\"pipeline\":\"orders\",\"event\":\"COMPLETE\",\"run\":\"run-1\",\"time\":1777874401000000,"
      "\"inputs\":[\"crm/customers\"],\"outputs\":[\"warehouse/orders\"],\"columns\":{}}" },
    { "change.seen", "orders", "{\"kind\":\"deploy\",\"summary\":\"release 7\",\"detail\":{}}" },
    { "run.finished", "run-2",
      "{\"pipeline\":\"orders\",\"step\":\"load\",\"attempt\":1,\"started\":1777874402000000,\"ended\":"
      "1777874403000000,"
      "\"exit_code\":1,\"signal\":0,\"output\":\"KeyError: 'amount'\\nsqlite3.OperationalError: no such column: "
      "amount\"}" },
};

static err load_document(struct server *s, const char *kind, str text)
{
    struct buf b = buf_init(1 << 20);
    struct jw j = jw_init(&b);
    int64_t seq;
    jw_open(&j, NULL);
    jw_str(&j, "text", text);
    jw_close(&j);
    struct input in = {
        .kind = STR("document.loaded"), .subject = str_of(kind), .actor = STR("test"), .body = buf_view(&b)
    };
    err e = server_input(s, &in, &seq);
    buf_done(&b);
    return err_wrap(e, "%s", kind);
}

static err add_silence(struct server *s)
{
    struct arena a = arena_init(65536);
    struct env *env = server_env(s);
    int64_t seq;
    str body =
        str_fmt(&a, "{\"pipeline\":\"revenue\",\"kind\":\"\",\"starts\":%lld,\"ends\":%lld,\"comment\":\"moving\"}",
                (long long)env->wall(env), (long long)(env->wall(env) + USEC_HOUR));
    struct input in = { .kind = STR("silence.added"), .subject = STR(""), .actor = STR("test"), .body = body };
    err e = server_input(s, &in, &seq);
    arena_done(&a);
    return e;
}

static err fill(struct server *s)
{
    int64_t seq;
    err e = load_document(s, "policy", policy_default_text());
    if (!e.code) e = load_document(s, "pipelines", str_of(pipelines_json));
    if (!e.code) e = load_document(s, "settings", STR("{\"settle_us\":0}"));
    for (size_t i = 0; !e.code && i < sizeof seeds / sizeof *seeds; i++) {
        struct input in = { .kind = str_of(seeds[i].kind),
                            .subject = str_of(seeds[i].subject),
                            .actor = STR("test"),
                            .body = str_of(seeds[i].body) };
        e = err_wrap(server_input(s, &in, &seq), "%s", seeds[i].kind);
    }
    if (!e.code) e = add_silence(s);
    return e;
}

/* The first pending effect's id, or empty. */
static str pending(struct store *store, struct arena *a)
{
    struct tx *tx;
    str id = STR_NONE;
    if (store_read(store, &tx).code) return id;
    struct rows *r = tx_query(tx, SQL_API_EFFECTS, V(INT64_MAX), V(STR("pending")), V(1));
    if (rows_next(r)) {
        id = rows_dup(r, 0, a);
        rows_end(r);
    }
    store_read_end(tx);
    return id;
}

static bool approval_waits(struct store *store)
{
    struct tx *tx;
    if (store_read(store, &tx).code) return false;
    struct rows *r = tx_query(tx, SQL_API_APPROVALS, V(INT64_MAX), V(STR("pending")), V(1));
    bool waits = rows_next(r);
    rows_end(r);
    store_read_end(tx);
    return waits;
}

/* Answer what the case asks of its target, until it has come to a proposal, a decision and an approval that waits: half
 * a minute at most, and usually some milliseconds. */
static err answer_effects(struct server *s, struct store *store)
{
    struct arena a = arena_init(1 << 20);
    err e = OK;
    bool waits = false;
    for (int i = 0; !e.code && !waits && i < 3000; i++) {
        int64_t seq;
        str id = pending(store, &a);
        waits = !id.len && approval_waits(store);
        struct input in = { .kind = STR("effect.outcome"),
                            .subject = id,
                            .actor = STR("weir"),
                            .body = STR("{\"ok\":true,\"summary\":\"looked\",\"digest\":\"d1\",\"detail\":{"
                                        "\"precheck\":\"ok\",\"dry_run\":\"would run\",\"digest\":\"d1\"}}") };
        if (id.len) e = server_input(s, &in, &seq);
        else if (!waits) (void)usleep(10000);
    }
    arena_done(&a);
    return e.code || waits ? e : err_make(ERR_TIMEOUT, "no approval waits");
}

static const struct config_jwt issuer = { .issuer = STR_INIT("https://login.example.com/"),
                                          .audience = STR_INIT("weir"),
                                          .keys = STR_INIT(WEIR_SOURCE_DIR "/tests/files/jwks.json"),
                                          .roles_claim = STR_INIT("roles"),
                                          .leeway = 30 * USEC_SECOND,
                                          .refresh = USEC_HOUR,
                                          .refresh_least = USEC_MINUTE };

static err serve(const char *dir, const char *mode, struct env *env)
{
    bool fast = strcmp(mode, "fast") == 0;
    struct store *store = NULL;
    struct server *server = NULL;
    struct buf line = buf_init(1 << 16);
    struct store_opts so = { .dir = str_of(dir) };
    err e = store_open(&so, env, &store);
    if (e.code) return e;
    struct core *core = core_new();
    store_on_tick(store, next_due, fire_due, core);
    struct arena a = arena_init(65536);
    struct ingest *ingest = NULL;
    struct ingest_opts io = {
        .dir = str_fmt(&a, "%s/samples", dir), .apply = apply, .apply_ctx = core, .disk_floor = -1
    };
    struct jwt *jwt = NULL;
    e = ingest_open(&io, store, env, &ingest);
    if (!e.code) e = jwt_open(&issuer, env, &jwt);
    static const struct route *const more[] = { observe_routes, NULL };
    struct server_opts o = { .listen = STR("127.0.0.1:0"),
                             .store = store,
                             .core = core,
                             .env = env,
                             .apply = apply,
                             .apply_ctx = core,
                             .trigger_anomaly = trigger,
                             .ingest = ingest,
                             .jwt = jwt,
                             .more_routes = more,
                             .series = { ingest, series_list, series_samples },
                             .metrics = more_metrics,
                             .metrics_ctx = ingest,
                             .auth_failures_per_minute = fast ? 20 : 1000000 };
    if (fast) fast_deadlines(&o);
    if (fast || strcmp(mode, "streams") == 0) fast_streams(&o);
    if (!e.code) e = server_start(&o, &server);
    if (!e.code) e = keys_print(server, &line);
    if (!e.code) e = fill(server);
    if (!e.code) e = answer_effects(server, store);
    if (!e.code) {
        char c;
        server_ready(server, true);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&line)));
        (void)fflush(stdout);
        while (read(STDIN_FILENO, &c, 1) > 0) {}
    }
    buf_done(&line);
    server_stop(server);
    jwt_close(jwt);
    ingest_close(ingest);
    arena_done(&a);
    store_close(store);
    core_free(core);
    return e;
}

int main(int argc, char **argv)
{
    struct env env = env_os();
    (void)signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_WARN);
    if (argc < 2) return 2;
    err e = serve(argv[1], argc > 2 ? argv[2] : "", &env);
    if (e.code) (void)fprintf(stderr, "server_fixture: %s\n", e.msg);
    return e.code ? 1 : 0;
}
