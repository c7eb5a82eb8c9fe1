#include "engine/detect/novelty.h"

#include <math.h>

#include "engine/detect/real.h"
#include "test.h"

enum { KEPT = 3000 };

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static double uniform(uint64_t *s)
{
    return (double)(next_random(s) >> 11) / 9007199254740992.0;
}

/* The same by keeping every number: distance to the nearest, and the fading range. */
struct plain {
    double seen[KEPT], low, high;
    size_t count;
};

static double plain_nearest(const struct plain *p, double x)
{
    double nearest = INFINITY;
    for (size_t i = 0; i < p->count; i++) nearest = real_least(nearest, fabs(x - p->seen[i]));
    return nearest;
}

static void plain_learn(struct plain *p, double x, double memory)
{
    if (p->count == 0) p->low = p->high = x;
    double shrink = (p->high / 2 - p->low / 2) / memory;
    p->low = real_least(x, p->low + shrink);
    p->high = real_most(x, p->high - shrink);
    p->seen[p->count++] = x;
}

static double shape(unsigned kind, uint64_t *r, size_t i)
{
    double u = uniform(r);
    switch (kind) {
    case 0: return u;
    case 1: return 1000 + (u < 0.5 ? u : 20 + u); /* two clusters and nothing between */
    case 2: return 1e6 * u * u * u * u;           /* a long tail */
    case 3: return (double)(next_random(r) % 7);  /* ties */
    case 4: return -5 + 0.01 * (double)i + u;     /* a trend */
    default: return u < 0.01 ? 1e9 * u : u;       /* rare spikes */
    }
}

/* What came into one cell cannot be told apart inside it, so a distance may come out shorter by a cell, never longer.
 */
TEST(distance_is_that_to_the_nearest_number_ever_seen)
{
    static struct plain p;
    for (unsigned kind = 0; kind < 6; kind++) {
        struct detect_novelty n = { 0 };
        uint64_t r = (kind + 1) * UINT64_C(0x9e3779b97f4a7c15);
        memset(&p, 0, sizeof p);
        for (size_t i = 0; i < KEPT; i++) {
            double x = shape(kind, &r, i), range = p.high - p.low, got = novelty_of(&n, x, 1e-9, NULL);
            if (i > 1) {
                double want = real_least(plain_nearest(&p, x) / real_most(range, 1e-9), 1),
                       cell = 1.01 * n.width / range;
                if (got > want + cell / 64 || got < want - cell)
                    test_failed(__FILE__, __LINE__, "kind %u number %zu: %g, want %g (cell %g)", kind, i, got, want,
                                cell);
            }
            novelty_learn(&n, x, 500 + (double)i);
            plain_learn(&p, x, 500 + (double)i);
            CHECK(fabs(n.low - p.low) <= 1e-9 * range && fabs(n.high - p.high) <= 1e-9 * range);
        }
        CHECK(novelty_ok(&n));
    }
}

TEST(a_number_between_two_known_places_is_new_and_the_gap_is_told)
{
    struct detect_novelty n = { 0 };
    struct novelty_gap gap = { 0 };
    for (int i = 0; i < 100; i++) novelty_learn(&n, i % 2 ? 10 + 0.001 * i : 20 + 0.001 * i, 1000);
    double share = novelty_of(&n, 14, 1e-9, &gap);
    CHECK(share > 0.35 && share < 0.45);
    CHECK(gap.low > 10 && gap.low < 10.2 && gap.high > 19.9 && gap.high < 20.1);
    CHECK(novelty_of(&n, 10.05, 1e-9, NULL) == 0);
    share = novelty_of(&n, 25, 1e-9, &gap);
    CHECK(share > 0.4 && share < 0.6 && isinf(gap.high) && gap.low < 20.2);
}

TEST(a_range_fades_so_that_small_things_are_seen_again)
{
    struct detect_novelty n = { 0 };
    uint64_t r = 5;
    for (int i = 0; i < 1000; i++) novelty_learn(&n, uniform(&r), 500);
    novelty_learn(&n, 1e6, 500);
    CHECK(novelty_of(&n, 3, 1e-9, NULL) < 0.001);
    for (int i = 0; i < 20000; i++) novelty_learn(&n, uniform(&r), 500);
    CHECK(novelty_of(&n, 3, 1e-9, NULL) > 0.9);
}

/* Any finite numbers: shares stay in 0..1, gaps hold the number, and the state stays one that may be saved. */
TEST(hostile_numbers_are_survived)
{
    static const double odd[] = { 0, -0.0, 1e30, -1e30, 5e-324, -5e-324, 1e-300, 1, 1 + 1e-15, 1e15, -1e15, 42 };
    for (int seed = 1; seed <= test_count(100, 3000); seed++) {
        struct detect_novelty n = { 0 };
        uint64_t r = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15);
        size_t kinds = 1 + next_random(&r) % (sizeof odd / sizeof *odd);
        for (int i = 0; i < 500; i++) {
            double x = odd[next_random(&r) % kinds] * (next_random(&r) % 4 ? 1 : uniform(&r));
            struct novelty_gap gap = { 0 };
            double share = novelty_of(&n, x, 1e-12, &gap);
            if (!(share >= 0 && share <= 1) || (share > 0 && !(gap.low <= x && gap.high >= x)))
                test_failed(__FILE__, __LINE__, "seed %d number %d: %g is new by %g in %g..%g", seed, i, x, share,
                            gap.low, gap.high);
            novelty_learn(&n, x, 2 + (double)(next_random(&r) % 1000));
            if (!novelty_ok(&n)) test_failed(__FILE__, __LINE__, "seed %d number %d: %g broke the state", seed, i, x);
        }
    }
}
