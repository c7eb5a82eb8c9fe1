#include "edge/server/metrics.h"

#include <pthread.h>
#include <unistd.h>

#include "base/json.h"
#include "edge/open_files.h"
#include "edge/metric_text.h"
#include "edge/server/server_internal.h"
#include "edge/server/workers.h"

enum { PIPELINES_MAX = 1000, ACTIONS_MAX = 256, REASONS_MAX = 48, LABEL_MAX = 120, ROUTE_LABELS = 200, BUCKETS = 14 };

static const int statuses[] = { 101, 200, 201, 202, 204, 303, 304, 400, 401, 403, 404, 405, 409, 413,
                                414, 415, 422, 426, 429, 431, 500, 503, 0 /* any other */ };
enum { STATUSES = sizeof statuses / sizeof *statuses };

/* Milliseconds; a step takes from a few of them to hours. */
static const int64_t bounds_ms[BUCKETS] = { 10,   50,    100,   250,   500,    1000,    2500,
                                            5000, 10000, 30000, 60000, 300000, 1800000, 7200000 };

struct pipeline_numbers {
    char name[LABEL_MAX];
    int64_t count, errors, buckets[BUCKETS];
    double sum_ms;
};

struct action {
    char agent[LABEL_MAX], action[LABEL_MAX];
    int64_t count;
};

struct reason {
    const char *name;
    int64_t count;
};

/* Seconds from the end of a request's headers to its reply; 2 is where an alert stands. */
static const double request_bounds[] = { .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10 };
enum { REQUEST_BOUNDS = sizeof request_bounds / sizeof *request_bounds, STATUS_CLASSES = 5 /* 1xx to 5xx */ };

struct request_times {
    atomic_llong spent_us, up_to[REQUEST_BOUNDS + 1]; /* between the bound before and this one; the last: above all */
};

struct metrics {
    atomic_llong requests[ROUTES_MAX + 1][STATUSES];
    struct request_times times[ROUTES_MAX + 1][STATUS_CLASSES];
    pthread_mutex_t lock; /* for what follows */
    struct pipeline_numbers *pipelines;
    size_t pipeline_count;
    struct action actions[ACTIONS_MAX];
    size_t action_count;
    struct reason reasons[REASONS_MAX];
    size_t reason_count;
    int64_t unlabelled; /* things that found no free row */
};

struct metrics *metrics_open(void)
{
    struct metrics *m = mem_new(sizeof *m);
    (void)pthread_mutex_init(&m->lock, NULL);
    return m;
}

void metrics_close(struct metrics *m)
{
    if (!m) return;
    (void)pthread_mutex_destroy(&m->lock);
    mem_free(m->pipelines);
    mem_free(m);
}

void metrics_request(struct metrics *m, size_t route_index, int status, usec spent)
{
    size_t i = 0;
    while (statuses[i] && statuses[i] != status) i++;
    atomic_fetch_add_explicit(&m->requests[route_index][i], 1, memory_order_relaxed);
    size_t bound = 0, class = status < 100 || status > 599 ? STATUS_CLASSES - 1 : (size_t)status / 100 - 1;
    struct request_times *t = &m->times[route_index][class];
    while (bound < REQUEST_BOUNDS && (double)spent > request_bounds[bound] * 1e6) bound++;
    atomic_fetch_add_explicit(&t->spent_us, spent, memory_order_relaxed);
    atomic_fetch_add_explicit(&t->up_to[bound], 1, memory_order_relaxed);
}

void metrics_refused(struct metrics *m, const char *reason, int64_t n)
{
    (void)pthread_mutex_lock(&m->lock);
    size_t i = 0;
    while (i < m->reason_count && strcmp(m->reasons[i].name, reason) != 0) i++;
    if (i == m->reason_count && i < REASONS_MAX) m->reasons[m->reason_count++].name = reason;
    if (i < REASONS_MAX) m->reasons[i].count += n;
    else m->unlabelled += n;
    (void)pthread_mutex_unlock(&m->lock);
}

