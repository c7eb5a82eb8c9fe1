/* One series at a time: samples go in, alarms come out. Nobody tells the detector what normal is: it learns level,
 * spread, daily and weekly rhythm, and where this series has been, by itself, and speaks when a sample is somewhere
 * new. Thresholds that a person wrote are checked beside it.
 *
 *   sample -> order, repeats, counters -> expectation (level + rhythm, model.h) -> six views, each one number
 *   -> how far is that from all that was seen, as a share of its range (novelty.h) -> one score -> rest -> an episode
 *   beside it, each with a bar of its own: a line that stopped moving (flat.h), a course unlike any before (pattern.h),
 *   samples that were missing
 *
 * The first day (at least DETECT_WARM_SAMPLES) only teaches, and the young must show more (twice as much at 4.5 days).
 * An anomaly that lasts becomes the new normal.
 *
 * A series is plain data of fixed size in the caller's memory: no allocation, no pointers, no clock, no globals. Only
 * integers and + - * / sqrt on doubles are used (no other library functions, no fused operations), so every machine
 * computes the same bits. Thread: any, one at a time per series.
 *
 * Method: conformal anomaly detection with nearest-neighbour nonconformity (Laxhammar, Falkman 2014; Burnaev, Ishimtsev
 * 2016), one-dimensional in each of six views; the rest after an alarm as in Smirnov's CAD OSE (2016). How rare a score
 * is, is estimated with a Pareto tail over the series' own scores (Siffer et al., KDD 2017). */
#ifndef WEIR_ENGINE_DETECT_DETECT_H
#define WEIR_ENGINE_DETECT_DETECT_H

#include <assert.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

enum {
    DETECT_VERSION = 3, /* of the saved layout and of what is computed from it */
    DETECT_THRESHOLDS_MAX = 4,
    DETECT_ALARMS_MAX = 3 + DETECT_THRESHOLDS_MAX, /* one call gives at most this many */
    DETECT_WARM_SAMPLES = 150,
    DETECT_TAIL_BINS = 64,
    DETECT_CELLS = 512,
    DETECT_SHORT = 6, /* samples in the short mean, the long one, and the typical jump */
    DETECT_LONG = 24,
    DETECT_JUMPS = 12,
    DETECT_REST_BLOCKS = 16,
    DETECT_DAY_BINS = 96,
    DETECT_WEEK_BINS = 168,
    DETECT_PATTERN_SCALES = 2,
    DETECT_PATTERN_POINTS = 16, /* in a window */
    DETECT_PATTERN_SHAPES = 128 /* windows remembered on each scale */
};

/* Who spoke. The first eight are learned; each sees what the others cannot. */
#define DETECT_PART_LIST(X)                                                                                            \
    X(POINT, "value")         /* a value where the series has never been */                                            \
    X(SIZE, "magnitude")      /* the same by orders of magnitude, for what is small beside the largest */              \
    X(STEP, "step")           /* a jump from the samples just before */                                                \
    X(LEVEL, "level")         /* the mean of the last DETECT_SHORT samples, against what is expected at this time */   \
    X(DRIFT, "drift")         /* the same of the last DETECT_LONG samples */                                           \
    X(NOISE, "noise")         /* samples jump much more, or much less, than they used to */                            \
    X(FLAT, "flat line")      /* the same value again and again, which this series does not do */                      \
    X(PATTERN, "pattern")     /* a course of many samples unlike any before, such as a beat that was left out */       \
    X(THRESHOLD, "threshold") /* a limit that a person wrote */                                                        \
    X(MISSING, "missing")     /* no samples come, or came, for much longer than ever */
#define DETECT_PART_ENUM(name, text) DETECT_##name,
enum detect_part {
    DETECT_PART_LIST(DETECT_PART_ENUM) DETECT_PARTS_ALL,
    DETECT_VIEWS = DETECT_NOISE + 1,
    DETECT_LEARNED = DETECT_PATTERN + 1
};
#undef DETECT_PART_ENUM

const char *detect_part_text(enum detect_part part);

