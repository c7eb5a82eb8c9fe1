/* Prometheus' text exposition format 0.0.4, as any exporter serves it. */
#ifndef WEIR_EDGE_OBSERVE_EXPOSITION_H
#define WEIR_EDGE_OBSERVE_EXPOSITION_H

#include "edge/observe/batch.h"

/* Parse one scrape. Samples without a time get `now`. As Prometheus does, the whole text is refused when one line is
 * malformed: half a scrape would look like a fault of the target. Labels point into `text` where they carry no escapes.
 * Errors: ERR_INPUT naming the line, ERR_LIMIT.  Thread: any. */
MUST_USE err exposition_parse(str text, usec now, struct arena *a, struct batch *out);

#endif