/* ---- fed by the journal ---- */

static void label_set(char out[LABEL_MAX], str s)
{
    s = str_utf8_prefix(s, LABEL_MAX - 1);
    if (s.len) memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
}

static struct pipeline_numbers *pipeline_row(struct metrics *m, str name)
{
    name = str_utf8_prefix(name, LABEL_MAX - 1);
    for (size_t i = 0; i < m->pipeline_count; i++)
        if (str_eq(name, str_of(m->pipelines[i].name))) return &m->pipelines[i];
    if (m->pipeline_count == PIPELINES_MAX) return NULL;
    if ((m->pipeline_count & (m->pipeline_count - 1)) == 0) /* at powers of two */
        m->pipelines = mem_grow(m->pipelines, (m->pipeline_count ? m->pipeline_count * 2 : 1) * sizeof *m->pipelines);
    struct pipeline_numbers *p = &m->pipelines[m->pipeline_count++];
    *p = (struct pipeline_numbers){ .count = 0 };
    label_set(p->name, name);
    return p;
}

static void run_finished(struct metrics *m, json *body)
{
    struct pipeline_numbers *p = pipeline_row(m, json_get_str(body, "pipeline"));
    if (!p) {
        m->unlabelled++;
        return;
    }
    double ms = (double)(json_get_i64(body, "ended", 0) - json_get_i64(body, "started", 0)) / 1000.0;
    p->count++;
    p->sum_ms += ms;
    p->errors += json_get_i64(body, "exit_code", 0) != 0 || json_get_i64(body, "signal", 0) != 0;
    for (size_t i = 0; i < BUCKETS; i++) p->buckets[i] += ms <= (double)bounds_ms[i];
}

static void agent_acted(struct metrics *m, str agent, str action)
{
    size_t i = 0;
    agent = str_utf8_prefix(agent, LABEL_MAX - 1);
    action = str_utf8_prefix(action, LABEL_MAX - 1);
    while (i < m->action_count &&
           !(str_eq(agent, str_of(m->actions[i].agent)) && str_eq(action, str_of(m->actions[i].action))))
        i++;
    if (i == ACTIONS_MAX) {
        m->unlabelled++;
        return;
    }
    if (i == m->action_count) {
        label_set(m->actions[i].agent, agent);
        label_set(m->actions[i].action, action);
        m->action_count++;
    }
    m->actions[i].count++;
}

void metrics_entry(struct metrics *m, const struct entry *e)
{
    bool run = STR_IS(e->kind, "run.finished"), agent = str_starts(e->actor, STR("agent:"));
    bool decision = str_starts(e->kind, STR("decision"));
    if (!run && !agent && !decision) return;
    struct arena a = arena_init(8 << 20);
    json *body = NULL;
    if (run || decision) (void)!json_parse(e->body, &a, &body).code; /* a body that does not parse counts as empty */
    str verdict = json_get_str(body, "verdict");
    (void)pthread_mutex_lock(&m->lock);
    if (run) run_finished(m, body);
    if (decision && verdict.len) agent_acted(m, STR("gate"), verdict);
    else if (agent) agent_acted(m, str_cut(e->actor, 6, e->actor.len), e->kind);
    (void)pthread_mutex_unlock(&m->lock);
    arena_done(&a);
}

/* ---- the page ---- */

static void one(struct buf *out, const char *name, const char *type, const char *help, double v)
{
    metric_head(out, name, type, help);
    buf_fmt(out, "%s %.15g\n", name, v);
}

