/* Text -> tokens. Every dialect's quoting at once, decided by the dialect where two contradict each other, and by what
 * stands around where the dialect is not known. */
#include "engine/lineage/sql_internal.h"

struct lexer {
    str s;
    size_t i;
    enum sql_dialect dialect;
    struct arena *a;
    struct token *out;
    size_t count, cap;
    bool full;
};

static bool has(const struct lexer *l, size_t at, const char *z)
{
    size_t n = strlen(z);
    return at + n <= l->s.len && memcmp(l->s.ptr + at, z, n) == 0;
}

static char at(const struct lexer *l, size_t i)
{
    return i < l->s.len ? l->s.ptr[i] : '\0';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}
static bool is_name_char(char c)
{
    return is_name_start(c) || is_digit(c) || c == '$' || c == '#' || c == '@';
}

static bool dquote_is_string(enum sql_dialect d)
{
    return d == SQL_MYSQL || d == SQL_BIGQUERY || d == SQL_SPARK;
}
static bool backslash_escapes(enum sql_dialect d)
{
    return dquote_is_string(d) || d == SQL_SNOWFLAKE || d == SQL_REDSHIFT;
}

static struct token *push(struct lexer *l, enum token_type type, size_t from, str text)
{
    size_t back = from;
    while (back > 0 && (l->s.ptr[back - 1] == ' ' || l->s.ptr[back - 1] == '\t')) back--;
    bool starts_line = back == 0 || l->s.ptr[back - 1] == '\n' || l->s.ptr[back - 1] == '\r';
    bool glued = l->count > 0 && from > 0 && !is_space(l->s.ptr[from - 1]) && l->s.ptr[from - 1] != '/';
    if (l->count + 1 >= l->cap) {
        size_t cap = l->cap ? l->cap * 2 : l->s.len / 6 + 64;
        struct token *more = arena_try(l->a, cap * sizeof *more);
        if (!more) {
            l->full = true;
            return NULL;
        }
        if (l->count) memcpy(more, l->out, l->count * sizeof *more);
        l->out = more;
        l->cap = cap;
    }
    struct token *t = &l->out[l->count++];
    *t = (struct token){
        .type = (uint8_t)type, .glued = glued, .starts_line = starts_line, .text = text, .at = (uint32_t)from
    };
    return t;
}

/* A copy with each doubled quote made one. */
static str undouble(struct lexer *l, str s, char quote)
{
    if (s.len == 0 || !memchr(s.ptr, quote, s.len)) return s;
    char *out = arena_try(l->a, s.len + 1);
    size_t n = 0;
    if (!out) {
        l->full = true;
        return s;
    }
    for (size_t i = 0; i < s.len; i++) {
        out[n++] = s.ptr[i];
        if (s.ptr[i] == quote && i + 1 < s.len && s.ptr[i + 1] == quote) i++;
    }
    return (str){ out, n };
}

/* From the opening quote at i; gives the inside. An unclosed one runs to the end. */
static str quoted(struct lexer *l, char close, bool backslash)
{
    size_t from = ++l->i;
    while (l->i < l->s.len) {
        char c = l->s.ptr[l->i];
        if (c == '\\' && backslash && l->i + 1 < l->s.len) l->i++;
        else if (c == close && at(l, l->i + 1) == close) l->i++;
        else if (c == close) break;
        l->i++;
    }
    size_t end = l->i < l->s.len ? l->i : l->s.len;
    if (l->i < l->s.len) l->i++;
    return str_cut(l->s, from, end - from);
}

static bool skip_block_comment(struct lexer *l)
{
    if (!has(l, l->i, "/*")) return false;
    size_t depth = 0;
    bool nests = l->dialect == SQL_POSTGRES || l->dialect == SQL_TSQL || l->dialect == SQL_DUCKDB;
    do {
        if (has(l, l->i, "/*") && (nests || depth == 0)) depth++, l->i += 2;
        else if (has(l, l->i, "*/")) depth--, l->i += 2;
        else l->i++;
    } while (depth > 0 && l->i < l->s.len);
    return true;
}

