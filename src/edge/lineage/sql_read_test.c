/* PostgreSQL's grammar beside the reader of tokens: what both say is the same, and where only one can know, it is told
 * here. */
#include "edge/lineage/sql_read.h"

#include <stdlib.h>

#include "edge/lineage/sql_json.h"
#include "test.h"

static bool grammar_is_here(void)
{
    struct arena a = arena_init(1 << 20);
    struct sql_note note;
    struct sql_lineage l;
    CHECK_OK(sql_read(STR("select 1"), NULL, &a, &l, &note));
    arena_done(&a);
    return note.why_not.code != ERR_NOT_FOUND;
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const str *)x, *(const str *)y);
}

/* Flows are a set: the two readers come upon them in another order. */
static str as_set(const struct sql_lineage *l, struct arena *a)
{
    struct buf b = buf_init(1 << 20);
    for (size_t i = 0; i < l->count; i++) {
        const struct sql_statement *s = &l->statements[i];
        str *flows = ARENA_ARRAY(a, str, s->flow_count + 1), *reads = ARENA_ARRAY(a, str, s->read_count + 1);
        for (size_t k = 0; k < s->flow_count; k++) {
            const struct sql_flow *f = &s->flows[k];
            flows[k] =
                str_fmt(a, " " STR_FMT "." STR_FMT "=" STR_FMT "." STR_FMT "/%s", STR_ARG(f->from_table),
                        STR_ARG(f->from_column), STR_ARG(f->to_table), STR_ARG(f->to_column), flow_kind_name(f->kind));
        }
        for (size_t k = 0; k < s->read_count; k++) reads[k] = s->reads[k];
        qsort(flows, s->flow_count, sizeof *flows, by_text);
        qsort(reads, s->read_count, sizeof *reads, by_text);
        buf_fmt(&b, "%s line %zu:", s->kind, s->line);
        for (size_t k = 0; k < s->read_count; k++) buf_fmt(&b, " " STR_FMT, STR_ARG(reads[k]));
        buf_add(&b, STR(" >"));
        for (size_t k = 0; k < s->write_count; k++) buf_fmt(&b, " " STR_FMT, STR_ARG(s->writes[k]));
        buf_add(&b, STR(" ("));
        for (size_t k = 0; k < s->column_count; k++) buf_fmt(&b, " " STR_FMT, STR_ARG(s->columns[k]));
        buf_add(&b, STR(" )"));
        for (size_t k = 0; k < s->flow_count; k++)
            if (k == 0 || !str_eq(flows[k], flows[k - 1])) buf_add(&b, flows[k]);
        buf_char(&b, '\n');
    }
    buf_fmt(&b, "%zu passed over", l->skipped);
    return buf_take(&b, a);
}

static const str orders_columns[] = { STR_INIT("id"), STR_INIT("customer_id"), STR_INIT("total") };
static const struct sql_schema schemas[] = { { STR_INIT("shop.orders"), orders_columns, 3 } };

/* Both answers of one text; those of the grammar in `out`. */
static bool same(const char *sql, enum sql_dialect dialect, bool known, struct arena *a, str *out)
{
    struct sql_options o = { .dialect = dialect, .schemas = schemas, .schema_count = known ? 1 : 0 };
    struct sql_lineage tree, tokens;
    struct sql_note note;
    CHECK_OK(sql_read(str_of(sql), &o, a, &tree, &note));
    if (!note.by_postgres) (void)printf("# %s\n#   %s\n", sql, note.why_not.msg);
    CHECK(note.by_postgres);
    CHECK_OK(sql_lineage(str_of(sql), &o, a, &tokens));
    str other = as_set(&tokens, a);
    *out = as_set(&tree, a);
    if (str_eq(*out, other)) return true;
    (void)printf("# %s\n# tree   " STR_FMT "\n# tokens " STR_FMT "\n", sql, STR_ARG(*out), STR_ARG(other));
    return false;
}