static void write_latency(const struct pipeline_numbers *p, struct buf *out)
{
    for (size_t b = 0; b <= BUCKETS; b++) {
        buf_add(out, STR("pipeline_latency_ms_bucket{pipeline="));
        metric_label(out, str_of(p->name));
        if (b < BUCKETS) buf_fmt(out, ",le=\"%lld\"} %lld\n", (long long)bounds_ms[b], (long long)p->buckets[b]);
        else buf_fmt(out, ",le=\"+Inf\"} %lld\n", (long long)p->count);
    }
    buf_add(out, STR("pipeline_latency_ms_sum{pipeline="));
    metric_label(out, str_of(p->name));
    buf_fmt(out, "} %.15g\npipeline_latency_ms_count{pipeline=", p->sum_ms);
    metric_label(out, str_of(p->name));
    buf_fmt(out, "} %lld\n", (long long)p->count);
}

static void write_fed(struct metrics *m, struct buf *out)
{
    (void)pthread_mutex_lock(&m->lock);
    metric_head(out, "pipeline_latency_ms", "histogram",
                "Duration of the runs that ended since the start, in milliseconds.");
    for (size_t i = 0; i < m->pipeline_count; i++) write_latency(&m->pipelines[i], out);
    metric_head(out, "pipeline_errors_total", "counter", "Runs that ended with an exit code or a signal.");
    for (size_t i = 0; i < m->pipeline_count; i++) {
        buf_add(out, STR("pipeline_errors_total{pipeline="));
        metric_label(out, str_of(m->pipelines[i].name));
        buf_fmt(out, "} %lld\n", (long long)m->pipelines[i].errors);
    }
    metric_head(out, "agent_actions_total", "counter", "Steps of agents, and verdicts of the gate.");
    for (size_t i = 0; i < m->action_count; i++) {
        buf_add(out, STR("agent_actions_total{agent="));
        metric_label(out, str_of(m->actions[i].agent));
        buf_add(out, STR(",action="));
        metric_label(out, str_of(m->actions[i].action));
        buf_fmt(out, "} %lld\n", (long long)m->actions[i].count);
    }
    metric_head(out, "weir_refused_total", "counter", "Requests and samples refused, by reason.");
    for (size_t i = 0; i < m->reason_count; i++)
        buf_fmt(out, "weir_refused_total{reason=\"%s\"} %lld\n", m->reasons[i].name, (long long)m->reasons[i].count);
    one(out, "weir_metrics_unlabelled_total", "counter", "Things counted here because the table of labels is full.",
        (double)m->unlabelled);
    (void)pthread_mutex_unlock(&m->lock);
}

void metrics_calls(const struct server *s, const char *route_prefix, int64_t *all, int64_t *failed)
{
    *all = *failed = 0;
    for (size_t r = 0; r < s->router.count; r++) {
        if (!str_starts(str_of(s->router.routes[r]->path), str_of(route_prefix))) continue;
        for (size_t i = 0; i < STATUSES; i++) {
            int64_t n = atomic_load_explicit(&s->metrics->requests[r][i], memory_order_relaxed);
            *all += n;
            *failed += statuses[i] >= 500 ? n : 0;
        }
    }
}

/* The labels of one series of a route: by its pattern, so that ids make none of their own. */
static str route_labels(const struct router *router, size_t r, char text[ROUTE_LABELS])
{
    bool known = r < router->count;
    (void)snprintf(text, ROUTE_LABELS, "method=\"%s\",route=\"%s\"", known ? router->routes[r]->method : "",
                   known ? router->routes[r]->path : "other");
    return str_of(text);
}

static void write_times(struct request_times *t, str labels, size_t class, struct buf *out)
{
    long long n = 0;
    for (size_t b = 0; b <= REQUEST_BOUNDS; b++) {
        char bound[32] = "+Inf";
        n += atomic_load_explicit(&t->up_to[b], memory_order_relaxed);
        if (b < REQUEST_BOUNDS) (void)snprintf(bound, sizeof bound, "%g", request_bounds[b]);
        buf_fmt(out, "weir_http_request_seconds_bucket{" STR_FMT ",class=\"%zuxx\",le=\"%s\"} %lld\n", STR_ARG(labels),
                class + 1, bound, n);
    }
    buf_fmt(out, "weir_http_request_seconds_sum{" STR_FMT ",class=\"%zuxx\"} %.6f\n", STR_ARG(labels), class + 1,
            (double)atomic_load_explicit(&t->spent_us, memory_order_relaxed) / 1e6);
    buf_fmt(out, "weir_http_request_seconds_count{" STR_FMT ",class=\"%zuxx\"} %lld\n", STR_ARG(labels), class + 1, n);
}

