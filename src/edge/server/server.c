#include "edge/server/server.h"

#include "base/log.h"
#include "edge/lineage/cache.h"
#include "edge/server/server_internal.h"

static const struct route *const own_tables[] = {
    api_meta_routes,     api_login_routes,     api_pipeline_routes, api_lineage_routes, api_run_routes,
    api_incident_routes, api_case_routes,      api_approval_routes, api_silence_routes, api_journal_routes,
    api_series_routes,   api_policy_routes,    api_model_routes,    api_key_routes,     api_event_routes,
    api_finding_routes,  api_knowledge_routes, api_draft_routes, api_schedule_routes, NULL,
};
static const struct route *const own_encode_tables[] = { api_search_routes, NULL };

static int64_t or_default(int64_t v, int64_t fallback)
{
    return v ? v : fallback;
}

static void fill_defaults(struct server *s, const struct server_opts *given)
{
    struct server_opts *o = &s->opts;
    *o = *given;
    o->listen = str_dup(&s->arena, given->listen);
    str *hosts = ARENA_ARRAY(&s->arena, str, given->host_count + 1);
    for (size_t i = 0; i < given->host_count; i++) hosts[i] = str_dup(&s->arena, given->hosts[i]);
    o->hosts = hosts;
    o->body_max = (size_t)or_default((int64_t)o->body_max, 16 << 20);
    o->connections_max = (size_t)or_default((int64_t)o->connections_max, 512);
    o->per_address_max = o->behind_proxy ? o->connections_max : (size_t)or_default((int64_t)o->per_address_max, 128);
    o->clients_max = (size_t)or_default((int64_t)o->clients_max, 64);
    o->texts_waiting = (size_t)or_default((int64_t)o->texts_waiting, 64);
    o->auth_failures_per_minute = or_default(o->auth_failures_per_minute, 20);
    o->header_deadline = or_default(o->header_deadline, 10 * USEC_SECOND);
    o->idle_deadline = or_default(o->idle_deadline, 60 * USEC_SECOND);
    o->slow_grace = or_default(o->slow_grace, 10 * USEC_SECOND);
    o->stream_stall = or_default(o->stream_stall, 20 * USEC_SECOND);
    o->ping_every = or_default(o->ping_every, 20 * USEC_SECOND);
    o->stop_deadline = or_default(o->stop_deadline, 5 * USEC_SECOND);
}

/* `tables` (may be NULL) is ended by NULL. */
static err add_tables(struct server *s, const struct route *const *tables, enum http_queue queue)
{
    err e = OK;
    size_t from = s->router.count;
    for (; !e.code && tables && *tables; tables++) e = router_add(&s->router, *tables);
    for (size_t i = from; i < s->router.count; i++) s->queue[i] = queue;
    return e;
}

static err add_routes(struct server *s)
{
    err e = add_tables(s, own_tables, QUEUE_CHANGES);
    if (!e.code) e = add_tables(s, own_encode_tables, QUEUE_ENCODE);
    if (!e.code) e = add_tables(s, s->opts.more_routes, QUEUE_CHANGES);
    if (!e.code) e = add_tables(s, s->opts.encode_routes, QUEUE_ENCODE);
    if (!e.code) e = add_tables(s, s->opts.text_routes, QUEUE_TEXTS);
    return e;
}

/* Every schema a route names exists: a typo ends the start, not a request. */
static err check_routes(const struct server *s)
{
    for (size_t i = 0; i < s->router.count; i++) {
        const struct route *r = s->router.routes[i];
        str reply = str_of(r->reply_schema);
        if (str_ends(reply, STR("[]"))) reply.len -= 2;
        if (r->body_schema && !schemas_get(s->schemas, str_of(r->body_schema)))
            return err_make(ERR_INPUT, "%s %s: no schema %s", r->method, r->path, r->body_schema);
        if (reply.len && !schemas_get(s->schemas, reply))
            return err_make(ERR_INPUT, "%s %s: no schema %s", r->method, r->path, r->reply_schema);
    }
    return OK;
}

