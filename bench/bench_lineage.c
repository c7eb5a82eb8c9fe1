/* Lineage on its own.
 *
 *   bench_lineage sql < TEXTS     TEXTS: JSON Lines {"sql", "dialect"?, "schemas"?: {table: [columns]}}; prints what
 * was read from each, one JSON line each, and on stderr texts, bytes and the seconds of the reading alone bench_lineage
 * graph           100,000 nodes and 300,000 edges of a generated warehouse: seconds to load, and for each way of asking
 *                                 the middle and the 99th of 100 of many questions, as one JSON object */
#include <stdio.h>
#include <time.h>

#include "edge/lineage/sql_json.h"
#include "edge/lineage/sql_read.h"
#include "engine/lineage/graph.h"

enum { ARENA_MAX = 1 << 30, LINE_MAX_BYTES = 64 << 20 };

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_lineage: %s: %s\n", what, why);
    exit(3);
}

static double cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct sql_options options_of(json *line, struct arena *a)
{
    struct sql_options o = { 0 };
    size_t i, n, k, m;
    json *table, *columns, *c;
    (void)sql_dialect_of(json_get_str(line, "dialect"), &o.dialect);
    json *all = json_get(line, "schemas");
    struct sql_schema *schemas = ARENA_ARRAY(a, struct sql_schema, yyjson_obj_size(all) + 1);
    yyjson_obj_foreach(all, i, n, table, columns)
    {
        str *names = ARENA_ARRAY(a, str, yyjson_arr_size(columns) + 1);
        yyjson_arr_foreach(columns, k, m, c) names[k] = json_str(c, STR(""));
        schemas[o.schema_count++] = (struct sql_schema){ json_str(table, STR("")), names, yyjson_arr_size(columns) };
    }
    o.schemas = schemas;
    return o;
}

static int run_sql(void)
{
    char *text = NULL;
    size_t cap = 0, bytes = 0, texts = 0;
    ssize_t len;
    double seconds = 0;
    struct arena a = arena_init(ARENA_MAX);
    while ((len = getline(&text, &cap, stdin)) > 0) {
        json *line = NULL;
        struct sql_lineage l;
        arena_reset(&a);
        err e = json_parse((str){ text, (size_t)len }, &a, &line);
        if (e.code) die("input", e.msg);
        struct sql_options o = options_of(line, &a);
        str sql = json_get_str(line, "sql");
        double start = cpu_seconds();
        bool plain = STR_IS(json_get_str(line, "parser"), "weir");
        e = plain ? sql_lineage(sql, &o, &a, &l) : sql_read(sql, &o, &a, &l, NULL);
        seconds += cpu_seconds() - start;
        if (e.code) die("sql", e.msg);
        bytes += sql.len, texts++;
        struct buf out = buf_init(LINE_MAX_BYTES);
        struct jw w = jw_init(&out);
        sql_lineage_write(&w, &l);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&out)));
        buf_done(&out);
    }
    (void)fprintf(stderr, "{\"texts\":%zu,\"bytes\":%zu,\"seconds\":%.6f}\n", texts, bytes, seconds);
    free(text);
    arena_done(&a);
    return 0;
}

/* --- The graph --- */

enum {
    DATASETS = 20000,
    JOBS = 20000,
    COLUMNS_EACH = 3,
    TABLE_EDGES = 100000,
    COLUMN_EDGES = 200000,
    QUESTIONS = 4000,
    BOUND = 1000
};

static uint64_t chance = 20260504;

static uint32_t draw(uint32_t below)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance >> 33) % below);
}

static void must(err e)
{
    if (e.code) die(err_name(e.code), e.msg);
}

/* Layers as in a warehouse: a job reads earlier datasets and writes a later one; a few datasets are read by thousands.
 */
static uint32_t earlier(uint32_t than)
{
    return draw(10) == 0 ? draw(than < 50 ? than : 50) : than > 2000 ? than - 1 - draw(2000) : draw(than);
}

