/* INSERT and CREATE: what fills a table. */
#include "engine/lineage/sql_internal.h"

/* --- INSERT --- */

/* ON CONFLICT (a) DO UPDATE SET ..., ON DUPLICATE KEY UPDATE ...: EXCLUDED and VALUES() are the row at hand, so no new
 * source but for queries in it. */
static void upsert(struct parser *p, struct target *t)
{
    if (!is_word(tok(p), W_ON)) return;
    if (!FORWARD_TO(p, W_SET, W_UPDATE)) return;
    if (take(p, W_UPDATE)) take(p, W_SET);
    else step(p);
    struct item *sets = parse_sets(p);
    for (struct item *s = sets; s; s = s->next) s->expr.refs = NULL;
    t->sets = sets;
    if (take(p, W_WHERE)) {
        struct expr ignored;
        expr_init(&ignored);
        parse_expr(p, &ignored, FLOW_FILTER);
    }
}

void insert_modifiers(struct parser *p)
{
    static const uint16_t words[] = { W_LOW_PRIORITY, W_DELAYED, W_HIGH_PRIORITY, W_IGNORE, W_OR,      W_REPLACE,
                                      W_OVERWRITE,    W_INTO,    W_LOCAL,         W_TABLE,  W_ROLLBACK };
    for (bool found = true; found && !p->full;) {
        found = false;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) found |= tok(p)->word == words[i];
        if (found && tok_at(p, 1)->type == TOK_DOT) return;
        if (found) step(p);
    }
}

/* INTO t (a, b) VALUES (x, y) of INSERT ALL: x and y are columns of the query that follows all of them. */
static void insert_all(struct parser *p, struct stmt *st)
{
    while (!at_query(p, 0) && !is_statement_end(tok(p)) && !p->full) {
        if (!take(p, W_INTO)) {
            step(p);
            continue;
        }
        struct target *t = stmt_writes(p, st);
        if (!parse_place(p, &t->name)) return;
        if (tok(p)->type == TOK_OPEN) t->columns = parse_column_list(p);
        if (!take(p, W_VALUES) || tok(p)->type != TOK_OPEN) continue;
        struct item **end = &t->sets, *c = t->columns;
        size_t close = tok(p)->match;
        step(p);
        for (; p->i < close && !p->full; take_type(p, TOK_COMMA)) {
            struct item *it = NODE(p, item);
            expr_init(&it->expr);
            size_t before = p->i;
            parse_expr(p, &it->expr, FLOW_IDENTITY);
            if (p->i == before) step(p);
            if (c) it->alias = c->alias, c = c->next;
            *end = it, end = &it->next;
        }
        p->i = close;
        step(p);
    }
    struct query *q = at_query(p, 0) ? parse_query(p) : NULL;
    for (struct target *t = st->targets; t && q && !p->full; t = t->next) {
        if (!t->sets) {
            t->query = q;
            continue;
        }
        t->sources = NODE(p, source);
        expr_init(&t->sources->args);
        t->sources->kind = SOURCE_QUERY;
        t->sources->query = q;
        t->columns = NULL;
    }
}

static void partition(struct parser *p)
{
    if (!is_word(tok(p), W_PARTITION)) return;
    step(p);
    skip_parens(p);
    if (take(p, W_IF)) take(p, W_NOT), take(p, W_EXISTS);
}

bool insert_into(struct parser *p, struct target *t)
{
    if (take(p, W_DIRECTORY)) t->name = (struct name){ { tok(p)->text }, 1 }, step(p);
    else {
        bool path =
            tok_at(p, 1)->type == TOK_NAME && tok(p)->type == TOK_NAME && str_eq_nocase(tok(p)->text, STR("directory"));
        if (path) step(p);
        if (!parse_place(p, &t->name)) return false;
        if (tok(p)->type == TOK_OPEN && t->name.n == 1 && is_word(tok_at(p, 1), W_SELECT)) return true;
    }
    partition(p);
    if (tok(p)->type == TOK_OPEN && !at_query(p, 1)) t->columns = parse_column_list(p);
    partition(p);
    if (take(p, W_BY)) step(p); /* BY NAME */
    str alias;
    if (is_word(tok(p), W_AS) && tok_at(p, 1)->type == TOK_NAME) parse_alias(p, &alias);
    return true;
}

bool statement_insert(struct parser *p, struct stmt *st)
{
    st->kind = "insert";
    step(p);
    if ((is_word(tok(p), W_ALL) || is_word(tok(p), W_FIRST) ||
         (is_word(tok(p), W_OVERWRITE) && is_word(tok_at(p, 1), W_ALL))) &&
        tok_at(p, 1)->type == TOK_NAME) {
        insert_all(p, st);
        return true;
    }
    insert_modifiers(p);
    struct target *t = stmt_writes(p, st);
    if (p->full || !insert_into(p, t)) return false;
    while (!at_query(p, 0) && !is_statement_end(tok(p)) && !p->full && !is_word(tok(p), W_SET) &&
           !begins_statement(tok(p)) && !is_word(tok(p), W_ON)) {
        if (tok(p)->type == TOK_OPEN && at_query(p, 0)) break;
        if (tok(p)->type == TOK_OPEN) skip_parens(p); /* OUTPUT, ROW FORMAT, STORED AS, DEFAULT VALUES */
        else step(p);
    }
    if (take(p, W_SET)) t->sets = parse_sets(p);
    else if (at_query(p, 0)) t->query = parse_query(p);
    upsert(p, t);
    return true;
}

