/* Queries of a parse tree: WITH, the branches of a union, FROM, the clauses of a SELECT. */
#include "engine/lineage/sql_tree_internal.h"

/* --- FROM --- */

static void alias_of(struct tree *t, json *fields, struct source *s)
{
    json *alias = json_get(fields, "alias");
    if (!alias) return;
    s->alias = tree_text(t, json_get(alias, "aliasname"));
    s->columns = tree_names(t, tree_list(alias, "colnames"));
}

static struct source *source_new(struct tree *t, enum source_kind kind)
{
    struct source *s = NODE(&t->p, source);
    expr_init(&s->args);
    s->kind = kind;
    return s;
}

struct source *tree_relation_source(struct tree *t, json *range)
{
    struct source *s = source_new(t, SOURCE_TABLE);
    s->name = tree_relation(t, range);
    alias_of(t, range, s);
    return s;
}

static struct source *function_source(struct tree *t, json *range)
{
    struct source *s = source_new(t, SOURCE_FUNCTION);
    json *call =
        yyjson_arr_get_first(tree_list(json_get(yyjson_arr_get_first(tree_list(range, "functions")), "List"), "items"));
    tree_strings(t, tree_list(json_get(call, "FuncCall"), "funcname"), &s->name);
    tree_expr(t, json_get(range, "functions"), &s->args, FLOW_TRANSFORMATION);
    alias_of(t, range, s);
    if (!s->columns) s->columns = tree_listed(t, tree_list(range, "coldeflist"), "ColumnDef", "colname");
    return s;
}

static struct source *table_function(struct tree *t, json *range)
{
    struct source *s = source_new(t, SOURCE_FUNCTION);
    tree_expr(t, json_get(range, "rowexpr"), &s->args, FLOW_TRANSFORMATION);
    tree_expr(t, json_get(range, "docexpr"), &s->args, FLOW_TRANSFORMATION);
    alias_of(t, range, s);
    return s;
}

static struct source *query_source(struct tree *t, json *range)
{
    struct source *s = source_new(t, SOURCE_QUERY);
    s->query = tree_query(t, json_get(range, "subquery"));
    alias_of(t, range, s);
    return s;
}

static struct source *one_source(struct tree *t, json *node)
{
    json *sample = json_get(json_get(node, "RangeTableSample"), "relation"), *v;
    if (sample) node = sample;
    if ((v = json_get(node, "RangeVar"))) return tree_relation_source(t, v);
    if ((v = json_get(node, "RangeSubselect"))) return query_source(t, v);
    if ((v = json_get(node, "RangeFunction"))) return function_source(t, v);
    return table_function(t, json_get(node, "RangeTableFunc"));
}

static void join_condition(struct tree *t, json *join, struct cond ***conds)
{
    *conds = tree_cond(t, *conds, json_get(join, "quals"), FLOW_JOIN);
    struct item *shared = tree_names(t, tree_list(join, "usingClause"));
    struct cond *c = shared ? NODE(&t->p, cond) : NULL;
    if (!c || t->p.full) return;
    **conds = c, *conds = &c->next;
    c->kind = FLOW_JOIN;
    expr_init(&c->expr);
    for (; shared; shared = shared->next)
        expr_add_ref(&t->p, &c->expr, &(struct name){ { shared->alias }, 1 }, FLOW_JOIN);
    for (struct ref *r = c->expr.refs; r; r = r->next) r->everywhere = true;
}

/* Joins lean to the left: (a JOIN b) JOIN c. The spine is gone down in a loop. */
static struct source **joined(struct tree *t, struct source **end, json *join, struct cond ***conds)
{
    size_t n = 0;
    json *leftmost = NULL;
    for (json *at = join; at; at = json_get(leftmost, "JoinExpr")) leftmost = json_get(at, "larg"), n++;
    json **joins = node_new(&t->p, n * sizeof *joins);
    if (t->p.full) return end;
    for (size_t i = n; i-- > 0; join = json_get(json_get(join, "larg"), "JoinExpr")) joins[i] = join;
    end = tree_source(t, end, leftmost, conds);
    for (size_t i = 0; i < n; i++) {
        end = tree_source(t, end, json_get(joins[i], "rarg"), conds);
        join_condition(t, joins[i], conds);
    }
    return end;
}

struct source **tree_source(struct tree *t, struct source **end, json *node, struct cond ***conds)
{
    if (!node || !tree_enter(t)) return end;
    json *join = json_get(node, "JoinExpr");
    if (join) {
        end = joined(t, end, join, conds);
    } else {
        struct source *s = one_source(t, node);
        if (!t->p.full) *end = s, end = &s->next;
    }
    tree_leave(t);
    return end;
}

/* --- SELECT --- */

struct item *tree_items(struct tree *t, json *list)
{
    struct item *first = NULL, **end = &first;
    size_t i, n;
    json *node;
    tree_each(list, i, n, node)
    {
        struct item *it = tree_item(t, json_get(node, "ResTarget"));
        if (t->p.full) break;
        *end = it, end = &it->next;
    }
    return first;
}

