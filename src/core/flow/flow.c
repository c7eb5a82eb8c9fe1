#include "core/flow/flow.h"

#include "core/flow/schedule.h"
#include "core/incident/incident.h"

static const char by_configuration[] = "weir.yaml";

/* ---- what is known of a schedule ---- */

struct schedule {
    str name, spec, paused_by, run;
    bool known, declared;
    usec next;
};

static struct schedule get(struct cx *cx, str name)
{
    struct schedule s = { .name = str_dup(cx->a, name) };
    struct rows *r = tx_query(cx->tx, SQL_SCHEDULE_GET, V(name));
    if (rows_next(r)) {
        s.known = true;
        s.spec = rows_dup(r, 0, cx->a);
        s.declared = rows_i64(r, 1) != 0;
        s.paused_by = rows_dup(r, 2, cx->a);
        s.next = rows_i64(r, 3);
        s.run = rows_dup(r, 4, cx->a);
    }
    rows_end(r);
    return s;
}

static err get_declared(struct cx *cx, struct schedule *out)
{
    *out = get(cx, cx->in->subject);
    if (out->declared) return OK;
    return err_make(ERR_NOT_FOUND, "no schedule '" STR_FMT "'", STR_ARG(str_cut(cx->in->subject, 0, 60)));
}

struct open_run {
    str id, state;
    usec started;
};

static bool open_run(struct cx *cx, str name, struct open_run *out)
{
    struct rows *r = tx_query(cx->tx, SQL_SCHEDULE_RUN_OPEN, V(name));
    bool found = rows_next(r);
    if (found) *out = (struct open_run){ rows_dup(r, 0, cx->a), rows_dup(r, 1, cx->a), rows_i64(r, 2) };
    rows_end(r);
    return found;
}

static err rule_of(struct cx *cx, str name, struct schedule_rule *out)
{
    json *document = NULL, *spec = NULL;
    err e = json_parse(core_document(cx, "schedules"), cx->a, &document);
    return e.code ? e : schedule_read(document, name, cx->a, out, &spec);
}

static void wait_for(struct cx *cx, str name, usec next)
{
    if (next < USEC_MAX && next > 0) timer_set(cx, "schedule", name, next);
    else timer_drop(cx, "schedule", name);
}

/* ---- declared ---- */

static void drop_open(struct cx *cx, str name)
{
    struct open_run run;
    timer_drop(cx, "schedule", name);
    if (!open_run(cx, name, &run) || STR_IS(run.state, "running")) return; /* what runs comes to its end */
    timer_drop(cx, "schedule_again", run.id);
    tx_exec(cx->tx, SQL_SCHEDULE_RUN_FINISH, V(run.id), V("dropped"), V(cx->now), V("its schedule is gone"), V("{}"));
}

static bool said_before(str spec, bool on, struct arena *a)
{
    json *old = NULL;
    return !json_parse(spec, a, &old).code && json_bool(json_get(old, "on"), true) == on;
}

static bool same_times(str spec, const struct schedule_rule *now, struct arena *a)
{
    json *old = NULL;
    return !json_parse(spec, a, &old).code && str_eq(json_str(json_get(old, "cron"), STR("")), now->cron_text) &&
           str_eq(json_str(json_get(old, "zone"), STR("UTC")), now->zone);
}

/* What is as it was keeps the instant it waits for, so that one that passed meanwhile is not forgotten. */
static void declare(struct cx *cx, json *document, str name)
{
    struct schedule_rule rule;
    json *spec = NULL;
    err e = schedule_read(document, name, cx->a, &rule, &spec);
    if (e.code) {
        tx_fail(cx->tx, e);
        return;
    }
    struct schedule s = get(cx, name);
    bool kept = s.known && s.next && same_times(s.spec, &rule, cx->a);
    bool said = s.known && said_before(s.spec, rule.on, cx->a); /* a person's word outlives a new time */
    str paused = said ? s.paused_by : rule.on ? STR("") : str_of(by_configuration);
    usec next = paused.len ? 0 : kept ? s.next : cron_next(&rule.cron, rule.tz, cx->now);
    tx_exec(cx->tx, SQL_SCHEDULE_PUT, V(name), V(json_text(spec, cx->a)), V(paused), V(next), V(cx->seq));
    wait_for(cx, name, next);
    if (!paused.len) pipeline_see(cx, name);
}