static const char *const both_read[] = {
    "select a, b as c, a + b d, (a), (a + b), a::int, a::int::text, cast(a as int), -a, not a, a[1], (a).b from t",
    "select x.a from s.t x where x.b > 1 and not x.c or x.d is null order by 1, x.e desc nulls last limit 3 offset "
    "2",
    "select count(*) n, sum(a) s, max(a) - 1 m, count(distinct b) from t group by g, 2, rollup (r, q) having "
    "sum(h) > 2",
    "select case a when 1 then b when c then d else e end x, coalesce(a, b), nullif(a, b), greatest(a, b, 1), "
    "array[a, b], row(a, b) from t",
    "select row_number() over (partition by a order by b rows between 1 preceding and current row) r, lag(c) over "
    "w from t window w as "
    "(partition by d order by e)",
    "select sum(a) filter (where b > 1) s, string_agg(c, ',' order by d) g, percentile_cont(0.5) within group "
    "(order by e) m from t",
    "select a.x, b.y from a left join b on a.id = b.id cross join c natural join d join e using (k, l)",
    "select * from a, b x (p, q), only c, lateral (select a.i) s, generate_series(1, 2) g(n), unnest(array[a.j]) "
    "u, f(a.k) as (m int, o text)",
    "select (select max(v) from u where u.k = t.k) m, exists (select 1 from w), array(select z from v) from t "
    "where y in (select z from w) "
    "and (a, b) = any (select c, d from e) and f between g and h and i like 'x%' and j is distinct from k",
    "with a as (select x, y from t), b(z) as (select x + 1 from a) select z, a.y from b, a",
    "with recursive r(n) as (select a from t union all select n + 1 from r where n < 5) select n from r",
    "select a from t union all select b from u union select c from v except (select d from w order by e) order by "
    "a",
    "select a from t union (select b from u union select c from v)",
    "(select a from t) intersect (with q as (select b from u) select b from q)",
    "values (1, a), (2, b)",
    "select * from (values (1, 2), (3, (select m from n))) v(a, b)",
    "table t",
    "select distinct a, t.*, u.* from t, u for update",
    "select extract(year from d) y, interval '1' day + f g, trim(both ' ' from h) h, "
    "substring(s from 2 for 3), d at time zone 'utc', current_date, date '2026-01-01', position('a' in p), "
    "overlay(q placing r from 1) from t",
    "select \"Mixed Case\", u.\"B\" from \"T\" u",
    "select a into x from t where b",
    "insert into a.b (x, y) select p, sum(q) from c.d group by p",
    "insert into t values (1, (select max(a) from u))",
    "insert into t default values",
    "insert into t (a) select x from u on conflict (a) do update set a = excluded.a, b = (select c from v)",
    "with q as (select a from t) insert into z (p) select a from q returning p",
    "create table x as select a, b from t",
    "with gone as (delete from a using c where d < 9 returning a.x, y as z) insert into b select x, z from gone",
    "with x as (update t set a = u.b from u where u.k = t.k returning t.k), y as (insert into v select k from x "
    "returning *) select * from y order by 1",
    "create table x (p, q) as select a, b from t with no data",
    "create temp table if not exists x as table t",
    "create materialized view s.v as select a from t",
    "create or replace view v (p, q) as select a, b from t",
    "create table t (a int primary key, b text default 'x', constraint c check (a > 1), foreign key (b) references "
    "u (c)); insert into t select x, y from z",
    "create table a (like b including all)",
    "update t set a = u.x, b = t.c + 1 from u where u.k = t.k and t.d",
    "update t as x set (a, b) = (select p, q from u where u.k = x.k), c = d",
    "delete from t using u where t.k = u.k and u.z",
    "merge into t using u on t.id = u.id when matched and u.x then update set a = u.b when matched then delete "
    "when not matched then "
    "insert (id, a) values (u.id, u.b)",
    "copy t (a, b) from '/tmp/x.csv' with (format csv)",
    "copy t from stdin",
    "copy t to '/tmp/x'",
    "copy (select a from t) to '/tmp/x'",
    "truncate table t, u",
    "drop table if exists a, s.b cascade",
    "drop view v",
    "drop index i",
    "alter table a rename to b",
    "alter table a rename column c to d",
    "alter table a add column c int",
    "begin; set x = 1; grant select on t to u; commit",
    "explain analyze select a from t",
    "select a from t;\n\n-- a comment\ninsert into u select b\nfrom v;;  select 1",
    "",
};

TEST(sql_read_both_readers_say_the_same)
{
    if (!grammar_is_here()) SKIP("libpg_query is not installed");
    int wrong = 0;
    for (size_t i = 0; i < sizeof both_read / sizeof *both_read; i++)
        for (int known = 0; known < 2; known++) {
            struct arena a = arena_init(64 << 20);
            str said;
            wrong += !same(both_read[i], known ? SQL_POSTGRES : SQL_AUTO, known, &a, &said);
            arena_done(&a);
        }
    CHECK_I64(wrong, 0);
}

