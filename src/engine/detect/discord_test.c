#include "engine/detect/discord.h"

#include <math.h>

#include "test.h"

/* The definition, window against window. */
static double plain_distance(const double *x, size_t i, size_t j, size_t m, double floor)
{
    double mean[2] = { 0 }, var[2] = { 0 }, size[2], d = 0;
    const size_t at[2] = { i, j };
    for (int k = 0; k < 2; k++) {
        for (size_t u = 0; u < m; u++) mean[k] += x[at[k] + u] / (double)m;
        for (size_t u = 0; u < m; u++) var[k] += (x[at[k] + u] - mean[k]) * (x[at[k] + u] - mean[k]) / (double)m;
        size[k] = sqrt((var[k] > 1e-20 * (1 + mean[k] * mean[k]) ? var[k] : 0) + floor * floor);
    }
    for (size_t u = 0; u < m; u++) {
        double a = size[0] > 0 ? (x[i + u] - mean[0]) / size[0] : 0,
               b = size[1] > 0 ? (x[j + u] - mean[1]) / size[1] : 0;
        d += (a - b) * (a - b);
    }
    return d;
}

static double next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return (double)(*s >> 11) / 9007199254740992.0;
}

enum { ROWS = 400 };
static const char *const shapes[] = { "noise", "wave", "flat parts", "constant", "ties", "one spike", "steep" };

static void make(int shape, double *x)
{
    uint64_t s = 77 + (uint64_t)shape;
    for (size_t i = 0; i < ROWS; i++) {
        double r = next(&s), t = (double)i;
        const double v[] = { r,          sin(t / 9) + 0.1 * r, i / 50 % 2 ? 0.25 : r,
                             3,          floor(r * 3),         i == 200 ? 900 : r,
                             t * t / 100 };
        x[i] = v[shape];
    }
}

static double best_of(const double *x, size_t i, size_t m, size_t apart, double floor, bool before)
{
    double best = INFINITY;
    for (size_t j = 0; j + m <= ROWS; j++)
        if (before ? j + apart <= i : j >= i + apart) best = fmin(best, plain_distance(x, i, j, m, floor));
    return best;
}

TEST(profiles_are_what_the_definition_says)
{
    static const struct { size_t window, apart; } sizes[] = { { 4, 1 }, { 16, 8 }, { 25, 25 }, { 200, 100 } };
    double x[ROWS];
    for (int shape = 0; shape < 7; shape++)
        for (size_t k = 0; k < 4; k++) {
            make(shape, x);
            struct arena a = arena_init(1 << 20);
            struct discord_join join = { .window = sizes[k].window, .apart = sizes[k].apart, .floor = { 0, 0.5 } };
            struct discord_profile p[2];
            CHECK_OK(discord_join(x, ROWS, &join, &a, p));
            for (int f = 0; f < 2; f++)
                for (size_t i = 0; i + join.window <= ROWS; i += 7) {
                    double before = best_of(x, i, join.window, join.apart, join.floor[f], true);
                    double after = best_of(x, i, join.window, join.apart, join.floor[f], false);
                    bool same = (before == p[f].before[i] || fabs(before - p[f].before[i]) < 1e-6)
                             && (after == p[f].after[i] || fabs(after - p[f].after[i]) < 1e-6);
                    if (!same)
                        test_failed(__FILE__, __LINE__, "%s, window %zu, floor %g, row %zu: %.9g %.9g, want %.9g %.9g",
                                    shapes[shape], join.window, join.floor[f], i, p[f].before[i], p[f].after[i], before,
                                    after);
                }
            arena_done(&a);
        }
}

/* Cycles that are never quite alike. */
static void cycles(double *x, size_t rows, size_t period, uint64_t seed)
{
    for (size_t i = 0; i < rows; i++) {
        double t = 6.283185307179586 * (double)(i % period) / (double)period;
        x[i] = sin(t) + 0.5 * sin(3 * t + 1) + 0.1 * next(&seed);
    }
}

