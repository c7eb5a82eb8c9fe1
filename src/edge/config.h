/* weir.yaml: one table of options (config.c) feeds the reader, the checks, WEIR_* variables, --set and `weir config
 * check`. What counts: the table's default, then the file, then WEIR_SECTION_NAME, then --set section.name=value. */
#ifndef WEIR_EDGE_CONFIG_H
#define WEIR_EDGE_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "base/yaml.h"
#include "edge/documents/sources.h"

struct str_list {
    str *items;
    size_t count;
};

enum {
    SCHEDULES_DECLARED_MAX = 100,
    SOURCES_MAX = 50,
    SCRAPES_MAX = 200,
    CHANNELS_MAX = 32,
    LABELS_MAX = 16,
    JWT_ROLES_MAX = 64
};

/* Bearer tokens (edge/jwt/jwt.h); issuer "" = none are taken. */
struct config_jwt {
    str issuer, audience, keys, keys_url, secret, roles_claim; /* secret is a secret reference */
    struct str_list roles; /* "value=role" */
    usec leeway, refresh, refresh_least;
};

struct scrape_target {
    str job, url;
    str pipeline;          /* that its series belong to, "" = none */
    usec every, timeout;
    str labels[LABELS_MAX]; /* "name=value" */
    size_t label_count;
};

enum channel_kind { CHANNEL_SLACK, CHANNEL_SMTP, CHANNEL_WEBHOOK };
enum smtp_tls { SMTP_STARTTLS, SMTP_TLS, SMTP_PLAIN };
struct notify_channel {
    str name;
    enum channel_kind kind;
    str url;               /* slack: a secret reference; webhook: an address or a secret reference */
    str secret;            /* webhook: reference to the HMAC key, "" = unsigned */
    str host, user, password, from; /* smtp; password is a secret reference */
    int64_t port;
    enum smtp_tls tls;
    struct str_list to;
    int min_severity;      /* enum severity */
    struct str_list events; /* opened, approval, decided, resolved, checkpoint; empty = all */
};

/* A schedule, built-in or of the operator's own; edge/flow/schedules_file.h. */
struct schedule_config {
    str name, does, cron, zone;
    str step;              /* does "command": its step as in pipelines.yaml, JSON; else "" */
    usec timeout, retry;
    int64_t retries;
    bool catch_up, on;
    bool on_with_inquiries; /* nothing was said: it runs when inquiries are set up */
};

struct config {
    struct arena arena;
    str path;              /* file it was read from, "" = none */
    str data_dir, timezone, policy, pipelines,
        runbooks, encoder_model; /* paths are absolute or relative to the working folder; "" = none */
    struct {
        str routing, words, models, reference, folder, imap_url, imap_user, imap_password, imap_mailbox;
        bool model_inside;
        usec imap_every;
    } inquiries;           /* imap_password is a secret reference */
    struct {
        str url, user, password, token;
    } mlflow;              /* password and token are secret references */
    str listen, tls_cert, tls_key;
    str host;              /* of listen, without brackets */
    int64_t port;
    bool behind_proxy;
    int64_t body_max, connections_max;
    int64_t rate_per_key, rate_per_address; /* requests a second, 0 = no limit */
    usec rate_window;
    struct config_jwt jwt;
    int64_t engine_threads; /* 0 = one per core, at most 4 */
    usec settle, group, quiet;
    usec samples_retention, train_every;
    int64_t samples_max_bytes, series_max;
    usec journal_retention, checkpoint_every, witness_every;
    struct str_list witnesses; /* names of channels */
    struct {
        int64_t reindex_documents, reindex_feedback, memory_max, graph_from;
        usec reindex_every;
        int store; /* in the order of vector_store_kinds */
        str store_url, store_collection, store_key; /* the key is a secret reference */
        struct knowledge_source sources[SOURCES_MAX];
        size_t source_count;
    } knowledge;
    double free_disk_floor; /* percent */
    int sync;              /* 0 full, 1 normal */
    struct str_list net_allow; /* networks such as 10.0.0.0/8 that addresses from outside may name */
    int log_level;         /* enum log_level */
    struct scrape_target scrapes[SCRAPES_MAX];
    size_t scrape_count;
    struct schedule_config schedules[SCHEDULES_DECLARED_MAX]; /* the built-in ones come first */
    size_t schedule_count;
    struct notify_channel channels[CHANNELS_MAX];
    size_t channel_count;
};

enum { CONFIG_PROBLEMS_MAX = 40 };
struct config_opts {
    str path;              /* file; "" = none, defaults only */
    str text;              /* instead of a file, with `path` as its name; ptr NULL = read the file */
    str data_dir;          /* default of data_dir */
    str set;               /* "name=value" lines that win over everything */
    const char *(*getenv)(const char *name); /* NULL: no environment */
};
struct config_problems {
    str items[CONFIG_PROBLEMS_MAX]; /* "weir.yaml:3:5: expected ..." */
    size_t count;
};

/* Read the configuration. It can be called again for a reload: nothing outside the result changes.
 * out       set on success only; end it with config_free().
 * problems  may be NULL; filled in either case. Strings live in a.
 * Errors    ERR_INPUT (the first problem), and those of file_read. */
MUST_USE err config_load(const struct config_opts *opts, struct arena *a, struct config_problems *problems,
                         struct config **out);
void config_free(struct config *c); /* accepts NULL */
/* The effective configuration as the fields of the object open in w; secret references as written. */
void config_json(const struct config *c, struct jw *w);
/* Where a client on this machine finds the server: "http://127.0.0.1:8090". */
str config_server_url(const struct config *c, struct arena *a);

enum config_type {
    CONFIG_TEXT,
    CONFIG_PATH,
    CONFIG_INT,
    CONFIG_PERCENT,
    CONFIG_BOOL,
    CONFIG_DURATION,
    CONFIG_BYTES,
    CONFIG_WORD,
    CONFIG_LIST
};
struct config_option {
    const char *name; /* "server.listen" */
    enum config_type type;
    size_t at;        /* offset in struct config */
    int64_t min, max;
    const char *fallback, *unit;
    const char *const *words;
    const char *help;
};
const struct config_option *config_options(size_t *count);

#endif
