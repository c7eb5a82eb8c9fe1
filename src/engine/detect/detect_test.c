#include "engine/detect/detect.h"

#include <math.h>

#include "test.h"

/* A process to detect in: level, daily rhythm, noise, all from a seed. */
struct world {
    uint64_t seed;
    usec t, step;
    double level, swing, noise;
};

static uint64_t next_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

/* Nearly normal, standard deviation 1. */
static double noise(uint64_t *s)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) sum += (double)(next_random(s) >> 11) / 9007199254740992.0;
    return sum - 6;
}

static double world_next(struct world *w)
{
    w->t += w->step;
    double hour = (double)(w->t % USEC_DAY) / (double)USEC_HOUR;
    double busy = hour > 8 && hour < 18 ? 1 : 0;
    return w->level + busy * w->swing + w->noise * noise(&w->seed);
}

static struct detect_series *series(struct detect_config config)
{
    static struct detect_series s;
    detect_init(&s, &config);
    return &s;
}

/* Alarms over n samples of the world, with `add` on top. */
static int run(struct detect_series *s, struct world *w, int n, double add, struct detect_alarm *last)
{
    struct detect_alarm out[DETECT_ALARMS_MAX];
    int starts = 0;
    for (int i = 0; i < n; i++) {
        double v = world_next(w) + add;
        size_t got = detect_sample(s, w->t, v, out);
        for (size_t k = 0; k < got; k++) {
            starts += !out[k].over;
            if (last) *last = out[k];
        }
    }
    return starts;
}

static struct world plain(uint64_t seed)
{
    return (struct world){ .seed = seed * UINT64_C(0x9e3779b97f4a7c15),
                           .t = 1700000000 * USEC_SECOND,
                           .step = USEC_MINUTE,
                           .level = 100,
                           .noise = 5 };
}

TEST(noise_alone_raises_next_to_nothing)
{
    int alarms = 0, seeds = test_count(20, 200);
    for (int seed = 1; seed <= seeds; seed++) {
        struct world w = plain((uint64_t)seed);
        if (seed % 2) w.swing = 80;
        alarms += run(series(detect_config_default()), &w, 14 * 1440, 0, NULL);
    }
    if (alarms * 2 > seeds) test_failed(__FILE__, __LINE__, "%d alarms in %d fortnights", alarms, seeds);
}

TEST(a_spike_a_step_and_a_missing_rhythm_are_found_and_explained)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct world w = plain(seed);
        w.swing = 80;
        struct detect_series *s = series(detect_config_default());
        (void)run(s, &w, 7 * 1440, 0, NULL);
        struct detect_alarm a = { 0 };
        usec before = w.t;
        CHECK_I64(run(s, &w, 3, 120, &a), 1);
        CHECK(!a.over && a.above && a.start > before && a.value > a.high && a.high < 300 && a.low < a.high);
        CHECK(a.score >= 10 && a.once_in >= 1000);
        run(s, &w, 400, 0, &a);
        CHECK(a.over && a.end >= a.start);
        CHECK(!detect_is_open(s));
    }
}

/* Nothing but zeros in a series of few events, then one; a value between two levels; a line that stopped moving. */
TEST(what_never_was_is_found_inside_the_range_too)
{
    struct detect_series *s = series(detect_config_default());
    struct detect_alarm out[DETECT_ALARMS_MAX], a = { 0 };
    usec t = 1700000000 * USEC_SECOND;
    uint64_t r = 88172645463325252u;
    for (int i = 0; i < 10 * 288; i++) CHECK_I64(detect_sample(s, t += 5 * USEC_MINUTE, 0, out), 0);
    CHECK_I64(detect_sample(s, t += 5 * USEC_MINUTE, 1, out), 1);
    CHECK(out[0].above && out[0].value == 1 && out[0].low <= out[0].high && out[0].high < 1);
    s = series(detect_config_default());
    for (int i = 0; i < 10 * 288; i++)
        (void)detect_sample(s, t += 5 * USEC_MINUTE, (i / 144 % 2 ? 100 : 20) + noise(&r), out);
    for (int i = 0; i < 12; i++)
        if (detect_sample(s, t += 5 * USEC_MINUTE, 60, out)) a = out[0];
    CHECK(a.start > 0 && a.value > 50 && a.value < 70 && (a.high < 40 || a.low > 80));
}

TEST(a_line_that_no_longer_moves_is_found)
{
    int found = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct world w = plain(seed);
        struct detect_series *s = series(detect_config_default());
        struct detect_alarm out[DETECT_ALARMS_MAX];
        (void)run(s, &w, 10 * 1440, 0, NULL);
        for (int i = 0; i < 60; i++) {
            size_t n = detect_sample(s, w.t += w.step, 101, out);
            found += n && !out[0].over && out[0].part == DETECT_FLAT && out[0].low > 2 && out[0].low < 9;
        }
    }
    CHECK_I64(found, 10);
}

