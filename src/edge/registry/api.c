/* The registry over HTTP: files first, by digest, then versions of them; what is in use moves by promotion, trial and
 * rollback. Bodies go to the core as they are: its checks are the ones that count. */
#include "edge/registry/api.h"

#include "edge/files.h"
#include "edge/registry/registry.h"
#include "edge/server/reply.h"
#include "edge/server/server.h"

static const struct col model_columns[] = {
    { "name", COL_TEXT },  { "kind", COL_TEXT },    { "newest", COL_INT },
    { "time", COL_INT },   { "champion", COL_INT }, { "challenger", COL_INT },
    { "share", COL_REAL }, { "metrics", COL_JSON }, { .name = NULL },
};
static const struct col version_columns[] = {
    { "version", COL_INT },    { "seq", COL_INT },     { "time", COL_INT },     { "actor", COL_TEXT },
    { "kind", COL_TEXT },      { "digest", COL_TEXT }, { "bytes", COL_INT },    { "data", COL_TEXT },
    { "code", COL_TEXT },      { "held_back", COL_TEXT }, { "parent", COL_INT }, { "metrics", COL_JSON },
    { "sources", COL_JSON },   { "origin", COL_TEXT }, { "comment", COL_TEXT }, { .name = NULL },
};
static const struct col alias_columns[] = {
    { "alias", COL_TEXT }, { "version", COL_INT }, { "time", COL_INT }, { .name = NULL },
};
static const struct col move_columns[] = {
    { "seq", COL_INT },   { "time", COL_INT },   { "version", COL_INT }, { "before", COL_INT },
    { "how", COL_TEXT }, { "actor", COL_TEXT }, { "reason", COL_TEXT }, { .name = NULL },
};

static struct registry *registry_of(struct request *req, struct response *res)
{
    struct registry *r = server_registry(req->ctx);
    if (!r) http_problem(res, 404, "Not found", STR("this server keeps no models"));
    return r;
}

/* ---- reading ---- */

static void list(struct request *req, struct response *res)
{
    struct val vals[] = { V(http_query(req, "cursor").ptr ? http_query(req, "cursor") : STR("")),
                          V(http_limit(req) + 1) };
    reply_page(req, res, SQL_API_REGISTRY, model_columns, 0, vals, 2);
}

/* The trial that is on, with what is known of it; null when none is. */
static void write_trial(struct view *v, str name)
{
    static const char *const of_trial[] = { "version", "champion" }, *const counts[] = { "labelled", "champion_right",
                                                                                        "right", "wins", "losses" };
    struct rows *r = tx_query(v->tx, SQL_MODEL_TRIAL_GET, V(name));
    if (!rows_next(r)) {
        rows_end(r);
        jw_null(&v->w, "trial");
        return;
    }
    jw_open(&v->w, "trial");
    for (int i = 0; i < 2; i++) jw_i64(&v->w, of_trial[i], rows_i64(r, i));
    jw_f64(&v->w, "share", rows_f64(r, 2));
    jw_i64(&v->w, "judged", rows_i64(r, 3));
    jw_i64(&v->w, "agreed", rows_i64(r, 4));
    jw_i64(&v->w, "began", rows_i64(r, 5));
    rows_end(r);
    r = tx_query(v->tx, SQL_MODEL_TRIAL_COUNTS, V(name));
    if (rows_next(r))
        for (int i = 0; i < 5; i++) jw_i64(&v->w, counts[i], rows_i64(r, i));
    rows_end(r);
    jw_close(&v->w);
}

static void show(struct request *req, struct response *res)
{
    struct view v;
    str name = req->path_args[0];
    if (!view_open(&v, req, res)) return;
    if (!tx_get_i64(v.tx, SQL_MODEL_VERSION_LAST, 0, V(name))) {
        view_missing(&v, "model", name);
        return;
    }
    jw_open(&v.w, NULL);
    jw_str(&v.w, "name", name);
    view_list(&v, "aliases", alias_columns, tx_query(v.tx, SQL_API_REGISTRY_ALIASES, V(name)));
    view_list(&v, "versions", version_columns,
              tx_query(v.tx, SQL_API_REGISTRY_VERSIONS, V(name), V(http_query_i64(req, "before", INT64_MAX)),
                       V(http_limit(req))));
    view_list(&v, "moves", move_columns, tx_query(v.tx, SQL_API_REGISTRY_MOVES, V(name)));
    write_trial(&v, name);
    jw_close(&v.w);
    view_close(&v);
}

