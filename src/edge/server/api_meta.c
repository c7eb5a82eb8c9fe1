/* Health, numbers, and the description of the API itself. */
#include "edge/server/reply.h"
#include "edge/server/server_internal.h"

static void plain(struct response *res, const char *text)
{
    res->content_type = STR("text/plain; charset=utf-8");
    buf_add(&res->body, str_of(text));
}

static void healthz(struct request *req, struct response *res)
{
    (void)req;
    plain(res, "ok\n");
}

/* Ready: started, not stopping, and the store takes writes. */
static void readyz(struct request *req, struct response *res)
{
    struct server *s = server_of(req);
    const char *trouble = server_trouble(s);
    if (atomic_load(&s->ready) && !*trouble) {
        plain(res, "ready\n");
        return;
    }
    http_problem(res, 503, "Not ready", *trouble ? str_of(trouble) : STR("starting or stopping"));
    res->retry_after_s = 1;
}

static void openapi(struct request *req, struct response *res)
{
    struct server *s = server_of(req);
    openapi_write(&s->router, s->schemas, s->opts.body_max, req->arena, &res->body);
}

static void docs(struct request *req, struct response *res)
{
    res->content_type = STR("text/html; charset=utf-8");
    docs_write(&server_of(req)->router, &res->body);
}

/* The dashboard when it was built in, else the description of the API. */
static void root(struct request *req, struct response *res)
{
    if (!asset_reply(req, res)) docs(req, res);
}

static void prometheus(struct request *req, struct response *res)
{
    res->content_type = STR("text/plain; version=0.0.4; charset=utf-8");
    err e = metrics_write(server_of(req), &res->body);
    if (e.code) http_problem_err(res, e);
}

static void write_counts(struct view *v, const char *key, enum sql id)
{
    jw_open(&v->w, key);
    struct rows *r = tx_query_n(v->tx, id, TX_NO_VALS);
    while (rows_next(r)) jw_i64(&v->w, str_z(v->req->arena, rows_str(r, 0)), rows_i64(r, 1));
    jw_close(&v->w);
}

static void write_self(struct view *v)
{
    struct server *s = server_of(v->req);
    struct store_stats st = store_stats(s->opts.store);
    struct events_stats ev = events_stats(s->events);
    jw_open(&v->w, "weir");
    jw_strz(&v->w, "version", WEIR_VERSION);
    jw_i64(&v->w, "journal_seq", st.last_seq);
    jw_i64(&v->w, "store_queue", st.queue_now);
    jw_i64(&v->w, "store_bytes", st.bytes);
    jw_bool(&v->w, "read_only", st.read_only);
    jw_i64(&v->w, "event_clients", ev.clients);
    jw_i64(&v->w, "connections", watch_stats(s->watch).open);
    jw_i64(&v->w, "uptime_us", s->opts.env->now(s->opts.env) - s->started);
    jw_close(&v->w);
}

static void metrics(struct request *req, struct response *res)
{
    struct view v;
    if (str_find(req->accept, STR("text/plain"), 0) >= 0 || str_find(req->accept, STR("openmetrics"), 0) >= 0) {
        prometheus(req, res);
        return;
    }
    if (!view_open(&v, req, res)) return;
    jw_open(&v.w, NULL);
    write_counts(&v, "pipelines", SQL_API_COUNT_PIPELINES);
    write_counts(&v, "incidents", SQL_API_COUNT_INCIDENTS);
    write_counts(&v, "effects", SQL_API_COUNT_EFFECTS);
    write_self(&v);
    jw_close(&v.w);
    view_close(&v);
}

/* {"state":{"open":3},"category":{...},...,"total":9,"confidence_mean":.81,"escalation_rate":.1,"held_rate":.2} */
static void write_inquiries(struct view *v)
{
    int64_t total = 0, thousandths = 0, escalated = 0, held = 0;
    str open = STR("");
    jw_open(&v->w, "inquiries");
    struct rows *r = tx_query_n(v->tx, SQL_INQUIRY_TALLIES, TX_NO_VALS);
    while (rows_next(r)) {
        str name = rows_str(r, 0);
        int64_t n = rows_i64(r, 2);
        if (!str_eq(open, name)) {
            if (open.len) jw_close(&v->w);
            open = str_dup(v->req->arena, name);
            jw_open(&v->w, open.ptr);
        }
        jw_i64(&v->w, str_z(v->req->arena, rows_str(r, 1)), n);
        total += STR_IS(name, "received") ? n : 0;
        thousandths += STR_IS(name, "confidence_sum") ? n : 0;
        escalated += STR_IS(name, "escalated") ? n : 0;
        held += STR_IS(name, "held") ? n : 0;
    }
    if (open.len) jw_close(&v->w);
    double all = total ? (double)total : 1;
    jw_i64(&v->w, "total", total);
    jw_f64(&v->w, "confidence_mean", (double)thousandths / 1000 / all);
    jw_f64(&v->w, "escalation_rate", (double)escalated / all);
    jw_f64(&v->w, "held_rate", (double)held / all);
    jw_close(&v->w);
}

static void stats(struct request *req, struct response *res)
{
    static const char *const names[] = { "pipelines",       "pipelines_failing", "pipelines_warning",
                                         "incidents_open",  "incidents",         "approvals_pending",
                                         "effects_running", "effects_unknown",   "silences_active" };
    struct view v;
    struct env *env = server_env(req->ctx);
    if (!view_open(&v, req, res)) return;
    struct rows *r = tx_query(v.tx, SQL_API_STATS, V(env->wall(env)));
    jw_open(&v.w, NULL);
    if (rows_next(r)) {
        for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) jw_i64(&v.w, names[i], rows_i64(r, i));
        rows_end(r);
    }
    jw_strz(&v.w, "trouble", server_trouble(server_of(req)));
    jw_i64(&v.w, "last_seq", journal_last_seq(v.tx));
    jw_i64(&v.w, "time", env->wall(env));
    jw_strz(&v.w, "version", WEIR_VERSION);
    write_inquiries(&v);
    jw_close(&v.w);
    view_close(&v);
}

const struct route api_meta_routes[] = {
    { "GET", "/", ROLE_PUBLIC, "page", "The dashboard", NULL, NULL, NULL, 200, 0, root },
    { "GET", "/docs", ROLE_PUBLIC, "page", "The API for people", NULL, NULL, NULL, 200, 0, docs },
    { "GET", "/openapi.json", ROLE_PUBLIC, "page", "The API for machines", NULL, NULL, NULL, 200, 0, openapi },
    { "GET", "/healthz", ROLE_PUBLIC, "health", "Is the process alive?", NULL, NULL, NULL, 200, 0, healthz },
    { "GET", "/readyz", ROLE_PUBLIC, "health", "Does it take work?", NULL, NULL, NULL, 200, 0, readyz },
    { "GET", "/metrics", ROLE_VIEWER, "health", "Numbers in Prometheus text format", NULL, NULL, NULL, 200, 0,
      prometheus },
    { "GET", "/api/v1/metrics", ROLE_VIEWER, "health",
      "Numbers as JSON, or in Prometheus text format with Accept: text/plain", NULL, NULL, "Metrics", 200, 0, metrics },
    { "GET", "/api/v1/stats", ROLE_VIEWER, "health", "The counts in the head of the page", NULL, NULL, "Stats", 200, 0,
      stats },
    ROUTES_END,
};