void flow_declare(struct cx *cx, json *document)
{
    str before[SCHEDULES_MAX];
    size_t count = 0, i, n;
    json *v;
    struct rows *r = tx_query_n(cx->tx, SQL_SCHEDULE_NAMES, TX_NO_VALS);
    while (rows_next(r))
        if (count < SCHEDULES_MAX) before[count++] = rows_dup(r, 0, cx->a);
    yyjson_arr_foreach(json_get(document, "schedules"), i, n, v) declare(cx, document, json_get_str(v, "name"));
    for (size_t k = 0; k < count; k++) {
        json *spec = NULL;
        struct schedule_rule rule;
        if (!schedule_read(document, before[k], cx->a, &rule, &spec).code) continue;
        tx_exec(cx->tx, SQL_SCHEDULE_UNDECLARE, V(before[k]));
        drop_open(cx, before[k]);
    }
}

/* ---- due ---- */

static void write_due(struct cx *cx, str run, str name, usec planned, int64_t attempt, str asked_by)
{
    struct body b;
    body_open(&b);
    jw_str(&b.w, "schedule", name);
    jw_i64(&b.w, "planned", planned);
    jw_i64(&b.w, "attempt", attempt);
    jw_str(&b.w, "asked_by", asked_by);
    cx_derive(cx, &b, "schedule.due", run, "weir", run, cx->seq);
}

static void begin(struct cx *cx, str name, usec planned, str asked_by)
{
    str id = str_fmt(cx->a, "srn-%lld", (long long)cx->seq); /* one run an input at most */
    write_due(cx, id, name, planned, 1, asked_by);
    tx_exec(cx->tx, SQL_SCHEDULE_RUN_ADD, V(id), V(cx->seq), V(name), V(planned), V(asked_by), V(cx->now));
    tx_exec(cx->tx, SQL_SCHEDULE_NEWEST, V(name), V(id));
}

static void skip(struct cx *cx, str name, usec planned, const char *reason)
{
    struct body b;
    body_open(&b);
    jw_i64(&b.w, "planned", planned);
    jw_strz(&b.w, "reason", reason);
    cx_derive(cx, &b, "schedule.skipped", name, "weir", STR(""), cx->seq);
}

/* A run that is not over when the next is due is a finding: it may hang. */
static void find_overrun(struct cx *cx, str name, const struct open_run *run, usec planned)
{
    usec since = run->started ? run->started : planned;
    str lasts = duration_text(cx->now - since, cx->a);
    struct finding f = {
        .series = STR(""),
        .pipeline = name,
        .step = name,
        .run = STR(""),
        .kind = STR("freshness"),
        .detector = STR("schedule.overrun"),
        .severity = SEV_MEDIUM,
        .start = since,
        .end = cx->now,
        .summary = str_fmt(cx->a, STR_FMT " is due, but its run before has not ended after " STR_FMT, STR_ARG(name),
                           STR_ARG(lasts)),
        .has_value = true,
        .value = (double)(cx->now - since) / (double)USEC_SECOND,
    };
    incident_judge(cx, &f);
}

static void count(struct cx *cx, str name, int64_t runs, int64_t failed, int64_t missed, int64_t skipped)
{
    tx_exec(cx->tx, SQL_SCHEDULE_COUNT, V(name), V(runs), V(failed), V(missed), V(skipped));
}

void flow_due(struct cx *cx, str name)
{
    struct schedule s = get(cx, name);
    struct schedule_rule rule;
    struct open_run run;
    if (!s.declared || s.paused_by.len || !s.next || rule_of(cx, name, &rule).code) return;
    struct schedule_due d = schedule_due(&rule, s.next, cx->now);
    tx_exec(cx->tx, SQL_SCHEDULE_NEXT, V(name), V(d.next < USEC_MAX ? d.next : 0));
    wait_for(cx, name, d.next);
    bool goes_on = open_run(cx, name, &run), restored = core_restored(cx);
    count(cx, name, 0, 0, d.missed, d.run && goes_on);
    if (!d.run) skip(cx, name, d.planned, "weir was down when it was due");
    else if (restored) skip(cx, name, d.planned, "the store was restored: nothing is begun before weir resume");
    else if (goes_on) {
        skip(cx, name, d.planned, "the run before goes on");
        find_overrun(cx, name, &run, d.planned);
    } else begin(cx, name, d.planned, STR(""));
}

void flow_again(struct cx *cx, str id)
{
    struct rows *r = tx_query(cx->tx, SQL_SCHEDULE_RUN_GET, V(id));
    bool waits = rows_next(r) && STR_IS(rows_str(r, 1), "again");
    str name = waits ? rows_dup(r, 0, cx->a) : STR("");
    int64_t attempt = waits ? rows_i64(r, 2) : 0;
    usec planned = waits ? rows_i64(r, 3) : 0;
    rows_end(r);
    if (!waits) return;
    tx_exec(cx->tx, SQL_SCHEDULE_RUN_AGAIN, V(id));
    write_due(cx, id, name, planned, attempt + 1, STR(""));
}

