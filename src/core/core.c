/* The one door of the core: find the handler of an input's kind, check its body, apply it.
 *
 *      input --> handler --> its entry --> derived entries, tables, timers, effects
 *
 * A handler that fails leaves nothing behind: the store runs each input in a SAVEPOINT. Timers are inputs like all
 * others: the store asks when the next is due, and core_fire_due turns the earliest into an input "timer.due".
 */
#include "core/core.h"

#include <assert.h>

#include "core/agents/case.h"
#include "core/agents/effects.h"
#include "core/agents/graph.h"
#include "core/core_internal.h"
#include "core/diagnose/diagnose.h"
#include "core/flow/flow.h"
#include "core/incident/incident.h"
#include "core/inquiry/inquiry.h"
#include "core/inquiry/routing.h"
#include "core/registry/registry.h"

enum { BODY_MAX = 1 << 20 };

static err input_timer_due(struct cx *cx);

/* `body`: required fields as name:type; s text, i integer, n number, b boolean, o object, a array. */
static const struct handler {
    const char *kind;
    const char *body;
    input_fn *apply;
} handlers[] = {
    { "finding", "pipeline:s kind:s detector:s severity:s start:i end:i summary:s", input_finding },
    { "finding.ended", "end:i", input_finding_ended },
    { "run.started", "pipeline:s started:i", input_run_started },
    { "run.finished", "pipeline:s started:i ended:i exit_code:i", input_run_finished },
    { "pipeline.registered", "source:s destination:s", input_pipeline_registered },
    { "timer.due", "kind:s subject:s", input_timer_due },
    { "effect.started", "", input_effect_started },
    { "effect.outcome", "ok:b summary:s", input_effect_outcome },
    { "approval.given", "verdict:s role:s", input_approval_given },
    { "lineage.seen", "pipeline:s event:s time:i", input_lineage_seen },
    { "lineage.declared", "job:s", input_lineage_declared },
    { "change.seen", "kind:s summary:s", input_change_seen },
    { "alert.received", "status:s pipeline:s title:s starts:i", input_alert_received },
    { "silence.added", "starts:i ends:i comment:s", input_silence_added },
    { "silence.ended", "", input_silence_ended },
    { "incident.closed", "comment:s", input_incident_closed },
    { "incident.labelled", "real:b comment:s", input_incident_labelled },
    { "document.loaded", "text:s", input_document_loaded },
    { "runbook.loaded", "title:s body:s", input_runbook_loaded },
    { "knowledge.loaded", "title:s source:s format:s hash:s passages:a", input_knowledge_loaded },
    { "knowledge.feedback", "question:s used:b", input_knowledge_feedback },
    { "knowledge.missed", "question:s covered:n", input_knowledge_missed },
    { "knowledge.reindex", "", input_knowledge_reindex },
    { "knowledge.draft", "", input_knowledge_draft },
    { "knowledge.approved", "title:s source:s format:s hash:s passages:a", input_knowledge_approved },
    { "knowledge.rejected", "comment:s", input_knowledge_rejected },
    { "inquiry.received",
      "channel:s person:s sealed:s language:s model:s category:s category_score:n sentiment:s sentiment_score:n "
      "urgency:s urgency_score:n",
      input_inquiry_received },
    { "inquiry.assigned", "department:s", input_inquiry_assigned },
    { "inquiry.relabelled", "", input_inquiry_relabelled },
    { "inquiry.judged",
      "model:s category:s category_score:n sentiment:s sentiment_score:n urgency:s urgency_score:n",
      input_inquiry_judged },
    { "inquiry.answered", "", input_inquiry_answered },
    { "inquiry.closed", "", input_inquiry_closed },
    { "inquiry.erased", "", input_inquiry_erased },
    { "inquiries.compared", "reference_rows:i current_rows:i drift:b", input_note },
    { "model.registered", "kind:s digest:s bytes:i", input_model_registered },
    { "model.judged", "version:i", input_model_judged },
    { "model.rolled_back", "", input_model_rolled_back },
    { "model.aliased", "alias:s version:i", input_model_aliased },
    { "model.tried", "version:i", input_model_tried },
    { "model.mirrored", "version:i direction:s url:s remote:s", input_model_mirrored },
    { "schedule.asked", "", input_schedule_asked },
    { "schedule.paused", "", input_schedule_paused },
    { "schedule.resumed", "", input_schedule_resumed },
    { "schedule.started", "", input_schedule_started },
    { "schedule.finished", "ok:b summary:s", input_schedule_finished },
    { "key.added", "hash:s role:s", input_key_added },
    { "key.revoked", "", input_key_revoked },
    { "case.forked", "step:i", input_case_forked },
    { "clock.stepped", "from:i to:i", input_note },
    { "weir.started", "logic_version:i", input_note },
    { "samples.gap", "", input_note },
    { "series.measured", "from:i to:i series:a", input_series_measured },
    { "journal.retained", "", input_note },
    { "checkpoint.sent", "entries:i", input_checkpoint_sent },
    { "journal.snapshot", "seq:i logic_version:i digest:s", input_note },
    { "store.restored", "", input_store_restored },
    { "store.resumed", "", input_store_resumed },
};

