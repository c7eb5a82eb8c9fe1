/* SQL as everybody at the edge reads it: by PostgreSQL's own grammar where that is installed and can, else by weir's
 * tolerant reader. Names are resolved by the same code either way (engine/lineage). */
#ifndef WEIR_EDGE_LINEAGE_SQL_READ_H
#define WEIR_EDGE_LINEAGE_SQL_READ_H

#include "edge/lineage/pg_query.h"
#include "engine/lineage/sql.h"

/* How a text was read. */
struct sql_note {
    bool by_postgres;
    err why_not; /* when it was not, and the dialect is PostgreSQL or not known: ERR_NOT_FOUND, ERR_INPUT, ERR_LIMIT */
    struct pg_syntax bad;   /* with ERR_INPUT */
};

/* As sql_lineage. PostgreSQL's grammar is asked when the dialect is PostgreSQL or SQL_AUTO; what it does not take is no
 * error. note    may be NULL.   Thread: any. */
MUST_USE err sql_read(str text, const struct sql_options *opts, struct arena *a, struct sql_lineage *out,
                      struct sql_note *note);

#endif