static bool hash_is_comment(const struct lexer *l)
{
    if (l->dialect == SQL_MYSQL || l->dialect == SQL_BIGQUERY) return true;
    if (l->dialect != SQL_AUTO) return false;
    char next = at(l, l->i + 1); /* #temp is a table of T-SQL, a # b and a #> b are operators of PostgreSQL */
    bool line_start = l->i == 0 || l->s.ptr[l->i - 1] == '\n';
    return line_start && (next == ' ' || next == '#' || next == '\n');
}

static bool skip_comment(struct lexer *l)
{
    bool line = has(l, l->i, "--") || (at(l, l->i) == '#' && hash_is_comment(l)) ||
                (has(l, l->i, "//") && l->dialect == SQL_SNOWFLAKE);
    if (!line) return skip_block_comment(l);
    while (l->i < l->s.len && l->s.ptr[l->i] != '\n') l->i++;
    return true;
}

/* $tag$ ... $tag$: the body of a function is code, not SQL of this file. */
static bool dollar_string(struct lexer *l)
{
    size_t from = l->i, end = l->i + 1;
    while (is_name_char(at(l, end)) && at(l, end) != '$') end++;
    if (at(l, end) != '$' || is_digit(at(l, from + 1))) return false;
    str tag = str_cut(l->s, from, end + 1 - from);
    ptrdiff_t close = str_find(l->s, tag, end + 1);
    size_t stop = close < 0 ? l->s.len : (size_t)close;
    push(l, TOK_STRING, from, str_cut(l->s, end + 1, stop - end - 1));
    l->i = close < 0 ? l->s.len : stop + tag.len;
    return true;
}

/* --- Templates: {{ ref('a') }} is the name a, {{ source('a', 'b') }} is a.b, {% %} and {# #} are passed over --- */

static size_t arguments(str body, str *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < body.len && n < max; i++) {
        char c = body.ptr[i];
        if (c != '\'' && c != '"') continue;
        size_t from = ++i;
        while (i < body.len && body.ptr[i] != c) i++;
        out[n++] = str_cut(body, from, i - from);
    }
    return n;
}

static void push_path(struct lexer *l, size_t from, const str *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i) push(l, TOK_DOT, from, STR("."));
        struct token *t = push(l, TOK_NAME, from, parts[i]);
        if (t) t->quoted = true;
        if (t && i) t->glued = true;
    }
}

static void expression(struct lexer *l, size_t from, str body)
{
    static const char *const silent[] = { "config", "set", "log", "do", "print", "return", "exceptions", "run_query" };
    str args[3];
    body = str_trim(body);
    while (body.len && (body.ptr[0] == '-' || body.ptr[0] == '+')) body = str_trim(str_cut(body, 1, body.len));
    while (body.len && body.ptr[body.len - 1] == '-') body = str_trim(str_cut(body, 0, body.len - 1));
    size_t word = 0;
    while (word < body.len && is_name_char(body.ptr[word])) word++;
    str head = str_cut(body, 0, word);
    bool calls = word < body.len && (body.ptr[word] == '(' || body.ptr[word] == ' ');
    if (calls && STR_IS(head, "ref")) {
        ptrdiff_t more = str_find(body, STR("="), 0); /* ref('x', v=2) */
        size_t n = arguments(more < 0 ? body : str_cut(body, 0, (size_t)more), args, 2);
        if (n) push_path(l, from, &args[n - 1], 1);
    } else if (calls && STR_IS(head, "source")) {
        push_path(l, from, args, arguments(body, args, 2));
    } else if (STR_IS(head, "this") && word == body.len) {
        push_path(l, from, &body, 1);
    } else {
        for (size_t i = 0; calls && i < sizeof silent / sizeof *silent; i++)
            if (str_eq(head, str_of(silent[i]))) return;
        push(l, TOK_TEMPLATE, from, str_cut(l->s, from, l->i - from));
    }
}

