#include "core/incident/incident.h"

#include <assert.h>

#include "core/agents/case.h"
#include "core/knowledge.h"

static const char *const state_names[INC_STATES] = { "open", "diagnosed", "mitigating", "resolved" };

/* Which state may follow which. */
static const unsigned next_state[INC_STATES] = {
    [INC_OPEN] = 1u << INC_DIAGNOSED | 1u << INC_RESOLVED,
    [INC_DIAGNOSED] = 1u << INC_MITIGATING | 1u << INC_RESOLVED,
    [INC_MITIGATING] = 1u << INC_DIAGNOSED | 1u << INC_RESOLVED,
    [INC_RESOLVED] = 1u << INC_OPEN,
};

static enum incident_state state_of(str text)
{
    for (enum incident_state s = INC_OPEN; s < INC_STATES; s++)
        if (str_eq(text, str_of(state_names[s]))) return s;
    return INC_OPEN;
}

bool incident_get(struct cx *cx, str id, struct incident *out)
{
    struct rows *r = tx_query(cx->tx, SQL_INCIDENT_GET, V(id));
    if (!rows_next(r)) return false;
    *out = (struct incident){
        .id = id,
        .state = state_of(rows_str(r, 0)),
        .severity = (int)rows_i64(r, 1),
        .pipeline = rows_dup(r, 2, cx->a),
        .title = rows_dup(r, 3, cx->a),
        .opened = rows_i64(r, 4),
        .updated = rows_i64(r, 5),
        .settled = !rows_null(r, 6),
        .findings = rows_i64(r, 7),
        .cause = rows_dup(r, 9, cx->a),
        .case_id = rows_dup(r, 10, cx->a),
        .fingerprint = rows_dup(r, 11, cx->a),
    };
    rows_end(r);
    return true;
}

/* What the incident calls itself until a cause is known: the first symptom. */
static str fingerprint_of(struct cx *cx, const struct finding *f)
{
    str parts[] = { f->pipeline, STR("\n"), f->step, STR("\n"), f->kind };
    struct sha256 d = sha256_parts(parts, sizeof parts / sizeof *parts);
    return hex_text((str){ (char *)d.b, 16 }, cx->a);
}

str finding_id(struct cx *cx, const struct finding *f)
{
    str start = str_fmt(cx->a, "\n%lld\n", (long long)f->start);
    str what = f->series.len ? f->series : str_fmt(cx->a, STR_FMT "/" STR_FMT, STR_ARG(f->pipeline), STR_ARG(f->step));
    str parts[] = { what, STR("\n"), f->detector, start, f->kind };
    struct sha256 d = sha256_parts(parts, sizeof parts / sizeof *parts);
    return hex_text((str){ (char *)d.b, 16 }, cx->a);
}

static str first_id(struct cx *cx, struct rows *r)
{
    if (!rows_next(r)) return STR("");
    str id = rows_dup(r, 0, cx->a);
    rows_end(r);
    return id;
}

/* The newest open incident of a pipeline that feeds this one or is fed by it; or "". */
static str open_nearby(struct cx *cx, str pipeline, usec since)
{
    enum { NEAR_MAX = 256 };
    str near[NEAR_MAX], id = STR("");
    int64_t newest = -1;
    for (int up = 0; up < 2; up++) {
        size_t n = lineage_near(cx, pipeline, up, near, NEAR_MAX);
        for (size_t i = 0; i < n; i++) {
            struct rows *r = tx_query(cx->tx, SQL_INCIDENT_OPEN_NEAR, V(near[i]), V(since));
            bool newer = rows_next(r) && rows_i64(r, 1) > newest;
            if (newer) newest = rows_i64(r, 1), id = rows_dup(r, 0, cx->a);
            rows_end(r);
        }
    }
    return id;
}

/* The open incident a finding belongs to: of its own pipeline, else of one connected by lineage; or "". */
static str find_open(struct cx *cx, const struct finding *f)
{
    str own = first_id(cx, tx_query(cx->tx, SQL_INCIDENT_OPEN_OF_PIPELINE, V(f->pipeline)));
    usec since = cx->now - core_settings(cx)->group;
    if (own.len || !tx_get_i64(cx->tx, SQL_INCIDENT_ANY_OPEN_SINCE, 0, V(since))) return own;
    return open_nearby(cx, f->pipeline, since);
}