static const struct handler *find_handler(str kind)
{
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (str_eq(kind, str_of(handlers[i].kind))) return &handlers[i];
    return NULL;
}

bool core_is_input(str kind)
{
    return find_handler(kind) != NULL;
}

static bool has_type(json *v, char type)
{
    switch (type) {
    case 's': return yyjson_is_str(v);
    case 'i': return yyjson_is_int(v);
    case 'n': return yyjson_is_num(v);
    case 'b': return yyjson_is_bool(v);
    case 'o': return yyjson_is_obj(v);
    default: return yyjson_is_arr(v);
    }
}

static err check_body(json *body, const char *want)
{
    if (!yyjson_is_obj(body)) return err_make(ERR_INPUT, "the body is not a JSON object");
    str rest = str_of(want), part;
    while (*want && str_next(&rest, ' ', &part)) {
        json *v = yyjson_obj_getn(body, part.ptr, part.len - 2);
        if (!has_type(v, part.ptr[part.len - 1]))
            return err_make(ERR_INPUT, "field '" STR_FMT "' is %s", STR_ARG(str_cut(part, 0, part.len - 2)),
                            v ? "of the wrong type" : "missing");
    }
    return OK;
}

err core_apply(struct core *core, struct tx *tx, const struct input *in, int64_t *seq)
{
    const struct handler *h = find_handler(in->kind);
    if (!h) return err_make(ERR_INPUT, "no input is of the kind '" STR_FMT "'", STR_ARG(str_cut(in->kind, 0, 60)));
    if (in->body.len > BODY_MAX) return err_make(ERR_LIMIT, "%s: the body is over 1 MiB", h->kind);
    struct cx cx = { .core = core, .tx = tx, .a = tx_arena(tx), .in = in, .now = tx_time(tx) };
    err e = json_parse(in->body.len ? in->body : STR("{}"), cx.a, &cx.body);
    if (!e.code) e = check_body(cx.body, h->body);
    if (e.code) return err_wrap(e, "%s", h->kind);
    e = h->apply(&cx);
    *seq = cx.seq;
    if (e.code && err_lasting(e)) return e; /* a rule's own sentence, for whoever asked */
    return err_wrap(e.code ? e : tx_err(tx), "%s", h->kind);
}

struct core *core_new(void)
{
    struct core *core = mem_new(sizeof *core);
    core->settings.arena = arena_init(1 << 16);
    core->runbooks = runbook_index_new();
    return core;
}

void core_free(struct core *core)
{
    if (!core) return;
    policy_free(core->policy);
    graph_free(core->graph);
    runbook_index_free(core->runbooks);
    routing_free(core->routing);
    arena_done(&core->settings.arena);
    mem_free(core);
}

void cx_enter(struct cx *cx, str correlation, int64_t cause)
{
    assert(cx->seq == 0);
    struct entry e = {
        .kind = cx->in->kind,
        .subject = cx->in->subject,
        .actor = cx->in->actor,
        .correlation = correlation,
        .cause = cause,
        .body = cx->in->body.len ? cx->in->body : STR("{}"),
    };
    cx->seq = journal_add(cx->tx, &e);
}

