/* Samples for charts: chunks of samples.db and what still stands in the log, thinned to as many points as a chart has
 * pixels. */
#ifndef WEIR_EDGE_OBSERVE_SAMPLES_H
#define WEIR_EDGE_OBSERVE_SAMPLES_H

#include "edge/observe/ingest.h"

struct view_point {
    usec time;            /* of the first sample in it */
    double min, max, avg; /* NaN when it holds only ends of the series */
    int64_t count;
};
struct samples_view {
    struct series_info series;
    struct view_point *points; /* in order of time */
    size_t count;
};

enum { SAMPLES_POINTS_MAX = 11000 };

/* Samples of one series (its id or its text) in [from, to], in at most `points` (1..SAMPLES_POINTS_MAX) spans of equal
 * length; where a span holds one sample it is that sample. Everything lives in `a`. Errors: ERR_NOT_FOUND, ERR_INPUT
 * (from > to, points out of range), ERR_IO, ERR_LIMIT.   Thread: any. */
MUST_USE err samples_read(struct ingest *in, str id_or_text, usec from, usec to, size_t points, struct arena *a,
                          struct samples_view *out);
/* Series by text, after `after`; an empty pipeline or name means any. max 1..1000.   Thread: any. */
MUST_USE err samples_series(struct ingest *in, str pipeline, str name, str after, size_t max, struct arena *a,
                            struct series_list *out);

/* Many series at once, as rows of equal length: the log of a shard is read once for all of them. */
struct samples_rows {
    usec from, width; /* row i is [from + i width, from + (i + 1) width) */
    size_t rows;
    usec until;       /* monotonic: series not read by then are left out */
};
/* values[i * rows + row]: mean of the samples of series i in the row, of a counter its growth a second since the row
 * before it that has samples; NaN where there is nothing. They live in `a`. *read: how many series were read in time,
 * from the first on. Errors: ERR_LIMIT (no room), ERR_IO, ERR_CORRUPT.   Thread: any. */
MUST_USE err samples_rows_read(struct ingest *in, const struct samples_rows *what, const struct series_info *series,
                               size_t count, struct arena *a, double **values, size_t *read);

#endif