static str open_new(struct cx *cx, const struct finding *f, str fingerprint, int64_t cause)
{
    str id = cx_next_id(cx, "inc");
    struct body b;
    body_open(&b);
    jw_str(&b.w, "pipeline", f->pipeline);
    jw_str(&b.w, "title", f->summary);
    jw_strz(&b.w, "severity", severity_text(f->severity));
    jw_str(&b.w, "fingerprint", fingerprint);
    jw_str(&b.w, "finding", f->id);
    int64_t seq = cx_derive(cx, &b, "incident.opened", id, "weir", id, cause);
    tx_exec(cx->tx, SQL_INCIDENT_ADD, V(id), V(seq), V(fingerprint), V(f->severity), V(f->pipeline), V(f->summary),
            V(cx->now));
    return id;
}

static void reopen(struct cx *cx, str id, const struct finding *f, int64_t cause)
{
    struct body b;
    body_open(&b);
    jw_str(&b.w, "pipeline", f->pipeline);
    jw_str(&b.w, "finding", f->id);
    cx_derive(cx, &b, "incident.reopened", id, "weir", id, cause);
    tx_exec(cx->tx, SQL_INCIDENT_REOPEN, V(id), V(cx->now));
}

static void join(struct cx *cx, str id, const struct finding *f, int64_t cause)
{
    struct body b;
    body_open(&b);
    jw_str(&b.w, "pipeline", f->pipeline);
    jw_str(&b.w, "finding", f->id);
    jw_str(&b.w, "summary", f->summary);
    cx_derive(cx, &b, "incident.joined", id, "weir", id, cause);
}

/* A failed run says by its exit what is wrong, so nothing is gained by waiting; other symptoms settle first. */
static usec settle_time(struct cx *cx, const struct finding *f)
{
    return STR_IS(f->kind, "exit") ? 0 : core_settings(cx)->settle;
}

/* Find or open the incident of a new finding. *due: it has settled already. */
static str group(struct cx *cx, const struct finding *f, int64_t cause, bool *due)
{
    str id = find_open(cx, f), fingerprint = fingerprint_of(cx, f);
    bool fresh = !id.len;
    if (id.len) {
        join(cx, id, f, cause);
    } else {
        id =
            first_id(cx, tx_query(cx->tx, SQL_INCIDENT_RELAPSE, V(fingerprint), V(cx->now - core_settings(cx)->group)));
        if (id.len) reopen(cx, id, f, cause);
        else id = open_new(cx, f, fingerprint, cause);
    }
    tx_exec(cx->tx, SQL_INCIDENT_COUNT, V(id), V(cx->now), V(f->severity));
    tx_exec(cx->tx, SQL_INCIDENT_PIPELINE_ADD, V(id), V(f->pipeline), V(cx->now));
    timer_set(cx, "quiet", id, cx->now + core_settings(cx)->quiet);
    struct incident inc;
    if (!incident_get(cx, id, &inc) || inc.settled) return id;
    usec wait = settle_time(cx, f);
    *due = wait == 0;
    if (fresh && wait) timer_set(cx, "settle", id, inc.updated + wait);
    return id;
}

static str silence_of(struct cx *cx, const struct finding *f)
{
    str id = first_id(cx, tx_query(cx->tx, SQL_SILENCE_ACTIVE, V(f->pipeline), V(f->kind), V(cx->now)));
    return id;
}

static void add_row(struct cx *cx, const struct finding *f, int64_t seq, str incident, str suppressed)
{
    struct val none = VAL_NONE;
    tx_exec(cx->tx, SQL_FINDING_ADD, V(f->id), V(seq), V(cx->now), V(f->series), V(f->pipeline), V(f->step), V(f->run),
            V(f->kind), V(f->detector), V(f->severity), V(f->start), V(f->end), f->has_value ? V(f->value) : none,
            f->has_range ? V(f->low) : none, f->has_range ? V(f->high) : none, f->has_score ? V(f->score) : none,
            V(f->summary), V(f->evidence), V(incident), V(suppressed), V(f->going));
}

static void take_up(struct cx *cx, const struct finding *f, int64_t seq)
{
    pipeline_see(cx, f->pipeline);
    str silence = silence_of(cx, f);
    if (silence.len) {
        add_row(cx, f, seq, STR(""), silence);
        return;
    }
    bool due = false;
    str incident = group(cx, f, seq, &due);
    add_row(cx, f, seq, incident, STR(""));
    if (due ||
        tx_get_i64(cx->tx, SQL_TIMER_DUE_NOW, 0, V(str_fmt(cx->a, "settle/" STR_FMT, STR_ARG(incident))), V(cx->now))) {
        timer_drop(cx, "settle", incident);
        incident_settle(cx, incident);
    }
}

