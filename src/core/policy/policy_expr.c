/* The first wall around `when:`. SQLite will parse the text inside brackets of ours, so whatever could end those
 * brackets, hide the rest of the line or name something that is no fact has to be refused before: every token must be
 * one of a short list, brackets must balance without ever closing one that the text did not open, and a comma may stand
 * only inside them. The second wall is the authorizer in policy_sql.c. */
#include "core/policy/policy_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const keywords[] = { "AND",     "OR",      "NOT",  "IN",   "IS",     "NULL", "ISNULL",
                                        "NOTNULL", "BETWEEN", "LIKE", "GLOB", "ESCAPE", "CASE", "WHEN",
                                        "THEN",    "ELSE",    "END",  "TRUE", "FALSE",  NULL };
static const char *const functions[] = { "abs", "coalesce", "ifnull", "iif",    "instr", "length", "lower", "max",
                                         "min", "nullif",   "round",  "substr", "trim",  "upper",  NULL };
static const char *const query_words[] = { "SELECT", "FROM",      "WHERE",   "VALUES", "WITH",   "EXISTS",
                                           "UNION",  "INTERSECT", "EXCEPT",  "JOIN",   "LIMIT",  "GROUP",
                                           "ORDER",  "HAVING",    "WINDOW",  "OVER",   "FILTER", "RAISE",
                                           "MATCH",  "REGEXP",    "COLLATE", "CAST",   "PRAGMA", "ATTACH",
                                           "INSERT", "UPDATE",    "DELETE",  "DROP",   NULL };
static const char *const operators[] = { "<=", ">=", "<>", "!=", "==", "||", "(", ")", ",",
                                         "<",  ">",  "=",  "+",  "-",  "*",  "/", "%", NULL };

struct reader {
    str text;
    size_t at;
    const struct policy_limits *limits;
    struct arena *a;
    struct expr *out;
    struct expr_problem *problem;
};

PRINTF_LIKE(3, 4) static bool fail(struct reader *r, size_t at, const char *fmt, ...)
{
    char msg[400];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    *r->problem = (struct expr_problem){ at, str_dup(r->a, str_of(msg)) };
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->text.len ? r->text.ptr[r->at + ahead] : 0;
}

static bool listed(str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq_nocase(word, str_of(*list))) return true;
    return false;
}

bool token_is(const struct token *t, const char *word)
{
    return (t->kind == TOKEN_OP || t->kind == TOKEN_WORD) && str_eq_nocase(t->text, str_of(word));
}

bool token_compares(const struct token *t)
{
    static const char *const ops[] = { "<", "<=", ">", ">=", "=", "==", "<>", "!=", NULL };
    return t->kind == TOKEN_OP && listed(t->text, ops);
}

static bool limit_constant(const struct policy_limits *l, str word, double *out)
{
    const struct {
        str name;
        double value;
    } rows[] = {
        { STR("ACT_ALONE_CONFIDENCE"), l->act_alone_confidence },
        { STR("BUDGET_USD_PER_DAY"), l->budget_usd_per_day },
        { STR("ATTEMPTS_PER_TARGET"), (double)l->attempts_per_target },
        { STR("COOL_DOWN_MINUTES"), (double)l->cool_down / (double)USEC_MINUTE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!str_eq(word, rows[i].name)) continue;
        *out = rows[i].value;
        return true;
    }
    return false;
}

static bool enum_constant(str word, int *fact, double *out)
{
    size_t count;
    const struct fact_spec *specs = policy_facts(&count);
    for (size_t i = 0; i < count; i++)
        for (int k = 0; specs[i].type == FACT_ENUM && specs[i].words[k]; k++) {
            if (!str_eq(word, str_of(specs[i].words[k]))) continue;
            *fact = (int)i;
            *out = k + 1;
            return true;
        }
    return false;
}

/* The nearest fact, constant or function, as "; did you mean 'x'?". */
static str word_hint(struct reader *r, str word)
{
    size_t count, n = 0;
    const struct fact_spec *specs = policy_facts(&count);
    const char **names = ARENA_ARRAY(r->a, const char *, 160);
    for (size_t i = 0; i < count; i++) names[n++] = specs[i].name;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; specs[i].type == FACT_ENUM && specs[i].words[k] && n < 120; k++) names[n++] = specs[i].words[k];
    for (int i = 0; functions[i]; i++) names[n++] = functions[i];
    for (int i = 0; keywords[i] && n < 159; i++) names[n++] = keywords[i];
    return yaml_hint(r->a, word, names);
}

