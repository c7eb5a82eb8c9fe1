/* Analyzer: why. Ranks causes and keeps them with their evidence; without evidence it says "unknown". */
#include "core/agents/case.h"
#include "core/diagnose/diagnose.h"

/* Some causes are worse than their first symptom: they cannot heal, and every later run fails or loads wrong data. */
static int severity_of_cause(const struct cause *c, int64_t tier)
{
    bool breaks_contract = c->kind == CAUSE_SCHEMA_MISSING || c->kind == CAUSE_SCHEMA_CHANGED;
    return breaks_contract && tier <= 1 ? SEV_CRITICAL : 0;
}

static int64_t tier_of(struct cx *cx, str pipeline)
{
    struct rows *r = tx_query(cx->tx, SQL_PIPELINE_GET, V(pipeline));
    int64_t tier = rows_next(r) ? rows_i64(r, 3) : 2;
    rows_end(r);
    return tier;
}

static str evidence_json(struct cx *cx, const struct cause *c)
{
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    jw_array(&w, NULL);
    for (size_t i = 0; i < c->evidence_count; i++) {
        jw_open(&w, NULL);
        jw_i64(&w, "seq", c->evidence[i].seq);
        jw_str(&w, "text", c->evidence[i].text);
        jw_close(&w);
    }
    jw_array_end(&w);
    return buf_take(&b, cx->a);
}

static void keep(struct step *s, const struct cause_list *causes)
{
    struct cx *cx = s->cx;
    struct body b;
    body_open(&b);
    jw_array(&b.w, "causes");
    tx_exec(cx->tx, SQL_CAUSE_CLEAR, V(s->c->incident.id));
    for (size_t i = 0; i < causes->count; i++) {
        const struct cause *c = &causes->items[i];
        str evidence = evidence_json(cx, c);
        str subject =
            c->step.len ? str_fmt(cx->a, STR_FMT "/" STR_FMT, STR_ARG(c->pipeline), STR_ARG(c->step)) : c->pipeline;
        tx_exec(cx->tx, SQL_CAUSE_ADD, V(s->c->incident.id), V((int64_t)i + 1), V(cause_text(c->kind)), V(subject),
                V(c->score), V(c->title), V(evidence), V(c->runbook.len ? c->runbook : STR("")));
        jw_open(&b.w, NULL);
        jw_strz(&b.w, "kind", cause_text(c->kind));
        jw_str(&b.w, "subject", subject);
        jw_f64(&b.w, "score", c->score);
        jw_str(&b.w, "title", c->title);
        jw_raw(&b.w, "evidence", evidence);
        if (c->runbook.len) jw_str(&b.w, "runbook", c->runbook);
        jw_close(&b.w);
    }
    jw_array_end(&b.w);
    cx_derive(cx, &b, "incident.diagnosed", s->c->incident.id, "agent:analyzer", s->c->incident.id, cx->seq);
}

void agent_analyzer(struct step *s)
{
    struct cx *cx = s->cx;
    struct case_state *state = &s->c->state;
    struct incident *inc = &s->c->incident;
    struct cause_list causes = { .count = 0 };
    diagnose_incident(cx->tx, inc->id, cx->core->runbooks, cx->a, &causes);
    const struct cause *best = causes.count ? &causes.items[0] : NULL;
    if (best) {
        int worse = severity_of_cause(best, tier_of(cx, best->pipeline));
        if (worse > state->severity) state->severity = worse;
        state->cause = best->kind;
        state->cause_pipeline = best->pipeline;
        state->cause_step = best->step;
        state->cause_score = best->score;
        state->cause_detail = best->detail;
        state->evidence = (int64_t)best->evidence_count;
    } else {
        state->cause = CAUSE_UNKNOWN;
    }
    s->result = best ? "cause" : "unknown";
    s->summary = best ? str_fmt(cx->a, "%s (%.2f): " STR_FMT, cause_text(best->kind), best->score, STR_ARG(best->title))
                      : STR("no evidence names a cause");
    if (state->dry) return; /* a forked case changes nothing of the incident */
    keep(s, &causes);
    if (inc->state == INC_OPEN) incident_move(cx, inc->id, INC_DIAGNOSED, "agent:analyzer");
    tx_exec(cx->tx, SQL_INCIDENT_DIAGNOSED, V(inc->id), V(cause_text(state->cause)), V(state->severity),
            V(best ? best->pipeline : inc->pipeline), V(best ? best->title : inc->title), V(cx->now));
}
