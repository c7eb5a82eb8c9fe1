/* Alertmanager's webhook, version 4, and Grafana's, which has the same shape. */
#ifndef WEIR_EDGE_OBSERVE_ALERTMANAGER_H
#define WEIR_EDGE_OBSERVE_ALERTMANAGER_H

#include "base/json.h"
#include "edge/observe/batch.h"

/* One input "alert.received" for each alert; a malformed one is refused with its index. The pipeline is the label
 * `pipeline`, else `job`, else the alert's name; labels absent from an alert are taken from commonLabels. Errors:
 * ERR_INPUT (the body as a whole has another shape), ERR_LIMIT.  Thread: any. */
MUST_USE err alertmanager_read(json *body, str actor, struct arena *a, struct input_list *out);

#endif