static void get_file(struct request *req, struct response *res)
{
    struct registry *r = registry_of(req, res);
    str digest = req->path_args[0], bytes = STR("");
    if (!r) return;
    err e = model_digest_ok(digest)
                ? file_read(registry_path(r, digest, req->arena), REGISTRY_FILE_MAX, req->arena, &bytes)
                : err_make(ERR_NOT_FOUND, "no such file");
    if (e.code == ERR_NOT_FOUND) e = err_make(ERR_NOT_FOUND, "no file with that digest is kept");
    if (e.code) http_problem_err(res, e);
    else buf_add(&res->body, bytes);
    if (!e.code) res->content_type = STR("application/octet-stream");
}

/* ---- bringing in ---- */

static void put_file(struct request *req, struct response *res)
{
    struct registry *r = registry_of(req, res);
    str digest = STR(""), kind = http_query(req, "kind");
    if (!r) return;
    err e = req->body.len ? registry_keep(r, req->body, kind.ptr ? kind : STR("file"), req->arena, &digest)
                          : err_make(ERR_INPUT, "the file is empty");
    if (e.code == ERR_CORRUPT || e.code == ERR_TOO_NEW) e.code = ERR_INPUT;
    if (e.code) {
        http_problem_rule(res, e);
        return;
    }
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_str(&w, "digest", digest);
    jw_i64(&w, "bytes", (int64_t)req->body.len);
    jw_close(&w);
}

static void reply_version(struct request *req, struct response *res, int64_t seq)
{
    struct view v;
    if (!view_open(&v, req, res)) return;
    int64_t version = tx_get_i64(v.tx, SQL_MODEL_VERSION_BY_DIGEST, 0, V(req->path_args[0]),
                                 V(json_get_str(req->json, "digest")));
    jw_open(&v.w, NULL);
    jw_i64(&v.w, "seq", seq);
    jw_i64(&v.w, "version", version);
    jw_close(&v.w);
    view_close(&v);
}

/* The request's fields, and what the file says itself. */
static err version_body(struct request *req, struct registry *r, struct buf *body)
{
    str digest = json_get_str(req->json, "digest"), data = STR(""), named = json_get_str(req->json, "data");
    int64_t bytes = 0;
    err e = registry_describe(r, digest, json_get_str(req->json, "kind"), req->arena, &bytes, &data);
    if (e.code == ERR_NOT_FOUND) e = err_make(ERR_INPUT, "/digest: no such file was sent: POST it to registry/files");
    if (e.code) return e;
    struct jw w = jw_init(body);
    size_t i, n;
    json *key, *value;
    jw_open(&w, NULL);
    json_obj_foreach(req->json, i, n, key, value)
        if (!STR_IS(json_str(key, STR("")), "data"))
            jw_raw(&w, str_z(req->arena, json_str(key, STR(""))), json_text(value, req->arena));
    jw_i64(&w, "bytes", bytes);
    jw_str(&w, "data", named.len ? named : data);
    jw_close(&w);
    return OK;
}

static void add_version(struct request *req, struct response *res)
{
    struct registry *r = registry_of(req, res);
    struct buf body = buf_init(1 << 20);
    int64_t seq = 0, gone;
    err e = r ? version_body(req, r, &body) : OK;
    if (e.code) http_problem_rule(res, e);
    else if (r && reply_input(req, res, STR("model.registered"), req->path_args[0], &body, &seq)) {
        reply_version(req, res, seq);
        e = registry_tidy(r, &gone);
        if (e.code) http_problem_err(res, e);
    }
    buf_done(&body);
}

/* ---- moving ---- */

