/* routing_rules.yaml -> the JSON that the core routes by (core/inquiry/routing.h), every default filled in and the data
 * of every time zone beside it. examples/routing_rules.yaml shows every key. */
#ifndef WEIR_EDGE_INQUIRY_ROUTING_FILE_H
#define WEIR_EDGE_INQUIRY_ROUTING_FILE_H

#include "base/yaml.h"

/* Problems are noted in check; false when there are any. zone: of working hours that name none. The JSON lives in the
 * check's arena. */
bool routing_check(struct yaml_check *check, str text, str zone, str *rules);
/* Read and check the file. Errors: of file_read; ERR_INPUT, "file:line:column: what was expected". */
MUST_USE err routing_file_read(str path, str zone, struct arena *a, str *rules);

#endif
