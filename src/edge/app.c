#include "edge/app.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/inquiry/routing.h"
#include "core/policy/policy.h"
#include "core/retention.h"
#include "edge/app_views.h"
#include "edge/act/executor.h"
#include "edge/documents/library.h"
#include "edge/files.h"
#include "edge/flow/scheduler.h"
#include "edge/flow/schedules_file.h"
#include "edge/http_client.h"
#include "edge/inquiry/classify.h"
#include "edge/inquiry/desk.h"
#include "edge/inquiry/reference.h"
#include "edge/inquiry/watch.h"
#include "edge/inquiry/intake.h"
#include "edge/inquiry/routing_file.h"
#include "edge/model/encoder.h"
#include "edge/jwt/jwt.h"
#include "edge/keeper.h"
#include "edge/measurer.h"
#include "edge/model/model_file.h"
#include "edge/notify/notify.h"
#include "edge/observe/ingest.h"
#include "edge/observe/observe.h"
#include "edge/observe/scrape.h"
#include "edge/lineage/steps.h"
#include "edge/pipelines_file.h"
#include "edge/registry/registry.h"
#include "edge/routes.h"
#include "edge/policy_file.h"
#include "edge/runbooks.h"
#include "edge/text/text_shelf.h"
#include "edge/trainer.h"

enum { KEY_BYTES = 24 };

struct app {
    struct arena arena;
    struct env *env;
    const struct config *config;
    struct net_allow allow; /* of the HTTP client */
    struct store *store;
    struct core *core;
    struct ingest *ingest;
    struct inquiry_desk *desk;
    struct registry *registry;
    struct text_shelf *texts;
    struct intake *intake;
    struct scheduler *scheduler;
    struct executor *executor;
    struct scraper *scraper;
    struct server *server;
    struct jwt *jwt; /* NULL: no issuer is configured */
    struct notify_channels channels;
    struct signer signer;
    str url, ingest_key;
    struct desk_watch *desk_watch;
    struct keeper *keeper;
    struct trainer *trainer;
    struct measurer *measurer;
    struct library *library;
    struct sources *sources;
    struct encoder *encoder; /* NULL: there is no model */
    bool logic_changed; /* since the last start on this store */
};

static err apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
{
    struct app *app = ctx;
    return core_apply(app->core, tx, in, seq);
}

struct one_input {
    struct app *app;
    struct input in;
    int64_t seq;
};

static err input_work(struct tx *tx, void *ctx)
{
    struct one_input *one = ctx;
    return core_apply(one->app->core, tx, &one->in, &one->seq);
}

err app_input(struct app *app, const char *kind, str subject, str actor, str body)
{
    struct one_input one = { .app = app, .in = { str_of(kind), subject, actor, body } };
    return store_run(app->store, input_work, &one);
}

static usec next_tick(struct tx *tx, void *ctx)
{
    struct app *app = ctx;
    return core_next_due(app->core, tx);
}

static err tick(struct tx *tx, void *ctx)
{
    struct app *app = ctx;
    return core_fire_due(app->core, tx);
}

static void committed(void *ctx, int64_t last_seq)
{
    (void)last_seq;
    struct app *app = ctx;
    if (app->executor) executor_wake(app->executor);
}

/* One input whose body is an object of texts. */
struct field {
    const char *name;
    str value;
};

static err input_texts(struct app *app, const char *kind, str subject, const struct field *fields, size_t n)
{
    struct buf b = buf_init(8 << 20);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    for (size_t i = 0; i < n; i++) jw_str(&w, fields[i].name, fields[i].value);
    jw_close(&w);
    err e = app_input(app, kind, subject, STR("weir"), buf_view(&b));
    buf_done(&b);
    return e;
}

static err load_document(struct app *app, const char *kind, str text)
{
    return input_texts(app, "document.loaded", str_of(kind), &(struct field){ "text", text }, 1);
}

