/* Statements of a parse tree: what each writes, and from what. One row a kind; the others are counted. */
#include "engine/lineage/sql_tree_internal.h"

typedef bool tree_fn(struct tree *t, json *v, struct stmt *st); /* false: it says nothing of tables */

static bool dispatch(struct tree *t, json *node, struct stmt *st);

/* --- Queries, and what changes rows --- */

static bool is_change(json *query)
{
    return json_get(query, "InsertStmt") || json_get(query, "UpdateStmt") || json_get(query, "DeleteStmt") ||
           json_get(query, "MergeStmt");
}

/* What a change gives back, as a query over the table it changed and those it looked into. */
static struct query *returning(struct tree *t, json *change)
{
    struct query *q = NODE(&t->p, query);
    struct select *s = NODE(&t->p, select);
    struct cond *ignored = NULL, **conds = &ignored;
    size_t i, n;
    json *key, *v = NULL, *node;
    json_obj_foreach(change, i, n, key, v) break;
    if (t->p.full) return q;
    q->selects = s;
    s->items = tree_items(t, tree_list(v, "returningList"));
    s->sources = tree_relation_source(t, json_get(v, "relation"));
    struct source **end = &s->sources->next;
    json *from = json_get(v, "fromClause") ? json_get(v, "fromClause") : json_get(v, "usingClause");
    tree_each(yyjson_is_arr(from) ? from : NULL, i, n, node) end = tree_source(t, end, node, &conds);
    return q;
}

/* WITH of a statement: also changes, as in WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone.
 */
static struct cte *statement_ctes(struct tree *t, json *with, struct stmt *st)
{
    struct cte *first = NULL, **end = &first;
    size_t i, n;
    json *node;
    tree_each(tree_list(with, "ctes"), i, n, node)
    {
        json *v = json_get(node, "CommonTableExpr"), *query = json_get(v, "ctequery");
        struct cte *c = tree_cte(t, v);
        if (t->p.full) break;
        const char *kind = st->kind;
        if (is_change(query) && dispatch(t, query, st)) c->query = returning(t, query);
        st->kind = kind;
        *end = c, end = &c->next;
    }
    return first;
}

static bool changes_within(json *with)
{
    size_t i, n;
    json *node;
    tree_each(tree_list(with, "ctes"), i, n, node)
        if (is_change(json_get(json_get(node, "CommonTableExpr"), "ctequery"))) return true;
    return false;
}

static bool read_query(struct tree *t, json *v, struct stmt *st)
{
    st->kind = "select";
    st->query = tree_query(t, v);
    json *with = json_get(v, "withClause");
    if (!t->p.full && changes_within(with)) st->ctes = st->query->ctes = statement_ctes(t, with, st);
    return true;
}

/* SET t.a = x of a table t: other dialects write so, and parse; to PostgreSQL it is a field of a column t. */
static str assigned(struct tree *t, json *target, const struct source *own)
{
    str name = tree_text(t, json_get(target, "name"));
    str field = tree_string(t, yyjson_arr_get_first(tree_list(target, "indirection")));
    bool table =
        str_eq_nocase(name, own->alias) || (own->name.n && str_eq_nocase(name, own->name.part[own->name.n - 1]));
    return table && field.len ? field : name;
}

/* SET a = x, (b, c) = (SELECT ...): each of the latter from all of it. */
static struct item **assignments(struct tree *t, struct item **end, json *list, const struct source *own)
{
    size_t i, n;
    json *node;
    tree_each(list, i, n, node)
    {
        json *target = json_get(node, "ResTarget"), *value = json_get(target, "val"),
             *many = json_get(value, "MultiAssignRef");
        struct item *it = NODE(&t->p, item);
        if (t->p.full) break;
        expr_init(&it->expr);
        it->alias = assigned(t, target, own);
        tree_expr(t, many ? json_get(many, "source") : value, &it->expr, many ? FLOW_TRANSFORMATION : FLOW_IDENTITY);
        *end = it, end = &it->next;
    }
    return end;
}

