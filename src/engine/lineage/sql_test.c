#include "engine/lineage/sql.h"

#include "test.h"

/* What was read, in one line a statement: "kind reads > writes: flow, flow". A flow is "table.column=column" with a
 * sign for what is not identity: ~ transformation, + aggregation, ? conditional, % window; what decides over rows
 * stands behind a bar. */
static void write_flow(struct buf *b, const struct sql_flow *f)
{
    static const char *const signs[FLOW_KINDS] = { "", "~", "+", "?", "%", " join", " group", " filter", " sort" };
    if (f->to_column.len)
        buf_fmt(b, " %s" STR_FMT "." STR_FMT "=" STR_FMT, signs[f->kind], STR_ARG(f->from_table),
                STR_ARG(f->from_column), STR_ARG(f->to_column));
    else buf_fmt(b, " " STR_FMT "." STR_FMT "%s", STR_ARG(f->from_table), STR_ARG(f->from_column), signs[f->kind]);
}

static void write_names(struct buf *b, const str *names, size_t n)
{
    for (size_t i = 0; i < n; i++) buf_fmt(b, " " STR_FMT, STR_ARG(names[i]));
}

static str shown(const struct sql_lineage *l, struct arena *a)
{
    struct buf b = buf_init(1 << 20);
    for (size_t i = 0; i < l->count; i++) {
        const struct sql_statement *s = &l->statements[i];
        buf_fmt(&b, "%s%s", i ? "\n" : "", s->kind);
        write_names(&b, s->reads, s->read_count);
        buf_add(&b, STR(" >"));
        write_names(&b, s->writes, s->write_count);
        buf_char(&b, ':');
        for (size_t k = 0; k < s->flow_count; k++)
            if (s->flows[k].to_column.len) write_flow(&b, &s->flows[k]);
        bool bar = false;
        for (size_t k = 0; k < s->flow_count; k++)
            if (!s->flows[k].to_column.len) {
                if (!bar) buf_add(&b, STR(" |"));
                bar = true;
                write_flow(&b, &s->flows[k]);
            }
    }
    return buf_take(&b, a);
}

static const str orders_columns[] = { STR_INIT("id"), STR_INIT("customer_id"), STR_INIT("total") };
static const str customers_columns[] = { STR_INIT("id"), STR_INIT("name") };
static const struct sql_schema schemas[] = {
    { STR_INIT("shop.orders"), orders_columns, 3 },
    { STR_INIT("shop.customers"), customers_columns, 2 },
};

static str read_as(const char *sql, enum sql_dialect dialect, bool known, struct arena *a)
{
    struct sql_options o = { .dialect = dialect, .schemas = schemas, .schema_count = known ? 2 : 0 };
    struct sql_lineage l;
    CHECK_OK(sql_lineage(str_of(sql), &o, a, &l));
    CHECK(!l.truncated);
    return shown(&l, a);
}

struct example {
    enum sql_dialect dialect;
    bool known; /* with the schemas above */
    const char *sql, *want;
};

static void check_all(const struct example *list, size_t n)
{
    int wrong = 0; /* all of them are shown, not the first alone */
    for (size_t i = 0; i < n; i++) {
        struct arena a = arena_init(16 << 20);
        str got = read_as(list[i].sql, list[i].dialect, list[i].known, &a);
        if (!str_eq(got, str_of(list[i].want))) {
            (void)printf("# %s\n#   got  " STR_FMT "\n#   want %s\n", list[i].sql, STR_ARG(got), list[i].want);
            wrong++;
        }
        arena_done(&a);
    }
    CHECK_I64(wrong, 0);
}
#define CHECK_ALL(list) check_all((list), sizeof(list) / sizeof *(list))

