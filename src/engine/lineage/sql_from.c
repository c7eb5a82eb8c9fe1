/* FROM: tables, queries, functions, joins, and what may stand behind each of them. */
#include "engine/lineage/sql_internal.h"

/* Does a name stand here that is an alias, and not the next clause or statement? */
static bool is_alias(const struct parser *p)
{
    const struct token *t = tok(p);
    if (t->type == TOK_STRING) return true;
    if (t->type != TOK_NAME) return t->type == TOK_TEMPLATE && !t->starts_line;
    if (t->quoted) return true;
    unsigned flags = sql_word_flags(t->word);
    if (flags & WORD_HARD) return false;
    if ((flags & WORD_STMT) && t->starts_line) return false;
    return !(flags & (WORD_STOP | WORD_OPER)) && !is_word(t, W_OFFSET) && !is_word(t, W_APPLY);
}

bool parse_alias(struct parser *p, str *out)
{
    *out = STR("");
    bool as = is_word(tok(p), W_AS) && tok_at(p, 1)->type != TOK_OPEN;
    const struct token *next = tok_at(p, as ? 1 : 0);
    if (as && (next->type == TOK_NAME || next->type == TOK_STRING || next->type == TOK_TEMPLATE)) step(p);
    else if (as || !is_alias(p)) return false;
    *out = tok(p)->text;
    step(p);
    return true;
}

static void source_init(struct source *s)
{
    expr_init(&s->args);
}

/* --- What may follow a table --- */

/* FOR SYSTEM_TIME AS OF x, AT (TIMESTAMP => x), BEFORE (...), VERSION AS OF 3, TABLESAMPLE (...), WITH (NOLOCK),
 * @dblink, PARTITION (...) */
static bool modifier(struct parser *p)
{
    const struct token *t = tok(p), *u = tok_at(p, 1);
    bool of_time = is_word(t, W_FOR) && (is_word(u, W_SYSTEM_TIME) || is_word(u, W_VERSION) || is_word(u, W_TIMESTAMP));
    bool as_of = (is_word(t, W_VERSION) || is_word(t, W_TIMESTAMP)) && is_word(u, W_AS);
    if (of_time || as_of) {
        step(p);
        while (!is_word(tok(p), W_AS) && tok(p)->type == TOK_NAME) step(p);
        p->i += 2;
        struct expr ignored;
        expr_init(&ignored);
        size_t before = p->i;
        parse_expr(p, &ignored, FLOW_FILTER);
        return p->i > before;
    }
    bool parens = (is_word(t, W_AT) || is_word(t, W_BEFORE) || is_word(t, W_WITH) || is_word(t, W_PARTITION)) &&
                  u->type == TOK_OPEN;
    if (parens) {
        step(p);
        skip_parens(p);
    } else if (is_word(t, W_TABLESAMPLE)) {
        step(p);
        while (tok(p)->type == TOK_NAME && tok_at(p, 1)->type == TOK_OPEN) step(p);
        skip_parens(p);
        if (tok(p)->type == TOK_NAME && str_eq_nocase(tok(p)->text, STR("repeatable"))) step(p), skip_parens(p);
    } else if (is_word(t, W_WITH) && is_word(u, W_ORDINALITY)) {
        p->i += 2;
    } else if (is_word(t, W_ONLY)) {
        step(p);
    } else return false;
    return true;
}

static void add_column(struct parser *p, struct item ***end, str name, const struct expr *e)
{
    struct item *it = NODE(p, item);
    if (p->full) return;
    it->alias = name;
    it->expr = *e;
    **end = it;
    *end = &it->next;
}

/* IN (v AS a, 'w', ...) of a pivot: each value is a column. */
static void pivot_values(struct parser *p, struct source *s, const struct expr *e)
{
    struct item **end = &s->added;
    while (!p->full && *end) end = &(*end)->next;
    size_t close = tok(p)->match;
    for (step(p); p->i < close && !p->full; take_type(p, TOK_COMMA)) {
        str name = tok(p)->text, alias;
        size_t before = p->i;
        while (p->i < close && tok(p)->type != TOK_COMMA) {
            if (is_word(tok(p), W_AS) && parse_alias(p, &alias)) name = alias;
            else if (tok(p)->type == TOK_OPEN) skip_parens(p);
            else step(p);
        }
        add_column(p, &end, name, e);
        if (p->i == before) step(p);
    }
    p->i = close;
    step(p);
}

