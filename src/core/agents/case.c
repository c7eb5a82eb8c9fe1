#include "core/agents/case.h"

#include "core/agents/effects.h"
#include "core/agents/graph.h"

static void put_state(struct jw *w, const struct case_state *s)
{
    jw_i64(w, "v", CASE_STATE_VERSION);
    jw_strz(w, "severity", severity_text(s->severity));
    jw_strz(w, "cause", cause_text(s->cause));
    jw_str(w, "cause_pipeline", s->cause_pipeline);
    jw_str(w, "cause_step", s->cause_step);
    jw_str(w, "cause_detail", s->cause_detail);
    jw_f64(w, "cause_score", s->cause_score);
    jw_i64(w, "evidence", s->evidence);
    jw_i64(w, "proposals", s->proposals);
    jw_i64(w, "rank", s->rank);
    jw_str(w, "proposal", s->proposal);
    jw_str(w, "decision", s->decision);
    jw_str(w, "approval", s->approval);
    jw_str(w, "effect", s->effect);
    jw_str(w, "answer", s->answer);
    jw_str(w, "answered_by", s->answered_by);
    jw_str(w, "answered_role", s->answered_role);
    jw_str(w, "digest", s->digest);
    jw_i64(w, "apply_seq", s->apply_seq);
    jw_str(w, "outcome", s->outcome);
    jw_bool(w, "dry", s->dry);
}

static str state_text(struct cx *cx, const struct case_state *s)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    put_state(&w, s);
    jw_close(&w);
    return buf_take(&b, cx->a);
}

static err parse_state(struct cx *cx, str text, struct case_state *s)
{
    json *v = NULL;
    err e = json_parse(text, cx->a, &v);
    if (e.code) return e;
    if (json_get_i64(v, "v", 0) != CASE_STATE_VERSION)
        return err_make(ERR_TOO_NEW, "state of a case is of another version");
    *s = (struct case_state){
        .severity = severity_of(json_get_str(v, "severity"), SEV_MEDIUM),
        .cause = cause_of(json_get_str(v, "cause")),
        .cause_pipeline = json_get_str(v, "cause_pipeline"),
        .cause_step = json_get_str(v, "cause_step"),
        .cause_detail = json_get_str(v, "cause_detail"),
        .cause_score = json_get_f64(v, "cause_score", 0),
        .evidence = json_get_i64(v, "evidence", 0),
        .proposals = json_get_i64(v, "proposals", 0),
        .rank = json_get_i64(v, "rank", 0),
        .proposal = json_get_str(v, "proposal"),
        .decision = json_get_str(v, "decision"),
        .approval = json_get_str(v, "approval"),
        .effect = json_get_str(v, "effect"),
        .answer = json_get_str(v, "answer"),
        .answered_by = json_get_str(v, "answered_by"),
        .answered_role = json_get_str(v, "answered_role"),
        .digest = json_get_str(v, "digest"),
        .apply_seq = json_get_i64(v, "apply_seq", 0),
        .outcome = json_get_str(v, "outcome"),
        .dry = json_bool(json_get(v, "dry"), false),
    };
    return OK;
}

static bool load(struct cx *cx, str id, struct casefile *c, str *status)
{
    struct rows *r = tx_query(cx->tx, SQL_CASE_GET, V(id));
    if (!rows_next(r)) return false;
    *c = (struct casefile){
        .id = str_dup(cx->a, id),
        .graph = rows_dup(r, 1, cx->a),
        .node = rows_dup(r, 2, cx->a),
        .steps = rows_i64(r, 6),
        .started = rows_i64(r, 7),
        .cost_usd = rows_f64(r, 8),
    };
    str incident = rows_dup(r, 0, cx->a), state = rows_dup(r, 5, cx->a);
    *status = rows_dup(r, 3, cx->a);
    rows_end(r);
    err e = parse_state(cx, state, &c->state);
    if (e.code) tx_fail(cx->tx, err_wrap(e, "case " STR_FMT, STR_ARG(id)));
    return !e.code && incident_get(cx, incident, &c->incident);
}

