/* How fast texts become vectors and pieces: bench_encode MODEL FILE BATCH [KERNEL]. FILE has one text a line; BATCH texts go into one
 * call. One thread; the time is that of the processor, the best of several rounds. Prints JSON. */
#include <stdio.h>
#include <time.h>

#include "edge/files.h"
#include "edge/model/model_file.h"

enum { TEXTS_MAX = 100000, ROUNDS = 5 };

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static str texts[TEXTS_MAX];
static uint16_t ids[ENCODE_PIECES_MAX];

static size_t read_texts(str path, struct arena *a)
{
    str text, line;
    size_t n = 0;
    err e = file_read(path, 512 << 20, a, &text);
    if (e.code) (void)fprintf(stderr, "%s\n", e.msg);
    while (!e.code && n < TEXTS_MAX && text.len && str_next(&text, '\n', &line))
        if (line.len) texts[n++] = line;
    return n;
}

int main(int argc, char **argv)
{
    struct arena a = arena_init((size_t)1 << 30);
    struct model_file f = { 0 };
    if (argc < 4) return 2;
    err e = model_file_open(str_of(argv[1]), &f);
    if (!e.code && argc > 4) e = encode_use_kernel(&f.model, str_of(argv[4]));
    if (e.code) {
        (void)fprintf(stderr, "bench_encode: %s\n", e.msg);
        return 1;
    }
    size_t n = read_texts(str_of(argv[2]), &a), batch = strtoul(argv[3], NULL, 10), bytes = 0, pieces = 0;
    float *out = mem_new((batch + 1) * ENCODE_DIM * sizeof *out);
    void *scratch = mem_new(encode_scratch_size());
    double encode = 1e9, tokenize = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double t = now();
        for (size_t i = 0; batch && i < n; i += batch)
            encode_texts(&f.model, scratch, texts + i, n - i < batch ? n - i : batch, out);
        double d = now() - t;
        if (d < encode) encode = d;
        t = now();
        pieces = bytes = 0;
        for (size_t i = 0; i < n; i++) {
            pieces += encode_tokenize(&f.model, texts[i], ids);
            bytes += texts[i].len;
        }
        d = now() - t;
        if (d < tokenize) tokenize = d;
    }
    (void)printf("{\"kernel\":\"%s\",\"texts\":%zu,\"pieces\":%zu,\"bytes\":%zu,\"encode_per_s\":%.1f,\"tokenize_per_s\":%.0f}\n",
                 encode_kernel_name(&f.model), n, pieces, bytes, batch ? (double)n / encode : 0, (double)n / tokenize);
    mem_free(scratch);
    mem_free(out);
    model_file_close(&f);
    arena_done(&a);
    return 0;
}
