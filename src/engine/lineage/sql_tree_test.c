/* Trees as libpg_query writes them, without the library: src/edge/lineage/sql_read_test.c has the real one. */
#include "engine/lineage/sql_tree.h"

#include "test.h"

static err read_tree(const char *text, str tree, struct arena *a, struct sql_lineage *out)
{
    json *root = NULL;
    CHECK_OK(json_parse_deep(tree, tree.len, a, &root));
    return sql_lineage_tree(str_of(text), root, NULL, a, out);
}

/* insert into b select x from a where y = 1, in the JSON of version 13 and of 15 to 17 */
TEST(sql_tree_of_every_version)
{
    static const char *const keys[] = { "str", "sval" };
    for (size_t i = 0; i < 2; i++) {
        struct arena a = arena_init(1 << 20);
        struct buf b = buf_init(1 << 16);
        struct sql_lineage l;
        buf_fmt(&b,
                "{\"version\":1,\"stmts\":[{\"stmt\":{\"InsertStmt\":{\"relation\":{\"relname\":\"b\"},\"selectStmt\":{"
                "\"SelectStmt\":{"
                "\"targetList\":[{\"ResTarget\":{\"val\":{\"ColumnRef\":{\"fields\":[{\"String\":{\"%s\":\"x\"}}],"
                "\"location\":21}},\"location\":21}}],"
                "\"fromClause\":[{\"RangeVar\":{\"schemaname\":\"s\",\"relname\":\"a\"}}],\"whereClause\":{\"A_Expr\":{"
                "\"lexpr\":"
                "{\"ColumnRef\":{\"fields\":[{\"String\":{\"%s\":\"y\"}}]}}}}}}}}}]}",
                keys[i], keys[i]);
        CHECK_OK(read_tree("insert into b select x from s.a where y = 1", buf_view(&b), &a, &l));
        CHECK_I64(l.count, 1);
        CHECK_STR(str_of(l.statements[0].kind), "insert");
        CHECK_STR(l.statements[0].reads[0], "s.a");
        CHECK_STR(l.statements[0].writes[0], "b");
        CHECK_I64(l.statements[0].flow_count, 2);
        CHECK_STR(l.statements[0].flows[0].to_column, "x");
        CHECK_I64(l.statements[0].flows[1].kind, FLOW_FILTER);
        buf_done(&b);
        arena_done(&a);
    }
}

TEST(sql_tree_that_is_none_says_nothing)
{
    static const char *const trees[] = {
        "{}",
        "[]",
        "1",
        "{\"stmts\":{}}",
        "{\"stmts\":[1,null,[]]}",
        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":7}}]}",
        "{\"stmts\":[{\"stmt\":{\"DropStmt\":{\"removeType\":\"OBJECT_TABLE\",\"objects\":[[],{}]}}}]}",
        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":{\"op\":\"SETOP_UNION\",\"larg\":[]}},\"stmt_location\":99999}]}",
    };
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        struct arena a = arena_init(1 << 20);
        struct sql_lineage l;
        CHECK_OK(read_tree("select 1", str_of(trees[i]), &a, &l));
        for (size_t k = 0; k < l.count; k++) CHECK_I64(l.statements[k].flow_count, 0);
        arena_done(&a);
    }
}

TEST(sql_tree_depth_is_a_limit_and_chains_are_not_deep)
{
    static const struct {
        const char *head, *piece, *middle, *close;
        enum err_code want;
    } list[] = {
        { "", "[", "1", "]", ERR_LIMIT },
        { "", "{\"A_Expr\":{\"lexpr\":", "{\"ColumnRef\":{\"fields\":[{\"String\":{\"sval\":\"a\"}}]}}", "}}",
          ERR_NONE },
        { "", "{\"SubLink\":{\"subselect\":{\"SelectStmt\":{\"whereClause\":", "1", "}}}}", ERR_LIMIT },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct arena a = arena_init(64 << 20);
        struct buf b = buf_init(8 << 20);
        struct sql_lineage l;
        buf_add(&b, STR("{\"stmts\":[{\"stmt\":{\"SelectStmt\":{\"whereClause\":"));
        for (int k = 0; k < 20000; k++) buf_add(&b, str_of(list[i].piece));
        buf_add(&b, str_of(list[i].middle));
        for (int k = 0; k < 20000; k++) buf_add(&b, str_of(list[i].close));
        buf_add(&b, STR("}}}]}"));
        CHECK_ERR(read_tree("", buf_view(&b), &a, &l), list[i].want);
        buf_done(&b);
        arena_done(&a);
    }
}

TEST(sql_tree_fits_what_cannot_multiply)
{
    static const struct {
        const char *sql;
        bool fits;
    } list[] = {
        { "", true },
        { "select '\\', $$update$$", false },
        { "select '\\', $1", true },
        { "update t set a = 1 where (b, c) = (1, 2)", true },
        { "update t set (a, b) = (select 1, 2), (c, d) = (3, 4)", true },
        { "update t set x = E'\\''", false },
        { "with x as (update t set (a, b) = (1, 2)) select 1", false },
        { "with x as (update t set a = (1)) select 1", true },
        { "update t set a = U&'x'", false },
        { "/* a /* b */ update t set a = 1 */", false },
        { "-- x \r update t set a = 1", false },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct arena a = arena_init(1 << 20);
        if (sql_tree_fits(str_of(list[i].sql), &a) != list[i].fits) test_failed(__FILE__, __LINE__, "%s", list[i].sql);
        arena_done(&a);
    }
    struct arena a = arena_init(64 << 20);
    char *longer = arena_new(&a, SQL_TREE_TEXT_MAX + 1);
    memset(longer, ' ', SQL_TREE_TEXT_MAX + 1);
    CHECK(sql_tree_fits((str){ longer, SQL_TREE_TEXT_MAX }, &a));
    CHECK(!sql_tree_fits((str){ longer, SQL_TREE_TEXT_MAX + 1 }, &a));
    CHECK(!sql_tree_fits(STR("select\0 1"), &a));
    struct buf b = buf_init(1 << 20); /* a thousand names, each with a tree of all of the text */
    buf_add(&b, STR("update t set ("));
    for (int i = 0; i < 1000; i++) buf_add(&b, STR("a, "));
    buf_add(&b, STR("b) = (select 1)"));
    CHECK(!sql_tree_fits(buf_view(&b), &a));
    buf_done(&b);
    arena_done(&a);
}