static str text_or(json *body, const char *key, const char *fallback)
{
    return json_str(json_get(body, key), str_of(fallback));
}

err input_finding(struct cx *cx)
{
    json *b = cx->body;
    struct finding f = {
        .id = cx->in->subject,
        .series = text_or(b, "series", ""),
        .pipeline = json_get_str(b, "pipeline"),
        .step = text_or(b, "step", ""),
        .run = text_or(b, "run", ""),
        .kind = json_get_str(b, "kind"),
        .detector = json_get_str(b, "detector"),
        .summary = json_get_str(b, "summary"),
        .evidence = json_get(b, "evidence") ? json_text(json_get(b, "evidence"), cx->a) : STR("{}"),
        .severity = severity_of(json_get_str(b, "severity"), 0),
        .start = json_get_i64(b, "start", 0),
        .end = json_get_i64(b, "end", 0),
        .going = json_bool(json_get(b, "going"), false),
        .has_value = yyjson_is_num(json_get(b, "value")),
        .has_range = yyjson_is_num(json_get(b, "low")) && yyjson_is_num(json_get(b, "high")),
        .has_score = yyjson_is_num(json_get(b, "score")),
        .value = json_get_f64(b, "value", 0),
        .low = json_get_f64(b, "low", 0),
        .high = json_get_f64(b, "high", 0),
        .score = json_get_f64(b, "score", 0),
    };
    if (!f.severity) return err_make(ERR_INPUT, "severity is none of LOW, MEDIUM, HIGH, CRITICAL");
    if (f.id.len == 0 || f.id.len > 64 || f.pipeline.len == 0)
        return err_make(ERR_INPUT, "a finding needs an id and a pipeline");
    if (tx_get_i64(cx->tx, SQL_FINDING_KNOWN, 0, V(f.id))) return OK; /* a repeat changes nothing */
    cx_enter(cx, STR(""), 0);
    take_up(cx, &f, cx->seq);
    return OK;
}

void incident_judge(struct cx *cx, struct finding *f)
{
    f->id = finding_id(cx, f);
    if (!f->evidence.len) f->evidence = STR("{}");
    if (tx_get_i64(cx->tx, SQL_FINDING_KNOWN, 0, V(f->id))) return;
    struct body b;
    body_open(&b);
    jw_str(&b.w, "pipeline", f->pipeline);
    jw_str(&b.w, "step", f->step);
    jw_str(&b.w, "run", f->run);
    jw_str(&b.w, "kind", f->kind);
    jw_str(&b.w, "detector", f->detector);
    jw_strz(&b.w, "severity", severity_text(f->severity));
    jw_i64(&b.w, "start", f->start);
    jw_i64(&b.w, "end", f->end);
    if (f->has_value) jw_f64(&b.w, "value", f->value);
    if (f->has_range) jw_f64(&b.w, "low", f->low), jw_f64(&b.w, "high", f->high);
    if (f->has_score) jw_f64(&b.w, "score", f->score);
    jw_str(&b.w, "summary", f->summary);
    jw_raw(&b.w, "evidence", f->evidence);
    int64_t seq = cx_derive(cx, &b, "finding.judged", f->id, "weir", STR(""), cx->seq);
    take_up(cx, f, seq);
}

void incident_settle(struct cx *cx, str id)
{
    struct incident inc;
    if (!incident_get(cx, id, &inc) || inc.settled || inc.state == INC_RESOLVED) return;
    struct body b;
    body_open(&b);
    jw_i64(&b.w, "findings", inc.findings);
    jw_strz(&b.w, "severity", severity_text(inc.severity));
    int64_t seq = cx_derive(cx, &b, "incident.settled", id, "weir", id, cx->seq);
    case_open(cx, &inc, seq);
}

void incident_move(struct cx *cx, str id, enum incident_state to, const char *actor)
{
    struct incident inc;
    if (!incident_get(cx, id, &inc) || inc.state == to) return;
    assert(next_state[inc.state] & 1u << to);
    struct body b;
    body_open(&b);
    jw_strz(&b.w, "from", state_names[inc.state]);
    jw_strz(&b.w, "to", state_names[to]);
    cx_derive(cx, &b, "incident.moved", id, actor, id, cx->seq);
    tx_exec(cx->tx, SQL_INCIDENT_STATE, V(id), V(state_names[to]), V(cx->now));
}

