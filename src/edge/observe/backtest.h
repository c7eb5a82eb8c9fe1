/* What a detector would have fired over stored history, and how that compares with what people said of the incidents
 * then.
 *
 *   samples.db, one series at a time -> a fresh detector with the settings to try -> alarms -> inside an incident that
 * was real (a hit), inside one that was a false alarm, or outside every labelled one (nobody said)
 *
 * Reads only. What samples.db does not hold yet (the newest minutes, still in the log) is not judged. */
#ifndef WEIR_EDGE_OBSERVE_BACKTEST_H
#define WEIR_EDGE_OBSERVE_BACKTEST_H

#include "edge/observe/samples_db.h"
#include "engine/detect/detect.h"
#include "store/store.h"

enum { BACKTEST_INCIDENTS_MAX = 10000, BACKTEST_ALARMS_MAX = 10000 };

enum backtest_label { BACKTEST_UNLABELLED, BACKTEST_REAL, BACKTEST_FALSE };

struct backtest_incident {
    str id, pipeline;
    usec from, to; /* of its findings, and until it was resolved; `margin` is added to both ends */
    enum backtest_label label;
    bool seen, hit; /* samples of its pipeline were judged in its time; an alarm was inside it */
};

struct backtest_incidents {
    struct backtest_incident *items;
    size_t count;
    bool more; /* there were more than BACKTEST_INCIDENTS_MAX: the oldest are left out */
};

/* Incidents that touch [from, to], of a pipeline or (empty) of all. They live in `a`. */
MUST_USE err backtest_incidents(struct tx *tx, usec from, usec to, usec margin, str pipeline, struct arena *a,
                                struct backtest_incidents *out);

/* From a row that begins with the columns of backtest_incidents.sql; `until`: the end of one that is not resolved. */
struct backtest_incident backtest_incident_read(struct rows *r, usec until, usec margin, struct arena *a);

struct backtest_tally {
    int64_t samples, alarms, hits, false_alarms, outside; /* alarms = hits + false_alarms + outside */
    usec first, last;                                     /* times of samples that were judged; 0: none */
};

struct backtest_alarm {
    struct detect_alarm alarm;
    const struct backtest_incident *incident; /* that it lies in, NULL: none */
};

typedef void backtest_told(void *ctx, const struct series_info *series, const struct backtest_alarm *alarm);

/* Judge one series from its start to `to` with a fresh detector; samples before `from` only teach. Marks incidents as
 * seen and hit, adds to *tally; `told` (may be NULL) gets every alarm that starts. Errors: ERR_IO, ERR_CORRUPT. */
MUST_USE err backtest_series(struct samples_db *db, const struct series_info *series,
                             const struct detect_config *config, usec from, usec to,
                             struct backtest_incidents *incidents, backtest_told *told, void *ctx,
                             struct backtest_tally *tally);

struct backtest_score {
    int64_t real, caught; /* incidents labelled real in whose time samples were judged, and those with an alarm */
    double precision;     /* hits of alarms inside labelled incidents; NAN without one */
    double recall;        /* caught of real; NAN without one */
};
struct backtest_score backtest_score(const struct backtest_incidents *incidents, const struct backtest_tally *tally);

#endif
