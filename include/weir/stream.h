/* One number after another, without times: has the stream changed? Four watchers of constant size, and none needs to be
 * trained. */
#ifndef WEIR_STREAM_H
#define WEIR_STREAM_H

#include "weir.h"

#ifdef __cplusplus
extern "C" {
#endif

enum weir_watch {
    WEIR_WATCH_RANKS,        /* any numbers, whatever their unit and tail: ADWIN over ranks; false alarms are bounded */
    WEIR_WATCH_PAGE_HINKLEY, /* the mean, with thresholds in the stream's own unit */
    WEIR_WATCH_DDM,          /* answers of a model, 0 right and 1 wrong: the error rate (Gama 2004) */
    WEIR_WATCH_EDDM /* the same by the distance of mistakes: quicker on slow changes, and to cry wolf (Baena-Garcia
                       2006) */
};
enum weir_state { WEIR_STEADY, WEIR_WARNING /* DDM and EDDM only */, WEIR_CHANGED };

typedef struct weir_stream weir_stream; /* plain data: its bytes may be stored, and loaded again */

struct weir_stream_options {
    double delta; /* RANKS: chance of a false alarm, in (0, 1]; PAGE_HINKLEY: drift a value that is tolerated, >= 0 */
    double threshold; /* PAGE_HINKLEY: > 0 */
    double alpha;     /* PAGE_HINKLEY: share of its sums kept at each value, in (0, 1] */
    uint64_t least;   /* PAGE_HINKLEY: values before it may speak */
};
/* What serves: RANKS 0.0002; PAGE_HINKLEY 0.005, 50, 0.9999, 30 (River's). DDM and EDDM have no options. */
WEIR_API void weir_stream_options_default(int watch, struct weir_stream_options *options);

WEIR_API size_t weir_stream_size(void);
/* options: NULL for the default. Errors: WEIR_INPUT (an option, the alignment), WEIR_LIMIT (size). */
WEIR_API int weir_stream_init(void *memory, size_t size, int watch, const struct weir_stream_options *options,
                              weir_stream **out, struct weir_error *error);
/* Take values up to the first after which the state is not WEIR_STEADY. Gives how many were taken; *state is that after
 * the last. After WEIR_CHANGED it starts anew by itself. NaN and infinities are passed over; to DDM and EDDM anything
 * but 0 is a mistake. */
WEIR_API size_t weir_stream_feed(weir_stream *s, const double *values, size_t n, int *state);
/* RANKS, after WEIR_CHANGED: about how many values ago the change was, the median before it, and the mean rank of what
 * came after (0.5 as before, 1 all above it, 0 all below). PAGE_HINKLEY: rank 1 for up and 0 for down, the others NaN.
 * Else all NaN. */
struct weir_stream_change {
    double ago, before, rank;
};
WEIR_API struct weir_stream_change weir_stream_change(const weir_stream *s);
/* Go on from the bytes of a stream. Errors: WEIR_CORRUPT, as of init. */
WEIR_API int weir_stream_load(void *memory, size_t size, const void *saved, size_t saved_size, weir_stream **out,
                              struct weir_error *error);

#ifdef __cplusplus
}
#endif

#endif
