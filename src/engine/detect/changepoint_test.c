#include "engine/detect/changepoint.h"

#include <math.h>

#include "test.h"

enum { ROWS = 1000 };

static double noise(uint64_t *s)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        *s ^= *s << 13;
        *s ^= *s >> 7;
        *s ^= *s << 17;
        sum += (double)(*s >> 11) / 9007199254740992.0;
    }
    return sum - 6;
}

static size_t find(const double *x, size_t rows, size_t columns, struct change *out)
{
    struct arena a = arena_init(64 << 20);
    size_t n = 99;
    CHECK_OK(change_find(x, rows, columns, &a, out, &n));
    arena_done(&a);
    return n;
}

TEST(steps_are_found_where_they_are_whatever_the_unit_and_offset)
{
    static const double units[] = { 1, 1e-300, 1e300, -7 };
    struct change out[CHANGE_COUNT_MAX];
    double x[ROWS];
    for (size_t u = 0; u < 4; u++) {
        uint64_t seed = 42 + u;
        for (size_t i = 0; i < ROWS; i++) x[i] = units[u] * (100 + noise(&seed) + (i >= 300) * 4 - (i >= 700) * 8);
        CHECK_I64(find(x, ROWS, 1, out), 2);
        CHECK(out[0].at >= 298 && out[0].at <= 302 && out[1].at >= 698 && out[1].at <= 702);
        CHECK(out[0].kind == CHANGE_LEVEL && out[0].strength > 2);
        CHECK(fabs(out[0].before / units[u] - 100) < 0.3 && fabs(out[0].after / units[u] - 104) < 0.3);
    }
}

TEST(a_bend_is_a_change_of_trend_and_a_straight_line_is_none)
{
    struct change out[CHANGE_COUNT_MAX];
    double x[ROWS];
    uint64_t seed = 7;
    for (size_t i = 0; i < ROWS; i++) x[i] = 0.05 * (double)i + noise(&seed);
    CHECK_I64(find(x, ROWS, 1, out), 0);
    for (size_t i = 400; i < ROWS; i++) x[i] -= 0.15 * (double)(i - 400);
    CHECK_I64(find(x, ROWS, 1, out), 1);
    CHECK(out[0].kind == CHANGE_TREND && out[0].at > 385 && out[0].at < 415);
    CHECK(fabs(out[0].before - 0.05) < 0.005 && fabs(out[0].after + 0.1) < 0.005);
}

TEST(noise_memory_and_cycles_are_not_cut_to_pieces)
{
    struct change out[CHANGE_COUNT_MAX];
    static double x[4 * ROWS];
    size_t noisy = 0, remembering = 0;
    for (uint64_t k = 1; k <= 20; k++) {
        uint64_t seed = k * UINT64_C(0x9e3779b97f4a7c15);
        for (size_t i = 0; i < ROWS; i++) x[i] = noise(&seed);
        noisy += find(x, ROWS, 1, out);
        for (size_t i = 1; i < ROWS; i++) x[i] = 0.8 * x[i - 1] + noise(&seed);
        remembering += find(x, ROWS, 1, out);
    }
    CHECK_I64(noisy, 0);
    CHECK(remembering <= 2);
    uint64_t seed = 3;
    for (size_t i = 0; i < 4 * ROWS; i++) x[i] = sin((double)i / 8) + 0.1 * noise(&seed);
    CHECK_I64(find(x, 4 * ROWS, 1, out), 0);
}

TEST(spikes_and_missing_values_are_no_changes)
{
    struct change out[CHANGE_COUNT_MAX];
    double x[ROWS];
    uint64_t seed = 11;
    for (size_t i = 0; i < ROWS; i++) x[i] = noise(&seed) + (i >= 500) * 5;
    x[100] = 1e6;
    x[101] = -1e9;
    x[0] = x[999] = x[250] = NAN;
    x[700] = INFINITY;
    CHECK_I64(find(x, ROWS, 1, out), 1);
    CHECK(out[0].at >= 498 && out[0].at <= 502);
}

TEST(columns_change_together_and_the_one_that_moved_is_named)
{
    struct change out[CHANGE_COUNT_MAX];
    static double x[3 * ROWS];
    uint64_t seed = 5;
    for (size_t i = 0; i < ROWS; i++) {
        x[3 * i] = 5; /* never moves */
        x[3 * i + 1] = noise(&seed);
        x[3 * i + 2] = noise(&seed) + (i >= 600) * 3;
    }
    CHECK_I64(find(x, ROWS, 3, out), 1);
    CHECK(out[0].column == 2 && out[0].at >= 597 && out[0].at <= 603);
}

TEST(long_series_are_cut_to_the_row)
{
    enum { LONG = 200000 };
    struct change out[CHANGE_COUNT_MAX];
    double *x = mem_new(LONG * sizeof *x);
    uint64_t seed = 9;
    for (size_t i = 0; i < LONG; i++) x[i] = noise(&seed) + (i >= 123457) * 6;
    CHECK_I64(find(x, LONG, 1, out), 1);
    CHECK(out[0].at >= 123456 && out[0].at <= 123458);
    mem_free(x);
}

