/* What the server shows of parts it does not know: series for charts, and their own lines in /metrics. */
#ifndef WEIR_EDGE_APP_VIEWS_H
#define WEIR_EDGE_APP_VIEWS_H

#include "edge/act/executor.h"
#include "edge/observe/ingest.h"
#include "edge/server/server.h"

/* The functions of struct server_series over an ingest. */
struct server_series series_views(struct ingest *ingest);
/* Prometheus lines. */
void executor_metrics(struct executor *executor, struct buf *out);

#endif
