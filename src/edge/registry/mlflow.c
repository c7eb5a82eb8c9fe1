#include "edge/registry/mlflow.h"

#include "base/hash.h"
#include "base/time.h"
#include "edge/http_client.h"

enum { REPLY_JSON_MAX = 16 << 20, BODY_MAX = 1 << 20 };
#define TIMEOUT (60 * USEC_SECOND)
#define API "/api/2.0/mlflow/"
#define ARTIFACTS "/api/2.0/mlflow-artifacts/artifacts"
#define EXPERIMENT "weir"

struct call {
    const struct mlflow *m;
    struct arena *a;
    int status;
    str code; /* of an error, such as RESOURCE_DOES_NOT_EXIST */
};

/* ---- one exchange ---- */

static str authorization(const struct call *c)
{
    const struct mlflow *m = c->m;
    if (m->token.len) return str_fmt(c->a, "Authorization: Bearer " STR_FMT, STR_ARG(m->token));
    if (!m->user.len) return STR("");
    str pair = str_fmt(c->a, STR_FMT ":" STR_FMT, STR_ARG(m->user), STR_ARG(m->password));
    return str_fmt(c->a, "Authorization: Basic " STR_FMT, STR_ARG(base64_text(pair, c->a)));
}

static err transfer(struct call *c, const char *method, str path, const char *type, str body, size_t reply_max,
                    str *out)
{
    str headers[2], auth = authorization(c), base = c->m->url;
    size_t n = 0;
    struct http_reply reply = { 0 };
    if (auth.len) headers[n++] = auth;
    if (body.len) headers[n++] = str_fmt(c->a, "Content-Type: %s", type);
    while (base.len && base.ptr[base.len - 1] == '/') base.len--;
    struct http_request q = { .method = str_of(method),
                              .url = str_fmt(c->a, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(path)),
                              .body = body,
                              .headers = headers,
                              .header_count = n,
                              .timeout = TIMEOUT,
                              .reply_max = reply_max,
                              .from_operator = true };
    if (!c->m->env->http) return err_make(ERR_IO, "this build has no HTTP client");
    err e = c->m->env->http(c->m->env, &q, c->a, &reply);
    if (e.code == ERR_NOT_FOUND) e.code = ERR_IO; /* nobody is there: not the same as that a model is not there */
    if (e.code) return err_wrap(e, "MLflow at " STR_FMT, STR_ARG(base));
    c->status = reply.status;
    *out = reply.body;
    return OK;
}

/* A JSON call. An error of the server is ERR_IO, or ERR_NOT_FOUND for what does not exist; c->code names it. */
static err ask(struct call *c, const char *method, str path, struct buf *body, json **out)
{
    str text = body ? buf_take(body, c->a) : STR_NONE, reply;
    json *root = NULL;
    err e = transfer(c, method, path, "application/json", text, REPLY_JSON_MAX, &reply);
    if (e.code) return e;
    bool is_json = !json_parse(reply, c->a, &root).code && yyjson_is_obj(root);
    c->code = json_str(json_get(root, "error_code"), STR(""));
    *out = root;
    if (c->status == 200 && is_json) return OK;
    if (c->status == 401 || c->status == 403) return err_make(ERR_DENIED, "MLflow does not accept the credentials");
    if (!is_json || c->status == 200) return err_make(ERR_CORRUPT, "the answer (%d) is none of MLflow", c->status);
    return err_make(STR_IS(c->code, "RESOURCE_DOES_NOT_EXIST") ? ERR_NOT_FOUND : ERR_IO, "MLflow: " STR_FMT,
                    STR_ARG(str_utf8_prefix(json_str(json_get(root, "message"), c->code), 100)));
}

static void open_body(struct jw *w, struct buf *b)
{
    *b = buf_init(BODY_MAX);
    *w = jw_init(b);
    jw_open(w, NULL);
}

/* A POST of texts. */
static err post_texts(struct call *c, const char *path, const struct mlflow_field *fields, size_t n, json **out)
{
    struct buf b;
    struct jw w;
    open_body(&w, &b);
    for (size_t i = 0; i < n; i++) jw_str(&w, str_z(c->a, fields[i].key), fields[i].value);
    jw_close(&w);
    return ask(c, "POST", str_of(path), &b, out);
}

