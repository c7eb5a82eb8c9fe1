/* The running weir: store, core, ingest, executors and server, built in order and taken down in reverse. `serve` and
 * the demo are this with different settings.
 */
#ifndef WEIR_EDGE_APP_H
#define WEIR_EDGE_APP_H

#include "core/core.h"
#include "edge/config.h"
#include "edge/server/server.h"

struct app; /* opaque */

struct app_opts {
    struct env *env;
    const struct config *config;
    err (*trigger_anomaly)(void *ctx, str pipeline, struct arena *a, str *what); /* demo */
    void *trigger_ctx;
};

/* Open the store, load the documents, start everything, listen. Errors: of each part, wrapped. Thread: main. */
MUST_USE err app_open(const struct app_opts *opts, struct app **out);
/* Graceful: stop listening, let effects end, sign a last checkpoint, close the store. Accepts NULL. */
void app_close(struct app *app);

struct store *app_store(struct app *app);
struct server *app_server(struct app *app);
str app_url(struct app *app);          /* "http://127.0.0.1:8090" */
str app_ingest_key(struct app *app);   /* for `weir run` on this machine */
/* Apply one input and wait for its commit. Thread: any but the writer. */
MUST_USE err app_input(struct app *app, const char *kind, str subject, str actor, str body);
/* Read policy, pipelines and runbooks again, with new settings (SIGHUP). config stays borrowed. On an error what was in
 * force stays, as far as it had not been replaced yet. */
MUST_USE err app_reload(struct app *app, const struct config *config);

#endif
