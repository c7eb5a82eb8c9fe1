#include "engine/lineage/blame.h"

#include "engine/lineage/deviation.h"
#include <math.h>

#include "test.h"

static size_t rank(const struct blame_node *nodes, size_t n, const struct blame_edge *edges, size_t m,
                   struct blame *out)
{
    struct arena a = arena_init(1 << 20);
    size_t count = blame_rank(nodes, n, edges, m, 0, &(struct blame_options){ .onset_slack = USEC_MINUTE }, &a, out);
    arena_done(&a);
    return count;
}

/* shop calls search and pay; both call the table; pay calls the bank too */
enum { SHOP, SEARCH, PAY, TABLE, BANK, NODES };
static const struct blame_edge calls[] = {
    { SHOP, SEARCH }, { SHOP, PAY }, { SEARCH, TABLE }, { PAY, TABLE }, { PAY, BANK }
};
enum { CALLS = sizeof calls / sizeof calls[0] };

TEST(the_deepest_that_accounts_for_the_trouble_is_to_blame)
{
    struct blame_node v[NODES] = { [SHOP] = { 9, 100, 0 }, [SEARCH] = { 60, 95, 0 }, [TABLE] = { 20, 90, 0 } };
    struct blame out[NODES];
    CHECK_I64(rank(v, NODES, calls, CALLS, out), 3);
    CHECK_I64(out[0].node, TABLE); /* although its own score is the smallest of the way */
    CHECK_I64(out[0].via, SEARCH);
    CHECK(out[0].blame > 0.85);
    CHECK(out[1].blame < 0.2 && out[2].blame < 0.2);
}

TEST(a_callee_that_deviates_a_little_does_not_take_the_blame)
{
    struct blame_node v[NODES] = { [SHOP] = { 9, 100, 0 }, [SEARCH] = { 60, 95, 0 }, [TABLE] = { 7, 10, 0 } };
    struct blame out[NODES];
    CHECK_I64(rank(v, NODES, calls, CALLS, out), 3);
    CHECK_I64(out[0].node, SEARCH);
}

TEST(without_totals_a_small_anomaly_does_not_cause_a_large_one)
{
    struct blame_node v[NODES] = { [SHOP] = { 9, 0, 0 }, [PAY] = { 30, 0, 0 }, [BANK] = { 4, 0, 0 } };
    struct blame out[NODES];
    CHECK_I64(rank(v, NODES, calls, CALLS, out), 3);
    CHECK_I64(out[0].node, PAY);
}

TEST(what_began_later_accounts_for_nothing)
{
    struct blame_node v[NODES] = {
        [SHOP] = { 9, 100, USEC_HOUR }, [SEARCH] = { 60, 95, USEC_HOUR }, [TABLE] = { 20, 90, 2 * USEC_HOUR }
    };
    struct blame out[NODES];
    CHECK_I64(rank(v, NODES, calls, CALLS, out), 2);
    CHECK_I64(out[0].node, SEARCH);
}

TEST(nothing_is_to_blame_where_nothing_deviates)
{
    struct blame_node v[NODES] = {
        [SHOP] = { 1, 5, 0 }, [SEARCH] = { 2.5, 3, 0 }, [TABLE] = { 50, 90, 0 }
    }; /* no way to the table */
    struct blame out[NODES];
    CHECK_I64(rank(v, NODES, calls, CALLS, out), 0);
    struct arena a = arena_init(4096);
    CHECK_I64(blame_rank(v, 0, NULL, 0, 0, &(struct blame_options){ 0 }, &a, out), 0);
    arena_done(&a);
}

TEST(any_graph_ends_and_stays_in_bounds)
{
    enum { N = 40, M = 200 };
    uint32_t seed = 7;
    (void)printf("# seed %u\n", seed);
    for (int round = 0; round < test_count(300, 20000); round++) {
        struct blame_node v[N];
        struct blame_edge e[M];
        for (size_t i = 0; i < N; i++) {
            seed = seed * 1664525u + 1013904223u;
            v[i] = (struct blame_node){ (seed >> 8) % 10, (double)((seed >> 16) % 50), (usec)(seed >> 20) * 1000 };
        }
        for (size_t i = 0; i < M; i++) {
            seed = seed * 1664525u + 1013904223u;
            e[i] = (struct blame_edge){ (seed >> 4) % (N + 2), (seed >> 14) % (N + 2) };
        }
        struct blame out[N];
        size_t n = rank(v, N, e, M, out);
        CHECK(n <= N);
        for (size_t i = 0; i < n; i++) {
            CHECK(out[i].blame >= 0 && out[i].blame <= 1);
            CHECK(out[i].node < N && v[out[i].node].score >= BLAME_SCORE_MIN);
            CHECK(i == 0 || out[i].blame <= out[i - 1].blame);
        }
    }
}

TEST(a_deviation_is_measured_in_robust_spreads)
{
    double normal[101], scratch[2 * 101];
    for (int i = 0; i < 101; i++) normal[i] = i; /* median 50 */
    normal[100] = 1e9;                           /* one outlier moves nothing */
    struct deviation d;
    CHECK(deviation_of(normal, 101, (double[]){ 50, NAN, 50 }, 3, 0.1, scratch, &d));
    CHECK(d.score > -0.01 && d.score < 0.01);
    CHECK(deviation_of(normal, 101, (double[]){ 250 }, 1, 0.1, scratch, &d));
    CHECK(d.score > 4.5 && d.score < 6.0);
    for (int i = 0; i < 101; i++) normal[i] = 100; /* constant: the floor is the spread */
    CHECK(deviation_of(normal, 101, (double[]){ 99 }, 1, 0.25, scratch, &d));
    CHECK(d.score < -3.9 && d.score > -4.1);
    CHECK(!deviation_of(normal, 10, (double[]){ 99 }, 1, 0.25, scratch, &d));
    CHECK(!deviation_of(normal, 101, (double[]){ INFINITY }, 1, 0.25, scratch, &d));
}
