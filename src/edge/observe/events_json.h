/* Plain events for those who speak none of the standards: {"kind":"change.seen","subject":"orders","body":{...}}, alone
 * or as
 * {"events":[...]}. */
#ifndef WEIR_EDGE_OBSERVE_EVENTS_JSON_H
#define WEIR_EDGE_OBSERVE_EVENTS_JSON_H

#include "base/json.h"
#include "edge/observe/batch.h"

/* Only kinds that describe the outside may come in this way; the core checks the body itself.
 * Errors: ERR_INPUT (shape of the whole), ERR_LIMIT.  Thread: any. */
MUST_USE err events_json_read(json *body, str actor, struct arena *a, struct input_list *out);

#endif
