/* ADWIN: a window over a stream of numbers that shrinks by itself when the mean of its older part and the mean of its
 * newer part differ by more than chance allows. Method: Bifet and Gavalda, "Learning from Time-Changing Data with
 * Adaptive Windowing", SDM 2007 (ADWIN2, with the bound that uses the variance). The numbers are those of River's
 * drift.ADWIN.
 *
 *   newest                                                         oldest
 *   1 1 1 1 1 | 2 2 2 | 4 4 4 4 | 8 8 8 ...   buckets of doubling size, at most ADWIN_BUCKETS of each
 *                     ^ every border between two buckets is tried as the cut, every ADWIN_CLOCK values
 *
 * Plain data of fixed size in the caller's memory: no allocation, no clock, no globals; only + - * / on doubles, so
 * every machine computes the same bits. About 15 ns a value. For data whose range is unknown or whose tail is heavy,
 * which the bound does not cover, see stream_drift.h. Thread: any, one at a time per window. */
#ifndef WEIR_ENGINE_DETECT_ADWIN_H
#define WEIR_ENGINE_DETECT_ADWIN_H

#include <assert.h>

#include "base/str.h"

enum {
    ADWIN_VERSION = 1,
    ADWIN_BUCKETS = 5, /* of one size; one more for the moment before two are merged */
    ADWIN_ROWS = 40,   /* sizes 1 .. 2^39; a window longer than 2^41 values forgets its oldest */
    ADWIN_CLOCK = 32,  /* values between two searches for a cut */
    ADWIN_GRACE = 10,  /* no search in a window of this size or less */
    ADWIN_PART_MIN = 5 /* values on each side of a cut */
};

#define ADWIN_DELTA 0.002     /* the default chance of a false cut, as in River */
#define ADWIN_VALUE_MAX 1e100 /* NaN and larger magnitudes are counted as odd and ignored */

struct adwin_row { /* buckets of one size, oldest first */
    double total[ADWIN_BUCKETS + 1],
        variance[ADWIN_BUCKETS + 1]; /* sum; sum of squared distances from the bucket's mean */
    uint64_t count;
};

struct adwin { /* its bytes are its snapshot: store them, and give them to adwin_load */
    uint32_t version, size;
    double delta;
    uint64_t ticks, odd, changes;
    uint64_t rows;                 /* in use */
    double width, total, variance; /* of the window; variance: sum of squared distances from the mean */
    double before, after; /* of the last change: mean of the window before and after the border that splits it best */
    uint64_t since;       /* and how many values are after it */
    struct adwin_row row[ADWIN_ROWS];
};

static_assert(sizeof(struct adwin) <= 5 * 1024, "a window stays small");

/* delta: in (0, 1], asserted. */
void adwin_init(struct adwin *a, double delta);
/* Take one value. True: the mean has changed; the window has dropped its oldest until no cut is left, `before`, `after`
 * and `since` say what changed and when. */
bool adwin_add(struct adwin *a, double value);
/* Mean of the window; 0 when it is empty. */
double adwin_mean(const struct adwin *a);

/* Go on from stored bytes: every further result is bit for bit what it would have been. False: not a window that this
 * version stored, or one that no stream leads to; `a` is then as it was. */
bool adwin_load(struct adwin *a, str bytes);
/* What adwin_load asks of a window. */
bool adwin_sound(const struct adwin *a);

#endif
