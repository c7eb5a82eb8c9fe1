#include "engine/lineage/graph.h"

#include "test.h"

static uint32_t node(struct lineage_graph *g, enum node_kind kind, const char *name)
{
    uint32_t id;
    CHECK_OK(lineage_add_node(g, kind, str_of(name), &id));
    return id;
}

static uint32_t column(struct lineage_graph *g, uint32_t dataset, const char *name)
{
    uint32_t id;
    CHECK_OK(lineage_add_column(g, dataset, str_of(name), &id));
    return id;
}

static void edge(struct lineage_graph *g, uint32_t from, uint32_t to, uint32_t via, enum flow_kind kind)
{
    CHECK_OK(lineage_add_edge(g, &(struct lineage_edge){ from, to, via, kind, 7 }));
}

static str path_of(const struct lineage_graph *g, const struct lineage_visits *v, struct arena *a)
{
    struct buf b = buf_init(1 << 16);
    for (size_t i = 0; i < v->count; i++)
        buf_fmt(&b, "%s%u:" STR_FMT, i ? " " : "", v->items[i].depth, STR_ARG(lineage_label(g, v->items[i].node, a)));
    return buf_take(&b, a);
}

/* raw.orders -> clean (job) -> orders -> report (pipeline) -> sums; raw.pay -> report */
static struct lineage_graph *shop(struct arena *a)
{
    struct lineage_graph *g;
    CHECK_OK(lineage_new(a, NULL, &g));
    uint32_t raw = node(g, NODE_DATASET, "db/raw.orders"), orders = node(g, NODE_DATASET, "db/orders"),
             sums = node(g, NODE_DATASET, "db/sums");
    uint32_t clean = node(g, NODE_JOB, "clean"), report = node(g, NODE_PIPELINE, "report"),
             pay = node(g, NODE_DATASET, "db/raw.pay");
    edge(g, raw, clean, LINEAGE_NONE, FLOW_IDENTITY);
    edge(g, clean, orders, LINEAGE_NONE, FLOW_IDENTITY);
    edge(g, orders, report, LINEAGE_NONE, FLOW_IDENTITY);
    edge(g, pay, report, LINEAGE_NONE, FLOW_IDENTITY);
    edge(g, report, sums, LINEAGE_NONE, FLOW_IDENTITY);
    edge(g, column(g, raw, "total"), column(g, orders, "amount"), clean, FLOW_TRANSFORMATION);
    edge(g, column(g, raw, "state"), orders, clean, FLOW_FILTER);
    return g;
}

TEST(lineage_walks_give_the_nearest_first)
{
    struct arena a = arena_init(1 << 20);
    struct lineage_graph *g = shop(&a);
    struct lineage_visits v;
    CHECK_OK(
        lineage_visit(g, lineage_find(g, NODE_DATASET, STR("db/raw.orders")), &(struct lineage_walk){ 0 }, &a, &v));
    CHECK_STR(path_of(g, &v, &a), "0:db/raw.orders 1:clean 2:db/orders 3:report 4:db/sums");
    CHECK_OK(lineage_visit(g, lineage_find(g, NODE_DATASET, STR("db/sums")),
                           &(struct lineage_walk){ .up = true, .depth = 2 }, &a, &v));
    CHECK_STR(path_of(g, &v, &a), "0:db/sums 1:report 2:db/orders 2:db/raw.pay");
    CHECK(!v.cut);
    CHECK_OK(lineage_visit(g, lineage_find(g, NODE_DATASET, STR("db/sums")),
                           &(struct lineage_walk){ .up = true, .max = 3 }, &a, &v));
    CHECK(v.cut);
    CHECK_I64(v.count, 3);
    CHECK_ERR(lineage_visit(g, LINEAGE_NONE, &(struct lineage_walk){ 0 }, &a, &v), ERR_NOT_FOUND);
    arena_done(&a);
}

TEST(lineage_names_are_found_whole_or_by_their_end)
{
    struct arena a = arena_init(1 << 20);
    struct lineage_graph *g = shop(&a);
    size_t others;
    CHECK(lineage_find_dataset(g, STR("db/orders"), &others) == lineage_find(g, NODE_DATASET, STR("db/orders")));
    CHECK(lineage_find_dataset(g, STR("raw.pay"), &others) == lineage_find(g, NODE_DATASET, STR("db/raw.pay")));
    CHECK(lineage_find_dataset(g, STR("orders"), &others) == LINEAGE_NONE);
    CHECK_I64(others, 2);
    CHECK(lineage_find_dataset(g, STR("rders"), &others) == LINEAGE_NONE);
    CHECK_I64(others, 0);
    CHECK(lineage_find_column(g, lineage_find(g, NODE_DATASET, STR("db/raw.orders")), STR("TOTAL")) != LINEAGE_NONE);
    CHECK(lineage_find(g, NODE_JOB, STR("Clean")) == LINEAGE_NONE);
    arena_done(&a);
}

