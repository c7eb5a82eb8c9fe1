/* Ask, wait_answer, next: a person decides; and what comes after a remedy that may not or did not help. */
#include "core/agents/effects.h"
#include "core/agents/notice.h"

/* The approval is bound to plan, target state, policy and expiry; all are checked again before anything is done. */
void agent_ask(struct step *s)
{
    struct cx *cx = s->cx;
    struct case_state *state = &s->c->state;
    struct proposal p;
    str policy_hash = STR_NONE;
    struct policy *policy = core_policy(cx, &policy_hash);
    if (!policy || !proposal_get(cx, state->proposal, &p)) return;
    str id = cx_next_id(cx, "apr");
    usec expires = cx->now + policy_limits(policy).approval_expires;
    struct body b;
    body_open(&b);
    jw_str(&b.w, "proposal", p.id);
    jw_str(&b.w, "decision", state->decision);
    jw_str(&b.w, "summary", p.summary);
    jw_str(&b.w, "plan_hash", p.plan_hash);
    jw_str(&b.w, "target_digest", state->digest);
    jw_str(&b.w, "policy", policy_hash);
    jw_i64(&b.w, "expires", expires);
    int64_t seq = cx_derive(cx, &b, "approval.requested", id, "agent:ask", s->c->incident.id, cx->seq);
    tx_exec(cx->tx, SQL_APPROVAL_ADD, V(id), V(seq), V(state->decision), V(p.id), V(s->c->id), V(s->c->incident.id),
            V(p.plan_hash), V(state->digest), V(policy_hash), V(cx->now), V("agent:ask"), V(expires));
    state->approval = id;
    state->answer = STR("");
    s->summary = str_fmt(cx->a, "a person is asked: " STR_FMT, STR_ARG(p.summary));
    notice_send(s, "approval", s->summary);
}

void agent_wait_answer(struct step *s)
{
    struct case_state *state = &s->c->state;
    if (!s->event) {
        s->wait = true;
        s->waiting_for = state->approval;
        return;
    }
    state->answer = s->event->result;
    if (STR_IS(state->answer, "expired")) tx_exec(s->cx->tx, SQL_APPROVAL_CANCEL, V(state->approval), V(s->cx->now));
    state->answered_by = STR_IS(state->answer, "expired") ? STR("") : s->cx->in->actor;
    state->answered_role = json_str(json_get(s->event->body, "role"), STR(""));
    if (!STR_IS(state->answer, "approve"))
        state->outcome = STR_IS(state->answer, "reject") ? STR("rejected") : STR("not answered");
    s->result = str_z(s->cx->a, state->answer);
    s->summary = str_fmt(s->cx->a, "answer: " STR_FMT "%s" STR_FMT, STR_ARG(state->answer),
                         state->answered_by.len ? " by " : "", STR_ARG(state->answered_by));
}

void agent_next(struct step *s)
{
    struct cx *cx = s->cx;
    struct case_state *state = &s->c->state;
    struct rows *r = tx_query(cx->tx, SQL_PROPOSAL_OF_CASE, V(s->c->id), V(state->rank + 1));
    bool more = rows_next(r);
    if (more) {
        state->rank++;
        state->proposal = rows_dup(r, 0, cx->a);
        state->answer = state->approval = state->digest = STR("");
        rows_end(r);
    }
    s->result = more ? "proposal" : "none";
    s->summary = more ? str_fmt(cx->a, "on to remedy %lld of %lld", (long long)state->rank, (long long)state->proposals)
                      : STR("no remedy is left to try");
}
