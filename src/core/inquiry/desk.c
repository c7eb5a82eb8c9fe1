/* Where an inquiry is put, and what people do with it. */
#include "core/inquiry/inquiry_internal.h"
#include "core/registry/registry.h"

static const usec late_least = 15 * USEC_MINUTE;

static void inquiry_clocks_stop(struct cx *cx, const struct inquiry *q)
{
    timer_drop(cx, "inquiry_late", q->id);
    timer_drop(cx, "inquiry_open", q->id);
}

/* What the last thing that happened to an inquiry costs or frees. */
static void count_load(struct cx *cx, str consultant, int64_t n)
{
    if (consultant.len) tx_exec(cx->tx, SQL_INQUIRY_LOAD_ADD, V(consultant), V(n));
}

static void take_topics(struct cx *cx, const struct inquiry *q, struct route_facts *f)
{
    json *list = NULL, *one;
    size_t i, n;
    if (json_parse(q->topics, cx->a, &list).code) return;
    yyjson_arr_foreach(list, i, n, one)
        if (f->topic_count < ROUTE_TOPICS_MAX) f->topics[f->topic_count++] = json_str(one, STR(""));
}

static struct route_facts facts_of(struct cx *cx, const struct inquiry *q)
{
    struct route_facts f = {
        .category = q->category,
        .sentiment = q->sentiment,
        .urgency = q->urgency,
        .language = q->language,
        .channel = q->channel,
        .confidence = q->category_score, /* 1 when a person gave it */
        .now = cx->now,
        .extra = q->level * core_routing(cx)->late.boost,
    };
    take_topics(cx, q, &f);
    return f;
}

static bool is_consultant(const struct routing *r, str name, str department)
{
    for (size_t i = 0; i < r->consultant_count; i++)
        if (str_eq(r->consultants[i].name, name) && str_eq(r->consultants[i].department, department)) return true;
    return false;
}

/* Who has the thread already keeps it, in the same department. */
static str of_thread(struct cx *cx, const struct inquiry *q, str department)
{
    str name = STR("");
    if (q->thread == q->seq) return name;
    struct rows *r = tx_query(cx->tx, SQL_INQUIRY_THREAD_LAST, V(q->thread));
    if (rows_next(r) && str_eq(rows_str(r, 0), department)) name = rows_dup(r, 1, cx->a);
    rows_end(r);
    return is_consultant(core_routing(cx), name, department) ? name : STR("");
}

static str choose(struct cx *cx, const struct inquiry *q, str department, usec *opens)
{
    const struct routing *r = core_routing(cx);
    int64_t load[ROUTING_CONSULTANTS_MAX] = { 0 };
    struct route_facts f = facts_of(cx, q);
    *opens = USEC_MAX;
    str known = of_thread(cx, q, department);
    if (known.len) return known;
    for (size_t i = 0; i < r->consultant_count; i++)
        if (str_eq(r->consultants[i].department, department))
            load[i] = tx_get_i64(cx->tx, SQL_INQUIRY_LOAD, 0, V(r->consultants[i].name));
    int at = consultant_choose(r, department, &f, load, opens);
    return at < 0 ? STR("") : r->consultants[at].name;
}

static str why_text(struct cx *cx, const struct routed *route)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_array(&w, NULL);
    for (size_t i = 0; i < route->why_count; i++) jw_str(&w, NULL, route->why[i]);
    jw_array_end(&w);
    return buf_take(&b, cx->a);
}

static void write_place(struct cx *cx, const struct inquiry *q, str why, const char *kind, int64_t cause)
{
    struct body b;
    body_open(&b);
    jw_str(&b.w, "state", q->state);
    jw_str(&b.w, "department", q->department);
    jw_str(&b.w, "consultant", q->consultant);
    jw_i64(&b.w, "priority", q->priority);
    jw_i64(&b.w, "due", q->due);
    jw_i64(&b.w, "level", q->level);
    jw_raw(&b.w, "why", why);
    cx_derive(cx, &b, kind, q->id, "weir", q->id, cause);
    tx_exec(cx->tx, SQL_INQUIRY_PLACE, V(q->seq), V(cx->now), V(q->state), V(q->department), V(q->consultant),
            V(q->priority), V(q->due), V(q->level), V(why));
}

