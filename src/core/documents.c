/* Documents in force: policy, pipelines, settings, graph, routing, schedules. Every version is kept by its hash, so
 * that a decision can be made again with the policy it was made with. Compiled forms are caches by hash and nothing
 * else.
 */
#include <assert.h>

#include "core/agents/graph.h"
#include "core/core_internal.h"
#include "core/flow/flow.h"
#include "core/flow/schedule.h"
#include "core/inquiry/routing.h"

enum { CHANNELS_MAX = 8 };

str sha256_hex(str s, struct arena *a)
{
    struct sha256 d = sha256_of(s);
    return hex_text((str){ (char *)d.b, SHA256_LEN }, a);
}

static str active_hash(struct cx *cx, const char *kind)
{
    struct rows *r = tx_query(cx->tx, SQL_DOCUMENT_ACTIVE_HASH, V(kind));
    str hash = rows_next(r) ? rows_dup(r, 0, cx->a) : STR("");
    rows_end(r);
    return hash;
}

static str document_body(struct cx *cx, str hash)
{
    struct rows *r = tx_query(cx->tx, SQL_DOCUMENT_GET, V(hash));
    str body = rows_next(r) ? rows_dup(r, 0, cx->a) : STR("");
    rows_end(r);
    return body;
}

static void keep_hash(char out[2 * SHA256_LEN + 1], str hash)
{
    memset(out, 0, 2 * SHA256_LEN + 1);
    memcpy(out, hash.ptr, hash.len < 2 * SHA256_LEN ? hash.len : 2 * SHA256_LEN);
}

str core_document(struct cx *cx, const char *kind)
{
    str hash = active_hash(cx, kind);
    return hash.len ? document_body(cx, hash) : STR("");
}

struct policy *core_policy(struct cx *cx, str *hash)
{
    struct core *core = cx->core;
    *hash = active_hash(cx, "policy");
    if (core->policy && str_eq(*hash, str_of(core->policy_hash))) return core->policy;
    policy_free(core->policy);
    core->policy = NULL;
    if (!hash->len) return NULL;
    err e = policy_load_known(document_body(cx, *hash), STR("policy"), &core->policy);
    if (e.code) tx_fail(cx->tx, e);
    else keep_hash(core->policy_hash, *hash);
    return core->policy;
}

const struct graph *core_graph(struct cx *cx, str *hash)
{
    struct core *core = cx->core;
    *hash = active_hash(cx, "graph");
    if (!hash->len) { /* the shipped graph is kept like any other, so that a case can be pinned to it */
        str text = str_of(graph_default);
        *hash = sha256_hex(text, cx->a);
        if (!core->graph || !str_eq(*hash, str_of(core->graph_hash)))
            tx_exec(cx->tx, SQL_DOCUMENT_ADD, V(*hash), V("graph"), V(text), V((int64_t)0));
    }
    if (core->graph && str_eq(*hash, str_of(core->graph_hash))) return core->graph;
    graph_free(core->graph);
    core->graph = NULL;
    err e = graph_load(document_body(cx, *hash), &core->graph);
    if (e.code) tx_fail(cx->tx, e);
    else keep_hash(core->graph_hash, *hash);
    return core->graph;
}

const struct routing *core_routing(struct cx *cx)
{
    struct core *core = cx->core;
    str hash = active_hash(cx, "routing");
    if (core->routing && str_eq(hash, str_of(core->routing_hash))) return core->routing;
    routing_free(core->routing);
    core->routing = NULL;
    if (hash.len) {
        err e = routing_load(document_body(cx, hash), &core->routing);
        if (e.code) tx_fail(cx->tx, e);
    }
    if (!core->routing) { /* the built-in rules are checked by a test */
        err e = routing_load(str_of(routing_default), &core->routing);
        assert(!e.code);
    }
    keep_hash(core->routing_hash, hash);
    return core->routing;
}

static void read_settings(struct settings *s, json *v)
{
    static const struct {
        const char *key;
        size_t at;
        int64_t fallback;
    } numbers[] = {
        { "settle_us", offsetof(struct settings, settle), 10 * USEC_SECOND },
        { "group_us", offsetof(struct settings, group), 5 * USEC_MINUTE },
        { "quiet_us", offsetof(struct settings, quiet), 2 * USEC_MINUTE },
        { "reindex_documents", offsetof(struct settings, reindex_documents), 10 },
        { "reindex_feedback", offsetof(struct settings, reindex_feedback), 20 },
        { "reindex_every_us", offsetof(struct settings, reindex_every), 7 * USEC_DAY },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t n = json_get_i64(v, numbers[i].key, numbers[i].fallback);
        memcpy((char *)s + numbers[i].at, &n, sizeof n);
    }
    s->page_url = str_dup(&s->arena, json_get_str(v, "page_url"));
    s->channel_count = 0;
    size_t i, n;
    json *channel;
    yyjson_arr_foreach(json_get(v, "channels"), i, n, channel) {
        if (s->channel_count == CHANNELS_MAX) break;
        s->channels[s->channel_count++] = str_dup(&s->arena, json_str(channel, STR("")));
    }
}