TEST(sql_queries_give_tables_and_the_way_of_each_column)
{
    static const struct example list[] = {
        { 0, 0, "SELECT a, b AS c, a + b d FROM t", "select t >: t.a=a t.b=c ~t.a=d ~t.b=d" },
        { 0, 0, "select x.a from s.t x where x.b > 1 order by 1", "select s.t >: s.t.a=a | s.t.b filter s.t.a sort" },
        { 0, 0, "select count(*) n, sum(a) s, max(a) - 1 m from t group by g having sum(h) > 2",
          "select t >: +t.a=s +t.a=m | t.g group t.h filter" },
        { 0, 0, "select case when a > 1 then b else c end x from t", "select t >: ?t.a=x ~t.b=x ~t.c=x" },
        { 0, 0,
          "select row_number() over (partition by a order by b rows between 1 preceding and current row) r from t",
          "select t >: %t.a=r %t.b=r" },
        { 0, 0, "select sum(a) filter (where b) over w s from t window w as (partition by c)",
          "select t >: +t.a=s ?t.b=s | t.c%" },
        { 0, 0, "select a.x, b.y from a left join b on a.id = b.id cross join c",
          "select a b c >: a.x=x b.y=y | a.id join b.id join" },
        { 0, 0, "select a.x from a, b where a.i = b.i", "select a b >: a.x=x | a.i filter b.i filter" },
        { 0, 0, "select (select max(v) from u where u.k = t.k) m from t",
          "select t u >: +u.v=m | u.k filter t.k filter" },
        { 0, 0, "select x from t where exists (select 1 from u where u.k = t.k) and y in (select z from w)",
          "select t u w >: t.x=x | u.k filter t.k filter t.y filter w.z filter" },
        { 0, 0, "with a as (select x, y from t), b(z) as (select x + 1 from a) select z, a.y from b, a",
          "select t >: ~t.x=z t.y=y" },
        { 0, 0, "with orders as (select * from orders) select id from orders", "select orders >: orders.id=id" },
        { 0, 0, "with recursive r(n) as (select a from t union all select n + 1 from r where n < 5) select n from r",
          "select t >: t.a=n ~t.a=n | t.a filter" },
        { 0, 0, "select a from t union all select b from u order by a",
          "select t u >: t.a=a u.b=a | t.a sort u.b sort" },
        { 0, 0, "(select a from t) except (select b from u)", "select t u >: t.a=a u.b=a" },
        { 0, 0, "select * from (values (1, 2)) v(a, b) join t using (a)", "select t >: t.*=* | t.a join" },
        { 0, 0, "select q.s from (select coalesce(a, b) s from t) as q", "select t >: ~t.a=s ~t.b=s" },
        { 0, 0,
          "select extract(year from d) y, cast(e as decimal(10, 2)) e, interval '1' day + f g, trim(both ' ' from h) h "
          "from t",
          "select t >: ~t.d=y ~t.e=e ~t.f=g ~t.h=h" },
        { 0, 0, "select \"Mixed Case\", u.\"B\" from \"T\" u", "select T >: T.Mixed Case=Mixed Case T.B=B" },
    };
    CHECK_ALL(list);
}

TEST(sql_known_columns_resolve_names_and_stars)
{
    static const struct example list[] = {
        { 0, 1, "select * from shop.customers",
          "select shop.customers >: shop.customers.id=id shop.customers.name=name" },
        { 0, 1, "select total, name from shop.orders o join shop.customers c on o.customer_id = c.id",
          "select shop.orders shop.customers >: shop.orders.total=total shop.customers.name=name | "
          "shop.orders.customer_id join "
          "shop.customers.id join" },
        { 0, 1, "select c.* from orders o, customers c",
          "select orders customers >: customers.id=id customers.name=name" },
        { SQL_BIGQUERY, 1, "select * except (id) from shop.customers",
          "select shop.customers >: shop.customers.name=name" },
        { SQL_BIGQUERY, 1, "select * replace (upper(name) as name) from shop.customers",
          "select shop.customers >: shop.customers.id=id ~shop.customers.name=name" },
        { 0, 1, "insert into shop.customers select total, id from shop.orders",
          "insert shop.orders > shop.customers: shop.orders.total=id shop.orders.id=name" },
        { 0, 0, "create table a as select x, y from t; insert into b select * from a",
          "create_table t > a: t.x=x t.y=y\ninsert a > b: a.x=x a.y=y" },
        { 0, 0, "create table a (x int, y text default 'q', primary key (x)); create view v as select * from a",
          "create_table > a:\ncreate_view a > v: a.x=x a.y=y" },
        { SQL_SNOWFLAKE, 0, "select a + 1 b, b * 2 c from t", "select T >: ~T.A=B ~T.A=C" },
        { SQL_POSTGRES, 0, "select a + 1 b, b * 2 c from t", "select t >: ~t.a=b ~t.b=c" },
    };
    CHECK_ALL(list);
}

