/* Has a stream of numbers changed, whatever its unit, range and tail? ADWIN (adwin.h) over ranks: the first
 * STREAM_LEARN values fix a map from a value to the share of them that lie below it (ties count half), and the window
 * runs over that.
 *
 *   value -> rank in 0..1 -> ADWIN -> alarm -> learn anew
 *
 * ADWIN's bound wants numbers in 0..1; on a heavy tail it cries wolf (some 70 false alarms per million lognormal
 * values), and a few huge values hide a shift of all others. A rank is in 0..1 by construction, its mean is the
 * statistic of Mann and Whitney (1947), so the bound holds for every distribution, and a shift of a skewed stream shows
 * sooner. What moves only a far tail and leaves the ranks alone is for tail tests, not for this. Values are taken as
 * independent: a stream with rhythm or memory belongs to detect.h, or goes in as residuals.
 *
 * Plain data of fixed size in the caller's memory; only + - * / on doubles. About 30 ns a value. Thread: any, one at a
 * time. */
#ifndef WEIR_ENGINE_DETECT_STREAM_DRIFT_H
#define WEIR_ENGINE_DETECT_STREAM_DRIFT_H

#include "engine/detect/adwin.h"

enum { STREAM_LEARN = 256, STREAM_KNOTS = 63 };
#define STREAM_DELTA 0.0002 /* stricter than ADWIN's: ranks leave room for it at the same delay */

struct stream_drift { /* its bytes are its snapshot */
    struct adwin window;
    double knot[STREAM_KNOTS];         /* distinct values of the reference, ascending; the rest infinite */
    double rank[2 * STREAM_KNOTS + 1]; /* 2k: between knots k-1 and k; 2k+1: equal to knot k */
    double reference[STREAM_LEARN];    /* in order of arrival while learning, ascending afterwards */
    uint64_t values, odd, alarms;      /* odd: NaN or infinite, ignored */
    uint32_t learned, pad;             /* values of the reference so far */
};

struct stream_alarm {
    uint64_t at;                    /* the value that raised it, counted from 0 without odd ones */
    uint64_t changed;               /* about where the change was: after this many values */
    double before;                  /* median of the reference */
    double rank_before, rank_after; /* mean rank: 0.5 like the reference, 1 all above it, 0 all below */
};

/* delta: chance of a false cut, in (0, 1]; STREAM_DELTA serves. */
void stream_drift_init(struct stream_drift *s, double delta);
/* Take one value. True: the stream has changed, *out says how; the values that follow are the new reference. */
bool stream_drift_add(struct stream_drift *s, double value, struct stream_alarm *out);

/* As adwin_load. */
bool stream_drift_load(struct stream_drift *s, str bytes);

#endif
