/* Any bytes are read as SQL of any dialect, within memory, and what comes out holds together: names are there, flows
 * end at tables the statement writes (or nowhere), begin at tables with a name, and reading the same text again gives
 * the same. */
#include <assert.h>

#include "engine/lineage/sql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool written(const struct sql_statement *s, str table)
{
    for (size_t i = 0; i < s->write_count; i++)
        if (str_eq_nocase(s->writes[i], table)) return true;
    return table.len == 0;
}

static void check(const struct sql_statement *s)
{
    assert(s->kind && s->line >= 1);
    for (size_t i = 0; i < s->flow_count; i++) {
        const struct sql_flow *f = &s->flows[i];
        assert(f->kind < FLOW_KINDS && f->from_table.ptr && f->from_column.ptr);
        assert(written(s, f->to_table));
    }
    assert(s->flow_count <= SQL_SOURCES_MAX);
}

static size_t flows(const struct sql_lineage *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++) n += l->statements[i].flow_count;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    static const str columns[] = { STR_INIT("a"), STR_INIT("b") };
    static const struct sql_schema schema = { STR_INIT("t"), columns, 2 };
    struct sql_options o = { .dialect = (enum sql_dialect)(data[0] % SQL_DIALECTS),
                             .schemas = &schema,
                             .schema_count = data[0] >> 7 };
    struct arena a = arena_init(64 << 20), b = arena_init(64 << 20);
    struct sql_lineage l, again;
    str text = { (const char *)data + 1, size - 1 };
    err e = sql_lineage(text, &o, &a, &l);
    assert(e.code == ERR_NONE || e.code == ERR_LIMIT);
    if (!e.code) {
        for (size_t i = 0; i < l.count; i++) check(&l.statements[i]);
        assert(!sql_lineage(text, &o, &b, &again).code);
        assert(again.count == l.count && again.skipped == l.skipped && flows(&again) == flows(&l));
    }
    arena_done(&a);
    arena_done(&b);
    return 0;
}
