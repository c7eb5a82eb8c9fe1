#include "edge/lineage/declare.h"

enum { BODY_MAX = 1000 * 1000, NAME_MAX_BYTES = 1000 };

/* Is one of the names the end of the other, at a '.' or '/'? */
static bool ends_alike(str a, str b)
{
    str whole = a.len > b.len ? a : b, end = a.len > b.len ? b : a;
    if (whole.len == end.len) return str_eq_nocase(whole, end);
    size_t from = whole.len - end.len;
    char before = whole.ptr[from - 1];
    return end.len > 0 && (before == '.' || before == '/') && str_eq_nocase(str_cut(whole, from, end.len), end);
}

static str known_as(const str *known, size_t n, str table)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(known[i], table)) return known[i];
    for (size_t i = 0; i < n; i++)
        if (ends_alike(known[i], table)) return known[i];
    return STR_NONE;
}

str declared_dataset(const struct declared *d, str table, struct arena *a)
{
    str found = known_as(d->inputs, d->input_count, table);
    if (!found.ptr) found = known_as(d->outputs, d->output_count, table);
    if (found.ptr) return found;
    return d->space.len ? str_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(d->space), STR_ARG(table)) : table;
}

/* A query that writes nowhere makes the one output there is. */
static str target_of(const struct declared *d, str table, struct arena *a)
{
    if (table.len) return declared_dataset(d, table, a);
    return d->output_count == 1 ? d->outputs[0] : STR("");
}

void declared_flows(struct jw *w, const struct declared *d, const struct sql_lineage *l, struct arena *a)
{
    jw_array(w, "flows");
    for (size_t i = 0; l && i < l->count; i++)
        for (size_t k = 0; k < l->statements[i].flow_count; k++) {
            const struct sql_flow *f = &l->statements[i].flows[k];
            str to = target_of(d, f->to_table, a);
            if (!to.len || !f->from_table.len) continue;
            jw_array(w, NULL);
            jw_str(w, NULL, declared_dataset(d, f->from_table, a));
            jw_str(w, NULL, f->from_column);
            jw_str(w, NULL, to);
            jw_str(w, NULL, f->to_column);
            jw_strz(w, NULL, flow_kind_name(f->kind));
            jw_array_end(w);
        }
    jw_array_end(w);
}

struct name_list {
    str *items;
    size_t count;
};

static void add_name(struct name_list *list, str name)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i], name)) return;
    if (name.len) list->items[list->count++] = name;
}

static bool listed(const struct name_list *list, str name)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i], name)) return true;
    return false;
}

static void write_list(struct jw *w, const char *key, const struct name_list *list, const struct name_list *without)
{
    jw_array(w, key);
    for (size_t i = 0; i < list->count; i++)
        if (!without || !listed(without, list->items[i])) jw_str(w, NULL, list->items[i]);
    jw_array_end(w);
}

/* What is read and written: as known beforehand, and as the statements say. A table made and read by the same job is
 * its output alone. */
static void write_ends(struct jw *w, const struct declared *d, const struct sql_lineage *l, struct arena *a)
{
    size_t reads = d->input_count, writes = d->output_count;
    for (size_t i = 0; l && i < l->count; i++)
        reads += l->statements[i].read_count, writes += l->statements[i].write_count;
    struct name_list in = { ARENA_ARRAY(a, str, reads + 1), 0 }, out = { ARENA_ARRAY(a, str, writes + 1), 0 };
    for (size_t i = 0; i < d->input_count; i++) add_name(&in, d->inputs[i]);
    for (size_t i = 0; i < d->output_count; i++) add_name(&out, d->outputs[i]);
    for (size_t i = 0; l && i < l->count; i++) {
        const struct sql_statement *s = &l->statements[i];
        bool only_drops = strcmp(s->kind, "drop") == 0;
        for (size_t k = 0; k < s->read_count; k++) add_name(&in, declared_dataset(d, s->reads[k], a));
        for (size_t k = 0; !only_drops && k < s->write_count; k++) add_name(&out, declared_dataset(d, s->writes[k], a));
    }
    write_list(w, "inputs", &in, &out);
    write_list(w, "outputs", &out, NULL);
}

err declared_input(const struct declared *d, const struct sql_lineage *l, str actor, struct arena *a, struct input *out)
{
    if (!d->job.len || d->job.len > NAME_MAX_BYTES)
        return err_make(ERR_INPUT, "a job has a name of 1 to %d bytes", NAME_MAX_BYTES);
    struct buf b = buf_init(BODY_MAX);
    struct jw w = jw_init(&b);
    jw_open(&w, NULL);
    jw_str(&w, "job", d->job);
    jw_bool(&w, "pipeline", d->pipeline);
    write_ends(&w, d, l, a);
    declared_flows(&w, d, l, a);
    jw_str(&w, "owner", d->owner);
    jw_str(&w, "origin", d->origin);
    jw_close(&w);
    *out = (struct input){ .kind = STR("lineage.declared"), .subject = d->job, .actor = actor };
    if (b.full) {
        buf_done(&b);
        return err_make(ERR_LIMIT, "job " STR_FMT ": its lineage takes more than %d bytes",
                        STR_ARG(str_cut(d->job, 0, 80)), BODY_MAX);
    }
    err e = str_keep(a, buf_view(&b), &out->body);
    buf_done(&b);
    return e;
}