/* Hands the body to the core; what is in use may have changed. */
static bool hand_on(struct request *req, struct response *res, const char *kind, int64_t *seq)
{
    struct registry *r = registry_of(req, res);
    struct buf body = buf_init(1 << 20);
    buf_add(&body, json_text(req->json, req->arena));
    bool ok = r && reply_input(req, res, str_of(kind), req->path_args[0], &body, seq);
    buf_done(&body);
    err e = ok ? registry_refresh(r) : OK;
    if (e.code) http_problem_err(res, e);
    return ok && !e.code;
}

static void promote(struct request *req, struct response *res)
{
    struct registry_verdict verdict;
    int64_t seq = 0;
    if (!hand_on(req, res, "model.judged", &seq)) return;
    err e = registry_verdict_of(server_registry(req->ctx), req->path_args[0], seq, &verdict);
    if (e.code) {
        http_problem_err(res, e);
        return;
    }
    struct jw w = jw_init(&res->body);
    jw_open(&w, NULL);
    jw_i64(&w, "seq", seq);
    jw_bool(&w, "promoted", verdict.promoted);
    jw_strz(&w, "why", verdict.why);
    jw_close(&w);
}

static void hand_on_seq(struct request *req, struct response *res, const char *kind)
{
    int64_t seq = 0;
    if (hand_on(req, res, kind, &seq)) reply_seq(res, seq, NULL);
}

static void roll_back(struct request *req, struct response *res)
{
    hand_on_seq(req, res, "model.rolled_back");
}

static void try_version(struct request *req, struct response *res)
{
    hand_on_seq(req, res, "model.tried");
}

static void set_alias(struct request *req, struct response *res)
{
    hand_on_seq(req, res, "model.aliased");
}

static void mirrored(struct request *req, struct response *res)
{
    hand_on_seq(req, res, "model.mirrored");
}

enum { SMALL = 64 << 10 };
const struct route registry_routes[] = {
    { "GET", "/api/v1/registry", ROLE_VIEWER, "registry", "Models by name, and which version is in use", QUERY_PAGE,
      NULL, "RegisteredModel[]", 200, 0, list },
    { "GET", "/api/v1/registry/{name}", ROLE_VIEWER, "registry",
      "A model: its newest versions (older ones with before), aliases, moves and trial",
      "limit:integer(1..200) before:integer(1..)", NULL, "RegisteredModelDetail", 200, 0, show },
    { "POST", "/api/v1/registry/files", ROLE_OPERATOR, "registry",
      "Keep a model's file, sent as it is; kind=text: it must be a classifier of weir text train",
      "kind:enum(text|file)", NULL, "ModelFile", 201, REGISTRY_FILE_MAX, put_file },
    { "GET", "/api/v1/registry/files/{digest}", ROLE_VIEWER, "registry", "A model's file", NULL, NULL, NULL, 200, 0,
      get_file },
    { "POST", "/api/v1/registry/{name}/versions", ROLE_OPERATOR, "registry", "Register a file as the next version",
      NULL, "NewModelVersion", "ModelVersionSeq", 201, SMALL, add_version },
    { "POST", "/api/v1/registry/{name}/promote", ROLE_APPROVER, "registry",
      "Put a version in use when it is better by a margin: by scores of both on one held-back set, by the labels of "
      "its "
      "trial, by recorded metrics; or with force and a comment",
      NULL, "JudgeModel", "ModelVerdict", 200, SMALL, promote },
    { "POST", "/api/v1/registry/{name}/rollback", ROLE_APPROVER, "registry",
      "Put the version that was in use before back, or a named one", NULL, "RollBackModel", "Seq", 200, SMALL,
      roll_back },
    { "POST", "/api/v1/registry/{name}/trial", ROLE_APPROVER, "registry",

      "Try a version beside the one in use: a shadow (share 0), or its word counts in a share of cases; version 0 ends "
      "it",
      NULL, "TryModel", "Seq", 200, SMALL, try_version },
    { "POST", "/api/v1/registry/{name}/alias", ROLE_OPERATOR, "registry", "Give a version a name; version 0 takes it",
      NULL, "AliasModel", "Seq", 200, SMALL, set_alias },
    { "POST", "/api/v1/registry/{name}/mirrored", ROLE_OPERATOR, "registry",
      "Record that a version was copied to or from another registry", NULL, "MirroredModel", "Seq", 200, SMALL,
      mirrored },
    ROUTES_END,
};
