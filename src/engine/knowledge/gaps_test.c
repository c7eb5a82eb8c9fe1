#include "engine/knowledge/gaps.h"

#include "test.h"

TEST(questions_for_the_same_are_one_gap)
{
    struct arena a = arena_init(8 << 20);
    struct terms *t = NULL;
    struct gap *g = NULL;
    size_t n = 0;
    const str q[] = { STR("how do I rotate the certificate of kafka"), STR("billing for march"),
                      STR("rotate kafka certificates, how?"), STR("Kafka certificate rotation how do I"), STR("") };
    CHECK_OK(terms_open(&t));
    CHECK_OK(gaps_group(t, q, 5, &a, &g, &n));
    CHECK_I64(n, 3);
    CHECK_I64(g[0].first, 0);
    CHECK_I64(g[0].count, 3);
    CHECK_I64(g[1].first, 1);
    CHECK_OK(gaps_group(t, q, 0, &a, &g, &n));
    CHECK_I64(n, 0);
    CHECK_ERR(gaps_group(t, q, GAP_QUESTIONS_MAX + 1, &a, &g, &n), ERR_LIMIT);
    terms_close(t);
    arena_done(&a);
}
