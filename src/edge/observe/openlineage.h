/* OpenLineage events, spec 2-0-2: run, job and dataset events, alone or in a batch. */
#ifndef WEIR_EDGE_OBSERVE_OPENLINEAGE_H
#define WEIR_EDGE_OBSERVE_OPENLINEAGE_H

#include "base/json.h"
#include "edge/observe/batch.h"

/* One event becomes one input "lineage.seen". Subject is "namespace/name" of the job (empty for a dataset event);
 * datasets are named "namespace/name". The body has what docs/architecture.md lists, plus "parent" (the job that
 * started this one) and "checks" (failed data quality assertions). Unknown facets and keys are ignored, as the
 * specification asks. Errors: ERR_INPUT (no kind of event fits, a required field is missing), ERR_LIMIT.  Thread: any.
 */
MUST_USE err openlineage_event(json *event, str actor, struct arena *a, struct input *out);
/* An array of events; each that does not fit is refused with its index. */
MUST_USE err openlineage_batch(json *body, str actor, struct arena *a, struct input_list *out);

#endif