TEST(hostile_series_are_survived)
{
    static const double odd[] = { 0, -0.0, 1e308, -1e308, 5e-324, -5e-324, NAN, INFINITY, -INFINITY, 1, 1, 1 };
    struct change out[CHANGE_COUNT_MAX];
    double x[64];
    for (size_t rows = 0; rows <= 64; rows++)
        for (uint64_t pick = 1; pick <= 30; pick++) {
            uint64_t seed = pick * UINT64_C(0x2545f4914f6cdd1d) + rows;
            for (size_t i = 0; i < rows; i++) {
                (void)noise(&seed);
                x[i] = odd[(seed >> 33) % (pick % 12 + 1)];
            }
            size_t n = find(x, rows, 1, out);
            for (size_t k = 0; k < n; k++) CHECK(out[k].at > 0 && out[k].at < rows && isfinite(out[k].strength));
        }
    struct arena a = arena_init(4096);
    size_t n = 0;
    CHECK_ERR(change_find(x, 64, 1, &a, out, &n), ERR_LIMIT);
    CHECK_ERR(change_find(x, 64, 0, &a, out, &n), ERR_INPUT);
    arena_done(&a);
}

/* ---- online ---- */

/* Three times the noise from row 600 on, then a third; of a noise with heavy tails; beside a level that moves. */
TEST(a_change_of_the_spread_alone_is_told_and_tails_are_none)
{
    struct change out[CHANGE_COUNT_MAX];
    double x[ROWS];
    size_t found = 0, others = 0, quiet = 0;
    for (uint64_t k = 1; k <= 20; k++) {
        uint64_t seed = k * UINT64_C(0x9e3779b97f4a7c15);
        double factor = k % 2 ? 3 : 1.0 / 3;
        for (size_t i = 0; i < ROWS; i++) {
            double tail = 2 * noise(&seed) / fmax(fabs(noise(&seed)), 0.2);
            x[i] = 50 + tail;
        }
        quiet += find(x, ROWS, 1, out);
        for (size_t i = 600; i < ROWS; i++) x[i] = 50 + factor * (x[i] - 50);
        size_t n = find(x, ROWS, 1, out);
        for (size_t c = 0; c < n; c++) {
            bool right = out[c].kind == CHANGE_SPREAD && out[c].at > 560 && out[c].at < 640;
            double ratio = out[c].after / out[c].before;
            found += right && (factor > 1 ? ratio > 1.5 : ratio < 1 / 1.5) && out[c].strength > 1;
            others += !right;
        }
    }
    if (found < 18 || others > 4 || quiet > 2)
        test_failed(__FILE__, __LINE__, "%zu of 20 found, %zu others, %zu of constant noise", found, others, quiet);
}

TEST(a_level_that_moves_about_is_no_change_of_spread)
{
    struct change out[CHANGE_COUNT_MAX];
    double x[ROWS];
    size_t spreads = 0;
    for (uint64_t k = 1; k <= 20; k++) {
        uint64_t seed = k * UINT64_C(0x2545f4914f6cdd1d);
        double walk = 0;
        for (size_t i = 0; i < ROWS; i++) {
            walk += i > 500 ? 0.3 * noise(&seed) : 0;
            x[i] = k % 2 ? walk + noise(&seed) : 5 * sin((double)i / 20) + 0.3 * noise(&seed);
        }
        size_t n = find(x, ROWS, 1, out);
        for (size_t c = 0; c < n; c++) spreads += out[c].kind == CHANGE_SPREAD;
    }
    CHECK(spreads <= 2);
}

static size_t online(const double *x, size_t n, uint64_t *at, size_t *delay)
{
    static struct change_online c;
    change_online_init(&c);
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t row = 0;
        if (!change_online_sample(&c, x[i], &row)) continue;
        CHECK(row <= i);
        *at = row;
        *delay = i - row;
        found++;
    }
    return found;
}

TEST(online_a_step_is_told_once_and_soon_and_noise_never)
{
    double x[ROWS];
    size_t extra = 0;
    for (uint64_t k = 1; k <= 20; k++) {
        uint64_t seed = k * UINT64_C(0x9e3779b97f4a7c15), at = 0;
        size_t delay = 0;
        for (size_t i = 0; i < ROWS; i++) x[i] = 1e6 + 3 * noise(&seed);
        extra += online(x, ROWS, &at, &delay);
        x[200] += 100; /* one spike is no change */
        for (size_t i = 600; i < ROWS; i++) x[i] += 9;
        size_t found = online(x, ROWS, &at, &delay);
        CHECK(found >= 1);
        extra += found - 1;
        CHECK(at >= 595 && at <= 605 && delay <= 20);
    }
    CHECK(extra <= 2);
}

TEST(online_memory_of_the_noise_raises_the_bar)
{
    double x[ROWS];
    size_t found = 0;
    for (uint64_t k = 1; k <= 20; k++) {
        uint64_t seed = k * UINT64_C(0x9e3779b97f4a7c15), at = 0;
        size_t delay = 0;
        x[0] = 0;
        for (size_t i = 1; i < ROWS; i++) x[i] = 0.8 * x[i - 1] + noise(&seed);
        found += online(x, ROWS, &at, &delay);
    }
    CHECK(found <= 20); /* one in a thousand rows; without the memory it is one in seventy */
}

TEST(online_hostile_values_are_survived)
{
    static const double odd[] = { 0, 1e308, -1e308, 5e-324, NAN, INFINITY, -INFINITY, 1, 1e-200, 3, 3, 3 };
    double x[ROWS];
    for (uint64_t pick = 1; pick <= 24; pick++) {
        uint64_t seed = pick * UINT64_C(0x2545f4914f6cdd1d), at = 0;
        size_t delay = 0;
        for (size_t i = 0; i < ROWS; i++) {
            (void)noise(&seed);
            x[i] = odd[(seed >> 33) % (pick % 12 + 1)];
        }
        (void)online(x, ROWS, &at, &delay);
    }
    for (size_t i = 0; i < ROWS; i++) x[i] = 5;
    uint64_t at = 0;
    size_t delay = 0;
    CHECK_I64(online(x, ROWS, &at, &delay), 0);
}
