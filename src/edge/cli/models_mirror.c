/* weir models mirror: a version to an MLflow server, or from one. The command speaks with both; the server of weir
 * records what was copied. */
#include <stdio.h>

#include "edge/cli/client.h"
#include "edge/cli/commands.h"
#include "edge/cli/config_cli.h"
#include "edge/files.h"
#include "edge/registry/mlflow.h"
#include "edge/registry/registry.h"
#include "engine/text/text_model.h"

struct mirror {
    struct cli *cli;
    struct client client;
    struct mlflow mlflow;
    struct mlflow_version v;
    str name; /* here */
    int64_t version;
    struct answer reply;
};

static err secret_or_none(str reference, struct arena *a, str *out)
{
    *out = STR("");
    return reference.len ? secret_read(reference, a, out) : OK;
}

static int open_mlflow(struct cli *cli, struct mlflow *out)
{
    struct config *config = NULL;
    struct arena *a = cli_arena(cli);
    int rc = config_of(cli, &config);
    if (rc) return rc;
    *out = (struct mlflow){ .env = cli_env(cli),
                            .url = str_dup(a, cli_str(cli, "at").len ? cli_str(cli, "at") : config->mlflow.url),
                            .user = str_dup(a, config->mlflow.user) };
    err e = secret_or_none(config->mlflow.password, a, &out->password);
    if (!e.code) e = secret_or_none(config->mlflow.token, a, &out->token);
    config_free(config);
    if (e.code) return cli_fail_err(cli, err_wrap(e, "models.mlflow_password, models.mlflow_token"));
    if (out->url.len) return EXIT_FINE;
    return cli_fail(cli, EXIT_USAGE, "no MLflow server is named: set models.mlflow_url in weir.yaml, or --at URL");
}

static int get_model(struct mirror *m)
{
    return client_call(&m->client, "GET", client_path(&m->client, "/api/v1/registry/", m->name, "?limit=200"), STR_NONE,
                       &m->reply);
}

/* ---- push ---- */

static void add_tag(struct mirror *m, const char *key, str value)
{
    if (value.len) m->v.tags[m->v.tag_count++] = (struct mlflow_field){ str_of(key), value };
}

/* The version to copy: named, or the one in use. */
static json *find_version(struct mirror *m)
{
    size_t i, n;
    json *one;
    yyjson_arr_foreach(json_get(m->reply.root, "aliases"), i, n, one) {
        bool champion = STR_IS(json_get_str(one, "alias"), MODEL_CHAMPION);
        int64_t v = json_get_i64(one, "version", 0);
        if (champion && !m->version) m->version = v;
        if (champion && v == m->version) m->v.alias = STR(MODEL_CHAMPION);
    }
    yyjson_arr_foreach(json_get(m->reply.root, "versions"), i, n, one)
        if (json_get_i64(one, "version", 0) == m->version) return one;
    return NULL;
}

static int prepare_push(struct mirror *m)
{
    static const char *const fields[][2] = { { "kind", "weir.kind" }, { "data", "weir.data" }, { "code", "weir.code" },
                                             { "held_back", "weir.held_back" }, { "origin", "weir.origin" } };
    struct cli *cli = m->cli;
    struct answer file;
    int rc = get_model(m);
    json *version = rc ? NULL : find_version(m);
    if (rc) return rc;
    if (!version)
        return cli_fail(cli, EXIT_FOUND, m->version ? "there is no such version" : "no version is in use: name one");
    m->v.digest = json_get_str(version, "digest");
    m->v.metrics = json_get(version, "metrics");
    rc = client_bytes(&m->client, "GET", client_path(&m->client, "/api/v1/registry/files/", m->v.digest, ""), STR_NONE,
                      &file);
    m->v.bytes = file.text;
    add_tag(m, "weir.digest", m->v.digest);
    add_tag(m, "weir.version", str_fmt(cli_arena(cli), "%lld", (long long)m->version));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        add_tag(m, fields[i][1], json_get_str(version, fields[i][0]));
    return rc;
}

/* ---- pull ---- */

static str tag(const struct mirror *m, const char *key)
{
    for (size_t i = 0; i < m->v.tag_count; i++)
        if (str_eq(m->v.tags[i].key, str_of(key))) return m->v.tags[i].value;
    return STR("");
}

static void put_scores(const struct mirror *m, struct jw *w)
{
    size_t n = 0;
    jw_open(w, "metrics");
    for (size_t i = 0; i < m->v.score_count && n < MODEL_METRICS_MAX; i++) {
        str key = m->v.scores[i].key;
        double value;
        if (str_to_f64(m->v.scores[i].value, &value).code || !key.len || key.len > MODEL_NAME_MAX) continue;
        jw_f64(w, str_z(cli_arena(m->cli), key), value);
        n++;
    }
    jw_close(w);
}

static void version_body(const struct mirror *m, bool text, str digest, struct buf *b)
{
    static const char *const tags[][2] = { { "data", "weir.data" },
                                           { "code", "weir.code" },
                                           { "held_back", "weir.held_back" } };
    struct jw w = jw_init(b);
    jw_open(&w, NULL);
    jw_strz(&w, "kind", text ? "text" : "file");
    jw_str(&w, "digest", digest);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (tag(m, tags[i][1]).len) jw_str(&w, tags[i][0], tag(m, tags[i][1]));
    jw_str(&w, "origin", str_fmt(cli_arena(m->cli), STR_FMT " models:/" STR_FMT "/" STR_FMT, STR_ARG(m->mlflow.url),
                                 STR_ARG(m->v.name), STR_ARG(m->v.version)));
    put_scores(m, &w);
    jw_close(&w);
}

