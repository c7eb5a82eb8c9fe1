/* One series at a time: samples go in, alarms come out. The detector learns level, spread and daily and weekly rhythm
 * by itself; limits that a person wrote are checked beside it. docs/detection.md says how. */
#ifndef WEIR_DETECT_H
#define WEIR_DETECT_H

#include "weir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- alarms of a stream ---- */

typedef struct weir_detector weir_detector;

struct weir_detect_options {
    int counter;        /* values only grow, except for resets: judge the rate per second */
    double sensitivity; /* 0.25 .. 4; 1 is right for most */
    double above, below; /* limits; NAN: none */
    double hysteresis;  /* how far inside the limits an alarm ends, in the value's unit */
    int64_t hold_us;    /* how long a value must be outside */
};

struct weir_alarm {
    int part;            /* who spoke: weir_part_name(part) */
    int over;            /* 0: it starts; 1: it has ended */
    int above;           /* the value is too high (noise: too restless), else too low */
    int64_t start, end;  /* first sample; last one that deviated */
    double value;        /* what deviates, in the series' unit */
    double low, high;    /* where it was expected, 99 times in 100; infinite: no bound */
    double score;        /* bits of surprise, 0 .. 64 */
    double once_in;      /* expected once in so many samples */
};

WEIR_API void weir_detect_options_default(struct weir_detect_options *options);
WEIR_API size_t weir_detector_size(void);
/* options NULL: the defaults. Errors: WEIR_LIMIT (size), WEIR_INPUT (which option). */
WEIR_API int weir_detector_init(void *memory, size_t size, const struct weir_detect_options *options,
                                weir_detector **out, struct weir_error *error);
/* Take up to n samples; stops before a sample whose alarms might not fit in `room` (at least WEIR_ALARMS_ONE). Gives
 * how many were taken; *count is how many alarms were written. scores: NULL, or room for n: how new each sample is, 0
 * .. 1, for ranking and plots. Samples not newer than the last, NaN and infinities are safe. */
#define WEIR_ALARMS_ONE 7
WEIR_API size_t weir_detector_feed(weir_detector *d, const int64_t *times, const double *values, size_t n,
                                   double *scores, struct weir_alarm *alarms, size_t room, size_t *count);
WEIR_API int weir_detector_is_open(const weir_detector *d);
WEIR_API const char *weir_part_name(int part);
/* A sentence for people, cut to size and terminated; gives its whole length. unit may be NULL. */
WEIR_API size_t weir_alarm_sentence(const struct weir_alarm *alarm, const char *unit, char *out, size_t size);
/* A snapshot; the same build goes on from it bit for bit. Errors: WEIR_LIMIT; of load also WEIR_CORRUPT, WEIR_TOO_NEW.
 */
WEIR_API size_t weir_detector_saved_size(void);
WEIR_API int weir_detector_save(const weir_detector *d, void *out, size_t size, struct weir_error *error);
WEIR_API int weir_detector_load(void *memory, size_t size, const struct weir_detect_options *options, const void *saved,
                                size_t saved_size, weir_detector **out, struct weir_error *error);

/* ---- has the mean of a stream changed? (ADWIN, Bifet and Gavalda 2007) ---- */

typedef struct weir_adwin weir_adwin;

WEIR_API size_t weir_adwin_size(void);
/* delta: the chance of a false cut, in (0, 1]; 0: 0.002. */
WEIR_API int weir_adwin_init(void *memory, size_t size, double delta, weir_adwin **out, struct weir_error *error);
/* Take up to n values; stops after one that showed a change. Gives how many were taken; *changed says whether the last
 * did. */
WEIR_API size_t weir_adwin_feed(weir_adwin *a, const double *values, size_t n, int *changed);
WEIR_API double weir_adwin_mean(const weir_adwin *a);
WEIR_API double weir_adwin_width(const weir_adwin *a);

/* ---- changes for good, over a whole series ---- */

struct weir_change {
    size_t at;            /* first row of the new segment */
    int kind;             /* weir_change_name(kind): level or trend */
    int column;
    double before, after; /* mean, or slope a row, of the segments beside it */
    double strength;      /* 1 is the border, 10 is plain to see */
};

WEIR_API const char *weir_change_name(int kind);
#define WEIR_CHANGES_MAX 512
/* Bytes that serve weir_changes over so many values. */
WEIR_API size_t weir_changes_memory(size_t rows, size_t columns);
/* values: row after row. out: room for WEIR_CHANGES_MAX. NaN and infinities are missing values. */
WEIR_API int weir_changes(const double *values, size_t rows, size_t columns, struct weir_memory memory,
                          struct weir_change *out, size_t *count, struct weir_error *error);

/* ---- the oddest places of a whole series (discords, by matrix profiles) ---- */

struct weir_discord {
    size_t at;      /* the middle row */
    size_t length;  /* rows it may reach over */
    double score;   /* spreads above the usual */
    double once_in; /* expected once in so many series like this one */
};

WEIR_API size_t weir_discords_memory(size_t rows);
/* The `max` oddest places from row `from` on, oddest first. period: rows after which the series repeats itself; 0:
 * found by itself. scores: NULL, or room for `rows`: how odd each row's surroundings are. Fewer than six periods give
 * none. */
WEIR_API int weir_discords(const double *values, size_t rows, size_t from, size_t period, struct weir_memory memory,
                           double *scores, struct weir_discord *out, size_t max, size_t *count,
                           struct weir_error *error);

#ifdef __cplusplus
}
#endif

#endif
