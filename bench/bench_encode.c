/* How fast texts become vectors and pieces: bench_encode MODEL FILE BATCH [KERNEL [VECTORS]]. FILE has one text a line;
 * BATCH texts go into one call, 0 only counts pieces. One thread; the time is that of the processor, the best of
 * several rounds. Prints JSON; the vectors go into VECTORS as floats. */
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

struct timing {
    double encode, tokenize; /* best seconds of a round */
    size_t pieces;
};

static void one_round(const struct encode_model *m, size_t n, size_t batch, void *scratch, float *out, struct timing *t)
{
    double start = now();
    for (size_t i = 0; batch && i < n; i += batch)
        encode_texts(m, scratch, texts + i, n - i < batch ? n - i : batch, out + i * ENCODE_DIM);
    double middle = now();
    t->pieces = 0;
    for (size_t i = 0; i < n; i++) t->pieces += encode_tokenize(m, texts[i], ids);
    double end = now();
    if (middle - start < t->encode) t->encode = middle - start;
    if (end - middle < t->tokenize) t->tokenize = end - middle;
}

static void print(const struct encode_model *m, size_t n, size_t batch, const struct timing *t)
{
    (void)printf("{\"kernel\":\"%s\",\"texts\":%zu,\"pieces\":%zu,\"encode_per_s\":%.1f,\"tokenize_per_s\":%.0f",
                 encode_kernel_name(m), n, t->pieces, batch ? (double)n / t->encode : 0, (double)n / t->tokenize);
    if (!batch) {
        (void)printf(",\"counts\":[");
        for (size_t i = 0; i < n; i++) (void)printf("%s%zu", i ? "," : "", encode_tokenize(m, texts[i], ids));
        (void)printf("]");
    }
    (void)puts("}");
}

static int write_vectors(const char *path, const float *out, size_t n)
{
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(out, sizeof *out * ENCODE_DIM, n, f) == n;
    return f && fclose(f) == 0 && ok ? 0 : 3;
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
        return 3;
    }
    size_t n = read_texts(str_of(argv[2]), &a), batch = strtoul(argv[3], NULL, 10);
    float *out = mem_new((n + 1) * ENCODE_DIM * sizeof *out);
    void *scratch = mem_new(encode_scratch_size());
    struct timing t = { 1e9, 1e9, 0 };
    for (int round = 0; round < ROUNDS; round++) one_round(&f.model, n, batch, scratch, out, &t);
    print(&f.model, n, batch, &t);
    int rc = argc > 5 && argv[5][0] ? write_vectors(argv[5], out, n) : 0;
    mem_free(scratch);
    mem_free(out);
    model_file_close(&f);
    arena_done(&a);
    return rc;
}
