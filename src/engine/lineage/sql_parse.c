/* The steps that every file of the parser takes: one node more, one token on, a name. */
#include "engine/lineage/sql_internal.h"

void *node_new(struct parser *p, size_t size)
{
    void *node = p->full ? NULL : arena_try(p->a, size);
    if (node) return node;
    p->full = true;
    memset(&p->spare, 0, sizeof p->spare);
    return &p->spare;
}

bool take(struct parser *p, enum sql_word w)
{
    if (!is_word(tok(p), w)) return false;
    step(p);
    return true;
}

bool take_type(struct parser *p, enum token_type t)
{
    if (tok(p)->type != t) return false;
    step(p);
    return true;
}

bool is_op(const struct token *t, const char *op)
{
    return t->type == TOK_OP && str_eq(t->text, str_of(op));
}

void skip_parens(struct parser *p)
{
    if (tok(p)->type != TOK_OPEN) return;
    p->i = tok(p)->match;
    step(p);
}

bool enter(struct parser *p)
{
    if (p->depth >= SQL_DEPTH_MAX) {
        p->skipped++;
        return false;
    }
    p->depth++;
    return true;
}

/* --- Names --- */

static str joined(struct parser *p, str a, str b)
{
    char *out = arena_try(p->a, a.len + b.len);
    if (!out) {
        p->full = true;
        return a;
    }
    if (a.len) memcpy(out, a.ptr, a.len);
    if (b.len) memcpy(out + a.len, b.ptr, b.len);
    return (str){ out, a.len + b.len };
}

bool is_name_part(const struct token *t)
{
    return t->type == TOK_NAME || t->type == TOK_TEMPLATE;
}

/* One part of a name: templates and what is glued to them belong together. */
static str name_part(struct parser *p)
{
    str part = tok(p)->text;
    bool template = tok(p)->type == TOK_TEMPLATE;
    step(p);
    while (is_name_part(tok(p)) && tok(p)->glued && (template || tok(p)->type == TOK_TEMPLATE)) {
        template = true;
        part = joined(p, part, tok(p)->text);
        step(p);
    }
    return part;
}

bool parse_name(struct parser *p, struct name *out)
{
    *out = (struct name){ 0 };
    if (!is_name_part(tok(p))) return false;
    for (;;) {
        str part = name_part(p);
        if (out->n == NAME_PARTS_MAX) { /* a field of a field: the table and column stand in front */
            out->part[NAME_PARTS_MAX - 1] = part;
        } else out->part[out->n++] = part;
        if (tok(p)->type != TOK_DOT) return true;
        size_t dots = 1;
        while (tok_at(p, dots)->type == TOK_DOT) dots++; /* db..table */
        if (!is_name_part(tok_at(p, dots))) return true;
        p->i += dots;
    }
}
