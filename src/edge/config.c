#include "edge/config.h"

#include <stdlib.h>
#include <unistd.h>

#include "edge/config_internal.h"
#include "edge/files.h"
#include "edge/server/rates.h"

static const char *const sync_words[] = { "full", "normal", NULL };
/* as in vector_store.c; a test compares them */
static const char *const store_words[] = { "built-in", "qdrant", "weaviate", "pinecone", "chroma", "pgvector", NULL };
static const char *const log_words[] = { "error", "warn", "info", "debug", NULL }; /* as enum log_level */

#define AT(member) offsetof(struct config, member)
#define MIB (INT64_C(1) << 20)
#define TIB (INT64_C(1) << 40)
static const struct config_option options[] = {
    { "data_dir", CONFIG_TEXT, AT(data_dir), 0, 0, "", "", NULL, "folder of the store, keys and sample log" },
    { "timezone", CONFIG_TEXT, AT(timezone), 0, 0, "UTC", "", NULL,
      "IANA zone of windows and schedules that name none" },
    { "policy", CONFIG_PATH, AT(policy), 0, 0, "", "", NULL, "policy file; without it the built-in policy holds" },
    { "pipelines", CONFIG_PATH, AT(pipelines), 0, 0, "", "", NULL, "declarations of pipelines" },
    { "runbooks", CONFIG_PATH, AT(runbooks), 0, 0, "", "", NULL, "folder of Markdown runbooks" },
    { "server.listen", CONFIG_TEXT, AT(listen), 0, 0, "127.0.0.1:8090", "", NULL, "address and port" },
    { "server.tls_cert", CONFIG_PATH, AT(tls_cert), 0, 0, "", "", NULL, "certificate chain (PEM); turns on TLS" },
    { "server.tls_key", CONFIG_PATH, AT(tls_key), 0, 0, "", "", NULL, "its private key (PEM)" },
    { "server.behind_proxy", CONFIG_BOOL, AT(behind_proxy), 0, 1, "no", "", NULL, "a proxy in front ends TLS" },
    { "server.body_max", CONFIG_BYTES, AT(body_max), 1024, 256 * MIB, "16MiB", "bytes", NULL, "largest request body" },
    { "server.connections_max", CONFIG_INT, AT(connections_max), 8, 65536, "512", "", NULL, "open connections" },
    { "server.rate_limit.per_key", CONFIG_INT, AT(rate_per_key), 0, RATE_MAX, "5000", "", NULL,
      "requests a second of one key; 0 = no limit" },
    { "server.rate_limit.per_address", CONFIG_INT, AT(rate_per_address), 0, RATE_MAX, "10000", "", NULL,
      "requests a second of one address; 0 = no limit" },
    { "server.rate_limit.window", CONFIG_DURATION, AT(rate_window), USEC_SECOND, USEC_HOUR, "1m", "", NULL,
      "as many at once as these rates give in this time" },
    { "auth.jwt.issuer", CONFIG_TEXT, AT(jwt.issuer), 0, 0, "", "", NULL,
      "iss of bearer tokens; turns them on" },
    { "auth.jwt.audience", CONFIG_TEXT, AT(jwt.audience), 0, 0, "", "", NULL, "their aud must name this" },
    { "auth.jwt.keys", CONFIG_PATH, AT(jwt.keys), 0, 0, "", "", NULL,
      "file of the issuer's keys: a JWKS, or a public key in PEM" },
    { "auth.jwt.keys_url", CONFIG_TEXT, AT(jwt.keys_url), 0, 0, "", "", NULL, "or its https address (JWKS)" },
    { "auth.jwt.secret", CONFIG_TEXT, AT(jwt.secret), 0, 0, "", "", NULL,
      "or env:NAME or file:PATH of a shared secret (HS256), 32 bytes or more" },
    { "auth.jwt.roles_claim", CONFIG_TEXT, AT(jwt.roles_claim), 0, 0, "roles", "", NULL,
      "claim with the roles, such as realm_access.roles" },
    { "auth.jwt.roles", CONFIG_LIST, AT(jwt.roles), 0, JWT_ROLES_MAX, "", "", NULL,
      "what its values mean, such as data-admins=admin; empty: they are weir's roles" },
    { "auth.jwt.leeway", CONFIG_DURATION, AT(jwt.leeway), 0, 10 * USEC_MINUTE, "30s", "", NULL,
      "clocks may differ this much" },
    { "auth.jwt.refresh", CONFIG_DURATION, AT(jwt.refresh), USEC_MINUTE, USEC_DAY, "1h", "", NULL,
      "keys are read again this often" },
    { "auth.jwt.refresh_least", CONFIG_DURATION, AT(jwt.refresh_least), USEC_SECOND, USEC_HOUR, "30s", "", NULL,
      "for a key that is not known yet, at most this often" },
    { "engine.threads", CONFIG_INT, AT(engine_threads), 0, 64, "0", "", NULL,
      "detector threads; 0 = one per core, at most 4" },
    { "incident.settle", CONFIG_DURATION, AT(settle), 0, USEC_HOUR, "10s", "", NULL,
      "wait for more symptoms before diagnosing" },
    { "incident.group", CONFIG_DURATION, AT(group), USEC_SECOND, USEC_DAY, "5m", "", NULL,
      "findings this close belong together" },
    { "incident.quiet", CONFIG_DURATION, AT(quiet), USEC_SECOND, 7 * USEC_DAY, "2m", "", NULL,
      "without findings this long, and no alarm that goes on: over" },
    { "samples.retention", CONFIG_DURATION, AT(samples_retention), USEC_HOUR, 3650 * USEC_DAY, "15d", "", NULL,
      "samples are kept this long" },
    { "samples.max_bytes", CONFIG_BYTES, AT(samples_max_bytes), 16 * MIB, 1024 * TIB, "10GiB", "bytes", NULL,
      "and use at most this much disk" },
    { "samples.series_max", CONFIG_INT, AT(series_max), 100, 10000000, "50000", "", NULL,
      "live series; beyond, refused and counted" },
    { "models.train_every", CONFIG_DURATION, AT(train_every), USEC_SECOND, 90 * USEC_DAY, "1h", "", NULL,
      "a look for labelled incidents to learn from" },
    { "models.mlflow_url", CONFIG_TEXT, AT(mlflow.url), 0, 0, "", "", NULL,
      "MLflow server that weir models mirror copies to and from" },
    { "models.mlflow_user", CONFIG_TEXT, AT(mlflow.user), 0, 0, "", "", NULL, "its user, when it wants one" },
    { "models.mlflow_password", CONFIG_TEXT, AT(mlflow.password), 0, 0, "", "", NULL,
      "env:NAME or file:PATH of the password" },
    { "models.mlflow_token", CONFIG_TEXT, AT(mlflow.token), 0, 0, "", "", NULL,
      "env:NAME or file:PATH of a bearer token instead" },
    { "journal.retention", CONFIG_DURATION, AT(journal_retention), USEC_DAY, 36500 * USEC_DAY, "400d", "", NULL,
      "bodies are kept this long, hashes for ever" },
    { "journal.checkpoint_every", CONFIG_DURATION, AT(checkpoint_every), USEC_SECOND, 7 * USEC_DAY, "1h", "", NULL,
      "signed checkpoint at least this often" },
    { "journal.witnesses", CONFIG_LIST, AT(witnesses), 0, CHANNELS_MAX, "", "", NULL,
      "channels that get checkpoints to keep" },
    { "journal.witness_every", CONFIG_DURATION, AT(witness_every), USEC_SECOND, 90 * USEC_DAY, "1d", "", NULL,
      "each witness gets one this often" },
    { "store.free_disk_floor", CONFIG_PERCENT, AT(free_disk_floor), 0, 50, "5%", "percent", NULL,
      "below it samples stop first, audit last" },
    { "store.sync", CONFIG_WORD, AT(sync), 0, 0, "full", "", sync_words,
      "full: durable after each group; normal: after a checkpoint" },
    { "encoder.model", CONFIG_PATH, AT(encoder_model), 0, 0, "", "", NULL,
      "the sentence encoder's model; without it the one in models/ of the data folder" },
    { "inquiries.routing", CONFIG_PATH, AT(inquiries.routing), 0, 0, "", "", NULL,
      "routing_rules.yaml: departments, clocks, consultants" },
    { "inquiries.words", CONFIG_PATH, AT(inquiries.words), 0, 0, "", "", NULL,
      "words that judge inquiries; without it the built-in ones" },
    { "inquiries.models", CONFIG_PATH, AT(inquiries.models), 0, 0, "", "", NULL,
      "folder of inquiries.model (weir inquiries train), or of category, sentiment and urgency.model" },
    { "inquiries.model_inside", CONFIG_BOOL, AT(inquiries.model_inside), 0, 1, "yes", "", NULL,
      "without models: judge by the one that weir brings, beside the words" },
    { "inquiries.reference", CONFIG_PATH, AT(inquiries.reference), 0, 0, "", "", NULL,
      "examples to measure drift against; else what training left beside the model, else the oldest" },
    { "inquiries.folder", CONFIG_PATH, AT(inquiries.folder), 0, 0, "", "", NULL,
      "watched folder: mbox, eml, csv and jsonl files in it are taken" },
    { "inquiries.imap_url", CONFIG_TEXT, AT(inquiries.imap_url), 0, 0, "", "", NULL,
      "mail server to fetch from, such as imaps://mail.example.com" },
    { "inquiries.imap_user", CONFIG_TEXT, AT(inquiries.imap_user), 0, 0, "", "", NULL, "its user" },
    { "inquiries.imap_password", CONFIG_TEXT, AT(inquiries.imap_password), 0, 0, "", "", NULL,
      "env:NAME or file:PATH of the password" },
    { "inquiries.imap_mailbox", CONFIG_TEXT, AT(inquiries.imap_mailbox), 0, 0, "INBOX", "", NULL,
      "mailbox; what was taken gets the keyword $weir" },
    { "inquiries.imap_every", CONFIG_DURATION, AT(inquiries.imap_every), USEC_SECOND, USEC_DAY, "1m", "", NULL,
      "a look at the mailbox" },
    { "knowledge.reindex_documents", CONFIG_INT, AT(knowledge.reindex_documents), 1, 1000000, "10", "", NULL,
      "documents that came, changed or went, until all are indexed anew" },
    { "knowledge.reindex_feedback", CONFIG_INT, AT(knowledge.reindex_feedback), 1, 1000000, "20", "", NULL,
      "judgements, until they count in the ranking" },
    { "knowledge.reindex_every", CONFIG_DURATION, AT(knowledge.reindex_every), USEC_MINUTE, 365 * USEC_DAY, "7d", "",
      NULL, "and at least this often" },
    { "knowledge.memory_max", CONFIG_BYTES, AT(knowledge.memory_max), MIB, 64 * 1024 * MIB, "1GiB", "bytes", NULL,
      "texts of documents in memory; beyond it they are left out and counted" },
    { "knowledge.graph_from", CONFIG_INT, AT(knowledge.graph_from), 0, 16000000, "100000", "", NULL,
      "passages from which a graph finds the nearest; 0: never" },
    { "knowledge.store.kind", CONFIG_WORD, AT(knowledge.store), 0, 0, "built-in", "", store_words,
      "who keeps the vectors of passages" },
    { "knowledge.store.url", CONFIG_TEXT, AT(knowledge.store_url), 0, 0, "", "", NULL,
      "address of a store elsewhere, such as http://localhost:6333" },
    { "knowledge.store.collection", CONFIG_TEXT, AT(knowledge.store_collection), 0, 0, "weir", "", NULL,
      "its collection, class or namespace, for weir alone" },
    { "knowledge.store.key", CONFIG_TEXT, AT(knowledge.store_key), 0, 0, "", "", NULL,
      "env:NAME or file:PATH of its key" },
    { "net.allow", CONFIG_LIST, AT(net_allow), 0, 64, "", "", NULL,
      "private networks that addresses from outside may name" },
    { "log.level", CONFIG_WORD, AT(log_level), 0, 0, "info", "", log_words, "error, warn, info or debug" },
};
enum { OPTION_COUNT = sizeof options / sizeof *options };