static str query(struct call *c, const char *path, const struct mlflow_field *fields, size_t n)
{
    struct buf b = buf_init(BODY_MAX);
    buf_add(&b, str_of(path));
    for (size_t i = 0; i < n; i++) {
        buf_char(&b, i ? '&' : '?');
        url_percent(&b, fields[i].key);
        buf_char(&b, '=');
        url_percent(&b, fields[i].value);
    }
    return buf_take(&b, c->a);
}
#define FIELD(k, v) ((struct mlflow_field){ STR(k), v })
#define FIELDS(...)                                                                                                    \
    (struct mlflow_field[]){ __VA_ARGS__ }, sizeof((struct mlflow_field[]){ __VA_ARGS__ }) / sizeof(struct mlflow_field)

/* Numbers may come as numbers or as texts ("NaN", too). */
static str number_text(json *v, struct arena *a)
{
    return yyjson_is_str(v) ? json_str(v, STR("")) : v ? json_text(v, a) : STR("");
}

/* ---- artifacts ---- */

/* The path behind "mlflow-artifacts:/1/run/artifacts" or "mlflow-artifacts://host/1/...", percent-encoded. */
static err artifact_path(struct call *c, str uri, str *out)
{
    str scheme = STR("mlflow-artifacts:");
    struct buf b = buf_init(BODY_MAX);
    if (!str_starts(uri, scheme))
        return err_make(ERR_INPUT,
                        "MLflow keeps artifacts at " STR_FMT ", not behind its own server (--serve-artifacts)",
                        STR_ARG(str_utf8_prefix(uri, 60)));
    str rest = str_cut(uri, scheme.len, uri.len), part;
    if (str_starts(rest, STR("//"))) {
        ptrdiff_t slash = str_find(rest, STR("/"), 2);
        rest = slash < 0 ? STR("") : str_cut(rest, (size_t)slash, rest.len);
    }
    while (rest.len && str_next(&rest, '/', &part)) {
        if (!part.len) continue;
        if (STR_IS(part, "..") || STR_IS(part, ".")) return err_make(ERR_CORRUPT, "MLflow names an artifact outside");
        buf_char(&b, '/');
        url_percent(&b, part);
    }
    *out = buf_take(&b, c->a);
    return OK;
}

static err put_artifact(struct call *c, str folder, const char *name, str bytes)
{
    str reply;
    str path = str_fmt(c->a, ARTIFACTS STR_FMT "/%s", STR_ARG(folder), name);
    err e = transfer(c, "PUT", path, "application/octet-stream", bytes, REPLY_JSON_MAX, &reply);
    if (!e.code && c->status != 200) e = err_make(ERR_IO, "MLflow answers %d to an artifact", c->status);
    return e;
}

/* ---- push ---- */

static err find_experiment(struct call *c, str *id)
{
    json *root = NULL;
    struct mlflow_field name = FIELD("experiment_name", STR(EXPERIMENT)), create = FIELD("name", STR(EXPERIMENT));
    err e = ask(c, "GET", query(c, API "experiments/get-by-name", &name, 1), NULL, &root);
    if (!e.code) *id = json_str(json_get(json_get(root, "experiment"), "experiment_id"), STR(""));
    if (e.code != ERR_NOT_FOUND) return e;
    e = post_texts(c, API "experiments/create", &create, 1, &root);
    if (!e.code) *id = json_str(json_get(root, "experiment_id"), STR(""));
    return e;
}

static int64_t now_ms(const struct call *c)
{
    return c->m->env->wall(c->m->env) / USEC_MS;
}

static err open_run(struct call *c, const struct mlflow_version *v, str experiment, str *id, str *folder)
{
    struct buf b;
    struct jw w;
    json *root = NULL;
    open_body(&w, &b);
    jw_str(&w, "experiment_id", experiment);
    jw_str(&w, "run_name", v->name);
    jw_i64(&w, "start_time", now_ms(c));
    jw_close(&w);
    err e = ask(c, "POST", STR(API "runs/create"), &b, &root);
    json *info = json_get(json_get(root, "run"), "info");
    *id = json_str(json_get(info, "run_id"), STR(""));
    if (!e.code && !id->len) e = err_make(ERR_CORRUPT, "MLflow gives the run no id");
    return e.code ? e : artifact_path(c, json_str(json_get(info, "artifact_uri"), STR("")), folder);
}

static void write_tags(struct jw *w, const struct mlflow_version *v)
{
    jw_array(w, "tags");
    for (size_t i = 0; i < v->tag_count; i++) {
        jw_open(w, NULL);
        jw_str(w, "key", v->tags[i].key);
        jw_str(w, "value", v->tags[i].value);
        jw_close(w);
    }
    jw_array_end(w);
}

