/* Expressions, as far as lineage needs them: which columns are in them, and as what. A scan over operands and
 * operators, no tree. */
#include "engine/lineage/sql_internal.h"

void expr_init(struct expr *e)
{
    *e = (struct expr){ .refs_end = &e->refs, .subs_end = &e->subs };
}

void expr_add_ref(struct parser *p, struct expr *e, const struct name *n, enum flow_kind kind)
{
    struct ref *r = NODE(p, ref);
    if (p->full) return;
    *r = (struct ref){ .name = *n, .kind = kind };
    *e->refs_end = r;
    e->refs_end = &r->next;
}

void expr_add_sub(struct parser *p, struct expr *e, struct query *q, enum flow_kind kind)
{
    struct sub *s = NODE(p, sub);
    if (p->full) return;
    *s = (struct sub){ .query = q, .kind = kind };
    *e->subs_end = s;
    e->subs_end = &s->next;
}

/* --- Operands --- */

static void operand(struct parser *p, struct expr *e, enum flow_kind kind, bool *plain);

static enum flow_kind deciding(enum flow_kind kind, enum flow_kind as)
{
    return flow_is_value(kind) ? as : kind;
}

/* Arguments or a group, from behind ( to behind ). */
static void inside(struct parser *p, struct expr *e, enum flow_kind kind, size_t end)
{
    while (p->i < end && !p->full) {
        size_t before = p->i;
        if (is_word(tok(p), W_ORDER) && is_word(tok_at(p, 1), W_BY)) { /* string_agg(x ORDER BY y) */
            p->i += 2;
            kind = deciding(kind, FLOW_WINDOW);
        } else if (is_word(tok(p), W_AS)) { /* struct(a AS b) */
            p->i += 2;
        } else parse_expr(p, e, kind);
        if (p->i == before) step(p);
    }
}

static bool group_is_query(const struct parser *p)
{
    return at_query(p, 1);
}

/* (a), (a, b), (SELECT ...) */
static void group(struct parser *p, struct expr *e, enum flow_kind kind)
{
    size_t end = tok(p)->match;
    if (!enter(p)) {
        skip_parens(p);
        return;
    }
    bool query = group_is_query(p);
    step(p);
    if (query) expr_add_sub(p, e, parse_query(p), kind);
    else inside(p, e, kind, end);
    p->i = end;
    take_type(p, TOK_CLOSE);
    leave(p);
}

static void skip_type_name(struct parser *p)
{
    struct name n;
    parse_name(p, &n);
    while (is_word(tok(p), W_PRECISION) || is_word(tok(p), W_VARYING)) step(p);
    if (tok(p)->type == TOK_OPEN) skip_parens(p);
    if ((is_word(tok(p), W_WITH) || is_word(tok(p), W_WITHOUT)) && is_word(tok_at(p, 1), W_TIME)) p->i += 3;
    while (is_op(tok(p), "[")) {
        while (!is_op(tok(p), "]") && tok(p)->type != TOK_END) step(p);
        step(p);
    }
}

static bool is_type_word(str s)
{
    static const char *const types[] = {
        "int",     "integer", "bigint",  "smallint", "tinyint",   "varchar",   "nvarchar",
        "char",    "nchar",   "date",    "datetime", "datetime2", "time",      "decimal",
        "numeric", "float",   "real",    "bit",      "money",     "text",      "timestamp",
        "double",  "string",  "boolean", "unsigned", "signed",    "varbinary", "uniqueidentifier"
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq_nocase(s, str_of(types[i]))) return true;
    return false;
}

static bool ends_argument(const struct token *t)
{
    return t->type == TOK_COMMA || t->type == TOK_CLOSE;
}

bool sql_is_word_argument(str function, size_t nth, str word, bool unit)
{
    if (unit && nth < 8 && (sql_unit_args(function) >> nth & 1)) return true;
    return (str_eq_nocase(function, STR("convert")) || str_eq_nocase(function, STR("try_convert"))) &&
           is_type_word(word);
}

