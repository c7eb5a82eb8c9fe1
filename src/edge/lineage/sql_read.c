#include "edge/lineage/sql_read.h"

#include "engine/lineage/sql_tree.h"

enum { SCRATCH = 256 << 20 };

static err by_postgres(str text, const struct sql_options *opts, struct arena *a, struct sql_lineage *out,
                       struct sql_note *note)
{
    struct arena scratch = arena_init(SCRATCH);
    str tree;
    json *root = NULL;
    bool fits = sql_tree_fits(text, &scratch);
    arena_reset(&scratch);
    err e = fits ? pg_query_tree(text, &scratch, &tree, &note->bad)
                 : err_make(ERR_LIMIT, "more than PostgreSQL's grammar is given");
    if (!e.code) e = json_parse_deep(tree, tree.len, &scratch, &root);
    if (!e.code) e = sql_lineage_tree(text, root, opts, a, out);
    arena_done(&scratch);
    return e;
}

err sql_read(str text, const struct sql_options *opts, struct arena *a, struct sql_lineage *out, struct sql_note *note)
{
    struct sql_note unasked = { 0 };
    enum sql_dialect dialect = opts ? opts->dialect : SQL_AUTO;
    struct arena_mark mark = arena_mark(a);
    bool full = a->full;
    if (!note) note = &unasked;
    *note = (struct sql_note){ 0 };
    if (dialect == SQL_AUTO || dialect == SQL_POSTGRES) {
        note->why_not = by_postgres(text, opts, a, out, note);
        note->by_postgres = !note->why_not.code;
        if (note->by_postgres) return OK;
        arena_rewind(a, mark);
        a->full = full;
    }
    return sql_lineage(text, opts, a, out);
}
