/* Lineage on its own.
 *
 *   bench_lineage sql < TEXTS     TEXTS: JSON Lines {"sql", "dialect"?, "schemas"?: {table: [columns]}}; prints what was read from each,
 *                                 one JSON line each, and on stderr the statements and bytes a second of the reading alone */
#include <stdio.h>
#include <time.h>

#include "edge/lineage/sql_json.h"

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
        e = sql_lineage(sql, &o, &a, &l);
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

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "sql") == 0) return run_sql();
    (void)fprintf(stderr, "usage: bench_lineage sql < TEXTS\n");
    return 2;
}
