/* Columns in OpenLineage events: the columnLineage facet (1-0-0 to 1-2-0), else the SQL that the sql facet carries. */
#ifndef WEIR_EDGE_OBSERVE_OPENLINEAGE_COLUMNS_H
#define WEIR_EDGE_OBSERVE_OPENLINEAGE_COLUMNS_H

#include "base/json.h"

/* "flows": [[dataset, column, dataset, column, kind], ...] of a checked event, when it says any; up to 600 kB of them.
 * Scratch memory comes from `a`. */
void openlineage_flows(struct jw *w, json *event, struct arena *a);

#endif
