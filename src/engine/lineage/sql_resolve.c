/* Names -> columns of real tables. Scopes nest as queries do; a name is looked up from the inside out, where the
 * columns of a table are known among those that have it, else in the one table that could. */
#include "engine/lineage/sql_internal.h"

enum { FROM_MAX = 1024 }; /* sources of one column */

struct rel { /* something in FROM */
    struct rel *next;
    str alias;
    const struct name *name;  /* as written */
    struct table *table;      /* a real one; else NULL and: */
    struct output *outputs;   /* of a query */
    struct from *args;        /* of a function */
    bool function;
    struct output *added;     /* by a pivot */
};
struct cte_result {
    struct cte_result *next;
    str name;
    const struct item *columns; /* WITH name (a, b) */
    struct output *outputs;
};
struct cte_frame {
    struct cte_frame *up;
    struct cte_result *results;
};

void *rs_new(struct resolver *rs, size_t size)
{
    void *p = rs->full ? NULL : arena_try(rs->a, size);
    if (!p) rs->full = true;
    return p;
}

static bool tick(struct resolver *rs)
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

static void add_from(struct resolver *rs, struct from **list, struct table *t, str column, enum flow_kind kind)
{
    struct from **end = list;
    size_t n = 0;
    for (; *end && tick(rs); end = &(*end)->next, n++)
        if ((*end)->table == t && (*end)->kind == kind && str_eq_nocase((*end)->column, column)) return;
    if (n >= FROM_MAX) rs->truncated = true;
    if (*end || n >= FROM_MAX) return;
    struct from *f = rs_new(rs, sizeof *f);
    if (!f) return;
    *f = (struct from){ .table = t, .column = column, .kind = kind };
    *end = f;
}

static void add_all(struct resolver *rs, struct from **list, const struct from *more, enum flow_kind kind)
{
    for (; more && tick(rs); more = more->next)
        add_from(rs, list, more->table, more->column, combine(kind, more->kind));
}

static struct output *add_output(struct resolver *rs, struct output ***end, str name)
{
    struct output *o = rs_new(rs, sizeof *o);
    if (!o) return NULL;
    o->name = name;
    **end = o;
    *end = &o->next;
    return o;
}

static void add_read(struct resolver *rs, struct table *t)
{
    for (size_t i = 0; i < rs->read_count; i++)
        if (rs->reads[i] == t) return;
    if (rs->read_count == rs->read_cap) {
        size_t cap = rs->read_cap ? 2 * rs->read_cap : 16;
        struct table **more = rs_new(rs, cap * sizeof(struct table *));
        if (!more) return;
        if (rs->read_count) memcpy(more, rs->reads, rs->read_count * sizeof(struct table *));
        rs->reads = more;
        rs->read_cap = cap;
    }
    rs->reads[rs->read_count++] = t;
}

/* --- A column of one relation --- */

enum found { FOUND_NO, FOUND_MAYBE, FOUND_YES };

