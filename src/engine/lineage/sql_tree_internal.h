/* What the two files that read a parse tree share. A node is {"Kind": {fields}}; a field of a fixed kind holds the
 * fields at once. */
#ifndef WEIR_ENGINE_LINEAGE_SQL_TREE_INTERNAL_H
#define WEIR_ENGINE_LINEAGE_SQL_TREE_INTERNAL_H

#include "engine/lineage/sql_internal.h"
#include "engine/lineage/sql_tree.h"

/* The tokens of p are those of the same text: names of unnamed columns are cut from it as the reader of tokens does. */
struct tree {
    struct parser p;
    int depth;
    bool deep; /* SQL_TREE_DEPTH_MAX was reached */
};

bool tree_enter(struct tree *t); /* false: too deep, or no memory is left; nothing was entered */
static inline void tree_leave(struct tree *t)
{
    t->depth--;
}
json *tree_list(json *fields, const char *key); /* an array, or NULL, which is an empty one */
#define tree_each(list, i, n, node)                                                                                    \
    for ((i) = 0, (n) = yyjson_arr_size(list), (node) = (n) ? unsafe_yyjson_get_first(list) : NULL; (i) < (n);         \
         (i)++, (node) = (i) < (n) ? unsafe_yyjson_get_next(node) : NULL)

/* Text of the result: a copy, because the tree goes. */
str tree_text(struct tree *t, json *value);
str tree_string(struct tree *t, json *node);               /* of {"String": {"sval": ...}}; empty when it is none */
void tree_strings(struct tree *t, json *list, struct name *out); /* a list of them as the parts of a name */
struct item *tree_names(struct tree *t, json *list);       /* as items with aliases */
struct item *tree_listed(struct tree *t, json *list, const char *kind,
                         const char *field);               /* the same of {kind: {field: ...}} */
struct name tree_relation(struct tree *t, json *range);    /* of the fields of a RangeVar */

/* sql_tree_expr.c */
void tree_expr(struct tree *t, json *node, struct expr *e, enum flow_kind kind);
struct cond **tree_cond(struct tree *t, struct cond **end, json *node, enum flow_kind kind);  /* nothing for NULL */
struct cond **tree_conds(struct tree *t, struct cond **end, json *list, enum flow_kind kind); /* one for each */
size_t tree_token_at(const struct parser *p, int64_t at); /* the first token at or behind that byte */
struct item *tree_item(struct tree *t, json *target); /* of a ResTarget in a select list */
/* sql_tree_query.c */
struct query *tree_query(struct tree *t, json *node); /* {"SelectStmt": ...} or its fields; never NULL */
struct cte *tree_cte(struct tree *t, json *fields);    /* of a CommonTableExpr; of a change its query is empty */
struct item *tree_items(struct tree *t, json *list);   /* a select list */
struct source **tree_source(struct tree *t, struct source **end, json *node, struct cond ***conds);
struct source *tree_relation_source(struct tree *t, json *range);

#endif