static str settings_json(struct app *app, struct arena *a)
{
    const struct config *c = app->config;
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "settle_us", c->settle);
    jw_i64(&w, "group_us", c->group);
    jw_i64(&w, "quiet_us", c->quiet);
    jw_i64(&w, "reindex_documents", c->knowledge.reindex_documents);
    jw_i64(&w, "reindex_feedback", c->knowledge.reindex_feedback);
    jw_i64(&w, "reindex_every_us", c->knowledge.reindex_every);
    jw_str(&w, "page_url", config_server_url(c, a));
    jw_array(&w, "channels");
    for (size_t i = 0; i < c->channel_count; i++) jw_str(&w, NULL, c->channels[i].name);
    jw_array_end(&w);
    jw_close(&w);
    return buf_take(&b, a);
}

static err load_policy(struct app *app, struct arena *a)
{
    const struct config *c = app->config;
    str text = STR_NONE;
    err e = c->policy.len ? policy_file_read(c->policy, c->timezone, a, &text)
                          : policy_file_complete(policy_default_text(), STR("policy"), c->timezone, a, &text);
    return e.code ? e : load_document(app, "policy", text);
}

/* What the engine threads judge by: the thresholds and the models that are in force. */
static err configure_series(void *ctx)
{
    struct app *app = ctx;
    struct arena a = arena_init(256 << 20);
    struct tx *tx = NULL;
    str texts[2] = { STR_NONE, STR_NONE };
    err e = store_read(app->store, &tx);
    for (size_t i = 0; !e.code && i < 2; i++) {
        struct rows *r = tx_query(tx, SQL_DOCUMENT_ACTIVE, i ? V("models") : V("pipelines"));
        if (rows_next(r)) texts[i] = rows_dup(r, 1, &a);
        rows_end(r);
        e = tx_err(tx);
    }
    store_read_end(tx);
    if (!e.code) e = ingest_configure(app->ingest, texts[0], texts[1]);
    arena_done(&a);
    return e;
}

static err load_pipelines(struct app *app, struct arena *a)
{
    str declared = STR("{\"pipelines\":[]}");
    err e = app->config->pipelines.len ? pipelines_file_read(app->config->pipelines, a, &declared) : OK;
    if (!e.code) e = load_document(app, "pipelines", declared);
    if (!e.code) e = lineage_of_steps(app->store, declared, apply, app);
    return e.code || !app->ingest ? e : configure_series(app);
}

static err load_routing(struct app *app, struct arena *a)
{
    const struct config *c = app->config;
    str text = str_of(routing_default);
    err e = c->inquiries.routing.len ? routing_file_read(c->inquiries.routing, c->timezone, a, &text) : OK;
    return e.code ? e : load_document(app, "routing", text);
}

static err load_schedules(struct app *app, struct arena *a)
{
    str text;
    err e = schedules_document(app->config, a, &text);
    return e.code ? e : load_document(app, "schedules", text);
}

err app_reload(struct app *app, const struct config *config)
{
    struct arena a = arena_init(64 << 20);
    app->config = config;
    if (app->keeper) keeper_configure(app->keeper, config);
    err e = load_document(app, "settings", settings_json(app, &a));
    if (!e.code) e = load_policy(app, &a);
    if (!e.code) e = load_pipelines(app, &a);
    if (!e.code) e = load_routing(app, &a);
    if (!e.code) e = load_schedules(app, &a);
    if (!e.code && app->config->runbooks.len) e = runbooks_load(app->store, app->config->runbooks, apply, app);
    arena_done(&a);
    return e;
}

static err write_key(const char *path, str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    err e = fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len || fsync(fd) ? err_errno("%s", path) : OK;
    if (fd >= 0) (void)close(fd);
    return e;
}

static err add_key(struct app *app, const char *name, const char *role, str text)
{
    struct arena a = arena_init(4096);
    struct sha256 d = sha256_of(str_trim(text));
    struct field fields[] = { { "hash", hex_text((str){ (char *)d.b, SHA256_LEN }, &a) }, { "role", str_of(role) } };
    err e = input_texts(app, "key.added", str_of(name), fields, 2);
    arena_done(&a);
    return e;
}

/* A key of this machine, in a 0600 file: made when the file is not there, known to the store from then on. A restored
 * store knows the key of another machine by this name: it is replaced. First the store, then the file, so that a crash
 * leaves no file that opens nothing. */
