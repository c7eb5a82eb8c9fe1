/* Samples as JSON, weir's own way in:
 * {"samples":[{"series":"rows","labels":{"pipeline":"orders"},"time":..,"value":1}]}. */
#ifndef WEIR_EDGE_OBSERVE_SAMPLES_JSON_H
#define WEIR_EDGE_OBSERVE_SAMPLES_JSON_H

#include "base/json.h"
#include "edge/observe/batch.h"

/* Read a parsed body. "time" is RFC 3339 text or a number (time_from_number); absent, it is `now`. A malformed sample
 * is refused with its index, the rest is kept. Strings stay in the document. Errors: ERR_INPUT (the body as a whole has
 * another shape), ERR_LIMIT.  Thread: any. */
MUST_USE err samples_json_read(json *body, usec now, struct arena *a, struct batch *out);
/* One sample object, for lines of a file: "series" or "name", "labels", "time", "value". Its labels are made in `a`. */
struct json_sample {
    str name;
    struct label *labels;
    uint32_t label_count;
    struct point point;
};
MUST_USE err sample_json_read(json *object, usec now, struct arena *a, struct json_sample *out);

#endif
