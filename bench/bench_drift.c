/* Drift of two tables of numbers in memory: seconds, memory beside the input, and every column's Kolmogorov-Smirnov D,
 * for bench/judgement/drift_speed.py, which runs SciPy on the same bytes.
 *
 *   bench_drift exact|sketch REF CUR ROWS COLUMNS     REF, CUR: float64, column after column
 *
 * One thread. Prints one line of JSON. The exact mode sorts a copy of a column, the sketch reads the input in place. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/detect/drift.h"

enum { COLUMNS_MAX = 1000 };

static void die(const char *what)
{
    (void)fprintf(stderr, "bench_drift: %s\n", what);
    exit(3);
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long peak_kb(void)
{
    struct rusage u;
    (void)getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static double *load(const char *path, size_t bytes)
{
    char *data = mem_new(bytes);
    size_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) die("cannot open the input");
    while (got < bytes) {
        ssize_t n = read(fd, data + got, bytes - got);
        if (n <= 0) die("the input is too short");
        got += (size_t)n;
    }
    (void)close(fd);
    return (double *)(void *)data;
}

static void exact(const double *ref, const double *cur, size_t rows, size_t columns, struct drift_numbers *out)
{
    double *a = mem_new(rows * sizeof *a), *b = mem_new(rows * sizeof *b), *scratch = mem_new(rows * sizeof *scratch);
    for (size_t c = 0; c < columns; c++) {
        memcpy(a, ref + c * rows, rows * sizeof *a);
        memcpy(b, cur + c * rows, rows * sizeof *b);
        drift_compare_values(a, rows, b, rows, scratch, &out[c]);
    }
    mem_free(a);
    mem_free(b);
    mem_free(scratch);
}

/* All columns at once, as they come in when a table is read row by row. */
static void sketch(const double *ref, const double *cur, size_t rows, size_t columns, struct drift_numbers *out)
{
    enum { BLOCK = 2048 };
    struct drift_sketch *s = mem_new(2 * columns * sizeof *s);
    struct arena a = arena_init(8 << 20);
    for (size_t c = 0; c < 2 * columns; c++) drift_sketch_init(&s[c]);
    for (size_t at = 0; at < rows; at += BLOCK) {
        size_t n = rows - at < BLOCK ? rows - at : BLOCK;
        for (size_t c = 0; c < columns; c++) {
            drift_sketch_add(&s[2 * c], ref + c * rows + at, n);
            drift_sketch_add(&s[2 * c + 1], cur + c * rows + at, n);
        }
    }
    for (size_t c = 0; c < columns; c++) {
        if (drift_compare_sketches(&s[2 * c], &s[2 * c + 1], &a, &out[c]).code) die("no memory");
        arena_reset(&a);
    }
    arena_done(&a);
    mem_free(s);
}

int main(int argc, char **argv)
{
    if (argc != 6) die("usage: bench_drift exact|sketch REF CUR ROWS COLUMNS");
    size_t rows = (size_t)strtoul(argv[4], NULL, 10), columns = (size_t)strtoul(argv[5], NULL, 10);
    if (!rows || !columns || columns > COLUMNS_MAX) die("bad size");
    double *ref = load(argv[2], rows * columns * sizeof *ref), *cur = load(argv[3], rows * columns * sizeof *cur);
    struct drift_numbers *out = mem_new(columns * sizeof *out);
    long before = peak_kb();
    double from = seconds();
    (strcmp(argv[1], "exact") == 0 ? exact : sketch)(ref, cur, rows, columns, out);
    double took = seconds() - from;
    (void)printf("{\"seconds\":%.6f,\"beside_kb\":%ld,\"ks\":[", took, peak_kb() - before);
    for (size_t c = 0; c < columns; c++) (void)printf("%s%.17g", c ? "," : "", out[c].ks);
    (void)printf("],\"wasserstein\":[");
    for (size_t c = 0; c < columns; c++) (void)printf("%s%.17g", c ? "," : "", out[c].wasserstein);
    (void)printf("],\"psi\":[");
    for (size_t c = 0; c < columns; c++) (void)printf("%s%.17g", c ? "," : "", out[c].psi);
    (void)puts("]}");
    return 0;
}
