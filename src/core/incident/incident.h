/* Incidents: deduplicate, silence, group, settle, resolve, reopen. An incident is what a person is told about; findings
 * are its symptoms.
 *
 *      open --settled, case opened--> diagnosed --remedy under way--> mitigating --well again--> resolved
 *        ^------------------------------ relapse within the grouping time -------------------------'
 */
#ifndef WEIR_CORE_INCIDENT_INCIDENT_H
#define WEIR_CORE_INCIDENT_INCIDENT_H

#include "core/core_internal.h"

struct finding {
    str id, series, pipeline, step, run, kind, detector, summary, evidence; /* evidence: JSON object text */
    int severity;
    usec start, end;
    bool has_value, has_range, has_score;
    bool going; /* an alarm whose end will be told */
    double value, low, high, score;
};

err input_finding(struct cx *cx);
err input_incident_closed(struct cx *cx);
err input_incident_labelled(struct cx *cx); /* a person says whether it was real; the newest word counts */
/* A finding that the core itself judged, from a run, an alert or a timer: writes "finding.judged" and takes it up.
 * A finding that is known already changes nothing. */
void incident_judge(struct cx *cx, struct finding *f);
/* A hash of (series, detector, window start, kind), the identity of a finding; 32 hex digits. */
str finding_id(struct cx *cx, const struct finding *f);

void incident_settle(struct cx *cx, str incident); /* timer: take it up for diagnosis */
err input_finding_ended(struct cx *cx);
void incident_quiet(struct cx *cx, str incident);  /* timer: resolve it if all is well */
/* A pipeline is well again: let its open incident go quiet. */
void incident_pipeline_well(struct cx *cx, str pipeline);

enum incident_state { INC_OPEN, INC_DIAGNOSED, INC_MITIGATING, INC_RESOLVED, INC_STATES };
/* Move to another state; an impossible move is a broken promise. */
void incident_move(struct cx *cx, str incident, enum incident_state to, const char *actor);
void incident_resolve(struct cx *cx, str incident, str how, const char *actor);

struct incident {
    str id, pipeline, title, case_id, fingerprint, cause;
    enum incident_state state;
    int severity;
    usec opened, updated;
    bool settled;
    int64_t findings;
};
bool incident_get(struct cx *cx, str id, struct incident *out); /* false: no such incident */

#endif
