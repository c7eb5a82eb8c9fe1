/* Expressions of a parse tree: which columns are in them, and as what. Kinds are those of sql_expr.c. */
#include "engine/lineage/sql_tree_internal.h"

static void walk(struct tree *t, json *value, struct expr *e, enum flow_kind kind);

bool tree_enter(struct tree *t)
{
    if (t->depth >= SQL_TREE_DEPTH_MAX) t->deep = true;
    if (t->deep || t->p.full) return false;
    t->depth++;
    return true;
}

json *tree_list(json *fields, const char *key)
{
    json *list = json_get(fields, key);
    return yyjson_is_arr(list) ? list : NULL;
}

/* --- Names --- */

str tree_text(struct tree *t, json *value)
{
    str s = json_str(value, STR(""));
    char *copy = arena_try(t->p.a, s.len + 1);
    if (!copy) {
        t->p.full = true;
        return STR("");
    }
    if (s.len) memcpy(copy, s.ptr, s.len);
    return (str){ copy, s.len };
}

str tree_string(struct tree *t, json *node)
{
    json *s = json_get(node, "String"), *text = json_get(s, "sval"); /* "str" up to version 14 */
    return text || json_get(s, "str") ? tree_text(t, text ? text : json_get(s, "str")) : STR("");
}

void tree_strings(struct tree *t, json *list, struct name *out)
{
    size_t i, n;
    json *node;
    *out = (struct name){ 0 };
    tree_each(list, i, n, node)
    {
        str part = tree_string(t, node);
        if (!part.len) continue; /* a * or an index */
        if (out->n == NAME_PARTS_MAX) out->part[NAME_PARTS_MAX - 1] = part;
        else out->part[out->n++] = part;
    }
}

static struct item *names(struct tree *t, json *list, const char *kind, const char *field)
{
    struct item *first = NULL, **end = &first;
    size_t i, n;
    json *node;
    tree_each(list, i, n, node)
    {
        struct item *it = NODE(&t->p, item);
        if (t->p.full) break;
        it->alias = kind ? tree_text(t, json_get(json_get(node, kind), field)) : tree_string(t, node);
        *end = it, end = &it->next;
    }
    return first;
}

struct item *tree_names(struct tree *t, json *list)
{
    return names(t, list, NULL, NULL);
}

struct item *tree_listed(struct tree *t, json *list, const char *kind, const char *field)
{
    return names(t, list, kind, field);
}

struct name tree_relation(struct tree *t, json *range)
{
    static const char *const keys[] = { "catalogname", "schemaname", "relname" };
    struct name out = { 0 };
    for (size_t i = 0; i < 3; i++)
        if (json_get(range, keys[i])) out.part[out.n++] = tree_text(t, json_get(range, keys[i]));
    return out;
}

/* --- Nodes that mean something; of all others their children are read --- */

static enum flow_kind deciding(enum flow_kind kind, enum flow_kind as)
{
    return flow_is_value(kind) ? as : kind;
}

static bool is_star(json *field)
{
    return json_get(field, "A_Star") != NULL;
}

static void column(struct tree *t, json *v, struct expr *e, enum flow_kind kind)
{
    json *fields = tree_list(v, "fields");
    if (is_star(yyjson_arr_get_last(fields))) return; /* count(t.*) */
    struct name name;
    tree_strings(t, fields, &name);
    if (name.n) expr_add_ref(&t->p, e, &name, kind);
}

static str single_name(struct tree *t, json *node)
{
    json *fields = tree_list(json_get(node, "ColumnRef"), "fields");
    return yyjson_arr_size(fields) == 1 ? tree_string(t, yyjson_arr_get_first(fields)) : STR("");
}

static bool is_text(json *node)
{
    json *c = json_get(node, "A_Const");
    return json_get(c, "sval") || json_get(json_get(c, "val"), "String");
}

/* datediff(day, a, b): the dialects that have it parse as this one, too, and day is no column. */
static void arguments(struct tree *t, json *list, struct expr *e, enum flow_kind kind, str function)
{
    bool unit = true;
    size_t i, n;
    json *node;
    tree_each(list, i, n, node)
    {
        if (i == 0 && is_text(node)) unit = false;
        str name = single_name(t, node);
        if (name.len && sql_is_word_argument(function, i, name, unit)) unit = false;
        else walk(t, node, e, kind);
    }
}

static void call(struct tree *t, json *v, struct expr *e, enum flow_kind kind)
{
    struct name name;
    tree_strings(t, tree_list(v, "funcname"), &name);
    str function = name.n ? name.part[name.n - 1] : STR("");
    enum flow_kind within = flow_is_value(kind) && sql_is_aggregate(function) ? FLOW_AGGREGATION : kind;
    bool group = json_bool(json_get(v, "agg_within_group"), false);
    arguments(t, tree_list(v, "args"), e, within, function);
    walk(t, json_get(v, "agg_order"), e, group ? deciding(kind, FLOW_AGGREGATION) : deciding(within, FLOW_WINDOW));
    walk(t, json_get(v, "agg_filter"), e, deciding(kind, FLOW_CONDITIONAL));
    walk(t, json_get(json_get(v, "over"), "partitionClause"), e, deciding(kind, FLOW_WINDOW));
    walk(t, json_get(json_get(v, "over"), "orderClause"), e, deciding(kind, FLOW_WINDOW));
}

static void choice(struct tree *t, json *v, struct expr *e, enum flow_kind kind)
{
    enum flow_kind condition = deciding(kind, FLOW_CONDITIONAL);
    size_t i, n;
    json *node;
    walk(t, json_get(v, "arg"), e, condition);
    tree_each(tree_list(v, "args"), i, n, node)
    {
        json *when = json_get(node, "CaseWhen");
        walk(t, json_get(when, "expr"), e, condition);
        walk(t, json_get(when, "result"), e, kind);
    }
    walk(t, json_get(v, "defresult"), e, kind);
}