/* PIVOT (sum(x) AS s FOR c IN (...)), UNPIVOT (v FOR n IN (a, b)) */
static bool pivot(struct parser *p, struct source *s)
{
    const struct token *t = tok(p);
    bool un = is_word(t, W_UNPIVOT);
    if (!un && !is_word(t, W_PIVOT)) return false;
    while (tok(p)->type == TOK_NAME) step(p); /* also INCLUDE NULLS */
    if (tok(p)->type != TOK_OPEN) return true;
    size_t close = tok(p)->match;
    step(p);
    struct expr e;
    expr_init(&e);
    str value = tok(p)->text;
    while (p->i < close && !is_word(tok(p), W_FOR) && !p->full) {
        size_t before = p->i;
        if (un) step(p);
        else parse_expr(p, &e, FLOW_IDENTITY);
        if (p->i == before) step(p);
    }
    take(p, W_FOR);
    struct name by = { 0 };
    if (parse_name(p, &by) && !un) expr_add_ref(p, &e, &by, FLOW_CONDITIONAL);
    take(p, W_IN);
    if (un && tok(p)->type == TOK_OPEN) {
        struct item **end = &s->added;
        for (struct item *c = parse_column_list(p); c; c = c->next)
            expr_add_ref(p, &e, &(struct name){ { c->alias }, 1 }, FLOW_TRANSFORMATION);
        add_column(p, &end, value, &e);
    } else if (tok(p)->type == TOK_OPEN) pivot_values(p, s, &e);
    p->i = close;
    step(p);
    return true;
}

static void alias_and_columns(struct parser *p, struct source *s)
{
    str alias;
    if (is_word(tok(p), W_AS) && tok_at(p, 1)->type == TOK_OPEN) step(p); /* AS (a int, b text) */
    else if (parse_alias(p, &alias)) s->alias = alias;
    else return;
    if (tok(p)->type == TOK_OPEN && !at_query(p, 1) && tok_at(p, 1)->type == TOK_NAME &&
        !is_word(tok_at(p, 1), W_NOLOCK))
        s->columns = parse_column_list(p);
}

static void after_source(struct parser *p, struct source *s)
{
    bool named = false; /* a pivot behind an alias may have one of its own */
    for (bool more = true; more && !p->full;) {
        size_t before = p->i;
        if (pivot(p, s)) named = false;
        else if (!modifier(p) && !named) {
            alias_and_columns(p, s);
            named = p->i > before;
        }
        more = p->i > before;
    }
    if (tok(p)->type == TOK_OPEN && is_word(tok_at(p, 1), W_NOLOCK)) skip_parens(p);
}

/* --- The source itself --- */

/* project-name.set.table of BigQuery: no table is subtracted from another. */
static void dashed(struct parser *p, struct name *n)
{
    while (n->n == 1 && is_op(tok(p), "-") && tok(p)->glued && tok_at(p, 1)->glued &&
           (tok_at(p, 1)->type == TOK_NAME || tok_at(p, 1)->type == TOK_NUMBER)) {
        const char *from = n->part[0].ptr;
        step(p);
        str last = tok(p)->text;
        bool behind = last.ptr > from && last.ptr < from + 256; /* both are views of the text, not folded copies */
        if (tok(p)->type == TOK_NAME) {
            struct name rest;
            parse_name(p, &rest);
            if (behind) n->part[0] = str_span(from, rest.part[0].ptr + rest.part[0].len);
            for (size_t i = 1; i < rest.n && n->n < NAME_PARTS_MAX; i++) n->part[n->n++] = rest.part[i];
        } else step(p);
    }
}

static void function_source(struct parser *p, struct source *s)
{
    s->kind = SOURCE_FUNCTION;
    size_t close = tok(p)->match;
    bool query = at_query(p, 1);
    step(p);
    if (query) {
        s->kind = SOURCE_QUERY;
        s->query = parse_query(p);
    }
    while (p->i < close && !p->full) {
        size_t before = p->i;
        parse_expr(p, &s->args, FLOW_TRANSFORMATION);
        if (p->i == before) step(p);
    }
    p->i = close;
    step(p);
}

static void named_source(struct parser *p, struct source *s)
{
    if (tok(p)->type == TOK_STRING || tok(p)->type == TOK_VARIABLE) { /* 's3://a/b.parquet', @stage/path */
        s->name = (struct name){ { tok(p)->text }, 1 };
        step(p);
        return;
    }
    if (!parse_name(p, &s->name)) return;
    dashed(p, &s->name);
    if (s->name.n > 1 && str_find(s->name.part[1], STR("/"), 0) >= 0) /* parquet.`a/b` of Spark: the path */
        s->name = (struct name){ { s->name.part[s->name.n - 1] }, 1 };
    bool table = s->name.n == 1 && str_eq_nocase(s->name.part[0], STR("table")) && tok(p)->type == TOK_OPEN;
    bool hint = tok(p)->type == TOK_OPEN && is_word(tok_at(p, 1), W_NOLOCK);
    if (table) {
        function_source(p, s);
    } else if (tok(p)->type == TOK_OPEN && !hint) function_source(p, s);
}

