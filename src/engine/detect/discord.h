/* Subsequences unlike all others: discords by the matrix profile, for patterns longer than a sample.
 *
 * The profile of a series holds, for each window, the distance to its nearest neighbour elsewhere (before and after it,
 * or before only: left discords). Distances are exact, from running covariances along diagonals: Yeh et al. 2016
 * (matrix profile), Zimmerman et al. 2019 (diagonals), Lu et al. 2022 (DAMP: left discords, a bounded look back).
 * Windows are compared after subtracting their means and dividing by sqrt(deviation^2 + floor^2). A floor of 0 is plain
 * z-normalisation; a floor keeps quiet stretches from turning noise into shape, and lets a change of amplitude count
 * (see De Paepe et al. 2019).
 *
 * discord_find() does not trust one window: it joins three lengths (a quarter, a half and all of the period, which it
 * finds itself) at two floors, smooths each profile, brings it to its own median and spread, and adds them up.
 *
 * Thread: any. No globals, no I/O; memory from the caller. */
#ifndef WEIR_ENGINE_DETECT_DISCORD_H
#define WEIR_ENGINE_DETECT_DISCORD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

enum {
    DISCORD_ROWS_MAX = 1 << 23,
    DISCORD_WINDOW_MIN = 4,
    DISCORD_PERIOD_LEAST = 16,
    DISCORD_PERIOD_DEFAULT = 64 /* of a series that does not repeat itself */
};

/* Rows after which the series repeats itself most clearly: the first clear peak of the autocorrelation, at least
 * DISCORD_PERIOD_LEAST. Of long series the middle is asked. NaN and infinite values are bridged.   Errors: ERR_LIMIT
 * (arena). */
MUST_USE err discord_period(const double *values, size_t rows, struct arena *a, size_t *period);

struct discord_join { /* what to compare */
    size_t window;     /* DISCORD_WINDOW_MIN .. rows / 2 */
    size_t apart;      /* windows that start less than this apart are no neighbours; 1 .. */
    size_t reach;      /* nor those further apart than this; 0: no such limit */
    double floor[2];   /* >= 0, in the unit of the values; two profiles for little more than the price of one */
};
/* Of one floor; rows - window + 1 squared distances each, INFINITY where there is no neighbour. */
struct discord_profile {
    double *before, *after;
};
/* Both sides of both profiles, exact. values: finite, best of about unit size. The profiles live in `a`.
 * Time: rows * min(rows / 2, reach) steps of about 1 ns.   Errors: ERR_INPUT (sizes), ERR_LIMIT (arena). */
MUST_USE err discord_join(const double *values, size_t rows, const struct discord_join *join, struct arena *a,
                          struct discord_profile out[2]);

struct discord_opts {
    size_t from;   /* first row that may be told, such as the end of a healthy part; 0: all */
    size_t period; /* 0: found by itself */
    double *score; /* room for `rows` numbers: how odd each row's surroundings are, about 0 when all is well; or NULL */
};
struct discord {
    size_t at;      /* the middle row */
    size_t length;  /* rows it may reach over, around `at` */
    double score;   /* spreads above the usual, averaged over the windows */
    double once_in; /* such a peak is expected once in so many series like this one (Gumbel, by the peaks of its
                       cycles), at most 1e12 */
};

/* The `max` oddest places, oddest first, none within a period of another. Memory: some 150 bytes a row from `a`. Time:
 * 10,000 rows in 0.2 s, a million in a few seconds (neighbours are then looked for nearby, and rows are averaged where
 * a period has many). Fewer than six periods give none.   Errors: ERR_INPUT (sizes), ERR_LIMIT (arena). */
MUST_USE err discord_find(const double *values, size_t rows, const struct discord_opts *opts, struct arena *a,
                          struct discord *out, size_t max, size_t *count);

/* ---- online: left discords over a bounded history ---- */

enum { DISCORD_HISTORY_MAX = 1 << 20 };

struct discord_online {
    size_t window, history;  /* rows compared, rows kept */
    double floor;
    double *x, *dot, *mean, *deviation; /* in the caller's memory: 2, 2, 2 and 2 times history */
    size_t rows;             /* in x now */
    uint64_t taken;
    double worst;            /* largest distance so far, fading with the history */
};

/* Numbers the caller provides for a window and a history. */
static inline size_t discord_online_numbers(size_t history)
{
    return 8 * history;
}
/* memory: discord_online_numbers(history) numbers that outlive o. 4 <= window, 4 * window <= history <=
 * DISCORD_HISTORY_MAX (asserted); floor as above: a third of a usual window's deviation is a good start. */
void discord_online_init(struct discord_online *o, double *memory, size_t window, size_t history, double floor);
/* Take one value (finite; the caller bridges gaps); gives the distance of the newest window to its nearest neighbour
 * before it, divided by sqrt(2 * window), so about 0..1 and 1 for unrelated shapes; -1 until twice the window has been
 * seen. record: set when it is the largest by a tenth, once a whole history has been seen; may be NULL. Cost: about 1
 * ns a row of history. */
double discord_online_sample(struct discord_online *o, double value, bool *record);

/* ---- online, with nothing to be set: the window is the period of the first values ---- */

enum {
    DISCORD_WATCH_FIRST = 1024, /* values from which period, unit and floor are learned; also repeated once they are */
    DISCORD_WATCH_HISTORY = 2048, /* values compared with */
    DISCORD_WATCH_NUMBERS = 9 * DISCORD_WATCH_HISTORY
};

struct discord_watch {
    struct discord_online online;
    double *first;                /* in the caller's memory */
    double center, unit, last;    /* of the values; the last that was finite */
    uint64_t rows, quiet;         /* taken; since the last record */
    bool moves, odd;              /* the first values were not all the same; a stretch goes on */
};
struct discord_stretch {
    uint64_t at;       /* its first row, counted from 0 */
    size_t length;     /* rows */
    double distance, most; /* to the nearest before it, and the largest so far: 0 the same, 1 unrelated */
};

/* memory: DISCORD_WATCH_NUMBERS numbers that outlive w. */
void discord_watch_init(struct discord_watch *w, double *memory);
/* Take one value (NaN and infinite ones count as the last that was finite). *told: *out is a stretch unlike any of the
 * history before it, told once; nothing is told of the first DISCORD_WATCH_HISTORY values. scratch: some 64 KiB for the
 * one call in which the period is found.   Errors: ERR_LIMIT (scratch). */
MUST_USE err discord_watch_sample(struct discord_watch *w, double value, struct arena *scratch, bool *told,
                                  struct discord_stretch *out);

#endif
