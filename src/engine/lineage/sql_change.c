/* UPDATE, DELETE and MERGE: what changes a table that is there. */
#include "engine/lineage/sql_internal.h"

/* --- SET a = x, (b, c) = (SELECT ...) --- */

static struct item *set_one(struct parser *p, struct item **end)
{
    struct item *it = NODE(p, item);
    struct name n;
    expr_init(&it->expr);
    if (p->full) return it;
    if (tok(p)->type == TOK_OPEN) { /* (a, b) = ...: each of them from all of it */
        struct item *columns = parse_column_list(p);
        step(p);
        parse_expr(p, &it->expr, FLOW_TRANSFORMATION);
        for (struct item *c = columns; c; c = c->next) c->expr = it->expr;
        *end = columns;
        while (*end) end = &(*end)->next;
        return NULL;
    }
    if (tok(p)->type == TOK_VARIABLE) step(p);
    if (parse_name(p, &n)) it->alias = n.part[n.n - 1];
    while (tok(p)->type == TOK_OP && !is_op(tok(p), "=") && !is_op(tok(p), ":=")) step(p); /* += */
    if (is_op(tok(p), "=") || is_op(tok(p), ":=")) step(p);
    parse_expr(p, &it->expr, FLOW_IDENTITY);
    *end = it;
    return it;
}

struct item *parse_sets(struct parser *p)
{
    struct item *first = NULL, **end = &first;
    while (!p->full) {
        size_t before = p->i;
        set_one(p, end);
        while (!p->full && *end) end = &(*end)->next;
        if (!take_type(p, TOK_COMMA) || p->i == before) return first;
    }
    return first;
}

static bool same_last(const struct name *n, const struct source *s)
{
    if (n->n == 1 && s->alias.len) return str_eq_nocase(n->part[0], s->alias);
    return s->kind == SOURCE_TABLE && s->name.n && n->n &&
           str_eq_nocase(n->part[n->n - 1], s->name.part[s->name.n - 1]);
}

/* The table meant by a name that may be the alias of one of the sources. */
static struct name target_of(const struct name *n, const struct source *list)
{
    for (const struct source *s = list; s; s = s->next)
        if (s->kind == SOURCE_TABLE && s->name.n && same_last(n, s)) return s->name;
    return *n;
}

bool statement_update(struct parser *p, struct stmt *st)
{
    st->kind = "update";
    step(p);
    if (is_word(tok(p), W_TOP)) step(p), skip_parens(p);
    while (is_word(tok(p), W_LOW_PRIORITY) || is_word(tok(p), W_IGNORE)) step(p);
    if (take(p, W_OR)) step(p);
    struct target *t = stmt_writes(p, st);
    if (p->full) return false;
    struct cond **conds = &t->conds;
    struct source *own = parse_sources(p, &conds);
    if (!own || !own->name.n || !take(p, W_SET)) return false;
    t->sets = parse_sets(p);
    while (is_word(tok(p), W_OUTPUT)) FORWARD_TO(p, W_FROM, W_WHERE);
    struct source *from = take(p, W_FROM) ? parse_sources(p, &conds) : NULL;
    if (take(p, W_WHERE)) conds = add_cond(p, conds, FLOW_FILTER);
    bool listed = false;
    for (struct source *s = from; s; s = s->next) listed |= s->kind == SOURCE_TABLE && same_last(&own->name, s);
    t->name = listed ? target_of(&own->name, from) : own->name;
    t->sources = own;
    if (listed) t->sources = from; /* T-SQL: UPDATE a SET ... FROM table AS a */
    else {
        struct source **end = &own;
        while (!p->full && *end) end = &(*end)->next;
        *end = from;
    }
    return true;
}

bool statement_delete(struct parser *p, struct stmt *st)
{
    st->kind = "delete";
    step(p);
    struct name first = { 0 };
    struct target *t = stmt_writes(p, st);
    if (p->full) return false;
    if (!is_word(tok(p), W_FROM) && !parse_name(p, &first)) return false; /* DELETE a FROM t AS a */
    struct cond **conds = &t->conds;
    take(p, W_FROM);
    if (first.n == 0 || !is_statement_end(tok(p))) t->sources = parse_sources(p, &conds);
    if (take(p, W_USING)) {
        struct source **end = &t->sources;
        while (!p->full && *end) end = &(*end)->next;
        *end = parse_sources(p, &conds);
    }
    if (take(p, W_WHERE)) add_cond(p, conds, FLOW_FILTER);
    t->name = first.n ? target_of(&first, t->sources) : t->sources ? t->sources->name : first;
    return t->name.n > 0;
}