static const struct output *output_named(const struct output *o, str column)
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
        add_all(rs, out, o->from, kind);
    } else if (r->table) {
        add_from(rs, out, r->table, column, kind);
    } else if (r->function) {
        add_all(rs, out, r->args, kind == FLOW_IDENTITY ? FLOW_TRANSFORMATION : kind);
    } else {
        for (o = r->outputs; o && tick(rs); o = o->next)
            if (o->star) add_from(rs, out, o->star, column, kind);
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

static const struct rel *rel_named(const struct scope *sc, const struct name *n, size_t parts)
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
    for (struct scope *s = sc; s && tick(rs); s = s->up) {
        const struct rel *r;
        size_t maybes;
        const struct output *alias = s == sc ? alias_named(s, column) : NULL;
        if (alias && s->aliases_first) {
            add_all(rs, out, alias->from, kind);
            return true;
        }
        enum found f = search(s, column, &r, &maybes);
        bool lateral = alias && f != FOUND_YES && (f == FOUND_NO || session_lateral_aliases(rs->session));
        if (lateral) {
            add_all(rs, out, alias->from, kind);
            return true;
        }
        if (f == FOUND_NO || (sure && f == FOUND_MAYBE)) continue;
        if (f == FOUND_YES || maybes == 1) {
            take_column(rs, r, column, kind, out);
            return true;
        }
        for (r = s->rels; r && tick(rs); r = r->next)
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
    for (const struct rel *r = sc->rels; r && tick(rs); r = r->next)
        if (has_column(r, column) != FOUND_NO) take_column(rs, r, column, kind, out);
}

struct from *resolve_expr(struct resolver *rs, const struct expr *e, struct scope *sc, struct cte_frame *frame)
{
    struct from *out = NULL;
    for (const struct ref *r = e->refs; r && tick(rs); r = r->next) {
        enum flow_kind kind = r->kind == FLOW_IDENTITY && !e->bare ? FLOW_TRANSFORMATION : r->kind;
        if (r->everywhere) resolve_everywhere(rs, r->name.part[0], kind, sc, &out);
        else resolve_name(rs, &r->name, kind, sc, &out);
    }
    for (const struct sub *s = e->subs; s && tick(rs); s = s->next) {
        const struct output *o = resolve_query(rs, s->query, sc, frame);
        enum flow_kind kind = s->kind == FLOW_IDENTITY ? FLOW_TRANSFORMATION : s->kind;
        for (; o && tick(rs); o = o->next) add_all(rs, &out, o->from, kind);
    }
    return out;
}

void resolve_conds(struct resolver *rs, const struct cond *c, struct scope *sc, struct cte_frame *frame)
{
    for (; c && tick(rs); c = c->next) {
        sc->aliases_first = c->kind == FLOW_SORT;
        struct from *f = resolve_expr(rs, &c->expr, sc, frame);
        const struct output *o = sc->aliases;
        for (int64_t place = c->expr.place; o && place > 1; place--) o = o->next; /* ORDER BY 2 */
        if (c->expr.place > 0 && o) add_all(rs, &f, o->from, c->kind);
        enum flow_kind kind = flow_is_value(c->kind) ? FLOW_FILTER : c->kind;
        add_all(rs, &rs->deciding, f, kind);
    }
    sc->aliases_first = false;
}

/* --- FROM --- */

static const struct cte_result *cte_named(const struct cte_frame *frame, str name)
{
    for (; frame; frame = frame->up)
        for (const struct cte_result *c = frame->results; c; c = c->next)
            if (str_eq_nocase(c->name, name)) return c;
    return NULL;
}

bool frame_has(const struct cte_frame *frame, str name)
{
    return cte_named(frame, name) != NULL;
}

/* The outputs under other names: alias (a, b). */
static struct output *renamed(struct resolver *rs, const struct output *o, const struct item *names)
{
    struct output *first = NULL, **end = &first;
    for (; o && tick(rs); o = o->next) {
        struct output *copy = add_output(rs, &end, names && !o->star ? names->alias : o->name);
        if (!copy) break;
        copy->from = o->from;
        copy->star = o->star;
        if (names && !o->star) names = names->next;
    }
    return first;
}

static struct output *function_columns(struct resolver *rs, const struct item *names, struct from *args)
{
    struct output *first = NULL, **end = &first;
    for (; names && tick(rs); names = names->next) {
        struct output *o = add_output(rs, &end, names->alias);
        if (o) add_all(rs, &o->from, args, FLOW_TRANSFORMATION);
    }
    return first;
}

static bool same_name(const struct name *a, const struct name *b)
{
    if (a->n != b->n) return false;
    for (size_t i = 0; i < a->n; i++)
        if (!str_eq_nocase(a->part[i], b->part[i])) return false;
    return true;
}

static void table_rel(struct resolver *rs, struct rel *r, const struct source *s, struct cte_frame *frame, bool own)
{
    const struct cte_result *cte = s->name.n == 1 ? cte_named(frame, s->name.part[0]) : NULL;
    if (cte) {
        r->outputs = cte->outputs;
        return;
    }
    r->table = session_table(rs->session, &s->name);
    if (!r->table) rs->full = true;
    else if (!own) add_read(rs, r->table);
}

static void add_rel(struct resolver *rs, const struct source *s, struct scope *sc, struct cte_frame *frame, bool own)
{
    struct rel *r = rs_new(rs, sizeof *r);
    if (!r) return;
    r->alias = s->alias;
    r->name = s->name.n ? &s->name : NULL;
    if (s->kind == SOURCE_QUERY) r->outputs = resolve_query(rs, s->query, sc, frame);
    else if (s->kind == SOURCE_TABLE && s->name.n) table_rel(rs, r, s, frame, own);
    else {
        r->function = true;
        r->args = resolve_expr(rs, &s->args, sc, frame);
        r->outputs = function_columns(rs, s->columns, r->args);
    }
    if (s->columns && !r->function && !r->table) r->outputs = renamed(rs, r->outputs, s->columns);
    struct output **end = &r->added;
    struct scope alone = { .up = sc, .rels = r };
    for (const struct item *it = s->added; it && tick(rs); it = it->next) {
        struct output *o = add_output(rs, &end, it->alias);
        if (o) o->from = resolve_expr(rs, &it->expr, &alone, frame);
    }
    *sc->rels_end = r;
    sc->rels_end = &r->next;
}

/* own: the table a statement writes, which it does not read by naming it. */
void resolve_sources(struct resolver *rs, const struct source *s, struct scope *sc, struct cte_frame *frame,
                     const struct name *own)
{
    if (!sc->rels_end) sc->rels_end = &sc->rels;
    for (bool first = true; s && tick(rs); s = s->next) {
        bool writes = own && first && s->kind == SOURCE_TABLE && same_name(&s->name, own);
        if (writes) first = false;
        add_rel(rs, s, sc, frame, writes);
    }
}

/* --- SELECT --- */

static bool left_out(const struct item *it, str column)
{
    for (size_t i = 0; i < it->except.n; i++)
        if (str_eq_nocase(it->except.part[i], column)) return true;
    return false;
}

static void star_of_table(struct resolver *rs, const struct item *it, struct table *t, struct output ***end)
{
    for (size_t i = 0; i < t->count && tick(rs); i++) {
        if (left_out(it, t->columns[i])) continue;
        struct output *o = add_output(rs, end, t->columns[i]);
        if (o) add_from(rs, &o->from, t, t->columns[i], FLOW_IDENTITY);
    }
    if (t->columns) return;
    struct output *o = add_output(rs, end, STR("*"));
    if (!o) return;
    o->star = t;
    add_from(rs, &o->from, t, STR("*"), FLOW_IDENTITY);
}

static void star_of_outputs(struct resolver *rs, const struct item *it, const struct output *list, struct output ***end)
{
    for (; list && tick(rs); list = list->next) {
        if (left_out(it, list->name)) continue;
        struct output *o = add_output(rs, end, list->name);
        if (!o) return;
        o->from = list->from;
        o->star = list->star;
    }
}

static void star(struct resolver *rs, const struct item *it, struct scope *sc, struct cte_frame *frame,
                 struct output ***end)
{
    struct output **begin = *end;
    const struct rel *only = it->of.n ? rel_named(sc, &it->of, it->of.n) : NULL;
    if (it->of.n && !only) return;
    for (const struct rel *r = sc->rels; r && tick(rs); r = r->next) {
        if (only && r != only) continue;
        if (r->table) star_of_table(rs, it, r->table, end);
        else star_of_outputs(rs, it, r->outputs, end);
        star_of_outputs(rs, it, r->added, end);
    }
    for (const struct item *r = it->replace; r && tick(rs); r = r->next) { /* instead of the column of that name */
        struct output *o = *begin;
        while (o && !str_eq_nocase(o->name, r->alias)) o = o->next;
        if (!o) o = add_output(rs, end, r->alias);
        if (o) o->from = resolve_expr(rs, &r->expr, sc, frame);
    }
}

static str item_name(const struct resolver *rs, const struct item *it)
{
    if (it->alias.len) return it->alias;
    bool named = it->expr.bare || (it->expr.cast && session_casts_keep_names(rs->session));
    if (named && it->expr.refs) return it->expr.refs->name.part[it->expr.refs->name.n - 1];
    return it->raw;
}

static struct output *resolve_select(struct resolver *rs, const struct select *s, struct scope *up,
                                     struct cte_frame *frame)
{
    if (s->inner) return resolve_query(rs, s->inner, up, frame);
    struct scope sc = { .up = up };
    struct output *first = NULL, **end = &first;
    resolve_sources(rs, s->sources, &sc, frame, NULL);
    for (const struct item *it = s->items; it && tick(rs); it = it->next) {
        sc.aliases = first;
        if (it->star) {
            star(rs, it, &sc, frame, &end);
            continue;
        }
        struct from *from = resolve_expr(rs, &it->expr, &sc, frame);
        struct output *o = add_output(rs, &end, item_name(rs, it));
        if (o) o->from = from;
    }
    sc.aliases = first;
    resolve_conds(rs, s->conds, &sc, frame);
    return first;
}

/* The branches of a union, by place; with a * among them places are not known, and they stand side by side. */
static void merge(struct resolver *rs, struct output *all, const struct output *more, bool by_name)
{
    bool by_place = !by_name;
    for (const struct output *o = all; o; o = o->next) by_place &= o->star == NULL;
    for (const struct output *o = more; o; o = o->next) by_place &= o->star == NULL;
    struct output *at = all;
    for (; more && tick(rs); more = more->next) {
        struct output *into = by_place ? at : (struct output *)output_named(all, more->name);
        if (by_place && at) at = at->next;
        if (into) {
            add_all(rs, &into->from, more->from, FLOW_IDENTITY);
            continue;
        }
        struct output **end = &all;
        while (*end) end = &(*end)->next;
        struct output *o = by_place ? NULL : add_output(rs, &end, more->name);
        if (o) o->from = more->from, o->star = more->star;
    }
}

/* Outputs may be shared with a query below: before sources are added to them they are copied. */
static struct output *own_copy(struct resolver *rs, const struct output *o)
{
    struct output *first = NULL, **end = &first;
    for (; o && tick(rs); o = o->next) {
        struct output *copy = add_output(rs, &end, o->name);
        if (!copy) break;
        copy->star = o->star;
        add_all(rs, &copy->from, o->from, FLOW_IDENTITY);
    }
    return first;
}

static struct output *branches(struct resolver *rs, const struct query *q, struct scope *up, struct cte_frame *frame,
                               struct cte_result *self)
{
    const struct select *s = q->selects;
    struct output *all = s ? resolve_select(rs, s, up, frame) : NULL;
    if (!s || !s->next) return all;
    all = own_copy(rs, all);
    struct cte_frame with_self = { .up = frame,
                                   .results = self }; /* a recursive one sees itself from its second branch on */
    if (self) {
        self->outputs = self->columns ? renamed(rs, all, self->columns) : all;
        frame = &with_self;
    }
    for (s = s->next; s && tick(rs); s = s->next) merge(rs, all, resolve_select(rs, s, up, frame), q->by_name);
    return all;
}

static struct output *resolve_with_self(struct resolver *rs, const struct query *q, struct scope *up,
                                        struct cte_frame *frame, struct cte_result *self)
{
    if (rs->depth >= 2 * SQL_DEPTH_MAX || !tick(rs)) {
        rs->truncated = true;
        return NULL;
    }
    rs->depth++;
    frame = resolve_ctes(rs, q->ctes, up, frame);
    struct output *all = branches(rs, q, up, frame, self);
    struct scope sc = { .up = up, .aliases = all };
    resolve_conds(rs, q->conds, &sc, frame);
    rs->depth--;
    return all;
}

struct output *resolve_query(struct resolver *rs, const struct query *q, struct scope *up, struct cte_frame *frame)
{
    return resolve_with_self(rs, q, up, frame, NULL);
}

/* Each sees those before it, and itself in the later branches of a union. */
struct cte_frame *resolve_ctes(struct resolver *rs, const struct cte *ctes, struct scope *up, struct cte_frame *frame)
{
    struct cte_frame *mine = ctes ? rs_new(rs, sizeof *mine) : NULL;
    if (!mine) return frame;
    *mine = (struct cte_frame){ .up = frame };
    for (; ctes && tick(rs); ctes = ctes->next) {
        struct cte_result *c = rs_new(rs, sizeof *c), *self = rs_new(rs, sizeof *self);
        if (!c || !self) break;
        *self = (struct cte_result){ .name = ctes->name, .columns = ctes->columns };
        struct output *o = resolve_with_self(rs, ctes->query, up, mine, self);
        if (ctes->columns) o = renamed(rs, o, ctes->columns);
        *c = (struct cte_result){ .next = mine->results, .name = ctes->name, .outputs = o };
        mine->results = c;
    }
    return mine;
}