const struct config_option *config_options(size_t *count)
{
    *count = OPTION_COUNT;
    return options;
}

/* One value into its place. */

static bool bytes_parse(str s, int64_t *out)
{
    static const struct {
        str unit;
        int64_t size;
    } units[] = {
        { STR_INIT("KiB"), 1 << 10 },   { STR_INIT("MiB"), 1 << 20 },
        { STR_INIT("GiB"), 1 << 30 },   { STR_INIT("TiB"), INT64_C(1) << 40 },
        { STR_INIT("KB"), 1000 },       { STR_INIT("MB"), 1000000 },
        { STR_INIT("GB"), 1000000000 }, { STR_INIT("TB"), INT64_C(1000000000000) },
        { STR_INIT("B"), 1 },
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t n = 0;
        if (!str_ends(s, units[i].unit)) continue;
        if (str_to_i64(str_trim(str_cut(s, 0, s.len - units[i].unit.len)), &n).code || n < 0 ||
            n > INT64_MAX / units[i].size)
            return false;
        *out = n * units[i].size;
        return true;
    }
    return STR_IS(s, "0") && (*out = 0, true);
}

static void set_bytes(struct yaml_check *c, const struct yaml *node, const struct config_option *o, int64_t *to)
{
    int64_t v = 0;
    str s = yaml_str(c, node, STR_NONE);
    if (!s.ptr) return;
    if (!bytes_parse(s, &v))
        yaml_bad(c, node, "expected a size such as 512KiB, 16MiB or 10GiB, got '" STR_FMT "'",
                 STR_ARG(str_cut(s, 0, 40)));
    else if (v < o->min || v > o->max)
        yaml_bad(c, node, "expected a size from %lld to %lld bytes, got " STR_FMT, (long long)o->min, (long long)o->max,
                 STR_ARG(s));
    else *to = v;
}

