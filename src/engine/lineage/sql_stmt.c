/* Statements: what each writes, and from what. One row a command; what is not known is passed over and counted. */
#include "engine/lineage/sql_internal.h"

typedef bool statement_fn(struct parser *p, struct stmt *st); /* false: not understood */

struct target *stmt_writes(struct parser *p, struct stmt *st)
{
    struct target **end = &st->targets, *t = NODE(p, target);
    if (p->full) return t;
    while (*end) end = &(*end)->next;
    *end = t;
    return t;
}

void stmt_reads(struct parser *p, struct stmt *st, const struct name *n)
{
    struct name *more = node_new(p, (st->also_read_count + 1) * sizeof *more);
    if (p->full) return;
    if (st->also_read_count) memcpy(more, st->also_reads, st->also_read_count * sizeof *more);
    more[st->also_read_count++] = *n;
    st->also_reads = more;
}

/* A table, or a path or stage that stands for one. */
bool parse_place(struct parser *p, struct name *n)
{
    *n = (struct name){ 0 };
    if (tok(p)->type == TOK_STRING || tok(p)->type == TOK_VARIABLE) {
        *n = (struct name){ { tok(p)->text }, 1 };
        step(p);
        return true;
    }
    take(p, W_ONLY);
    return parse_name(p, n);
}

bool is_statement_end(const struct token *t)
{
    return t->type == TOK_END || t->type == TOK_SEMI;
}

bool begins_statement(const struct token *t)
{
    return t->type == TOK_NAME && t->starts_line && (sql_word_flags(t->word) & WORD_HARD);
}