TEST(the_score_shows_an_episode_once)
{
    struct world w = plain(4);
    struct detect_series *s = series(detect_config_default());
    struct detect_alarm out[DETECT_ALARMS_MAX];
    CHECK(detect_score(s) == 0);
    (void)run(s, &w, 8 * 1440, 0, NULL);
    int high = 0;
    for (int i = 0; i < 60; i++) {
        (void)detect_sample(s, w.t += w.step, 300, out);
        high += detect_score(s) > 0.125;
        CHECK(detect_score(s) >= 0 && detect_score(s) <= 1);
    }
    CHECK_I64(high, 1);
    (void)detect_sample(s, w.t, 1e9, out); /* a repeat is refused */
    CHECK(detect_score(s) == 0);
}

TEST(one_episode_is_one_alarm_and_a_lasting_change_becomes_normal)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct world w = plain(seed);
        struct detect_series *s = series(detect_config_default());
        (void)run(s, &w, 5 * 1440, 0, NULL);
        CHECK_I64(run(s, &w, 2 * 1440, 60, NULL), 1);
        CHECK(!detect_is_open(s));
    }
}

TEST(a_threshold_opens_after_its_time_and_closes_with_hysteresis)
{
    struct detect_config c = { .sensitivity = 1, .rest = 10, .threshold_count = 1 };
    c.thresholds[0] =
        (struct detect_threshold){ .above = 10, .below = NAN, .hysteresis = 2, .hold = 120 * USEC_SECOND };
    struct detect_series *s = series(c);
    struct detect_alarm out[DETECT_ALARMS_MAX];
    static const struct {
        double v;
        int want; /* 1 opens, -1 closes */
    } steps[] = { { 5, 0 },  { 11, 0 }, { 9, 0 }, { 11, 0 }, { 12, 0 }, { 11, 1 },
                  { 50, 0 }, { 9, 0 },  { 8, 0 }, { 7, 0 },  { 7, -1 }, { 7, 0 } };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        size_t n = detect_sample(s, (usec)(i + 1) * USEC_MINUTE, steps[i].v, out);
        CHECK_I64(n, steps[i].want != 0);
        if (n) CHECK(out[0].over == (steps[i].want < 0) && out[0].part == DETECT_THRESHOLD && out[0].high == 10);
        if (steps[i].want < 0)
            CHECK(out[0].value == 50 && out[0].start == 4 * USEC_MINUTE && out[0].end == 8 * USEC_MINUTE);
    }
}

TEST(a_counter_is_judged_by_its_rate_and_survives_a_reset)
{
    struct detect_config c = detect_config_default();
    c.counter = true;
    c.threshold_count = 1;
    c.thresholds[0] = (struct detect_threshold){ .above = 20, .below = NAN };
    struct detect_series *s = series(c);
    struct detect_alarm out[DETECT_ALARMS_MAX];
    double total = 1e9;
    for (int i = 1; i < 100; i++) CHECK_I64(detect_sample(s, i * USEC_SECOND, total += 10, out), 0);
    CHECK_I64(detect_sample(s, 100 * USEC_SECOND, 10, out), 0); /* restarted: ten since zero */
    CHECK_I64(s->resets, 1);
    CHECK_I64(detect_sample(s, 101 * USEC_SECOND, 40, out), 1);
    CHECK(out[0].value == 30);
}

TEST(order_repeats_and_stale_markers_are_counted)
{
    struct detect_series *s = series(detect_config_default());
    struct detect_alarm out[DETECT_ALARMS_MAX];
    static const usec times[] = { 100, 200, 200, 150, 300, -5, INT64_MAX };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) (void)detect_sample(s, times[i], 1, out);
    (void)detect_sample(s, 400, NAN, out);
    (void)detect_sample(s, 500, -INFINITY, out);
    CHECK_I64(s->samples, 3);
    CHECK_I64(s->repeats, 1);
    CHECK_I64(s->late, 1);
    CHECK_I64(s->odd, 4);
}

TEST(a_silent_series_is_missed_after_six_distances)
{
    struct world w = plain(1);
    struct detect_series *s = series(detect_config_default());
    struct detect_alarm a;
    CHECK(!detect_missing(s, USEC_MAX, &a));
    (void)run(s, &w, 100, 0, NULL);
    CHECK_I64(detect_interval(s), USEC_MINUTE);
    CHECK(!detect_missing(s, w.t + USEC_DAY, &a)); /* who knows how a series goes after a hundred minutes? */
    (void)run(s, &w, 1500, 0, NULL);
    CHECK(!detect_missing(s, w.t + 5 * USEC_MINUTE, &a));
    CHECK(detect_missing(s, w.t + 7 * USEC_MINUTE, &a));
    CHECK(a.part == DETECT_MISSING && a.value == 420 && a.high == 360);
}