static void set_percent(struct yaml_check *c, const struct yaml *node, const struct config_option *o, double *to)
{
    double v = 0;
    str s = yaml_str(c, node, STR_NONE), number = str_trim(str_cut(s, 0, s.len ? s.len - 1 : 0));
    if (!s.ptr) return;
    bool ok = str_ends(s, STR("%")) && !str_to_f64(number, &v).code && v >= (double)o->min && v <= (double)o->max;
    if (ok) *to = v;
    else
        yaml_bad(c, node, "expected %lld%% to %lld%%, got '" STR_FMT "'", (long long)o->min, (long long)o->max,
                 STR_ARG(str_cut(s, 0, 40)));
}

str config_path(const struct reading *r, str path)
{
    if (!path.len || path.ptr[0] == '/' || !r->dir.len || r->from_outside) return path;
    return str_fmt(r->check->arena, STR_FMT "/" STR_FMT, STR_ARG(r->dir), STR_ARG(path));
}

void config_list(struct yaml_check *c, const struct yaml *node, size_t max, struct str_list *to)
{
    if (!node || node->type == YAML_NULL) return;
    bool one = node->type == YAML_TEXT; /* a single value is a list of one */
    size_t n = one ? 1 : node->count;
    *to = (struct str_list){ .items = ARENA_ARRAY(c->arena, str, n + 1) };
    if (!one && !yaml_is_list(c, node)) return;
    if (n > max) {
        yaml_bad(c, node, "expected at most %zu values", max);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct yaml *item = one ? node : &node->items[i];
        str s = yaml_str(c, item, STR_NONE);
        if (s.len) to->items[to->count++] = s;
        else if (item->type == YAML_NULL || item->type == YAML_TEXT) yaml_bad(c, item, "expected a value, got nothing");
    }
}

