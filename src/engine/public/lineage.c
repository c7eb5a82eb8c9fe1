/* weir/lineage.h over engine/lineage: what SQL reads and writes. */
#include "weir/lineage.h"

#include "engine/lineage/sql.h"
#include "engine/public/public.h"

static struct weir_text outer(str s)
{
    return (struct weir_text){ s.ptr, s.len };
}

const char *weir_flow_name(int kind)
{
    return kind >= 0 && kind < FLOW_KINDS ? flow_kind_name((enum flow_kind)kind) : "";
}

size_t weir_sql_memory(size_t length)
{
    return length > SQL_TEXT_MAX ? 1 : length * 128 + (1 << 20);
}

static const struct weir_text *outer_names(struct arena *a, const str *names, size_t n)
{
    struct weir_text *to = arena_try(a, n * sizeof *to + 1);
    for (size_t i = 0; to && i < n; i++) to[i] = outer(names[i]);
    return to;
}

static const struct weir_flow *outer_flows(struct arena *a, const struct sql_flow *flows, size_t n)
{
    struct weir_flow *to = arena_try(a, n * sizeof *to + 1);
    for (size_t i = 0; to && i < n; i++)
        to[i] = (struct weir_flow){ outer(flows[i].from_table), outer(flows[i].from_column), outer(flows[i].to_table),
                                    outer(flows[i].to_column), (int)flows[i].kind };
    return to;
}

static bool outer_statement(struct arena *a, const struct sql_statement *s, struct weir_statement *to)
{
    *to = (struct weir_statement){ .kind = outer(str_of(s->kind)),
                                   .line = s->line,
                                   .read_count = s->read_count,
                                   .write_count = s->write_count,
                                   .column_count = s->column_count,
                                   .flow_count = s->flow_count,
                                   .reads = outer_names(a, s->reads, s->read_count),
                                   .writes = outer_names(a, s->writes, s->write_count),
                                   .columns = outer_names(a, s->columns, s->column_count),
                                   .flows = outer_flows(a, s->flows, s->flow_count) };
    return to->reads && to->writes && to->columns && to->flows;
}

int weir_sql(struct weir_text text, const char *dialect, struct weir_memory memory, struct weir_sql *out,
             struct weir_error *error)
{
    struct sql_options options = { .dialect = SQL_AUTO };
    struct sql_lineage found;
    struct arena a = public_arena(memory);
    if (dialect && !sql_dialect_of(str_of(dialect), &options.dialect))
        return public_error(err_make(ERR_INPUT, "dialect: '%.32s' is not known", dialect), error);
    err e = sql_lineage((str){ text.ptr, text.len }, &options, &a, &found);
    if (e.code) return public_error(e, error);
    struct weir_statement *to = arena_try(&a, found.count * sizeof *to + 1);
    bool fits = to != NULL;
    for (size_t i = 0; fits && i < found.count; i++) fits = outer_statement(&a, &found.statements[i], &to[i]);
    if (!fits) return public_error(err_make(ERR_LIMIT, "memory: %zu bytes are too few", memory.size), error);
    *out = (struct weir_sql){
        .statements = to, .count = found.count, .skipped = found.skipped, .truncated = found.truncated
    };
    return public_error(OK, error);
}
