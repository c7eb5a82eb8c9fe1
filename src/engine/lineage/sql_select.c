/* FROM fills a scope, SELECT gives a result its columns, and results are combined: unions, WITH, queries in queries.
 * What a name means there is told by sql_resolve.c. */
#include "engine/lineage/sql_internal.h"

static struct output *output_add(struct resolver *rs, struct output ***end, str name)
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
    for (; o && rs_tick(rs); o = o->next) {
        struct output *copy = output_add(rs, &end, names && !o->star ? names->alias : o->name);
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
    for (; names && rs_tick(rs); names = names->next) {
        struct output *o = output_add(rs, &end, names->alias);
        if (o) from_add_all(rs, &o->from, args, FLOW_TRANSFORMATION);
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
    for (const struct item *it = s->added; it && rs_tick(rs); it = it->next) {
        struct output *o = output_add(rs, &end, it->alias);
        if (o) o->from = resolve_expr(rs, &it->expr, &alone, frame);
    }
    *sc->rels_end = r;
    sc->rels_end = &r->next;
}

void resolve_sources(struct resolver *rs, const struct source *s, struct scope *sc, struct cte_frame *frame,
                     const struct name *own)
{
    if (!sc->rels_end) sc->rels_end = &sc->rels;
    for (bool first = true; s && rs_tick(rs); s = s->next) {
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
    for (size_t i = 0; i < t->count && rs_tick(rs); i++) {
        if (left_out(it, t->columns[i])) continue;
        struct output *o = output_add(rs, end, t->columns[i]);
        if (o) from_add(rs, &o->from, t, t->columns[i], FLOW_IDENTITY);
    }
    if (t->columns) return;
    struct output *o = output_add(rs, end, STR("*"));
    if (!o) return;
    o->star = t;
    from_add(rs, &o->from, t, STR("*"), FLOW_IDENTITY);
}

static void star_of_outputs(struct resolver *rs, const struct item *it, const struct output *list, struct output ***end)
{
    for (; list && rs_tick(rs); list = list->next) {
        if (left_out(it, list->name)) continue;
        struct output *o = output_add(rs, end, list->name);
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
    for (const struct rel *r = sc->rels; r && rs_tick(rs); r = r->next) {
        if (only && r != only) continue;
        if (r->table) star_of_table(rs, it, r->table, end);
        else star_of_outputs(rs, it, r->outputs, end);
        star_of_outputs(rs, it, r->added, end);
    }
    for (const struct item *r = it->replace; r && rs_tick(rs); r = r->next) { /* instead of the column of that name */
        struct output *o = *begin;
        while (o && !str_eq_nocase(o->name, r->alias)) o = o->next;
        if (!o) o = output_add(rs, end, r->alias);
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
    for (const struct item *it = s->items; it && rs_tick(rs); it = it->next) {
        sc.aliases = first;
        if (it->star) {
            star(rs, it, &sc, frame, &end);
            continue;
        }
        struct from *from = resolve_expr(rs, &it->expr, &sc, frame);
        struct output *o = output_add(rs, &end, item_name(rs, it));
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
    for (; more && rs_tick(rs); more = more->next) {
        struct output *into = by_place ? at : (struct output *)output_named(all, more->name);
        if (by_place && at) at = at->next;
        if (into) {
            from_add_all(rs, &into->from, more->from, FLOW_IDENTITY);
            continue;
        }
        struct output **end = &all;
        while (*end) end = &(*end)->next;
        struct output *o = by_place ? NULL : output_add(rs, &end, more->name);
        if (o) o->from = more->from, o->star = more->star;
    }
}

/* Outputs may be shared with a query below: before sources are added to them they are copied. */
static struct output *own_copy(struct resolver *rs, const struct output *o)
{
    struct output *first = NULL, **end = &first;
    for (; o && rs_tick(rs); o = o->next) {
        struct output *copy = output_add(rs, &end, o->name);
        if (!copy) break;
        copy->star = o->star;
        from_add_all(rs, &copy->from, o->from, FLOW_IDENTITY);
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
    for (s = s->next; s && rs_tick(rs); s = s->next) merge(rs, all, resolve_select(rs, s, up, frame), q->by_name);
    return all;
}

static struct output *resolve_with_self(struct resolver *rs, const struct query *q, struct scope *up,
                                        struct cte_frame *frame, struct cte_result *self)
{
    if (rs->depth >= 2 * SQL_DEPTH_MAX || !rs_tick(rs)) {
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
    for (; ctes && rs_tick(rs); ctes = ctes->next) {
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
