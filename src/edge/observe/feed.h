/* The recorded road: rows in order of their times are judged in slices by several threads, and what they raise enters
 * the core one by one, in the order (time, series, ordinal), at the recorded time, with the core's timers fired when
 * they were due. Nothing depends on the clock or on the number of threads, so the journal is the same, byte for byte.
 */
#ifndef WEIR_EDGE_OBSERVE_FEED_H
#define WEIR_EDGE_OBSERVE_FEED_H

#include "core/core.h"
#include "edge/observe/feed_read.h"

struct feed_opts {
    size_t threads;     /* 1..64; 0 = 1 */
    usec tail;          /* recorded time that goes on after the last row, so that incidents settle; 0 = 15 min */
    str pipelines_json; /* thresholds; empty = none */
    str policy;         /* text of the policy in force, zone data included; empty = none */
    void (*progress)(void *ctx, size_t done, size_t total); /* rows; may be NULL */
    void *progress_ctx;
};
struct feed_result {
    size_t samples, events, findings, refused; /* refused: inputs the core did not take */
    err first_refusal;
};

/* Run d (sorted) through detectors and core. Errors: of the store, ERR_INPUT (pipelines or policy).   Thread: any but
 * the writer. */
MUST_USE err feed_run(const struct feed_opts *opts, struct store *store, struct core *core, const struct feed_data *d,
                      struct feed_result *out);
/* Keep the rows as chunks in DIR/samples.db, so that a server started on this folder can draw them. d must be sorted.
 */
MUST_USE err feed_keep_samples(str dir, struct env *env, const struct feed_data *d);

#endif