static err log_run(struct call *c, const struct mlflow_version *v, str run)
{
    struct buf b;
    struct jw w;
    size_t i, n;
    json *key, *value, *root;
    open_body(&w, &b);
    jw_str(&w, "run_id", run);
    jw_array(&w, "metrics");
    json_obj_foreach(v->metrics, i, n, key, value)
    {
        jw_open(&w, NULL);
        jw_str(&w, "key", json_str(key, STR("")));
        jw_f64(&w, "value", json_f64(value, 0));
        jw_i64(&w, "timestamp", now_ms(c));
        jw_i64(&w, "step", 0);
        jw_close(&w);
    }
    jw_array_end(&w);
    write_tags(&w, v);
    jw_close(&w);
    return ask(c, "POST", STR(API "runs/log-batch"), &b, &root);
}

static err close_run(struct call *c, str run, bool fine)
{
    struct buf b;
    struct jw w;
    json *root;
    open_body(&w, &b);
    jw_str(&w, "run_id", run);
    jw_strz(&w, "status", fine ? "FINISHED" : "FAILED");
    jw_i64(&w, "end_time", now_ms(c));
    jw_close(&w);
    return ask(c, "POST", STR(API "runs/update"), &b, &root);
}

/* MLflow knows a model by this file in its folder. */
static str mlmodel_text(struct call *c, const struct mlflow_version *v, str run)
{
    return str_fmt(c->a, "artifact_path: model\nrun_id: " STR_FMT "\nflavors:\n  weir:\n    data: " MLFLOW_FILE
                         "\n    sha256: " STR_FMT "\n", STR_ARG(run), STR_ARG(v->digest));
}

static err create_version(struct call *c, struct mlflow_version *v, str run, str folder)
{
    struct buf b;
    struct jw w;
    json *root = NULL;
    err e = post_texts(c, API "registered-models/create", FIELDS(FIELD("name", v->name)), &root);
    if (e.code && !STR_IS(c->code, "RESOURCE_ALREADY_EXISTS")) return e;
    open_body(&w, &b);
    jw_str(&w, "name", v->name);
    jw_str(&w, "source", str_fmt(c->a, "mlflow-artifacts:" STR_FMT "/model", STR_ARG(folder)));
    jw_str(&w, "run_id", run);
    write_tags(&w, v);
    jw_close(&w);
    e = ask(c, "POST", STR(API "model-versions/create"), &b, &root);
    if (!e.code) v->version = json_str(json_get(json_get(root, "model_version"), "version"), STR(""));
    return e;
}

static str tag_of(json *tags, const char *key)
{
    size_t i, n;
    json *one;
    yyjson_arr_foreach(tags, i, n, one) if (str_eq(json_str(json_get(one, "key"), STR("")),
                                                   str_of(key))) return json_str(json_get(one, "value"), STR(""));
    return STR("");
}

/* The version there that has this file; v->version stays "" when none has. */
static err find_known(struct call *c, struct mlflow_version *v)
{
    json *root = NULL, *one;
    size_t i, n;
    str filter = str_fmt(c->a, "name='" STR_FMT "'", STR_ARG(v->name));
    err e =
        ask(c, "GET",
            query(c, API "model-versions/search", FIELDS(FIELD("filter", filter), FIELD("max_results", STR("1000")))),
            NULL, &root);
    yyjson_arr_foreach(json_get(root, "model_versions"), i, n, one)
        if (str_eq(tag_of(json_get(one, "tags"), "weir.digest"), v->digest))
            v->version = json_str(json_get(one, "version"), STR(""));
    v->known = v->version.len > 0;
    return e;
}

static err push_new(struct call *c, struct mlflow_version *v)
{
    str experiment = STR(""), run = STR(""), folder = STR("");
    err e = find_experiment(c, &experiment);
    if (!e.code) e = open_run(c, v, experiment, &run, &folder);
    if (e.code) return e;
    str model = str_fmt(c->a, STR_FMT "/model", STR_ARG(folder));
    e = log_run(c, v, run);
    if (!e.code) e = put_artifact(c, model, "MLmodel", mlmodel_text(c, v, run));
    if (!e.code) e = put_artifact(c, model, MLFLOW_FILE, v->bytes);
    if (!e.code) e = create_version(c, v, run, folder);
    err closed = close_run(c, run, !e.code);
    return e.code ? e : closed;
}

err mlflow_push(const struct mlflow *m, struct mlflow_version *v, struct arena *a)
{
    struct call c = { .m = m, .a = a };
    json *root = NULL;
    v->version = STR("");
    err e = find_known(&c, v);
    if (!e.code && !v->known) e = push_new(&c, v);
    if (!e.code && v->alias.len)
        e = post_texts(&c, API "registered-models/alias",
                       FIELDS(FIELD("name", v->name), FIELD("alias", v->alias), FIELD("version", v->version)), &root);
    return e;
}

