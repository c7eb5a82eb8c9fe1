/* What was read from SQL, as JSON: of `weir lineage sql --json`, the API and the benchmark. */
#ifndef WEIR_EDGE_LINEAGE_SQL_JSON_H
#define WEIR_EDGE_LINEAGE_SQL_JSON_H

#include "base/json.h"
#include "engine/lineage/sql.h"

/* {"statements":[{"kind","line","reads":[],"writes":[],"columns":[],
 *   "flows":[{"from":{"table","column"},"to":{"table","column"},"kind"}]}],"skipped":n,"truncated":bool}. A flow to a
 * whole table has no column in "to". Thread: any. */
void sql_lineage_write(struct jw *w, const struct sql_lineage *l);
void sql_lineage_members(struct jw *w, const struct sql_lineage *l); /* the same without the braces */

#endif
