/* A case is one execution of the agent graph for an incident. Each step is an entry "case.step"; steps that wait for
 * nothing outside run on and commit together. The state is versioned JSON, and the case is pinned to the graph it began
 * with.
 */
#ifndef WEIR_CORE_AGENTS_CASE_H
#define WEIR_CORE_AGENTS_CASE_H

#include "core/incident/incident.h"

enum { CASE_STATE_VERSION = 1 };

/* What the agents of a case know; every field survives a restart. */
struct case_state {
    int severity;
    enum cause_kind cause;          /* the first cause; CAUSE_UNKNOWN when weir abstained */
    str cause_pipeline, cause_step, cause_detail;
    double cause_score;
    int64_t evidence;               /* entries behind the first cause */
    int64_t proposals, rank;        /* how many there are, and which is being tried (1..) */
    str proposal, decision, approval, effect; /* ids of the ones at work, or "" */
    str answer, answered_by, answered_role; /* "approve", "reject", "expired"; the key's name and role */
    str digest;                     /* of the target's state at the last probe */
    int64_t apply_seq;              /* entry that asked for the last apply */
    str outcome;                    /* "mended", "failed", "unknown", "denied", ... */
    bool dry;                       /* a forked case: decides, asks for no effect */
};

struct casefile {
    str id, graph, node;
    struct incident incident;
    struct case_state state;
    int64_t steps;
    usec started;
    double cost_usd;
};

/* What woke a waiting case. */
struct event {
    str source;  /* id of the effect, approval or timer */
    str result;  /* "ok", "failed", "refused", "unknown", "approve", "reject", "expired", "due" */
    json *body;  /* the outcome, or NULL */
};

/* One step: a pure function of the case, the event and what it reads. It fills the second half. */
struct step {
    struct cx *cx;
    struct casefile *c;
    const struct event *event; /* NULL when the node is entered */
    str summary;               /* one sentence for the record */
    const char *result;        /* picks the edge */
    bool wait;                 /* stay here until `waiting_for` happens */
    str waiting_for;
};
typedef void agent_fn(struct step *s);

/* One file each. monitor: how bad; analyzer: why; optimizer: what could help; gate: may it be done; probe, apply,
 * verify, undo: ask an executor; ask: ask a person; wait_*: wait for the answer; communicator: tell people, close. */
agent_fn agent_monitor, agent_analyzer, agent_optimizer, agent_gate, agent_probe, agent_apply, agent_verify, agent_undo,
    agent_ask, agent_wait_effect, agent_wait_answer, agent_next, agent_communicator;

void case_open(struct cx *cx, const struct incident *inc, int64_t cause);
/* Something a case waits for has happened. Nothing waits for it: nothing happens. */
void case_resume(struct cx *cx, const struct event *event);
void case_wake(struct cx *cx, str case_id); /* timer: what it waited for did not come in time */
void case_cancel(struct cx *cx, str case_id, str why);
bool case_is_active(struct cx *cx, str case_id);
err input_case_forked(struct cx *cx);

#endif
