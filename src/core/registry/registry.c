/* Versions, aliases and the way back. */
#include <math.h>

#include "core/registry/registry_internal.h"

enum { TEXT_MAX_BYTES = 2000, DIGEST_LEN = 2 * SHA256_LEN, SOURCES_MAX = 64 };

bool model_name_ok(str name)
{
    if (!name.len || name.len > MODEL_NAME_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (!i || (c != '-' && c != '_' && c != '.'))) return false;
    }
    return true;
}

/* ---- versions ---- */

bool model_digest_ok(str s)
{
    bool ok = s.len == DIGEST_LEN;
    for (size_t i = 0; ok && i < s.len; i++)
        ok = (s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f');
    return ok;
}

static err check_metrics(struct cx *cx)
{
    json *metrics = json_get(cx->body, "metrics"), *key, *v;
    size_t i, n;
    if (metrics && !yyjson_is_obj(metrics)) return err_make(ERR_INPUT, "metrics: expected an object of numbers");
    if (yyjson_obj_size(metrics) > MODEL_METRICS_MAX)
        return err_make(ERR_LIMIT, "metrics: more than %d", MODEL_METRICS_MAX);
    json_obj_foreach(metrics, i, n, key, v)
    {
        str name = json_str(key, STR(""));
        if (!yyjson_is_num(v) || !name.len || name.len > MODEL_NAME_MAX)
            return err_make(ERR_INPUT, "metrics: expected names of 1 to %d bytes with numbers, got '" STR_FMT "'",
                            MODEL_NAME_MAX, STR_ARG(str_utf8_prefix(name, 40)));
    }
    return OK;
}

static err check_sources(struct cx *cx)
{
    json *sources = json_get(cx->body, "sources"), *one;
    size_t i, n;
    if (sources && !yyjson_is_arr(sources)) return err_make(ERR_INPUT, "sources: expected an array of names");
    if (yyjson_arr_size(sources) > SOURCES_MAX) return err_make(ERR_LIMIT, "sources: more than %d", SOURCES_MAX);
    yyjson_arr_foreach(sources, i, n, one)
        if (!yyjson_is_str(one)) return err_make(ERR_INPUT, "sources: expected names, got something else");
    return OK;
}

static err check_registered(struct cx *cx)
{
    static const char *const texts[] = { "data", "code", "held_back", "origin", "comment" };
    str kind = body_text(cx, "kind");
    if (!model_name_ok(cx->in->subject))
        return err_make(ERR_INPUT, "a model's name has 1 to %d small letters, digits, '-', '_' or '.'", MODEL_NAME_MAX);
    if (!STR_IS(kind, "text") && !STR_IS(kind, "file")) return err_make(ERR_INPUT, "kind: expected text or file");
    if (!model_digest_ok(body_text(cx, "digest"))) return err_make(ERR_INPUT, "digest: expected 64 hexadecimal digits");
    if (json_get_i64(cx->body, "bytes", -1) < 0) return err_make(ERR_INPUT, "bytes: expected a number from 0");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (body_text(cx, texts[i]).len > TEXT_MAX_BYTES)
            return err_make(ERR_LIMIT, "%s: over %d bytes", texts[i], TEXT_MAX_BYTES);
    if (body_text(cx, "data").len && str_eq(body_text(cx, "data"), body_text(cx, "held_back")))
        return err_make(ERR_INPUT, "it learned from this held-back data: such scores say nothing");
    err e = check_metrics(cx);
    return e.code ? e : check_sources(cx);
}

err version_get(struct cx *cx, int64_t version, struct version *out)
{
    struct rows *r = tx_query(cx->tx, SQL_MODEL_VERSION_GET, V(cx->in->subject), V(version));
    bool there = rows_next(r);
    if (there)
        *out = (struct version){ .kind = rows_dup(r, 0, cx->a),
                                 .digest = rows_dup(r, 1, cx->a),
                                 .data = rows_dup(r, 3, cx->a),
                                 .held_back = rows_dup(r, 4, cx->a),
                                 .metrics = rows_dup(r, 5, cx->a) };
    rows_end(r);
    return there ? OK
                 : err_make(ERR_NOT_FOUND, "no version %lld of '" STR_FMT "'", (long long)version,
                            STR_ARG(str_utf8_prefix(cx->in->subject, 64)));
}

static str json_or(struct cx *cx, const char *key, const char *none)
{
    json *v = json_get(cx->body, key);
    return v ? json_text(v, cx->a) : str_of(none);
}

err input_model_registered(struct cx *cx)
{
    str name = cx->in->subject;
    err e = check_registered(cx);
    if (e.code) return e;
    if (tx_get_i64(cx->tx, SQL_MODEL_VERSION_BY_DIGEST, 0, V(name), V(body_text(cx, "digest")))) return OK;
    int64_t last = tx_get_i64(cx->tx, SQL_MODEL_VERSION_LAST, 0, V(name)), parent = json_get_i64(cx->body, "parent", 0);
    if (!last && tx_get_i64_n(cx->tx, SQL_MODEL_COUNT, 0, TX_NO_VALS) >= MODEL_NAMES_MAX)
        return err_make(ERR_LIMIT, "there are %d models already", MODEL_NAMES_MAX);
    if (last >= MODEL_VERSIONS_MAX) return err_make(ERR_LIMIT, "there are %d versions already", MODEL_VERSIONS_MAX);
    if (parent < 0 || parent > last) return err_make(ERR_INPUT, "parent: no version %lld", (long long)parent);
    cx_enter(cx, correlation_of(cx, name), 0);
    tx_exec(cx->tx, SQL_MODEL_VERSION_ADD, V(name), V(last + 1), V(cx->seq), V(cx->now), V(cx->in->actor),
            V(body_text(cx, "kind")), V(body_text(cx, "digest")), V(json_get_i64(cx->body, "bytes", 0)),
            V(body_text(cx, "data")), V(body_text(cx, "code")), V(body_text(cx, "held_back")), V(parent),
            V(json_or(cx, "metrics", "{}")), V(json_or(cx, "sources", "[]")), V(body_text(cx, "origin")),
            V(body_text(cx, "comment")));
    return OK;
}

/* ---- aliases ---- */

int64_t alias_get(struct cx *cx, const char *alias)
{
    return tx_get_i64(cx->tx, SQL_MODEL_ALIAS_GET, 0, V(cx->in->subject), V(alias));
}

void alias_set(struct cx *cx, const char *alias, int64_t version)
{
    tx_exec(cx->tx, SQL_MODEL_ALIAS_SET, V(cx->in->subject), V(alias), V(version), V(cx->seq), V(cx->now));
}

/* As MLflow has them: no name that looks like a version. */
static bool alias_ok(str alias)
{
    bool number = alias.len > 1 && alias.ptr[0] == 'v';
    for (size_t i = 1; i < alias.len; i++) number = number && alias.ptr[i] >= '0' && alias.ptr[i] <= '9';
    return model_name_ok(alias) && !number && !STR_IS(alias, "latest");
}

err input_model_aliased(struct cx *cx)
{
    str alias = body_text(cx, "alias");
    int64_t version = json_get_i64(cx->body, "version", 0);
    struct version v;
    if (!alias_ok(alias)) return err_make(ERR_INPUT, "alias: expected a name such as 'blue', not 'latest' or 'v3'");
    if (STR_IS(alias, MODEL_CHAMPION) || STR_IS(alias, MODEL_CHALLENGER))
        return err_make(ERR_INPUT, "alias: '" STR_FMT "' moves by promotion, trial and rollback only", STR_ARG(alias));
    const char *z = str_z(cx->a, alias);
    err e = version ? version_get(cx, version, &v)
                    : alias_get(cx, z) ? OK : err_make(ERR_NOT_FOUND, "no alias '%s'", z);
    if (e.code) return e;
    cx_enter(cx, correlation_of(cx, cx->in->subject), 0);
    if (version) alias_set(cx, z, version);
    else tx_exec(cx->tx, SQL_MODEL_ALIAS_DROP, V(cx->in->subject), V(alias));
    return OK;
}

/* ---- the champion ---- */

void champion_move(struct cx *cx, int64_t version, const char *how, const char *kind, str reason)
{
    struct body b;
    struct trial t;
    int64_t before = alias_get(cx, MODEL_CHAMPION);
    str name = cx->in->subject;
    alias_set(cx, MODEL_CHAMPION, version);
    body_open(&b);
    jw_i64(&b.w, "version", version);
    jw_i64(&b.w, "before", before);
    jw_strz(&b.w, "how", how);
    jw_str(&b.w, "reason", reason);
    int64_t seq = cx_derive(cx, &b, kind, name, "weir", correlation_of(cx, name), cx->seq);
    tx_exec(cx->tx, SQL_MODEL_MOVE_ADD, V(seq), V(cx->now), V(name), V(version), V(before), V(how), V(cx->in->actor),
            V(reason));
    if (trial_get(cx, name, &t)) trial_end(cx, name, STR("another version is in use"));
}

err input_model_rolled_back(struct cx *cx)
{
    int64_t to = json_get_i64(cx->body, "version", 0), now = alias_get(cx, MODEL_CHAMPION);
    struct version v;
    if (!now) return err_make(ERR_CONFLICT, "no version is in use: there is nothing to take back");
    if (!to) to = tx_get_i64(cx->tx, SQL_MODEL_MOVE_BEFORE, 0, V(cx->in->subject), V(now));
    if (!to) return err_make(ERR_CONFLICT, "version %lld is the first: there is nothing before it", (long long)now);
    if (to == now) return err_make(ERR_CONFLICT, "version %lld is in use already", (long long)now);
    err e = version_get(cx, to, &v);
    if (e.code) return e;
    str comment = body_text(cx, "comment");
    cx_enter(cx, correlation_of(cx, cx->in->subject), 0);
    champion_move(cx, to, "rolled_back", "model.restored", comment.len ? comment : STR("taken back"));
    return OK;
}

err input_model_mirrored(struct cx *cx)
{
    struct version v;
    err e = version_get(cx, json_get_i64(cx->body, "version", 0), &v);
    if (e.code) return e;
    cx_enter(cx, correlation_of(cx, cx->in->subject), 0);
    return OK;
}