static err machine_key(struct app *app, const char *name, const char *role, str *out)
{
    struct arena a = arena_init(1 << 16);
    str path = str_fmt(&a, STR_FMT "/%s.key", STR_ARG(app->config->data_dir), name), text;
    err e = file_read(path, 4096, &a, &text);
    if (e.code == ERR_NOT_FOUND) {
        uint8_t random[KEY_BYTES];
        env_random_bytes(app->env, random, sizeof random);
        text = str_fmt(&a, "weir_" STR_FMT "\n", STR_ARG(hex_text((str){ (char *)random, sizeof random }, &a)));
        e = add_key(app, name, role, text);
        if (e.code == ERR_CONFLICT) {
            e = app_input(app, "key.revoked", str_of(name), STR("weir"), STR("{}"));
            if (!e.code) e = add_key(app, name, role, text);
        }
        if (!e.code) e = write_key(path.ptr, text);
    } else if (!e.code) {
        e = add_key(app, name, role, text);
        if (e.code == ERR_CONFLICT) e = OK; /* it was added at an earlier start, or revoked and made anew by hand */
    }
    if (!e.code) *out = str_dup(&app->arena, str_trim(text));
    arena_done(&a);
    return err_wrap(e, "key '%s'", name);
}

static err keeper_input(void *ctx, const char *kind, str subject, str body)
{
    return app_input(ctx, kind, subject, STR("weir"), body);
}

static err keeper_report(void *ctx, str event)
{
    struct app *app = ctx;
    return server_run_event(app->server, event, STR("spool"));
}

static void open_keeper(struct app *app)
{
    struct keeper_opts opts = {
        .store = app->store,
        .env = app->env,
        .config = app->config,
        .signer = &app->signer,
        .logic_changed = app->logic_changed,
        .input = keeper_input,
        .report = keeper_report,
        .ctx = app,
    };
    keeper_open(&opts, &app->keeper);
}

static err open_store(struct app *app)
{
    const struct config *c = app->config;
    err e =
        store_open(&(struct store_opts){ .dir = str_fmt(&app->arena, STR_FMT "/" STORE_FOLDER, STR_ARG(c->data_dir)) },
                   app->env, &app->store);
    if (e.code) return e;
    e = signer_open(str_fmt(&app->arena, STR_FMT "/journal.key", STR_ARG(c->data_dir)), app->env, &app->signer);
    if (e.code) return e;
    app->core = core_new();
    store_on_tick(app->store, next_tick, tick, app);
    e = retention_logic_changed(app->store, &app->logic_changed);
    if (e.code) return e;
    str body = str_fmt(&app->arena, "{\"version\":\"%s\",\"logic_version\":%d}", WEIR_VERSION, CORE_LOGIC_VERSION);
    return app_input(app, "weir.started", STR(""), STR("weir"), body);
}

static err open_ingest(struct app *app)
{
    const struct config *c = app->config;
    struct ingest_opts opts = {
        .dir = str_fmt(&app->arena, STR_FMT "/samples", STR_ARG(c->data_dir)),
        .threads = (size_t)c->engine_threads,
        .live_max = (size_t)c->series_max,
        .retention = c->samples_retention,
        .bytes_max = c->samples_max_bytes,
        .disk_floor = c->free_disk_floor / 100,
        .apply = apply,
        .apply_ctx = app,
    };
    return ingest_open(&opts, app->store, app->env, &app->ingest);
}

/* Where the sentence encoder's model is, if it is there. */
static str encoder_path(struct app *app)
{
    str given = app->config->encoder_model;
    return given.len ? given : model_file_path(app->config->data_dir, &app->arena);
}

static str models_of(const struct config *c)
{
    if (c->inquiries.models.len) return c->inquiries.models;
    return c->inquiries.model_inside ? STR(INQUIRY_MODEL_INSIDE) : STR("");
}

static err open_desk(struct app *app)
{
    struct desk_opts opts = {
        .data_dir = app->config->data_dir,
        .rules = app->config->inquiries.words,
        .models = models_of(app->config),
        .encoder = encoder_path(app),
        .store = app->store,
        .env = app->env,
        .apply = apply,
        .ctx = app,
    };
    return desk_open(&opts, &app->desk);
}

