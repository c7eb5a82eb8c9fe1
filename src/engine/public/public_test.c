#include "weir/detect.h"
#include "weir/drift.h"
#include "weir/encode.h"
#include "weir/lineage.h"
#include "weir/log.h"

#include <math.h>

#include "base/arena.h"
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
    CHECK_I64((int64_t)weir_detector_feed(detector(0), times, values, SERIES, NULL, alarms, 64, &count), SERIES);
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
    (void)weir_detector_feed(a, times, values, SERIES / 2, NULL, alarms, 64, &count);
    CHECK_I64(weir_detector_save(a, saved, sizeof saved, &error), WEIR_OK);
    CHECK_I64(weir_detector_load(memory[1], sizeof memory[1], NULL, saved, weir_detector_saved_size(), &b, &error),
              WEIR_OK);
    (void)weir_detector_feed(a, times + SERIES / 2, values + SERIES / 2, SERIES / 2, NULL, alarms, 64, &count);
    (void)weir_detector_feed(b, times + SERIES / 2, values + SERIES / 2, SERIES / 2, NULL, second, 64, &again);
    CHECK(count == again && count > 0 && memcmp(alarms, second, count * sizeof *alarms) == 0);
    saved[0] ^= 1;
    CHECK(weir_detector_load(memory[1], sizeof memory[1], NULL, saved, weir_detector_saved_size(), &b, &error) !=
          WEIR_OK);
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
    CHECK_I64(
        (int64_t)weir_detector_feed(detector(0), times, values, SERIES, NULL, alarms, WEIR_ALARMS_ONE - 1, &count), 0);
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

static struct weir_memory room(size_t size)
{
    static char *block;
    block = mem_grow(block, size);
    return (struct weir_memory){ block, size };
}

TEST(a_series_tells_its_changes_and_odd_places)
{
    static struct weir_change changes[WEIR_CHANGES_MAX];
    struct weir_discord odd[3];
    size_t count = 0;
    for (int i = 0; i < SERIES; i++) values[i] = sin(i * 0.125) + (i % 7) * 0.01;
    for (int i = 2000; i < 2050; i++) values[i] = values[i] * values[i];
    struct weir_memory m = room(weir_discords_memory(SERIES));
    CHECK_I64(weir_discords(values, SERIES, 0, 0, m, NULL, odd, 3, &count, &error), WEIR_OK);
    CHECK(count >= 1 && odd[0].at > 1900 && odd[0].at < 2150);
    CHECK_I64(weir_discords(values, SERIES, 0, 0, room(1000), NULL, odd, 3, &count, &error), WEIR_LIMIT);
    for (int i = 0; i < 600; i++) values[i] = (i * 7919 % 13) * 0.1 + (i >= 300 ? 8 : 0);
    CHECK_I64(weir_changes(values, 600, 1, room(weir_changes_memory(600, 1)), changes, &count, &error), WEIR_OK);
    CHECK(count == 1 && changes[0].at == 300 && strcmp(weir_change_name(changes[0].kind), "level") == 0);
    CHECK_I64(weir_changes(values, 600, 1, room(1000), changes, &count, &error), WEIR_LIMIT);
}

/* ---- drift ---- */

enum { ROWS = 20000 };
static double reference[ROWS], current[ROWS];

static void two_samples(double shift)
{
    uint32_t chance = 7;
    for (int i = 0; i < 2 * ROWS; i++) {
        chance = chance * 1664525 + 1013904223;
        double v = (double)(chance >> 8) / 16777216;
        if (i < ROWS) reference[i] = v;
        else current[i - ROWS] = v + shift;
    }
}

TEST(numbers_that_moved_drift_and_others_do_not)
{
    struct weir_drift d;
    size_t needed = weir_drift_numbers_memory(ROWS, ROWS);
    two_samples(0);
    CHECK_I64(weir_drift_numbers(reference, ROWS, current, ROWS, room(needed), &d, &error), WEIR_OK);
    CHECK(!d.drift && d.ks < 0.02 && fabs(d.mean[0] - 0.5) < 0.02 && d.rows[1] == ROWS);
    two_samples(0.2);
    CHECK_I64(weir_drift_numbers(reference, ROWS, current, ROWS, room(needed), &d, &error), WEIR_OK);
    CHECK(d.drift && fabs(d.ks - 0.2) < 0.02 && d.part[d.loudest].big && strstr(d.sentence, "mean"));
    CHECK(weir_drift_part_name(d.loudest)[0] && weir_drift_part_unit(d.loudest)[0]);
    CHECK_I64(weir_drift_numbers(reference, ROWS, current, ROWS, room(needed / 2), &d, &error), WEIR_LIMIT);
    CHECK_I64(weir_drift_numbers(NULL, 0, NULL, 0, room(needed), &d, &error), WEIR_OK);
    CHECK(!d.drift);
}

