/* The lineage of a text that PostgreSQL's own grammar has read: its parse tree, as libpg_query 13 to 17 writes it in
 * JSON, is put into the form that the reader of sql.h makes of tokens, and names are resolved by the same code. So
 * answers differ only where the grammar knows better. */
#ifndef WEIR_ENGINE_LINEAGE_SQL_TREE_H
#define WEIR_ENGINE_LINEAGE_SQL_TREE_H

#include "base/json.h"
#include "engine/lineage/sql.h"

enum {
    SQL_TREE_TEXT_MAX = 256 << 10, /* bytes of a text that is given to the grammar: each may make 75 bytes of JSON */
    SQL_TREE_DEPTH_MAX = 1000,     /* levels of JSON within one another, chains of operators and unions apart */
};

/* May the grammar be given this text? No: it is longer than SQL_TREE_TEXT_MAX, holds a NUL, or assigns (a, b, ...) = so
 * often that the tree, which repeats the right side for each of them, would outgrow memory. scratch: some 60 bytes for
 * each of the text. */
bool sql_tree_fits(str text, struct arena *scratch);

/* As sql_lineage. tree: {"stmts": [...]}; nothing of it is referred to afterwards. What is no such tree reads as
 * statements passed over. Errors  ERR_LIMIT (as sql_lineage, or deeper than SQL_TREE_DEPTH_MAX).   Thread: any. */
MUST_USE err sql_lineage_tree(str text, json *tree, const struct sql_options *opts, struct arena *a,
                              struct sql_lineage *out);

#endif
