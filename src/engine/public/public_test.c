#include "weir/detect.h"

#include <math.h>

#include "test.h"

enum { SERIES = 3000 };
static _Alignas(16) char memory[2][1 << 16];
static int64_t times[SERIES];
static double values[SERIES];
static struct weir_alarm alarms[64];
static struct weir_error error;

/* A quiet series with a step near its end. */
static void fill(void)
{
    uint32_t chance = 1;
    for (int i = 0; i < SERIES; i++) {
        chance = chance * 1664525 + 1013904223;
        times[i] = INT64_C(1700000000000000) + i * INT64_C(300000000);
        values[i] = 100 + (double)(chance >> 16) / 65536 + (i >= SERIES - 20 ? 40 : 0);
    }
}

static weir_detector *detector(int which)
{
    weir_detector *d = NULL;
    CHECK(weir_detector_size() <= sizeof memory[which]);
    CHECK_I64(weir_detector_init(memory[which], sizeof memory[which], NULL, &d, &error), WEIR_OK);
    return d;
}

TEST(an_alarm_comes_with_its_sentence)
{
    size_t count = 0;
    fill();
    CHECK_I64((int64_t)weir_detector_feed(detector(0), times, values, SERIES, alarms, 64, &count), SERIES);
    CHECK(count >= 1 && alarms[0].start == times[SERIES - 20] && alarms[0].above && !alarms[0].over);
    char said[256], cut[8];
    size_t len = weir_alarm_sentence(&alarms[0], "MB", said, sizeof said);
    CHECK(len == strlen(said) && strstr(said, "MB"));
    CHECK(weir_alarm_sentence(&alarms[0], NULL, cut, sizeof cut) > 8);
    CHECK_I64((int64_t)strlen(cut), 7);
    CHECK(weir_part_name(-1)[0] == 0 && weir_part_name(99)[0] == 0);
}

TEST(a_saved_detector_goes_on_bit_for_bit)
{
    static _Alignas(16) char saved[1 << 16];
    size_t count = 0, again = 0;
    static struct weir_alarm second[64];
    fill();
    weir_detector *a = detector(0), *b = NULL;
    (void)weir_detector_feed(a, times, values, SERIES / 2, alarms, 64, &count);
    CHECK_I64(weir_detector_save(a, saved, sizeof saved, &error), WEIR_OK);
    CHECK_I64(weir_detector_load(memory[1], sizeof memory[1], NULL, saved, weir_detector_saved_size(), &b, &error), WEIR_OK);
    (void)weir_detector_feed(a, times + SERIES / 2, values + SERIES / 2, SERIES / 2, alarms, 64, &count);
    (void)weir_detector_feed(b, times + SERIES / 2, values + SERIES / 2, SERIES / 2, second, 64, &again);
    CHECK(count == again && count > 0 && memcmp(alarms, second, count * sizeof *alarms) == 0);
    saved[0] ^= 1;
    CHECK(weir_detector_load(memory[1], sizeof memory[1], NULL, saved, weir_detector_saved_size(), &b, &error) != WEIR_OK);
    CHECK(error.message[0]);
}

TEST(what_does_not_fit_is_said)
{
    weir_detector *d = NULL;
    CHECK_I64(weir_detector_init(memory[0], 16, NULL, &d, &error), WEIR_LIMIT);
    CHECK(strstr(error.message, "16 bytes"));
    CHECK_I64(weir_detector_init(memory[0] + 1, sizeof memory[0] - 1, NULL, &d, NULL), WEIR_INPUT);
    CHECK_I64(weir_detector_init(NULL, 0, NULL, &d, &error), WEIR_LIMIT);
    struct weir_detect_options o;
    weir_detect_options_default(&o);
    o.sensitivity = 99;
    CHECK_I64(weir_detector_init(memory[0], sizeof memory[0], &o, &d, &error), WEIR_INPUT);
}

TEST(feeding_stops_where_alarms_might_not_fit)
{
    size_t count = 0;
    fill();
    CHECK_I64((int64_t)weir_detector_feed(detector(0), times, values, SERIES, alarms, WEIR_ALARMS_ONE - 1, &count), 0);
    CHECK_I64((int64_t)count, 0);
}

TEST(adwin_says_where_it_stopped)
{
    weir_adwin *a = NULL;
    int changed = 0;
    CHECK_I64(weir_adwin_init(memory[0], sizeof memory[0], 2, &a, &error), WEIR_INPUT);
    CHECK_I64(weir_adwin_init(memory[0], sizeof memory[0], 0, &a, &error), WEIR_OK);
    for (int i = 0; i < SERIES; i++) values[i] = i < 1000 ? 0.2 : 0.8;
    size_t taken = weir_adwin_feed(a, values, SERIES, &changed);
    CHECK(changed && taken > 1000 && taken < 1100);
    CHECK(weir_adwin_mean(a) > 0.2 && weir_adwin_width(a) < 1100);
}

TEST(its_version_is_told)
{
    CHECK_I64(weir_abi(), WEIR_ABI);
    CHECK_STR(str_of(weir_version()), WEIR_VERSION);
}
