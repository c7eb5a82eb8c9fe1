#include "edge/observe/openlineage_columns.h"

#include "edge/lineage/declare.h"
#include "edge/lineage/sql_read.h"

enum {
    FLOW_BYTES_MAX = 600 * 1000,
    SQL_FLOWS_MAX = 2000,
    NAME_BYTES = 512,
    DATASETS_MAX = 512,
    SQL_BYTES_MAX = 1 << 20,
    SQL_MEMORY = 128 << 20
};

struct writing {
    struct jw *w;
    struct arena *a;
};

static str dataset_name(json *o, struct arena *a)
{
    str space = str_utf8_prefix(json_get_str(o, "namespace"), NAME_BYTES),
        name = str_utf8_prefix(json_get_str(o, "name"), NAME_BYTES);
    return name.len ? str_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(space), STR_ARG(name)) : STR("");
}

/* The strongest of the transformations: what makes a value before what decides over it. Older facets say one word, or
 * nothing. */
static const char *kind_of(json *field, bool indirect)
{
    enum flow_kind best = indirect ? FLOW_FILTER : FLOW_IDENTITY;
    json *list = json_get(field, "transformations"), *one;
    size_t i, n;
    bool first = true;
    yyjson_arr_foreach(list, i, n, one)
    {
        str subtype = json_get_str(one, "subtype");
        bool direct = str_eq_nocase(json_get_str(one, "type"), STR("DIRECT"));
        enum flow_kind k = subtype.len ? flow_kind_of(subtype) : direct ? FLOW_TRANSFORMATION : FLOW_FILTER;
        bool stronger = flow_is_value(k) ? !flow_is_value(best) || k > best : !flow_is_value(best) && k < best;
        if (first || stronger) best = k;
        first = false;
    }
    str older = json_get_str(field, "transformationType");
    if (first && older.len && !str_eq_nocase(older, STR("IDENTITY"))) best = FLOW_TRANSFORMATION;
    return flow_kind_name(best);
}

static void write_flow(struct writing *s, json *field, str to, str column, const char *kind)
{
    str from = dataset_name(field, s->a), name = str_utf8_prefix(json_get_str(field, "field"), NAME_BYTES);
    if (!from.len || !name.len || s->w->out->len > FLOW_BYTES_MAX) return; /* the event itself is worth more */
    jw_array(s->w, NULL);
    jw_str(s->w, NULL, from);
    jw_str(s->w, NULL, name);
    jw_str(s->w, NULL, to);
    jw_str(s->w, NULL, column);
    jw_strz(s->w, NULL, kind);
    jw_array_end(s->w);
}

static void write_facet(struct writing *s, json *dataset)
{
    json *facet = json_get(json_get(dataset, "facets"), "columnLineage"), *column, *field, *input;
    str to = dataset_name(dataset, s->a);
    size_t i, n, k, m;
    yyjson_obj_foreach(json_get(facet, "fields"), i, n, column, field)
    {
        const char *older = json_get(field, "transformationType") ? kind_of(field, false)
                                                                  : NULL; /* said of the whole field before 1-2-0 */
        str name = str_utf8_prefix(json_str(column, STR("")), NAME_BYTES);
        if (name.len)
            yyjson_arr_foreach(json_get(field, "inputFields"), k, m, input) write_flow(
                s, input, to, name, older && !json_get(input, "transformations") ? older : kind_of(input, false));
    }
    yyjson_arr_foreach(json_get(facet, "dataset"), k, m, input) write_flow(s, input, to, STR(""), kind_of(input, true));
}

static bool has_facet(json *outputs)
{
    size_t i, n;
    json *one;
    bool found = false;
    yyjson_arr_foreach(outputs, i, n, one) found |= json_get(json_get(one, "facets"), "columnLineage") != NULL;
    return found;
}

/* --- From SQL --- */

struct ends {
    str names[DATASETS_MAX];
    size_t count;
};

static void take_names(struct ends *e, json *list, struct arena *a)
{
    size_t i, n;
    json *one;
    yyjson_arr_foreach(list, i, n, one) if (e->count < DATASETS_MAX) e->names[e->count++] = dataset_name(one, a);
}

/* Columns that the event itself tells of its inputs. */
static size_t take_schemas(json *list, struct sql_schema *out, struct arena *a)
{
    size_t i, n, k, m, count = 0;
    json *one, *field;
    yyjson_arr_foreach(list, i, n, one)
    {
        json *fields = json_get(json_get(json_get(one, "facets"), "schema"), "fields");
        if (!yyjson_arr_size(fields) || count == DATASETS_MAX) continue;
        str *names = arena_try(a, yyjson_arr_size(fields) * sizeof *names);
        if (!names) break;
        yyjson_arr_foreach(fields, k, m, field) names[k] = json_get_str(field, "name");
        out[count++] = (struct sql_schema){ json_get_str(one, "name"), names, yyjson_arr_size(fields) };
    }
    return count;
}

static void write_sql(struct jw *w, json *event, struct arena *a)
{
    json *facet = json_get(json_get(json_get(event, "job"), "facets"), "sql");
    str sql = json_get_str(facet, "query");
    struct arena scratch = arena_init(SQL_MEMORY);
    struct ends *in = arena_new(&scratch, sizeof *in), *out = arena_new(&scratch, sizeof *out);
    struct sql_schema *schemas = arena_new(&scratch, DATASETS_MAX * sizeof *schemas);
    struct sql_lineage l = { 0 };
    struct sql_options o = { .schemas = schemas };
    (void)sql_dialect_of(json_get_str(facet, "dialect"), &o.dialect);
    take_names(in, json_get(event, "inputs"), a);
    take_names(out, json_get(event, "outputs"), a);
    o.schema_count = take_schemas(json_get(event, "inputs"), schemas, &scratch);
    struct declared d = {
        .inputs = in->names, .input_count = in->count, .outputs = out->names, .output_count = out->count
    };
    bool usable =
        sql.len > 0 && sql.len <= SQL_BYTES_MAX && out->count > 0 && !sql_read(sql, &o, &scratch, &l, NULL).code;
    size_t flows = 0;
    for (size_t i = 0; usable && i < l.count; i++) flows += l.statements[i].flow_count;
    if (usable && flows && flows <= SQL_FLOWS_MAX) declared_flows(w, &d, &l, &scratch);
    arena_done(&scratch);
}

void openlineage_flows(struct jw *w, json *event, struct arena *a)
{
    json *outputs = json_get(event, "outputs"), *dataset = json_get(event, "dataset"), *one;
    size_t i, n;
    bool told = has_facet(outputs) || json_get(json_get(dataset, "facets"), "columnLineage");
    if (!told) {
        write_sql(w, event, a);
        return;
    }
    struct writing s = { .w = w, .a = a };
    jw_array(w, "flows");
    yyjson_arr_foreach(outputs, i, n, one) write_facet(&s, one);
    if (dataset) write_facet(&s, dataset);
    jw_array_end(w);
}