static void move_state(struct cx *cx, struct inquiry *q, str state)
{
    if (str_eq(q->state, state)) return;
    tally(cx, "state", q->state, -1);
    tally(cx, "state", state, 1);
    q->state = state;
}

/* Put it where a person said, or on from where it was. Finds a consultant unless one is named. */
static void inquiry_place(struct cx *cx, struct inquiry *q, struct routed *route, str consultant, const char *kind,
                          int64_t cause)
{
    usec opens = USEC_MAX;
    count_load(cx, q->consultant, -1);
    q->consultant = STR("");
    if (!route->person) q->consultant = consultant.len ? consultant : choose(cx, q, route->department, &opens);
    count_load(cx, q->consultant, 1);
    if (!str_eq(q->department, route->department)) tally(cx, "department", route->department, 1);
    move_state(cx, q, route->person ? STR("review") : STR("open"));
    q->department = route->department;
    q->priority = route->priority;
    q->due = route->due;
    write_place(cx, q, why_text(cx, route), kind, cause);
    if (q->due) timer_set(cx, "inquiry_late", q->id, q->due);
    if (opens < USEC_MAX) timer_set(cx, "inquiry_open", q->id, opens);
    else timer_drop(cx, "inquiry_open", q->id);
}

static bool escalated(const struct routing *r, str department)
{
    for (size_t i = 0; i < r->rule_count; i++)
        if (str_eq(r->rules[i].department, department)) return true;
    return false;
}

void inquiry_route(struct cx *cx, struct inquiry *q, int64_t cause)
{
    struct routed route;
    struct route_facts f = facts_of(cx, q);
    route_decide(core_routing(cx), &f, cx->a, &route);
    if (route.person) tally(cx, "held", STR("confidence"), 1);
    bool up = escalated(core_routing(cx), route.department) && !str_eq(q->department, route.department);
    if (up) tally(cx, "escalated", STR("rule"), 1);
    inquiry_place(cx, q, &route, STR(""), route.person ? "inquiry.held" : "inquiry.routed", cause);
    if (up) inquiry_tell(cx, q, "escalated");
}

/* ---- what people do ---- */

static err get_active(struct cx *cx, struct inquiry *q)
{
    err e = inquiry_get(cx, cx->in->subject, q);
    if (!e.code && !inquiry_active(q) && !STR_IS(q->state, "answered"))
        e = err_make(ERR_CONFLICT, STR_FMT " is %s" STR_FMT, STR_ARG(q->id),
                     STR_IS(q->state, "duplicate") ? "a " : "", STR_ARG(q->state));
    return e;
}

err input_inquiry_assigned(struct cx *cx)
{
    struct inquiry q;
    str department = json_get_str(cx->body, "department"),
        consultant = json_str(json_get(cx->body, "consultant"), STR(""));
    err e = get_active(cx, &q);
    if (e.code) return e;
    if (!department.len) department = q.department;
    if (department.len > 64 || consultant.len > 64)
        return err_make(ERR_INPUT, "a department and a consultant have at most 64 characters");
    if (consultant.len && !is_consultant(core_routing(cx), consultant, department))
        return err_make(ERR_INPUT, "the routing rules have no consultant '" STR_FMT "' in " STR_FMT,
                        STR_ARG(consultant), STR_ARG(department));
    cx_enter(cx, q.id, 0);
    struct routed route = { .department = department, .priority = q.priority, .due = q.due, .why_count = 1 };
    route.why[0] = str_fmt(cx->a, STR_FMT " decided", STR_ARG(cx->in->actor));
    inquiry_place(cx, &q, &route, consultant, "inquiry.routed", cx->seq);
    tally(cx, "assigned", STR("person"), 1);
    return OK;
}