/* --- CREATE --- */

/* (a int, b text, PRIMARY KEY (a)): the names in front. */
static struct item *definitions(struct parser *p, struct stmt *st)
{
    static const uint16_t not_columns[] = { W_CONSTRAINT, W_PRIMARY, W_FOREIGN, W_UNIQUE, W_CHECK,
                                            W_INDEX,      W_KEY,     W_EXCLUDE, W_LIKE };
    struct item *first = NULL, **end = &first;
    size_t close = tok(p)->match;
    step(p);
    for (; p->i < close && !p->full; take_type(p, TOK_COMMA)) {
        bool column = tok(p)->type == TOK_NAME || tok(p)->type == TOK_TEMPLATE;
        for (size_t i = 0; i < sizeof not_columns / sizeof *not_columns; i++)
            if (tok(p)->word == not_columns[i] && tok_at(p, 1)->type != TOK_COMMA) column = false;
        if (is_word(tok(p), W_LIKE)) {
            struct name n;
            step(p);
            if (parse_name(p, &n)) stmt_reads(p, st, &n);
        }
        if (column) {
            struct item *c = NODE(p, item);
            if (p->full) break;
            c->alias = tok(p)->text;
            *end = c, end = &c->next;
        }
        size_t before = p->i;
        while (p->i < close && tok(p)->type != TOK_COMMA) {
            if (tok(p)->type == TOK_OPEN) skip_parens(p);
            else step(p);
        }
        if (p->i == before && tok(p)->type != TOK_COMMA) step(p);
    }
    p->i = close;
    step(p);
    return first;
}

static void if_not_exists(struct parser *p)
{
    if (take(p, W_IF)) take(p, W_NOT), take(p, W_EXISTS);
}

/* What stands between CREATE and TABLE or VIEW; false: something else is created. */
static bool creates(struct parser *p, bool *view)
{
    static const uint16_t others[] = { W_FUNCTION, W_PROCEDURE, W_TRIGGER, W_INDEX, W_SCHEMA, W_DATABASE, W_PACKAGE };
    for (int words = 0; words < 10 && tok(p)->type == TOK_NAME; words++) {
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            if (tok(p)->word == others[i]) return false;
        bool table = is_word(tok(p), W_TABLE) || is_word(tok(p), W_MODEL);
        *view = is_word(tok(p), W_VIEW);
        step(p);
        if (table || *view) return true;
        while (tok(p)->type == TOK_OP || tok(p)->type == TOK_STRING || tok(p)->type == TOK_VARIABLE)
            step(p); /* ALGORITHM = MERGE */
    }
    return false;
}

/* The options up to AS query, LIKE or CLONE. */
void create_from(struct parser *p, struct stmt *st, struct target *t)
{
    struct name n;
    while (!is_statement_end(tok(p)) && !p->full && !begins_statement(tok(p))) {
        if (take(p, W_CLONE) || take(p, W_LIKE)) {
            if (parse_name(p, &n)) stmt_reads(p, st, &n);
        } else if (is_word(tok(p), W_LOCATION) && tok_at(p, 1)->type == TOK_STRING) {
            stmt_reads(p, st, &(struct name){ { tok_at(p, 1)->text }, 1 });
            p->i += 2;
        } else if (is_word(tok(p), W_AS) && at_query(p, 1)) {
            step(p);
            t->query = parse_query(p);
            return;
        } else if (at_query(p, 0) && !is_word(tok(p), W_TABLE) && !is_word(tok(p), W_FROM)) {
            t->query = parse_query(p);
            return;
        } else if (tok(p)->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
}

static bool skip_code(struct parser *p);

bool statement_create(struct parser *p, struct stmt *st)
{
    bool view = false;
    step(p);
    if (!creates(p, &view)) return skip_code(p);
    st->kind = view ? "create_view" : "create_table";
    if_not_exists(p);
    struct target *t = stmt_writes(p, st);
    if (p->full || !parse_place(p, &t->name)) return false;
    bool query_in_parens = tok(p)->type == TOK_OPEN && at_query(p, 0);
    if (tok(p)->type == TOK_OPEN && !query_in_parens) {
        t->columns = definitions(p, st);
        st->declares = true;
    }
    create_from(p, st, t);
    return true;
}

/* The head of a procedure or function ends where its statements begin; a body in quotes is passed over with it. */
static bool skip_code(struct parser *p)
{
    p->skipped++;
    while (!is_statement_end(tok(p))) {
        const struct token *t = tok(p), *u = tok_at(p, 1);
        bool body =
            is_word(t, W_BEGIN) ||
            ((is_word(t, W_AS) || is_word(t, W_IS)) && u->type == TOK_NAME && (sql_word_flags(u->word) & WORD_STMT)) ||
            (is_word(t, W_AS) && at_query(p, 1));
        if (body) {
            step(p);
            break;
        }
        if (t->type == TOK_OPEN) skip_parens(p);
        else step(p);
    }
    return true;
}
