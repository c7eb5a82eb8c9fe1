#include "engine/knowledge/measure.h"

#include <math.h>

#include "test.h"

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* By hand: gains 3, 0, 2 at ranks 1..3 against the ideal 3, 2, 1. */
TEST(ndcg_is_the_gain_over_that_of_the_best_order)
{
    const struct judgement j[] = { { 7, 3 }, { 8, 2 }, { 9, 1 }, { 10, 0 } };
    const uint32_t ranked[] = { 7, 5, 8 };
    double best = 3 + 2 / log2(3) + 1 / log2(4);
    CHECK(near(measure_ndcg(ranked, 3, j, 4, 10), (3 + 2 / log2(4)) / best));
    CHECK(near(measure_ndcg(ranked, 3, j, 4, 1), 1));
    CHECK(near(measure_ndcg(ranked, 0, j, 4, 10), 0));
    CHECK(near(measure_ndcg(ranked, 3, j, 0, 10), 0));
    CHECK(near(measure_ndcg((const uint32_t[]){ 7, 8, 9 }, 3, j, 4, 10), 1));
}

TEST(recall_and_reciprocal_rank)
{
    const struct judgement j[] = { { 1, 1 }, { 2, 1 }, { 3, 0 } };
    const uint32_t ranked[] = { 9, 3, 2, 8, 1 };
    CHECK(near(measure_recall(ranked, 5, j, 3, 5), 1));
    CHECK(near(measure_recall(ranked, 5, j, 3, 3), 0.5));
    CHECK(near(measure_rr(ranked, 5, j, 3, 10), 1.0 / 3));
    CHECK(near(measure_rr(ranked, 5, j, 3, 2), 0));
    CHECK(near(measure_recall(ranked, 5, j + 2, 1, 5), 0));
}
