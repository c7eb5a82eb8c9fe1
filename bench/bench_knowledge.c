/* How fast the knowledge is: BM25 on a collection, and an exact scan of vectors beside memcpy of the same bytes.
 *
 *   bench_knowledge bm25 FOLDER QRELS       questions a second, one thread; the ranking is that of `weir knowledge
 * eval` bench_knowledge vectors N               N x 384 int8: milliseconds a question alone and in a batch, memcpy's
 * beside it bench_knowledge graph N                 N x 384 in clusters: HNSW's seconds to build, milliseconds a
 * question, recall
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "edge/documents/jsonl.h"
#include "engine/knowledge/hnsw.h"

enum { DIM = 384, ROUNDS = 5, K = 10, TOP = 100 };

static double seconds(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int failed(err e)
{
    (void)fprintf(stderr, "bench_knowledge: %s\n", e.msg);
    return 3;
}

/* ---- words ---- */

static double ask_all(const struct collection *c, const struct query_list *q, uint32_t *sums)
{
    static struct bm25_hit hits[TOP];
    double from = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t i = 0; i < q->count; i++) {
        struct bm25_query parsed;
        bm25_parse(shelf_words(c->shelf), c->terms, q->items[i].text, &parsed);
        (void)bm25_search(shelf_words(c->shelf), &parsed, sums, TOP, hits);
    }
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - from;
}

static int words(str folder, str qrels)
{
    struct arena a = arena_init(SIZE_MAX / 2);
    struct collection c = { 0 };
    struct query_list q = { 0 };
    err e = collection_init(&c, SIZE_MAX / 2);
    if (!e.code) e = jsonl_corpus(str_fmt(&a, STR_FMT "/corpus.jsonl", STR_ARG(folder)), &c);
    double from = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (!e.code) e = collection_shelve(&c);
    double index_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - from, best = 1e9;
    if (!e.code) e = jsonl_queries(str_fmt(&a, STR_FMT "/queries.jsonl", STR_ARG(folder)), qrels, &c, &a, &q);
    if (e.code) return failed(e);
    uint32_t *sums = ARENA_ARRAY(&a, uint32_t, shelf_count(c.shelf) + 1);
    for (int i = 0; i < ROUNDS; i++) {
        double s = ask_all(&c, &q, sums);
        if (s < best) best = s;
    }
    (void)printf("{\"queries_s\":%.0f,\"index_s\":%.3f,\"bytes\":%zu,\"questions\":%zu}\n", (double)q.count / best,
                 index_s, bm25_bytes(shelf_words(c.shelf)), q.count);
    collection_done(&c);
    arena_done(&a);
    return 0;
}

/* ---- vectors ---- */

static uint64_t chance = 3;

static void fill(int8_t *rows, float *scales, int32_t *sums, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int32_t sum = 0;
        for (size_t d = 0; d < DIM; d++) {
            chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            rows[i * DIM + d] = (int8_t)((int)(chance >> 57) + (int)(chance >> 41 & 127) - 127);
            sum += rows[i * DIM + d];
        }
        scales[i] = 0.0012F;
        sums[i] = sum;
    }
}

static double scan(const struct vectors *v, enum vector_kernel kernel, size_t batch)
{
    static struct vector_hit hits[VECTOR_BATCH * K];
    size_t found[VECTOR_BATCH];
    double from = seconds(CLOCK_PROCESS_CPUTIME_ID);
    vectors_scan(v, kernel, v->rows, v->scales, batch, K, hits, found);
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - from;
}

static double copy(void *to, const void *from, size_t n)
{
    double at = seconds(CLOCK_PROCESS_CPUTIME_ID);
    memcpy(to, from, n);
    __asm__ volatile("" : : "r"(to) : "memory");
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - at;
}

static double less(double a, double b)
{
    return a < b ? a : b;
}

static int vectors(size_t n)
{
    size_t bytes = n * DIM;
    int8_t *rows = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int8_t *other = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (rows == MAP_FAILED || other == MAP_FAILED) return failed(err_errno("memory"));
    float *scales = mem_new(n * sizeof *scales);
    int32_t *sums = mem_new(n * sizeof *sums);
    fill(rows, scales, sums, n);
    memset(other, 1, bytes);
    struct vectors v = { rows, scales, sums, n, DIM, vector_stride(DIM) };
    double one = 1e9, many = 1e9, memory = 1e9;
    enum vector_kernel best = vector_kernel_best();
    for (int i = 0; i < ROUNDS; i++) {
        memory = less(memory, copy(other, rows, bytes));
        one = less(one, scan(&v, best, 1));
        many = less(many, scan(&v, best, VECTOR_BATCH));
    }
    (void)printf("{\"kernel\":\"%s\",\"one_ms\":%.3f,\"batch_ms\":%.3f,\"memcpy_ms\":%.3f,\"share\":%.3f}\n",
                 vector_kernel_name(best), 1e3 * one, 1e3 * many / VECTOR_BATCH, 1e3 * memory, memory / one);
    (void)munmap(rows, bytes);
    (void)munmap(other, bytes);
    mem_free(scales);
    mem_free(sums);
    return 0;
}