static void models_in_use(void *ctx, const struct registry_use *items, size_t count)
{
    struct app *app = ctx;
    axis_models_use(inquiry_classifier_models(desk_classifier(app->desk)), items, count);
}

static err open_registry(struct app *app)
{
    struct registry_opts opts = {
        .store = app->store,
        .data_dir = app->config->data_dir,
        .apply = apply,
        .apply_ctx = app,
        .in_use = models_in_use,
        .ctx = app,
    };
    return registry_open(&opts, &app->registry);
}

static err watch_models(void *ctx)
{
    struct app *app = ctx;
    return registry_refresh(app->registry);
}

static err open_intake(struct app *app)
{
    const struct config *c = app->config;
    struct intake_opts opts = {
        .desk = app->desk,
        .folder = c->inquiries.folder,
        .imap_url = c->inquiries.imap_url,
        .imap_user = c->inquiries.imap_user,
        .imap_password = c->inquiries.imap_password,
        .imap_mailbox = c->inquiries.imap_mailbox,
        .imap_every = c->inquiries.imap_every,
    };
    return intake_start(&opts, &app->intake);
}

static err open_scheduler(struct app *app)
{
    struct scheduler_opts opts = {
        .places = { .door = { .store = app->store, .env = app->env, .apply = apply, .ctx = app },
                    .desk = app->desk,
                    .intake = app->intake,
                    .registry = app->registry,
                    .encoder = model_file_path(app->config->data_dir, &app->arena) },
    };
    return scheduler_start(&opts, &app->scheduler);
}

/* What drift is measured against: as configured, or what training left beside the model. */
static str reference_path(struct app *app)
{
    const struct config *c = app->config;
    if (c->inquiries.reference.len || !c->inquiries.models.len) return c->inquiries.reference;
    str beside = str_fmt(&app->arena, STR_FMT "/inquiries" REFERENCE_ENDS, STR_ARG(c->inquiries.models));
    return access(str_z(&app->arena, beside), R_OK) == 0 ? beside : STR("");
}

static void desk_requests(void *ctx, int64_t *all, int64_t *failed)
{
    struct app *app = ctx;
    server_calls(app->server, "/api/v1/inquiries", all, failed);
}

static err open_desk_watch(struct app *app)
{
    struct desk_watch_opts opts = {
        .desk = app->desk,
        .intake = app->intake,
        .store = app->store,
        .env = app->env,
        .reference = reference_path(app),
        .input = keeper_input,
        .requests = desk_requests,
        .ctx = app,
    };
    return desk_watch_start(&opts, &app->desk_watch);
}

static err open_executor(struct app *app)
{
    app->channels = (struct notify_channels){ app->config->channels, app->config->channel_count };
    struct executor_opts opts = {
        .door = { .store = app->store, .env = app->env, .apply = apply, .ctx = app },
        .notify = notify_effect,
        .notify_ctx = &app->channels,
    };
    return executor_start(&opts, &app->executor);
}

static err open_trainer(struct app *app)
{
    struct trainer_opts opts = {
        .store = app->store,
        .env = app->env,
        .samples_dir = str_fmt(&app->arena, STR_FMT "/samples", STR_ARG(app->config->data_dir)),
        .every = app->config->train_every,
        .input = keeper_input,
        .in_force = configure_series,
        .watch = watch_models,
        .ctx = app,
    };
    return trainer_start(&opts, &app->trainer);
}

static err open_measurer(struct app *app)
{
    struct measurer_opts opts = {
        .store = app->store, .ingest = app->ingest, .env = app->env, .input = keeper_input, .ctx = app
    };
    return measurer_start(&opts, &app->measurer);
}

static err open_library(struct app *app)
{
    const struct config *c = app->config;
    struct library_opts opts = {
        .store = app->store,
        .env = app->env,
        .data_dir = app->config->data_dir,
        .encoder = app->config->encoder_model,
        .memory_max = (size_t)c->knowledge.memory_max,
        .vectors = vector_store_kind_at((size_t)c->knowledge.store),
        .vectors_opts = { .url = c->knowledge.store_url,
                          .collection = c->knowledge.store_collection,
                          .secret = c->knowledge.store_key,
                          .graph_from = (size_t)c->knowledge.graph_from },
        .input = keeper_input,
        .ctx = app,
    };
    return library_open(&opts, &app->library);
}

