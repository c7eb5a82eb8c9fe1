/* What breaks if a column changes?   cc graph.c $(pkg-config --cflags --libs libweir) && ./a.out */
#include <stdio.h>
#include <string.h>
#include <weir/graph.h>

static struct weir_text text(const char *z)
{
    return (struct weir_text){ z, strlen(z) };
}

int main(void)
{
    static _Alignas(16) char graph_memory[1 << 20], sql_memory[4 << 20], work[1 << 16];
    const char *sql_text =
        "create table mart.sums as select customer, sum(total) as s from raw.orders group by customer";
    struct weir_error error = { 0 };
    struct weir_visits found = { 0 };
    struct weir_sql sql;
    weir_graph *graph;
    uint32_t load = 0, report = 0;
    int failed =
        weir_graph_init(graph_memory, sizeof graph_memory, &graph, &error) ||
        weir_sql(text(sql_text), NULL, (struct weir_memory){ sql_memory, sizeof sql_memory }, &sql, &error) ||
        weir_graph_node(graph, WEIR_JOB, text("load"), 0, &load, &error) || weir_graph_sql(graph, load, &sql, &error) ||
        weir_graph_node(graph, WEIR_JOB, text("report"), 0, &report, &error) ||
        weir_graph_edge(graph, weir_graph_find(graph, WEIR_DATASET, text("sums"), 0), report, WEIR_NO_NODE, 0, &error);
    uint32_t orders = failed ? 0 : weir_graph_find(graph, WEIR_DATASET, text("orders"), 0);
    if (!failed)
        failed = weir_graph_impact(graph, weir_graph_find(graph, WEIR_COLUMN, text("total"), orders), 100,
                                   (struct weir_memory){ work, sizeof work }, &found, &error);
    for (size_t i = 0; !failed && i < found.count; i++) {
        struct weir_text name = weir_graph_get(graph, found.items[i].node).name;
        printf("%*s%.*s: %s\n", (int)found.items[i].depth * 2, "", (int)name.len, name.ptr,
               weir_impact_name(found.items[i].what));
    }
    if (failed) fprintf(stderr, "%s\n", error.message);
    return failed;
}