static bool was_asked(const struct request_times *t)
{
    bool any = false;
    for (size_t b = 0; b <= REQUEST_BOUNDS; b++) any |= atomic_load_explicit(&t->up_to[b], memory_order_relaxed) > 0;
    return any;
}

static void write_requests(struct metrics *m, const struct router *router, struct buf *out)
{
    char text[ROUTE_LABELS];
    metric_head(out, "weir_http_requests_total", "counter", "HTTP requests by route and status.");
    for (size_t r = 0; r <= ROUTES_MAX; r++)
        for (size_t i = 0; i < STATUSES; i++) {
            long long n = atomic_load_explicit(&m->requests[r][i], memory_order_relaxed);
            if (!n) continue;
            buf_fmt(out, "weir_http_requests_total{" STR_FMT ",status=\"%d\"} %lld\n",
                    STR_ARG(route_labels(router, r, text)), statuses[i], n);
        }
    metric_head(out, "weir_http_request_seconds", "histogram",
         "Time from the end of a request's headers to its reply, by route and class of status.");
    for (size_t r = 0; r <= ROUTES_MAX; r++)
        for (size_t c = 0; c < STATUS_CLASSES; c++)
            if (was_asked(&m->times[r][c])) write_times(&m->times[r][c], route_labels(router, r, text), c, out);
}

static void write_store(struct store *store, struct buf *out)
{
    struct store_stats st = store_stats(store);
    const struct {
        const char *name, *type, *help;
        int64_t v;
    } rows[] = {
        { "weir_journal_seq", "gauge", "Sequence number of the newest journal entry.", st.last_seq },
        { "weir_store_commits_total", "counter", "Group transactions committed.", st.commits },
        { "weir_store_work_total", "counter", "Pieces of work done by the writer.", st.work_done },
        { "weir_store_work_failed_total", "counter", "Pieces of work rolled back.", st.work_failed },
        { "weir_store_queue", "gauge", "Work waiting for the writer.", st.queue_now },
        { "weir_store_queue_limit", "gauge", "Work that may wait.", st.queue_max },
        { "weir_store_bytes", "gauge", "Size of the store's files.", st.bytes },
        { "weir_store_no_space", "gauge", "1 while the disk is full: what is sent is refused, and nothing acknowledged "
          "is lost.", st.no_space },
        { "weir_store_read_only", "gauge", "1 after a failed sync: nothing is written any more.", st.read_only },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        one(out, rows[i].name, rows[i].type, rows[i].help, (double)rows[i].v);
}

/* name{label="first column"} second column, for each row. */
static void write_counts(struct tx *tx, enum sql id, const char *name, const char *label_name, const char *help,
                         struct buf *out)
{
    metric_head(out, name, "gauge", help);
    struct rows *r = tx_query_n(tx, id, TX_NO_VALS);
    while (rows_next(r)) {
        buf_fmt(out, "%s{%s=", name, label_name);
        metric_label(out, rows_str(r, 0));
        buf_fmt(out, "} %lld\n", (long long)rows_i64(r, 1));
    }
}

static err write_tables(struct store *store, struct buf *out)
{
    struct tx *tx;
    err e = store_read(store, &tx);
    if (e.code) return e;
    write_counts(tx, SQL_API_COUNT_INCIDENTS, "weir_incidents", "state", "Incidents by state.", out);
    write_counts(tx, SQL_API_COUNT_EFFECTS, "weir_effects", "state", "Effects by state.", out);
    write_counts(tx, SQL_API_COUNT_PIPELINES, "weir_pipelines", "health", "Pipelines by health.", out);
    e = tx_err(tx);
    store_read_end(tx);
    return e;
}

static int64_t resident_bytes(void)
{
    long long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f) return 0;
    if (fscanf(f, "%lld %lld", &pages, &resident) != 2) resident = 0;
    (void)fclose(f);
    return resident * sysconf(_SC_PAGESIZE);
}

