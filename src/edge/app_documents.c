/* The documents a weir goes by: read from its files at the start and on a reload, and loaded into the store. */
#include "edge/app_internal.h"

#include "core/inquiry/routing.h"
#include "core/policy/policy.h"
#include "edge/flow/schedules_file.h"
#include "edge/inquiry/routing_file.h"
#include "edge/keeper.h"
#include "edge/lineage/steps.h"
#include "edge/observe/ingest.h"
#include "edge/pipelines_file.h"
#include "edge/policy_file.h"
#include "edge/runbooks.h"

static err load_document(struct app *app, const char *kind, str text)
{
    return app_input_texts(app, "document.loaded", str_of(kind), &(struct field){ "text", text }, 1);
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
err app_series_in_force(void *ctx)
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

err app_load_pipelines(struct app *app, struct arena *a)
{
    str declared = STR("{\"pipelines\":[]}");
    err e = app->config->pipelines.len ? pipelines_file_read(app->config->pipelines, a, &declared) : OK;
    if (!e.code) e = load_document(app, "pipelines", declared);
    if (!e.code) e = lineage_of_steps(app->store, declared, app_apply, app);
    return e.code || !app->ingest ? e : app_series_in_force(app);
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
    if (!e.code) e = app_load_pipelines(app, &a);
    if (!e.code) e = load_routing(app, &a);
    if (!e.code) e = load_schedules(app, &a);
    if (!e.code && app->config->runbooks.len) e = runbooks_load(app->store, app->config->runbooks, app_apply, app);
    arena_done(&a);
    return e;
}