/* INSERT (a, b) VALUES (x, y) of a MERGE, as assignments. */
static struct item **merge_insert(struct parser *p, struct item **end)
{
    struct item *columns = NULL;
    if (tok(p)->type == TOK_OPEN) columns = parse_column_list(p);
    if (take(p, W_ROW)) return end;
    if (tok(p)->type == TOK_STAR) {
        struct item *all = NODE(p, item);
        all->star = true;
        step(p);
        *end = all;
        return &all->next;
    }
    if (!take(p, W_VALUES) || tok(p)->type != TOK_OPEN) return end;
    size_t close = tok(p)->match;
    step(p);
    for (struct item *c = columns; p->i < close && !p->full; c = c ? c->next : NULL, take_type(p, TOK_COMMA)) {
        struct item *it = NODE(p, item);
        if (p->full) break;
        expr_init(&it->expr);
        size_t before = p->i;
        parse_expr(p, &it->expr, FLOW_IDENTITY);
        if (p->i == before) step(p);
        if (c) it->alias = c->alias;
        *end = it, end = &it->next;
    }
    p->i = close;
    step(p);
    return end;
}

bool statement_merge(struct parser *p, struct stmt *st)
{
    st->kind = "merge";
    step(p);
    take(p, W_INTO);
    struct target *t = stmt_writes(p, st);
    if (p->full) return false;
    struct cond **conds = &t->conds;
    struct source **end = &t->sources;
    struct source *own = parse_source(p, &conds, &end);
    t->name = own->name;
    if (!t->name.n || !take(p, W_USING)) return false;
    parse_source(p, &conds, &end);
    if (take(p, W_ON)) conds = add_cond(p, conds, FLOW_JOIN);
    struct item **sets = &t->sets;
    while (take(p, W_WHEN) && !p->full) { /* WHEN [NOT] MATCHED [AND x] THEN ... */
        while (is_word(tok(p), W_NOT) || is_word(tok(p), W_MATCHED) || is_word(tok(p), W_BY) ||
               is_word(tok(p), W_SOURCE) || is_word(tok(p), W_TARGET))
            step(p);
        if (take(p, W_AND)) conds = add_cond(p, conds, FLOW_FILTER);
        if (!take(p, W_THEN)) FORWARD_TO(p, W_THEN), step(p);
        if (take(p, W_UPDATE)) {
            take(p, W_SET);
            if (tok(p)->type == TOK_STAR) sets = merge_insert(p, sets);
            else *sets = parse_sets(p);
            while (!p->full && *sets) sets = &(*sets)->next;
            if (take(p, W_WHERE)) conds = add_cond(p, conds, FLOW_FILTER);
            if (take(p, W_DELETE) && take(p, W_WHERE)) conds = add_cond(p, conds, FLOW_FILTER);
        } else if (take(p, W_INSERT)) {
            sets = merge_insert(p, sets);
            if (take(p, W_WHERE)) conds = add_cond(p, conds, FLOW_FILTER);
        } else while (!is_statement_end(tok(p)) && !is_word(tok(p), W_WHEN)) step(p);
    }
    return true;
}

/* --- Inside WITH --- */

/* What a change gives back: a query over the table it changed, and those it looked into. */
static struct query *returned(struct parser *p, const struct target *t)
{
    struct query *q = NODE(p, query);
    if (p->full) return q;
    q->selects = NODE(p, select);
    struct source *own = NODE(p, source);
    if (p->full) return q;
    expr_init(&own->args);
    own->name = t->name;
    q->selects->sources = t->sources ? t->sources : own;
    if (take(p, W_RETURNING)) q->selects->items = parse_items(p);
    return q;
}

bool parse_change(struct parser *p, struct cte *c)
{
    static const struct {
        uint16_t word;
        bool (*parse)(struct parser *p, struct stmt *st);
    } changes[] = { { W_INSERT, statement_insert }, { W_UPDATE, statement_update }, { W_DELETE, statement_delete },
                    { W_MERGE, statement_merge } };
    struct stmt inner = { 0 };
    for (size_t i = 0; i < sizeof changes / sizeof *changes && p->st; i++) {
        if (!is_word(tok(p), (enum sql_word)changes[i].word)) continue;
        if (!changes[i].parse(p, &inner) || p->full) return false;
        c->query = returned(p, inner.targets);
        struct target **end = &p->st->targets;
        while (*end) end = &(*end)->next;
        *end = inner.targets;
        return !p->full;
    }
    return false;
}
