/* One run of one step, and the words in which it is reported: the bodies of run.started and run.finished
 * (docs/architecture.md), for `weir run` over HTTP and for remedies directly. */
#ifndef WEIR_EDGE_ACT_RUN_RECORD_H
#define WEIR_EDGE_ACT_RUN_RECORD_H

#include "base/env.h"
#include "edge/act/announce.h"
#include "edge/act/child.h"

enum { RUN_ID_LEN = 36 };

struct run_record {
    char id[RUN_ID_LEN + 1];
    str pipeline, step;
    int64_t attempt;      /* 1.. */
    str effect;           /* the effect that started it, "" = a person or a scheduler */
    str parent;           /* the run it is part of, "" = none */
    str knobs;            /* JSON object of the values it ran with, "" = none */
    usec started, ended;  /* wall clock */
    struct child_result result;
    struct announced said;
    int64_t sync_us;      /* -1 = not measured */
    str output;
};

/* A UUID of version 7 (RFC 9562): sorts by time. */
void run_id_new(struct env *env, char out[RUN_ID_LEN + 1]);

/* The body of the input, in a. With `event`, as POST /api/v1/runs takes it: {"event":...,"id":ID,...}. */
str run_started_body(const struct run_record *r, bool event, struct arena *a);
str run_finished_body(const struct run_record *r, bool event, struct arena *a);

#endif