static void relabel(struct cx *cx, const char *axis, str *label, double *score)
{
    str word = json_str(json_get(cx->body, axis), STR(""));
    if (!word.len) return;
    tally(cx, str_eq(word, *label) ? "confirmed" : "corrected", str_of(axis), 1);
    if (!str_eq(word, *label)) {
        tally(cx, axis, *label, -1);
        tally(cx, axis, word, 1);
    }
    *label = word;
    *score = 1;
}

static err check_labels(struct cx *cx)
{
    str category = json_str(json_get(cx->body, "category"), STR("")),
        sentiment = json_str(json_get(cx->body, "sentiment"), STR("")),
        urgency = json_str(json_get(cx->body, "urgency"), STR(""));
    if (!category.len && !sentiment.len && !urgency.len)
        return err_make(ERR_INPUT, "no label is given: expected category, sentiment or urgency");
    if (sentiment.len && word_index(sentiment_words, sentiment) < 0)
        return err_make(ERR_INPUT, "sentiment is none of negative, neutral, positive");
    if (urgency.len && word_index(urgency_words, urgency) < 0)
        return err_make(ERR_INPUT, "urgency is none of low, medium, high, critical");
    return category.len > 64 ? err_make(ERR_INPUT, "a category has at most 64 characters") : OK;
}

/* A person knows better: the labels change, and what is open is routed again by them. The clock keeps its beginning. */
err input_inquiry_relabelled(struct cx *cx)
{
    static const struct {
        const char *name, *model;
    } axes[] = { { "category", INQUIRY_MODEL_CATEGORY },
                 { "sentiment", INQUIRY_MODEL_SENTIMENT },
                 { "urgency", INQUIRY_MODEL_URGENCY } };
    struct inquiry q;
    err e = inquiry_get(cx, cx->in->subject, &q);
    if (!e.code) e = check_labels(cx);
    if (e.code) return e;
    cx_enter(cx, q.id, 0);
    relabel(cx, "category", &q.category, &q.category_score);
    relabel(cx, "sentiment", &q.sentiment, &q.sentiment_score);
    relabel(cx, "urgency", &q.urgency, &q.urgency_score);
    tx_exec(cx->tx, SQL_INQUIRY_LABEL, V(q.seq), V(cx->now), V(q.category), V(q.category_score), V(q.sentiment),
            V(q.sentiment_score), V(q.urgency), V(q.urgency_score), V(cx->in->actor));
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++)
        trial_truth(cx, str_of(axes[i].model), q.seq, json_str(json_get(cx->body, axes[i].name), STR("")));
    if (inquiry_active(&q)) inquiry_route(cx, &q, cx->seq);
    return OK;
}

/* The most pressing one that waits, and that one of those with room may take. */
static void pull_next(struct cx *cx, str department)
{
    int64_t waiting[20];
    size_t n = 0;
    struct rows *r = tx_query(cx->tx, SQL_INQUIRY_WAITING, V(department));
    while (rows_next(r) && n < 20) waiting[n++] = rows_i64(r, 0);
    rows_end(r);
    for (size_t i = 0; i < n; i++) {
        struct inquiry q;
        usec opens;
        if (inquiry_get(cx, inquiry_id(cx, waiting[i]), &q).code) return;
        str who = choose(cx, &q, department, &opens);
        if (!who.len) continue;
        struct routed route = { .department = department, .priority = q.priority, .due = q.due, .why_count = 1 };
        route.why[0] = str_fmt(cx->a, STR_FMT " has room again", STR_ARG(who));
        inquiry_place(cx, &q, &route, who, "inquiry.routed", cx->seq);
        return;
    }
}

/* It leaves whoever had it; the next in the queue takes the place. */
static void inquiry_leave(struct cx *cx, struct inquiry *q, const char *state)
{
    str had = q->consultant, why = str_fmt(cx->a, "[\"%s\"]", state);
    inquiry_clocks_stop(cx, q);
    count_load(cx, had, -1);
    move_state(cx, q, str_of(state));
    q->due = 0;
    q->consultant = STR("");
    write_place(cx, q, why, "inquiry.left", cx->seq);
    if (had.len) pull_next(cx, q->department);
}