static struct lineage_graph *generated(struct arena *a)
{
    struct lineage_graph *g;
    struct arena names = arena_init(64 << 20);
    uint32_t *datasets = ARENA_ARRAY(&names, uint32_t, DATASETS), *jobs = ARENA_ARRAY(&names, uint32_t, JOBS),
             column[2];
    must(lineage_new(a, NULL, &g));
    for (uint32_t i = 0; i < DATASETS; i++) {
        must(lineage_add_node(g, NODE_DATASET, str_fmt(&names, "postgres://db:5432/dw.mart_%u.table_%u", i % 97, i),
                              &datasets[i]));
        for (uint32_t c = 0; c < COLUMNS_EACH; c++)
            must(lineage_add_column(g, datasets[i], str_fmt(&names, "column_%u", c), &column[0]));
    }
    for (uint32_t i = 0; i < JOBS; i++)
        must(lineage_add_node(g, NODE_JOB, str_fmt(&names, "model.shop.job_%u", i), &jobs[i]));
    for (uint32_t i = 0; i < TABLE_EDGES; i++) {
        uint32_t to = 1 + draw(DATASETS - 1), from = earlier(to), job = to % JOBS;
        must(lineage_add_edge(g, &(struct lineage_edge){ datasets[from], jobs[job], LINEAGE_NONE, FLOW_IDENTITY, i }));
        must(lineage_add_edge(g, &(struct lineage_edge){ jobs[job], datasets[to], LINEAGE_NONE, FLOW_IDENTITY, i }));
    }
    while (lineage_edge_count(g) < TABLE_EDGES + COLUMN_EDGES) {
        uint32_t to = 1 + draw(DATASETS - 1), from = earlier(to);
        must(lineage_add_column(g, datasets[from], str_fmt(&names, "column_%u", draw(COLUMNS_EACH)), &column[0]));
        must(lineage_add_column(g, datasets[to], str_fmt(&names, "column_%u", draw(COLUMNS_EACH)), &column[1]));
        must(lineage_add_edge(
            g, &(struct lineage_edge){ column[0], column[1], jobs[to % JOBS], (enum flow_kind)draw(3), 0 }));
    }
    arena_done(&names);
    return g;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* way: 0 up, 1 down, 2 impact of a column. */
static void ask(const struct lineage_graph *g, int way, const char *name)
{
    static double took[QUESTIONS];
    struct arena a = arena_init(16 << 20);
    size_t visited = 0;
    for (size_t i = 0; i < QUESTIONS; i++) {
        uint32_t node = draw((uint32_t)lineage_node_count(g));
        enum node_kind want = way == 2 ? NODE_COLUMN : NODE_DATASET;
        while (lineage_node(g, node).kind != want) node = draw((uint32_t)lineage_node_count(g));
        struct lineage_visits v = { 0 };
        struct impacts im = { 0 };
        arena_reset(&a);
        double start = cpu_seconds();
        if (way == 2) must(lineage_impact(g, node, BOUND, &a, &im));
        else must(lineage_visit(g, node, &(struct lineage_walk){ .up = way == 0, .max = BOUND }, &a, &v));
        took[i] = 1e6 * (cpu_seconds() - start);
        visited += v.count + im.count;
    }
    qsort(took, QUESTIONS, sizeof *took, by_size);
    (void)printf(",\"%s\":{\"median_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,\"visited\":%.1f}", name,
                 took[QUESTIONS / 2], took[QUESTIONS * 99 / 100], took[QUESTIONS - 1], (double)visited / QUESTIONS);
    arena_done(&a);
}

static int run_graph(void)
{
    struct arena a = arena_init(ARENA_MAX);
    double start = cpu_seconds();
    struct lineage_graph *g = generated(&a);
    (void)printf("{\"nodes\":%zu,\"edges\":%zu,\"load_s\":%.3f,\"mib\":%.1f", lineage_node_count(g),
                 lineage_edge_count(g), cpu_seconds() - start, (double)a.used / (1 << 20));
    ask(g, 0, "up");
    ask(g, 1, "down");
    ask(g, 2, "impact");
    (void)puts("}");
    arena_done(&a);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "sql") == 0) return run_sql();
    if (argc == 2 && strcmp(argv[1], "graph") == 0) return run_graph();
    (void)fprintf(stderr, "usage: bench_lineage sql < TEXTS, or bench_lineage graph\n");
    return 2;
}