static bool template(struct lexer *l)
{
    static const char *const closes[][2] = { { "{{", "}}" }, { "{%", "%}" }, { "{#", "#}" } };
    for (size_t k = 0; k < 3; k++) {
        if (!has(l, l->i, closes[k][0])) continue;
        size_t from = l->i;
        ptrdiff_t end = str_find(l->s, str_of(closes[k][1]), from + 2);
        l->i = end < 0 ? l->s.len : (size_t)end + 2;
        if (k == 0) expression(l, from, str_cut(l->s, from + 2, (end < 0 ? l->s.len : (size_t)end) - from - 2));
        return true;
    }
    if (!has(l, l->i, "${")) return false; /* ${name}: Hive, Airflow, Flyway */
    size_t from = l->i;
    ptrdiff_t end = str_find(l->s, STR("}"), from);
    l->i = end < 0 ? l->s.len : (size_t)end + 1;
    push(l, TOK_TEMPLATE, from, str_cut(l->s, from, l->i - from));
    return true;
}

/* --- Names --- */

static bool folds_up(enum sql_dialect d)
{
    return d == SQL_SNOWFLAKE || d == SQL_ORACLE;
}

static str fold(struct lexer *l, str s)
{
    bool up = folds_up(l->dialect), change = false;
    char from = up ? 'a' : 'A', to = up ? 'z' : 'Z';
    for (size_t i = 0; i < s.len && !change; i++) change = s.ptr[i] >= from && s.ptr[i] <= to;
    if (!change) return s;
    char *out = arena_try(l->a, s.len);
    if (!out) {
        l->full = true;
        return s;
    }
    for (size_t i = 0; i < s.len; i++)
        out[i] = s.ptr[i] >= from && s.ptr[i] <= to ? (char)(s.ptr[i] ^ 32) : s.ptr[i];
    return (str){ out, s.len };
}

static void push_quoted(struct lexer *l, size_t from, str text)
{
    struct token *t = push(l, TOK_NAME, from, text);
    if (t) t->quoted = true;
}

/* [a name] of T-SQL, or the brackets of an array? */
static bool bracket_is_name(const struct lexer *l)
{
    if (l->dialect != SQL_AUTO && l->dialect != SQL_TSQL && l->dialect != SQL_SQLITE) return false;
    const struct token *last = l->count ? &l->out[l->count - 1] : NULL;
    bool after_operand =
        last && l->i > 0 && !is_space(l->s.ptr[l->i - 1]) &&
        (last->type == TOK_NAME || last->type == TOK_CLOSE || last->type == TOK_STRING || last->type == TOK_VARIABLE);
    size_t end = l->i + 1;
    while (end < l->s.len && l->s.ptr[end] != ']' && l->s.ptr[end] != '\n') end++;
    if (at(l, end) != ']' || end == l->i + 1 || after_operand) return false;
    if (l->dialect == SQL_TSQL) return true;
    return is_name_start(at(l, l->i + 1)) && !memchr(l->s.ptr + l->i, '\'', end - l->i) &&
           !memchr(l->s.ptr + l->i, ',', end - l->i);
}

static bool quoted_name(struct lexer *l)
{
    char c = at(l, l->i);
    size_t from = l->i;
    if (c == '"' && !dquote_is_string(l->dialect)) push_quoted(l, from, undouble(l, quoted(l, '"', false), '"'));
    else if (c == '`') {
        str inner = undouble(l, quoted(l, '`', false), '`'), part; /* `project.set.table` of BigQuery is three names */
        if (l->dialect == SQL_MYSQL) push_quoted(l, from, inner);
        else
            for (bool first = true; str_next(&inner, '.', &part); first = false) {
                if (!first) push(l, TOK_DOT, from, STR("."));
                push_quoted(l, from, part);
                if (!first && l->count) l->out[l->count - 1].glued = true;
            }
    } else if (c == '[' && bracket_is_name(l)) push_quoted(l, from, quoted(l, ']', false));
    else return false;
    return true;
}

