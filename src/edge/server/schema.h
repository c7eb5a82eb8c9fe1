/* JSON Schema, the part the API uses: type (also a list of types), required, properties, additionalProperties (false,
 * or a schema), enum, minimum, maximum, minLength, maxLength, items, minItems, maxItems, minProperties, $ref to a named
 * schema. The same text is published in /openapi.json, so what is promised is what is checked. */
#ifndef WEIR_EDGE_SERVER_SCHEMA_H
#define WEIR_EDGE_SERVER_SCHEMA_H

#include "base/json.h"

struct schemas; /* named schemas: schemas.json */

/* Errors: ERR_INPUT (not JSON, an unknown keyword, a $ref that leads nowhere). Immutable afterwards. Thread: any. */
MUST_USE err schemas_open(str text, struct schemas **out);
void schemas_close(struct schemas *s); /* accepts NULL */
json *schemas_get(const struct schemas *s, str name); /* NULL when there is none */
json *schemas_all(const struct schemas *s);
/* Does `value` fit? Errors: ERR_INPUT "/items/3/name: must be text". */
MUST_USE err schema_check(const struct schemas *s, json *schema, json *value);

#endif
