/* One series under judgement: its detector, the thresholds people wrote for it, and how an alarm becomes a finding. The
 * live engine threads and `weir feed` judge through the same functions. */
#ifndef WEIR_EDGE_OBSERVE_JUDGE_H
#define WEIR_EDGE_OBSERVE_JUDGE_H

#include "edge/observe/samples_db.h"
#include "engine/detect/detect.h"

/* The thresholds of pipelines.yaml (JSON in docs/architecture.md), and what models say of series (models.h). Immutable
 * once parsed; freed by the last holder. */
struct judge_rules;
/* An empty text gives rules without thresholds. Errors: ERR_INPUT. */
MUST_USE err judge_rules_parse(str pipelines_json, str models_json, struct judge_rules **out);
struct judge_rules *judge_rules_hold(struct judge_rules *r);
void judge_rules_drop(struct judge_rules *r); /* accepts NULL */

struct judge {
    struct detect_series detect;
    const char *severity[DETECT_THRESHOLDS_MAX];
    struct judge_rules *rules;                /* the ones its thresholds came from */
    const char *step[DETECT_THRESHOLDS_MAX];  /* of the threshold, points into the rules */
    bool dirty;                               /* has taken a sample since it was saved */
    bool resumed;                             /* from a saved state, and no sample since */
    struct {
        usec heard, longest;                  /* monotonic: the last sample, and the longest wait for one */
        unsigned times;                       /* that one came after a wait; stops at JUDGE_HEARD_LEAST */
        bool live;                            /* the last one was fresh, and no marker of an end */
        bool told;
        struct detect_alarm alarm;            /* what was told */
    } silence;
};

enum { JUDGE_HEARD_LEAST = 6 };

/* state: what judge_save gave, or empty. A state that does not load starts afresh and *lost is set.   Thread: the
 * caller's own. */
struct judge *judge_new(struct judge_rules *rules, const struct series_info *series, str state, bool *lost);
void judge_free(struct judge *j); /* accepts NULL */
/* Take other rules over; what was learned stays. */
void judge_set_rules(struct judge *j, struct judge_rules *rules, const struct series_info *series);
/* Gives how many episodes began or ended with this sample (alarm.over). */
size_t judge_sample(struct judge *j, usec time, double value, struct detect_alarm out[DETECT_ALARMS_MAX]);
/* The sample that judge_sample took arrived now: by a clock that only goes forward, and how old it was. */
void judge_heard(struct judge *j, usec now, usec age, double value);
/* Whether a series that spoke until now has fallen silent; true once. Judged by arrivals, so that a sender's clock, or
 * batches of it, say nothing; not after a stale marker, for what was old on arrival, or before a few arrivals. */
bool judge_silent(struct judge *j, usec now, struct detect_alarm *out);
void judge_save(const struct judge *j, struct detect_snapshot *out);

/* The finding of an alarm, or the end of that finding, as an input of the core: id = first 32 hex digits of SHA-256
 * over series, detector, start and kind. */
struct input judge_finding(const struct judge *j, const struct series_info *series, const struct detect_alarm *alarm,
                           str actor, struct arena *a);
/* Series whose single values mean nothing (buckets of a histogram) are kept, but not judged. */
bool judge_wanted(str metric);

#endif