/* A limit. Alarm when the value is above `above` or below `below` for at least `hold`; over when it has come back
 * inside by `hysteresis` (in the value's unit) for as long. NAN: no such limit. Compared with the rate when the series
 * is a counter. */
struct detect_threshold {
    double above, below;
    double hysteresis; /* >= 0 */
    usec hold;         /* >= 0; 0: at once */
};

struct detect_config {
    bool adaptive;      /* the learned parts; false: thresholds only */
    bool counter;       /* values only grow, except for resets: judge the rate per second */
    double sensitivity; /* 0.25 .. 4: multiplies how eager the learned parts are; 1 is right for most */
    uint32_t rest;      /* samples without a deviation that end an episode, 1 .. 10000; one day is always enough */
    uint32_t threshold_count;
    struct detect_threshold thresholds[DETECT_THRESHOLDS_MAX];
};

/* What serves every series that nobody configured. */
struct detect_config detect_config_default(void);
/* Errors: ERR_INPUT, saying which field is out of its range. */
MUST_USE err detect_config_check(const struct detect_config *config);

struct detect_alarm {
    enum detect_part part;
    uint32_t threshold; /* which one, when part is DETECT_THRESHOLD */
    bool over;          /* false: an episode starts; true: it has ended (MISSING, of samples: both at once) */
    bool above;         /* the value is too high (noise: too restless), else too low */
    usec start;         /* the first sample of the episode */
    usec end;           /* of an ended one, its last deviating sample; else the sample that raised it */
    double value;       /* what deviates, in the series' unit: sample, mean (LEVEL, DRIFT) or typical jump
                    (NOISE); PATTERN: percent, 0 the same course and 100 an unrelated one; MISSING: seconds */
    double low, high;   /* where it was expected, 99 times in 100; infinite: no bound on that side */
    double score;       /* bits of surprise, 0 .. 64; as unlikely as that many heads in a row. Thresholds: 64 */
    double once_in;     /* the same for people: expected once in so many samples, at most 1e12 */
};

/* ---- the state; fields belong to src/engine/detect only ---- */

struct detect_tail { /* of tail.h; no part of a series */
    float total;
    float count[2][DETECT_TAIL_BINS];
    uint8_t top[2], pad[2]; /* one past the highest bin in use, each side */
};

struct detect_rarity {
    float total, count[DETECT_TAIL_BINS];
    uint32_t top; /* one past the highest bin in use */
};

struct detect_novelty {
    double origin, width;   /* of the first cell, and of each; width 0: nothing was seen */
    double low, high;       /* the range, fading */
    double lowest, highest; /* of all that is remembered */
    uint64_t used[DETECT_CELLS / 64];
    struct {
        uint8_t least, most; /* the lowest and highest number in it, in 256ths of its width */
    } cells[DETECT_CELLS];
};

struct detect_flat {
    double value;
    uint64_t samples, equal; /* up to the present run; equal: to the one before */
    uint64_t run, longest;   /* repetitions of value */
};

struct detect_pattern { /* of two scales: a point is the mean of 4, of 16 samples */
    struct detect_pattern_scale {
        double sum, point[DETECT_PATTERN_POINTS]; /* of the point that is coming, a ring of the newest */
        double deviation, usual, most; /* usual deviation of a window; usual and largest distance to the nearest */
        uint32_t summed, points, windows, used;   /* samples in sum; since a gap; judged; shapes in use */
        int8_t shape[DETECT_PATTERN_SHAPES][DETECT_PATTERN_POINTS];
        uint32_t last[DETECT_PATTERN_SHAPES];     /* the window that a shape was last the nearest of */
    } scales[DETECT_PATTERN_SCALES];
};

struct detect_recent { /* rings of the newest residuals and jumps; counts restart after a gap */
    float residual[DETECT_LONG], jump[DETECT_JUMPS];
    uint32_t residuals, jumps;
};

struct detect_rest { /* the highest scores of late, so that what goes on is not told again */
    float peak[DETECT_REST_BLOCKS];
    uint32_t block, filled;
    usec begun;
};