const struct settings *core_settings(struct cx *cx)
{
    struct core *core = cx->core;
    str hash = active_hash(cx, "settings");
    if (core->settings.known && str_eq(hash, str_of(core->settings_hash))) return &core->settings;
    json *v = NULL;
    arena_reset(&core->settings.arena);
    if (hash.len) {
        err e = json_parse(document_body(cx, hash), cx->a, &v);
        if (e.code) tx_fail(cx->tx, e);
    }
    read_settings(&core->settings, v);
    core->settings.known = true;
    keep_hash(core->settings_hash, hash);
    return &core->settings;
}

json *core_pipeline_spec(struct cx *cx, str pipeline)
{
    struct rows *r = tx_query(cx->tx, SQL_PIPELINE_GET, V(pipeline));
    str spec = rows_next(r) ? rows_dup(r, 6, cx->a) : STR("");
    rows_end(r);
    json *v = NULL;
    if (!spec.len) return NULL;
    err e = json_parse(spec, cx->a, &v);
    if (e.code) tx_fail(cx->tx, e);
    return v;
}

static void declare(struct cx *cx, json *p)
{
    str name = json_get_str(p, "name");
    pipeline_see(cx, name);
    tx_exec(cx->tx, SQL_PIPELINE_DECLARE, V(name), V(json_str(json_get(p, "source"), STR(""))),
            V(json_str(json_get(p, "destination"), STR(""))), V(json_str(json_get(p, "owner"), STR(""))),
            V(json_get_i64(p, "tier", 2)), V(json_str(json_get(p, "environment"), STR("production"))),
            V(json_get_i64(p, "every_us", 0)), V(json_text(p, cx->a)));
    str to = str_fmt(cx->a, "pipeline:" STR_FMT, STR_ARG(name));
    size_t i, n;
    json *after;
    yyjson_arr_foreach(json_get(p, "after"), i, n, after) {
        str from = str_fmt(cx->a, "pipeline:" STR_FMT, STR_ARG(json_str(after, STR(""))));
        tx_exec(cx->tx, SQL_LINEAGE_ADD, V(from), V(to), V(cx->seq));
    }
}

static err check_document(str kind, str text, struct arena *a, json **parsed)
{
    struct policy *policy = NULL;
    struct graph *graph = NULL;
    struct routing *routing = NULL;
    err e = OK;
    if (STR_IS(kind, "policy")) e = policy_load(text, STR("policy"), &policy);
    else if (STR_IS(kind, "graph")) e = graph_load(text, &graph);
    else if (STR_IS(kind, "routing")) e = routing_load(text, &routing);
    else if (STR_IS(kind, "pipelines") || STR_IS(kind, "settings") || STR_IS(kind, "models") ||
             STR_IS(kind, "models_tried"))
        e = json_parse(text, a, parsed);
    else if (STR_IS(kind, "schedules")) {
        e = json_parse(text, a, parsed);
        if (!e.code) e = schedules_check(*parsed, a);
    } else e = err_make(ERR_INPUT, "no document is of the kind '" STR_FMT "'", STR_ARG(kind));
    policy_free(policy);
    graph_free(graph);
    routing_free(routing);
    return e;
}

/* Loading the document that is in force already changes nothing; a policy is compiled, so that it is there when it is
 * asked. */
static err loaded_again(struct cx *cx, str kind)
{
    str hash = STR_NONE;
    if (STR_IS(kind, "policy")) (void)core_policy(cx, &hash);
    return tx_err(cx->tx);
}

err input_document_loaded(struct cx *cx)
{
    str kind = cx->in->subject, text = json_get_str(cx->body, "text");
    str hash = sha256_hex(text, cx->a);
    if (str_eq(hash, active_hash(cx, str_z(cx->a, kind)))) return loaded_again(cx, kind);
    json *parsed = NULL;
    err e = check_document(kind, text, cx->a, &parsed);
    if (e.code) return e;
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_DOCUMENT_ADD, V(hash), V(kind), V(text), V(cx->seq));
    tx_exec(cx->tx, SQL_DOCUMENT_ACTIVATE, V(kind), V(hash), V(cx->seq));
    if (STR_IS(kind, "schedules")) flow_declare(cx, parsed);
    if (!STR_IS(kind, "pipelines")) return OK;
    tx_exec_n(cx->tx, SQL_PIPELINE_UNDECLARE, TX_NO_VALS);
    size_t i, n;
    json *p;
    yyjson_arr_foreach(json_get(parsed, "pipelines"), i, n, p) declare(cx, p);
    return OK;
}