static void subquery(struct tree *t, json *v, struct expr *e, enum flow_kind kind)
{
    walk(t, json_get(v, "testexpr"), e, kind);
    expr_add_sub(&t->p, e, tree_query(t, json_get(v, "subselect")), kind);
}

static void passed_over(struct tree *t, json *v, struct expr *e, enum flow_kind kind)
{
    (void)t, (void)v, (void)e, (void)kind;
}

typedef void node_fn(struct tree *t, json *v, struct expr *e, enum flow_kind kind);

static const struct {
    const char *kind;
    node_fn *read;
} nodes[] = {
    { "ColumnRef", column },    { "FuncCall", call },        { "CaseExpr", choice },      { "SubLink", subquery },
    { "A_Const", passed_over }, { "typeName", passed_over }, { "TypeName", passed_over }, { "ParamRef", passed_over },
    { "String", passed_over },  { "name", passed_over },
};

/* Chains as a || b || c lean to the left: their spine is gone down in a loop, so that depth is that of what is written
 * in parentheses. */
static json *left_of(json *node)
{
    json *chain = json_get(json_get(node, "A_Expr"), "lexpr");
    return chain ? chain : json_get(json_get(node, "TypeCast"), "arg");
}

static void spine(struct tree *t, json *node, struct expr *e, enum flow_kind kind)
{
    size_t n = 0;
    for (json *at = node; left_of(at); at = left_of(at)) n++;
    json **rights = node_new(&t->p, (n + 1) * sizeof *rights);
    if (t->p.full) return;
    n = 0;
    for (; left_of(node); node = left_of(node)) rights[n++] = json_get(json_get(node, "A_Expr"), "rexpr");
    for (walk(t, node, e, kind); n-- > 0;) walk(t, rights[n], e, kind);
}

static void fields(struct tree *t, json *value, struct expr *e, enum flow_kind kind)
{
    size_t i, n;
    json *key, *child;
    json_obj_foreach(value, i, n, key, child)
    {
        node_fn *read = NULL;
        for (size_t k = 0; k < sizeof nodes / sizeof *nodes && !read; k++)
            if (yyjson_equals_str(key, nodes[k].kind)) read = nodes[k].read;
        (read ? read : walk)(t, child, e, kind);
    }
}

static void walk(struct tree *t, json *value, struct expr *e, enum flow_kind kind)
{
    size_t i, n;
    json *child;
    if (!yyjson_is_ctn(value) || !tree_enter(t)) return;
    if (yyjson_is_arr(value)) {
        tree_each(value, i, n, child) walk(t, child, e, kind);
    } else if (left_of(value)) {
        spine(t, value, e, kind);
    } else {
        fields(t, value, e, kind);
    }
    tree_leave(t);
}

/* --- Whole expressions --- */

static int64_t whole_number(json *node)
{
    json *c = json_get(node, "A_Const"), *v = json_get(c, "ival");
    if (!v) v = json_get(json_get(c, "val"), "Integer");
    return json_get_i64(v, "ival", 0);
}

/* a::int is called a, as the reader of tokens has it; cast(a as int) is not. */
static bool is_cast_sign(const struct tree *t, json *cast)
{
    int64_t at = json_get_i64(cast, "location", -1);
    return at >= 0 && str_starts(str_cut(t->p.text, (size_t)at, 2), STR("::"));
}

void tree_expr(struct tree *t, json *node, struct expr *e, enum flow_kind kind)
{
    walk(t, node, e, kind);
    json *inside = node, *cast = json_get(node, "TypeCast");
    for (; cast && is_cast_sign(t, cast); cast = json_get(inside, "TypeCast")) inside = json_get(cast, "arg");
    bool column = json_get(inside, "ColumnRef") && e->refs;
    e->bare = column && inside == node;
    e->cast = column && inside != node;
    e->place = whole_number(node);
}

struct cond **tree_cond(struct tree *t, struct cond **end, json *node, enum flow_kind kind)
{
    json *sorted = json_get(json_get(node, "SortBy"), "node");
    if (!node) return end;
    struct cond *c = NODE(&t->p, cond);
    if (t->p.full) return end;
    *end = c;
    c->kind = kind;
    expr_init(&c->expr);
    tree_expr(t, sorted ? sorted : node, &c->expr, kind);
    return &c->next;
}

struct cond **tree_conds(struct tree *t, struct cond **end, json *list, enum flow_kind kind)
{
    size_t i, n;
    json *node;
    tree_each(list, i, n, node) end = tree_cond(t, end, node, kind);
    return end;
}

/* --- Select lists --- */

size_t tree_token_at(const struct parser *p, int64_t at)
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((int64_t)p->t[middle].at < at) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool star_item(struct tree *t, json *value, struct item *it)
{
    json *list = tree_list(json_get(value, "ColumnRef"), "fields");
    if (!is_star(yyjson_arr_get_last(list))) return false;
    it->star = true;
    tree_strings(t, list, &it->of);
    return true;
}

struct item *tree_item(struct tree *t, json *target)
{
    struct item *it = NODE(&t->p, item);
    json *value = json_get(target, "val");
    expr_init(&it->expr);
    if (t->p.full || star_item(t, value, it)) return it;
    tree_expr(t, value, &it->expr, FLOW_IDENTITY);
    if (json_get(target, "name")) it->alias = tree_text(t, json_get(target, "name"));
    else if (!it->expr.bare) it->raw = item_text(&t->p, tree_token_at(&t->p, json_get_i64(target, "location", 0)));
    return it;
}