static struct target *writes(struct tree *t, struct stmt *st, json *relation)
{
    struct target *w = stmt_writes(&t->p, st);
    w->name = tree_relation(t, relation);
    return w;
}

static bool read_insert(struct tree *t, json *v, struct stmt *st)
{
    st->kind = "insert";
    st->ctes = statement_ctes(t, json_get(v, "withClause"), st);
    st->kind = "insert";
    struct target *w = writes(t, st, json_get(v, "relation"));
    if (t->p.full) return false;
    w->columns = tree_listed(t, tree_list(v, "cols"), "ResTarget", "name");
    if (json_get(v, "selectStmt")) w->query = tree_query(t, json_get(v, "selectStmt"));
    (void)assignments(t, &w->sets, tree_list(json_get(v, "onConflictClause"), "targetList"),
                      tree_relation_source(t, json_get(v, "relation")));
    for (struct item *s = w->sets; s; s = s->next)
        s->expr.refs = NULL; /* EXCLUDED is the row at hand: no new source but for queries */
    return true;
}

/* The table changed, as the first of its sources, and the others. */
static struct target *change(struct tree *t, json *v, struct stmt *st, json *others, const char *kind)
{
    size_t i, n;
    json *node;
    st->kind = kind;
    struct cte *ctes = statement_ctes(t, json_get(v, "withClause"), st);
    if (ctes) st->ctes = ctes;
    st->kind = kind;
    struct target *w = writes(t, st, json_get(v, "relation"));
    struct source *own = tree_relation_source(t, json_get(v, "relation")), **end = &own->next;
    if (t->p.full) return w;
    struct cond **conds = &w->conds;
    w->sources = own;
    tree_each(others, i, n, node) end = tree_source(t, end, node, &conds);
    (void)tree_cond(t, conds, json_get(v, "whereClause"), FLOW_FILTER);
    return w;
}

static bool read_update(struct tree *t, json *v, struct stmt *st)
{
    struct target *w = change(t, v, st, tree_list(v, "fromClause"), "update");
    if (!t->p.full) (void)assignments(t, &w->sets, tree_list(v, "targetList"), w->sources);
    return true;
}

static bool read_delete(struct tree *t, json *v, struct stmt *st)
{
    (void)change(t, v, st, tree_list(v, "usingClause"), "delete");
    return true;
}

/* INSERT (a, b) VALUES (x, y) of a MERGE, as assignments. */
static struct item **merge_values(struct tree *t, struct item **end, json *names, json *list)
{
    struct item *name = tree_listed(t, names, "ResTarget", "name");
    size_t i, n;
    json *node;
    tree_each(list, i, n, node)
    {
        struct item *it = NODE(&t->p, item);
        if (t->p.full) break;
        expr_init(&it->expr);
        tree_expr(t, node, &it->expr, FLOW_IDENTITY);
        if (name) it->alias = name->alias, name = name->next;
        *end = it, end = &it->next;
    }
    return end;
}

static bool read_merge(struct tree *t, json *v, struct stmt *st)
{
    struct target *w = change(t, v, st, NULL, "merge");
    size_t i, n;
    json *node;
    if (t->p.full) return false;
    struct cond **conds = &w->conds;
    struct item **sets = &w->sets;
    (void)tree_source(t, &w->sources->next, json_get(v, "sourceRelation"), &conds);
    conds = tree_cond(t, conds, json_get(v, "joinCondition"), FLOW_JOIN);
    tree_each(tree_list(v, "mergeWhenClauses"), i, n, node)
    {
        json *when = json_get(node, "MergeWhenClause");
        conds = tree_cond(t, conds, json_get(when, "condition"), FLOW_FILTER);
        bool insert = STR_IS(json_get_str(when, "commandType"), "CMD_INSERT");
        if (insert) sets = merge_values(t, sets, tree_list(when, "targetList"), tree_list(when, "values"));
        else sets = assignments(t, sets, tree_list(when, "targetList"), w->sources);
    }
    return true;
}