TEST(sql_statements_that_write)
{
    static const struct example list[] = {
        { 0, 0, "insert into s.t (a, b) select x, y from u", "insert u > s.t: u.x=a u.y=b" },
        { 0, 0, "insert into t with c as (select x from u) select x from c", "insert u > t: u.x=x" },
        { 0, 0, "with c as (select x from u) insert into t select x from c", "insert u > t: u.x=x" },
        { 0, 0, "with gone as (delete from a where d < 9 returning a.x, y as z) insert into b select x, z from gone",
          "insert a > a b: a.x=x a.y=z | a.d filter a.d filter" },
        { 0, 0,
          "with x as (update t set a = u.b from u returning t.k), y as (insert into v select k from x returning *) "
          "select * from y",
          "select t u v > t v: v.*=* u.b=a t.k=k" },
        { 0, 0, "insert into t values (1, (select max(a) from u))", "insert u > t: +u.a=column2" },
        { SQL_MYSQL, 0, "insert into t (a) select x from u on duplicate key update a = values(a)",
          "insert u > t: u.x=a" },
        { SQL_POSTGRES, 0, "insert into t (a) select x from u on conflict (a) do update set a = excluded.a",
          "insert u > t: u.x=a" },
        { SQL_SPARK, 0, "insert overwrite table t partition (d = '1') select x from u", "insert u > t: u.x=x" },
        { SQL_SPARK, 0, "from u insert overwrite table a select x insert into b select y",
          "insert u > a b: u.x=x u.y=y" },
        { SQL_ORACLE, 0, "insert all into a (x) values (p) into b (y) values (q) select p, q from u",
          "insert U > A B: U.P=X U.Q=Y" },
        { 0, 0, "create or replace materialized view v (p) as select x from u", "create_view u > v: u.x=p" },
        { 0, 0, "create table if not exists t like u", "create_table u > t: u.*=*" },
        { SQL_SNOWFLAKE, 0, "create table t clone u", "create_table U > T: U.*=*" },
        { 0, 0, "select x into t from u", "create_table u > t: u.x=x" },
        { 0, 0, "update t set a = u.b, c = t.c + 1 from u where u.id = t.id",
          "update u > t: u.b=a ~t.c=c | u.id filter t.id filter" },
        { SQL_MYSQL, 0, "update t join u on t.id = u.id set t.a = u.b", "update u > t: u.b=a | t.id join u.id join" },
        { SQL_TSQL, 0, "update x set a = u.b from t x join u on u.id = x.id",
          "update u > t: u.b=a | u.id join t.id join" },
        { SQL_POSTGRES, 0, "update t set (a, b) = (select x, y from u)", "update u > t: ~u.x=a ~u.y=a ~u.x=b ~u.y=b" },
        { 0, 0, "delete from t using u where u.id = t.id", "delete u > t: | u.id filter t.id filter" },
        { 0, 0, "delete from t where id in (select id from u)", "delete u > t: | t.id filter u.id filter" },
        { 0, 0,
          "merge into t using u on t.id = u.id when matched and u.d then delete when matched then update set a = u.b "
          "when not matched then insert (id, a) values (u.id, u.b)",
          "merge u > t: u.b=a u.id=id u.b=a | t.id join u.id join u.d filter" },
        { 0, 0, "copy t (a) from '/tmp/x.csv' with (format csv)", "copy /tmp/x.csv > t:" },
        { 0, 0, "copy (select a from t) to 's3://b/x.parquet'", "copy t > s3://b/x.parquet: t.a=a" },
        { SQL_SNOWFLAKE, 0, "copy into t from @stage/x", "copy @stage/x > T: @stage/x.*=*" },
        { SQL_SPARK, 0, "load data inpath '/x' overwrite into table t", "copy /x > t: /x.*=*" },
        { 0, 0, "alter table a rename to b", "rename a > b: a.*=*" },
        { SQL_REDSHIFT, 0, "unload ('select a from t') to 's3://x/'", "copy t > s3://x/: t.a=a" },
        { 0, 0, "truncate table t, u; drop table if exists a, b", "delete > t u:\ndrop > a b:" },
    };
    CHECK_ALL(list);
}