TEST(sql_read_grammar_knows_better)
{
    static const struct {
        const char *sql, *want;
    } list[] = {
        { "update t set t.a = u.b from u t", "update line 1: u > t ( ) u.b=t.a/identity\n0 passed over" },
        { "select a_very_long_name_of_a_column_which_goes_on_past_sixty_three_bytes_and_more from t",
          "select line 1: t > ( a_very_long_name_of_a_column_which_goes_on_past_sixty_three_byt ) "
          "t.a_very_long_name_of_a_column_which_goes_on_past_sixty_three_byt=."
          "a_very_long_name_of_a_column_which_goes_on_past_sixty_three_byt/identity\n0 passed over" },
    };
    if (!grammar_is_here()) SKIP("libpg_query is not installed");
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct arena a = arena_init(16 << 20);
        struct sql_lineage l;
        struct sql_note note;
        CHECK_OK(sql_read(str_of(list[i].sql), NULL, &a, &l, &note));
        CHECK(note.by_postgres);
        CHECK_STR(as_set(&l, &a), list[i].want);
        arena_done(&a);
    }
}

TEST(sql_read_syntax_errors_have_a_place_and_are_read_tolerantly)
{
    if (!grammar_is_here()) SKIP("libpg_query is not installed");
    struct arena a = arena_init(16 << 20);
    struct sql_lineage l;
    struct sql_note note;
    CHECK_OK(sql_read(STR("select \xc3\xa9,\n  x from t wher a b"), NULL, &a, &l, &note));
    CHECK(!note.by_postgres && note.why_not.code == ERR_INPUT);
    CHECK_STR(str_of(note.why_not.msg), "syntax error at or near \"a\"");
    CHECK_I64(note.bad.line, 2);
    CHECK_I64(note.bad.column, 17);
    CHECK_I64(l.count, 1);
    CHECK_OK(sql_read(STR("select `x` from `t`"), &(struct sql_options){ .dialect = SQL_MYSQL }, &a, &l, &note));
    CHECK(!note.by_postgres && note.why_not.code == ERR_NONE); /* it was not asked */
    arena_done(&a);
}

static str repeated(struct arena *a, const char *head, const char *piece, size_t n, const char *tail)
{
    struct buf b = buf_init(4 << 20);
    buf_add(&b, str_of(head));
    for (size_t i = 0; i < n; i++) buf_add(&b, str_of(piece));
    buf_add(&b, str_of(tail));
    return buf_take(&b, a);
}

TEST(sql_read_hostile_texts_stay_bounded)
{
    static const struct {
        const char *head, *piece, *tail;
    } list[] = {
        { "select 1", "+1", "" },
        { "select ", "(", "1" },
        { "select a", "::int", " from t" },
        { "select a", "[1]", " from t" },
        { "select ", "not ", "a from t" },
        { "select a from t", " union select a from t", "" },
        { "select a from t", " join u on true", "" },
        { "select ", "(select ", "1" },
        { "select a", " isnull", " from t" },
        { "select a from t where b", " and c", "" },
        { "select f(", "f(", "1" },
        { "update t set (", "a, ", "b) = (select 1, 2)" },
        { "insert into t values (1)", ",(2)", "" },
        { "with x as (update t set (a, b) = (", "with x as (update t set (a, b) = (", "select 1" },
        { "select '", "''", "'" },
    };
    static const size_t sizes[] = { 30, 3000, 262000 };
    if (!grammar_is_here()) SKIP("libpg_query is not installed");
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        for (size_t k = 0; k < 3; k++) {
            struct arena a = arena_init(512 << 20);
            struct sql_lineage l;
            size_t n = sizes[k] < 262000 ? sizes[k] : sizes[k] / strlen(list[i].piece);
            CHECK_OK(sql_read(repeated(&a, list[i].head, list[i].piece, n, list[i].tail), NULL, &a, &l, NULL));
            arena_done(&a);
        }
    struct arena a = arena_init(64 << 10); /* too little for the tree, or for either */
    struct sql_lineage l;
    CHECK_ERR(sql_read(repeated(&a, "select 1", "+1", 5000, ""), NULL, &a, &l, NULL), ERR_LIMIT);
    arena_done(&a);
}

TEST(sql_read_without_the_library_says_what_is_missing)
{
    struct arena a = arena_init(1 << 20);
    struct sql_lineage l;
    struct sql_note note;
    static const char *const libraries[] = { "/nowhere/libpg_query.so", "off", "libc.so.6" };
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        CHECK(setenv("WEIR_PG_QUERY", libraries[i], 1) == 0);
        CHECK_OK(sql_read(STR("select a from t"), NULL, &a, &l, &note));
        CHECK(!note.by_postgres && note.why_not.code == ERR_NOT_FOUND);
        CHECK_I64(l.count, 1);
    }
    CHECK(strstr(note.why_not.msg, "lacks pg_query_parse") != NULL);
    (void)unsetenv("WEIR_PG_QUERY");
    arena_done(&a);
}

