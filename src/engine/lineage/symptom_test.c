#include "engine/lineage/symptom.h"

#include <float.h>
#include <math.h>

#include "test.h"

enum { N = 120, M = 5 };

TEST(the_kind_of_a_metric_is_read_from_its_words)
{
    static const struct {
        const char *name;
        enum metric_kind kind;
    } names[] = {
        { "cpu", METRIC_RESOURCE },           { "orders_cpu_seconds_total", METRIC_RESOURCE },
        { "Memory.RSS", METRIC_RESOURCE },    { "lat_99", METRIC_LATENCY },
        { "latency p99", METRIC_LATENCY },    { "request_duration_seconds", METRIC_LATENCY },
        { "http_requests", METRIC_LOAD },     { "lod", METRIC_LOAD },
        { "request_errors", METRIC_ERRORS },  { "http-5xx", METRIC_ERRORS },
        { "availability", METRIC_SUCCESS },   { "rows", METRIC_OTHER },
        { "cpuset_of_nothing", METRIC_OTHER }, { "", METRIC_OTHER },
        { "____", METRIC_OTHER },             { "averyveryverylongwordthatisnone_err", METRIC_ERRORS },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (metric_kind_of(str_of(names[i].name)) != names[i].kind)
            test_failed(__FILE__, __LINE__, "%s", names[i].name);
}

/* 10 with a little noise that is the same every time. */
static void usual(double *v, size_t n, double level, double noise)
{
    for (size_t i = 0; i < n; i++) v[i] = level + noise * (double)((i * 7919) % 101) / 50.0 - noise;
}

static void fill(double *v, size_t n, double value)
{
    for (size_t i = 0; i < n; i++) v[i] = value;
}

static struct symptom judged(struct measured in)
{
    double scratch[2 * N];
    struct symptom s;
    CHECK(symptom_of(&in, scratch, &s));
    return s;
}

TEST(what_hurts_depends_on_the_kind)
{
    double normal[N], up[M], down[M];
    usual(normal, N, 50, 1);
    fill(up, M, 80);
    fill(down, M, 20);
    struct measured in = { .normal = normal, .n = N, .m = M };
    static const struct {
        enum metric_kind kind;
        bool up, down;
    } table[] = { { METRIC_RESOURCE, true, false }, { METRIC_LATENCY, true, false }, { METRIC_ERRORS, true, false },
                  { METRIC_SUCCESS, false, true },  { METRIC_LOAD, true, true },     { METRIC_OTHER, true, true } };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        in.kind = table[i].kind;
        in.window = up;
        CHECK((judged(in).d.score >= 3) == table[i].up);
        CHECK((judged(in).size > 0) == table[i].up);
        in.window = down;
        CHECK((judged(in).d.score >= 3) == table[i].down);
    }
}

TEST(work_that_grew_in_proportion_is_no_symptom)
{
    double normal[N], load[N], window[M], more[M], scratch[2 * N];
    usual(normal, N, 50, 1);
    usual(load, N, 200, 5);
    fill(window, M, 100);
    fill(more, M, 400);
    struct measured in = { .kind = METRIC_RESOURCE, .normal = normal, .window = window, .n = N, .m = M };
    CHECK(judged(in).d.score > 3);
    in.growth = work_growth(load, N, more, M, scratch);
    CHECK(fabs(in.growth - 1.0) <= 0.02);
    CHECK(judged(in).d.score < 3);
    fill(more, M, 204); /* two in a hundred more are noise */
    CHECK(fabs(work_growth(load, N, more, M, scratch) - 0) <= 0);
}

TEST(one_failed_request_is_no_trouble_and_four_are)
{
    double all[N], requests[N], window[M], asked[M];
    fill(all, N, 100);
    fill(requests, N, 100);
    fill(asked, M, 20);
    fill(window, M, 100);
    window[1] = 95; /* one of twenty */
    struct measured in = { .kind = METRIC_SUCCESS, .normal = all, .window = window, .n = N, .m = M,
                           .load_normal = requests, .load_window = asked };
    CHECK(fabs(judged(in).d.score - 1.0) <= 1e-9);
    CHECK(fabs(judged(in).excess - 1.0) <= 1e-9);
    window[2] = 85;
    CHECK(fabs(judged(in).d.score - 4.0) <= 1e-9);
    CHECK(fabs(judged(in).excess - 4.0) <= 1e-9);
    for (size_t i = 0; i < N; i++) all[i] /= 100; /* shares say the same as percent */
    for (size_t i = 0; i < M; i++) window[i] /= 100;
    CHECK(fabs(judged(in).d.score - 4.0) <= 1e-9);
}

