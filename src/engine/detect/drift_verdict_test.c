/* What is called a drift, and what is not. */
#include "engine/detect/drift_kit.h"

static bool numbers_drift(enum kind kind_a, enum kind kind_b, size_t n, uint64_t seed, enum drift_part *loudest)
{
    struct drift_config config = drift_config_default();
    struct drift_numbers d;
    struct drift_verdict v;
    uint32_t order;
    draw(kind_a, n, seed, a);
    draw(kind_b, n, seed + 1000000, b);
    drift_compare_values(a, n, b, n, scratch, &d);
    drift_judge_numbers(&d, &config, &v);
    (void)drift_decide(&v, 1, &config, &order);
    *loudest = v.loudest;
    return v.drift;
}

TEST(false_alarms_stay_below_the_promise)
{
    const int rounds = test_count(300, 3000);
    static const enum kind kinds[] = { EVEN, SKEWED, TIES, BINARY };
    int alarms = 0;
    enum drift_part part;
    for (int i = 0; i < rounds; i++)
        alarms += numbers_drift(kinds[i % 4], kinds[i % 4], 200 + (size_t)(i % 5) * 100, (uint64_t)i * 77 + 1, &part);
    CHECK(alarms <= rounds * 3 / 100);
}

TEST(changes_that_matter_are_found)
{
    enum drift_part part;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        CHECK(numbers_drift(EVEN, SHIFTED, 1000, seed, &part));
        CHECK(numbers_drift(EVEN, SCALED, 1000, seed, &part));
        CHECK(numbers_drift(EVEN, TIES, 300, seed, &part));
    }
}

TEST(a_million_rows_make_nothing_of_a_trifle)
{
    struct drift_config config = drift_config_default();
    struct drift_sketch *s = mem_new(2 * sizeof *s);
    struct drift_numbers d;
    struct drift_verdict v;
    uint32_t order;
    for (int i = 0; i < 2; i++) drift_sketch_init(&s[i]);
    now = 4;
    for (size_t i = 0; i < 400000; i++) {
        double x = unit(), y = unit() + 0.007;
        drift_sketch_add(&s[0], &x, 1);
        drift_sketch_add(&s[1], &y, 1);
    }
    (void)sketch_d(&s[0], &s[1], &d);
    CHECK(d.ks_p < 0.001);
    drift_judge_numbers(&d, &config, &v);
    CHECK_I64(drift_decide(&v, 1, &config, &order), 0);
    mem_free(s);
}

static struct drift_verdict judged_words(const unsigned *ref, const unsigned *cur, size_t n)
{
    struct drift_config config = drift_config_default();
    struct drift_words *w = mem_new(2 * sizeof *w);
    struct arena arena = arena_init(4 << 20);
    struct drift_counts c;
    struct drift_verdict v;
    uint32_t order;
    for (int side = 0; side < 2; side++) {
        drift_words_init(&w[side]);
        for (size_t k = 0; k < n; k++) {
            char text[WORD_MAX];
            word(text, k);
            unsigned times = side ? cur[k] : ref[k];
            if (times) drift_words_add(&w[side], str_of(text), times);
        }
    }
    CHECK_OK(drift_compare_words(&w[0], &w[1], &arena, &c));
    drift_judge_words(&c, &config, &v);
    (void)drift_decide(&v, 1, &config, &order);
    arena_done(&arena);
    mem_free(w);
    return v;
}

/* `values` values, the k-th as often as 1 / (k + 2). */
static void draw_words(size_t values, size_t rows, unsigned *count)
{
    double all = 0;
    memset(count, 0, values * sizeof *count);
    for (size_t k = 0; k < values; k++) all += 1.0 / (double)(k + 2);
    for (size_t i = 0; i < rows; i++) {
        double u = unit() * all;
        size_t k = 0;
        while (k + 1 < values && (u -= 1.0 / (double)(k + 2)) > 0) k++;
        count[k]++;
    }
}

TEST(false_alarms_among_words_stay_below_the_promise)
{
    const int rounds = test_count(300, 3000);
    int alarms = 0;
    unsigned ref[40], cur[40];
    now = 11;
    for (int i = 0; i < rounds; i++) {
        size_t values = 2 + (size_t)i % 38, rows = 200 + (size_t)(i % 7) * 100;
        draw_words(values, rows, ref);
        draw_words(values, rows, cur);
        alarms += judged_words(ref, cur, values).drift;
    }
    CHECK(alarms <= rounds * 3 / 100);
}

TEST(a_shift_between_the_most_frequent_values_is_found)
{
    struct drift_verdict v = judged_words((unsigned[]){ 300, 200, 150, 100, 90, 60, 50, 50 },
                                          (unsigned[]){ 250, 255, 148, 99, 93, 58, 49, 48 }, 8);
    CHECK(v.drift && v.loudest == DRIFT_FREQUENT);
}

TEST(rows_outside_of_the_range_are_told)
{
    struct drift_config config = drift_config_default();
    struct drift_numbers d;
    struct drift_verdict v;
    struct arena arena = arena_init(1 << 16);
    uint32_t order;
    draw(EVEN, 1000, 3, a);
    draw(EVEN, 1000, 4, b);
    for (size_t i = 0; i < 14; i++) b[70 * i] = 5 + (double)i;
    drift_compare_values(a, 1000, b, 1000, scratch, &d);
    close_to("above", 0, d.above, 0.014, 1e-9);
    drift_judge_numbers(&d, &config, &v);
    CHECK_I64(drift_decide(&v, 1, &config, &order), 1);
    CHECK_I64(v.loudest, DRIFT_RANGE);
    CHECK(str_find(drift_sentence_numbers(&d, &v, &arena), STR("1.4 % of rows lie above"), 0) == 0);
    arena_done(&arena);
}

TEST(new_and_vanished_values_are_told_from_rare_ones)
{
    struct drift_verdict v = judged_words((unsigned[]){ 500, 300, 200, 0 }, (unsigned[]){ 490, 295, 195, 20 }, 4);
    CHECK(v.drift && v.loudest == DRIFT_NEW);
    v = judged_words((unsigned[]){ 500, 300, 180, 20 }, (unsigned[]){ 510, 305, 185, 0 }, 4);
    CHECK(v.drift && v.loudest == DRIFT_VANISHED);
    v = judged_words((unsigned[]){ 500, 300, 3, 2, 0, 4, 0, 3 }, (unsigned[]){ 490, 310, 0, 3, 4, 0, 3, 2 }, 8);
    CHECK(!v.drift);
    v = judged_words((unsigned[]){ 500, 300, 200 }, (unsigned[]){ 430, 370, 200 }, 3);
    CHECK(v.drift && (v.loudest == DRIFT_FREQUENT || v.loudest == DRIFT_CHI2));
}

TEST(the_correction_across_columns_is_benjamini_and_hochberg)
{
    struct drift_config config = drift_config_default();
    struct drift_verdict v[5] = { { .p = 0.02 }, { .p = 0.9 }, { .p = 0.001 }, { .p = 0.012 }, { .p = 0.5 } };
    uint32_t order[5];
    CHECK_I64(drift_decide(v, 5, &config, order), 2);
    close_to("adjusted", 2, v[2].adjusted, 0.005, 1e-12);
    close_to("adjusted", 3, v[3].adjusted, 0.03, 1e-12);
    close_to("adjusted", 0, v[0].adjusted, 0.02 * 5 / 3, 1e-12);
    close_to("adjusted", 1, v[1].adjusted, 0.9, 1e-12);
}
