/* dbt's manifest.json: what each model is made of. */
#include "edge/lineage/declare.h"
#include "edge/lineage/sql_read.h"

enum { NODES_MAX = 200 * 1000, INPUTS_MAX = 4096, SCRATCH = 64 << 20, KNOWN_MAX = 512 };

struct model {
    str id, dataset;
    json *node;
    bool entered, done, is_exposure;
    const str *columns; /* of its query, when all are known */
    size_t column_count;
};

struct manifest {
    struct model *models;
    size_t count;
    uint32_t *slots, mask; /* models by id: index + 1 */
    enum sql_dialect dialect;
    str space, origin, actor;
    struct arena *a;
    struct input_list *out;
};

static uint32_t *slot_of(const struct manifest *m, str id)
{
    uint32_t at = (uint32_t)hash64(id) & m->mask;
    while (m->slots[at] && !str_eq(m->models[m->slots[at] - 1].id, id)) at = (at + 1) & m->mask;
    return &m->slots[at];
}

static struct model *model_named(const struct manifest *m, str id)
{
    uint32_t found = *slot_of(m, id);
    return found ? &m->models[found - 1] : NULL;
}

static str plain_name(str quoted, struct arena *a)
{
    char *out = arena_new(a, quoted.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < quoted.len; i++)
        if (!memchr("\"`[]", quoted.ptr[i], 4)) out[n++] = quoted.ptr[i];
    return (str){ out, n };
}

static str text_or(json *o, const char *key, str fallback)
{
    str s = json_get_str(o, key);
    return s.len ? s : fallback;
}

/* database.schema.alias, as its relation is called; ephemeral models have no relation and are called the same way. */
static str dataset_of(const struct manifest *m, json *node)
{
    str relation = plain_name(json_get_str(node, "relation_name"), m->a);
    if (!relation.len) {
        str db = json_get_str(node, "database"), schema = json_get_str(node, "schema");
        str alias = text_or(node, "alias", text_or(node, "identifier", json_get_str(node, "name")));
        relation = str_fmt(m->a, STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(db), db.len ? "." : "", STR_ARG(schema),
                           schema.len ? "." : "", STR_ARG(alias));
    }
    return m->space.len ? str_fmt(m->a, STR_FMT "/" STR_FMT, STR_ARG(m->space), STR_ARG(relation)) : relation;
}

static void add_models(struct manifest *m, json *group, bool exposures)
{
    static const char *const makers[] = { "model", "seed", "snapshot", "source", "exposure" };
    size_t i, n;
    json *id, *node;
    yyjson_obj_foreach(group, i, n, id, node)
    {
        str type = json_get_str(node, "resource_type");
        bool known = false;
        for (size_t k = 0; k < sizeof makers / sizeof *makers; k++) known |= str_eq(type, str_of(makers[k]));
        if (!known && !exposures) continue;
        uint32_t *slot = slot_of(m, json_str(id, STR("")));
        if (*slot) continue;
        struct model *one = &m->models[m->count++];
        *one = (struct model){ .id = json_str(id, STR("")), .node = node, .is_exposure = exposures };
        *slot = (uint32_t)m->count;
        if (!exposures) one->dataset = dataset_of(m, node);
    }
}

static enum sql_dialect dialect_of(json *manifest)
{
    enum sql_dialect d = SQL_AUTO;
    (void)sql_dialect_of(json_get_str(json_get(manifest, "metadata"), "adapter_type"), &d);
    return d;
}

static err index_models(struct manifest *m, json *root)
{
    size_t nodes = yyjson_obj_size(json_get(root, "nodes")) + yyjson_obj_size(json_get(root, "sources")) +
                   yyjson_obj_size(json_get(root, "exposures"));
    if (nodes > NODES_MAX) return err_make(ERR_LIMIT, "the manifest has %zu nodes, %d are read", nodes, NODES_MAX);
    uint32_t slots = 16;
    while (slots < 2 * nodes + 2) slots *= 2;
    m->models = arena_try(m->a, (nodes + 1) * sizeof *m->models);
    m->slots = arena_try(m->a, slots * sizeof *m->slots);
    m->mask = slots - 1;
    m->out->items = arena_try(m->a, (nodes + 1) * sizeof *m->out->items);
    m->out->refused = arena_try(m->a, sizeof *m->out->refused);
    if (m->a->full) return err_make(ERR_LIMIT, "too little memory for a manifest of %zu nodes", nodes);
    add_models(m, json_get(root, "sources"), false);
    add_models(m, json_get(root, "nodes"), false);
    add_models(m, json_get(root, "exposures"), true);
    return OK;
}

/* --- One model --- */

static str owner_of(json *node, struct arena *a)
{
    json *owner = json_get(node, "owner");
    if (!owner) owner = json_get(json_get(json_get(node, "config"), "meta"), "owner");
    if (!owner) owner = json_get(json_get(node, "meta"), "owner");
    str name = yyjson_is_str(owner) ? json_str(owner, STR("")) : text_or(owner, "email", json_get_str(owner, "name"));
    return str_dup(a, name);
}

