/* PostgreSQL's own grammar: libpg_query 13 to 17, whose library (2.5 MB, 1774 symbols) is opened only when SQL is read:
 * $WEIR_PG_QUERY
 * ("off" = it is not wanted), else as Debian and upstream name it. */
#ifndef WEIR_EDGE_LINEAGE_PG_QUERY_H
#define WEIR_EDGE_LINEAGE_PG_QUERY_H

#include "base/arena.h"
#include "base/err.h"

struct pg_syntax { /* where the grammar stopped; 1.. each, columns in characters */
    size_t line, column;
};

/* The tree of a text, which engine/lineage/sql_tree.h reads, as JSON in `a`. Give it only what sql_tree_fits.
 * Errors  ERR_NOT_FOUND (no library), ERR_INPUT (not this grammar; `bad` says where), ERR_LIMIT (the arena or a
 * thread). Thread  any. The grammar runs on a thread of its own, because it recurses as deep as the text is nested and
 * knows no limit. */
MUST_USE err pg_query_tree(str text, struct arena *a, str *tree, struct pg_syntax *bad);

#endif
