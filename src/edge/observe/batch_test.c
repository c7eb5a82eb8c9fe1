#include "edge/observe/batch.h"

#include "test.h"

TEST(labels_are_sorted_and_empty_values_dropped)
{
    struct label l[] = {
        { STR("b"), STR("2") }, { STR("a"), STR("1") }, { STR("gone"), STR("") }, { STR("aa"), STR("3") }
    };
    uint32_t n = 4;
    CHECK_OK(labels_tidy(l, &n));
    CHECK_I64(n, 3);
    CHECK_STR(l[0].name, "a");
    CHECK_STR(l[1].name, "aa");
    CHECK_STR(l[2].value, "2");
}

TEST(labels_given_twice_or_broken_are_refused)
{
    struct label twice[] = { { STR("b"), STR("2") }, { STR("a"), STR("1") }, { STR("b"), STR("1") } };
    uint32_t n = 3;
    CHECK_ERR(labels_tidy(twice, &n), ERR_INPUT);
    struct label odd[] = { { STR("a"), STR("\xff") } };
    n = 1;
    CHECK_ERR(labels_tidy(odd, &n), ERR_INPUT);
    struct label nameless[] = { { STR(""), STR("x") } };
    n = 1;
    CHECK_ERR(labels_tidy(nameless, &n), ERR_INPUT);
}

TEST(every_byte_of_a_value_is_looked_at)
{
    for (int len = 1; len < 20; len++) {
        for (int at = 0; at < len; at++) {
            char value[20];
            memset(value, 'x', sizeof value);
            struct label l = { STR("a"), { value, (size_t)len } };
            uint32_t n = 1;
            CHECK_OK(labels_tidy(&l, &n));
            value[at] = '\0';
            CHECK_ERR(labels_tidy(&l, &n), ERR_INPUT);
            value[at] = '\xff';
            CHECK_ERR(labels_tidy(&l, &n), ERR_INPUT);
        }
    }
    struct label umlaut = { STR("a"), STR("gr\xc3\xbc\xc3\x9f" "e aus k\xc3\xb6ln") };
    uint32_t n = 1;
    CHECK_OK(labels_tidy(&umlaut, &n));
}

TEST(one_label_more_than_the_limit_is_refused)
{
    struct label l[SERIES_LABELS_MAX + 1];
    char names[SERIES_LABELS_MAX + 1][16];
    for (int i = 0; i <= SERIES_LABELS_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "l%03d", i);
        l[i] = (struct label){ str_of(names[i]), STR("x") };
    }
    uint32_t n = SERIES_LABELS_MAX + 1;
    CHECK_ERR(labels_tidy(l, &n), ERR_LIMIT);
    n = SERIES_LABELS_MAX;
    CHECK_OK(labels_tidy(l, &n));
    CHECK_I64(n, SERIES_LABELS_MAX);
}

TEST(series_text_escapes_as_the_exposition_format_does)
{
    struct arena a = arena_init(1 << 20);
    struct label l[] = { { STR("a"), STR("x\"y\\z\n") }, { STR("b"), STR("2") } };
    CHECK_STR(series_text(STR("up"), l, 2, &a), "up{a=\"x\\\"y\\\\z\\n\",b=\"2\"}");
    CHECK_STR(series_text(STR("up"), NULL, 0, &a), "up");
    arena_done(&a);
}

TEST(times_given_as_numbers_are_told_apart_by_size)
{
    usec t;
    CHECK_OK(time_from_number(1777874400, &t));
    CHECK_I64(t, INT64_C(1777874400000000));
    CHECK_OK(time_from_number(1777874400.25, &t));
    CHECK_I64(t, INT64_C(1777874400250000));
    CHECK_OK(time_from_number(1777874400000, &t));
    CHECK_I64(t, INT64_C(1777874400000000));
    CHECK_OK(time_from_number(1777874400000001, &t));
    CHECK_I64(t, INT64_C(1777874400000001));
    CHECK_ERR(time_from_number(-1, &t), ERR_INPUT);
    CHECK_ERR(time_from_number(1e300, &t), ERR_INPUT);
    CHECK_ERR(time_from_number(0.0 / 0.0, &t), ERR_INPUT);
}

TEST(refusals_beyond_the_kept_ones_are_still_counted)
{
    struct arena a = arena_init(1 << 20);
    struct refusals r = { 0 };
    for (size_t i = 0; i < REFUSALS_KEPT + 50; i++) refuse(&r, &a, i, err_make(ERR_INPUT, "no. %zu", i));
    CHECK_I64(r.kept, REFUSALS_KEPT);
    CHECK_I64(r.total, REFUSALS_KEPT + 50);
    CHECK_STR(r.items[7].reason, "no. 7");
    arena_done(&a);
}
