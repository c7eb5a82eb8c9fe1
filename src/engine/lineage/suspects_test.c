#include "engine/lineage/suspects.h"

#include <math.h>

#include "test.h"

/* front calls cart and pay; both call the table */
enum { FRONT, CART, PAY, TABLE, SERVICES };
static const struct blame_edge calls[] = { { FRONT, CART }, { FRONT, PAY }, { CART, TABLE }, { PAY, TABLE } };
enum { CALLS = sizeof calls / sizeof calls[0] };

static size_t rank(const struct suspect_symptom *s, size_t n, size_t m, size_t target, struct suspect *out)
{
    struct arena a = arena_init(1 << 20);
    size_t count = suspects_rank(s, n, SERVICES, calls, m,
                                 &(struct suspect_options){ .target = target, .onset_slack = USEC_DAY }, &a, out);
    arena_done(&a);
    return count;
}

static struct suspect_symptom off(size_t service, enum metric_kind kind, double size)
{
    return (struct suspect_symptom){ .service = service, .kind = kind, .score = 10 * size, .size = size };
}

TEST(a_small_anomaly_does_not_cause_a_large_one)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(CART, METRIC_LATENCY, 4), off(PAY, METRIC_LATENCY, 40),
                                   off(TABLE, METRIC_LATENCY, 1) };
    CHECK_I64(rank(s, 3, 0, BLAME_NO_TARGET, out), 3);
    CHECK_I64(out[0].service, PAY);
    CHECK_I64(out[2].service, TABLE);
    CHECK(fabs(out[0].sure - 1.0) <= 0);
}

TEST(latency_may_be_caught_and_a_processor_is_ones_own)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(FRONT, METRIC_LATENCY, 90), off(CART, METRIC_RESOURCE, 6),
                                   off(PAY, METRIC_ERRORS, 80) };
    CHECK_I64(rank(s, 3, 0, BLAME_NO_TARGET, out), 3);
    CHECK_I64(out[0].service, CART);
    s[1].size = s[1].score = 0.2; /* a resource that is hardly off explains nothing */
    (void)rank(s, 3, 0, BLAME_NO_TARGET, out);
    CHECK_I64(out[0].service, FRONT);
}

TEST(whoever_caused_it_has_the_most_of_it)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(CART, METRIC_LATENCY, 30), off(TABLE, METRIC_LATENCY, 20) };
    s[0].excess = 2; /* slow, but hardly ever asked */
    s[1].excess = 200;
    CHECK_I64(rank(s, 2, 0, BLAME_NO_TARGET, out), 2);
    CHECK_I64(out[0].service, TABLE);
}

TEST(of_equals_the_one_that_began_first_goes_first)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(CART, METRIC_LATENCY, 30), off(TABLE, METRIC_LATENCY, 29),
                                   off(PAY, METRIC_LATENCY, 2) };
    s[0].onset = 3 * USEC_MINUTE;
    s[1].onset = 2 * USEC_MINUTE;
    s[2].onset = 1 * USEC_MINUTE; /* first of all, and too small for it */
    (void)rank(s, 3, 0, BLAME_NO_TARGET, out);
    CHECK_I64(out[0].service, TABLE);
    CHECK_I64(out[1].service, CART);
}

TEST(along_the_graph_the_callee_accounts_for_the_caller)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(FRONT, METRIC_LATENCY, 20), off(CART, METRIC_LATENCY, 30),
                                   off(TABLE, METRIC_LATENCY, 25) };
    s[0].excess = 100, s[1].excess = 96, s[2].excess = 95;
    (void)rank(s, 3, CALLS, FRONT, out);
    CHECK_I64(out[0].service, TABLE);
    CHECK(out[0].sure > 0.9);
    CHECK_I64(out[1].service, CART);
    CHECK(out[1].sure < 0.1);
}

TEST(where_it_hurts_only_a_resource_is_more_than_the_symptom)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(FRONT, METRIC_LATENCY, 20), off(FRONT, METRIC_RESOURCE, 20) };
    CHECK_I64(rank(s, 1, CALLS, FRONT, out), 0);
    CHECK_I64(rank(s, 2, CALLS, FRONT, out), 1);
    CHECK_I64(out[0].symptom, 1);
}

TEST(more_load_comes_from_the_caller_and_explains_latency)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(FRONT, METRIC_LOAD, 20), off(CART, METRIC_LOAD, 20),
                                   off(CART, METRIC_LATENCY, 90) };
    (void)rank(s, 3, CALLS, BLAME_NO_TARGET, out);
    CHECK_I64(out[0].service, FRONT);
    s[0].falls = s[1].falls = true; /* less of it explains nothing */
    (void)rank(s, 3, CALLS, BLAME_NO_TARGET, out);
    CHECK_I64(out[0].service, CART);
    CHECK_I64(out[0].symptom, 2);
}

TEST(slow_because_what_it_calls_fails)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(FRONT, METRIC_LATENCY, 10), off(CART, METRIC_LATENCY, 30),
                                   off(TABLE, METRIC_ERRORS, 40) };
    (void)rank(s, 3, CALLS, FRONT, out);
    CHECK_I64(out[0].service, TABLE);
}

TEST(noise_is_never_sure)
{
    struct suspect out[SERVICES];
    struct suspect_symptom s[] = { off(CART, METRIC_RESOURCE, 5), off(PAY, METRIC_LATENCY, 1) };
    s[0].score = 2.9;
    CHECK_I64(rank(s, 2, 0, BLAME_NO_TARGET, out), 2);
    for (size_t i = 0; i < 2; i++)
        if (out[i].service == CART) CHECK(fabs(out[i].sure - 0) <= 0);
}

TEST(any_input_ends_and_stays_in_bounds)
{
    static const double odd[] = { 0, 1, 3, 1e308, -1, NAN, INFINITY, 1e-310 };
    uint32_t x = 7;
    for (int round = 0; round < 5000; round++) {
        struct suspect_symptom s[12];
        struct suspect out[SERVICES];
        for (size_t i = 0; i < 12; i++) {
            x = x * 1664525u + 1013904223u;
            s[i] = (struct suspect_symptom){ .service = x >> 28,
                                             .kind = (enum metric_kind)((x >> 20) % 6),
                                             .score = odd[x >> 8 & 7],
                                             .size = odd[x >> 11 & 7],
                                             .excess = odd[x >> 14 & 7],
                                             .falls = x & 64,
                                             .onset = x >> 30 };
        }
        size_t n = rank(s, x % 13, round % 2 ? CALLS : 0, round % 3 ? BLAME_NO_TARGET : FRONT, out);
        CHECK(n <= SERVICES);
        for (size_t i = 0; i < n; i++)
            CHECK(out[i].service < SERVICES && out[i].symptom < 12 && out[i].sure >= 0 && out[i].sure <= 1);
    }
}