static void set_value(struct reading *r, const struct yaml *node, const struct config_option *o)
{
    struct yaml_check *c = r->check;
    char *to = (char *)r->config + o->at;
    str s;
    switch (o->type) {
    case CONFIG_TEXT:
    case CONFIG_PATH:
        s = yaml_str(c, node, *(str *)(void *)to);
        *(str *)(void *)to = o->type == CONFIG_PATH && s.ptr != ((str *)(void *)to)->ptr ? config_path(r, s) : s;
        break;
    case CONFIG_INT: *(int64_t *)(void *)to = yaml_i64(c, node, o->min, o->max, *(int64_t *)(void *)to); break;
    case CONFIG_BOOL: *(bool *)(void *)to = yaml_bool(c, node, *(bool *)(void *)to); break;
    case CONFIG_DURATION: *(usec *)(void *)to = yaml_duration(c, node, o->min, o->max, *(usec *)(void *)to); break;
    case CONFIG_WORD: *(int *)(void *)to = yaml_word(c, node, o->words, *(int *)(void *)to); break;
    case CONFIG_BYTES: set_bytes(c, node, o, (int64_t *)(void *)to); break;
    case CONFIG_PERCENT: set_percent(c, node, o, (double *)(void *)to); break;
    case CONFIG_LIST: config_list(c, node, (size_t)o->max, (struct str_list *)(void *)to); break;
    }
}

