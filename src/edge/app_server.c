/* The server of a running weir: what it is given of the other parts, their metrics, and what is wrong with them. */
#include "edge/app_internal.h"

#include "edge/act/executor.h"
#include "edge/app_views.h"
#include "edge/documents/library.h"
#include "edge/files.h"
#include "edge/flow/scheduler.h"
#include "edge/inquiry/desk.h"
#include "edge/inquiry/intake.h"
#include "edge/inquiry/watch.h"
#include "edge/jwt/jwt.h"
#include "edge/keeper.h"
#include "edge/measurer.h"
#include "edge/model/encoder.h"
#include "edge/observe/observe.h"
#include "edge/open_files.h"
#include "edge/routes.h"

static void committed(void *ctx, int64_t last_seq)
{
    (void)last_seq;
    struct app *app = ctx;
    if (app->executor) executor_wake(app->executor);
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
    if (ingest_read_only(app->ingest))
        return "a write of samples failed: none are taken or judged any more. Look at the disk, then restart weir";
    return ingest_disk_low(app->ingest) ? "the disk is nearly full: samples are refused until there is room again" : "";
}

static err read_pem(struct app *app, str path, str *out)
{
    *out = STR("");
    return path.len ? file_read(path, 1 << 20, &app->arena, out) : OK;
}

err app_open_server(struct app *app, const struct app_opts *o)
{
    const struct config *c = app->config;
    str cert, key;
    err e = read_pem(app, c->tls_cert, &cert);
    if (!e.code) e = read_pem(app, c->tls_key, &key);
    size_t connections = 0;
    if (!e.code) e = open_files_fit((size_t)c->connections_max, &connections);
    if (e.code) return e;
    struct server_opts opts = {
        .listen = c->listen,
        .tls_cert = cert,
        .tls_key = key,
        .behind_proxy = c->behind_proxy,
        .body_max = (size_t)c->body_max,
        .connections_max = connections,
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
        .apply = app_apply,
        .apply_ctx = app,
        .series = series_views(app->ingest),
        .trigger_anomaly = o->trigger_anomaly,
        .trigger_ctx = o->trigger_ctx,
        .trouble = trouble,
        .trouble_ctx = app,
        .metrics = more_metrics,
        .metrics_ctx = app,
        .more_routes = edge_routes,
        .encode_routes = edge_encode_routes,
        .text_routes = edge_text_routes,
        .committed = committed,
        .committed_ctx = app,
    };
    return server_start(&opts, &app->server);
}
