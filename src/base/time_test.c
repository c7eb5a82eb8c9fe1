#include "base/time.h"

#include "test.h"

TEST(times_read_as_rfc_3339)
{
    static const struct {
        const char *text;
        usec want; /* -1: refused */
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-05-04T06:00:01.250Z", 1777874401250000 },
        { "2026-05-04T08:00:01.25+02:00", 1777874401250000 },
        { "2026-05-04 06:00:00", 1777874400000000 },
        { "2026-05-04", 1777852800000000 },
        { "2024-02-29T00:00:00Z", 1709164800000000 },
        { "2023-02-29T00:00:00Z", -1 },
        { "2026-13-01", -1 },
        { "2026-05-04T24:00:00Z", -1 },
        { "2026-05-04T06:00:00Zjunk", -1 },
        { "yesterday", -1 },
        { "", -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        usec t = 0;
        err e = time_parse(str_of(cases[i].text), &t);
        CHECK(!e.code == (cases[i].want >= 0));
        if (!e.code) CHECK_I64(t, cases[i].want);
    }
}

TEST(times_go_both_ways)
{
    char text[TIME_TEXT_MAX];
    for (usec t = 0; t < USEC_MAX; t = t * 3 / 2 + 86399999983) {
        usec back = 0;
        CHECK_OK(time_parse(time_text(t, text), &back));
        CHECK_I64(back, t);
    }
    CHECK_STR(time_text(1777874401250000, text), "2026-05-04T06:00:01.250000Z");
}

TEST(durations_need_a_unit)
{
    usec d = 0;
    CHECK_OK(duration_parse(STR("1h30m"), &d));
    CHECK_I64(d, 90 * USEC_MINUTE);
    CHECK_OK(duration_parse(STR("250ms"), &d));
    CHECK_I64(d, 250 * USEC_MS);
    CHECK_ERR(duration_parse(STR("10"), &d), ERR_INPUT);
    CHECK_ERR(duration_parse(STR(""), &d), ERR_INPUT);
    CHECK_ERR(duration_parse(STR("999999999999d"), &d), ERR_INPUT);
    struct arena a = arena_init(1 << 12);
    CHECK_STR(duration_text(12400 * USEC_MS, &a), "12.4 s");
    CHECK_STR(duration_text(125 * USEC_MINUTE, &a), "2 h 5 min");
    CHECK_STR(duration_text(5 * USEC_MINUTE, &a), "5 min");
    CHECK_STR(duration_text(48 * USEC_HOUR, &a), "2 d");
    arena_done(&a);
}