TEST(sketches_in_parts_say_what_the_whole_says)
{
    struct weir_drift exact, d;
    weir_sketch *s[3];
    two_samples(0.2);
    CHECK_I64(
        weir_drift_numbers(reference, ROWS, current, ROWS, room(weir_drift_numbers_memory(ROWS, ROWS)), &exact, &error),
        WEIR_OK);
    for (int i = 0; i < 3; i++)
        CHECK_I64(weir_sketch_init(mem_new(weir_sketch_size()), weir_sketch_size(), &s[i], &error), WEIR_OK);
    weir_sketch_add(s[0], reference, ROWS);
    weir_sketch_add(s[1], current, ROWS / 2);
    weir_sketch_add(s[2], current + ROWS / 2, ROWS / 2);
    weir_sketch_merge(s[1], s[2]);
    CHECK_I64(weir_drift_sketches(s[0], s[1], room(weir_drift_sketches_memory()), &d, &error), WEIR_OK);
    CHECK(d.drift && fabs(d.ks - exact.ks) < 0.002 && d.rows[1] == ROWS);
    for (int i = 0; i < 3; i++) mem_free(s[i]);
}

TEST(words_and_columns_together)
{
    enum { N = 3000 };
    static struct weir_text ref[N], cur[N];
    static struct weir_drift columns[20];
    for (int i = 0; i < N; i++) {
        ref[i] = (struct weir_text){ i % 3 ? "paid" : "open", 4 };
        cur[i] = i % 10 ? ref[i] : (struct weir_text){ "void", 4 };
    }
    CHECK_I64(weir_drift_words(ref, N, cur, N, room(weir_drift_words_memory()), &columns[0], &error), WEIR_OK);
    CHECK(columns[0].drift && columns[0].new_values == 1 && isnan(columns[0].ks) &&
          strstr(columns[0].sentence, "void"));
    for (int i = 1; i < 20; i++) columns[i] = (struct weir_drift){ .p = 0.02 * i };
    CHECK_I64(weir_drift_decide(columns, 20, 0, room(weir_drift_decide_memory(20)), &error), WEIR_OK);
    CHECK(columns[0].drift && !columns[1].drift && columns[1].adjusted > 0.02);
    CHECK_I64(weir_drift_decide(columns, 20, 0.9, room(weir_drift_decide_memory(20)), &error), WEIR_INPUT);
    CHECK_I64(weir_drift_words(ref, N, cur, N, room(1000), &columns[0], &error), WEIR_LIMIT);
}

TEST(counted_words_in_parts_say_what_the_whole_says)
{
    enum { N = 3000 };
    static struct weir_text ref[N], cur[N];
    struct weir_drift whole, parts;
    weir_words *w[3];
    for (int i = 0; i < N; i++) {
        ref[i] = (struct weir_text){ i % 3 ? "paid" : "open", 4 };
        cur[i] = i % 10 ? ref[i] : (struct weir_text){ i % 20 ? "void" : NULL, 4 };
    }
    CHECK_I64(weir_drift_words(ref, N, cur, N, room(weir_drift_words_memory()), &whole, &error), WEIR_OK);
    for (int i = 0; i < 3; i++)
        CHECK_I64(weir_words_init(mem_new(weir_words_size()), weir_words_size(), &w[i], &error), WEIR_OK);
    weir_words_add(w[0], ref, N);
    weir_words_add(w[1], cur, N / 3);
    weir_words_add(w[2], cur + N / 3, N - N / 3);
    weir_words_merge(w[1], w[2]);
    CHECK_I64(weir_drift_counted(w[0], w[1], room(weir_drift_counted_memory()), &parts, &error), WEIR_OK);
    CHECK(parts.drift && parts.missing[1] > 100 && strcmp(parts.sentence, whole.sentence) == 0);
    CHECK(parts.chi2 == whole.chi2 && parts.rows[1] == whole.rows[1] && parts.missing[1] == whole.missing[1]);
    CHECK_I64(weir_drift_counted(w[0], w[1], room(10), &parts, &error), WEIR_LIMIT);
    CHECK_I64(weir_words_init(w[0], 10, &w[0], &error), WEIR_LIMIT);
    for (int i = 0; i < 3; i++) mem_free(w[i]);
}

