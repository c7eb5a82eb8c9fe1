/* While an incident settles, the stored samples of its neighbours are measured: series that moved without crossing an
 * alarm are evidence, too. A thread of its own looks for incidents that are about to be diagnosed (core/measured.h),
 * measures every series of the pipelines around them as `weir diagnose` measures a recorded case
 * (engine/lineage/symptom.h), and brings what is off into the journal as an input, "series.measured". An incident that
 * does not wait (incident.settle 0, a failed run) is diagnosed without.
 *
 * A row is as long as the usual time between two samples of the series that raised the alarm; 720 rows before the onset
 * are normal, but for the last five, since what causes begins before what is noticed. Bounds: 32 pipelines, 32 series
 * of each, 256 in all, one second. */
#ifndef WEIR_EDGE_MEASURER_H
#define WEIR_EDGE_MEASURER_H

#include "base/buf.h"
#include "core/measured.h"
#include "edge/observe/ingest.h"

struct measurer; /* opaque */

struct measurer_opts {
    struct store *store; /* borrowed, like the rest; until measurer_stop */
    struct ingest *ingest;
    struct env *env;
    err (*input)(void *ctx, const char *kind, str subject, str body); /* apply one input and wait for its commit */
    void *ctx;
};

/* Errors: ERR_IO (no thread). Thread: main. */
MUST_USE err measurer_start(const struct measurer_opts *opts, struct measurer **out);
void measurer_stop(struct measurer *m); /* accepts NULL */
/* Prometheus lines. Thread: any. */
void measurer_metrics(struct measurer *m, struct buf *out);

struct measured_neighbours {
    size_t read, left_out; /* series; left out: over the bounds above */
    size_t off;            /* that moved */
};
/* Measure the neighbourhood of one incident: *body gets the input, which lives in a; empty when there is nothing to
 * read. Errors: ERR_IO, ERR_CORRUPT, ERR_LIMIT. Thread: any but the writer. */
MUST_USE err measure_neighbours(const struct measurer_opts *opts, const struct measured_wish *w, struct arena *a,
                                str *body, struct measured_neighbours *out);

#endif
