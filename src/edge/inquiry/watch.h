/* The desk watches itself: once a minute it looks at what its counters did, and what is wrong for five looks is a
 * finding of the pipeline `inquiry-desk` that goes on until it is right for five looks. One finding a cause, one
 * incident for what happens at once (core/incident). deploy/prometheus/inquiries.rules.yaml has the same limits for
 * whoever has Prometheus; that weir is down, only that can tell.
 *
 *   errors       calls about inquiries that failed (5xx), five minutes     > 5 %
 *   slow         submitted inquiries that took over 2 s, five minutes      > 5 %, so p95 > 2 s
 *   confidence   mean of the categories' confidence, one hour              < 60 %
 *   escalations  escalations for each inquiry that arrived, one hour       > 20 %
 *   intake       looks at the mailbox and files of the folder that failed, fifteen minutes   > 50 %
 *   drift        what is written differs from the reference (edge/inquiry/desk_drift.h), looked at every hour
 */
#ifndef WEIR_EDGE_INQUIRY_WATCH_H
#define WEIR_EDGE_INQUIRY_WATCH_H

#include "edge/inquiry/desk_drift.h"
#include "edge/inquiry/intake.h"

#define DESK_PIPELINE "inquiry-desk"
enum { WATCH_LOOKS = 61, WATCH_HOLD = 5, WATCH_ALARMS = 5 };

/* Counters, each only growing. */
struct desk_counts {
    int64_t requests, errors, submits, slow, received, confidence /* thousandths */, escalated, looks, looks_failed;
};

/* ---- the judging: no clock, no thread ---- */

struct desk_alarm {
    int cause;     /* index of desk_cause_name */
    bool began;    /* else it ended */
    double value;  /* share, 0..1 (escalations: more than 1 is possible) */
    int64_t of;    /* how many there were */
    usec start;    /* of the first look that was wrong */
};
struct desk_looks {
    struct desk_counts ring[WATCH_LOOKS]; /* the newest at `next` - 1 */
    size_t next, count;
    struct {
        bool on;
        int wrong, right; /* looks one after the other */
        usec since;
    } cause[WATCH_ALARMS];
};
/* One look, a minute after the last. Gives how many alarms begin or end. */
size_t desk_look(struct desk_looks *s, const struct desk_counts *now, usec wall, struct desk_alarm out[WATCH_ALARMS]);
const char *desk_cause_name(int cause);
/* "7.5 % of 120 calls about inquiries failed within five minutes; at most 5 % are expected" */
str desk_alarm_text(const struct desk_alarm *alarm, struct arena *a);

/* ---- the thread ---- */

struct desk_watch; /* opaque */
struct desk_watch_opts {
    struct inquiry_desk *desk; /* borrowed, like the rest; until desk_watch_halt */
    struct intake *intake;     /* NULL: there is none */
    struct store *store;
    struct env *env;
    str reference;             /* of drift: a file of inquiries, "" = the oldest ones that are kept */
    err (*input)(void *ctx, const char *kind, str subject, str body); /* apply one input and wait for its commit */
    void (*requests)(void *ctx, int64_t *all, int64_t *failed);       /* calls about inquiries so far */
    void *ctx;
};
MUST_USE err desk_watch_start(const struct desk_watch_opts *opts, struct desk_watch **out);
void desk_watch_halt(struct desk_watch *w);  /* ends the thread; both accept NULL */
void desk_watch_close(struct desk_watch *w);
/* What one look and one look at drift do, for tests: on a watch without a thread. */
void desk_watch_new(const struct desk_watch_opts *opts, struct desk_watch **out);
MUST_USE err desk_watch_drift(struct desk_watch *w);
void desk_watch_metrics(struct desk_watch *w, struct buf *out);

#endif