/* ---- what people want ---- */

err input_schedule_asked(struct cx *cx)
{
    struct schedule s;
    struct open_run run;
    err e = get_declared(cx, &s);
    if (!e.code && core_restored(cx)) e = err_make(ERR_CONFLICT, "the store was restored: weir resume comes first");
    if (!e.code && open_run(cx, s.name, &run))
        e = err_make(ERR_CONFLICT, "run " STR_FMT " of " STR_FMT " is not over", STR_ARG(run.id), STR_ARG(s.name));
    if (e.code) return e;
    cx_enter(cx, STR(""), 0);
    begin(cx, s.name, cx->now, cx->in->actor);
    return OK;
}

static err set_paused(struct cx *cx, bool pause)
{
    struct schedule s;
    struct schedule_rule rule;
    err e = get_declared(cx, &s);
    if (!e.code) e = rule_of(cx, s.name, &rule);
    if (!e.code && pause == (s.paused_by.len > 0))
        e = err_make(ERR_CONFLICT, STR_FMT " is %s", STR_ARG(s.name), pause ? "paused" : "not paused");
    if (e.code) return e;
    cx_enter(cx, STR(""), 0);
    usec next = pause ? 0 : cron_next(&rule.cron, rule.tz, cx->now);
    str by = !pause ? STR("") : cx->in->actor.len ? cx->in->actor : STR("somebody");
    tx_exec(cx->tx, SQL_SCHEDULE_PAUSE, V(s.name), V(by), V(next));
    wait_for(cx, s.name, next);
    if (!pause) pipeline_see(cx, s.name);
    return OK;
}

err input_schedule_paused(struct cx *cx)
{
    return set_paused(cx, true);
}

err input_schedule_resumed(struct cx *cx)
{
    return set_paused(cx, false);
}

/* ---- what comes of a run ---- */

struct flow_run {
    str id, schedule, state;
    int64_t attempt;
};

static err get_run(struct cx *cx, const char *state, struct flow_run *out)
{
    str id = cx->in->subject;
    struct rows *r = tx_query(cx->tx, SQL_SCHEDULE_RUN_GET, V(id));
    if (!rows_next(r))
        return err_make(ERR_NOT_FOUND, "no run '" STR_FMT "' of a schedule", STR_ARG(str_cut(id, 0, 60)));
    *out = (struct flow_run){ id, rows_dup(r, 0, cx->a), rows_dup(r, 1, cx->a), rows_i64(r, 2) };
    rows_end(r);
    if (!str_eq(out->state, str_of(state)))
        return err_make(ERR_CONFLICT, "run " STR_FMT " is %s, not %s", STR_ARG(id), str_z(cx->a, out->state), state);
    return OK;
}

err input_schedule_started(struct cx *cx)
{
    struct flow_run run;
    err e = get_run(cx, "due", &run);
    if (e.code) return e;
    cx_enter(cx, run.id, 0);
    tx_exec(cx->tx, SQL_SCHEDULE_RUN_START, V(run.id), V(cx->now), V(json_get_i64(cx->body, "pid", 0)),
            V(json_get_i64(cx->body, "pid_start", 0)));
    return OK;
}

static bool may_try_again(struct cx *cx, const struct flow_run *run, usec *wait)
{
    struct schedule_rule rule;
    struct schedule s = get(cx, run->schedule);
    if (!s.declared || !json_bool(json_get(cx->body, "again"), true) || rule_of(cx, run->schedule, &rule).code)
        return false;
    *wait = schedule_wait(&rule, run->attempt);
    return run->attempt <= rule.retries;
}

err input_schedule_finished(struct cx *cx)
{
    struct flow_run run;
    usec wait = 0;
    json *b = cx->body, *detail = json_get(b, "detail");
    err e = get_run(cx, "running", &run);
    if (e.code) return e;
    cx_enter(cx, run.id, 0);
    bool ok = json_bool(json_get(b, "ok"), false);
    str summary = str_utf8_prefix(json_get_str(b, "summary"), 1000);
    str text = yyjson_is_obj(detail) ? json_text(detail, cx->a) : STR("{}");
    if (!ok && may_try_again(cx, &run, &wait)) {
        tx_exec(cx->tx, SQL_SCHEDULE_RUN_WAIT, V(run.id), V(cx->now + wait), V(cx->now), V(summary), V(text));
        timer_set(cx, "schedule_again", run.id, cx->now + wait);
        return OK;
    }
    tx_exec(cx->tx, SQL_SCHEDULE_RUN_FINISH, V(run.id), V(ok ? "ok" : "failed"), V(cx->now), V(summary), V(text));
    count(cx, run.schedule, 1, !ok, 0, 0);
    return OK;
}
