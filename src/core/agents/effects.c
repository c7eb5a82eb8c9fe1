#include "core/agents/effects.h"

static str effect_key(struct cx *cx, const struct casefile *c, const struct effect_request *want)
{
    str step = str_fmt(cx->a, "\n%lld\n", (long long)c->steps);
    str parts[] = { c->id, step, str_of(want->kind), STR("\n"), want->plan_hash, want->target };
    struct sha256 d = sha256_parts(parts, sizeof parts / sizeof *parts);
    return hex_text((str){ (char *)d.b, 16 }, cx->a);
}

str effect_request(struct cx *cx, const struct casefile *c, const struct effect_request *want)
{
    str id = cx_next_id(cx, "eff"), key = effect_key(cx, c, want);
    struct body b;
    body_open(&b);
    jw_strz(&b.w, "kind", want->kind);
    jw_str(&b.w, "remedy", want->remedy);
    jw_str(&b.w, "target", want->target);
    jw_raw(&b.w, "args", want->args);
    jw_str(&b.w, "key", key);
    jw_str(&b.w, "decision", want->decision);
    jw_i64(&b.w, "due", want->due);
    int64_t seq = cx_derive(cx, &b, "effect.requested", id, "weir", c->incident.id, cx->seq);
    const char *state = core_restored(cx) ? "held" : "pending";
    tx_exec(cx->tx, SQL_EFFECT_ADD, V(id), V(seq), V(c->id), V(c->incident.id), V(want->decision), V(want->kind),
            V(want->remedy), V(want->target), V(want->args), V(key), V(state), V(want->due));
    return id;
}

bool proposal_get(struct cx *cx, str id, struct proposal *out)
{
    struct rows *r = tx_query(cx->tx, SQL_PROPOSAL_GET, V(id));
    if (!rows_next(r)) return false;
    *out = (struct proposal){
        .id = id,
        .remedy = rows_dup(r, 0, cx->a),
        .pipeline = rows_dup(r, 1, cx->a),
        .step = rows_dup(r, 2, cx->a),
        .args = rows_dup(r, 3, cx->a),
        .cause = rows_dup(r, 4, cx->a),
        .confidence = rows_f64(r, 5),
        .cost_usd = rows_f64(r, 6),
        .leaves = rows_dup(r, 7, cx->a),
        .plan_hash = rows_dup(r, 8, cx->a),
        .summary = rows_dup(r, 9, cx->a),
        .rank = rows_i64(r, 10),
    };
    rows_end(r);
    return true;
}

str proposal_target(struct cx *cx, const struct proposal *p)
{
    return str_fmt(cx->a, STR_FMT "/" STR_FMT, STR_ARG(p->pipeline), STR_ARG(p->step));
}

struct effect {
    str state, kind, remedy, target, args, case_id, incident;
    int64_t attempt;
};

static bool effect_get(struct cx *cx, str id, struct effect *out)
{
    struct rows *r = tx_query(cx->tx, SQL_EFFECT_GET, V(id));
    if (!rows_next(r)) return false;
    *out = (struct effect){
        .state = rows_dup(r, 0, cx->a),
        .kind = rows_dup(r, 1, cx->a),
        .remedy = rows_dup(r, 2, cx->a),
        .target = rows_dup(r, 3, cx->a),
        .args = rows_dup(r, 4, cx->a),
        .case_id = rows_dup(r, 5, cx->a),
        .incident = rows_dup(r, 6, cx->a),
        .attempt = rows_i64(r, 7),
    };
    rows_end(r);
    return true;
}

/* Probes and verifies only read. */
static bool needs_claim(str kind)
{
    return STR_IS(kind, "apply") || STR_IS(kind, "undo") || STR_IS(kind, "notify");
}

bool effect_cancel(struct cx *cx, str id)
{
    const char outcome[] = "{\"ok\":false,\"unknown\":false,\"summary\":\"taken back before it began\"}";
    return tx_exec(cx->tx, SQL_EFFECT_CANCEL, V(id), V(cx->now), V(outcome)) == 1;
}

/* The claim is durable before anything outside is touched; a second claim of the same effect is refused. */
err input_effect_started(struct cx *cx)
{
    struct effect f;
    if (!effect_get(cx, cx->in->subject, &f))
        return err_make(ERR_NOT_FOUND, "no effect '" STR_FMT "'", STR_ARG(cx->in->subject));
    if (!STR_IS(f.state, "pending"))
        return err_make(ERR_CONFLICT, "effect '" STR_FMT "' is " STR_FMT ", not pending", STR_ARG(cx->in->subject),
                        STR_ARG(f.state));
    cx_enter(cx, f.incident, 0);
    tx_exec(cx->tx, SQL_EFFECT_BEGIN, V(cx->in->subject), V(cx->now), V(json_get_i64(cx->body, "pid", 0)),
            V(json_get_i64(cx->body, "pid_start", 0)));
    return OK;
}