TEST(sql_of_every_dialect_is_quoted_in_its_way)
{
    static const struct example list[] = {
        { SQL_MYSQL, 0, "select `a b` from `d`.`t` # comment\n where x = \"y\"",
          "select d.t >: d.t.a b=a b | d.t.x filter" },
        { SQL_TSQL, 0, "select top 5 [a b], n = x from [d].[dbo].[t t] with (nolock)",
          "select d.dbo.t t >: d.dbo.t t.a b=a b d.dbo.t t.x=n" },
        { SQL_TSQL, 0, "insert into a select x from b\ninsert into c select y from #d",
          "insert b > a: b.x=x\ninsert #d > c: #d.y=y" },
        { SQL_BIGQUERY, 0, "select a.b.c, s from `p-q.d.t`, unnest(items) s",
          "select p-q.d.t >: ~p-q.d.t.a=c ~p-q.d.t.items=s" },
        { SQL_BIGQUERY, 0, "select x from my-project.d.t", "select my-project.d.t >: my-project.d.t.x=x" },
        { SQL_SNOWFLAKE, 0,
          "select v:a.b::string f from t, lateral flatten(input => t.v) x qualify row_number() over (order by k) = 1",
          "select T >: ~T.V=F | T.K filter" },
        { SQL_SPARK, 0, "select e from t lateral view explode(xs) v as e", "select t >: ~t.xs=e" },
        { SQL_SPARK, 0, "select \"text\", a from t", "select t >: t.a=a" },
        { SQL_POSTGRES, 0, "select a::numeric(3, 1), b ->> 'k' j, $$ body ; $$ from t where c ~ E'\\'' and d = any($1)",
          "select t >: ~t.a=a ~t.b=j | t.c filter t.d filter" },
        { SQL_ORACLE, 0, "select nvl(a, b) c from t where rownum < 5 and sysdate > d",
          "select T >: ~T.A=C ~T.B=C | T.D filter" },
        { SQL_DUCKDB, 0, "from t select a", "select t >: t.a=a" },
        { SQL_DUCKDB, 0, "select * exclude (b) from 'x.parquet'", "select x.parquet >: x.parquet.*=*" },
        { 0, 0, "select a -- comment ; select\n from /* from x */ t", "select t >: t.a=a" },
        { 0, 0,
          "{{ config(materialized='table') }} {# note #} select o.id from {{ ref('orders') }} o join {{ source('raw', "
          "'pay') }} p "
          "on o.id = p.id {% if x %} where p.y {% endif %}",
          "select orders raw.pay >: orders.id=id | orders.id join raw.pay.id join raw.pay.y filter" },
        { 0, 0, "select a from {{ var('schema') }}.t_{{ ds }}",
          "select {{ var('schema') }}.t_{{ ds }} >: {{ var('schema') }}.t_{{ ds }}.a=a" },
        { 0, 0, "select p.jan from (select m, v from t) s pivot (sum(v) for m in ('jan' as jan, 'feb' as feb)) p",
          "select t >: +t.v=jan ?t.m=jan" },
        { 0, 0, "select dateadd(day, 1, a) x, datediff(month, b, c) y, date_trunc('week', d) z from t",
          "select t >: ~t.a=x ~t.b=y ~t.c=y ~t.d=z" },
    };
    CHECK_ALL(list);
}

TEST(sql_code_is_passed_over_and_counted)
{
    struct arena a = arena_init(16 << 20);
    struct sql_lineage l;
    CHECK_OK(sql_lineage(
        STR("grant select on t to u; set x = 1; create procedure p() as begin insert into a select x from b; end; "
            "if y > 1 then delete from c; end if; vacuum;"),
        NULL, &a, &l));
    CHECK_STR(shown(&l, &a), "insert b > a: b.x=x\ndelete > c:");
    CHECK(l.skipped >= 5);
    CHECK_OK(sql_lineage(STR("create function f() returns int language sql as $$ select a from hidden $$; select 1;"),
                         NULL, &a, &l));
    CHECK_I64(l.count, 1);
    CHECK_I64(l.statements[0].read_count, 0);
    arena_done(&a);
}

