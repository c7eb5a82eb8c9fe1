/* Names -> columns of real tables. Scopes nest as queries do; a name is looked up from the inside out, where the
 * columns of a table are known among those that have it, else in the one table that could. What is in a scope comes
 * from sql_select.c. */
#include "engine/lineage/sql_internal.h"

enum { FROM_MAX = 1024 }; /* sources of one column */

void *rs_new(struct resolver *rs, size_t size)
{
    void *p = rs->full ? NULL : arena_try(rs->a, size);
    if (!p) rs->full = true;
    return p;
}

bool rs_tick(struct resolver *rs)
{
    if (rs->work == 0) rs->truncated = true;
    else rs->work--;
    return rs->work > 0 && !rs->full;
}

/* --- Lists of sources --- */

/* `outer` is done to a value that `inner` was done to already. What once decided only goes on deciding. */
static enum flow_kind combine(enum flow_kind outer, enum flow_kind inner)
{
    if (!flow_is_value(inner)) return inner;
    return outer > inner ? outer : inner;
}

void from_add(struct resolver *rs, struct from **list, struct table *t, str column, enum flow_kind kind)
{
    struct from **end = list;
    size_t n = 0;
    for (; *end && rs_tick(rs); end = &(*end)->next, n++)
        if ((*end)->table == t && (*end)->kind == kind && str_eq_nocase((*end)->column, column)) return;
    if (n >= FROM_MAX) rs->truncated = true;
    if (*end || n >= FROM_MAX) return;
    struct from *f = rs_new(rs, sizeof *f);
    if (!f) return;
    *f = (struct from){ .table = t, .column = column, .kind = kind };
    *end = f;
}

void from_add_all(struct resolver *rs, struct from **list, const struct from *more, enum flow_kind kind)
{
    for (; more && rs_tick(rs); more = more->next)
        from_add(rs, list, more->table, more->column, combine(kind, more->kind));
}

/* --- A column of one relation --- */

enum found { FOUND_NO, FOUND_MAYBE, FOUND_YES };

const struct output *output_named(const struct output *o, str column)
{
    for (; o; o = o->next)
        if (str_eq_nocase(o->name, column) && !o->star) return o;
    return NULL;
}

static bool table_has(const struct table *t, str column)
{
    for (size_t i = 0; i < t->count; i++)
        if (str_eq_nocase(t->columns[i], column)) return true;
    return false;
}

static enum found has_column(const struct rel *r, str column)
{
    if (output_named(r->added, column)) return FOUND_YES;
    if (r->table) return !r->table->columns ? FOUND_MAYBE : table_has(r->table, column) ? FOUND_YES : FOUND_NO;
    if (output_named(r->outputs, column)) return FOUND_YES;
    if (r->function) return str_eq_nocase(r->alias, column) ? FOUND_YES : r->outputs ? FOUND_NO : FOUND_MAYBE;
    for (const struct output *o = r->outputs; o; o = o->next)
        if (o->star) return FOUND_MAYBE;
    return FOUND_NO;
}

static void take_column(struct resolver *rs, const struct rel *r, str column, enum flow_kind kind, struct from **out)
{
    const struct output *o = output_named(r->added, column);
    if (!o && !r->table) o = output_named(r->outputs, column);
    if (o) {
        from_add_all(rs, out, o->from, kind);
    } else if (r->table) {
        from_add(rs, out, r->table, column, kind);
    } else if (r->function) {
        from_add_all(rs, out, r->args, kind == FLOW_IDENTITY ? FLOW_TRANSFORMATION : kind);
    } else {
        for (o = r->outputs; o && rs_tick(rs); o = o->next)
            if (o->star) from_add(rs, out, o->star, column, kind);
    }
}

/* --- Names --- */

/* Does the qualifier (all parts of n but the last `cut`) mean this relation? */
static bool rel_matches(const struct rel *r, const struct name *n, size_t parts, bool behind_alias)
{
    if (r->alias.len && parts == 1 && str_eq_nocase(r->alias, n->part[0])) return true;
    if ((r->alias.len && !behind_alias) || !r->name || r->name->n < parts) return false;
    for (size_t i = 0; i < parts; i++)
        if (!str_eq_nocase(n->part[i], r->name->part[r->name->n - parts + i])) return false;
    return true;
}

const struct rel *rel_named(const struct scope *sc, const struct name *n, size_t parts)
{
    for (int behind_alias = 0; behind_alias < 2; behind_alias++)
        for (const struct scope *s = sc; s; s = s->up)
            for (const struct rel *r = s->rels; r; r = r->next)
                if (rel_matches(r, n, parts, behind_alias)) return r;
    return NULL;
}

static const struct output *alias_named(const struct scope *sc, str name)
{
    return output_named(sc->aliases, name);
}