/* Forward to one of the words, at this depth; false: the statement ends before. */
bool forward_to(struct parser *p, const uint16_t *words, size_t n)
{
    while (!is_statement_end(tok(p)) && tok(p)->type != TOK_CLOSE) {
        for (size_t i = 0; i < n; i++)
            if (tok(p)->word == words[i] && words[i]) return true;
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
    return false;
}

static void skip_statement(struct parser *p)
{
    for (bool first = true; !is_statement_end(tok(p)); first = false) {
        if (!first && begins_statement(tok(p))) return;
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
}

/* --- COPY, LOAD, ALTER and the like --- */

static bool statement_copy(struct parser *p, struct stmt *st)
{
    st->kind = "copy";
    step(p);
    bool into = take(p, W_INTO);
    struct name n = { 0 }, other = { 0 };
    struct target *t = stmt_writes(p, st);
    if (p->full) return false;
    if (tok(p)->type == TOK_OPEN && at_query(p, 1)) { /* COPY (query) TO 'file' */
        t->query = parse_query(p);
        if (take(p, W_TO)) parse_place(p, &t->name);
        return true;
    }
    if (!parse_place(p, &n)) return false;
    struct item *columns = tok(p)->type == TOK_OPEN ? parse_column_list(p) : NULL;
    bool from = take(p, W_FROM);
    if (!from && !take(p, W_TO)) return false;
    if (tok(p)->type == TOK_OPEN && at_query(p, 1)) {
        t->name = n, t->columns = columns;
        t->query = parse_query(p);
        return true;
    }
    if (!parse_place(p, &other)) return true;
    t->name = from || into ? n : other;
    t->columns = columns;
    bool program = !(from || into) && str_eq_nocase(other.part[0], STR("stdout"));
    if (program) st->targets = NULL;
    if (!(from && str_eq_nocase(other.part[0], STR("stdin")))) stmt_reads(p, st, from || into ? &other : &n);
    return true;
}

static bool statement_load(struct parser *p, struct stmt *st)
{
    st->kind = "copy";
    struct name n;
    struct target *t = stmt_writes(p, st);
    while (!is_statement_end(tok(p)) && tok(p)->type != TOK_STRING) step(p);
    if (p->full || !parse_place(p, &n)) return false;
    stmt_reads(p, st, &n);
    if (!FORWARD_TO(p, W_TABLE)) return false;
    step(p);
    return parse_name(p, &t->name);
}

bool stmt_moves(struct parser *p, struct stmt *st, const struct name *from, const struct name *to)
{
    struct target *t = stmt_writes(p, st);
    struct query *q = NODE(p, query);
    if (p->full) return false;
    q->selects = NODE(p, select);
    if (p->full) return false;
    q->selects->items = NODE(p, item);
    q->selects->sources = NODE(p, source);
    if (p->full) return false;
    q->selects->items->star = true;
    expr_init(&q->selects->sources->args);
    q->selects->sources->name = *from;
    t->name = *to;
    t->query = q;
    return true;
}

static bool statement_alter(struct parser *p, struct stmt *st)
{
    struct name from, to;
    step(p);
    bool view = is_word(tok(p), W_VIEW) || is_word(tok_at(p, 1), W_VIEW);
    if (!FORWARD_TO(p, W_TABLE, W_VIEW)) return false;
    step(p);
    if (take(p, W_IF)) take(p, W_EXISTS);
    if (!parse_name(p, &from)) return false;
    if (view && is_word(tok(p), W_AS) && at_query(p, 1)) {
        struct target *t = stmt_writes(p, st);
        st->kind = "create_view";
        t->name = from;
        step(p);
        t->query = parse_query(p);
        return true;
    }
    bool renames = is_word(tok(p), W_RENAME) && (is_word(tok_at(p, 1), W_TO) || is_word(tok_at(p, 1), W_AS));
    bool swaps = is_word(tok(p), W_SWAP) && is_word(tok_at(p, 1), W_WITH);
    if (renames || swaps) {
        st->kind = "rename";
        p->i += 2;
        return parse_name(p, &to) && stmt_moves(p, st, &from, &to);
    }
    if (is_word(tok(p), W_EXCHANGE) && FORWARD_TO(p, W_TABLE)) { /* EXCHANGE PARTITION p WITH TABLE t */
        step(p);
        st->kind = "rename";
        return parse_name(p, &to) && stmt_moves(p, st, &to, &from);
    }
    return false;
}

static bool statement_rename(struct parser *p, struct stmt *st)
{
    struct name from, to;
    st->kind = "rename";
    step(p);
    if (!take(p, W_TABLE)) return false;
    do {
        if (!parse_name(p, &from) || !take(p, W_TO) || !parse_name(p, &to) || !stmt_moves(p, st, &from, &to))
            return false;
    } while (take_type(p, TOK_COMMA));
    return true;
}

static bool statement_drop(struct parser *p, struct stmt *st)
{
    st->kind = "drop";
    step(p);
    while (is_word(tok(p), W_MATERIALIZED) || is_word(tok(p), W_EXTERNAL) || is_word(tok(p), W_TEMPORARY) ||
           is_word(tok(p), W_TEMP))
        step(p);
    if (!take(p, W_TABLE) && !take(p, W_VIEW)) return false;
    if (take(p, W_IF)) take(p, W_EXISTS);
    struct name n;
    do
        if (parse_name(p, &n)) stmt_writes(p, st)->name = n;
    while (!p->full && take_type(p, TOK_COMMA));
    return true;
}

static bool statement_truncate(struct parser *p, struct stmt *st)
{
    st->kind = "delete";
    step(p);
    take(p, W_TABLE);
    struct name n;
    do {
        if (!parse_name(p, &n)) return false;
        stmt_writes(p, st)->name = n;
    } while (!p->full && take_type(p, TOK_COMMA));
    return true;
}

static bool statement_query(struct parser *p, struct stmt *st)
{
    st->kind = "select";
    st->query = parse_query(p);
    return true;
}

/* WITH x AS (...) before INSERT, UPDATE, DELETE, MERGE or a query. */
static bool dispatch(struct parser *p, struct stmt *st);

static bool statement_with(struct parser *p, struct stmt *st)
{
    size_t start = p->i;
    step(p);
    struct cte *ctes = parse_ctes(p);
    if (tok(p)->type == TOK_NAME && !is_word(tok(p), W_WITH) && (sql_word_flags(tok(p)->word) & WORD_STMT)) {
        st->ctes = ctes;
        return dispatch(p, st);
    }
    p->i = start;
    bool changes = st->targets != NULL;
    st->targets = NULL; /* they are read once more with the query */
    (void)statement_query(p, st);
    if (changes) st->ctes = st->query->ctes;
    return true;
}

/* FROM t INSERT OVERWRITE TABLE a SELECT ... INSERT ...: each branch reads the same sources. */
static bool statement_from(struct parser *p, struct stmt *st)
{
    size_t start = p->i;
    struct cond *conds = NULL, **end = &conds;
    step(p);
    struct source *sources = parse_sources(p, &end);
    if (!is_word(tok(p), W_INSERT)) {
        p->i = start;
        return statement_query(p, st);
    }
    st->kind = "insert";
    while (take(p, W_INSERT) && !p->full) {
        insert_modifiers(p);
        struct target *t = stmt_writes(p, st);
        if (p->full || !insert_into(p, t) || !at_query(p, 0)) return false;
        t->query = parse_query(p);
        if (t->query->selects) t->query->selects->sources = sources;
    }
    return true;
}

/* CACHE TABLE a AS SELECT, EXPORT DATA OPTIONS (...) AS SELECT, EXPLAIN SELECT: the query in it. */
static bool statement_wraps(struct parser *p, struct stmt *st)
{
    bool cache = take(p, W_CACHE);
    if (!cache) step(p);
    if (cache) {
        while (is_word(tok(p), W_LAZY) || is_word(tok(p), W_TABLE)) step(p);
        struct name n;
        if (!parse_name(p, &n)) return false;
        st->kind = "create_table";
        struct target *t = stmt_writes(p, st);
        t->name = n;
        create_from(p, st, t);
        return t->query != NULL;
    }
    while (!is_statement_end(tok(p)) && !p->full) {
        if (at_query(p, 0) || (sql_word_flags(tok(p)->word) & WORD_HARD)) return dispatch(p, st);
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
    return false;
}

/* UNLOAD ('SELECT ...') TO 's3://...' */
static bool statement_unload(struct parser *p, struct stmt *st)
{
    step(p);
    if (tok(p)->type != TOK_OPEN) return false;
    size_t close = tok(p)->match;
    step(p);
    st->kind = "copy";
    struct target *t = stmt_writes(p, st);
    if (p->full) return false;
    if (at_query(p, 0)) t->query = parse_query(p);
    else if (tok(p)->type == TOK_STRING) {
        struct parser inner = { .a = p->a, .dialect = p->dialect, .depth = p->depth + 1 };
        struct token *tokens;
        if (sql_tokens(tok(p)->text, p->dialect, p->a, &tokens, &inner.count).code) p->full = true;
        inner.t = tokens;
        inner.text = tok(p)->text;
        if (!p->full && at_query(&inner, 0)) t->query = parse_query(&inner);
    }
    p->i = close;
    step(p);
    if (take(p, W_TO)) parse_place(p, &t->name);
    return t->query != NULL;
}

static bool statement_other(struct parser *p, struct stmt *st);

static bool statement_table(struct parser *p, struct stmt *st)
{
    return at_query(p, 0) ? statement_query(p, st) : statement_other(p, st);
}

/* IF, WHILE, BEGIN, LOOP and other words of procedures: what they hold is read, they themselves are counted. */
static bool statement_code(struct parser *p, struct stmt *st)
{
    (void)st;
    p->skipped++;
    bool simple = is_word(tok(p), W_BEGIN) || is_word(tok(p), W_ELSE) || is_word(tok(p), W_LOOP) ||
                  is_word(tok(p), W_GO) || is_word(tok(p), W_END);
    step(p);
    if (simple) {
        static const uint16_t trailing[] = { W_TRAN, W_TRANSACTION, W_WORK, W_IF, W_LOOP, W_ATOMIC, W_CASE, W_NOT };
        for (size_t i = 0; i < sizeof trailing / sizeof *trailing; i++) take(p, (enum sql_word)trailing[i]);
        return true;
    }
    while (!is_statement_end(tok(p)) && !is_word(tok(p), W_THEN) && !is_word(tok(p), W_LOOP) &&
           !is_word(tok(p), W_BEGIN) && !is_word(tok(p), W_DO)) {
        bool holds =
            (sql_word_flags(tok(p)->word) & WORD_HARD) && tok(p)->type == TOK_NAME && tok_at(p, 1)->type != TOK_OPEN;
        if (holds || is_word(tok(p), W_SELECT)) return true;
        if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
    if (!is_statement_end(tok(p)) && !is_word(tok(p), W_BEGIN)) step(p);
    return true;
}

static bool statement_other(struct parser *p, struct stmt *st)
{
    (void)st;
    p->skipped++;
    skip_statement(p);
    return true;
}

static const struct {
    uint16_t word;
    statement_fn *parse;
} starters[] = {
    { W_SELECT, statement_query },  { W_VALUES, statement_query },      { W_WITH, statement_with },
    { W_FROM, statement_from },     { W_INSERT, statement_insert },     { W_REPLACE, statement_insert },
    { W_CREATE, statement_create }, { W_UPDATE, statement_update },     { W_DELETE, statement_delete },
    { W_MERGE, statement_merge },   { W_COPY, statement_copy },         { W_LOAD, statement_load },
    { W_UNLOAD, statement_unload }, { W_ALTER, statement_alter },       { W_RENAME, statement_rename },
    { W_DROP, statement_drop },     { W_TRUNCATE, statement_truncate }, { W_CACHE, statement_wraps },
    { W_EXPLAIN, statement_wraps }, { W_EXPORT, statement_wraps },      { W_BEGIN, statement_code },
    { W_IF, statement_code },       { W_WHILE, statement_code },        { W_LOOP, statement_code },
    { W_ELSE, statement_code },     { W_END, statement_code },          { W_GO, statement_code },
    { W_FOR, statement_code },      { W_ELSIF, statement_code },        { W_ELSEIF, statement_code },
    { W_TABLE, statement_table },
};

static bool dispatch(struct parser *p, struct stmt *st)
{
    const struct token *t = tok(p);
    if (t->type == TOK_OPEN && at_query(p, 0)) return statement_query(p, st);
    for (size_t i = 0; i < sizeof starters / sizeof *starters && !t->quoted; i++)
        if (t->word == starters[i].word) return starters[i].parse(p, st);
    return statement_other(p, st);
}

/* The next statement, if one is left. *count grows by one when it says something about tables. */
bool parse_statement(struct parser *p, struct stmt **out)
{
    while (tok(p)->type == TOK_SEMI || tok(p)->type == TOK_CLOSE) step(p);
    *out = NULL;
    if (tok(p)->type == TOK_END) return false;
    struct stmt *st = NODE(p, stmt);
    if (p->full) return false;
    size_t before = p->i;
    st->at = tok(p)->at;
    st->kind = "other";
    p->st = st;
    bool known = dispatch(p, st);
    if (!known) p->skipped++;
    if (p->i == before) step(p);
    bool query_follows = at_query(p, 0) && tok(p)->starts_line && !is_word(tok(p), W_FROM) && !is_word(tok(p), W_TABLE);
    bool code = known && !st->targets && !st->query;
    if (!code && !is_statement_end(tok(p)) && !begins_statement(tok(p)) && !query_follows) skip_statement(p);
    if (known && (st->targets || st->query)) *out = st;
    return true;
}
