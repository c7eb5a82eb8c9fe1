/* What edge/observe gives to the server and to main: its routes, series for the page, its numbers. */
#ifndef WEIR_EDGE_OBSERVE_OBSERVE_H
#define WEIR_EDGE_OBSERVE_OBSERVE_H

#include "edge/observe/ingest.h"
#include "edge/server/http.h"

/* POST /api/v1/write, /samples, /alerts, /lineage, /lineage/batch, /events. They find ingest through server_ingest().
 */
extern const struct route observe_routes[];

/* For struct server_series: a page of Series, and one Samples (schemas.json), appended to `out`.
 * Errors: ERR_NOT_FOUND, ERR_INPUT, ERR_IO.   Thread: any. */
MUST_USE err samples_api_list(struct ingest *in, str pipeline, str cursor, int64_t limit, struct arena *a,
                              struct buf *out);
MUST_USE err samples_api_read(struct ingest *in, str id, usec from, usec to, int64_t points, struct arena *a,
                              struct buf *out);

/* Lines for /metrics. Thread: any. */
void ingest_metrics(struct ingest *in, struct buf *out);

#endif
