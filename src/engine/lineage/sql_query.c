/* Queries: WITH, the branches of a union, the clauses of a SELECT. */
#include <stdio.h>

#include "engine/lineage/sql_internal.h"

/* --- Is there a query? --- */

static bool begins_query(const struct token *t, const struct token *next)
{
    if (t->type != TOK_NAME || t->quoted) return false;
    if (is_word(t, W_SELECT)) return true;
    if (is_word(t, W_WITH)) return next->type == TOK_NAME;
    if (is_word(t, W_VALUES)) return next->type == TOK_OPEN || is_word(next, W_ROW);
    if (is_word(t, W_FROM)) return next->type == TOK_NAME || next->type == TOK_OPEN || next->type == TOK_STRING;
    return is_word(t, W_TABLE) && next->type == TOK_NAME;
}

/* Of ((SELECT a) + 1), (SELECT a) is an operand; of ((SELECT a) UNION ...) it is a query. */
static bool goes_on_as_query(const struct parser *p, size_t close)
{
    if (close >= p->count) return true;
    const struct token *t = &p->t[close + 1];
    if (t->type != TOK_NAME) return t->type == TOK_CLOSE || t->type == TOK_END || t->type == TOK_SEMI;
    static const uint16_t words[] = { W_UNION, W_EXCEPT, W_INTERSECT, W_MINUS, W_ORDER,
                                      W_LIMIT, W_FETCH,  W_OFFSET,    W_FOR };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (t->word == words[i]) return true;
    return false;
}

bool at_query(const struct parser *p, size_t ahead)
{
    size_t i = p->i + ahead;
    for (size_t depth = 0; depth < SQL_DEPTH_MAX && i < p->count && p->t[i].type == TOK_OPEN; depth++, i++)
        if (!goes_on_as_query(p, p->t[i].match) && ahead + p->i != i) return false;
    return !p->full && i < p->count && begins_query(&p->t[i], &p->t[i + 1]);
}

/* --- Clauses --- */

struct cond **add_cond(struct parser *p, struct cond **end, enum flow_kind kind)
{
    do {
        struct cond *c = NODE(p, cond);
        if (p->full) return end;
        *end = c;
        end = &c->next;
        c->kind = kind;
        expr_init(&c->expr);
        parse_expr(p, &c->expr, kind);
    } while (take_type(p, TOK_COMMA));
    return end;
}

/* (a, b, c) or ((a), b): names only; what else stands there is passed over. */
struct item *parse_column_list(struct parser *p)
{
    struct item *first = NULL, **end = &first;
    size_t close = tok(p)->match;
    step(p);
    while (p->i < close && !p->full) {
        struct name n;
        if (parse_name(p, &n)) {
            struct item *c = NODE(p, item);
            if (p->full) break;
            c->alias = n.part[n.n - 1];
            *end = c;
            end = &c->next;
        }
        while (p->i < close && tok(p)->type != TOK_COMMA) {
            if (tok(p)->type == TOK_OPEN) skip_parens(p);
            else step(p);
        }
        take_type(p, TOK_COMMA);
    }
    p->i = close;
    take_type(p, TOK_CLOSE);
    return first;
}

/* * EXCEPT (a, b), * EXCLUDE a, * REPLACE (x AS a), * RENAME (a AS b) */
static void star_suffix(struct parser *p, struct item *it)
{
    for (;;) {
        bool except = (is_word(tok(p), W_EXCEPT) || is_word(tok(p), W_EXCLUDE)) && !is_word(tok_at(p, 1), W_SELECT) &&
                      !is_word(tok_at(p, 1), W_ALL) && !(tok_at(p, 1)->type == TOK_OPEN && at_query(p, 1));
        if (except) {
            step(p);
            struct item *list = NULL, single = { 0 };
            struct name n;
            if (tok(p)->type == TOK_OPEN) list = parse_column_list(p);
            else if (parse_name(p, &n)) single.alias = n.part[n.n - 1], list = &single;
            for (; list && it->except.n < NAME_PARTS_MAX; list = list->next)
                it->except.part[it->except.n++] = list->alias;
        } else if ((is_word(tok(p), W_REPLACE) || is_word(tok(p), W_RENAME)) && tok_at(p, 1)->type == TOK_OPEN) {
            step(p);
            size_t close = tok(p)->match;
            struct item **end = &it->replace;
            for (step(p); p->i < close && !p->full; take_type(p, TOK_COMMA)) {
                struct item *r = NODE(p, item);
                if (p->full) return;
                size_t before = p->i;
                expr_init(&r->expr);
                parse_expr(p, &r->expr, FLOW_IDENTITY);
                if (parse_alias(p, &r->alias)) *end = r, end = &r->next;
                if (p->i == before) step(p);
            }
            p->i = close;
            step(p);
        } else return;
    }
}