TEST(sql_lines_are_those_of_the_statements)
{
    struct arena a = arena_init(1 << 20);
    struct sql_lineage l;
    CHECK_OK(sql_lineage(STR("select 1;\n\n-- x\nselect 2;\nselect\n3"), NULL, &a, &l));
    CHECK_I64(l.count, 3);
    CHECK_I64(l.statements[1].line, 4);
    CHECK_I64(l.statements[2].line, 5);
    arena_done(&a);
}

static str repeated(struct arena *a, const char *before, const char *piece, const char *after, size_t n)
{
    struct buf b = buf_init(8 << 20);
    buf_add(&b, str_of(before));
    for (size_t i = 0; i < n; i++) buf_add(&b, str_of(piece));
    buf_add(&b, str_of(after));
    return buf_take(&b, a);
}

/* Nesting, width and nonsense end in a result or in ERR_LIMIT, in time that grows with the text. */
TEST(sql_hostile_text_stays_bounded)
{
    static const struct {
        const char *before, *piece, *after;
        size_t n;
    } hostile[] = {
        { "select ", "(", "1 from t", 100000 },         { "select * from ", "(select * from ", "t", 50000 },
        { "select ", "case when ", "1 from t", 50000 }, { "with ", "a as (with ", "select 1", 20000 },
        { "select ", "a.", "b from t", 50000 },         { "select a from t where x in (", "1,", "2)", 100000 },
        { "select a from ", "t join ", "u", 5000 },     { "select * from t", " union all select * from t", "", 5000 },
        { "", "select", "", 10000 },                    { "", "{{", "", 10000 },
        { "", "'", "", 10001 },                         { "", "$a$", "", 10001 },
        { "select ", "f(", "", 50000 },                 { "merge into t using u on 1=1 when ", "when ", "", 50000 },
        { "insert into t values ", "(1),", "(2)", 50000 }, { "", "/*", "", 50000 },
        { "create table t (", "a int,", "b int)", 50000 }, { "select ", "a,", "b from t", 30000 },
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct arena a = arena_init(256 << 20);
        struct sql_lineage l;
        err e = sql_lineage(repeated(&a, hostile[i].before, hostile[i].piece, hostile[i].after, hostile[i].n), NULL, &a,
                            &l);
        CHECK(e.code == ERR_NONE || e.code == ERR_LIMIT);
        arena_done(&a);
    }
}

/* Each WITH doubles what the one before it reads: the names stay few, so the work stays small. */
TEST(sql_doubling_queries_do_not_explode)
{
    struct arena a = arena_init(64 << 20);
    struct buf b = buf_init(1 << 20);
    buf_add(&b, STR("with c0 as (select a, b from t)"));
    for (int i = 1; i < 60; i++)
        buf_fmt(&b, ", c%d as (select x.a + y.b a, y.a - x.b b from c%d x, c%d y)", i, i - 1, i - 1);
    buf_add(&b, STR(" select a, b from c59"));
    struct sql_lineage l;
    CHECK_OK(sql_lineage(buf_take(&b, &a), NULL, &a, &l));
    CHECK_STR(shown(&l, &a), "select t >: ~t.a=a ~t.b=a ~t.a=b ~t.b=b");
    arena_done(&a);
}

TEST(sql_out_of_memory_is_an_error)
{
    for (size_t max = 64; max < 64 << 10; max += max / 3) {
        struct arena a = arena_init(max);
        struct sql_lineage l;
        err e = sql_lineage(
            STR("with a as (select x, y from t join u using (k)) insert into z (p, q) select sum(x) over (order by y), "
                "case when y then 1 end from a where y in (select m from n) pivot (sum(v) for w in (1, 2))"),
            NULL, &a, &l);
        CHECK(e.code == ERR_NONE || e.code == ERR_LIMIT);
        arena_done(&a);
    }
}

