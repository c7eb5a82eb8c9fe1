#include "engine/knowledge/vectors.h"

#include <math.h>

#include "test.h"

enum { ROWS = 700, DIM = 100 };

static uint64_t chance = 11;

static float draw(void)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (float)((double)(chance >> 11) / 9007199254740992.0 * 2 - 1);
}

struct fixture {
    struct arena a;
    struct vectors v;
    float plain[ROWS][DIM];
};

static void unit(float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    for (size_t i = 0; i < n; i++) x[i] = (float)(x[i] / sqrt(sum));
}

static struct fixture *begin(void)
{
    struct fixture *f = mem_new(sizeof *f);
    f->a = arena_init(8 << 20);
    size_t stride = vector_stride(DIM);
    int8_t *rows = arena_new(&f->a, ROWS * stride);
    float *scales = ARENA_ARRAY(&f->a, float, ROWS);
    int32_t *sums = ARENA_ARRAY(&f->a, int32_t, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t k = 0; k < DIM; k++) f->plain[i][k] = draw();
        unit(f->plain[i], DIM);
        vector_pack(f->plain[i], DIM, rows + i * stride, &scales[i], &sums[i]);
    }
    f->v = (struct vectors){ rows, scales, sums, ROWS, DIM, stride };
    return f;
}

static void end(struct fixture *f)
{
    arena_done(&f->a);
    mem_free(f);
}

TEST(every_kernel_gives_the_same_dots)
{
    int8_t a[VECTOR_DIM_MAX], b[VECTOR_DIM_MAX];
    for (size_t stride = 64; stride <= VECTOR_DIM_MAX; stride *= 2) {
        int32_t sum = 0;
        for (size_t i = 0; i < stride; i++) {
            a[i] = (int8_t)(stride == 128 ? -127 : (int)(draw() * 127)); /* once the largest there is */
            b[i] = (int8_t)(stride == 128 ? 127 : (int)(draw() * 127));
            sum += a[i];
        }
        int32_t want = vector_dot(VECTOR_SCALAR, a, sum, b, stride);
        for (int k = 0; k < VECTOR_KERNELS; k++) {
            if (!vector_kernel_there((enum vector_kernel)k)) continue;
            CHECK_I64(vector_dot((enum vector_kernel)k, a, sum, b, stride), want);
        }
    }
    for (int k = 0; k < VECTOR_KERNELS; k++)
        if (!vector_kernel_there((enum vector_kernel)k))
            (void)printf("# this processor has no %s\n", vector_kernel_name((enum vector_kernel)k));
    CHECK(vector_kernel_there(vector_kernel_best()));
}

TEST(a_scan_finds_what_a_plain_scan_finds)
{
    enum { N = 5, K = 20 };
    struct fixture *f = begin();
    int8_t q[N * 128];
    float scales[N];
    int32_t sums[N];
    for (size_t i = 0; i < N; i++) vector_pack(f->plain[i * 31], DIM, q + i * f->v.stride, &scales[i], &sums[i]);
    struct vector_hit want[N * K], hits[N * K];
    size_t found[N];
    for (int k = 0; k < VECTOR_KERNELS; k++) {
        if (!vector_kernel_there((enum vector_kernel)k)) continue;
        vectors_scan(&f->v, (enum vector_kernel)k, q, scales, N, K, k ? hits : want, found);
        for (size_t i = 0; i < N; i++) CHECK_I64(found[i], K);
        CHECK(k == 0 || memcmp(hits, want, sizeof hits) == 0); /* to the bit */
    }
    for (size_t i = 0; i < N; i++) {
        CHECK_I64(want[i * K].row, i * 31); /* itself */
        for (size_t h = 0; h < K; h++) {
            double cosine = 0;
            for (size_t d = 0; d < DIM; d++) cosine += (double)f->plain[i * 31][d] * f->plain[want[i * K + h].row][d];
            CHECK(fabs(cosine - (double)want[i * K + h].cosine) < 0.01);
            CHECK(h == 0 || want[i * K + h].cosine <= want[i * K + h - 1].cosine);
        }
    }
    end(f);
}

TEST(odd_vectors_are_similar_to_nothing)
{
    float v[DIM] = { 0 };
    int8_t out[128];
    float scale = 1;
    int32_t sum = 1;
    vector_pack(v, DIM, out, &scale, &sum);
    CHECK(scale == 0 && sum == 0);
    v[3] = NAN;
    vector_pack(v, DIM, out, &scale, &sum);
    CHECK(scale == 0 && sum == 0);
    v[3] = INFINITY;
    vector_pack(v, DIM, out, &scale, &sum);
    CHECK(scale == 0);
    struct fixture *f = begin();
    struct vector_hit hits[4];
    size_t found = 9;
    vectors_scan(&f->v, VECTOR_SCALAR, out, &scale, 1, 4, hits, &found);
    CHECK_I64(found, 0);
    v[3] = 2;
    vector_pack(v, DIM, out, &scale, &sum);
    vectors_scan(&f->v, VECTOR_SCALAR, out, &scale, 1, 0, hits, &found);
    CHECK_I64(found, 0);
    end(f);
}

TEST(fewer_rows_than_asked_for_are_all_given)
{
    struct fixture *f = begin();
    f->v.count = 3;
    struct vector_hit hits[10];
    size_t found = 0;
    vectors_scan(&f->v, vector_kernel_best(), f->v.rows, f->v.scales, 1, 10, hits, &found);
    CHECK_I64(found, 3);
    CHECK_I64(hits[0].row, 0);
    end(f);
}

static bool odd_row(const void *ctx, uint32_t row)
{
    (void)ctx;
    return row % 2 == 1;
}

static bool any_row(const void *ctx, uint32_t row)
{
    (void)ctx;
    (void)row;
    return true;
}

TEST(a_scan_with_a_condition_gives_the_best_of_those_that_may)
{
    struct fixture *f = begin();
    struct vector_hit want[ROWS], got[ROWS], all[ROWS];
    size_t found = 0, kept = 0;
    struct packed q = { f->v.rows, f->v.scales[0], f->v.sums[0] };
    vectors_scan(&f->v, vector_kernel_best(), q.bytes, &q.scale, 1, ROWS, want, &found);
    CHECK_I64(vectors_scan_where(&f->v, vector_kernel_best(), q, any_row, NULL, ROWS, all), found);
    CHECK(memcmp(all, want, found * sizeof *want) == 0);
    size_t n = vectors_scan_where(&f->v, vector_kernel_best(), q, odd_row, NULL, 7, got);
    CHECK_I64(n, 7);
    for (size_t i = 0; i < found && kept < n; i++)
        if (want[i].row % 2) CHECK(memcmp(&want[i], &got[kept++], sizeof *got) == 0);
    CHECK_I64(vectors_scan_where(&f->v, vector_kernel_best(), q, any_row, NULL, 0, got), 0);
    end(f);
}