static bool star_item(struct parser *p, struct item *it)
{
    if (tok(p)->type == TOK_STAR) {
        step(p);
    } else {
        size_t k = 0;
        while ((tok_at(p, k)->type == TOK_NAME || tok_at(p, k)->type == TOK_TEMPLATE) &&
               tok_at(p, k + 1)->type == TOK_DOT)
            k += 2;
        if (k == 0 || tok_at(p, k)->type != TOK_STAR) return false;
        parse_name(p, &it->of);
        p->i += 2;
    }
    it->star = true;
    star_suffix(p, it);
    return true;
}

static bool ends_item(const struct token *t)
{
    bool call = t->type == TOK_NAME && t[1].type == TOK_OPEN; /* if (a, b, c) begins a line and no statement */
    if (is_word(t, W_INSERT) && (is_word(&t[1], W_INTO) || is_word(&t[1], W_OVERWRITE))) return true;
    return t->type == TOK_COMMA || t->type == TOK_CLOSE || t->type == TOK_SEMI || t->type == TOK_END ||
           (t->type == TOK_NAME && (sql_word_flags(t->word) & WORD_STOP)) ||
           (t->type == TOK_NAME && (sql_word_flags(t->word) & WORD_HARD) && t->starts_line && !call);
}

static str text_since(const struct parser *p, uint32_t from)
{
    return str_trim(str_cut(p->text, from, tok(p)->at > from ? tok(p)->at - from : 0));
}

str item_text(struct parser *p, size_t token)
{
    size_t i = p->i, skipped = p->skipped;
    struct expr ignored;
    expr_init(&ignored);
    p->i = token;
    uint32_t from = tok(p)->at;
    parse_expr(p, &ignored, FLOW_IDENTITY);
    str text = text_since(p, from);
    p->i = i;
    p->skipped = skipped;
    return text;
}

