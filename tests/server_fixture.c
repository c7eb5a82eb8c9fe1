/* The core behind a server on a free port of loopback, with a store of its own in a folder given, one key a role and
 * something to read: for tests that speak HTTP from outside. Prints one line of JSON
 * ({"port":..,"keys":{..},"link":".."}) and runs until its standard input ends. `fast` shortens every deadline so that
 * slow clients can be tested in a second, `streams` those of event streams only. It takes the bearer tokens of
 * tests/files/jwt.json, and has every route of a running weir with what the route needs; without the sentence encoder's
 * model that of embeddings says that it is missing. */
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "core/inquiry/routing.h"
#include "core/policy/policy.h"
#include "edge/documents/library.h"
#include "edge/edge_kit.h"
#include "edge/inquiry/desk.h"
#include "edge/jwt/jwt.h"
#include "edge/memory.h"
#include "edge/model/encoder.h"
#include "edge/observe/observe.h"
#include "edge/registry/registry.h"
#include "edge/routes.h"
#include "edge/server/server.h"
#include "edge/text/text_shelf.h"
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
    o->texts_waiting = 2;
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

/* It waits for the first of January, or for somebody who asks; nothing here carries it out. */
static const char schedules_json[] =
    "{\"schedules\":[{\"name\":\"report\",\"does\":\"command\",\"cron\":\"0 0 1 1 *\",\"zone\":\"UTC\",\"on\":true,"
    "\"timeout_us\":60000000,\"retries\":0,\"retry_us\":60000000,\"catch_up\":false,"
    "\"step\":{\"name\":\"report\",\"argv\":[\"true\"]}}],\"zones\":{}}";

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
    if (!e.code) e = load_document(s, "routing", str_of(routing_default));
    if (!e.code) e = load_document(s, "schedules", str_of(schedules_json));
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

/* What stands behind the routes, as app.c has it in a running weir. */
struct parts {
    struct env *env;
    struct store *store;
    struct core *core;
    struct ingest *ingest;
    struct jwt *jwt;
    struct inquiry_desk *desk;
    struct registry *registry;
    struct library *library;
    struct encoder *encoder; /* NULL: the model is not there */
    struct text_shelf *texts;
    struct server *server;
};

static void more_metrics(void *ctx, struct buf *out)
{
    struct parts *p = ctx;
    ingest_metrics(p->ingest, out);
    desk_metrics(p->desk, out);
    library_metrics(p->library, out);
}

static err library_input(void *ctx, const char *kind, str subject, str body)
{
    struct parts *p = ctx;
    int64_t seq;
    struct input in = { .kind = str_of(kind), .subject = subject, .actor = STR("weir"), .body = body };
    return p->server ? server_input(p->server, &in, &seq) : OK;
}

static err open_record(struct parts *p, str dir, struct arena *a)
{
    err e = store_open(&(struct store_opts){ .dir = dir }, p->env, &p->store);
    if (e.code) return e;
    p->core = core_new();
    store_on_tick(p->store, kit_next_due, kit_fire_due, p->core);
    struct ingest_opts io = { .dir = str_fmt(a, STR_FMT "/samples", STR_ARG(dir)),
                              .apply = kit_apply,
                              .apply_ctx = p->core,
                              .disk_floor = -1 };
    return ingest_open(&io, p->store, p->env, &p->ingest);
}

static err open_language(struct parts *p, str dir)
{
    struct desk_opts desk = { .data_dir = dir,
                              .rules = STR(""),
                              .models = STR(INQUIRY_MODEL_INSIDE),
                              .encoder = STR(""),
                              .store = p->store,
                              .env = p->env,
                              .apply = kit_apply,
                              .ctx = p->core };
    struct registry_opts models = { .store = p->store, .data_dir = dir, .apply = kit_apply, .apply_ctx = p->core };
    struct library_opts library = { .store = p->store, .env = p->env, .input = library_input, .ctx = p };
    err e = desk_open(&desk, &p->desk);
    if (!e.code) e = registry_open(&models, &p->registry);
    if (!e.code) e = library_open(&library, &p->library);
    p->texts = text_shelf_open();
    err none = encoder_open(STR(WEIR_SOURCE_DIR "/.deps/model/all-MiniLM-L6-v2-1.weirmodel"), &p->encoder);
    return e.code || none.code == ERR_NOT_FOUND ? e : none;
}

static err open_server(struct parts *p, const char *mode)
{
    bool fast = strcmp(mode, "fast") == 0;
    struct server_opts o = { .listen = STR("127.0.0.1:0"),
                             .store = p->store,
                             .core = p->core,
                             .env = p->env,
                             .apply = kit_apply,
                             .apply_ctx = p->core,
                             .trigger_anomaly = trigger,
                             .ingest = p->ingest,
                             .jwt = p->jwt,
                             .desk = p->desk,
                             .registry = p->registry,
                             .library = p->library,
                             .encoder = p->encoder,
                             .texts = p->texts,
                             .more_routes = edge_routes,
                             .encode_routes = edge_encode_routes,
                             .text_routes = edge_text_routes,
                             .series = { p->ingest, series_list, series_samples },
                             .metrics = more_metrics,
                             .metrics_ctx = p,
                             .auth_failures_per_minute = fast ? 20 : 1000000 };
    if (fast) fast_deadlines(&o);
    if (fast || strcmp(mode, "streams") == 0) fast_streams(&o);
    return server_start(&o, &p->server);
}

static void close_all(struct parts *p)
{
    server_stop(p->server);
    jwt_close(p->jwt);
    library_close(p->library);
    encoder_close(p->encoder);
    text_shelf_close(p->texts);
    registry_close(p->registry);
    desk_close(p->desk);
    ingest_close(p->ingest);
    store_close(p->store);
    core_free(p->core);
}

/* Until its standard input ends. For each byte of it free memory is given back, as the keeper does each minute, and a
 * line says that it was. */
static void answer(struct server *s, str line)
{
    char c;
    server_ready(s, true);
    (void)printf(STR_FMT "\n", STR_ARG(line));
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &c, 1) > 0) {
        (void)memory_give_back(0);
        (void)puts("given back");
        (void)fflush(stdout);
    }
}

static err serve(const char *dir, const char *mode, struct env *env)
{
    struct parts p = { .env = env };
    struct buf line = buf_init(1 << 16);
    struct arena a = arena_init(65536);
    err e = open_record(&p, str_of(dir), &a);
    if (!e.code) e = jwt_open(&issuer, env, &p.jwt);
    if (!e.code) e = open_language(&p, str_of(dir));
    if (!e.code) e = open_server(&p, mode);
    if (!e.code) e = keys_print(p.server, &line);
    if (!e.code) e = fill(p.server);
    if (!e.code) e = answer_effects(p.server, p.store);
    if (!e.code) answer(p.server, buf_view(&line));
    buf_done(&line);
    close_all(&p);
    arena_done(&a);
    return e;
}

int main(int argc, char **argv)
{
    struct env env = env_os();
    (void)signal(SIGPIPE, SIG_IGN);
    log_set_level(LOG_WARN);
    memory_keep_little();
    if (argc < 2) return 2;
    err e = serve(argv[1], argc > 2 ? argv[2] : "", &env);
    if (e.code) (void)fprintf(stderr, "server_fixture: %s\n", e.msg);
    return e.code ? 1 : 0;
}
