/* What the files of the running weir share: its parts, and the few calls between those files. */
#ifndef WEIR_EDGE_APP_INTERNAL_H
#define WEIR_EDGE_APP_INTERNAL_H

#include "edge/app.h"
#include "edge/net_addr.h"
#include "edge/notify/notify.h"

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

/* The door that parts apply their inputs through; ctx is the app. Thread: writer. */
MUST_USE err app_apply(void *ctx, struct tx *tx, const struct input *in, int64_t *seq);

struct field {
    const char *name;
    str value;
};
/* One input whose body is an object of texts. */
MUST_USE err app_input_texts(struct app *app, const char *kind, str subject, const struct field *fields, size_t n);

/* The pipelines as configured, their lineage, and what ingest judges by if it is open (app_documents.c). */
MUST_USE err app_load_pipelines(struct app *app, struct arena *a);
/* Give ingest the thresholds and the models that are in force; ctx is the app. */
MUST_USE err app_series_in_force(void *ctx);

/* A key of this machine, made or known by its file (app_keys.c). out: lives as long as the app. */
MUST_USE err app_machine_key(struct app *app, const char *name, const char *role, str *out);

/* Start the server over the parts that are open (app_server.c). */
MUST_USE err app_open_server(struct app *app, const struct app_opts *o);

#endif