TEST(the_period_is_found_at_every_scale)
{
    static const size_t periods[] = { 20, 50, 137, 288, 1440, 3000 };
    enum { LONG = 40000 };
    double *x = mem_new(LONG * sizeof *x);
    for (size_t k = 0; k < 6; k++) {
        struct arena a = arena_init(8 << 20);
        size_t period = 0;
        cycles(x, LONG, periods[k], k + 1);
        CHECK_OK(discord_period(x, LONG, &a, &period));
        CHECK(fabs((double)period / (double)periods[k] - 1) < 0.02);
        arena_done(&a);
    }
    mem_free(x);
}

static size_t find(const double *x, size_t rows, size_t from, struct discord *out, size_t max)
{
    struct arena a = arena_init(256 << 20);
    size_t n = 99;
    CHECK_OK(discord_find(x, rows, &(struct discord_opts){ .from = from }, &a, out, max, &n));
    arena_done(&a);
    return n;
}

TEST(an_odd_cycle_is_found_and_a_healthy_series_has_none_that_is_rare)
{
    enum { LONG = 6000 };
    struct discord d[3];
    double x[LONG];
    for (uint64_t seed = 1; seed <= 8; seed++) {
        cycles(x, LONG, 100, seed);
        if (find(x, LONG, 0, d, 3)) CHECK(d[0].once_in < 1000);
        size_t at = 2000 + 350 * (size_t)seed;
        for (size_t i = at; i < at + 60; i++) x[i] = x[i - 37]; /* a phase slips and comes back */
        CHECK(find(x, LONG, 1000, d, 3) >= 1);
        CHECK(d[0].at > at - 60 && d[0].at < at + 120 && d[0].once_in > 1000);
        CHECK(find(x, LONG, at + 400, d, 3) == 0 || d[0].at >= at + 400);
    }
}

TEST(long_series_are_thinned_and_still_tell_the_place)
{
    enum { LONG = 120000 };
    struct discord d[1];
    double *x = mem_new(LONG * sizeof *x);
    cycles(x, LONG, 300, 5);
    for (size_t i = 90000; i < 90200; i++) x[i] = 0.3 * x[i];
    CHECK_I64(find(x, LONG, 0, d, 1), 1);
    CHECK(d[0].at > 89800 && d[0].at < 90400);
    mem_free(x);
}

TEST(hostile_series_are_survived)
{
    static const double odd[] = { 0, 1e308, -1e308, 5e-324, NAN, INFINITY, -INFINITY, 1, 1e-200, 3, 3, 3 };
    struct discord d[4];
    double x[ROWS];
    for (uint64_t pick = 1; pick <= 24; pick++) {
        uint64_t seed = pick * UINT64_C(0x2545f4914f6cdd1d);
        size_t rows = pick * ROWS / 24;
        for (size_t i = 0; i < rows; i++) x[i] = odd[(size_t)(next(&seed) * (double)(pick % 12 + 1))];
        size_t n = find(x, rows, 0, d, 4);
        for (size_t k = 0; k < n; k++) CHECK(d[k].at < rows && isfinite(d[k].score) && d[k].once_in > 0);
    }
    for (size_t i = 0; i < ROWS; i++) x[i] = 7;
    CHECK_I64(find(x, ROWS, 0, d, 4), 0);
    struct arena a = arena_init(4096);
    size_t n;
    x[0] = 1;
    CHECK_ERR(discord_find(x, ROWS, &(struct discord_opts){ 0 }, &a, d, 4, &n), ERR_LIMIT);
    CHECK_ERR(discord_find(x, ROWS, &(struct discord_opts){ .period = 3 }, &a, d, 4, &n), ERR_INPUT);
    arena_done(&a);
}