TEST(a_bad_config_is_refused_by_name)
{
    struct detect_config c = detect_config_default();
    CHECK_OK(detect_config_check(&c));
    c.sensitivity = NAN;
    CHECK_ERR(detect_config_check(&c), ERR_INPUT);
    c = detect_config_default();
    c.threshold_count = 1;
    c.thresholds[0] = (struct detect_threshold){ .above = NAN, .below = NAN };
    CHECK_ERR(detect_config_check(&c), ERR_INPUT);
    c.thresholds[0] = (struct detect_threshold){ .above = 1, .below = 2 };
    CHECK_ERR(detect_config_check(&c), ERR_INPUT);
    c.thresholds[0] = (struct detect_threshold){ .above = 1, .below = NAN, .hold = -1 };
    CHECK_ERR(detect_config_check(&c), ERR_INPUT);
    c.threshold_count = 5;
    CHECK_ERR(detect_config_check(&c), ERR_INPUT);
}

/* ---- anything at all ---- */

static double hostile(uint64_t *s)
{
    static const double odd[] = { 0, -0.0, NAN, INFINITY, -INFINITY, 1e308, -1e308, 5e-324, 1e140, -1e140, 1e-300, 42 };
    uint64_t r = next_random(s);
    double v;
    switch (r % 4) {
    case 0: return odd[(r >> 8) % (sizeof odd / sizeof *odd)];
    case 1: return (double)((r >> 8) % 3);
    case 2: return noise(s);
    default: r = next_random(s); memcpy(&v, &r, sizeof v); return v;
    }
}

static usec hostile_step(uint64_t *s)
{
    uint64_t r = next_random(s);
    if (r % 8 < 5) return USEC_MINUTE;
    return r % 8 == 5 ? 0 : (usec)(r >> (r >> 8) % 62) - (usec)(next_random(s) >> 40);
}

static bool alarm_ok(const struct detect_alarm *a)
{
    return a->part < DETECT_PARTS_ALL && a->start <= a->end && a->score >= 0 && a->score <= 64 && a->once_in >= 1 &&
           a->once_in <= 1e12 && !isnan(a->value) && !isnan(a->low) && !isnan(a->high) && a->low <= a->high;
}

static struct detect_config hostile_config(uint64_t *s)
{
    struct detect_config c = detect_config_default();
    c.counter = next_random(s) % 4 == 0;
    c.rest = 1 + (uint32_t)(next_random(s) % 200);
    c.threshold_count = (uint32_t)(next_random(s) % 5);
    for (uint32_t i = 0; i < c.threshold_count; i++)
        c.thresholds[i] = (struct detect_threshold){
            .above = 1.5, .below = i % 2 ? NAN : -1, .hysteresis = i, .hold = i * USEC_MINUTE
        };
    return c;
}

/* Never a crash, alarms that make sense, start and end in turns, and a series saved and loaded in the middle goes on
 * bit for bit. */
TEST(hostile_samples_are_survived_and_a_snapshot_changes_nothing)
{
    static struct detect_series a, b;
    static struct detect_snapshot snap, other;
    for (int seed = 1; seed <= test_count(60, 3000); seed++) {
        uint64_t r = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15);
        struct detect_config c = hostile_config(&r);
        detect_init(&a, &c);
        detect_init(&b, &c);
        usec t = (usec)(next_random(&r) >> 14);
        bool open[1 + DETECT_THRESHOLDS_MAX] = { false };
        int wild = (int)(next_random(&r) % 3);
        for (int i = 0; i < 4000; i++) {
            t = (usec)((uint64_t)t + (uint64_t)(wild ? hostile_step(&r) : USEC_MINUTE));
            double v = wild == 1 || next_random(&r) % 50 == 0 ? hostile(&r) : noise(&r);
            struct detect_alarm oa[DETECT_ALARMS_MAX], ob[DETECT_ALARMS_MAX];
            size_t na = detect_sample(&a, t, v, oa), nb = detect_sample(&b, t, v, ob);
            if (na > DETECT_ALARMS_MAX || na != nb)
                test_failed(__FILE__, __LINE__, "seed %d sample %d: %zu, %zu alarms", seed, i, na, nb);
            for (size_t k = 0; k < na; k++) {
                bool *o = &open[oa[k].part == DETECT_THRESHOLD ? 1 + oa[k].threshold : 0];
                if (!alarm_ok(&oa[k]) || *o != oa[k].over || oa[k].score != ob[k].score)
                    test_failed(__FILE__, __LINE__, "seed %d sample %d: part %d value %g low %g high %g", seed, i,
                                oa[k].part, oa[k].value, oa[k].low, oa[k].high);
                *o = !oa[k].over;
            }
            if (next_random(&r) % 500) continue;
            detect_save(&b, &snap);
            memset(&b, 0x5a, sizeof b);
            CHECK_OK(detect_load(&b, &c, (str){ (const char *)&snap, sizeof snap }));
        }
        detect_save(&a, &snap);
        detect_save(&b, &other);
        if (memcmp(&snap, &other, sizeof snap)) test_failed(__FILE__, __LINE__, "seed %d: the states differ", seed);
    }
}