static str code_of(json *node)
{
    static const char *const keys[] = { "compiled_code", "compiled_sql", "raw_code",
                                        "raw_sql" }; /* newer before older, clear before template */
    if (STR_IS(json_get_str(node, "language"), "python")) return STR("");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_get_str(node, keys[i]).len) return json_get_str(node, keys[i]);
    return STR("");
}

struct parents {
    str names[INPUTS_MAX];
    struct sql_schema schemas[KNOWN_MAX];
    size_t count, schema_count;
};

static void gather(const struct manifest *m, const struct model *one, struct parents *p)
{
    size_t i, n;
    json *id;
    p->count = p->schema_count = 0;
    yyjson_arr_foreach(json_get(json_get(one->node, "depends_on"), "nodes"), i, n, id)
    {
        const struct model *up = model_named(m, json_str(id, STR("")));
        if (!up || !up->dataset.len || p->count == INPUTS_MAX) continue;
        p->names[p->count++] = up->dataset;
        if (up->column_count && p->schema_count < KNOWN_MAX)
            p->schemas[p->schema_count++] = (struct sql_schema){ up->dataset, up->columns, up->column_count };
    }
}

/* Names in SQL stand without the namespace: columns are known under the tail of the dataset's name. */
static void without_space(const struct manifest *m, struct parents *p)
{
    size_t skip = m->space.len ? m->space.len + 1 : 0;
    for (size_t i = 0; i < p->schema_count; i++)
        p->schemas[i].table = str_cut(p->schemas[i].table, skip, p->schemas[i].table.len);
}

static void keep_columns(const struct manifest *m, struct model *one, const struct sql_lineage *l)
{
    const struct sql_statement *s = l->count == 1 ? &l->statements[0] : NULL;
    if (!s || !s->column_count) return;
    str *names = arena_try(m->a, s->column_count * sizeof *names);
    for (size_t i = 0; names && i < s->column_count; i++) {
        if (STR_IS(s->columns[i], "*")) return;
        names[i] = str_dup(m->a, s->columns[i]);
    }
    one->columns = names;
    one->column_count = names ? s->column_count : 0;
}

static err declare(struct manifest *m, struct model *one, struct parents *p)
{
    struct arena scratch = arena_init(SCRATCH);
    struct sql_lineage l = { 0 };
    gather(m, one, p);
    without_space(m, p);
    struct sql_options o = { .dialect = m->dialect, .schemas = p->schemas, .schema_count = p->schema_count };
    str code = code_of(one->node);
    bool read = code.len && !sql_read(code, &o, &scratch, &l, NULL).code;
    if (read) keep_columns(m, one, &l);
    struct declared d = { .job = one->id,
                          .owner = owner_of(one->node, m->a),
                          .origin = m->origin,
                          .space = m->space,
                          .inputs = p->names,
                          .input_count = p->count,
                          .outputs = &one->dataset,
                          .output_count = one->is_exposure ? 0 : 1 };
    for (size_t i = 0; i < l.count; i++)
        l.statements[i].read_count = 0; /* depends_on says what is read, templates do not */
    err e = declared_input(&d, read ? &l : NULL, m->actor, m->a, &m->out->items[m->out->count]);
    if (!e.code) m->out->count++;
    else refuse(m->out->refused, m->a, m->out->count, e);
    arena_done(&scratch);
    return m->a->full ? err_make(ERR_LIMIT, "too little memory for the manifest") : OK;
}

/* Those it depends on come first, so that their columns are known; a stack of its own, as a chain may be long. */
static err declare_in_order(struct manifest *m, size_t first, size_t *stack, struct parents *p)
{
    size_t depth = 0;
    stack[depth++] = first;
    while (depth) {
        struct model *one = &m->models[stack[depth - 1]];
        size_t i, n, before = depth;
        json *id;
        bool entered = one->entered;
        one->entered = true; /* a circle ends here */
        if (!entered) yyjson_arr_foreach(json_get(json_get(one->node, "depends_on"), "nodes"), i, n, id)
        {
            struct model *up = model_named(m, json_str(id, STR("")));
            if (up && !up->entered && depth < m->count) stack[depth++] = (size_t)(up - m->models);
        }
        if (depth > before) continue;
        depth--;
        bool source = STR_IS(json_get_str(one->node, "resource_type"), "source");
        if (!source && !one->done) {
            one->done = true;
            err e = declare(m, one, p);
            if (e.code) return e;
        }
    }
    return OK;
}

err declared_manifest(json *manifest, str space, str origin, str actor, struct arena *a, struct input_list *out)
{
    *out = (struct input_list){ 0 };
    struct manifest m = {
        .a = a, .space = space, .origin = origin, .actor = actor, .out = out, .dialect = dialect_of(manifest)
    };
    if (!yyjson_is_obj(json_get(manifest, "nodes"))) return err_make(ERR_INPUT, "no manifest of dbt: it has no nodes");
    err e = index_models(&m, manifest);
    size_t *stack = arena_try(a, (m.count + 1) * sizeof *stack);
    struct parents *p = arena_try(a, sizeof *p);
    if (!e.code && a->full) e = err_make(ERR_LIMIT, "too little memory for the manifest");
    for (size_t i = 0; !e.code && i < m.count; i++)
        if (!m.models[i].done) e = declare_in_order(&m, i, stack, p);
    return e;
}
