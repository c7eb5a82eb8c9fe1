/* A running weir: its parts opened in order, each with what it needs of the others, and closed in reverse. */
#include "edge/app_internal.h"

#include <unistd.h>

#include "core/retention.h"
#include "edge/act/executor.h"
#include "edge/documents/library.h"
#include "edge/flow/scheduler.h"
#include "edge/http_client.h"
#include "edge/inquiry/classify.h"
#include "edge/inquiry/desk.h"
#include "edge/inquiry/intake.h"
#include "edge/inquiry/reference.h"
#include "edge/inquiry/watch.h"
#include "edge/jwt/jwt.h"
#include "edge/keeper.h"
#include "edge/measurer.h"
#include "edge/model/encoder.h"
#include "edge/model/model_file.h"
#include "edge/observe/ingest.h"
#include "edge/observe/scrape.h"
#include "edge/registry/registry.h"
#include "edge/text/text_shelf.h"
#include "edge/trainer.h"

err app_apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq)
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

err app_input_texts(struct app *app, const char *kind, str subject, const struct field *fields, size_t n)
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
        .apply = app_apply,
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
        .apply = app_apply,
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
        .apply = app_apply,
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
        .places = { .door = { .store = app->store, .env = app->env, .apply = app_apply, .ctx = app },
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
        .door = { .store = app->store, .env = app->env, .apply = app_apply, .ctx = app },
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
        .in_force = app_series_in_force,
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
    if (!e.code) e = app_machine_key(app, "admin", "admin", &admin);
    if (!e.code) e = app_machine_key(app, "ingest", "ingest", &app->ingest_key);
    if (!e.code) e = open_ingest(app);
    if (!e.code) e = app_load_pipelines(app, &app->arena);
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
    if (!e.code) e = app_open_server(app, opts);
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