/* ---- logs ---- */

static struct weir_text text(const char *z)
{
    return (struct weir_text){ z, strlen(z) };
}

TEST(lines_of_one_statement_get_one_template)
{
    enum { MAX = 64 };
    weir_log *log = NULL;
    struct weir_log_alarm raised[WEIR_LOG_ALARMS_MAX];
    struct weir_log_template t;
    char said[128];
    uint32_t id[2], at = 0;
    struct weir_memory m = room(weir_log_size(MAX));
    CHECK_I64(weir_log_init(m.ptr, m.size, 1, &log, &error), WEIR_INPUT);
    CHECK_I64(weir_log_init(m.ptr, m.size - 1, MAX, &log, &error), WEIR_LIMIT);
    CHECK_I64(weir_log_init(m.ptr, m.size, MAX, &log, &error), WEIR_OK);
    (void)weir_log_add(log, text("loaded 17 rows from 10.0.0.1"), 0, &id[0], raised);
    (void)weir_log_add(log, text("loaded 4 rows from 10.0.0.7"), 0, &id[1], raised);
    CHECK(weir_log_root(log, id[0]) == weir_log_root(log, id[1]));
    CHECK(weir_log_next(log, &at, &t) && t.count == 2 && t.first == 1 && !weir_log_next(log, &at, &t));
    CHECK(weir_log_text(log, id[1], said, sizeof said) > 10 && strstr(said, "loaded <*> rows"));
    CHECK(weir_log_alarm_name(0)[0] && !weir_log_alarm_name(99)[0]);
}

TEST(the_new_line_of_a_failed_run_is_found)
{
    struct weir_text pass = text("step 1 took 12 ms\nstep 2 took 7 ms\ndone\n");
    struct weir_text fail = text("step 1 took 14 ms\nerror: column 'amount' does not exist\n");
    struct weir_log_diff d;
    CHECK_I64(weir_log_diff(pass, fail, room(weir_log_diff_memory(pass, fail)), &d, &error), WEIR_OK);
    CHECK(d.count == 1 && d.lines[0].number == 2 && d.ranked_count == 1 && d.ranked[0].text.len > 10 && !d.guessed);
    CHECK_I64(weir_log_diff(pass, fail, room(100), &d, &error), WEIR_LIMIT);
}

/* ---- lineage ---- */

TEST(sql_says_where_a_column_comes_from)
{
    struct weir_text sql =
        text("insert into daily (day, total) select o.day, sum(o.amount) from orders o group by o.day");
    struct weir_sql found;
    CHECK_I64(weir_sql(sql, "no such", room(1 << 20), &found, &error), WEIR_INPUT);
    CHECK_I64(weir_sql(sql, NULL, room(1000), &found, &error), WEIR_LIMIT);
    CHECK_I64(weir_sql(sql, "postgres", room(weir_sql_memory(sql.len)), &found, &error), WEIR_OK);
    const struct weir_statement *s = found.statements;
    CHECK(found.count == 1 && s->read_count == 1 && s->write_count == 1 && memcmp(s->reads[0].ptr, "orders", 6) == 0);
    bool sums = false;
    for (size_t i = 0; i < s->flow_count; i++)
        sums |= s->flows[i].from_column.len == 6 && strcmp(weir_flow_name(s->flows[i].kind), "aggregation") == 0;
    CHECK(sums);
}

TEST(its_version_is_told)
{
    CHECK_I64(weir_abi(), WEIR_ABI);
    CHECK_STR(str_of(weir_version()), WEIR_VERSION);
}

TEST(an_encoder_says_what_it_cannot_take)
{
    weir_encoder *e = NULL;
    size_t size = weir_encoder_size();
    void *room = malloc(size);
    CHECK(room && size > (1 << 20));
    CHECK_I64(weir_encoder_init(memory[0], sizeof memory[0], "", 0, &e, &error), WEIR_LIMIT);
    CHECK(weir_encoder_init(room, size, "no model at all", 15, &e, &error) != WEIR_OK && !e);
    CHECK(strstr(error.message, "weir model fetch"));
    CHECK(weir_encoder_init(room, size, NULL, 100, &e, NULL) != WEIR_OK && !e);
    free(room);
}