static void write_queues(struct server *s, struct buf *out)
{
    metric_head(out, "weir_http_queue", "gauge",
         "Requests that wait for a thread: those that change something, encode one text, or read many.");
    for (enum http_queue q = 0; q < HTTP_QUEUES; q++)
        buf_fmt(out, "weir_http_queue{queue=\"%s\"} %zu\n", http_queue_name(q), http_waiting(s->http, q));
    metric_head(out, "weir_http_queue_limit", "gauge", "Requests that may wait; what comes beyond is refused.");
    for (enum http_queue q = 0; q < HTTP_QUEUES; q++)
        buf_fmt(out, "weir_http_queue_limit{queue=\"%s\"} %zu\n", http_queue_name(q),
                q == QUEUE_TEXTS ? s->opts.texts_waiting : WORKER_QUEUE);
}

static void write_server(struct server *s, struct buf *out)
{
    struct events_stats ev = events_stats(s->events);
    struct auth_stats au = auth_stats(s->auth);
    struct watch_stats wa = watch_stats(s->watch);
    struct env *env = s->opts.env;
    one(out, "weir_event_clients", "gauge", "Clients that follow the journal (WebSocket and server-sent events).",
        (double)ev.clients);
    one(out, "weir_event_sent_total", "counter", "Entries queued to event clients.", (double)ev.sent);
    one(out, "weir_event_dropped_total", "counter", "Event clients dropped because they did not read.",
        (double)ev.dropped);
    one(out, "weir_event_refused_total", "counter", "Event clients refused because there were too many.",
        (double)ev.refused);
    one(out, "weir_auth_failed_total", "counter", "Wrong keys and links.", (double)au.failed);
    one(out, "weir_auth_limited_total", "counter", "Attempts not looked at: too many wrong ones from that address.",
        (double)au.limited);
    one(out, "weir_sessions", "gauge", "Sessions of the page.", (double)au.sessions);
    one(out, "weir_connections", "gauge", "Open connections.", (double)wa.open);
    one(out, "weir_connections_total", "counter", "Connections accepted.", (double)wa.opened);
    write_queues(s, out);
    metric_head(out, "weir_connections_cut_total", "counter", "Connections cut off or refused, by reason.");
    for (int i = 0; i < CUT_REASONS; i++)
        buf_fmt(out, "weir_connections_cut_total{reason=\"%s\"} %lld\n", watch_cut_reason((enum watch_cut)i),
                (long long)wa.cut[i]);
    one(out, "weir_connections_max", "gauge", "Connections that may be open: server.connections_max, or what fits.",
        (double)s->opts.connections_max);
    one(out, "process_open_fds", "gauge", "Open files.", (double)open_files_now());
    one(out, "process_max_fds", "gauge", "Files that may be open.", (double)open_files_limit());
    one(out, "process_resident_memory_bytes", "gauge", "Resident memory.", (double)resident_bytes());
    one(out, "weir_uptime_seconds", "gauge", "Since the server started.", (double)(env->now(env) - s->started) / 1e6);
    metric_head(out, "weir_build_info", "gauge", "Version of weir.");
    buf_add(out, STR("weir_build_info{version=\"" WEIR_VERSION "\"} 1\n"));
}

err metrics_write(struct server *s, struct buf *out)
{
    write_fed(s->metrics, out);
    write_requests(s->metrics, &s->router, out);
    write_store(s->opts.store, out);
    write_server(s, out);
    rate_metrics(s, out);
    if (s->opts.metrics) s->opts.metrics(s->opts.metrics_ctx, out);
    return write_tables(s->opts.store, out);
}
