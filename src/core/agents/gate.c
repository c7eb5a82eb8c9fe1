/* Gate: may it be done? Collects the facts, asks the policy, records the decision with all of them. No way leads from a
 * proposal to an effect but through here.
 */
#include "core/agents/effects.h"

struct target {
    int64_t tier, attempts;
    double minutes_since;
    str environment;
    bool has_last;
};

static struct target target_facts(struct cx *cx, const struct proposal *p, const struct policy_limits *limits)
{
    str target = proposal_target(cx, p);
    struct target t = { .tier = 2, .environment = STR("production") };
    struct rows *r = tx_query(cx->tx, SQL_PIPELINE_GET, V(p->pipeline));
    if (rows_next(r)) {
        t.tier = rows_i64(r, 3);
        t.environment = rows_dup(r, 4, cx->a);
        rows_end(r);
    }
    t.attempts =
        tx_get_i64(cx->tx, SQL_EFFECT_RECENT_APPLIES, 0, V(target), V(p->remedy), V(0), V(cx->now - limits->cool_down));
    usec last = tx_get_i64(cx->tx, SQL_EFFECT_LAST_APPLY, -1, V(target), V(p->remedy));
    t.has_last = last >= 0;
    t.minutes_since = t.has_last ? (double)(cx->now - last) / (double)USEC_MINUTE : 0;
    return t;
}

/* An approval counts only for the plan and the policy it was given for, and only while it has not expired. */
static bool approval_holds(struct step *s, const struct proposal *p, str policy_hash)
{
    struct cx *cx = s->cx;
    if (!STR_IS(s->c->state.answer, "approve")) return false;
    struct rows *r = tx_query(cx->tx, SQL_APPROVAL_GET, V(s->c->state.approval));
    if (!rows_next(r)) return false;
    bool holds = STR_IS(rows_str(r, 0), "approved") && str_eq(rows_str(r, 4), p->plan_hash) &&
                 str_eq(rows_str(r, 6), policy_hash) && cx->now < rows_i64(r, 8);
    rows_end(r);
    return holds;
}

static double spent_last_day(struct cx *cx)
{
    struct rows *r = tx_query(cx->tx, SQL_DECISION_SPENT, V(cx->now - USEC_DAY));
    double spent = rows_next(r) ? rows_f64(r, 0) : 0;
    rows_end(r);
    return spent;
}

/* Every step the plan runs again is declared safe to repeat. */
static bool is_repeatable(struct cx *cx, const struct proposal *p)
{
    json *args = NULL, *name, *step;
    if (json_parse(p->args, cx->a, &args).code) return false;
    json *declared = json_get(core_pipeline_spec(cx, p->pipeline), "steps");
    size_t i, n, k, m;
    yyjson_arr_foreach(json_get(args, "steps"), i, n, name) {
        bool ok = false;
        yyjson_arr_foreach(declared, k, m, step) {
            bool same = str_eq(json_get_str(step, "name"), json_str(name, STR_NONE));
            ok |= same && json_bool(json_get(step, "repeatable"), false);
        }
        if (!ok) return false;
    }
    return true;
}

static void approval_facts(struct step *s, const struct proposal *p, str policy_hash, struct facts *f)
{
    bool holds = approval_holds(s, p, policy_hash);
    facts_int(f, "approvals", holds);
    if (!holds) return;
    facts_enum(f, "actor_role", s->c->state.answered_role);
    facts_bool(f, "own_approval", STR_IS(s->c->state.answered_by, "agent:ask"));
}

static struct facts collect(struct step *s, const struct proposal *p, struct policy *policy, str policy_hash)
{
    struct cx *cx = s->cx;
    struct policy_limits limits = policy_limits(policy);
    struct target t = target_facts(cx, p, &limits);
    struct facts f = facts_none();
    facts_text(&f, "action", p->remedy);
    facts_text(&f, "target", proposal_target(cx, p));
    facts_text(&f, "pipeline", p->pipeline);
    facts_int(&f, "tier", t.tier);
    facts_text(&f, "environment", t.environment);
    facts_enum(&f, "severity", str_of(severity_text(s->c->state.severity)));
    facts_enum(&f, "leaves", p->leaves);
    facts_bool(&f, "reversible", !STR_IS(p->leaves, "lasting"));
    facts_bool(&f, "repeatable", is_repeatable(cx, p));
    facts_text(&f, "cause", p->cause);
    facts_real(&f, "confidence", p->confidence);
    facts_int(&f, "evidence_count", s->c->state.evidence);
    facts_real(&f, "cost_usd", p->cost_usd);
    facts_real(&f, "budget_left_usd", limits.budget_usd_per_day - spent_last_day(cx));
    facts_int(&f, "attempts", t.attempts);
    if (t.has_last) facts_real(&f, "minutes_since_last", t.minutes_since);
    policy_time_facts(policy, p->pipeline, cx->now, &f);
    facts_enum(&f, "mode", core_restored(cx) ? STR("RESTORED") : STR("NORMAL"));
    approval_facts(s, p, policy_hash, &f);
    return f;
}

static void record(struct step *s, const struct proposal *p, const struct facts *f, const struct decision *d,
                   str policy_hash)
{
    struct cx *cx = s->cx;
    str id = cx_next_id(cx, "dec"), facts = facts_json(f, cx->a);
    struct body b;
    body_open(&b);
    jw_str(&b.w, "proposal", p->id);
    jw_strz(&b.w, "verdict", verdict_text(d->verdict));
    jw_str(&b.w, "rule", d->rule);
    jw_str(&b.w, "because", d->because);
    jw_raw(&b.w, "facts", facts);
    jw_str(&b.w, "policy", policy_hash);
    int64_t seq = cx_derive(cx, &b, "decision.made", id, "agent:gate", s->c->incident.id, cx->seq);
    tx_exec(cx->tx, SQL_DECISION_ADD, V(id), V(seq), V(cx->now), V(s->c->id), V(s->c->incident.id), V(p->id),
            V(verdict_text(d->verdict)), V(d->rule), V(d->because), V(p->confidence), V(p->cost_usd), V(facts),
            V(policy_hash));
    s->c->state.decision = id;
}

void agent_gate(struct step *s)
{
    struct cx *cx = s->cx;
    struct proposal p;
    str hash = STR_NONE;
    struct policy *policy = core_policy(cx, &hash);
    if (!policy || !proposal_get(cx, s->c->state.proposal, &p)) {
        s->result = "deny";
        s->summary = STR("no policy is in force: nothing is allowed");
        return;
    }
    struct facts f = collect(s, &p, policy, hash);
    struct decision d = policy_decide(policy, &f, cx->a);
    record(s, &p, &f, &d, hash);
    s->result = verdict_text(d.verdict);
    if (s->c->state.dry) s->result = "monitor"; /* a forked case decides, and does nothing */
    if (d.verdict == VERDICT_EXECUTE) s->c->cost_usd += p.cost_usd;
    if (d.verdict != VERDICT_EXECUTE)
        s->c->state.outcome = str_of(d.verdict == VERDICT_DENY ? "denied" : verdict_text(d.verdict));
    s->summary = str_fmt(cx->a, "%s " STR_FMT ": " STR_FMT " (rule " STR_FMT ")", verdict_text(d.verdict),
                         STR_ARG(p.remedy), STR_ARG(d.because), STR_ARG(d.rule));
}