/* ---- the graph ---- */

static float even(void)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (float)((double)(chance >> 11) / 9007199254740992.0 * 2 - 1);
}

/* Around 1 in 50 centres, as near to them as sentences about one thing are (a cosine of some .5 to each other). */
static void fill_clusters(int8_t *rows, float *scales, int32_t *sums, size_t n)
{
    enum { A_CLUSTER = 50 };
    static float centre[DIM], x[DIM];
    for (size_t i = 0; i < n; i++) {
        for (size_t d = 0; i % A_CLUSTER == 0 && d < DIM; d++) centre[d] = even();
        for (size_t d = 0; d < DIM; d++) x[d] = centre[d] + even();
        vector_pack(x, DIM, rows + i * DIM, &scales[i], &sums[i]);
    }
}

/* A question near a row: what nobody has asked before. */
static void ask_near(const struct vectors *v, size_t row, int8_t *out, float *scale)
{
    static float x[DIM];
    int32_t sum = 0;
    for (size_t d = 0; d < DIM; d++) x[d] = (float)v->rows[row * DIM + d] * v->scales[row] + even();
    vector_pack(x, DIM, out, scale, &sum);
}

static int graph(size_t n)
{
    enum { ASKED = 200 };
    struct arena a = arena_init(SIZE_MAX / 2), scratch = arena_init(1 << 28);
    int8_t *rows = arena_new(&a, (n + 1) * DIM);
    float *scales = ARENA_ARRAY(&a, float, n);
    int32_t *sums = ARENA_ARRAY(&a, int32_t, n);
    struct hnsw *h = NULL;
    fill_clusters(rows, scales, sums, n);
    struct vectors v = { rows, scales, sums, n, DIM, vector_stride(DIM) };
    double from = seconds(CLOCK_PROCESS_CPUTIME_ID), flat = 0, walk = 0;
    err e = hnsw_build(&v, vector_kernel_best(), &a, &h);
    if (e.code) return failed(e);
    double build = seconds(CLOCK_PROCESS_CPUTIME_ID) - from;
    size_t right = 0, found = 0;
    for (size_t q = 0; q < ASKED; q++) {
        struct vector_hit want[K], got[K];
        int8_t question[DIM];
        float scale = 0;
        ask_near(&v, q * (n / ASKED), question, &scale);
        double at = seconds(CLOCK_PROCESS_CPUTIME_ID);
        vectors_scan(&v, vector_kernel_best(), question, &scale, 1, K, want, &found);
        flat += seconds(CLOCK_PROCESS_CPUTIME_ID) - at;
        at = seconds(CLOCK_PROCESS_CPUTIME_ID);
        size_t m = hnsw_search(h, question, scale, K, &scratch, got);
        walk += seconds(CLOCK_PROCESS_CPUTIME_ID) - at;
        arena_reset(&scratch);
        for (size_t i = 0; i < found; i++)
            for (size_t k = 0; k < m; k++) right += want[i].row == got[k].row;
    }
    (void)printf("{\"build_s\":%.2f,\"graph_ms\":%.3f,\"flat_ms\":%.3f,\"recall\":%.4f}\n", build, 1e3 * walk / ASKED,
                 1e3 * flat / ASKED, (double)right / (ASKED * K));
    arena_done(&scratch);
    arena_done(&a);
    return 0;
}

int main(int argc, char **argv)
{
    int64_t n = 0;
    if (argc == 4 && strcmp(argv[1], "bm25") == 0) return words(str_of(argv[2]), str_of(argv[3]));
    if (argc == 3 && strcmp(argv[1], "vectors") == 0 && !str_to_i64(str_of(argv[2]), &n).code && n > 0)
        return vectors((size_t)n);
    if (argc == 3 && strcmp(argv[1], "graph") == 0 && !str_to_i64(str_of(argv[2]), &n).code && n >= 1000)
        return graph((size_t)n);
    (void)fprintf(stderr, "usage: bench_knowledge bm25 FOLDER QRELS | vectors N | graph N\n");
    return 2;
}