/* --- What makes, moves and drops tables --- */

static bool read_create_as(struct tree *t, json *v, struct stmt *st)
{
    json *into = json_get(v, "into"), *query = json_get(json_get(v, "query"), "SelectStmt");
    if (!query) return false; /* EXECUTE of a prepared one */
    str type = json_get_str(v, "objtype").len ? json_get_str(v, "objtype") : json_get_str(v, "relkind");
    (void)read_query(t, query, st);
    st->kind = STR_IS(type, "OBJECT_MATVIEW") ? "create_view" : "create_table";
    struct target *w = writes(t, st, json_get(into, "rel"));
    if (t->p.full) return false;
    w->columns = tree_names(t, tree_list(into, "colNames"));
    w->query = st->query;
    st->query = NULL;
    return true;
}

static bool read_view(struct tree *t, json *v, struct stmt *st)
{
    st->kind = "create_view";
    struct target *w = writes(t, st, json_get(v, "view"));
    if (t->p.full) return false;
    w->columns = tree_names(t, tree_list(v, "aliases"));
    w->query = tree_query(t, json_get(v, "query"));
    return true;
}

static bool read_create(struct tree *t, json *v, struct stmt *st)
{
    st->kind = "create_table";
    struct target *w = writes(t, st, json_get(v, "relation"));
    if (t->p.full) return false;
    struct item **end = &w->columns;
    size_t i, n;
    json *node;
    st->declares = true;
    tree_each(tree_list(v, "tableElts"), i, n, node)
    {
        json *column = json_get(node, "ColumnDef"), *like = json_get(json_get(node, "TableLikeClause"), "relation");
        struct name of = tree_relation(t, like);
        if (like) stmt_reads(&t->p, st, &of);
        struct item *it = column ? NODE(&t->p, item) : NULL;
        if (t->p.full) return false;
        if (!it) continue;
        it->alias = tree_text(t, json_get(column, "colname"));
        *end = it, end = &it->next;
    }
    return true;
}

static bool read_foreign(struct tree *t, json *v, struct stmt *st)
{
    json *base = json_get(v, "base_stmt") ? json_get(v, "base_stmt") : json_get(v, "base");
    return read_create(t, json_get(base, "CreateStmt") ? json_get(base, "CreateStmt") : base, st);
}

static bool read_copy(struct tree *t, json *v, struct stmt *st)
{
    json *file = json_get(v, "filename"), *relation = json_get(v, "relation");
    bool place = file && !json_bool(json_get(v, "is_program"), false), from = json_bool(json_get(v, "is_from"), false);
    struct name path = { { place ? tree_text(t, file) : STR("") }, place ? 1 : 0 }, table = tree_relation(t, relation);
    st->kind = "copy";
    if (relation && !from && !place) return false; /* to whoever asks */
    struct target *w = stmt_writes(&t->p, st);
    if (t->p.full) return false;
    w->name = from ? table : path;
    if (from) w->columns = tree_names(t, tree_list(v, "attlist"));
    if (!relation) w->query = tree_query(t, json_get(v, "query"));
    else if (!from || place) stmt_reads(&t->p, st, from ? &path : &table);
    return true;
}

static bool is_relation(str type)
{
    return STR_IS(type, "OBJECT_TABLE") || STR_IS(type, "OBJECT_VIEW") || STR_IS(type, "OBJECT_MATVIEW") ||
           STR_IS(type, "OBJECT_FOREIGN_TABLE");
}

static bool read_rename(struct tree *t, json *v, struct stmt *st)
{
    if (!is_relation(json_get_str(v, "renameType"))) return false;
    struct name from = tree_relation(t, json_get(v, "relation")), to = { { tree_text(t, json_get(v, "newname")) }, 1 };
    st->kind = "rename";
    return stmt_moves(&t->p, st, &from, &to);
}