/* r'..', b'..', n'..', e'..', x'..', also two letters, and U&'..' */
static size_t string_prefix(const struct lexer *l)
{
    static const char letters[] = { 'r', 'R', 'b', 'B', 'n', 'N', 'e', 'E', 'x', 'X', 'u', 'U' };
    size_t n = 0;
    while (n < 2 && memchr(letters, at(l, l->i + n), sizeof letters)) n++;
    if (n == 1 && at(l, l->i + 1) == '&' && at(l, l->i + 2) == '\'') return 2;
    char q = at(l, l->i + n);
    return n && (q == '\'' || (q == '"' && dquote_is_string(l->dialect))) ? n : 0;
}

static void string(struct lexer *l, size_t from)
{
    char q = at(l, l->i);
    char triple[4] = { q, q, q, 0 };
    bool escapes = backslash_escapes(l->dialect) || (l->i > from && (at(l, from) == 'e' || at(l, from) == 'E'));
    if (has(l, l->i, triple) && l->dialect == SQL_BIGQUERY) {
        ptrdiff_t end = str_find(l->s, str_of(triple), l->i + 3);
        size_t stop = end < 0 ? l->s.len : (size_t)end;
        push(l, TOK_STRING, from, str_cut(l->s, l->i + 3, stop - l->i - 3));
        l->i = end < 0 ? stop : stop + 3;
        return;
    }
    push(l, TOK_STRING, from, quoted(l, q, escapes));
}

static void name(struct lexer *l)
{
    size_t from = l->i;
    while (is_name_char(at(l, l->i)) && l->i < l->s.len) l->i++;
    str raw = str_cut(l->s, from, l->i - from);
    struct token *t = push(l, TOK_NAME, from, fold(l, raw));
    if (t) t->word = (uint16_t)sql_word_of(raw);
}

static void number(struct lexer *l)
{
    size_t from = l->i;
    while (is_digit(at(l, l->i)) || (at(l, l->i) == '.' && !is_name_start(at(l, l->i + 1)))) l->i++;
    if ((at(l, l->i) | 32) == 'e' &&
        (is_digit(at(l, l->i + 1)) ||
         ((at(l, l->i + 1) == '-' || at(l, l->i + 1) == '+') && is_digit(at(l, l->i + 2))))) {
        l->i += 2;
        while (is_digit(at(l, l->i))) l->i++;
    }
    bool name_like = is_name_start(at(l, l->i)); /* 2fa_table of Hive and MySQL, 0x1F */
    while (is_name_char(at(l, l->i)) && l->i < l->s.len) l->i++;
    str text = str_cut(l->s, from, l->i - from);
    push(l, name_like && at(l, from + 1) != 'x' ? TOK_NAME : TOK_NUMBER, from, text);
}

/* @x, @@x, :x, ?, %s, $1; @stage of Snowflake keeps its path. */
static bool variable(struct lexer *l)
{
    static const char marks[] = { '~', '%', '/', '.', '-' }; /* the first two also begin a stage */
    char c = at(l, l->i), next = at(l, l->i + 1);
    size_t from = l->i;
    if (c == '@' && (is_name_start(next) || next == '@' || next == '~' || next == '%')) {
        l->i++;
        while (l->i < l->s.len && (is_name_char(at(l, l->i)) || memchr(marks, at(l, l->i), sizeof marks)) &&
               (is_name_char(at(l, l->i)) || l->dialect == SQL_SNOWFLAKE || memchr(marks, at(l, l->i), 2)))
            l->i++;
    } else if (c == ':' && is_name_start(next) && (l->i == 0 || at(l, l->i - 1) != ':')) {
        const struct token *last = l->count ? &l->out[l->count - 1] : NULL;
        bool path = last && last->at + last->text.len >= l->i && (last->type == TOK_NAME || last->type == TOK_CLOSE);
        l->i++;
        while (is_name_char(at(l, l->i)) && l->i < l->s.len) l->i++;
        if (path) { /* value:field of Snowflake: the field is no column */
            push(l, TOK_OP, from, STR(":"));
            push(l, TOK_STRING, from, str_cut(l->s, from + 1, l->i - from - 1));
            return true;
        }
    } else if (c == '$' && is_digit(next)) {
        l->i++;
        while (is_digit(at(l, l->i))) l->i++;
    } else if (c == '%' && (next == 's' || next == '(') && (next == 's' ? !is_name_char(at(l, l->i + 2)) : false)) {
        l->i += 2;
    } else if (c == '?' && next != '|' && next != '&') {
        l->i++;
    } else return false;
    push(l, TOK_VARIABLE, from, str_cut(l->s, from, l->i - from));
    return true;
}

