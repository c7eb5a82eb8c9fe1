/* Judging one run against the runs of the same step before it. Pure; only + - * / and comparisons on doubles and
 * integers, so the result is the same on every machine (it enters the journal).
 *
 * Level and spread are median and median absolute deviation: a few odd runs in the history do not move them.
 */
#ifndef WEIR_ENGINE_DETECT_RUNS_H
#define WEIR_ENGINE_DETECT_RUNS_H

#include <stdbool.h>

#include "base/time.h"

enum { RUN_HISTORY_MAX = 64, RUN_HISTORY_MIN = 5 };

struct run_sample {
    usec started, duration;
    int64_t rows; /* -1 = not announced */
    bool ok;
};

struct run_alarm {
    double value, low, high; /* seen, and the range that was expected; microseconds, rows or a share */
    double score;            /* 0..1: how far outside, 0.5 at the edge */
};

/* `history`: newest first, at most RUN_HISTORY_MAX, without `now`. True: *out is set. Fewer than RUN_HISTORY_MIN usable
 * runs are no basis: false. duration: successful runs only; longer than usual, by at least a second and three times.
 * volume: successful runs that announced rows; outside the usual by 35 % and by five spreads, or none at all.
 * error rate: of the last 10 runs at least half failed, of those before at most a fifth. */
bool run_duration_check(const struct run_sample *now, const struct run_sample *history, size_t n,
                        struct run_alarm *out);
bool run_volume_check(const struct run_sample *now, const struct run_sample *history, size_t n, struct run_alarm *out);
bool run_error_rate_check(const struct run_sample *now, const struct run_sample *history, size_t n,
                          struct run_alarm *out);

#endif
