/* The graph of lineage, as a host calls it. */
#include "base/arena.h"
#include "test.h"
#include "weir/graph.h"

static struct weir_error error;

static struct weir_text text(const char *z)
{
    return (struct weir_text){ z, strlen(z) };
}

static weir_graph *graph(char *memory, size_t size)
{
    weir_graph *g = NULL;
    CHECK_I64(weir_graph_init(memory, size, &g, &error), WEIR_OK);
    return g;
}

static bool is_named(const weir_graph *g, const struct weir_visit *v, const char *name)
{
    struct weir_text t = weir_graph_get(g, v->node).name;
    return t.len == strlen(name) && memcmp(t.ptr, name, t.len) == 0;
}

TEST(sql_makes_a_graph_that_says_what_breaks)
{
    static _Alignas(16) char memory[1 << 20], sql_memory[4 << 20], work[1 << 20];
    struct weir_memory m = { work, sizeof work };
    struct weir_sql sql;
    struct weir_visits v;
    uint32_t job, report;
    weir_graph *g = graph(memory, sizeof memory);
    CHECK_I64(weir_sql(text("create table mart.sums as select customer, sum(total) s from raw.orders where state = "
                            "'paid' group by customer"),
                       NULL, (struct weir_memory){ sql_memory, sizeof sql_memory }, &sql, &error),
              WEIR_OK);
    CHECK_I64(weir_graph_node(g, WEIR_JOB, text("load"), 0, &job, &error), WEIR_OK);
    CHECK_I64(weir_graph_sql(g, job, &sql, &error), WEIR_OK);
    CHECK_I64(weir_graph_sql(g, job, &sql, &error), WEIR_OK); /* nothing twice */
    CHECK_I64((int64_t)weir_graph_count(g),
              8); /* the job, two datasets, three columns of the one and two of the other */
    uint32_t orders = weir_graph_find(g, WEIR_DATASET, text("orders"), 0),
             sums = weir_graph_find(g, WEIR_DATASET, text("mart.sums"), 0);
    CHECK(orders != WEIR_NO_NODE && sums != WEIR_NO_NODE);
    CHECK_I64(weir_graph_node(g, WEIR_JOB, text("report"), 0, &report, &error), WEIR_OK);
    CHECK_I64(weir_graph_edge(g, sums, report, WEIR_NO_NODE, 0, &error), WEIR_OK);
    CHECK_I64(weir_graph_walk(g, report, 1, 0, 100, m, &v, &error), WEIR_OK);
    CHECK(v.count == 6 && is_named(g, &v.items[5], "raw.orders") && v.items[5].depth == 3 &&
          !v.cut); /* two columns decide its rows */
    CHECK_I64(weir_graph_walk(g, orders, 0, 1, 100, m, &v, &error), WEIR_OK);
    CHECK(v.count == 2 && is_named(g, &v.items[1], "load"));
    CHECK_I64(weir_graph_impact(g, weir_graph_find(g, WEIR_COLUMN, text("TOTAL"), orders), 100, m, &v, &error),
              WEIR_OK);
    bool broken = false, made = false;
    for (size_t i = 1; i < v.count; i++) {
        broken |= strcmp(weir_impact_name(v.items[i].what), "breaks") == 0 && is_named(g, &v.items[i], "load");
        made |= strcmp(weir_impact_name(v.items[i].what), "changes") == 0 && is_named(g, &v.items[i], "s");
    }
    CHECK(broken && made);
}

TEST(a_graph_stays_in_its_memory)
{
    size_t size = weir_graph_size(3000, 3000, 10);
    char *memory = mem_new(size);
    weir_graph *g = graph(memory, size);
    uint32_t first = 0, id = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "d%09u", i);
        CHECK_I64(weir_graph_node(g, WEIR_DATASET, text(name), 0, &id, &error), WEIR_OK);
        if (i == 0) first = id;
        else CHECK_I64(weir_graph_edge(g, id - 1, id, WEIR_NO_NODE, 0, &error), WEIR_OK);
    }
    struct weir_visits v;
    char *work = mem_new(weir_graph_walk_memory(3000));
    CHECK_I64(weir_graph_walk(g, first, 0, 100000, 3000, (struct weir_memory){ work, weir_graph_walk_memory(3000) }, &v,
                              &error),
              WEIR_OK);
    CHECK_I64((int64_t)v.count, 3000);
    int code = WEIR_OK;
    for (uint32_t i = 0; i < 1000000 && code == WEIR_OK; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "e%u", i);
        code = weir_graph_node(g, WEIR_JOB, text(name), 0, &id, &error);
    }
    CHECK_I64(code, WEIR_LIMIT);
    CHECK(weir_graph_find(g, WEIR_DATASET, text("d000000000"), 0) == first); /* as it was */
    mem_free(work);
    mem_free(memory);
}

TEST(what_is_no_node_is_refused)
{
    static _Alignas(16) char memory[1 << 18], work[1 << 16];
    struct weir_memory m = { work, sizeof work };
    struct weir_visits v;
    uint32_t id, d;
    weir_graph *g = NULL;
    CHECK_I64(weir_graph_init(memory, 64, &g, &error), WEIR_LIMIT);
    CHECK_I64(weir_graph_init(memory + 1, sizeof memory - 1, &g, &error), WEIR_INPUT);
    g = graph(memory, sizeof memory);
    CHECK_I64(weir_graph_node(g, 7, text("x"), 0, &id, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_node(g, WEIR_COLUMN, text("x"), 5, &id, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_node(g, WEIR_DATASET, (struct weir_text){ NULL, 0 }, 0, &d, &error), WEIR_OK);
    CHECK_I64(weir_graph_edge(g, d, 99, WEIR_NO_NODE, 0, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_edge(g, d, d, WEIR_NO_NODE, -1, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_walk(g, 99, 0, 0, 10, m, &v, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_walk(g, d, 0, 0, 0, m, &v, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_walk(g, d, 0, 0, 10, (struct weir_memory){ work, 16 }, &v, &error), WEIR_LIMIT);
    CHECK_I64(weir_graph_impact(g, d, 10, m, &v, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_sql(g, d, &(struct weir_sql){ 0 }, &error), WEIR_INPUT);
    CHECK_I64(weir_graph_get(g, 99).kind, -1);
    CHECK(weir_graph_find(g, 9, text("x"), 0) == WEIR_NO_NODE && weir_impact_name(-1)[0] == 0);
}