static str impacts_of(const struct lineage_graph *g, const char *dataset, const char *name, struct arena *a)
{
    struct impacts im;
    CHECK_OK(lineage_impact(g, lineage_find_column(g, lineage_find(g, NODE_DATASET, str_of(dataset)), str_of(name)), 0,
                            a, &im));
    struct buf b = buf_init(1 << 16);
    for (size_t i = 1; i < im.count; i++)
        buf_fmt(&b, "%s%s:" STR_FMT, i > 1 ? " " : "", impact_kind_name(im.items[i].kind),
                STR_ARG(lineage_label(g, im.items[i].node, a)));
    return buf_take(&b, a);
}

TEST(lineage_impact_tells_what_breaks_from_what_may)
{
    struct arena a = arena_init(1 << 20);
    struct lineage_graph *g = shop(&a);
    /* report reads orders, and nobody knows which columns of it */
    CHECK_STR(impacts_of(g, "db/raw.orders", "total", &a),
              "breaks:clean changes:db/orders.amount may:report follows:db/orders follows:db/sums");
    CHECK_STR(impacts_of(g, "db/raw.orders", "state", &a),
              "breaks:clean rows:db/orders follows:report follows:db/sums");
    /* now it says that it takes another column: the change passes by */
    uint32_t orders = lineage_find(g, NODE_DATASET, STR("db/orders")),
             sums = lineage_find(g, NODE_DATASET, STR("db/sums"));
    edge(g, column(g, orders, "id"), column(g, sums, "n"), lineage_find(g, NODE_PIPELINE, STR("report")),
         FLOW_AGGREGATION);
    CHECK_STR(impacts_of(g, "db/raw.orders", "total", &a),
              "breaks:clean changes:db/orders.amount follows:db/orders follows:report follows:db/sums");
    arena_done(&a);
}

TEST(lineage_repeats_and_circles_change_nothing)
{
    struct arena a = arena_init(1 << 20);
    struct lineage_graph *g;
    CHECK_OK(lineage_new(&a, NULL, &g));
    uint32_t x = node(g, NODE_DATASET, "x"), y = node(g, NODE_JOB, "y");
    CHECK(node(g, NODE_DATASET, "x") == x);
    for (int i = 0; i < 3; i++) {
        edge(g, x, y, LINEAGE_NONE, FLOW_IDENTITY);
        edge(g, y, x, LINEAGE_NONE, FLOW_IDENTITY);
        edge(g, x, x, LINEAGE_NONE, FLOW_IDENTITY);
    }
    CHECK_I64(lineage_edge_count(g), 2);
    struct lineage_visits v;
    CHECK_OK(lineage_visit(g, x, &(struct lineage_walk){ 0 }, &a, &v));
    CHECK_I64(v.count, 2);
    uint32_t id;
    CHECK_ERR(lineage_add_node(g, NODE_COLUMN, STR("c"), &id), ERR_INPUT);
    CHECK_ERR(lineage_add_column(g, y, STR("c"), &id), ERR_INPUT);
    CHECK_ERR(lineage_add_edge(g, &(struct lineage_edge){ .from = x, .to = 99, .via = LINEAGE_NONE }), ERR_NOT_FOUND);
    arena_done(&a);
}

TEST(lineage_graph_is_bounded)
{
    struct arena a = arena_init(1 << 20);
    struct lineage_graph *g;
    CHECK_OK(lineage_new(&a, &(struct lineage_limits){ .nodes = 300, .edges = 280 }, &g));
    uint32_t id = 0;
    err e = OK;
    for (int i = 0; i < 1000 && !e.code; i++) e = lineage_add_node(g, NODE_JOB, str_fmt(&a, "%d", i), &id);
    CHECK_ERR(e, ERR_LIMIT);
    CHECK_I64(lineage_node_count(g), 300);
    e = OK;
    for (uint32_t i = 1; i < 300 && !e.code; i++)
        e = lineage_add_edge(g, &(struct lineage_edge){ .from = i, .to = 0, .via = LINEAGE_NONE });
    CHECK_ERR(e, ERR_LIMIT);
    CHECK_I64(lineage_edge_count(g), 280);
    struct arena small = arena_init(4096);
    CHECK_OK(lineage_new(&small, NULL, &g));
    e = OK;
    for (int i = 0; i < 1000 && !e.code; i++) e = lineage_add_node(g, NODE_JOB, str_fmt(&a, "%d", i), &id);
    CHECK_ERR(e, ERR_LIMIT);
    arena_done(&small);
    arena_done(&a);
}
