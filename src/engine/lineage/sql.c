#include "engine/lineage/sql_internal.h"

/* Offsets only grow from statement to statement, so lines are counted once over the text. */
static size_t lines_between(str text, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to && i < text.len; i++) n += text.ptr[i] == '\n';
    return n;
}

static err keep(struct sql_lineage *out, size_t *cap, const struct sql_statement *s, struct arena *a)
{
    if (out->count == *cap) {
        size_t more_cap = *cap ? 2 * *cap : 8;
        struct sql_statement *more = arena_try(a, more_cap * sizeof *more);
        if (!more) return err_make(ERR_LIMIT, "too little memory to read SQL");
        if (out->count) memcpy(more, out->statements, out->count * sizeof *more);
        out->statements = more;
        *cap = more_cap;
    }
    out->statements[out->count++] = *s;
    return OK;
}

err sql_lineage(str text, const struct sql_options *opts, struct arena *a, struct sql_lineage *out)
{
    struct parser p = { .a = a, .text = text, .dialect = opts ? opts->dialect : SQL_AUTO };
    struct session *s = NULL;
    struct token *tokens = NULL;
    size_t cap = 0, line = 1, seen = 0;
    *out = (struct sql_lineage){ 0 };
    err e = sql_tokens(text, p.dialect, a, &tokens, &p.count);
    if (!e.code) e = session_new(opts, a, &s);
    if (e.code) return e;
    p.t = tokens;
    for (struct stmt *st; !e.code && parse_statement(&p, &st);) {
        if (!st || p.full) continue;
        struct sql_statement one = { 0 };
        e = session_statement(s, st, &one, &out->truncated);
        line += lines_between(text, seen, st->at);
        seen = st->at;
        one.line = line;
        if (!e.code) e = keep(out, &cap, &one, a);
    }
    if (!e.code && p.full) e = err_make(ERR_LIMIT, "too little memory to read SQL");
    out->skipped = p.skipped;
    return e;
}
