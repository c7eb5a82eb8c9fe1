#include "engine/knowledge/hnsw.h"

#include "test.h"

enum { ROWS = 3000, DIM = 64, ASKED = 50, K = 10, CLUSTERS = 40 };

static uint64_t chance = 5;

static float draw(void)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (float)((double)(chance >> 11) / 9007199254740992.0 * 2 - 1);
}

struct fixture {
    struct arena a;
    struct vectors v;
    int8_t *questions;
    float scales[ASKED];
};

/* Clusters, as texts have them: the case in which a graph without far edges falls apart. */
static struct fixture *begin(size_t rows)
{
    struct fixture *f = mem_new(sizeof *f);
    f->a = arena_init(64 << 20);
    int8_t *bytes = arena_new(&f->a, (rows + ASKED + 1) * DIM);
    float *scales = ARENA_ARRAY(&f->a, float, rows + 1), centre[CLUSTERS][DIM], x[DIM];
    int32_t *sums = ARENA_ARRAY(&f->a, int32_t, rows + 1), sum;
    for (size_t c = 0; c < CLUSTERS; c++)
        for (size_t d = 0; d < DIM; d++) centre[c][d] = draw();
    for (size_t i = 0; i < rows + ASKED; i++) {
        for (size_t d = 0; d < DIM; d++) x[d] = centre[i % CLUSTERS][d] + 0.7F * draw();
        if (i < rows) vector_pack(x, DIM, bytes + i * DIM, &scales[i], &sums[i]);
        else vector_pack(x, DIM, bytes + i * DIM, &f->scales[i - rows], &sum);
    }
    f->v = (struct vectors){ bytes, scales, sums, rows, DIM, DIM };
    f->questions = bytes + rows * DIM;
    return f;
}

static void end(struct fixture *f)
{
    arena_done(&f->a);
    mem_free(f);
}

TEST(it_finds_nearly_all_that_a_scan_finds)
{
    struct fixture *f = begin(ROWS);
    struct hnsw *h = NULL;
    CHECK_OK(hnsw_build(&f->v, vector_kernel_best(), &f->a, &h));
    size_t right = 0;
    for (size_t q = 0; q < ASKED; q++) {
        struct arena scratch = arena_init(1 << 20);
        struct vector_hit want[K], got[K];
        size_t n = 0;
        vectors_scan(&f->v, vector_kernel_best(), f->questions + q * DIM, &f->scales[q], 1, K, want, &n);
        CHECK_I64(hnsw_search(h, f->questions + q * DIM, f->scales[q], K, &scratch, got), K);
        for (size_t i = 0; i < K; i++)
            for (size_t k = 0; k < K; k++) right += got[i].row == want[k].row;
        for (size_t i = 1; i < K; i++) CHECK(got[i - 1].cosine >= got[i].cosine);
        arena_done(&scratch);
    }
    (void)printf("# recall@10 %.3f\n", (double)right / (ASKED * K));
    CHECK(right >= ASKED * K * 95 / 100);
    end(f);
}

TEST(the_same_vectors_give_the_same_answers_on_every_kernel)
{
    struct fixture *f = begin(500);
    struct vector_hit want[K], got[K];
    for (int k = 0; k < VECTOR_KERNELS; k++) {
        if (!vector_kernel_there((enum vector_kernel)k)) continue;
        struct hnsw *h = NULL;
        CHECK_OK(hnsw_build(&f->v, (enum vector_kernel)k, &f->a, &h));
        CHECK_I64(hnsw_search(h, f->questions, f->scales[0], K, &f->a, k ? got : want), K);
        CHECK(k == 0 || memcmp(got, want, sizeof got) == 0);
    }
    end(f);
}

TEST(small_empty_and_full_graphs)
{
    for (size_t rows = 0; rows < 4; rows++) {
        struct fixture *f = begin(rows);
        struct hnsw *h = NULL;
        struct vector_hit got[K];
        CHECK_OK(hnsw_build(&f->v, VECTOR_SCALAR, &f->a, &h));
        CHECK_I64(hnsw_search(h, f->questions, f->scales[0], K, &f->a, got), rows);
        CHECK_I64(hnsw_search(h, f->questions, 0, K, &f->a, got), 0);
        end(f);
    }
    struct fixture *f = begin(500);
    struct hnsw *h = NULL;
    struct arena small = arena_init(100000);
    CHECK_ERR(hnsw_build(&f->v, VECTOR_SCALAR, &small, &h), ERR_LIMIT);
    arena_done(&small);
    end(f);
}