/* A value from outside the file: a comma makes a list. */
static void set_text(struct reading *r, str where, str value, const struct config_option *o)
{
    struct yaml_check check = yaml_check_init(where, &r->config->arena), *file = r->check;
    struct yaml node = { .type = value.len ? YAML_TEXT : YAML_NULL, .line = 1, .column = 1, .text = value }, items[64];
    if (o->type == CONFIG_LIST && value.len) {
        str rest = value, part;
        size_t n = 0;
        while (n < 64 && str_next(&rest, ',', &part))
            items[n++] = (struct yaml){ .type = YAML_TEXT, .line = 1, .column = 1, .text = str_trim(part) };
        node = (struct yaml){ .type = YAML_LIST, .line = 1, .column = 1, .items = items, .count = n };
    }
    r->check = &check;
    set_value(r, &node, o);
    r->check = file;
    for (size_t i = 0; i < check.count; i++)
        config_problem(r, str_fmt(r->a, STR_FMT ": " STR_FMT, STR_ARG(where), STR_ARG(check.items[i].text)));
}

void config_problem(struct reading *r, str text)
{
    if (r->problems->count < CONFIG_PROBLEMS_MAX) r->problems->items[r->problems->count++] = str_dup(r->a, text);
}

/* The file. */

static const struct config_option *option_of(const char *section, str key)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        str name = str_of(options[i].name), head = str_of(section);
        bool dotted = str_find(name, STR("."), 0) >= 0;
        if (!section[0] && !dotted && str_eq(name, key)) return &options[i];
        if (section[0] && str_starts(name, head) && name.ptr[head.len] == '.' &&
            str_eq(str_cut(name, head.len + 1, name.len), key))
            return &options[i];
    }
    return NULL;
}

/* The keys of a section such as "server" or "auth.jwt" ("" = the top), for suggestions; ends with NULL. */
static const char **keys_of(struct arena *a, str section)
{
    const char **keys = ARENA_ARRAY(a, const char *, OPTION_COUNT + 4);
    size_t n = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        str rest = str_of(options[i].name), key;
        if (section.len && (!str_starts(rest, section) || rest.ptr[section.len] != '.')) continue;
        if (section.len) rest = str_cut(rest, section.len + 1, rest.len);
        (void)str_next(&rest, '.', &key);
        bool seen = false;
        for (size_t k = 0; k < n; k++) seen = seen || str_eq(str_of(keys[k]), key);
        if (!seen) keys[n++] = str_z(a, key);
    }
    if (!section.len) keys[n++] = "scrape", keys[n++] = "notify", keys[n++] = "schedules";
    if (STR_IS(section, "knowledge")) keys[n++] = "sources";
    return keys;
}

static void read_section(struct reading *r, const struct yaml *node, str section)
{
    if (!yaml_is_map(r->check, node)) return;
    yaml_keys(r->check, node, keys_of(r->a, section));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = &node->items[i];
        const struct config_option *o = option_of(str_z(r->a, section), item->key);
        str inner = str_fmt(r->a, STR_FMT "." STR_FMT, STR_ARG(section), STR_ARG(item->key));
        if (o) set_value(r, item, o);
        else if (STR_IS(inner, "knowledge.sources")) config_read_sources(r, item);
        else if (keys_of(r->a, inner)[0]) read_section(r, item, inner);
    }
}

static void read_root(struct reading *r, const struct yaml *root)
{
    if (!yaml_is_map(r->check, root)) return;
    const char **keys = keys_of(r->a, STR(""));
    yaml_keys(r->check, root, keys);
    for (size_t i = 0; i < root->count; i++) {
        const struct yaml *item = &root->items[i];
        const struct config_option *o = option_of("", item->key);
        if (o) set_value(r, item, o);
        else if (STR_IS(item->key, "scrape")) config_read_scrapes(r, item);
        else if (STR_IS(item->key, "notify")) config_read_channels(r, item);
        else if (STR_IS(item->key, "schedules")) config_read_schedules(r, item);
        else if (keys_of(r->a, item->key)[0]) read_section(r, item, item->key);
    }
    r->root = root;
}