struct detect_visit { /* of the bin that the time is in: what earlier days said, untouched by today */
    int64_t number;   /* bins since 1970 */
    double value;
};

struct detect_rhythm {
    struct detect_visit today, this_week;
    double day_xy, day_xx, week_xy, week_xx;
    float day[DETECT_DAY_BINS], day_n[DETECT_DAY_BINS];
    float week[DETECT_WEEK_BINS], week_n[DETECT_WEEK_BINS];
};

struct detect_limit { /* of one threshold */
    usec since;       /* first sample of the present run outside (or inside, when open) ; 0: none */
    usec start, last;
    double worst;
    uint32_t open, above;
};

struct detect_series {
    struct detect_config config;
    uint64_t samples, repeats, late, odd, resets, gaps; /* odd: NaN, infinite, too large, time out of range */
    usec first, last;                                   /* samples that were judged */
    usec newest;                                        /* the same with NaN and infinite ones; -1: none yet */
    double interval;                                    /* usual distance of samples in microseconds */
    usec longest;                                       /* distance of samples so far */
    double raw;                                         /* last counter value */
    uint32_t raw_known, since_gap, begun, pad;          /* begun: a value was judged */
    double level, spread, jump, fast, size, previous;
    double score; /* of the last sample */
    struct detect_rhythm rhythm;
    struct detect_recent recent;
    struct detect_rest rest;
    struct detect_novelty seen[DETECT_VIEWS];
    struct detect_flat flat;
    struct detect_pattern pattern;
    struct detect_rarity strengths; /* of the scores, against what an alarm took at the time */
    struct detect_limit limits[DETECT_THRESHOLDS_MAX];
    struct detect_alarm episode; /* the open one's start */
    usec deviated;               /* last deviating sample */
    uint32_t open, quiet;
};

static_assert(sizeof(struct detect_series) <= 16 * 1024, "a series stays small");

/* Start a series. The config is copied; it must pass detect_config_check (asserted). */
void detect_init(struct detect_series *s, const struct detect_config *config);
/* Take one sample; gives how many alarms it wrote to `out`, which has room for DETECT_ALARMS_MAX.
 * Samples that are not newer than the last one are counted and ignored; so are NaN (a stale marker) and infinities by
 * the learned parts. Any double and any time are safe. About 0.1 microseconds. */
size_t detect_sample(struct detect_series *s, usec time, double value, struct detect_alarm out[DETECT_ALARMS_MAX]);
/* How new the last sample that was taken is, 0..1, by the six parts of the score: 0 also when a higher
 * score came within the last `rest` samples (a day of them in a slow series), so that an episode shows once. Higher is
 * newer; it is no probability. 0 before the first sample and after one that was refused. For ranking and plots;
 * detect_sample alone decides what is an alarm. */
double detect_score(const struct detect_series *s);
/* Whether samples have stopped: none for six usual distances, two minutes and twice the longest wait so far, once a day
 * of them was seen. Fills *out then. Pure; the caller remembers whether it has told already. When samples come again
 * after such a wait, detect_sample tells it as well, begun and over in one. */
bool detect_missing(const struct detect_series *s, usec now, struct detect_alarm *out);
/* Usual distance between samples; 0 when not known yet. */
usec detect_interval(const struct detect_series *s);
/* True while a learned episode is open. */
bool detect_is_open(const struct detect_series *s);
/* One sentence for people: what is seen, what was expected, how unusual that is. */
str detect_sentence(const struct detect_alarm *alarm, str unit, struct arena *a);

/* A snapshot: sizeof(struct detect_snapshot) bytes. Load takes the config of today, not the one that was saved: a
 * threshold that changed starts closed, and a series that became (or is no longer) a counter starts anew. With the same
 * config every further result is bit for bit what it would have been. Errors: ERR_CORRUPT, ERR_TOO_NEW. */
struct detect_snapshot {
    uint32_t version, size;
    struct detect_series series;
};
void detect_save(const struct detect_series *s, struct detect_snapshot *out);
MUST_USE err detect_load(struct detect_series *s, const struct detect_config *config, str bytes);

#endif