static void operator(struct lexer *l)
{
    static const struct {
        char c;
        enum token_type type;
    } single[] = { { '(', TOK_OPEN }, { ')', TOK_CLOSE }, { ',', TOK_COMMA },
                   { '.', TOK_DOT },  { ';', TOK_SEMI },  { '*', TOK_STAR } };
    static const char *const longer[] = { "::", "<=", ">=", "<>", "!=", "||", "->>", "->", "=>", ":=", "==" };
    size_t from = l->i;
    for (size_t k = 0; k < sizeof single / sizeof *single; k++) {
        if (at(l, from) != single[k].c) continue;
        l->i++;
        push(l, single[k].type, from, str_cut(l->s, from, 1));
        return;
    }
    size_t n = 1;
    for (size_t k = 0; k < sizeof longer / sizeof *longer; k++)
        if (has(l, from, longer[k]) && strlen(longer[k]) > n) n = strlen(longer[k]);
    l->i += n;
    push(l, TOK_OP, from, str_cut(l->s, from, n));
}

static void next(struct lexer *l)
{
    char c = at(l, l->i);
    size_t from = l->i, prefix = string_prefix(l);
    if (is_space(c) || c == '\0') l->i++;
    else if (skip_comment(l) || ((c == '{' || c == '$') && template(l))) return;
    else if (c == '$' && dollar_string(l)) return;
    else if (prefix || c == '\'' || (c == '"' && dquote_is_string(l->dialect))) {
        l->i += prefix;
        string(l, from);
    } else if (quoted_name(l)) return;
    else if (is_name_start(c) || (c == '#' && is_name_start(at(l, l->i + 1)) && l->dialect != SQL_POSTGRES)) {
        if (c == '#') l->i++;
        name(l);
        if (c == '#' && l->count) { /* #temp: the mark belongs to the name */
            struct token *t = &l->out[l->count - 1];
            t->text = fold(l, str_cut(l->s, from, l->i - from));
            t->word = 0;
        }
    } else if (is_digit(c) ||
               (c == '.' && is_digit(at(l, l->i + 1)) && !(l->count && l->out[l->count - 1].type == TOK_NAME)))
        number(l);
    else if (variable(l)) return;
    else operator(l);
}

/* Each opening parenthesis is told its partner; those that stay open end where the text does. */
static void match_parens(struct token *t, size_t count)
{
    uint32_t open = UINT32_MAX; /* the innermost open one; its match holds the next outer one meanwhile */
    for (uint32_t i = 0; i <= count; i++) {
        t[i].match = i; /* who takes something else for an opening one stays where it is */
        if (t[i].type == TOK_OPEN) {
            t[i].match = open;
            open = i;
        } else if (t[i].type == TOK_CLOSE && open != UINT32_MAX) {
            uint32_t outer = t[open].match;
            t[open].match = i;
            open = outer;
        }
    }
    while (open != UINT32_MAX) {
        uint32_t outer = t[open].match;
        t[open].match = (uint32_t)count;
        open = outer;
    }
}

err sql_tokens(str text, enum sql_dialect dialect, struct arena *a, struct token **out, size_t *count)
{
    if (text.len > SQL_TEXT_MAX) return err_make(ERR_LIMIT, "a SQL text of more than %d bytes", SQL_TEXT_MAX);
    struct lexer l = { .s = text, .dialect = dialect, .a = a };
    while (l.i < l.s.len && !l.full) next(&l);
    push(&l, TOK_END, text.len, STR(""));
    if (l.full) return err_make(ERR_LIMIT, "too little memory for a SQL text of %zu bytes", text.len);
    *out = l.out;
    *count = l.count - 1;
    match_parens(l.out, *count);
    return OK;
}