static err open_sources(struct app *app)
{
    const struct config *c = app->config;
    struct sources_opts opts = {
        .store = app->store,
        .env = app->env,
        .data_dir = c->data_dir,
        .items = c->knowledge.sources,
        .count = c->knowledge.source_count,
        .input = keeper_input,
        .ctx = app,
    };
    return sources_start(&opts, &app->sources);
}

/* Weir runs without the model, and a damaged one keeps nothing else from running. */
static void open_encoder(struct app *app)
{
    err e = encoder_open(encoder_path(app), &app->encoder);
    if (e.code == ERR_NOT_FOUND) log_info("encoder.no_model %s", e.msg);
    else if (e.code) log_warn("encoder.unusable %s", e.msg);
}

static void encoder_metrics(struct encoder *e, struct buf *out)
{
    uint64_t runs, requests;
    encoder_counts(e, &runs, &requests);
    buf_fmt(out,
            "# HELP weir_encoder_requests_total Requests for vectors.\n# TYPE weir_encoder_requests_total counter\n"
            "weir_encoder_requests_total %llu\n",
            (unsigned long long)requests);
    buf_fmt(out, "# HELP weir_encoder_runs_total Times the encoder ran for them; requests that wait share one.\n"
                 "# TYPE weir_encoder_runs_total counter\nweir_encoder_runs_total %llu\n", (unsigned long long)runs);
}

static void more_metrics(void *ctx, struct buf *out)
{
    struct app *app = ctx;
    ingest_metrics(app->ingest, out);
    executor_metrics(app->executor, out);
    keeper_metrics(app->keeper, out);
    desk_metrics(app->desk, out);
    if (app->intake) intake_metrics(app->intake, out);
    if (app->desk_watch) desk_watch_metrics(app->desk_watch, out);
    if (app->scheduler) scheduler_metrics(app->scheduler, out);
    measurer_metrics(app->measurer, out);
    library_metrics(app->library, out);
    sources_metrics(app->sources, out);
    if (app->encoder) encoder_metrics(app->encoder, out);
    if (app->jwt) jwt_metrics(app->jwt, out);
}

static const char *trouble(void *ctx)
{
    struct app *app = ctx;
    return ingest_read_only(app->ingest)
               ? "a write of samples failed: none are taken or judged any more. Look at the disk, then restart weir"
               : "";
}

static err read_pem(struct app *app, str path, str *out)
{
    *out = STR("");
    return path.len ? file_read(path, 1 << 20, &app->arena, out) : OK;
}

static err open_server(struct app *app, const struct app_opts *o)
{
    const struct config *c = app->config;
    str cert, key;
    err e = read_pem(app, c->tls_cert, &cert);
    if (!e.code) e = read_pem(app, c->tls_key, &key);
    if (e.code) return e;
    struct server_opts opts = {
        .listen = c->listen,
        .tls_cert = cert,
        .tls_key = key,
        .behind_proxy = c->behind_proxy,
        .body_max = (size_t)c->body_max,
        .connections_max = (size_t)c->connections_max,
        .rates = { [RATE_KEY] = { c->rate_per_key, c->rate_window },
                   [RATE_ADDRESS] = { c->rate_per_address, c->rate_window } },
        .store = app->store,
        .core = app->core,
        .env = app->env,
        .ingest = app->ingest,
        .desk = app->desk,
        .registry = app->registry,
        .texts = app->texts,
        .library = app->library,
        .sources = app->sources,
        .jwt = app->jwt,
        .encoder = app->encoder,
        .apply = apply,
        .apply_ctx = app,
        .series = series_views(app->ingest),
        .trigger_anomaly = o->trigger_anomaly,
        .trigger_ctx = o->trigger_ctx,
        .trouble = trouble,
        .trouble_ctx = app,
        .metrics = more_metrics,
        .metrics_ctx = app,
        .more_routes = edge_routes,
        .text_routes = edge_text_routes,
        .committed = committed,
        .committed_ctx = app,
    };
    return server_start(&opts, &app->server);
}