static void open_parts(struct server *s)
{
    const struct server_opts *o = &s->opts;
    struct watch_limits limits = { o->header_deadline, o->idle_deadline, o->slow_grace, o->connections_max,
                                   o->per_address_max };
    s->auth = auth_open(o->store, o->env, o->jwt, o->auth_failures_per_minute);
    for (int i = 0; i < RATE_DOORS; i++) s->rates[i] = rates_new(&o->rates[i], o->env->random(o->env));
    s->watch = watch_open(&limits, o->env);
    s->metrics = metrics_open();
    struct events_opts ev = { o->store,        o->env,        s->metrics,   o->clients_max,
                              o->stream_stall, o->ping_every, o->committed, o->committed_ctx };
    s->events = events_open(&ev);
}

err server_start(const struct server_opts *opts, struct server **out)
{
    struct server *s = mem_new(sizeof *s);
    s->arena = arena_init(4 << 20);
    s->started = opts->env->now(opts->env);
    fill_defaults(s, opts);
    s->lineage = lineage_cache_new();
    err e = schemas_open(asset_text("schemas.json"), &s->schemas);
    if (!e.code) e = add_routes(s);
    if (!e.code) e = check_routes(s);
    if (!e.code) {
        open_parts(s);
        e = http_open(s, &s->http);
    }
    if (e.code) {
        server_stop(s);
        return err_wrap(e, "start the server");
    }
    *out = s;
    return OK;
}

void server_stop(struct server *s)
{
    if (!s) return;
    atomic_store(&s->stopping, true);
    atomic_store(&s->ready, false);
    if (s->http) http_quiesce(s->http, s->opts.stop_deadline);
    events_stop(s->events);
    http_close(s->http);
    events_close(s->events);
    watch_close(s->watch);
    auth_close(s->auth);
    for (int i = 0; i < RATE_DOORS; i++) rates_free(s->rates[i]);
    metrics_close(s->metrics);
    schemas_close(s->schemas);
    lineage_cache_free(s->lineage);
    arena_done(&s->arena);
    mem_free(s);
}

size_t server_files(size_t connections)
{
    enum { OWN = 10 }; /* the listener, and what the library's threads wait on */
    return watch_slots(connections) + OWN;
}

int server_port(const struct server *s)
{
    return s->port;
}

void server_ready(struct server *s, bool ready)
{
    atomic_store(&s->ready, ready);
}

str server_login_link(struct server *s, str actor, enum role role, struct arena *a)
{
    str token = auth_token_new(s->auth, actor, role, a);
    str host = s->opts.listen;
    for (size_t i = host.len; i > 0; i--) {
        if (host.ptr[i - 1] != ':') continue;
        host.len = i - 1;
        break;
    }
    if (STR_IS(host, "0.0.0.0")) host = STR("127.0.0.1");
    if (STR_IS(host, "[::]")) host = STR("[::1]");
    return str_fmt(a, "%s://" STR_FMT ":%d/login?token=" STR_FMT, s->opts.tls_cert.len ? "https" : "http",
                   STR_ARG(host), s->port, STR_ARG(token));
}

struct store *server_store(void *ctx)
{
    return ((struct server *)ctx)->opts.store;
}

const char *server_trouble(struct server *s)
{
    struct store_stats st = store_stats(s->opts.store);
    if (st.read_only)
        return "a write to disk failed: nothing is recorded, decided or done any more. Look at the disk, then restart "
               "weir";
    if (st.no_space) return "the disk is full: nothing is recorded or decided until there is room again";
    return s->opts.trouble ? s->opts.trouble(s->opts.trouble_ctx) : "";
}

struct encoder *server_encoder(void *ctx)
{
    struct server *s = ctx;
    return s->opts.encoder;
}

struct ingest *server_ingest(void *ctx)
{
    return ((struct server *)ctx)->opts.ingest;
}

struct inquiry_desk *server_desk(void *ctx)
{
    return ((struct server *)ctx)->opts.desk;
}

struct registry *server_registry(void *ctx)
{
    return ((struct server *)ctx)->opts.registry;
}

struct text_shelf *server_texts(void *ctx)
{
    return ((struct server *)ctx)->opts.texts;
}

struct env *server_env(void *ctx)
{
    return ((struct server *)ctx)->opts.env;
}

void server_calls(const struct server *s, const char *route_prefix, int64_t *all, int64_t *failed)
{
    metrics_calls(s, route_prefix, all, failed);
}
