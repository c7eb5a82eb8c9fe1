/* A condition taken apart along its OR, AND and brackets; each part is evaluated by itself, and a simple comparison
 * says what the fact is and what would turn it round. */
#include "core/policy/policy_internal.h"

enum { TERMS_MAX = 64, DEPTH_MAX = 6 };

struct parts {
    struct policy *p;
    const struct expr *e;
    const struct facts *f;
    struct arena *a;
    struct clause *out;
};

/* "0.62", "'job.retry'", "HIGH", "not known" */
static str fact_value_text(const struct facts *f, int fact, struct arena *a)
{
    size_t count;
    const struct fact_spec *spec = &policy_facts(&count)[fact];
    const struct fact *v = &f->items[fact];
    if (!v->present) return STR("not known");
    switch (spec->type) {
    case FACT_TEXT: return str_fmt(a, "'" STR_FMT "'", STR_ARG(str_cut(v->s, 0, 80)));
    case FACT_ENUM: return str_of(spec->words[v->i - 1]);
    case FACT_REAL: return str_fmt(a, "%.6g", v->r);
    case FACT_INT:
    case FACT_BOOL: break;
    }
    return str_fmt(a, "%lld", (long long)v->i);
}

static str source(const struct parts *s, size_t from, size_t to)
{
    const struct token *first = &s->e->tokens[from], *last = &s->e->tokens[to - 1];
    return str_cut(s->e->text, first->at, last->at + last->text.len - first->at);
}

static int evaluate(const struct parts *s, size_t from, size_t to)
{
    static const int values[] = {
        [ANSWER_NO] = 0, [ANSWER_YES] = 1, [ANSWER_NULL] = -1, [ANSWER_OTHER] = 1, [ANSWER_ERROR] = -1
    };
    str problem;
    sqlite3_stmt *stmt = facts_db_prepare(s->p->db, expr_sql(s->e, from, to, s->a), s->a, &problem);
    if (!stmt) return -1;
    int value = values[facts_db_ask(s->p->db, stmt)];
    (void)sqlite3_finalize(stmt);
    return value;
}

/* The opposite of a comparison, as in "confidence < 0.8" -> "confidence >= 0.8". */
static const char *opposite(const struct token *op)
{
    static const char *const pairs[][2] = { { "<", ">=" }, { ">=", "<" }, { ">", "<=" },  { "<=", ">" },
                                            { "=", "<>" }, { "<>", "=" }, { "==", "<>" }, { "!=", "=" } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (token_is(op, pairs[i][0])) return pairs[i][1];
    return NULL;
}

static bool is_value(const struct token *t)
{
    return t->kind == TOKEN_NUMBER || t->kind == TOKEN_STRING || t->kind == TOKEN_CONSTANT;
}

/* A limit stands with its number, "ACT_ALONE_CONFIDENCE (0.8)". */
static str value_text(const struct parts *s, const struct token *t)
{
    if (t->kind == TOKEN_CONSTANT && t->fact < 0) return str_fmt(s->a, STR_FMT " (%.6g)", STR_ARG(t->text), t->number);
    return t->text;
}

static void describe(const struct parts *s, size_t from, size_t to, struct term *t)
{
    const struct token *k = &s->e->tokens[from];
    for (size_t i = from; i < to && !t->have.len; i++)
        if (s->e->tokens[i].kind == TOKEN_FACT) {
            str name = s->e->tokens[i].text, value = fact_value_text(s->f, s->e->tokens[i].fact, s->a);
            t->have = str_fmt(s->a, STR_FMT " is " STR_FMT, STR_ARG(name), STR_ARG(value));
        }
    if (to - from != 3 || k[0].kind != TOKEN_FACT || !token_compares(&k[1]) || !is_value(&k[2])) return;
    str value = value_text(s, &k[2]);
    const char *op = t->value == 1 ? opposite(&k[1]) : NULL;
    str same = k[1].text;
    t->otherwise =
        op ? str_fmt(s->a, STR_FMT " %s " STR_FMT, STR_ARG(k[0].text), op, STR_ARG(value))
           : str_fmt(s->a, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(k[0].text), STR_ARG(same), STR_ARG(value));
}

/* The next place at or after `from` where `word` joins two parts of [.., to) outside brackets and CASE; `to` when there
 * is none. The AND of a BETWEEN joins nothing. */
static size_t find_joint(const struct expr *e, size_t from, size_t to, const char *word)
{
    int depth = 0, between = 0;
    for (size_t i = from; i < to; i++) {
        const struct token *t = &e->tokens[i];
        if (token_is(t, "(") || token_is(t, "CASE")) depth++;
        else if (token_is(t, ")") || token_is(t, "END")) depth--;
        else if (depth == 0 && token_is(t, "BETWEEN")) between++;
        else if (depth == 0 && between && token_is(t, "AND")) between--;
        else if (depth == 0 && token_is(t, word)) return i;
    }
    return to;
}

static bool is_bracketed(const struct expr *e, size_t from, size_t to)
{
    int depth = 0;
    if (to - from < 3 || !token_is(&e->tokens[from], "(")) return false;
    for (size_t i = from; i < to; i++) {
        if (token_is(&e->tokens[i], "(")) depth++;
        if (token_is(&e->tokens[i], ")") && --depth == 0) return i == to - 1;
    }
    return false;
}

static struct term *add_term(struct parts *s, size_t from, size_t to, int depth)
{
    if (s->out->term_count == TERMS_MAX) return NULL;
    struct term *t = &s->out->terms[s->out->term_count++];
    *t = (struct term){ .text = source(s, from, to), .depth = depth, .value = evaluate(s, from, to) };
    return t;
}

static void take_apart(struct parts *s, size_t from, size_t to, int depth)
{
    while (is_bracketed(s->e, from, to)) from++, to--;
    const char *word = find_joint(s->e, from, to, "OR") < to ? "OR" : "AND";
    size_t at = find_joint(s->e, from, to, word);
    struct term *t = add_term(s, from, to, depth);
    if (!t) return;
    if (at == to || depth == DEPTH_MAX) {
        describe(s, from, to, t);
        return;
    }
    while (from < to) {
        if (at > from) take_apart(s, from, at, depth + 1);
        from = at + 1;
        at = from < to ? find_joint(s->e, from, to, word) : to;
    }
}

void clause_terms(struct policy *p, const struct rule *r, const struct facts *f, struct arena *a, struct clause *out)
{
    struct parts s = { .p = p, .e = &r->expr, .f = f, .a = a, .out = out };
    out->terms = ARENA_ARRAY(a, struct term, TERMS_MAX);
    take_apart(&s, 0, r->expr.count, 0);
}