TEST(a_damaged_snapshot_is_refused_or_harmless)
{
    static struct detect_series s;
    static struct detect_snapshot snap;
    struct world w = plain(3);
    struct detect_config c = detect_config_default();
    detect_init(&s, &c);
    (void)run(&s, &w, 3000, 0, NULL);
    detect_save(&s, &snap);
    char bytes[sizeof snap];
    CHECK_ERR(detect_load(&s, &c, (str){ bytes, 3 }), ERR_CORRUPT);
    for (int seed = 1; seed <= test_count(300, 20000); seed++) {
        uint64_t r = (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15);
        memcpy(bytes, &snap, sizeof snap);
        for (int i = 0; i < 40; i++) bytes[next_random(&r) % sizeof bytes] = (char)next_random(&r);
        memcpy(bytes, &snap, 8);
        if (detect_load(&s, &c, (str){ bytes, sizeof bytes }).code == ERR_NONE) (void)run(&s, &w, 300, 0, NULL);
    }
    snap.version = DETECT_VERSION + 1;
    CHECK_ERR(detect_load(&s, &c, (str){ (const char *)&snap, sizeof snap }), ERR_TOO_NEW);
    snap.version = DETECT_VERSION;
    CHECK_ERR(detect_load(&s, &c, (str){ (const char *)&snap, sizeof snap - 1 }), ERR_CORRUPT);
}

TEST(a_load_under_another_config_forgets_what_no_longer_holds)
{
    static struct detect_series s;
    static struct detect_snapshot snap;
    struct detect_alarm out[DETECT_ALARMS_MAX];
    struct detect_config c = { .sensitivity = 1, .rest = 10, .threshold_count = 2 };
    c.thresholds[0] = c.thresholds[1] = (struct detect_threshold){ .above = 10, .below = NAN };
    detect_init(&s, &c);
    CHECK_I64(detect_sample(&s, 1, 11, out), 2);
    detect_save(&s, &snap);
    str bytes = { (const char *)&snap, sizeof snap };
    CHECK_OK(detect_load(&s, &c, bytes));
    CHECK_I64(detect_sample(&s, 2, 11, out), 0); /* both still open */
    c.thresholds[1].above = 5;
    CHECK_OK(detect_load(&s, &c, bytes));
    CHECK_I64(detect_sample(&s, 2, 11, out), 1);
    CHECK_I64(out[0].threshold, 1);
    c.counter = true;
    CHECK_OK(detect_load(&s, &c, bytes));
    CHECK_I64(s.samples, 0);
}

TEST(a_sentence_says_what_was_seen_and_expected)
{
    struct arena a = arena_init(4096);
    struct detect_alarm alarm = {
        .part = DETECT_POINT, .above = true, .value = 412, .low = 90, .high = 180, .once_in = 40000
    };
    CHECK_STR(detect_sentence(&alarm, STR("ms"), &a),
              "the value is 412 ms, above the usual 90 to 180 (expected once in about 40000 samples)");
    static const struct {
        double once_in;
        const char *want;
    } rare[] = { { 994, "990 samples" },
                 { 9949, "9900 samples" },
                 { 123456, "120000 samples" },
                 { 999400, "1000000 samples" },
                 { 2.34e6, "2.3 million samples" },
                 { 5e10, "50 billion samples" },
                 { 3.06e11, "310 billion samples" },
                 { 1e12, "a trillion samples or more" } };
    for (size_t i = 0; i < sizeof rare / sizeof *rare; i++) {
        alarm.once_in = rare[i].once_in;
        str text = detect_sentence(&alarm, STR_NONE, &a);
        if (str_find(text, str_of(rare[i].want), 0) < 0)
            test_failed(__FILE__, __LINE__, STR_FMT ": want %s", STR_ARG(text), rare[i].want);
    }
    for (unsigned i = 0; i < DETECT_PARTS_ALL; i++) {
        alarm.part = (enum detect_part)i;
        CHECK(detect_part_text(alarm.part)[0] && str_find(detect_sentence(&alarm, STR_NONE, &a), STR("null"), 0) < 0);
    }
    alarm = (struct detect_alarm){ .part = DETECT_THRESHOLD, .above = false, .value = 3, .low = 5, .high = INFINITY };
    CHECK_STR(detect_sentence(&alarm, STR_NONE, &a), "the value is 3, below the limit 5");
    arena_done(&a);
}
