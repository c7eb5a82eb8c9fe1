/* Logs without the command line around them, in processor time of one core.
 *
 *   bench_logs FILE                 templates: lines a second, from an empty memory on
 *   bench_logs --diff PASS FAIL...  difference of each pair: MB a second of both texts
 *
 * Prints one JSON object. The best of several rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/detect/log_diff.h"
#include "engine/detect/log_templates.h"

enum { ROUNDS = 5, TEMPLATES = 8192, FILES_MAX = 256 };

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_logs: %s\n", what);
    exit(3);
}

static double now_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static str read_all(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END)) die(path);
    long size = ftell(f);
    rewind(f);
    char *text = mem_new((size_t)size + 1);
    if (fread(text, 1, (size_t)size, f) != (size_t)size) die(path);
    (void)fclose(f);
    return (str){ text, (size_t)size };
}

static double templates_round(str text, size_t *lines, size_t *templates)
{
    struct arena a = arena_init(256 << 20);
    struct log_line l;
    struct log_template_info info;
    str line;
    *lines = *templates = 0;
    double began = now_seconds();
    struct log_templates *t = log_templates_new(&a, TEMPLATES);
    while (str_next(&text, '\n', &line)) {
        log_line_read(line, &l);
        (void)log_templates_add(t, &l, line);
        ++*lines;
    }
    double took = now_seconds() - began;
    for (uint32_t i = 0; log_templates_next(t, &i, &info);) ++*templates;
    arena_done(&a);
    return took;
}

static void measure_templates(const char *path)
{
    str text = read_all(path);
    size_t lines = 0, templates = 0;
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double took = templates_round(text, &lines, &templates);
        if (took < best) best = took;
    }
    (void)printf("{\"lines\":%zu,\"templates\":%zu,\"lines_s\":%.0f,\"mb_s\":%.1f}\n", lines, templates,
                 (double)lines / best, (double)text.len / best / 1e6);
}

static void measure_diff(char **paths, int n)
{
    str texts[FILES_MAX];
    double bytes = 0, best = 1e9;
    if (n < 2 || n > FILES_MAX) die("how many files?");
    for (int i = 0; i < n; i++) texts[i] = read_all(paths[i]), bytes += (double)texts[i].len;
    struct arena a = arena_init(1 << 30);
    for (int round = 0; round < ROUNDS; round++) {
        struct log_diff d;
        double began = now_seconds();
        for (int i = 0; i + 1 < n; i += 2) {
            if (log_diff(texts[i], texts[i + 1], &a, &d).code) die(paths[i]);
            arena_reset(&a);
        }
        double took = now_seconds() - began;
        if (took < best) best = took;
    }
    arena_done(&a);
    (void)printf("{\"pairs\":%d,\"mb\":%.1f,\"mb_s\":%.1f}\n", n / 2, bytes / 1e6, bytes / best / 1e6);
}

int main(int argc, char **argv)
{
    if (argc == 2)
        measure_templates(argv[1]);
    else if (argc > 3 && str_eq(str_of(argv[1]), STR("--diff")))
        measure_diff(argv + 2, argc - 2);
    else
        die("usage: bench_logs FILE | --diff PASS FAIL...");
    return 0;
}
