#include "core/registry/better.h"

#include <math.h>

#include "reference/sign.h"
#include "test.h"

static bool near_to(double got, double want)
{
    return fabs(got - want) <= 1e-11 * fabs(want);
}

TEST(tosses_agree_with_exact_fractions)
{
    for (size_t i = 0; i < sizeof reference_sign / sizeof *reference_sign; i++) {
        int64_t n = reference_sign[i].n, wins = reference_sign[i].wins;
        CHECK(near_to(sign_point(n, wins), reference_sign[i].point));
        CHECK(near_to(sign_tail(n, wins), reference_sign[i].tail));
        CHECK(near_to(sign_evidence(n, wins), reference_sign[i].evidence));
    }
}

TEST(large_counts_neither_overflow_nor_hang)
{
    CHECK(sign_point(10000000, 0) == 0);
    CHECK(sign_tail(10000000, 10000000) == 0);
    CHECK(sign_evidence(10000000, 0) == 1e300);
    CHECK(fabs(sign_tail(10000000, 5000000) - .5) < 1e-3);
}

/* Whoever looks after each of 400 tosses of a fair coin is misled at most one time in twenty, whichever way. */
TEST(the_bet_may_be_looked_at_after_every_toss)
{
    uint64_t state = 7;
    int misled = 0, worlds = 2000;
    for (int w = 0; w < worlds; w++) {
        int64_t wins = 0;
        bool told = false;
        for (int64_t n = 1; n <= 400; n++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            wins += (int64_t)(state >> 63);
            told = told || sign_evidence(n, wins) >= BETTER_EVIDENCE;
        }
        misled += told;
    }
    CHECK(misled > 0);
    CHECK(misled * 20 <= worlds);
}

TEST(better_is_a_margin_and_more_than_luck)
{
    static const struct {
        struct better_facts f;
        bool yes;
        const char *says;
    } cases[] = {
        { { .score = .91, .before = .90, .margin = .01 }, true, "better by at least 0.01" },
        { { .score = .905, .before = .90, .margin = .01 }, false, "not better by 0.01" },
        { { .score = .905, .before = .9, .margin = .005 }, true, "better" },
        { { .score = .9, .before = .9, .margin = 0 }, false, "not better" },
        { { .score = .8, .before = .9, .margin = 0 }, false, "not better" },
        { { .score = .1, .before = .2, .margin = .05, .lower = true }, true, "better" },
        { { .score = .2, .before = .1, .margin = 0, .lower = true }, false, "not better" },
        { { .score = .95, .before = .9, .paired = true, .wins = 9, .losses = 1 }, true, "alone right in 9" },
        { { .score = .95, .before = .9, .paired = true, .wins = 5, .losses = 3 }, false, "luck" },
        { { .score = .95, .before = .9, .paired = true, .trial = true, .wins = 9, .losses = 1 }, false, "luck" },
        { { .score = .95, .before = .9, .paired = true, .trial = true, .wins = 12, .losses = 1 },
          true,
          "alone wrong in 1" },
    };
    struct arena a = arena_init(1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct better_facts f = cases[i].f;
        str why;
        f.metric = STR("accuracy");
        CHECK(better_decide(&f, &a, &why) == cases[i].yes);
        CHECK(str_find(why, str_of(cases[i].says), 0) >= 0);
    }
    arena_done(&a);
}