/* Is the argument at hand a word that only looks like a column? */
static bool is_no_column(const struct parser *p, str function, size_t nth, bool unit)
{
    const struct token *t = tok(p), *next = tok_at(p, 1);
    if (t->type != TOK_NAME || t->quoted) return false;
    if (sql_is_word_argument(function, nth, t->text, unit && ends_argument(next)))
        return ends_argument(next) || next->type == TOK_OPEN;
    if (str_eq_nocase(function, STR("extract"))) return is_word(next, W_FROM);
    bool trim = str_eq_nocase(function, STR("trim")) && nth == 0;
    return trim && (str_eq_nocase(t->text, STR("both")) || str_eq_nocase(t->text, STR("leading")) ||
                    str_eq_nocase(t->text, STR("trailing")));
}

static void skip_argument(struct parser *p, size_t end)
{
    while (p->i < end && tok(p)->type != TOK_COMMA) {
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
}

static bool is_cast(str f)
{
    return str_eq_nocase(f, STR("cast")) || str_eq_nocase(f, STR("try_cast")) || str_eq_nocase(f, STR("safe_cast")) ||
           str_eq_nocase(f, STR("xmlcast"));
}

/* What may stand inside the parentheses of a call, beside expressions. */
static void argument(struct parser *p, struct expr *e, enum flow_kind *kind, str function, size_t nth, size_t end,
                     bool *unit)
{
    if (nth == 0 && tok(p)->type == TOK_STRING) *unit = false; /* date_trunc('day', month) */
    if (is_no_column(p, function, nth, *unit)) {
        *unit = false; /* a call has one */
        bool trim_or_extract = !ends_argument(tok_at(p, 1)) && tok_at(p, 1)->type != TOK_OPEN;
        step(p);
        if (!trim_or_extract) skip_argument(p, end);
    } else if (is_word(tok(p), W_ORDER) && is_word(tok_at(p, 1), W_BY)) {
        p->i += 2;
        *kind = deciding(*kind, FLOW_WINDOW);
    } else if (is_word(tok(p), W_AS)) {
        if (is_cast(function)) p->i = end;
        else p->i += 2;
    } else if (is_word(tok(p), W_FROM) || is_word(tok(p), W_FOR) || is_word(tok(p), W_USING)) {
        step(p);
    } else {
        parse_expr(p, e, *kind);
        const struct token *t = tok(p);
        if (t->type == TOK_NAME && str_eq_nocase(t->text, STR("placing"))) step(p);
        else if (p->i < end && t->type == TOK_NAME &&
                 !(sql_word_flags(t->word) & WORD_STOP)) /* IGNORE NULLS, SEPARATOR ',' */
            while (p->i < end && tok(p)->type != TOK_COMMA && !is_word(tok(p), W_ORDER)) {
                if (tok(p)->type == TOK_OPEN) skip_parens(p);
                else step(p);
            }
    }
}

static void arguments(struct parser *p, struct expr *e, enum flow_kind kind, str function)
{
    size_t end = tok(p)->match, nth = 0;
    bool unit = true;
    if (!enter(p)) {
        skip_parens(p);
        return;
    }
    bool query = at_query(p, 1);
    step(p);
    if (query) expr_add_sub(p, e, parse_query(p), kind);
    while (p->i < end && !p->full) {
        size_t before = p->i;
        argument(p, e, &kind, function, nth, end, &unit);
        if (take_type(p, TOK_COMMA)) nth++;
        if (p->i == before) step(p);
    }
    p->i = end;
    take_type(p, TOK_CLOSE);
    leave(p);
}

/* OVER (PARTITION BY a ORDER BY b ROWS ...), OVER name */
static void over(struct parser *p, struct expr *e, enum flow_kind kind)
{
    if (tok(p)->type != TOK_OPEN) {
        step(p);
        return;
    }
    size_t end = tok(p)->match;
    step(p);
    while (p->i < end && !p->full) {
        const struct token *t = tok(p);
        if (is_word(t, W_ROWS) || is_word(t, W_RANGE) || is_word(t, W_GROUPS)) break;
        size_t before = p->i;
        if (is_word(tok_at(p, 1), W_BY)) p->i += 2; /* PARTITION BY, ORDER BY, also DISTRIBUTE BY, SORT BY */
        else if (t->type == TOK_COMMA) step(p);
        else parse_expr(p, e, deciding(kind, FLOW_WINDOW));
        if (p->i == before) step(p);
    }
    p->i = end;
    take_type(p, TOK_CLOSE);
}

static void parens_after(struct parser *p, struct expr *e, enum flow_kind kind)
{
    if (tok(p)->type != TOK_OPEN) return;
    size_t end = tok(p)->match;
    step(p);
    take(p, W_WHERE);
    if (take(p, W_ORDER)) take(p, W_BY);
    inside(p, e, kind, end);
    p->i = end;
    take_type(p, TOK_CLOSE);
}

/* What may follow a call: FILTER (WHERE x), WITHIN GROUP (ORDER BY x), IGNORE NULLS, OVER (...). */
static void after_call(struct parser *p, struct expr *e, enum flow_kind kind)
{
    for (;;) {
        const struct token *t = tok(p), *u = tok_at(p, 1);
        if (is_word(t, W_FILTER) && u->type == TOK_OPEN) {
            step(p);
            parens_after(p, e, deciding(kind, FLOW_CONDITIONAL));
        } else if (is_word(t, W_WITHIN) && is_word(u, W_GROUP)) {
            p->i += 2;
            parens_after(p, e, deciding(kind, FLOW_AGGREGATION));
        } else if (t->type == TOK_NAME && is_word(u, W_NULLS) && is_word(tok_at(p, 2), W_OVER)) {
            p->i += 2;
        } else if (is_word(t, W_OVER)) {
            step(p);
            over(p, e, kind);
        } else if (t->type == TOK_NAME && str_eq_nocase(t->text, STR("keep")) && u->type == TOK_OPEN) {
            step(p);
            skip_parens(p);
        } else return;
    }
}

static void call(struct parser *p, struct expr *e, str function, enum flow_kind kind)
{
    enum flow_kind within = flow_is_value(kind) && sql_is_aggregate(function) ? FLOW_AGGREGATION : kind;
    arguments(p, e, within, function);
    after_call(p, e, kind);
    struct name field;
    if (tok(p)->type == TOK_DOT && is_name_part(tok_at(p, 1))) { /* f(x).field, f(x).method(y) */
        step(p);
        parse_name(p, &field);
        if (tok(p)->type == TOK_OPEN) arguments(p, e, kind, field.part[field.n - 1]);
    }
}

/* CASE [x] WHEN c THEN v ELSE v END */
static void parse_case(struct parser *p, struct expr *e, enum flow_kind kind)
{
    enum flow_kind now = deciding(kind, FLOW_CONDITIONAL);
    step(p);
    if (!enter(p)) return;
    while (!p->full) {
        size_t before = p->i;
        if (take(p, W_END)) break;
        if (take(p, W_WHEN)) now = deciding(kind, FLOW_CONDITIONAL);
        else if (take(p, W_THEN) || take(p, W_ELSE)) now = kind;
        else parse_expr(p, e, now);
        if (p->i == before) { /* nothing a CASE can hold: it is not closed */
            if (tok(p)->type != TOK_COMMA) break;
            step(p);
        }
    }
    leave(p);
}

static void interval(struct parser *p, struct expr *e, enum flow_kind kind)
{
    step(p);
    if (tok(p)->type == TOK_OPEN) group(p, e, kind);
    else if (tok(p)->type == TOK_NAME) {
        struct name n;
        parse_name(p, &n);
        if (tok(p)->type == TOK_OPEN) call(p, e, n.part[n.n - 1], kind);
        else expr_add_ref(p, e, &n, kind);
    } else step(p);
    const struct token *unit = tok(p);
    if (unit->type == TOK_NAME && !(sql_word_flags(unit->word) & (WORD_STOP | WORD_OPER))) step(p);
    if (is_word(tok(p), W_TO)) p->i += 2;
}

static bool is_interval(const struct parser *p)
{
    const struct token *u = tok_at(p, 1);
    if (!is_word(tok(p), W_INTERVAL)) return false;
    bool value = u->type == TOK_STRING || u->type == TOK_NUMBER || u->type == TOK_OPEN || u->type == TOK_VARIABLE ||
                 u->type == TOK_TEMPLATE;
    return value || (u->type == TOK_NAME && !(sql_word_flags(u->word) & (WORD_STOP | WORD_OPER)) &&
                     tok_at(p, 2)->type == TOK_NAME);
}

/* DATE '2026-01-01': a literal with its type in front. */
static bool typed_literal(const struct parser *p)
{
    const struct token *t = tok(p);
    if (t->quoted || tok_at(p, 1)->type != TOK_STRING) return false;
    static const char *const types[] = { "date",        "time", "timestamp", "datetime", "json", "jsonb",
                                         "timestamptz", "uuid", "bytea",     "inet",     "xml" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eq_nocase(t->text, str_of(types[i]))) return true;
    return false;
}

static void column(struct parser *p, struct expr *e, enum flow_kind kind, bool *plain)
{
    struct name n;
    bool template = tok(p)->type == TOK_TEMPLATE;
    parse_name(p, &n);
    if (tok(p)->type == TOK_OPEN) {
        *plain = false;
        call(p, e, n.part[n.n - 1], kind);
    } else if (tok(p)->type == TOK_DOT && tok_at(p, 1)->type == TOK_STAR) { /* count(t.*) */
        *plain = false;
        p->i += 2;
    } else if (n.n == 1 && (is_op(tok(p), "=>") || is_op(tok(p), ":="))) { /* an argument's name */
        *plain = false;
        step(p);
        operand(p, e, kind, plain);
    } else if (!(template && n.n == 1)) {
        expr_add_ref(p, e, &n, kind);
    }
}

static void operand(struct parser *p, struct expr *e, enum flow_kind kind, bool *plain)
{
    const struct token *t = tok(p);
    unsigned flags = sql_word_flags(t->word);
    if (t->type == TOK_OPEN) {
        group(p, e, kind);
    } else if (t->type == TOK_NAME || t->type == TOK_TEMPLATE) {
        bool qualifies = tok_at(p, 1)->type == TOK_DOT || tok_at(p, 1)->type == TOK_OPEN;
        bool array = !t->quoted && str_eq_nocase(t->text, STR("array")) && is_op(tok_at(p, 1), "[");
        if (array) *plain = false, step(p);
        else if (is_interval(p)) *plain = false, interval(p, e, kind);
        else if (typed_literal(p)) *plain = false, p->i += 2;
        else if ((flags & WORD_VALUE) && !qualifies) *plain = false, step(p);
        else column(p, e, kind, plain);
    } else {
        *plain = false;
        step(p);
    }
}

/* --- The scan --- */

static bool ends(const struct parser *p, bool expected)
{
    const struct token *t = tok(p);
    if (is_op(t, "]")) return true;
    if (t->type == TOK_END || t->type == TOK_COMMA || t->type == TOK_CLOSE || t->type == TOK_SEMI) return true;
    if (t->type != TOK_NAME) return false;
    unsigned flags = sql_word_flags(t->word);
    if (!(flags & WORD_STOP)) return false;
    if (tok_at(p, 1)->type == TOK_DOT && expected) return false;
    bool call_like =
        tok_at(p, 1)->type == TOK_OPEN && (is_word(t, W_LEFT) || is_word(t, W_RIGHT) || is_word(t, W_VALUES));
    if (expected && (call_like || (flags & WORD_SOFT && !is_word(t, W_END)))) return false;
    return true;
}

/* Words that follow an operand and belong to it. False: the expression is over (an alias stands there). */
static bool suffix(struct parser *p, bool *expected)
{
    const struct token *t = tok(p);
    if (is_word(t, W_AT) && is_word(tok_at(p, 1), W_TIME)) {
        p->i += 3;
        *expected = true;
    } else if (is_word(t, W_ASC) || is_word(t, W_DESC)) {
        step(p);
    } else if (is_word(t, W_NULLS)) {
        p->i += 2;
    } else if (is_word(t, W_COLLATE)) {
        p->i += 2;
    } else return false;
    return true;
}

static void operator_word(struct parser *p)
{
    bool distinct = is_word(tok(p), W_DISTINCT);
    step(p);
    if (distinct && is_word(tok(p), W_FROM)) step(p);
    if (distinct && is_word(tok(p), W_ON) && tok_at(p, 1)->type == TOK_OPEN) step(p);
}

/* [a, b] as a list, [1:2] as an index */
static void brackets(struct parser *p, struct expr *e, enum flow_kind kind)
{
    step(p);
    bool entered = enter(p);
    while (!p->full && !is_op(tok(p), "]") && tok(p)->type != TOK_END && tok(p)->type != TOK_CLOSE &&
           tok(p)->type != TOK_SEMI) {
        size_t before = p->i;
        if (entered) parse_expr(p, e, kind);
        if (p->i == before) step(p);
    }
    if (is_op(tok(p), "]")) step(p);
    if (entered) leave(p);
}

void parse_expr(struct parser *p, struct expr *e, enum flow_kind kind)
{
    size_t from = p->i;
    bool expected = true, plain = true, cast = false, one_number = tok(p)->type == TOK_NUMBER;
    struct ref **first = e->refs_end;
    while (!p->full && !ends(p, expected)) {
        const struct token *t = tok(p);
        unsigned flags = sql_word_flags(t->word);
        if (is_word(t, W_CASE) && expected) {
            plain = false, expected = false;
            parse_case(p, e, kind);
        } else if ((flags & WORD_OPER) && !(expected && (flags & WORD_SOFT)) && !is_word(t, W_COLLATE)) {
            plain = false, expected = true;
            operator_word(p);
        } else if (is_op(t, "::")) {
            cast = true, expected = false;
            step(p);
            skip_type_name(p);
        } else if (is_op(t, "[")) {
            plain = false, expected = false;
            brackets(p, e, kind);
        } else if (t->type == TOK_OP || (t->type == TOK_STAR && !expected)) {
            plain = false, expected = true;
            step(p);
        } else if (t->type == TOK_DOT) { /* a field behind ] or ) */
            plain = false;
            p->i += 2;
        } else if (!expected && t->type == TOK_NAME) {
            if (!suffix(p, &expected)) break;
            plain = false;
        } else if (!expected && (t->type == TOK_STRING || t->type == TOK_VARIABLE || t->type == TOK_NUMBER)) {
            break;
        } else {
            bool opens = t->type == TOK_OPEN; /* what stands inside says whether it is one column */
            if (opens) e->bare = e->cast = false;
            operand(p, e, kind, &plain);
            if (opens && !e->bare) plain &= e->cast, cast |= e->cast;
            expected = false;
        }
    }
    bool single = plain && *first && !(*first)->next && first == &e->refs && !e->subs;
    e->bare = single && !cast;
    e->cast = single && cast;
    int64_t place = 0;
    bool number = one_number && p->i == from + 1 && str_to_i64(p->t[from].text, &place).code == ERR_NONE;
    e->place = number ? place : 0; /* also that of an argument is none */
}
