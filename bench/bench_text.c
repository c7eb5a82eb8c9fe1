/* How fast texts are classified by words and characters: bench_text MODEL FILE. FILE holds one text a line; prints
 * JSON with texts a second of one thread, from raw text, with each kernel of the processor. */
#include <stdio.h>

#include "base/env.h"
#include "edge/files.h"
#include "edge/text/text_file.h"

enum { TEXTS_MAX = 1 << 20, FILE_MAX = 1 << 28, ROUNDS = 7 };

static size_t lines_of(str rest, str *text)
{
    size_t n = 0;
    str line;
    while (rest.len && n < TEXTS_MAX && str_next(&rest, '\n', &line))
        if (line.len) text[n++] = line;
    return n;
}

/* The fastest of some rounds over all texts: others use the machine, too. */
static double fastest(const struct text_file *f, const str *text, size_t n, size_t *classes)
{
    double best = 1e30;
    for (int round = 0; round < ROUNDS; round++) {
        struct timespec from, to;
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        for (size_t i = 0; i < n; i++) {
            (void)text_margins(&f->model, text[i], f->work);
            size_t c = 0;
            for (size_t k = 1; k < f->model.head->classes; k++)
                if (f->work->margin[k] > f->work->margin[c]) c = k;
            classes[c]++;
        }
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        double s = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
        if (s < best) best = s;
    }
    return (double)n / best;
}

int main(int argc, char **argv)
{
    struct arena a = arena_init((size_t)2 * FILE_MAX);
    struct text_file f = { 0 };
    str bytes = { 0 };
    if (argc != 3) return 2;
    err e = text_file_open(str_of(argv[1]), &f);
    if (!e.code) e = file_read(str_of(argv[2]), FILE_MAX, &a, &bytes);
    if (e.code) {
        (void)fprintf(stderr, "bench_text: %s\n", e.msg);
        return 3;
    }
    str *text = ARENA_ARRAY(&a, str, TEXTS_MAX);
    size_t *classes = ARENA_ARRAY(&a, size_t, TEXT_CLASSES_MAX), n = lines_of(bytes, text), used = 0;
    (void)printf("{\"texts\":%zu", n);
    for (size_t k = 0; k < text_kernel_count; k++) {
        if (!text_kernels[k].there()) continue;
        f.model.add = text_kernels[k].add;
        (void)printf(",\"%s\":%.0f", text_kernels[k].name, fastest(&f, text, n, classes));
    }
    for (size_t c = 0; c < f.model.head->classes; c++) used += classes[c] > 0;
    (void)printf(",\"classes_used\":%zu}\n", used);
    text_file_close(&f);
    arena_done(&a);
    return 0;
}
