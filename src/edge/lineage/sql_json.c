#include "edge/lineage/sql_json.h"

static void names(struct jw *w, const char *key, const str *list, size_t n)
{
    jw_array(w, key);
    for (size_t i = 0; i < n; i++) jw_str(w, NULL, list[i]);
    jw_array_end(w);
}

static void end_of(struct jw *w, const char *key, str table, str column)
{
    jw_open(w, key);
    jw_str(w, "table", table);
    if (column.len) jw_str(w, "column", column);
    jw_close(w);
}

static void statement(struct jw *w, const struct sql_statement *s)
{
    jw_open(w, NULL);
    jw_strz(w, "kind", s->kind);
    jw_i64(w, "line", (int64_t)s->line);
    names(w, "reads", s->reads, s->read_count);
    names(w, "writes", s->writes, s->write_count);
    names(w, "columns", s->columns, s->column_count);
    jw_array(w, "flows");
    for (size_t i = 0; i < s->flow_count; i++) {
        const struct sql_flow *f = &s->flows[i];
        jw_open(w, NULL);
        end_of(w, "from", f->from_table, f->from_column);
        end_of(w, "to", f->to_table, f->to_column);
        jw_strz(w, "kind", flow_kind_name(f->kind));
        jw_close(w);
    }
    jw_array_end(w);
    jw_close(w);
}

void sql_lineage_members(struct jw *w, const struct sql_lineage *l)
{
    jw_array(w, "statements");
    for (size_t i = 0; i < l->count; i++) statement(w, &l->statements[i]);
    jw_array_end(w);
    jw_i64(w, "skipped", (int64_t)l->skipped);
    jw_bool(w, "truncated", l->truncated);
}

void sql_lineage_write(struct jw *w, const struct sql_lineage *l)
{
    jw_open(w, NULL);
    sql_lineage_members(w, l);
    jw_close(w);
}