/* ---- pull ---- */

static err find_version(struct call *c, struct mlflow_version *v, json **out)
{
    json *root = NULL;
    str path = v->version.len
                   ? query(c, API "model-versions/get", FIELDS(FIELD("name", v->name), FIELD("version", v->version)))
                   : query(c, API "registered-models/alias", FIELDS(FIELD("name", v->name), FIELD("alias", v->alias)));
    err e = ask(c, "GET", path, NULL, &root);
    *out = json_get(root, "model_version");
    if (!e.code && !*out) e = err_make(ERR_CORRUPT, "MLflow gives no version");
    if (!e.code) v->version = number_text(json_get(*out, "version"), c->a);
    return e;
}

static err find_folder(struct call *c, const struct mlflow_version *v, str *out)
{
    json *root = NULL;
    err e = ask(c, "GET", query(c, API "model-versions/get-download-uri",
                                FIELDS(FIELD("name", v->name), FIELD("version", v->version))), NULL, &root);
    return e.code ? e : artifact_path(c, json_str(json_get(root, "artifact_uri"), STR("")), out);
}

static void read_fields(json *items, struct arena *a, struct mlflow_field *out, size_t *count)
{
    size_t i, n;
    json *one;
    yyjson_arr_foreach(items, i, n, one) {
        if (*count == MLFLOW_FIELDS_MAX) return;
        out[(*count)++] = (struct mlflow_field){ json_str(json_get(one, "key"), STR("")),
                                                 number_text(json_get(one, "value"), a) };
    }
}

/* Its own file, or the only one there that is not a description. */
static err choose_file(struct call *c, str folder, str want, str *out)
{
    json *root = NULL, *one;
    size_t i, n, others = 0;
    str path = query(c, ARTIFACTS, FIELDS(FIELD("path", str_cut(folder, 1, folder.len))));
    err e = ask(c, "GET", path, NULL, &root);
    *out = STR("");
    yyjson_arr_foreach(json_get(root, "files"), i, n, one) {
        str name = json_str(json_get(one, "path"), STR(""));
        if (json_bool(json_get(one, "is_dir"), false)) continue;
        if (str_eq(name, want.len ? want : STR(MLFLOW_FILE))) {
            *out = name;
            return e;
        }
        bool description = STR_IS(name, "MLmodel") || str_ends(name, STR(".yaml")) || str_ends(name, STR(".txt"));
        if (!want.len && !description && ++others == 1) *out = name;
    }
    if (!e.code && (want.len || others != 1))
        e = err_make(ERR_NOT_FOUND, "%zu files in the version's folder: name one", others);
    return e;
}

static err fetch_file(struct call *c, struct mlflow_version *v, str folder, str name)
{
    struct buf b = buf_init(BODY_MAX);
    buf_fmt(&b, ARTIFACTS STR_FMT "/", STR_ARG(folder));
    url_percent(&b, name);
    err e = transfer(c, "GET", buf_take(&b, c->a), "", STR_NONE, MLFLOW_FILE_MAX, &v->bytes);
    if (!e.code && c->status != 200) e = err_make(ERR_IO, "MLflow answers %d for the file", c->status);
    if (e.code) return e;
    struct sha256 d = sha256_of(v->bytes);
    str digest = hex_text((str){ (const char *)d.b, SHA256_LEN }, c->a);
    if (v->digest.len && !str_eq(v->digest, digest))
        return err_make(ERR_CORRUPT, "the file is not the one that was put there: its digest differs");
    v->digest = digest;
    return OK;
}

err mlflow_pull(const struct mlflow *m, struct mlflow_version *v, str file, struct arena *a)
{
    struct call c = { .m = m, .a = a };
    json *version = NULL, *root = NULL;
    str folder = STR(""), name = STR("");
    err e = find_version(&c, v, &version);
    if (e.code) return e;
    read_fields(json_get(version, "tags"), a, v->tags, &v->tag_count);
    v->digest = tag_of(json_get(version, "tags"), "weir.digest");
    str run = json_str(json_get(version, "run_id"), STR(""));
    if (run.len) e = ask(&c, "GET", query(&c, API "runs/get", FIELDS(FIELD("run_id", run))), NULL, &root);
    if (!e.code)
        read_fields(json_get(json_get(json_get(root, "run"), "data"), "metrics"), a, v->scores, &v->score_count);
    if (!e.code) e = find_folder(&c, v, &folder);
    if (!e.code) e = choose_file(&c, folder, file, &name);
    return e.code ? e : fetch_file(&c, v, folder, name);
}