void incident_resolve(struct cx *cx, str id, str how, const char *actor)
{
    struct incident inc;
    if (!incident_get(cx, id, &inc) || inc.state == INC_RESOLVED) return;
    struct body b;
    body_open(&b);
    jw_str(&b.w, "how", how);
    jw_i64(&b.w, "lasted_us", cx->now - inc.opened);
    cx_derive(cx, &b, "incident.resolved", id, actor, id, cx->seq);
    tx_exec(cx->tx, SQL_INCIDENT_RESOLVE, V(id), V(cx->now), V(how));
    timer_drop(cx, "settle", id);
    timer_drop(cx, "quiet", id);
    knowledge_over(cx, &inc, how);
}

/* An alarm that goes on keeps its incident open. One whose end never comes (its series went away) is given up after a
 * day: by then every detector that still gets samples has ended its episode. */
static bool goes_on(struct cx *cx, str id)
{
    int64_t newest = tx_get_i64(cx->tx, SQL_INCIDENT_GOING, 0, V(id));
    if (!newest || cx->now >= newest + USEC_DAY) return false;
    timer_set(cx, "quiet", id, newest + USEC_DAY);
    return true;
}

/* Nothing new for a while: over, unless a case is at work on it or one of its pipelines still fails. The end of the
 * case, and a pipeline that is well again, set the timer anew. Where a remedy may have been done by half, only a person
 * closes. */
void incident_quiet(struct cx *cx, str id)
{
    struct incident inc;
    if (!incident_get(cx, id, &inc) || inc.state == INC_RESOLVED) return;
    bool failing = tx_get_i64(cx->tx, SQL_INCIDENT_FAILING_PIPELINES, 0, V(id)) > 0;
    if (!inc.settled || failing || case_is_active(cx, inc.case_id)) return; /* what ends that sets the timer again */
    if (tx_get_i64(cx->tx, SQL_EFFECT_UNKNOWN_OF_CASE, 0, V(id), V(inc.case_id)) > 0) return;
    if (goes_on(cx, id)) return;
    incident_resolve(cx, id, STR("recovered"), "weir");
}

/* The end of an alarm that a finding began. One that is not known, or has ended, changes nothing. The last end resolves
 * the incident at once, unless something else was found there just now: then the quiet time has to pass. */
err input_finding_ended(struct cx *cx)
{
    str finding = str_dup(cx->a, cx->in->subject), incident = STR("");
    struct rows *r = tx_query(cx->tx, SQL_FINDING_GOING, V(finding));
    bool going = rows_next(r);
    if (going) incident = rows_dup(r, 0, cx->a);
    rows_end(r);
    if (!going) return OK;
    cx_enter(cx, incident, 0);
    tx_exec(cx->tx, SQL_FINDING_OVER, V(finding), V(json_get_i64(cx->body, "end", 0)));
    if (!incident.len || tx_get_i64(cx->tx, SQL_INCIDENT_GOING, 0, V(incident))) return OK;
    usec since = cx->now - core_settings(cx)->quiet;
    if (tx_get_i64(cx->tx, SQL_INCIDENT_OTHER_SINCE, 0, V(incident), V(since)) == 0) incident_quiet(cx, incident);
    return OK;
}

void incident_pipeline_well(struct cx *cx, str pipeline)
{
    str id = first_id(cx, tx_query(cx->tx, SQL_INCIDENT_OPEN_OF_PIPELINE, V(pipeline)));
    if (id.len) timer_set(cx, "quiet", id, cx->now + core_settings(cx)->quiet);
}

err input_incident_closed(struct cx *cx)
{
    struct incident inc;
    str id = str_dup(cx->a, cx->in->subject);
    if (!incident_get(cx, id, &inc)) return err_make(ERR_NOT_FOUND, "no incident '" STR_FMT "'", STR_ARG(id));
    if (inc.state == INC_RESOLVED)
        return err_make(ERR_CONFLICT, "incident '" STR_FMT "' is resolved already", STR_ARG(id));
    cx_enter(cx, id, 0);
    case_cancel(cx, inc.case_id, STR("closed by a person"));
    incident_resolve(cx, id, str_fmt(cx->a, "closed by " STR_FMT, STR_ARG(cx->in->actor)), "weir");
    return OK;
}

/* Changes nothing but what is known: backtests and models ask the journal for it, at any state of the incident. */
err input_incident_labelled(struct cx *cx)
{
    struct incident inc;
    str id = str_dup(cx->a, cx->in->subject);
    if (!incident_get(cx, id, &inc)) return err_make(ERR_NOT_FOUND, "no incident '" STR_FMT "'", STR_ARG(id));
    cx_enter(cx, id, 0);
    return OK;
}