static bool read_word(struct reader *r, struct token *t)
{
    size_t n = 0;
    while (is_letter(peek(r, n)) || is_digit(peek(r, n))) n++;
    t->text = str_cut(r->text, r->at, n);
    r->at += n;
    size_t gap = 0;
    while (peek(r, gap) == ' ') gap++;
    t->fact = fact_index(t->text);
    if (listed(t->text, keywords)) {
        t->kind = TOKEN_WORD;
    } else if (t->fact >= 0 && peek(r, gap) != '(') {
        t->kind = TOKEN_FACT;
        r->out->uses |= UINT32_C(1) << t->fact;
    } else if (listed(t->text, query_words)) {
        return fail(r, t->at, "'" STR_FMT "' is not allowed: a rule is one expression over the facts, no query",
                    STR_ARG(t->text));
    } else if (peek(r, gap) == '(') {
        t->kind = TOKEN_FUNCTION;
        if (!listed(t->text, functions))
            return fail(r, t->at, "the function '" STR_FMT "' is not allowed" STR_FMT, STR_ARG(str_cut(t->text, 0, 40)),
                        STR_ARG(yaml_hint(r->a, t->text, functions)));
    } else if (limit_constant(r->limits, t->text, &t->number) || enum_constant(t->text, &t->fact, &t->number)) {
        t->kind = TOKEN_CONSTANT;
    } else {
        return fail(r, t->at, "there is no fact '" STR_FMT "'" STR_FMT, STR_ARG(str_cut(t->text, 0, 40)),
                    STR_ARG(word_hint(r, t->text)));
    }
    return true;
}

static bool read_number(struct reader *r, struct token *t)
{
    size_t n = 0;
    while (is_digit(peek(r, n)) || peek(r, n) == '.') n++;
    if (n && (peek(r, n) == 'e' || peek(r, n) == 'E')) {
        n++;
        if (peek(r, n) == '-' || peek(r, n) == '+') n++;
        while (is_digit(peek(r, n))) n++;
    }
    t->kind = TOKEN_NUMBER;
    t->text = str_cut(r->text, r->at, n);
    r->at += n;
    bool ok = !str_to_f64(t->text, &t->number).code && isfinite(t->number) && !is_letter(peek(r, 0));
    return ok || fail(r, t->at, "'" STR_FMT "' is not a number", STR_ARG(str_cut(t->text, 0, 40)));
}

static bool read_string(struct reader *r, struct token *t)
{
    size_t n = 1, len = 0;
    char *to = arena_new(r->a, r->text.len + 1);
    for (;; n++) {
        char c = peek(r, n);
        if (!c) return fail(r, t->at, "a quoted text does not end");
        if (c == '\'' && peek(r, n + 1) != '\'') break;
        if (c == '\'') n++;
        to[len++] = c;
    }
    t->kind = TOKEN_STRING;
    t->string = (str){ to, len };
    t->text = str_cut(r->text, r->at, n + 1);
    r->at += n + 1;
    return true;
}

static bool read_operator(struct reader *r, struct token *t)
{
    str rest = str_cut(r->text, r->at, 2);
    t->kind = TOKEN_OP;
    if (STR_IS(rest, "--") || STR_IS(rest, "/*"))
        return fail(r, t->at, "comments are not allowed inside a rule's expression");
    for (int i = 0; operators[i]; i++) {
        if (!str_starts(rest, str_of(operators[i]))) continue;
        t->text = str_cut(r->text, r->at, strlen(operators[i]));
        r->at += t->text.len;
        return true;
    }
    char c = r->text.ptr[r->at];
    if (c == '"') return fail(r, t->at, "text stands in single quotes, facts in none: \" is not allowed");
    if (c == ';') return fail(r, t->at, "';' is not allowed: a rule is one expression");
    if ((unsigned char)c < 0x20 || (unsigned char)c >= 0x7f)
        return fail(r, t->at, "unexpected byte 0x%02x", (unsigned char)c);
    return fail(r, t->at, "unexpected '%c'", c);
}

static bool read_tokens(struct reader *r)
{
    while (r->at < r->text.len) {
        char c = peek(r, 0);
        if (c == ' ' || c == '\n' || c == '\t') {
            r->at++;
            continue;
        }
        if (r->out->count == TOKENS_MAX) return fail(r, r->at, "the expression has more than %d parts", TOKENS_MAX);
        struct token *t = &r->out->tokens[r->out->count++];
        *t = (struct token){ .at = r->at, .fact = -1 };
        bool ok = is_letter(c)                                    ? read_word(r, t)
                  : is_digit(c) || (c == '.' && is_digit(peek(r, 1))) ? read_number(r, t)
                  : c == '\''                                     ? read_string(r, t)
                                                                  : read_operator(r, t);
        if (!ok) return false;
    }
    return r->out->count > 0 || fail(r, 0, "expected an expression, got nothing");
}

static bool brackets_balance(struct reader *r)
{
    int depth = 0;
    for (size_t i = 0; i < r->out->count; i++) {
        const struct token *t = &r->out->tokens[i];
        if (token_is(t, "(")) depth++;
        if (token_is(t, ")") && --depth < 0) return fail(r, t->at, "')' closes a bracket that was not opened");
        if (token_is(t, ",") && depth == 0)
            return fail(r, t->at, "a second expression begins here: a rule has exactly one");
        if (token_is(t, "IN") && (i + 1 == r->out->count || !token_is(t + 1, "(")))
            return fail(r, t->at, "expected '(' after IN");
    }
    return depth == 0 || fail(r, r->text.len, "a bracket is not closed");
}