static err read_file(struct reading *r, const struct config_opts *opts)
{
    str text = opts->text;
    err e = OK;
    if (!text.ptr) e = file_read(opts->path, YAML_TEXT_MAX, &r->config->arena, &text);
    if (e.code) return e;
    ptrdiff_t slash = -1;
    for (size_t i = 0; i < opts->path.len; i++)
        if (opts->path.ptr[i] == '/') slash = (ptrdiff_t)i;
    r->dir = slash > 0 ? str_cut(opts->path, 0, (size_t)slash) : slash == 0 ? STR("/") : STR("");
    const struct yaml *root = yaml_parse(r->check, text);
    if (root) read_root(r, root);
    for (size_t i = 0; i < r->check->count; i++) {
        const struct yaml_problem *p = &r->check->items[i];
        config_problem(
            r, str_fmt(r->a, STR_FMT ":%d:%d: " STR_FMT, STR_ARG(opts->path), p->line, p->column, STR_ARG(p->text)));
    }
    return OK;
}

static void read_environment(struct reading *r, const char *(*get)(const char *))
{
    for (size_t i = 0; i < OPTION_COUNT && get; i++) {
        char name[64] = "WEIR_";
        size_t n = strlen(name);
        for (const char *p = options[i].name; *p; p++)
            name[n++] = *p == '.' ? '_' : (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
        const char *value = get(name);
        if (value) set_text(r, str_of(name), str_dup(&r->config->arena, str_of(value)), &options[i]);
    }
}

static void read_sets(struct reading *r, str lines)
{
    str line;
    while (lines.len && str_next(&lines, '\n', &line)) {
        str value = line, name;
        const struct config_option *o = NULL;
        const char *names[OPTION_COUNT + 1] = { NULL };
        (void)str_next(&value, '=', &name);
        for (size_t i = 0; i < OPTION_COUNT; i++) {
            names[i] = options[i].name;
            if (str_eq(name, str_of(options[i].name))) o = &options[i];
        }
        if (name.len == line.len)
            config_problem(r, str_fmt(r->a, "--set " STR_FMT ": expected NAME=VALUE", STR_ARG(line)));
        else if (!o)
            config_problem(r, str_fmt(r->a, "--set: there is no option '" STR_FMT "'" STR_FMT, STR_ARG(name),
                                      STR_ARG(yaml_hint(r->a, name, names))));
        else set_text(r, str_fmt(r->a, "--set " STR_FMT, STR_ARG(name)), str_dup(&r->config->arena, value), o);
    }
}

static void set_defaults(struct reading *r, str data_dir)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        str *text = (str *)(void *)((char *)r->config + options[i].at);
        if (options[i].type == CONFIG_TEXT || options[i].type == CONFIG_PATH) *text = str_of(options[i].fallback);
        else set_text(r, str_of(options[i].name), str_of(options[i].fallback), &options[i]);
    }
    config_default_schedules(r->config);
    r->config->data_dir = data_dir.len ? str_dup(&r->config->arena, data_dir) : STR("");
}

err config_load(const struct config_opts *opts, struct arena *a, struct config_problems *problems, struct config **out)
{
    struct config_problems own = { .count = 0 };
    struct config *config = mem_new(sizeof *config);
    config->arena = arena_init(2 * YAML_ARENA_MAX);
    config->path = str_dup(&config->arena, opts->path);
    struct yaml_check check = yaml_check_init(opts->path, &config->arena);
    struct reading r = { .config = config, .check = &check, .a = a, .problems = problems ? problems : &own };
    r.problems->count = 0;
    r.from_outside = true;
    set_defaults(&r, opts->data_dir);
    r.from_outside = false;
    err e = opts->path.len ? read_file(&r, opts) : OK;
    r.from_outside = true;
    if (!e.code) {
        read_environment(&r, opts->getenv);
        read_sets(&r, opts->set);
        config_check_all(&r);
    }
    if (!e.code && r.problems->count) e = err_make(ERR_INPUT, STR_FMT, STR_ARG(r.problems->items[0]));
    if (e.code) config_free(config);
    else *out = config;
    return e;
}

void config_free(struct config *c)
{
    if (!c) return;
    arena_done(&c->arena);
    mem_free(c);
}
