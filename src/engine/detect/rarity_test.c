#include "engine/detect/rarity.h"

#include <math.h>

#include "engine/detect/flat.h"
#include "test.h"

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static double uniform(uint64_t *s)
{
    return (double)((next_random(s) >> 11) + 1) / 9007199254740993.0;
}

static double shape(unsigned kind, double u)
{
    switch (kind) {
    case 0: return 1000 * u;
    case 1: return -100 * log(u);
    case 2: return 10 * pow(u, -0.5);
    default: return floor(8 * u) * 100;
    }
}

/* A conformal p-value is valid: whatever the shape, b bits or more come once in 2^b numbers or less often. */
TEST(so_many_bits_are_as_rare_as_they_say)
{
    for (unsigned kind = 0; kind < 4; kind++) {
        struct detect_rarity t = { 0 };
        uint64_t r = (kind + 1) * UINT64_C(0x9e3779b97f4a7c15);
        int n = 40000, over[13] = { 0 };
        for (int i = 0; i < n; i++) {
            double x = shape(kind, uniform(&r)), bits = rarity_bits(&t, x);
            for (int b = 1; b <= 12; b++) over[b] += bits >= b;
            rarity_learn(&t, x, 1, 20000);
        }
        for (int b = 1; b <= 12; b++) {
            double allowed = n / (double)(1 << b);
            if (over[b] > 1.1 * allowed + 4 * sqrt(allowed))
                test_failed(__FILE__, __LINE__, "shape %u: %d with %d bits of %g", kind, over[b], b, allowed);
        }
    }
}

TEST(beyond_the_record_rarity_grows_and_stays_finite)
{
    struct detect_rarity t = { 0 };
    uint64_t r = 7;
    CHECK(rarity_bits(&t, 1e9) == 0);
    for (int i = 0; i < 5000; i++) rarity_learn(&t, 100 * uniform(&r), 1, 20000);
    double before = 0;
    for (double x = 100; x < 1e30; x *= 10) {
        double bits = rarity_bits(&t, x);
        CHECK(bits >= before && bits < 1e4);
        before = bits;
    }
    CHECK(before > 40);
    for (int i = 0; i < 100000; i++) rarity_learn(&t, 1, 1, 200); /* what was high is forgotten */
    CHECK(rarity_bits(&t, 50) > 7);
}

TEST(a_flat_line_is_one_only_where_values_move)
{
    struct detect_flat moving = { 0 }, constant = { 0 }, counts = { 0 };
    uint64_t r = 3;
    int told = 0;
    for (int i = 0; i < 5000; i++) {
        CHECK(flat_step(&moving, uniform(&r)) == 0);
        CHECK(flat_step(&constant, 42) == 0);
        told += flat_step(&counts, uniform(&r) < 0.1) > 0;
    }
    CHECK_I64(told, 0);
    double last = 0;
    for (int i = 0; i < 30; i++) last = flat_step(&moving, 0.5);
    CHECK(last >= 40 && last <= 64);
    CHECK(flat_step(&moving, 0.6) == 0);
    for (int i = 0; i < 100; i++) last = flat_step(&moving, 0.5);
    CHECK(last == 0); /* not four times as long as the run that was told */
}
