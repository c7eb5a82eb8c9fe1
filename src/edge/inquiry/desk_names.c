/* Which categories and departments there are: those of the words and of the routing rules in force. A slip of the pen
 * must not become a department nobody works in, or a class that models learn. */
#include "edge/inquiry/desk_internal.h"

enum { NAMES_MAX = DESK_LABELS_MAX + 2 * ROUTING_WORDS_MAX + ROUTING_RULES_MAX + ROUTING_CONSULTANTS_MAX + 2 };

struct names {
    const char *items[NAMES_MAX + 1]; /* ended by NULL */
    size_t count;
    struct arena *a;
};

static void add(struct names *n, str name)
{
    if (name.len && n->count < NAMES_MAX) n->items[n->count++] = str_z(n->a, name);
}

static bool has(const struct names *n, str name)
{
    return word_index(n->items, name) >= 0;
}

err desk_routing(struct inquiry_desk *d, struct arena *a, struct routing **out)
{
    struct tx *tx = NULL;
    err e = store_read(d->opts.store, &tx);
    if (e.code) return e;
    struct rows *r = tx_query(tx, SQL_DOCUMENT_ACTIVE, V("routing"));
    str rules = rows_next(r) ? rows_dup(r, 1, a) : str_of(routing_default);
    rows_end(r);
    e = tx_err(tx);
    store_read_end(tx);
    return e.code ? e : routing_load(rules, out);
}

err desk_check_category(struct inquiry_desk *d, str category, struct arena *a)
{
    struct routing *r = NULL;
    struct desk_verdict v;
    struct names known = { .a = a };
    err e = desk_routing(d, a, &r);
    if (e.code) return e;
    desk_judge(inquiry_classifier_words(d->classifier), STR(""), STR(""), a, &v);
    for (size_t i = 0; i < v.category.count; i++) add(&known, v.category.items[i].label);
    for (size_t i = 0; i < r->map_count; i++) add(&known, r->map[i].category);
    if (!has(&known, category))
        e = err_make(ERR_INPUT, "category: neither words nor routing rules know '" STR_FMT "'" STR_FMT,
                     STR_ARG(str_utf8_prefix(category, 30)), STR_ARG(yaml_hint(a, category, known.items)));
    routing_free(r);
    return e;
}

err desk_check_department(struct inquiry_desk *d, str department, struct arena *a)
{
    struct routing *r = NULL;
    struct names known = { .a = a };
    err e = desk_routing(d, a, &r);
    if (e.code) return e;
    add(&known, r->fallback);
    add(&known, r->late.department);
    for (size_t i = 0; i < r->map_count; i++) add(&known, r->map[i].department);
    for (size_t i = 0; i < r->rule_count; i++) add(&known, r->rules[i].department);
    for (size_t i = 0; i < r->consultant_count; i++) add(&known, r->consultants[i].department);
    if (!has(&known, department))
        e = err_make(ERR_INPUT, "department: the routing rules have no '" STR_FMT "'" STR_FMT,
                     STR_ARG(str_utf8_prefix(department, 30)), STR_ARG(yaml_hint(a, department, known.items)));
    routing_free(r);
    return e;
}