struct source *parse_source(struct parser *p, struct cond ***conds, struct source ***end)
{
    take(p, W_LATERAL);
    if (is_word(tok(p), W_ONLY) && tok_at(p, 1)->type == TOK_NAME) step(p);
    struct source *s = NODE(p, source);
    source_init(s);
    if (p->full) return s;
    if (tok(p)->type == TOK_OPEN && !at_query(p, 1)) { /* (a JOIN b ON ...) */
        size_t close = tok(p)->match;
        if (!enter(p)) {
            skip_parens(p);
            return s;
        }
        step(p);
        struct source *group = parse_sources(p, conds);
        leave(p);
        p->i = close;
        take_type(p, TOK_CLOSE);
        **end = group;
        while (!p->full && **end) *end = &(**end)->next;
        str alias;
        bool one = group && !group->next;
        if (one) after_source(p, group);
        else parse_alias(p, &alias);
        return group ? group : s;
    }
    if (tok(p)->type == TOK_OPEN) {
        size_t close = tok(p)->match;
        step(p);
        s->kind = SOURCE_QUERY;
        s->query = parse_query(p);
        p->i = close;
        take_type(p, TOK_CLOSE);
    } else named_source(p, s);
    after_source(p, s);
    **end = s;
    *end = &s->next;
    return s;
}

/* LATERAL VIEW [OUTER] explode(x) t AS a, b */
static bool lateral_view(struct parser *p, struct source ***end)
{
    if (!is_word(tok(p), W_LATERAL) || !is_word(tok_at(p, 1), W_VIEW)) return false;
    p->i += 2;
    take(p, W_OUTER);
    struct source *s = NODE(p, source);
    source_init(s);
    struct name function;
    if (p->full || !parse_name(p, &function) || tok(p)->type != TOK_OPEN) return true;
    s->name = function;
    function_source(p, s);
    if (is_alias(p)) s->alias = tok(p)->text, step(p);
    struct item **columns = &s->columns;
    if (take(p, W_AS))
        do {
            struct item *c = NODE(p, item);
            if (p->full || tok(p)->type != TOK_NAME) break;
            c->alias = tok(p)->text;
            *columns = c, columns = &c->next;
            step(p);
        } while (take_type(p, TOK_COMMA));
    **end = s;
    *end = &s->next;
    return true;
}

/* NATURAL LEFT OUTER JOIN, CROSS APPLY, ...: false when none stands here. */
static bool join_words(struct parser *p)
{
    size_t k = 0;
    for (; k < 6; k++) {
        const struct token *t = tok_at(p, k);
        if (is_word(t, W_JOIN) || is_word(t, W_STRAIGHT_JOIN) || is_word(t, W_APPLY)) {
            p->i += k + 1;
            return true;
        }
        bool before = is_word(t, W_NATURAL) || is_word(t, W_INNER) || is_word(t, W_LEFT) || is_word(t, W_RIGHT) ||
                      is_word(t, W_FULL) || is_word(t, W_OUTER) || is_word(t, W_CROSS) || is_word(t, W_SEMI) ||
                      is_word(t, W_ANTI) || is_word(t, W_ASOF) || is_word(t, W_ANY) || is_word(t, W_ALL) ||
                      is_word(t, W_GLOBAL);
        if (!before) return false;
    }
    return false;
}

static void join_condition(struct parser *p, struct cond ***conds)
{
    if (take(p, W_ON)) {
        struct cond *c = NODE(p, cond);
        if (p->full) return;
        **conds = c, *conds = &c->next;
        c->kind = FLOW_JOIN;
        expr_init(&c->expr);
        parse_expr(p, &c->expr, FLOW_JOIN);
    } else if (is_word(tok(p), W_USING) && tok_at(p, 1)->type == TOK_OPEN) {
        struct cond **added = *conds;
        step(p);
        *conds = add_cond(p, *conds, FLOW_JOIN);
        for (struct cond *c = p->full ? NULL : *added; c; c = c->next)
            for (struct ref *r = c->expr.refs; r; r = r->next) r->everywhere = r->name.n == 1;
    }
}

struct source *parse_sources(struct parser *p, struct cond ***conds)
{
    struct source *first = NULL, **end = &first;
    if (!enter(p)) return NULL;
    parse_source(p, conds, &end);
    while (!p->full) {
        if (join_words(p)) parse_source(p, conds, &end);
        else if (tok(p)->type == TOK_COMMA) step(p), parse_source(p, conds, &end);
        else if (is_word(tok(p), W_ON) && (is_word(tok_at(p, 1), W_CONFLICT) || is_word(tok_at(p, 1), W_DUPLICATE)))
            break; /* of INSERT */
        else if (is_word(tok(p), W_ON) || (is_word(tok(p), W_USING) && tok_at(p, 1)->type == TOK_OPEN))
            join_condition(p, conds);
        else if (!lateral_view(p, &end)) break;
    }
    leave(p);
    return first;
}