static str url_of(struct app *app)
{
    const struct config *c = app->config;
    str host = c->host.len ? c->host : STR("127.0.0.1");
    if (STR_IS(host, "0.0.0.0") || STR_IS(host, "::")) host = STR("127.0.0.1");
    bool v6 = str_find(host, STR(":"), 0) >= 0;
    return str_fmt(&app->arena, "http%s://%s" STR_FMT "%s:%d", c->tls_cert.len ? "s" : "", v6 ? "[" : "", STR_ARG(host),
                   v6 ? "]" : "", server_port(app->server));
}

/* Private networks that addresses from outside may name. */
static err allow_networks(struct app *app)
{
    const struct str_list *named = &app->config->net_allow;
    err e = OK;
    for (size_t i = 0; i < named->count && !e.code; i++) e = net_allow_add(&app->allow, named->items[i]);
    http_client_install(app->env, &app->allow);
    return e;
}

err app_open(const struct app_opts *opts, struct app **out)
{
    struct app *app = mem_new(sizeof *app);
    app->arena = arena_init(16 << 20);
    app->env = opts->env;
    app->config = opts->config;
    str admin = STR_NONE;
    err e = allow_networks(app);
    if (!e.code) e = open_store(app);
    if (!e.code) e = app_reload(app, opts->config);
    if (!e.code) e = machine_key(app, "admin", "admin", &admin);
    if (!e.code) e = machine_key(app, "ingest", "ingest", &app->ingest_key);
    if (!e.code) e = open_ingest(app);
    if (!e.code) e = load_pipelines(app, &app->arena);
    if (!e.code) e = open_desk(app);
    if (!e.code) e = open_registry(app);
    if (!e.code) e = open_executor(app);
    if (!e.code) open_keeper(app);
    if (!e.code) e = open_measurer(app);
    if (!e.code) e = open_library(app);
    if (!e.code) e = open_sources(app);
    if (!e.code) open_encoder(app);
    app->texts = text_shelf_open();
    if (!e.code) e = jwt_open(&app->config->jwt, app->env, &app->jwt);
    if (!e.code) e = open_server(app, opts);
    if (!e.code) e = jwt_start(app->jwt);
    if (!e.code) e = scraper_start(app->config, app->ingest, app->env, &app->scraper);
    if (!e.code) e = keeper_start(app->keeper);
    if (!e.code) e = open_trainer(app);
    if (!e.code) e = open_intake(app);
    if (!e.code) e = open_scheduler(app);
    if (!e.code) e = open_desk_watch(app);
    if (e.code) {
        app_close(app);
        return e;
    }
    app->url = url_of(app);
    server_ready(app->server, true);
    executor_wake(app->executor);
    *out = app;
    return OK;
}

void app_close(struct app *app)
{
    if (!app) return;
    keeper_halt(app->keeper);
    desk_watch_halt(app->desk_watch);
    trainer_stop(app->trainer);
    scraper_stop(app->scraper);
    server_stop(app->server);
    scheduler_stop(app->scheduler); /* it uses the intake; like those below, its counters are served */
    intake_stop(app->intake);
    jwt_close(app->jwt);
    desk_watch_close(app->desk_watch);
    measurer_stop(app->measurer);
    sources_stop(app->sources);
    library_close(app->library);
    encoder_close(app->encoder);
    executor_stop(app->executor, 5 * USEC_SECOND);
    ingest_close(app->ingest);
    keeper_close(app->keeper); /* it signs what came last */
    text_shelf_close(app->texts);
    registry_close(app->registry);
    desk_close(app->desk);
    store_close(app->store);
    core_free(app->core);
    http_client_install(app->env, NULL);
    arena_done(&app->arena);
    mem_free(app);
}

struct store *app_store(struct app *app)
{
    return app->store;
}

struct server *app_server(struct app *app)
{
    return app->server;
}

str app_url(struct app *app)
{
    return app->url;
}

str app_ingest_key(struct app *app)
{
    return app->ingest_key;
}