static bool read_drop(struct tree *t, json *v, struct stmt *st)
{
    size_t i, n;
    json *node;
    if (!is_relation(json_get_str(v, "removeType"))) return false;
    st->kind = "drop";
    tree_each(tree_list(v, "objects"), i, n, node)
        tree_strings(t, tree_list(json_get(node, "List"), "items"), &stmt_writes(&t->p, st)->name);
    return true;
}

static bool read_truncate(struct tree *t, json *v, struct stmt *st)
{
    size_t i, n;
    json *node;
    st->kind = "delete";
    tree_each(tree_list(v, "relations"), i, n, node) (void)writes(t, st, json_get(node, "RangeVar"));
    return true;
}

static bool read_explained(struct tree *t, json *v, struct stmt *st)
{
    return dispatch(t, json_get(v, "query"), st);
}

static const struct {
    const char *kind;
    tree_fn *read;
} statements[] = {
    { "SelectStmt", read_query },      { "InsertStmt", read_insert },       { "UpdateStmt", read_update },
    { "DeleteStmt", read_delete },     { "MergeStmt", read_merge },         { "CreateTableAsStmt", read_create_as },
    { "ViewStmt", read_view },         { "CreateStmt", read_create },       { "CreateForeignTableStmt", read_foreign },
    { "CopyStmt", read_copy },         { "RenameStmt", read_rename },       { "DropStmt", read_drop },
    { "TruncateStmt", read_truncate }, { "ExplainStmt", read_explained },
};

static bool dispatch(struct tree *t, json *node, struct stmt *st)
{
    bool known = false;
    if (!tree_enter(t)) return false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements && !known; i++) {
        json *v = json_get(node, statements[i].kind);
        known = v && statements[i].read(t, v, st);
    }
    tree_leave(t);
    return known;
}

/* --- The whole text --- */

/* Where the statement's first word stands: the tree tells where the one before it ended. */
static uint32_t start_of(const struct tree *t, json *raw)
{
    int64_t at = json_get_i64(raw, "stmt_location", 0);
    size_t i = tree_token_at(&t->p, at);
    return t->p.t[i].at;
}

static err limits(const struct tree *t)
{
    if (t->deep) return err_make(ERR_LIMIT, "SQL is nested deeper than %d levels of its tree", SQL_TREE_DEPTH_MAX);
    return t->p.full ? err_make(ERR_LIMIT, "too little memory to read SQL") : OK;
}

static err one_statement(struct tree *t, json *raw, struct collector *c)
{
    struct stmt *st = NODE(&t->p, stmt);
    if (t->p.full) return limits(t);
    st->at = start_of(t, raw);
    st->kind = "other";
    bool known = dispatch(t, json_get(raw, "stmt"), st);
    err e = limits(t);
    if (!e.code && known && (st->targets || st->query)) return collect(c, st);
    t->p.skipped += !known;
    return e;
}

err sql_lineage_tree(str text, json *tree, const struct sql_options *opts, struct arena *a, struct sql_lineage *out)
{
    struct tree t = { .p = { .a = a, .text = text, .dialect = opts ? opts->dialect : SQL_AUTO } };
    struct collector c = { .a = a, .text = text, .line = 1, .out = out };
    struct token *tokens = NULL;
    size_t i, n;
    json *raw;
    *out = (struct sql_lineage){ 0 };
    err e = sql_tokens(text, SQL_POSTGRES, a, &tokens, &t.p.count);
    if (!e.code) e = session_new(opts, a, &c.session);
    t.p.t = tokens;
    tree_each(tree_list(tree, "stmts"), i, n, raw) if (!e.code) e = one_statement(&t, raw, &c);
    out->skipped = t.p.skipped;
    return e;
}
