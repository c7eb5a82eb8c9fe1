/* Probe, apply, verify, undo: ask an executor for an effect; wait_effect takes its answer. */
#include "core/agents/effects.h"

static void request(struct step *s, const char *kind, usec due)
{
    struct cx *cx = s->cx;
    struct proposal p;
    if (!proposal_get(cx, s->c->state.proposal, &p)) {
        tx_fail(cx->tx, err_make(ERR_CORRUPT, "case " STR_FMT " has lost its proposal", STR_ARG(s->c->id)));
        return;
    }
    struct effect_request want = {
        .kind = kind,
        .remedy = p.remedy,
        .target = proposal_target(cx, &p),
        .args = p.args,
        .decision = s->c->state.decision,
        .plan_hash = p.plan_hash,
        .due = due,
    };
    s->c->state.effect = effect_request(cx, s->c, &want);
    s->summary = str_fmt(cx->a, "%s asked for: " STR_FMT, kind, STR_ARG(p.summary));
}

void agent_probe(struct step *s)
{
    request(s, "probe", s->cx->now);
}

static usec delay_of(struct step *s)
{
    struct proposal p;
    json *args = NULL;
    if (!proposal_get(s->cx, s->c->state.proposal, &p) || json_parse(p.args, s->cx->a, &args).code) return 0;
    return json_get_i64(args, "delay_us", 0);
}

void agent_apply(struct step *s)
{
    s->c->state.apply_seq = journal_next_seq(s->cx->tx);
    request(s, "apply", s->cx->now + delay_of(s));
    if (s->c->incident.state != INC_MITIGATING) incident_move(s->cx, s->c->incident.id, INC_MITIGATING, "agent:apply");
}

void agent_verify(struct step *s)
{
    request(s, "verify", s->cx->now);
}

static void count_outcome(struct step *s, bool worked)
{
    struct cx *cx = s->cx;
    struct proposal p;
    if (!proposal_get(cx, s->c->state.proposal, &p)) return;
    struct body b;
    body_open(&b);
    jw_str(&b.w, "cause", p.cause);
    jw_str(&b.w, "remedy", p.remedy);
    jw_str(&b.w, "pipeline", p.pipeline);
    jw_bool(&b.w, "worked", worked);
    jw_f64(&b.w, "confidence", p.confidence);
    cx_derive(cx, &b, "outcome.counted", p.id, "weir", s->c->incident.id, cx->seq);
    tx_exec(cx->tx, SQL_REMEDY_RECORD_ADD, V(p.cause), V(p.remedy), V(p.pipeline), V((int64_t)worked),
            V((int64_t)!worked));
}

/* A remedy that did not help is taken back before the next is tried, where it left something to take back. */
void agent_undo(struct step *s)
{
    struct proposal p;
    count_outcome(s, false);
    s->c->state.outcome = STR("failed");
    if (proposal_get(s->cx, s->c->state.proposal, &p) && STR_IS(p.leaves, "undoable")) {
        request(s, "undo", s->cx->now);
        s->result = "undo";
        return;
    }
    s->result = "nothing";
    s->summary = STR("the remedy did not help and left nothing to take back");
}

static str probe_answer(struct step *s)
{
    json *detail = json_get(s->event->body, "detail");
    str precheck = json_get_str(detail, "precheck");
    if (precheck.len && !STR_IS(precheck, "ok")) {
        s->summary = str_fmt(s->cx->a, "refused by its precheck: " STR_FMT, STR_ARG(precheck));
        return STR("refused");
    }
    str digest = json_str(json_get(s->event->body, "digest"), json_str(json_get(detail, "digest"), STR("")));
    str approved = STR("");
    if (STR_IS(s->c->state.answer, "approve")) {
        struct rows *r = tx_query(s->cx->tx, SQL_APPROVAL_GET, V(s->c->state.approval));
        if (rows_next(r)) approved = rows_dup(r, 5, s->cx->a);
        rows_end(r);
    }
    s->c->state.digest = digest;
    bool changed = STR_IS(s->c->state.answer, "approve") && !str_eq(approved, digest);
    if (changed) s->summary = STR("the target has changed since it was approved");
    return changed ? STR("changed") : STR("ok");
}

/* Well: the executor says so, nothing as bad as before was found since the remedy began, and the step's newest run is
 * fine. */
static str verify_answer(struct step *s)
{
    struct cx *cx = s->cx;
    int64_t found = tx_get_i64(cx->tx, SQL_INCIDENT_FINDINGS_SINCE, 0, V(s->c->incident.id), V(s->c->state.apply_seq),
                               V(s->c->incident.severity));
    struct rows *r = tx_query(cx->tx, SQL_RUN_LAST_OF_STEP, V(s->c->state.cause_pipeline), V(s->c->state.cause_step));
    bool failing = rows_next(r) && STR_IS(rows_str(r, 1), "failed");
    rows_end(r);
    if (found || failing) {
        s->summary = found ? str_fmt(cx->a, "not well: %lld new finding%s since the remedy", (long long)found,
                                     found == 1 ? "" : "s")
                           : STR("not well: the newest run failed");
        return STR("failed");
    }
    s->c->state.outcome = STR("mended");
    count_outcome(s, true);
    return STR("ok");
}

void agent_wait_effect(struct step *s)
{
    struct cx *cx = s->cx;
    if (!s->event) {
        s->wait = true;
        s->waiting_for = s->c->state.effect;
        return;
    }
    struct rows *r = tx_query(cx->tx, SQL_EFFECT_GET, V(s->c->state.effect));
    str kind = rows_next(r) ? rows_dup(r, 1, cx->a) : STR("");
    rows_end(r);
    str said = json_get_str(s->event->body, "summary"), result = s->event->result;
    s->summary = said.len ? said : str_fmt(cx->a, STR_FMT ": " STR_FMT, STR_ARG(kind), STR_ARG(result));
    if (STR_IS(result, "expired")) {
        bool touches = STR_IS(kind, "apply") || STR_IS(kind, "undo");
        result = effect_cancel(cx, s->c->state.effect) || !touches ? STR("failed") : STR("unknown");
    }
    if (STR_IS(result, "ok") && STR_IS(kind, "probe")) result = probe_answer(s);
    if (STR_IS(result, "ok") && STR_IS(kind, "verify")) result = verify_answer(s);
    if (STR_IS(result, "unknown")) s->c->state.outcome = STR("unknown");
    s->result = str_z(cx->a, result);
}