static void save(struct cx *cx, const struct casefile *c, const char *status, str waiting_for)
{
    struct val none = VAL_NONE;
    bool over = strcmp(status, "done") == 0 || strcmp(status, "failed") == 0;
    tx_exec(cx->tx, SQL_CASE_SAVE, V(c->id), V(c->node), V(status), V(waiting_for), V(state_text(cx, &c->state)),
            V(c->steps), over ? V(cx->now) : none, V(c->cost_usd));
    if (over) {
        timer_drop(cx, "case", c->id);
        timer_set(cx, "quiet", c->incident.id, cx->now + core_settings(cx)->quiet);
    }
}

/* The step's entry carries the message to the next agent and the state after it: a case can be read and forked from it.
 */
static void record(struct cx *cx, struct casefile *c, const struct graph_node *node, const struct step *s,
                   const struct graph_node *next)
{
    c->steps++;
    str agent = str_fmt(cx->a, "agent:" STR_FMT, STR_ARG(node->agent_name)), message = cx_next_id(cx, "msg");
    char when[TIME_TEXT_MAX];
    struct body b;
    body_open(&b);
    jw_i64(&b.w, "step", c->steps);
    jw_str(&b.w, "node", node->id);
    jw_strz(&b.w, "result", s->result);
    jw_open(&b.w, "message");
    jw_str(&b.w, "message_id", message);
    jw_str(&b.w, "from_agent", node->agent_name);
    jw_str(&b.w, "to_agent", next ? next->agent_name : STR(""));
    jw_strz(&b.w, "message_type", s->event ? "response" : "event");
    jw_str(&b.w, "content", s->summary);
    jw_str(&b.w, "timestamp", time_text(cx->now, when));
    jw_str(&b.w, "correlation_id", c->incident.id);
    jw_i64(&b.w, "priority", 2 + 2 * c->state.severity);
    jw_close(&b.w);
    str state = state_text(cx, &c->state);
    jw_raw(&b.w, "state", state);
    int64_t seq = cx_derive(cx, &b, "case.step", c->id, agent.ptr, c->incident.id, cx->seq);
    tx_exec(cx->tx, SQL_CASE_STEP_ADD, V(c->id), V(c->steps), V(node->id), V(node->agent_name), V(seq), V(cx->now),
            V(s->summary), V(state));
}

static void fail_case(struct cx *cx, struct casefile *c, str why)
{
    struct body b;
    body_open(&b);
    jw_str(&b.w, "why", why);
    cx_derive(cx, &b, "case.failed", c->id, "weir", c->incident.id, cx->seq);
    save(cx, c, "failed", STR(""));
}

/* Run from the case's node until it waits or ends. */
static void run(struct cx *cx, struct casefile *c, const struct graph *g, const struct event *event)
{
    const struct graph_node *node = graph_node(g, c->node);
    while (node && !tx_err(cx->tx).code) {
        c->node = node->id;
        if (c->steps >= g->steps_max || c->cost_usd > g->usd_max) {
            fail_case(cx, c, STR("a limit of the graph was reached"));
            return;
        }
        struct step s = { .cx = cx, .c = c, .event = event, .result = "ok" };
        node->agent(&s);
        event = NULL;
        if (s.wait) {
            timer_set(cx, "case", c->id, cx->now + node->wait_max);
            save(cx, c, "waiting", s.waiting_for);
            return;
        }
        const struct graph_node *next = graph_next(g, node, s.result, c->state.severity);
        record(cx, c, node, &s, next);
        node = next;
    }
    save(cx, c, "done", STR(""));
}

/* The graph a case is pinned to: an old version stays in the documents. */
static const struct graph *pinned(struct cx *cx, const struct casefile *c, struct graph **own)
{
    str active = STR_NONE;
    const struct graph *g = core_graph(cx, &active);
    if (g && str_eq(active, c->graph)) return g;
    struct rows *r = tx_query(cx->tx, SQL_DOCUMENT_GET, V(c->graph));
    if (rows_next(r)) {
        err e = graph_load(rows_str(r, 0), own);
        rows_end(r);
        if (e.code) tx_fail(cx->tx, e);
    }
    return *own;
}

static void go_on(struct cx *cx, struct casefile *c, const struct event *event)
{
    struct graph *own = NULL;
    const struct graph *g = pinned(cx, c, &own);
    if (g) run(cx, c, g, event);
    else fail_case(cx, c, STR("its graph is not in the store"));
    graph_free(own);
}