/* The first row gives the columns; the others may hold queries. */
static void values(struct tree *t, json *rows, struct select *s)
{
    struct item **end = &s->items;
    struct cond **conds = &s->conds;
    size_t i, n, k, m;
    json *row, *node;
    tree_each(rows, i, n, row)
    {
        json *items = tree_list(json_get(row, "List"), "items");
        if (i) conds = tree_conds(t, conds, items, FLOW_TRANSFORMATION);
        else
            tree_each(items, k, m, node)
            {
                struct item *it = NODE(&t->p, item);
                if (t->p.full) return;
                expr_init(&it->expr);
                tree_expr(t, node, &it->expr, FLOW_IDENTITY);
                it->alias = values_name(&t->p, k + 1);
                *end = it, end = &it->next;
            }
    }
}

static void windows(struct tree *t, json *list, struct cond ***conds)
{
    size_t i, n;
    json *node;
    tree_each(list, i, n, node)
    {
        json *w = json_get(node, "WindowDef");
        *conds = tree_conds(t, *conds, tree_list(w, "partitionClause"), FLOW_WINDOW);
        *conds = tree_conds(t, *conds, tree_list(w, "orderClause"), FLOW_WINDOW);
    }
}

static void select_core(struct tree *t, json *v, struct query *q, struct select *s)
{
    struct source **sources = &s->sources;
    struct cond **conds = &s->conds;
    json *into = json_get(json_get(v, "intoClause"), "rel");
    size_t i, n;
    json *node;
    if (json_get(v, "valuesLists")) values(t, tree_list(v, "valuesLists"), s);
    else s->items = tree_items(t, tree_list(v, "targetList"));
    while (*conds) conds = &(*conds)->next;
    if (into) q->into = tree_relation(t, into);
    tree_each(tree_list(v, "fromClause"), i, n, node) sources = tree_source(t, sources, node, &conds);
    conds = tree_cond(t, conds, json_get(v, "whereClause"), FLOW_FILTER);
    conds = tree_conds(t, conds, tree_list(v, "groupClause"), FLOW_GROUP_BY);
    conds = tree_cond(t, conds, json_get(v, "havingClause"), FLOW_FILTER);
    windows(t, tree_list(v, "windowClause"), &conds);
    (void)tree_conds(t, conds, tree_list(v, "sortClause"), FLOW_SORT);
}

static bool is_union(json *v)
{
    str op = json_get_str(v, "op");
    return op.len && !STR_IS(op, "SETOP_NONE");
}

static json *select_fields(json *node)
{
    json *wrapped = json_get(node, "SelectStmt");
    return wrapped ? wrapped : node;
}

/* Is it a union that may be taken apart: no WITH, ORDER BY or LIMIT of its own stands around it? */
static bool is_open_union(json *v)
{
    return is_union(v) && !json_get(v, "withClause") && !json_get(v, "sortClause") && !json_get(v, "limitCount");
}

static struct select *branch(struct tree *t, json *node, struct query *q)
{
    struct select *s = NODE(&t->p, select);
    json *v = select_fields(node);
    if (t->p.full) return s;
    if (is_union(v) || json_get(v, "withClause")) s->inner = tree_query(t, v);
    else select_core(t, v, q, s);
    return s;
}

/* a UNION b UNION c leans to the left. */
static void branches(struct tree *t, json *v, struct query *q)
{
    size_t n = 1;
    json *left = select_fields(json_get(v, "larg"));
    for (json *at = left; is_open_union(at); at = select_fields(json_get(at, "larg"))) n++;
    json **rights = node_new(&t->p, n * sizeof *rights);
    if (t->p.full) return;
    for (size_t i = n; i-- > 0; v = left) {
        rights[i] = json_get(v, "rarg");
        left = select_fields(json_get(v, "larg"));
    }
    struct select **end = &q->selects, *s = branch(t, left, q);
    for (size_t i = 0; !t->p.full; s = branch(t, rights[i++], q)) {
        *end = s, end = &s->next;
        if (i == n) return;
    }
}

struct cte *tree_cte(struct tree *t, json *v)
{
    struct cte *c = NODE(&t->p, cte);
    json *query = json_get(json_get(v, "ctequery"), "SelectStmt");
    if (t->p.full) return c;
    c->name = tree_text(t, json_get(v, "ctename"));
    c->columns = tree_names(t, tree_list(v, "aliascolnames"));
    c->query = query ? tree_query(t, query) : NODE(&t->p, query);
    return c;
}

static struct cte *ctes_of(struct tree *t, json *with)
{
    struct cte *first = NULL, **end = &first;
    size_t i, n;
    json *node;
    tree_each(tree_list(with, "ctes"), i, n, node)
    {
        struct cte *c = tree_cte(t, json_get(node, "CommonTableExpr"));
        if (t->p.full) break;
        *end = c, end = &c->next;
    }
    return first;
}

struct query *tree_query(struct tree *t, json *node)
{
    struct query *q = NODE(&t->p, query);
    json *v = select_fields(node);
    if (t->p.full || !tree_enter(t)) return q;
    q->ctes = ctes_of(t, json_get(v, "withClause"));
    if (is_union(v)) {
        branches(t, v, q);
        (void)tree_conds(t, &q->conds, tree_list(v, "sortClause"), FLOW_SORT);
    } else {
        q->selects = NODE(&t->p, select);
        if (!t->p.full) select_core(t, v, q, q->selects);
    }
    tree_leave(t);
    return q;
}