/* A knob is a fact of the pipeline from the moment its remedy has set it: the next run reads it. */
static void keep_knob(struct cx *cx, const struct effect *f)
{
    bool undo = STR_IS(f->kind, "undo");
    if (!STR_IS(f->remedy, "knob.set") || (!undo && !STR_IS(f->kind, "apply"))) return;
    json *args = NULL;
    err e = json_parse(f->args, cx->a, &args);
    if (e.code) {
        tx_fail(cx->tx, e);
        return;
    }
    str pipeline = json_get_str(args, "pipeline"), knob = json_get_str(args, "knob");
    str value = json_get_str(args, undo ? "before" : "value");
    tx_exec(cx->tx, SQL_KNOB_SET, V(pipeline), V(knob), V(value), V(cx->seq));
    str summary = str_fmt(cx->a, "knob " STR_FMT " set to " STR_FMT, STR_ARG(knob), STR_ARG(value));
    change_record(cx, pipeline, STR("knob"), summary, STR("{}"), cx->seq);
}

err input_effect_outcome(struct cx *cx)
{
    struct effect f;
    str id = str_dup(cx->a, cx->in->subject);
    if (!effect_get(cx, id, &f)) return err_make(ERR_NOT_FOUND, "no effect '" STR_FMT "'", STR_ARG(id));
    if (!STR_IS(f.state, "pending") && !STR_IS(f.state, "started"))
        return err_make(ERR_CONFLICT, "effect '" STR_FMT "' has its outcome already", STR_ARG(id));
    bool ok = json_bool(json_get(cx->body, "ok"), false);
    if (ok && STR_IS(f.state, "pending") && needs_claim(f.kind))
        return err_make(ERR_CONFLICT, "effect '" STR_FMT "' was never claimed, so it cannot be done", STR_ARG(id));
    cx_enter(cx, f.incident, 0);
    bool unknown = json_bool(json_get(cx->body, "unknown"), false);
    const char *state = unknown ? "unknown" : ok ? "done" : "failed";
    tx_exec(cx->tx, SQL_EFFECT_FINISH, V(id), V(state), V(cx->now), V(cx->in->body));
    if (ok && !unknown) keep_knob(cx, &f);
    struct event event = { .source = id,
                           .result = unknown ? STR("unknown")
                                     : ok    ? STR("ok")
                                             : STR("failed"),
                           .body = cx->body };
    case_resume(cx, &event);
    return OK;
}

err input_approval_given(struct cx *cx)
{
    str id = str_dup(cx->a, cx->in->subject), verdict = json_get_str(cx->body, "verdict");
    bool approve = STR_IS(verdict, "approve");
    if (!approve && !STR_IS(verdict, "reject")) return err_make(ERR_INPUT, "verdict is neither approve nor reject");
    struct rows *r = tx_query(cx->tx, SQL_APPROVAL_GET, V(id));
    if (!rows_next(r)) return err_make(ERR_NOT_FOUND, "no approval '" STR_FMT "'", STR_ARG(id));
    str state = rows_dup(r, 0, cx->a), incident = rows_dup(r, 3, cx->a), requester = rows_dup(r, 7, cx->a);
    usec expires = rows_i64(r, 8);
    rows_end(r);
    if (!STR_IS(state, "pending"))
        return err_make(ERR_CONFLICT, "approval '" STR_FMT "' is " STR_FMT, STR_ARG(id), STR_ARG(state));
    if (cx->now >= expires) return err_make(ERR_CONFLICT, "approval '" STR_FMT "' has expired", STR_ARG(id));
    if (approve && str_eq(requester, cx->in->actor))
        return err_make(ERR_DENIED, "nobody approves what they asked for themselves");
    cx_enter(cx, incident, 0);
    tx_exec(cx->tx, SQL_APPROVAL_DECIDE, V(id), V(approve ? "approved" : "rejected"), V(cx->now), V(cx->in->actor),
            V(json_str(json_get(cx->body, "comment"), STR(""))));
    struct event event = { .source = id, .result = verdict, .body = cx->body };
    case_resume(cx, &event);
    return OK;
}
