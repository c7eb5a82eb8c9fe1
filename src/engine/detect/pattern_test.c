/* What the course of many samples and missing samples tell; how much is found is in bench/judgement/patterns.py. */
#include "engine/detect/pattern.h"

#include <math.h>

#include "test.h"

enum { PERIOD = 24, DAYS = 10, DAY_ROWS = 288 };
static const usec step = 5 * USEC_MINUTE, begin = 1700000000 * USEC_SECOND;

static double uniform(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return (double)(*s >> 11) / 9007199254740992.0;
}

static double noise(uint64_t *s)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) sum += uniform(s);
    return sum - 6;
}

/* A beat of six samples in each period. */
static double beat(int row)
{
    int at = row % PERIOD - 8;
    return at < 0 || at > 5 ? 0 : 5 - fabs(at - 2.5);
}

struct told {
    int patterns, others;
    struct detect_alarm last; /* of the pattern part */
};

static void feed(struct detect_series *s, usec time, double value, struct told *t)
{
    struct detect_alarm out[DETECT_ALARMS_MAX];
    size_t n = detect_sample(s, time, value, out);
    for (size_t k = 0; k < n; k++) {
        if (out[k].over) continue;
        if (out[k].part != DETECT_PATTERN) t->others++;
        else t->last = out[k], t->patterns++;
    }
}

/* Rows from..to-1 of the rhythm, `shift` rows late. */
static void play(struct detect_series *s, int from, int to, int shift, bool silent, uint64_t *r, struct told *t)
{
    for (int i = from; i < to; i++) feed(s, begin + i * step, 50 + (silent ? 0 : beat(i + shift)) + 0.1 * noise(r), t);
}

static struct detect_series *fresh(void)
{
    static struct detect_series s;
    struct detect_config config = detect_config_default();
    detect_init(&s, &config);
    return &s;
}

TEST(a_beat_left_out_or_too_early_is_found_and_explained)
{
    enum { SEEDS = 20, ROWS = DAYS * DAY_ROWS };
    int found[2] = { 0 }, before = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        for (int early = 0; early < 2; early++) {
            struct detect_series *s = fresh();
            uint64_t r = seed * UINT64_C(0x9e3779b97f4a7c15);
            struct told t = { 0 };
            play(s, 0, ROWS, 0, false, &r, &t);
            before += t.patterns + t.others;
            t = (struct told){ 0 };
            if (!early) play(s, ROWS, ROWS + PERIOD, 0, true, &r, &t);
            play(s, ROWS + (early ? 0 : PERIOD), ROWS + 3 * PERIOD, early ? 11 : 0, false, &r, &t);
            if (!t.patterns) continue;
            found[early]++;
            struct arena a = arena_init(4096);
            str said = detect_sentence(&t.last, STR("MB"), &a);
            CHECK(t.last.above && t.last.value > t.last.high && t.last.high > 0 && t.last.start >= begin + ROWS * step);
            CHECK(str_find(said, STR("%, at most"), 0) >= 0 && str_find(said, STR("MB"), 0) < 0);
            arena_done(&a);
        }
    if (found[0] < 18 || found[1] < 18 || before > 2)
        test_failed(__FILE__, __LINE__, "left out %d, early %d of %d found, %d alarms before", found[0], found[1],
                    SEEDS, before);
}

TEST(a_course_that_came_once_is_known)
{
    struct detect_series *s = fresh();
    uint64_t r = 99;
    struct told t = { 0 };
    int row = 0;
    for (int round = 0; round < 4; round++, row += DAYS * DAY_ROWS) {
        play(s, row, row + DAYS * DAY_ROWS - PERIOD, 0, false, &r, &t);
        play(s, row + DAYS * DAY_ROWS - PERIOD, row + DAYS * DAY_ROWS, 0, true, &r, &t);
    }
    if (t.patterns < 1 || t.patterns > 2) /* each scale once */
        test_failed(__FILE__, __LINE__, "the same beat left out four times: told %d times", t.patterns);
}

TEST(noise_and_wandering_have_no_course)
{
    int told = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct detect_series *s = fresh();
        uint64_t r = seed * 7919;
        struct told t = { 0 };
        double walk = 0;
        for (int i = 0; i < 20 * DAY_ROWS; i++) {
            walk = 0.95 * walk + noise(&r);
            feed(s, begin + i * step, seed % 2 ? walk : noise(&r), &t);
        }
        told += t.patterns;
    }
    if (told > 2) test_failed(__FILE__, __LINE__, "%d alarms in 400 days", told);
}

/* What the windows say does not hang on the unit: powers of two change no digit. */
TEST(unit_and_restart_change_nothing_in_the_shape)
{
    static struct detect_pattern a, b;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    uint64_t r = 5;
    int spoke = 0;
    for (int i = 0; i < 4000; i++) {
        double x = beat(i) + 0.1 * noise(&r) + (i > 3000 && i < 3030 ? -beat(i) : 0);
        struct pattern_view u = pattern_step(&a, x, false, 2000), v = pattern_step(&b, 1048576 * x, false, 2000);
        CHECK(u.share == v.share && u.distance == v.distance && u.most == v.most);
        spoke += u.share > 0.3 && i > 3000;
    }
    CHECK(spoke > 0);
    for (int i = 0; i < 15 * 4; i++) CHECK(pattern_step(&a, 1e6 * (i % 7), i == 0, 2000).share == 0);
}

TEST(hostile_values_leave_a_state_that_can_be_saved)
{
    static const double odd[] = { 0, -0.0, 1e30, -1e30, 5e-324, 1e-300, 1, -1, 1e15, 3 };
    static struct detect_pattern p;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        memset(&p, 0, sizeof p);
        uint64_t r = seed * 104729;
        for (int i = 0; i < 3000; i++) {
            double x = odd[(size_t)(uniform(&r) * 10)] * (uniform(&r) < 0.5 ? 1 : uniform(&r));
            struct pattern_view v = pattern_step(&p, x, uniform(&r) < 0.001, 2 + 1000 * uniform(&r));
            if (!(v.share >= 0 && v.share <= 1 && v.distance >= 0 && v.distance <= 4) || !pattern_ok(&p))
                test_failed(__FILE__, __LINE__, "seed %d row %d: %g makes %g", (int)seed, i, x, v.share);
        }
    }
}

TEST(missing_samples_are_told_when_they_come_again)
{
    struct detect_series *s = fresh();
    struct detect_alarm out[DETECT_ALARMS_MAX];
    uint64_t r = 3;
    usec t = begin;
    static const struct {
        usec gap;
        bool told;
    } gaps[] = {
        { 25 * USEC_MINUTE, false }, { 2 * USEC_HOUR, true }, { 3 * USEC_HOUR, false }, { 7 * USEC_HOUR, true }
    };
    for (size_t g = 0; g < 4; g++) {
        for (int i = 0; i < 2 * DAY_ROWS; i++) CHECK_I64(detect_sample(s, t += step, 50 + noise(&r), out), 0);
        size_t n = detect_sample(s, t + gaps[g].gap, 50, out);
        CHECK_I64(n, gaps[g].told ? 2 : 0);
        if (n) {
            CHECK(out[0].part == DETECT_MISSING && !out[0].over && out[1].part == DETECT_MISSING && out[1].over);
            CHECK(out[0].start == t && out[1].start == t && out[1].end == t + gaps[g].gap && !detect_is_open(s));
            CHECK(out[0].value == (double)gaps[g].gap / (double)USEC_SECOND && out[0].high < out[0].value);
        }
        t += gaps[g].gap;
    }
}