TEST(a_rate_of_requests_counts_none_so_one_in_a_hundred_is_what_is_told)
{
    double all[N], rate[N], window[M], asked[M];
    fill(all, N, 1);
    fill(rate, N, 0.4);
    fill(asked, M, 0.4);
    struct measured in = { .kind = METRIC_SUCCESS,
                           .normal = all,
                           .window = window,
                           .n = N,
                           .m = M,
                           .load_normal = rate,
                           .load_window = asked };
    for (int known = 0; known < 2; known++) {
        if (known) in.load_normal = in.load_window = NULL;
        fill(window, M, 0.991);
        CHECK(judged(in).d.score < 3);
        fill(window, M, 0.989);
        CHECK(judged(in).d.score > 3);
    }
}

TEST(the_onset_is_where_the_climb_begins)
{
    double normal[N], window[40];
    usual(normal, N, 10, 0.5);
    usual(window, 40, 10, 0.5);
    window[3] = 12; /* a peak that is over is not where it began */
    for (size_t i = 17; i < 40; i++) window[i] = 20;
    struct measured in = { .kind = METRIC_LATENCY, .normal = normal, .window = window, .n = N, .m = 40 };
    CHECK_I64(judged(in).onset, 17);
}

TEST(hostile_numbers_give_finite_symptoms_or_none)
{
    static const double odd[] = { 0,       -0.0,     1,         -1,  1e308, -1e308, DBL_MIN / 4,
                                  DBL_MAX, INFINITY, -INFINITY, NAN, 100,   1e-300 };
    enum { ODD = sizeof odd / sizeof odd[0] };
    double normal[N], window[M], load[N], asked[M], scratch[2 * N];
    for (uint32_t seed = 1; seed < 4000; seed++) {
        uint32_t x = seed * 2654435761u;
        bool constant = seed % 3 == 0;
        for (size_t i = 0; i < N; i++)
            normal[i] = odd[constant ? seed % ODD : (x = x * 1664525u + 1013904223u) >> 16 & 7],
            load[i] = odd[x >> 20 & 7];
        for (size_t i = 0; i < M; i++)
            window[i] = odd[(x = x * 1664525u + 1013904223u) >> 16 % ODD & 7], asked[i] = odd[(x >> 24) % ODD];
        for (int kind = METRIC_OTHER; kind <= METRIC_LOAD; kind++) {
            struct symptom s;
            struct measured in = { .kind = (enum metric_kind)kind,
                                   .normal = normal,
                                   .window = window,
                                   .load_normal = load,
                                   .load_window = asked,
                                   .growth = work_growth(load, N, asked, M, scratch),
                                   .n = N,
                                   .m = M };
            if (!symptom_of(&in, scratch, &s)) continue;
            CHECK(symptom_possible(&in) || !(s.size > 0));
            CHECK(isfinite(s.d.score) && isfinite(s.excess) && s.excess >= 0);
            CHECK(s.size >= 0 && s.size <= 100 && s.onset < M);
        }
    }
}

TEST(too_little_to_compare_with_is_no_symptom)
{
    double normal[N], window[M], scratch[2 * N];
    struct symptom s;
    usual(normal, N, 1, 1);
    fill(window, M, NAN);
    CHECK(!symptom_of(&(struct measured){ .normal = normal, .window = window, .n = N, .m = M }, scratch, &s));
    CHECK(!symptom_of(&(struct measured){ .normal = normal, .window = normal, .n = DEVIATION_NORMAL_MIN - 1, .m = 3 },
                      scratch, &s));
    CHECK(!symptom_of(&(struct measured){ .normal = normal, .window = normal, .n = 0, .m = 0 }, scratch, &s));
}