err input_inquiry_answered(struct cx *cx)
{
    struct inquiry q;
    err e = get_active(cx, &q);
    if (!e.code && STR_IS(q.state, "answered")) e = err_make(ERR_CONFLICT, STR_FMT " is answered", STR_ARG(q.id));
    if (e.code) return e;
    cx_enter(cx, q.id, 0);
    tally(cx, "answered", q.level ? STR("late") : STR("in_time"), 1);
    inquiry_leave(cx, &q, "answered");
    return OK;
}

err input_inquiry_closed(struct cx *cx)
{
    struct inquiry q;
    err e = inquiry_get(cx, cx->in->subject, &q);
    if (!e.code && STR_IS(q.state, "closed")) e = err_make(ERR_CONFLICT, STR_FMT " is closed", STR_ARG(q.id));
    if (e.code) return e;
    cx_enter(cx, q.id, 0);
    inquiry_leave(cx, &q, "closed");
    return OK;
}

/* Of an erased person nothing can be read any more: what is open cannot be worked on, so it is closed. */
err input_inquiry_erased(struct cx *cx)
{
    str person = cx->in->subject;
    if (tx_get_i64(cx->tx, SQL_INQUIRY_IS_ERASED, 0, V(person))) return OK;
    cx_enter(cx, STR(""), 0);
    tx_exec(cx->tx, SQL_INQUIRY_ERASED_ADD, V(person), V(cx->now));
    tx_exec(cx->tx, SQL_INQUIRY_FORGET, V(person), V(cx->now));
    int64_t *open = ARENA_ARRAY(cx->a, int64_t, 10000);
    size_t n = 0;
    struct rows *r = tx_query(cx->tx, SQL_INQUIRY_OF_PERSON, V(person));
    while (rows_next(r) && n < 10000)
        if (!STR_IS(rows_str(r, 1), "closed")) open[n++] = rows_i64(r, 0);
    rows_end(r);
    for (size_t i = 0; i < n; i++) {
        struct inquiry q;
        err e = inquiry_get(cx, inquiry_id(cx, open[i]), &q);
        if (e.code) return e;
        inquiry_leave(cx, &q, "closed");
    }
    return OK;
}

/* ---- timers ---- */

/* The clock has run out: more points, on to the desk for such cases, and a shorter clock; after the last time it stays
 * where it is, first in its queue. */
void inquiry_late(struct cx *cx, str id)
{
    struct inquiry q;
    const struct routing *r = core_routing(cx);
    if (inquiry_get(cx, id, &q).code || !inquiry_active(&q) || q.level >= r->late.times) return;
    int urgency = word_index(urgency_words, q.urgency);
    usec again = r->sla[urgency < 0 ? 1 : urgency] / 2;
    bool more = ++q.level < r->late.times;
    struct route_facts f = facts_of(cx, &q);
    struct routed route;
    route_decide(r, &f, cx->a, &route);
    if (r->late.department.len) route.department = r->late.department;
    if (again < late_least) again = late_least;
    route.due = !more ? 0 : r->sla_in_hours ? hours_after(&r->hours, cx->now, again) : cx->now + again;
    if (route.why_count < ROUTE_WHY_MAX)
        route.why[route.why_count++] = str_fmt(cx->a, "not answered in time (%lld): " STR_FMT " takes over",
                                               (long long)q.level, STR_ARG(route.department));
    tally(cx, "escalated", STR("clock"), 1);
    inquiry_place(cx, &q, &route, STR(""), "inquiry.late", cx->seq);
    inquiry_tell(cx, &q, "late");
}

void inquiry_hours_open(struct cx *cx, str id)
{
    struct inquiry q;
    if (inquiry_get(cx, id, &q).code || !STR_IS(q.state, "open") || q.consultant.len) return;
    struct routed route = { .department = q.department, .priority = q.priority, .due = q.due, .why_count = 1 };
    route.why[0] = STR("work begins");
    inquiry_place(cx, &q, &route, STR(""), "inquiry.routed", cx->seq);
}
