#include "engine/lineage/sql_internal.h"

/* Offsets only grow from statement to statement, so lines are counted once over the text. */
static size_t lines_between(str text, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to && i < text.len; i++) n += text.ptr[i] == '\n';
    return n;
}

static err keep(struct collector *c, const struct sql_statement *s)
{
    struct sql_lineage *out = c->out;
    if (out->count == c->cap) {
        size_t more_cap = c->cap ? 2 * c->cap : 8;
        struct sql_statement *more = arena_try(c->a, more_cap * sizeof *more);
        if (!more) return err_make(ERR_LIMIT, "too little memory to read SQL");
        if (out->count) memcpy(more, out->statements, out->count * sizeof *more);
        out->statements = more;
        c->cap = more_cap;
    }
    out->statements[out->count++] = *s;
    return OK;
}

err collect(struct collector *c, const struct stmt *st)
{
    struct sql_statement one = { 0 };
    err e = session_statement(c->session, st, &one, &c->out->truncated);
    c->line += lines_between(c->text, c->seen, st->at);
    c->seen = st->at;
    one.line = c->line;
    return e.code ? e : keep(c, &one);
}

err sql_lineage(str text, const struct sql_options *opts, struct arena *a, struct sql_lineage *out)
{
    struct parser p = { .a = a, .text = text, .dialect = opts ? opts->dialect : SQL_AUTO };
    struct collector c = { .a = a, .text = text, .line = 1, .out = out };
    struct token *tokens = NULL;
    *out = (struct sql_lineage){ 0 };
    err e = sql_tokens(text, p.dialect, a, &tokens, &p.count);
    if (!e.code) e = session_new(opts, a, &c.session);
    if (e.code) return e;
    p.t = tokens;
    for (struct stmt *st; !e.code && parse_statement(&p, &st);)
        if (st && !p.full) e = collect(&c, st);
    if (!e.code && p.full) e = err_make(ERR_LIMIT, "too little memory to read SQL");
    out->skipped = p.skipped;
    return e;
}
