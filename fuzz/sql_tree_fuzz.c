/* Any JSON is read as a parse tree of any text (TEXT, 0, JSON), and any text is judged for the grammar: within memory,
 * and what comes out holds together as in sql_fuzz.c. */
#include <assert.h>
#include <string.h>

#include "engine/lineage/sql_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sql_statement *s)
{
    assert(s->kind && s->line >= 1 && s->flow_count <= SQL_SOURCES_MAX);
    for (size_t i = 0; i < s->flow_count; i++) {
        const struct sql_flow *f = &s->flows[i];
        bool written = f->to_table.len == 0;
        for (size_t k = 0; k < s->write_count; k++) written |= str_eq_nocase(s->writes[k], f->to_table);
        assert(written && f->kind < FLOW_KINDS && f->from_table.ptr && f->from_column.ptr);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    if (!zero) return 0;
    str text = { (const char *)data, (size_t)(zero - data) }, tree = { (const char *)zero + 1, size - text.len - 1 };
    struct arena a = arena_init(64 << 20), b = arena_init(8 << 20);
    struct sql_lineage l;
    json *root = NULL;
    (void)sql_tree_fits(text, &b);
    if (!json_parse_deep(tree, tree.len, &b, &root).code) {
        err e = sql_lineage_tree(text, root, NULL, &a, &l);
        assert(e.code == ERR_NONE || e.code == ERR_LIMIT);
        arena_done(&b); /* nothing of the tree is referred to */
        for (size_t i = 0; !e.code && i < l.count; i++) check(&l.statements[i]);
    }
    arena_done(&a);
    arena_done(&b);
    return 0;
}
