#include "engine/detect/runs.h"

#include "test.h"

static struct run_sample run(usec ms, int64_t rows)
{
    return (struct run_sample){ .duration = ms * USEC_MS, .rows = rows, .ok = true };
}

TEST(twice_the_rows_are_found_after_five_runs)
{
    struct run_sample history[8];
    static const int64_t rows[] = { 1000, 1080, 930, 1020, 950, 1060, 990, 1010 };
    for (size_t n = 5; n <= 8; n++) {
        for (size_t i = 0; i < n; i++) history[i] = run(50, rows[i]);
        struct run_alarm alarm;
        struct run_sample now = run(50, 2000);
        CHECK(run_volume_check(&now, history, n, &alarm));
        CHECK(alarm.high < 2000 && alarm.low < 1000 && alarm.score > 0.5);
        now = run(50, 0);
        CHECK(run_volume_check(&now, history, n, &alarm));
        now = run(50, 500);
        CHECK(run_volume_check(&now, history, n, &alarm));
        now = run(50, 1150);
        CHECK(!run_volume_check(&now, history, n, &alarm));
    }
}

TEST(too_little_history_is_no_basis)
{
    struct run_sample history[4] = { run(50, 10), run(50, 10), run(50, 10), run(50, 10) }, now = run(9000, 9000);
    struct run_alarm alarm;
    CHECK(!run_volume_check(&now, history, 4, &alarm));
    CHECK(!run_duration_check(&now, history, 4, &alarm));
    CHECK(!run_error_rate_check(&now, history, 4, &alarm));
}

TEST(noise_of_a_fifth_raises_nothing_in_ten_thousand_runs)
{
    struct run_sample history[RUN_HISTORY_MAX];
    uint64_t x = 42;
    size_t n = 0, alarms = 0;
    for (int i = 0; i < 10000; i++) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407u;
        int64_t noise = (int64_t)(x >> 33) % 201 - 100;
        struct run_sample now = run(100 + noise / 2, 1000 + noise);
        struct run_alarm alarm;
        alarms += run_volume_check(&now, history, n, &alarm);
        alarms += run_duration_check(&now, history, n, &alarm);
        for (size_t k = RUN_HISTORY_MAX - 1; k > 0; k--) history[k] = history[k - 1];
        history[0] = now;
        if (n < RUN_HISTORY_MAX) n++;
    }
    CHECK_I64(alarms, 0);
}

TEST(a_run_ten_times_as_long_is_found)
{
    struct run_sample history[6], now = run(1400, -1);
    for (size_t i = 0; i < 6; i++) history[i] = run(60 + (usec)i * 5, -1);
    struct run_alarm alarm;
    CHECK(run_duration_check(&now, history, 6, &alarm));
    now = run(300, -1);
    CHECK(!run_duration_check(&now, history, 6, &alarm));
    now = (struct run_sample){ .duration = USEC_HOUR, .rows = -1, .ok = false };
    CHECK(!run_duration_check(&now, history, 6, &alarm));
}

TEST(failures_that_pile_up_are_found)
{
    struct run_sample history[30];
    for (size_t i = 0; i < 30; i++) history[i] = (struct run_sample){ .rows = -1, .ok = i >= 4 };
    struct run_sample now = { .rows = -1, .ok = false };
    struct run_alarm alarm;
    CHECK(run_error_rate_check(&now, history, 30, &alarm));
    history[3].ok = true;
    CHECK(!run_error_rate_check(&now, history, 30, &alarm));
}
