/* Schedules: when work that weir does by itself is due. What is due becomes an entry; edge/flow takes it, does it and
 * says how it ended, so a run is recorded before anything is done, and replay makes the same. Inputs, each with the
 * shape of its body:
 *
 *   document.loaded    schedules   what is declared (schedule.h)
 *   schedule.asked     name        comment [""]: a person, or another scheduler, wants a run now
 *   schedule.paused    name        comment [""]        schedule.resumed  name  comment [""]
 *   schedule.started   run         pid [0], pid_start [0]: somebody takes it; nothing was done before
 *   schedule.finished  run         ok, summary, again [true: what failed may be tried again], detail {}
 *   timer.due          kinds schedule (subject: its name) and schedule_again (a run that waits for its next attempt)
 *
 * What follows: schedule.due (a run, or its next attempt), schedule.skipped (reason: the run before goes on, weir was
 * down, the store was restored). Runs: due -> running -> ok | failed, or again -> due; dropped when the schedule goes.
 * One run of a schedule at a time. Which steps a run had, and how long they took, stands in the runs of the pipeline
 * that has the schedule's name. */
#ifndef WEIR_CORE_FLOW_FLOW_H
#define WEIR_CORE_FLOW_FLOW_H

#include "core/core_internal.h"

/* The document in force is this one now. */
void flow_declare(struct cx *cx, json *document);
err input_schedule_asked(struct cx *cx);
err input_schedule_paused(struct cx *cx);
err input_schedule_resumed(struct cx *cx);
err input_schedule_started(struct cx *cx);
err input_schedule_finished(struct cx *cx);
void flow_due(struct cx *cx, str name);   /* timer */
void flow_again(struct cx *cx, str run);  /* timer */

#endif