static struct item *parse_item(struct parser *p)
{
    struct item *it = NODE(p, item);
    expr_init(&it->expr);
    bool assigns = p->dialect == SQL_TSQL && is_op(tok_at(p, 1), "=");
    if (assigns && tok(p)->type == TOK_NAME) it->alias = tok(p)->text;
    if (assigns && (tok(p)->type == TOK_NAME || tok(p)->type == TOK_VARIABLE)) p->i += 2;
    if (star_item(p, it)) return it;
    uint32_t from = tok(p)->at;
    parse_expr(p, &it->expr, FLOW_IDENTITY);
    it->raw = text_since(p, from);
    str alias;
    if (parse_alias(p, &alias)) it->alias = alias;
    while (!p->full && !ends_item(tok(p))) {
        it->expr.bare = false;
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
    return it;
}

struct item *parse_items(struct parser *p)
{
    struct item *first = NULL, **end = &first;
    while (!p->full) {
        if (ends_item(tok(p)) && tok(p)->type != TOK_COMMA) {
            unsigned flags = sql_word_flags(tok(p)->word);
            bool column = first == NULL && (flags & WORD_SOFT); /* SELECT start, ... */
            if (!column) break;
        }
        size_t before = p->i;
        struct item *it = parse_item(p);
        if (p->full) break;
        if (p->i > before) *end = it, end = &it->next;
        if (!take_type(p, TOK_COMMA)) break;
    }
    return first;
}

/* Between SELECT and the first column. */
static void select_options(struct parser *p)
{
    static const uint16_t words[] = { W_ALL,           W_DISTINCT,      W_UNIQUE,
                                      W_HIGH_PRIORITY, W_STRAIGHT_JOIN, W_SQL_CALC_FOUND_ROWS,
                                      W_SQL_NO_CACHE };
    for (bool found = true; found;) {
        found = false;
        for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++) {
            bool named = tok_at(p, 1)->type == TOK_DOT || tok_at(p, 1)->type == TOK_COMMA;
            found = tok(p)->word == words[i] && !named;
        }
        if (found) step(p);
        if (found && is_word(tok(p), W_ON) && tok_at(p, 1)->type == TOK_OPEN) step(p), skip_parens(p);
    }
    const struct token *u = tok_at(p, 1);
    if (is_word(tok(p), W_TOP) && (u->type == TOK_NUMBER || u->type == TOK_OPEN || u->type == TOK_VARIABLE)) {
        step(p);
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
        take(p, W_PERCENT);
        if (is_word(tok(p), W_WITH) && is_word(tok_at(p, 1), W_TIES)) p->i += 2;
        if (is_word(tok(p), W_DISTINCT)) step(p);
    }
    if (is_word(tok(p), W_AS) && tok_at(p, 1)->type == TOK_NAME) p->i += 2; /* AS STRUCT, AS VALUE */
}

static bool clause_kind(const struct token *t, const struct token *next, enum flow_kind *kind, size_t *words)
{
    static const struct {
        uint16_t word;
        bool by;
        enum flow_kind kind;
    } clauses[] = {
        { W_WHERE, false, FLOW_FILTER },  { W_PREWHERE, false, FLOW_FILTER }, { W_GROUP, true, FLOW_GROUP_BY },
        { W_HAVING, false, FLOW_FILTER }, { W_QUALIFY, false, FLOW_FILTER },  { W_ORDER, true, FLOW_SORT },
        { W_CLUSTER, true, FLOW_SORT },   { W_DISTRIBUTE, true, FLOW_SORT },  { W_SORT, true, FLOW_SORT },
        { W_CONNECT, true, FLOW_FILTER }, { W_START, false, FLOW_FILTER },
    };
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        if (t->word != clauses[i].word || t->quoted) continue;
        bool second = clauses[i].by ? is_word(next, W_BY) : clauses[i].word == W_START && is_word(next, W_WITH);
        if ((clauses[i].by || clauses[i].word == W_START) && !second) continue;
        *kind = clauses[i].kind;
        *words = second ? 2 : 1;
        return true;
    }
    return false;
}

static void group_words(struct parser *p)
{
    take(p, W_ALL);
    if (is_word(tok(p), W_GROUPING) && is_word(tok_at(p, 1), W_SETS)) p->i += 2;
    if ((is_word(tok(p), W_ROLLUP) || is_word(tok(p), W_CUBE)) && tok_at(p, 1)->type == TOK_OPEN) step(p);
}

/* Clauses that say nothing of columns: LIMIT 5, OFFSET 3 ROWS, FETCH FIRST ..., FOR UPDATE, WITH TIES, OPTION (...),
 * SETTINGS a = 1. */
static bool skip_clause(struct parser *p)
{
    static const uint16_t words[] = { W_LIMIT, W_OFFSET, W_FETCH, W_FOR, W_OPTION, W_SETTINGS, W_ROWS };
    const struct token *t = tok(p);
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) known |= t->word == words[i];
    if (is_word(t, W_WITH) &&
        (is_word(tok_at(p, 1), W_ROLLUP) || is_word(tok_at(p, 1), W_CUBE) || is_word(tok_at(p, 1), W_TIES) ||
         (is_word(tok_at(p, 1), W_NO) && is_word(tok_at(p, 2), W_SCHEMA))))
        known = true;
    if (!known) return false;
    do {
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
        t = tok(p);
    } while (!p->full && t->type != TOK_END && t->type != TOK_CLOSE && t->type != TOK_SEMI &&
             !(t->type == TOK_NAME && t->starts_line && (sql_word_flags(t->word) & (WORD_STMT | WORD_STOP))) &&
             !is_word(t, W_UNION) && !is_word(t, W_EXCEPT) && !is_word(t, W_INTERSECT) && !is_word(t, W_ORDER) &&
             !is_word(t, W_WHERE) && !is_word(t, W_HAVING) && !is_word(t, W_FOR) && !is_word(t, W_OFFSET));
    return true;
}