/* A fact may only be compared with what it can be: a text that is no number, an enum's own constant. SQLite would
 * compare anything with anything. */
static bool fits(struct reader *r, const struct token *fact, const struct token *v)
{
    size_t count;
    const struct fact_spec *spec = &policy_facts(&count)[fact->fact];
    bool number = v->kind == TOKEN_NUMBER || (v->kind == TOKEN_CONSTANT && v->fact < 0),
         quoted = v->kind == TOKEN_STRING;
    if (v->kind != TOKEN_NUMBER && v->kind != TOKEN_CONSTANT && !quoted) return true;
    if (spec->type == FACT_TEXT && !quoted)
        return fail(r, v->at, "%s is text, it cannot be compared with " STR_FMT, spec->name,
                    STR_ARG(str_cut(v->text, 0, 40)));
    if (spec->type == FACT_TEXT && spec->words && v->string.len && !yaml_nearest(v->string, spec->words))
        return fail(r, v->at, "%s is never '" STR_FMT "'; it is one of " STR_FMT, spec->name,
                    STR_ARG(str_cut(v->string, 0, 40)), STR_ARG(yaml_choices(r->a, spec->words)));
    if (spec->type == FACT_TEXT && spec->words && v->string.len &&
        !str_eq(str_of(yaml_nearest(v->string, spec->words)), v->string))
        return fail(r, v->at, "%s is never '" STR_FMT "'" STR_FMT, spec->name, STR_ARG(str_cut(v->string, 0, 40)),
                    STR_ARG(yaml_hint(r->a, v->string, spec->words)));
    if (spec->type == FACT_TEXT) return true;
    if (spec->type == FACT_ENUM && v->kind == TOKEN_CONSTANT && v->fact == fact->fact) return true;
    if (spec->type == FACT_ENUM && v->kind == TOKEN_NUMBER) return true;
    if (spec->type == FACT_ENUM)
        return fail(r, v->at, "%s is compared with " STR_FMT " (no quotes), not " STR_FMT, spec->name,
                    STR_ARG(yaml_choices(r->a, spec->words)), STR_ARG(str_cut(v->text, 0, 40)));
    return number || fail(r, v->at, "%s is a number, it cannot be compared with " STR_FMT, spec->name,
                          STR_ARG(str_cut(v->text, 0, 40)));
}

static bool list_fits(struct reader *r, const struct token *fact, size_t from)
{
    for (size_t i = from; i < r->out->count && !token_is(&r->out->tokens[i], ")"); i++)
        if (!fits(r, fact, &r->out->tokens[i])) return false;
    return true;
}

static bool comparisons_fit(struct reader *r)
{
    struct token *t = r->out->tokens;
    size_t n = r->out->count;
    for (size_t i = 0; i + 2 < n; i++) {
        if (t[i].kind == TOKEN_FACT && token_compares(&t[i + 1]) && !fits(r, &t[i], &t[i + 2])) return false;
        if (t[i + 2].kind == TOKEN_FACT && token_compares(&t[i + 1]) && !fits(r, &t[i + 2], &t[i])) return false;
        if (t[i].kind != TOKEN_FACT) continue;
        size_t in = i + 1 + (token_is(&t[i + 1], "NOT") ? 1 : 0);
        if (in < n && token_is(&t[in], "IN") && !list_fits(r, &t[i], in + 2)) return false;
        if (in + 3 < n && token_is(&t[in], "BETWEEN") && token_is(&t[in + 2], "AND") &&
            !(fits(r, &t[i], &t[in + 1]) && fits(r, &t[i], &t[in + 3])))
            return false;
    }
    return true;
}

bool expr_read(str text, const struct policy_limits *limits, struct arena *a, struct expr *out,
               struct expr_problem *problem)
{
    *out = (struct expr){ .text = text, .tokens = ARENA_ARRAY(a, struct token, TOKENS_MAX) };
    struct reader r = { .text = text, .limits = limits, .a = a, .out = out, .problem = problem };
    if (text.len > EXPR_TEXT_MAX) return fail(&r, 0, "the expression is longer than %d characters", EXPR_TEXT_MAX);
    return read_tokens(&r) && brackets_balance(&r) && comparisons_fit(&r);
}

str expr_sql(const struct expr *e, size_t from, size_t to, struct arena *a)
{
    struct buf b = buf_init(64 * 1024);
    for (size_t i = from; i < to; i++) {
        const struct token *t = &e->tokens[i];
        if (i > from) buf_char(&b, ' ');
        if (t->kind == TOKEN_CONSTANT) buf_fmt(&b, "%.17g", t->number);
        else buf_add(&b, t->text);
    }
    return buf_take(&b, a);
}