TEST(online_distances_are_those_of_the_definition_over_the_history)
{
    enum { WINDOW = 12, HISTORY = 96 };
    static double memory[8 * HISTORY];
    double x[ROWS];
    for (int shape = 0; shape < 7; shape++) {
        struct discord_online o;
        discord_online_init(&o, memory, WINDOW, HISTORY, 0.2);
        make(shape, x);
        for (size_t i = 0; i < ROWS; i++) {
            double got = discord_online_sample(&o, x[i], NULL), want = INFINITY;
            if (i + 1 < 2 * WINDOW) {
                CHECK(got == -1);
                continue;
            }
            size_t newest = i + 1 - WINDOW, first = i + 1 > HISTORY ? i + 1 - HISTORY : 0;
            for (size_t j = first; j + WINDOW <= newest; j++)
                want = fmin(want, plain_distance(x, j, newest, WINDOW, 0.2));
            CHECK(fabs(got - sqrt(want / (2 * WINDOW))) < 1e-6);
        }
    }
}

TEST(online_the_odd_cycle_breaks_the_record)
{
    enum { LONG = 4000, WINDOW = 50, HISTORY = 1000 };
    static double memory[8 * HISTORY];
    struct discord_online o;
    double x[LONG];
    size_t early = 0, found = 0;
    cycles(x, LONG, 100, 3);
    for (size_t i = 3000; i < 3040; i++) x[i] = x[2999];
    discord_online_init(&o, memory, WINDOW, HISTORY, 0.25);
    for (size_t i = 0; i < LONG; i++) {
        bool record;
        (void)discord_online_sample(&o, x[i], &record);
        early += record && i < 3000;
        found += record && i >= 3000 && i < 3100;
    }
    CHECK_I64(early, 0);
    CHECK(found > 0);
}

/* A wave of period 50 in which one cycle runs backwards; with holes in it, and in any unit. */
TEST(a_watch_finds_period_and_odd_stretch_by_itself)
{
    static double memory[DISCORD_WATCH_NUMBERS];
    static const double units[] = { 1, 1e-9, 1e12 };
    for (size_t k = 0; k < 3; k++) {
        struct discord_watch w;
        struct discord_stretch d = { 0 };
        uint64_t seed = 3 + k, first = 0;
        int stretches = 0;
        discord_watch_init(&w, memory);
        for (size_t i = 0; i < 6000; i++) {
            struct arena a = arena_init(1 << 17);
            double t = (double)(i % 50), phase = i >= 4000 && i < 4050 ? 50 - t : t,
                   value = phase / 50 + 0.05 * next(&seed);
            bool told;
            CHECK_OK(discord_watch_sample(&w, i % 97 == 5 ? NAN : units[k] * (7 + value), &a, &told, &d));
            if (told && !stretches++) first = i;
            arena_done(&a);
        }
        if (stretches != 1 || first < 4000 || first > 4060 || d.length < 45 || d.length > 55 || !(d.distance > d.most))
            test_failed(__FILE__, __LINE__, "unit %g: %d stretches, the first at row %d, of %d rows", units[k],
                        stretches, (int)first, (int)d.length);
    }
}

TEST(a_watch_survives_anything)
{
    static double memory[DISCORD_WATCH_NUMBERS];
    static const double odd[] = { 0, -0.0, 1e308, -1e308, 5e-324, 1, INFINITY, -INFINITY, NAN, 3 };
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct discord_watch w;
        uint64_t r = seed * 7919;
        discord_watch_init(&w, memory);
        for (size_t i = 0; i < 3000; i++) {
            struct arena a = arena_init(1 << 17);
            struct discord_stretch d;
            double value = seed == 1 ? 4 : seed == 2 ? NAN : odd[(size_t)(next(&r) * 10)] * (seed < 5 ? 1 : next(&r));
            bool told;
            CHECK_OK(discord_watch_sample(&w, value, &a, &told, &d));
            if (told) CHECK(isfinite(d.distance) && d.distance >= 0 && d.at + d.length == i + 1 && seed > 2);
            arena_done(&a);
        }
    }
}