/* The relations of one scope that have the column, or could. Gives how sure it is; several that could are a guess. */
static enum found search(const struct scope *sc, str column, const struct rel **out, size_t *maybes)
{
    const struct rel *maybe = NULL, *function = NULL;
    *maybes = 0;
    for (const struct rel *r = sc->rels; r; r = r->next) {
        enum found f = has_column(r, column);
        if (f == FOUND_YES) {
            *out = r;
            return f;
        }
        if (f == FOUND_MAYBE && r->function) function = function ? function : r;
        else if (f == FOUND_MAYBE) maybe = maybe ? maybe : r, ++*maybes;
    }
    *out = maybe ? maybe : function;
    if (!maybe && function) *maybes = 1;
    return *out ? FOUND_MAYBE : FOUND_NO;
}

static bool resolve_plain(struct resolver *rs, str column, enum flow_kind kind, struct scope *sc, bool sure,
                          struct from **out)
{
    for (struct scope *s = sc; s && rs_tick(rs); s = s->up) {
        const struct rel *r;
        size_t maybes;
        const struct output *alias = s == sc ? alias_named(s, column) : NULL;
        if (alias && s->aliases_first) {
            from_add_all(rs, out, alias->from, kind);
            return true;
        }
        enum found f = search(s, column, &r, &maybes);
        bool lateral = alias && f != FOUND_YES && (f == FOUND_NO || session_lateral_aliases(rs->session));
        if (lateral) {
            from_add_all(rs, out, alias->from, kind);
            return true;
        }
        if (f == FOUND_NO || (sure && f == FOUND_MAYBE)) continue;
        if (f == FOUND_YES || maybes == 1) {
            take_column(rs, r, column, kind, out);
            return true;
        }
        for (r = s->rels; r && rs_tick(rs); r = r->next)
            if (has_column(r, column) == FOUND_MAYBE && !r->function) take_column(rs, r, column, kind, out);
        return true;
    }
    return false;
}

static void resolve_name(struct resolver *rs, const struct name *n, enum flow_kind kind, struct scope *sc,
                         struct from **out)
{
    str last = n->part[n->n - 1];
    if (n->n == 1) {
        resolve_plain(rs, last, kind, sc, false, out);
        return;
    }
    const struct rel *r = rel_named(sc, n, n->n - 1);
    if (r) {
        take_column(rs, r, last, kind, out);
        return;
    }
    enum flow_kind part = kind == FLOW_IDENTITY ? FLOW_TRANSFORMATION : kind;
    for (size_t parts = n->n - 2; parts > 0; parts--) /* t.column.field */
        if ((r = rel_named(sc, n, parts))) {
            take_column(rs, r, n->part[parts], part, out);
            return;
        }
    resolve_plain(rs, n->part[0], part, sc, !session_structs(rs->session), out); /* column.field */
}

static void resolve_everywhere(struct resolver *rs, str column, enum flow_kind kind, struct scope *sc,
                               struct from **out)
{
    for (const struct rel *r = sc->rels; r && rs_tick(rs); r = r->next)
        if (has_column(r, column) != FOUND_NO) take_column(rs, r, column, kind, out);
}

struct from *resolve_expr(struct resolver *rs, const struct expr *e, struct scope *sc, struct cte_frame *frame)
{
    struct from *out = NULL;
    for (const struct ref *r = e->refs; r && rs_tick(rs); r = r->next) {
        enum flow_kind kind = r->kind == FLOW_IDENTITY && !e->bare ? FLOW_TRANSFORMATION : r->kind;
        if (r->everywhere) resolve_everywhere(rs, r->name.part[0], kind, sc, &out);
        else resolve_name(rs, &r->name, kind, sc, &out);
    }
    for (const struct sub *s = e->subs; s && rs_tick(rs); s = s->next) {
        const struct output *o = resolve_query(rs, s->query, sc, frame);
        enum flow_kind kind = s->kind == FLOW_IDENTITY ? FLOW_TRANSFORMATION : s->kind;
        for (; o && rs_tick(rs); o = o->next) from_add_all(rs, &out, o->from, kind);
    }
    return out;
}

void resolve_conds(struct resolver *rs, const struct cond *c, struct scope *sc, struct cte_frame *frame)
{
    for (; c && rs_tick(rs); c = c->next) {
        sc->aliases_first = c->kind == FLOW_SORT;
        struct from *f = resolve_expr(rs, &c->expr, sc, frame);
        const struct output *o = sc->aliases;
        for (int64_t place = c->expr.place; o && place > 1; place--) o = o->next; /* ORDER BY 2 */
        if (c->expr.place > 0 && o) from_add_all(rs, &f, o->from, c->kind);
        enum flow_kind kind = flow_is_value(c->kind) ? FLOW_FILTER : c->kind;
        from_add_all(rs, &rs->deciding, f, kind);
    }
    sc->aliases_first = false;
}