/* WINDOW w AS (PARTITION BY a): its columns decide as those of an OVER do, for whichever column uses it; kept with the
 * rows. */
static bool window_clause(struct parser *p, struct cond ***conds)
{
    if (!is_word(tok(p), W_WINDOW) || !is_word(tok_at(p, 2), W_AS)) return false;
    step(p);
    do {
        p->i += 2;
        size_t close = tok(p)->type == TOK_OPEN ? tok(p)->match : p->i;
        step(p);
        while (p->i < close && !p->full && !is_word(tok(p), W_ROWS) && !is_word(tok(p), W_RANGE)) {
            if (is_word(tok_at(p, 1), W_BY)) p->i += 2;
            size_t before = p->i;
            *conds = add_cond(p, *conds, FLOW_WINDOW);
            if (p->i == before) step(p);
        }
        p->i = close;
        step(p);
    } while (take_type(p, TOK_COMMA));
    return true;
}

static void clauses(struct parser *p, struct cond ***conds)
{
    enum flow_kind kind;
    size_t words;
    for (;;) {
        if (clause_kind(tok(p), tok_at(p, 1), &kind, &words)) {
            p->i += words;
            if (kind == FLOW_GROUP_BY) group_words(p);
            *conds = add_cond(p, *conds, kind);
        } else if (!window_clause(p, conds) && !skip_clause(p)) return;
        if (p->full) return;
    }
}

static void select_core(struct parser *p, struct query *q, struct select *s)
{
    struct cond **conds = &s->conds;
    bool from_first = is_word(tok(p), W_FROM); /* FROM t SELECT a */
    if (from_first) {
        step(p);
        s->sources = parse_sources(p, &conds);
    }
    if (!take(p, W_SELECT)) {
        if (from_first) { /* FROM t alone: all of it */
            s->items = NODE(p, item);
            s->items->star = true;
        }
        clauses(p, &conds);
        return;
    }
    select_options(p);
    s->items = parse_items(p);
    if (take(p, W_INTO)) {
        take(p, W_TABLE);
        take(p, W_TEMP);
        take(p, W_TEMPORARY);
        if (!parse_name(p, &q->into)) step(p);
    }
    if (!from_first && take(p, W_FROM)) s->sources = parse_sources(p, &conds);
    clauses(p, &conds);
    if (!s->sources && take(p, W_FROM)) s->sources = parse_sources(p, &conds), clauses(p, &conds);
}

str values_name(struct parser *p, size_t nth)
{
    char *name = node_new(p, 32);
    return p->full ? STR("") : (str){ name, (size_t)snprintf(name, 32, "column%zu", nth) };
}

/* VALUES (1, 2), (3, 4): the first row gives the columns; the others may hold queries. */
static void values(struct parser *p, struct select *s)
{
    struct item **end = &s->items;
    struct cond **conds = &s->conds;
    bool first = true;
    size_t columns = 0;
    do {
        take(p, W_ROW);
        if (tok(p)->type != TOK_OPEN) break;
        size_t close = tok(p)->match;
        step(p);
        if (!first) conds = add_cond(p, conds, FLOW_TRANSFORMATION);
        while (first && p->i < close && !p->full) {
            size_t before = p->i;
            struct item *it = parse_item(p);
            if (p->full) break;
            it->alias = values_name(p, ++columns);
            *end = it, end = &it->next;
            if (!take_type(p, TOK_COMMA) && p->i == before) step(p);
        }
        p->i = close;
        step(p);
        first = false;
    } while (!p->full && take_type(p, TOK_COMMA));
}