void body_open(struct body *b)
{
    b->buf = buf_init(BODY_MAX);
    b->w = jw_init(&b->buf);
    jw_open(&b->w, NULL);
}

int64_t cx_derive(struct cx *cx, struct body *b, const char *kind, str subject, const char *actor, str correlation,
                  int64_t cause)
{
    jw_close(&b->w);
    if (b->buf.full) tx_fail(cx->tx, err_make(ERR_LIMIT, "%s: the body is over 1 MiB", kind));
    struct entry e = {
        .kind = str_of(kind),
        .subject = subject,
        .actor = str_of(actor),
        .correlation = correlation,
        .cause = cause,
        .body = buf_view(&b->buf),
    };
    int64_t seq = journal_add(cx->tx, &e);
    buf_done(&b->buf);
    return seq;
}

str cx_next_id(struct cx *cx, const char *prefix)
{
    return str_fmt(cx->a, "%s-%lld", prefix, (long long)journal_next_seq(cx->tx));
}

static str timer_id(struct cx *cx, const char *kind, str subject)
{
    return str_fmt(cx->a, "%s/" STR_FMT, kind, STR_ARG(subject));
}

void timer_set(struct cx *cx, const char *kind, str subject, usec due)
{
    tx_exec(cx->tx, SQL_TIMER_SET, V(timer_id(cx, kind, subject)), V(due), V(kind), V(subject));
}

void timer_drop(struct cx *cx, const char *kind, str subject)
{
    tx_exec(cx->tx, SQL_TIMER_DROP, V(timer_id(cx, kind, subject)));
}

usec core_next_due(struct core *core, struct tx *tx)
{
    (void)core;
    return tx_get_i64_n(tx, SQL_TIMER_NEXT, USEC_MAX, TX_NO_VALS);
}

err core_fire_due(struct core *core, struct tx *tx)
{
    struct rows *r = tx_query(tx, SQL_TIMER_DUE, V(tx_time(tx)));
    if (!rows_next(r)) return tx_err(tx);
    struct arena *a = tx_arena(tx);
    str id = rows_dup(r, 0, a);
    struct buf body = buf_init(4096);
    struct jw w = jw_init(&body);
    jw_open(&w, NULL);
    jw_str(&w, "kind", rows_str(r, 1));
    jw_str(&w, "subject", rows_str(r, 2));
    jw_close(&w);
    rows_end(r);
    struct input in = { .kind = STR("timer.due"), .subject = id, .actor = STR("weir"), .body = buf_view(&body) };
    int64_t seq = 0;
    err e = core_apply(core, tx, &in, &seq);
    buf_done(&body);
    return e;
}

static const struct timer_kind {
    const char *name;
    void (*fire)(struct cx *cx, str subject);
} timer_kinds[] = {
    { "settle", incident_settle },
    { "quiet", incident_quiet },
    { "case", case_wake },
    { "fresh", timer_freshness },
    { "reindex", timer_reindex },
    { "inquiry_late", inquiry_late },
    { "inquiry_open", inquiry_hours_open },
    { "inquiry_notices", inquiry_notices_due },
    { "schedule", flow_due },
    { "schedule_again", flow_again },
};

static err input_timer_due(struct cx *cx)
{
    str kind = json_get_str(cx->body, "kind"), subject = str_dup(cx->a, json_get_str(cx->body, "subject"));
    if (tx_exec(cx->tx, SQL_TIMER_DROP, V(cx->in->subject)) != 1)
        return err_make(ERR_NOT_FOUND, "no timer '" STR_FMT "' is set", STR_ARG(cx->in->subject));
    cx_enter(cx, STR(""), 0);
    for (size_t i = 0; i < sizeof timer_kinds / sizeof *timer_kinds; i++)
        if (str_eq(kind, str_of(timer_kinds[i].name))) timer_kinds[i].fire(cx, subject);
    return OK;
}
