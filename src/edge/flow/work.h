/* What a schedule does: one row a kind of work, and what all of them get. Each step is a run of the pipeline that has
 * the schedule's name, reported on the road of `weir run`, so a step that fails, takes long or brings too few rows is
 * found like any other. */
#ifndef WEIR_EDGE_FLOW_WORK_H
#define WEIR_EDGE_FLOW_WORK_H

#include "edge/act/act.h"
#include "edge/act/run_record.h"
#include "edge/inquiry/desk.h"
#include "edge/inquiry/intake.h"
#include "edge/registry/registry.h"

struct flow_places { /* borrowed; those that are NULL are not there */
    struct act_door door;
    struct inquiry_desk *desk;
    struct intake *intake;
    struct registry *registry;
    str encoder; /* path of the sentence encoder's model, used when it is there */
};

struct flow_work {
    const struct flow_places *places;
    struct arena *a;
    str run, schedule;
    int64_t attempt; /* 1.. */
    usec planned;
    json *spec;      /* the declaration, core/flow/schedule.h */
    usec until;      /* monotonic: its time is up */
    bool claimed;    /* schedule.started is durable; only a command claims by itself, with its child */
    bool (*stopping)(void *host);
    void (*child_changed)(void *host, int pid);
    void *host;
};

struct flow_result {
    bool ok, again;  /* again: what failed may be tried again */
    str summary;     /* one sentence for people */
    str detail;      /* JSON object, "" = {} */
};

/* Do it; `out` is OK with an empty summary before. Steps that fail make it fail. Thread: one of the scheduler's. */
typedef void flow_fn(struct flow_work *w, struct flow_result *out);
/* NULL: there is no such work. */
flow_fn *flow_find(str does);

/* False: its time is up, or weir stops. Loops ask it. */
bool flow_goes_on(const struct flow_work *w);
/* ERR_TIMEOUT or ERR_STOPPED, whichever made flow_goes_on false. */
err flow_why_stopped(const struct flow_work *w);

struct flow_step {
    struct run_record run;
};
void flow_step_begin(struct flow_work *w, const char *name, struct flow_step *s);
/* e: how it ended; rows -1: it has none; says: for people. A failure goes into `out`, too. True: it went well. */
bool flow_step_end(struct flow_work *w, struct flow_step *s, err e, int64_t rows, str says, struct flow_result *out);

flow_fn flow_command, flow_ingestion, flow_rejudge, flow_retrain;

#endif