static int register_pulled(struct mirror *m)
{
    struct text_model t;
    struct buf b = buf_init(1 << 20);
    bool text = !text_model_open(m->v.bytes, &t).code;
    int rc = client_bytes(&m->client, "POST",
                          text ? STR("/api/v1/registry/files?kind=text") : STR("/api/v1/registry/files"), m->v.bytes,
                          &m->reply);
    if (!rc) version_body(m, text, json_get_str(m->reply.root, "digest"), &b);
    if (!rc)
        rc = client_call(&m->client, "POST", client_path(&m->client, "/api/v1/registry/", m->name, "/versions"),
                         buf_view(&b), &m->reply);
    buf_done(&b);
    if (!rc) m->version = json_get_i64(m->reply.root, "version", 0);
    m->v.known = !rc && !json_get_i64(m->reply.root, "seq", 0);
    return rc;
}

/* ---- both ---- */

static int record(struct mirror *m, const char *direction)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_i64(&w, "version", m->version);
    jw_strz(&w, "direction", direction);
    jw_str(&w, "url", m->mlflow.url);
    jw_str(&w, "remote",
           str_fmt(cli_arena(m->cli), "models:/" STR_FMT "/" STR_FMT, STR_ARG(m->v.name), STR_ARG(m->v.version)));
    jw_close(&w);
    int rc = client_call(&m->client, "POST", client_path(&m->client, "/api/v1/registry/", m->name, "/mirrored"),
                         buf_view(&b), &m->reply);
    buf_done(&b);
    return rc;
}

static void tell(const struct mirror *m, bool push)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    if (!cli_json(m->cli)) {
        (void)printf("version %lld of " STR_FMT " %s version " STR_FMT " of " STR_FMT " at " STR_FMT "%s\n",
                     (long long)m->version, STR_ARG(m->name), push ? "is" : "came from", STR_ARG(m->v.version),
                     STR_ARG(m->v.name), STR_ARG(m->mlflow.url), m->v.known ? ", as before" : "");
        return;
    }
    jw_open(&w, NULL);
    jw_str(&w, "name", m->name);
    jw_i64(&w, "version", m->version);
    jw_str(&w, "remote", m->v.version);
    jw_str(&w, "digest", m->v.digest);
    jw_bool(&w, "known", m->v.known);
    jw_close(&w);
    (void)cli_print_json(m->cli, &b);
}

static int run_push(struct mirror *m)
{
    int rc = prepare_push(m);
    if (rc) return rc;
    err e = mlflow_push(&m->mlflow, &m->v, cli_arena(m->cli));
    return e.code ? cli_fail_err(m->cli, e) : EXIT_FINE;
}

static int run_pull(struct mirror *m)
{
    struct cli *cli = m->cli;
    if (m->version) m->v.version = str_fmt(cli_arena(cli), "%lld", (long long)m->version);
    m->v.alias = cli_str(cli, "alias");
    err e = mlflow_pull(&m->mlflow, &m->v, cli_str(cli, "file"), cli_arena(cli));
    return e.code ? cli_fail_err(cli, e) : register_pulled(m);
}

static int run_mirror(struct cli *cli)
{
    struct mirror *m = mem_new(sizeof *m);
    bool push = STR_IS(cli_arg(cli, 0), "push"), pull = STR_IS(cli_arg(cli, 0), "pull");
    m->cli = cli;
    m->name = cli_arg(cli, 1);
    m->v = (struct mlflow_version){ .name = cli_str(cli, "as").len ? cli_str(cli, "as") : m->name,
                                    .version = STR(""), .alias = STR(""), .digest = STR("") };
    int rc = (push || pull) && m->name.len && cli_arg_count(cli) <= 3
                 ? EXIT_FINE
                 : cli_fail(cli, EXIT_USAGE, "expected push or pull, the name of a model, and perhaps a version");
    if (!rc && cli_arg_count(cli) == 3 && str_to_i64(cli_arg(cli, 2), &m->version).code)
        rc = cli_fail(cli, EXIT_USAGE, "VERSION: expected a number, got '" STR_FMT "'",
                      STR_ARG(str_cut(cli_arg(cli, 2), 0, 40)));
    if (!rc) rc = open_mlflow(cli, &m->mlflow);
    if (!rc) rc = client_open(cli, &m->client);
    if (!rc) rc = push ? run_push(m) : run_pull(m);
    if (!rc) rc = record(m, push ? "push" : "pull");
    if (!rc) tell(m, push);
    mem_free(m);
    return rc;
}

static const struct cli_option options[] = {
    { "at", 0, "URL", NULL, "The MLflow server; default: models.mlflow_url." },
    { "as", 0, "NAME", NULL, "Its name there, when it is another." },
    { "alias", 0, "ALIAS", "champion", "Pull the version behind this alias." },
    { "file", 0, "NAME", NULL, "Pull this file of the version's folder." },
    { NULL, 0, NULL, NULL, NULL },
};

const struct command command_models_mirror = {
    "models mirror",
    "push|pull NAME [VERSION]",
    "Copy a version to an MLflow server, or one from there.",
    "push: the version in use, or a named one, with its scores and its file; the alias champion follows it. pull: the "
    "version behind --alias, or a named one (by its number there), becomes the next version here; nothing else "
    "changes "
    "until it is promoted. A file that is there already is not copied twice.",
    options,
    run_mirror,
};