static str begin(struct cx *cx, const struct incident *inc, const struct casefile *from, int64_t from_step,
                 int64_t cause)
{
    str graph = STR_NONE;
    const struct graph *g = core_graph(cx, &graph);
    if (!g) return STR("");
    struct casefile c = { .incident = *inc, .graph = graph, .node = g->start, .started = cx->now };
    c.state = (struct case_state){ .severity = inc->severity, .cause = CAUSE_UNKNOWN };
    if (from) c.state = from->state, c.node = from->node, c.graph = from->graph;
    c.id = cx_next_id(cx, "case");
    struct body b;
    body_open(&b);
    jw_str(&b.w, "incident", inc->id);
    jw_str(&b.w, "graph", c.graph);
    if (from) jw_str(&b.w, "forked_from", from->id), jw_i64(&b.w, "step", from_step);
    int64_t seq = cx_derive(cx, &b, "case.opened", c.id, "weir", inc->id, cause);
    tx_exec(cx->tx, SQL_CASE_ADD, V(c.id), V(seq), V(inc->id), V(c.graph), V(c.node), V(state_text(cx, &c.state)),
            V(cx->now), V(from ? from->id : STR("")));
    tx_exec(cx->tx, SQL_INCIDENT_SETTLE, V(inc->id), V(cx->now), V(c.id));
    go_on(cx, &c, NULL);
    return c.id;
}

void case_open(struct cx *cx, const struct incident *inc, int64_t cause)
{
    begin(cx, inc, NULL, 0, cause);
}

void case_resume(struct cx *cx, const struct event *event)
{
    struct rows *r = tx_query(cx->tx, SQL_CASE_WAITING, V(event->source));
    if (!rows_next(r)) return;
    str id = rows_dup(r, 0, cx->a), status;
    rows_end(r);
    struct casefile c;
    if (!load(cx, id, &c, &status)) return;
    timer_drop(cx, "case", c.id);
    go_on(cx, &c, event);
}

void case_wake(struct cx *cx, str id)
{
    struct casefile c;
    str status;
    if (!load(cx, id, &c, &status) || !STR_IS(status, "waiting")) return;
    struct event late = { .source = id, .result = STR("expired") };
    go_on(cx, &c, &late);
}

bool case_is_active(struct cx *cx, str id)
{
    struct rows *r = tx_query(cx->tx, SQL_CASE_STATUS, V(id));
    if (!rows_next(r)) return false;
    bool active = STR_IS(rows_str(r, 0), "waiting") || STR_IS(rows_str(r, 0), "running");
    rows_end(r);
    return active;
}

void case_cancel(struct cx *cx, str id, str why)
{
    struct casefile c;
    str status;
    if (!case_is_active(cx, id) || !load(cx, id, &c, &status)) return;
    struct body b;
    body_open(&b);
    jw_str(&b.w, "why", why);
    cx_derive(cx, &b, "case.cancelled", c.id, "weir", c.incident.id, cx->seq);
    if (c.state.approval.len) tx_exec(cx->tx, SQL_APPROVAL_CANCEL, V(c.state.approval), V(cx->now));
    if (c.state.effect.len) (void)effect_cancel(cx, c.state.effect);
    save(cx, &c, "done", STR(""));
}

/* A new case from any recorded step of another: same state, its own ids. The old one stays as it is. */
err input_case_forked(struct cx *cx)
{
    str id = str_dup(cx->a, cx->in->subject), status;
    int64_t step = json_get_i64(cx->body, "step", 0);
    struct casefile from;
    if (!load(cx, id, &from, &status)) return err_make(ERR_NOT_FOUND, "no case '" STR_FMT "'", STR_ARG(id));
    if (case_is_active(cx, id)) return err_make(ERR_CONFLICT, "case '" STR_FMT "' is still at work", STR_ARG(id));
    struct rows *r = tx_query(cx->tx, SQL_CASE_STEP_GET, V(id), V(step));
    if (!rows_next(r))
        return err_make(ERR_NOT_FOUND, "case '" STR_FMT "' has no step %lld", STR_ARG(id), (long long)step);
    from.node = rows_dup(r, 0, cx->a);
    str state = rows_dup(r, 1, cx->a);
    rows_end(r);
    err e = parse_state(cx, state, &from.state);
    if (e.code) return e;
    from.state.approval = from.state.effect = from.state.answer = STR("");
    from.state.dry = true;
    cx_enter(cx, from.incident.id, 0);
    begin(cx, &from.incident, &from, step, cx->seq);
    return OK;
}