static struct select *branch(struct parser *p, struct query *q)
{
    struct select *s = NODE(p, select);
    if (tok(p)->type == TOK_OPEN) {
        size_t close = tok(p)->match;
        step(p);
        s->inner = parse_query(p);
        p->i = close;
        take_type(p, TOK_CLOSE);
    } else if (take(p, W_VALUES)) {
        values(p, s);
    } else if (is_word(tok(p), W_TABLE)) {
        step(p);
        s->items = NODE(p, item);
        s->items->star = true;
        struct source *src = NODE(p, source);
        parse_name(p, &src->name);
        s->sources = src;
    } else {
        select_core(p, q, s);
    }
    return s;
}

static bool set_operator(struct parser *p, struct query *q)
{
    const struct token *t = tok(p);
    if (!is_word(t, W_UNION) && !is_word(t, W_EXCEPT) && !is_word(t, W_INTERSECT) && !is_word(t, W_MINUS)) return false;
    step(p);
    if (!take(p, W_ALL)) take(p, W_DISTINCT);
    if (take(p, W_BY)) q->by_name = true, step(p);
    return at_query(p, 0);
}

struct cte *parse_ctes(struct parser *p)
{
    struct cte *first = NULL, **end = &first;
    take(p, W_RECURSIVE);
    while (tok(p)->type == TOK_NAME && !p->full) {
        struct cte *c = NODE(p, cte);
        struct name n;
        if (p->full) break;
        parse_name(p, &n);
        c->name = n.part[n.n - 1];
        if (tok(p)->type == TOK_OPEN && !at_query(p, 1)) c->columns = parse_column_list(p);
        take(p, W_AS);
        take(p, W_NOT);
        take(p, W_MATERIALIZED);
        if (tok(p)->type != TOK_OPEN) break;
        size_t close = tok(p)->match;
        step(p);
        if (at_query(p, 0)) {
            c->query = parse_query(p);
            *end = c, end = &c->next;
        } else if (parse_change(p, c)) {
            *end = c, end = &c->next;
        } else p->skipped++; /* an expression of ClickHouse */
        p->i = close;
        step(p);
        while (tok(p)->type != TOK_COMMA && !p->full && tok(p)->type == TOK_NAME && !at_query(p, 0) &&
               !(sql_word_flags(tok(p)->word) & WORD_HARD)) step(p); /* SEARCH, CYCLE */
        if (!take_type(p, TOK_COMMA)) break;
    }
    return first;
}

/* The ORDER BY behind the last branch of a union is of the whole. Gives where the next condition goes. */
static struct cond **take_sorting(struct query *q, struct cond **end)
{
    struct select *last = q->selects;
    while (last->next) last = last->next;
    for (struct cond **c = &last->conds; *c;) {
        struct cond *one = *c;
        if (one->kind != FLOW_SORT) {
            c = &one->next;
            continue;
        }
        *c = one->next;
        one->next = NULL;
        *end = one;
        end = &one->next;
    }
    return end;
}

struct query *parse_query(struct parser *p)
{
    struct query *q = NODE(p, query);
    if (!enter(p)) {
        while (tok(p)->type != TOK_END && tok(p)->type != TOK_CLOSE && tok(p)->type != TOK_SEMI) {
            if (tok(p)->type == TOK_OPEN) skip_parens(p);
            else step(p);
        }
        return q;
    }
    if (take(p, W_WITH)) q->ctes = parse_ctes(p);
    struct select **end = &q->selects;
    do {
        struct select *s = branch(p, q);
        if (p->full) break;
        *end = s, end = &s->next;
    } while (set_operator(p, q));
    struct cond **conds = &q->conds;
    if (q->selects && q->selects->next && !p->full) conds = take_sorting(q, conds);
    clauses(p, &conds);
    leave(p);
    return q;
}
