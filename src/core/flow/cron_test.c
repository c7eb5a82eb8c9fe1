#include "core/flow/cron.h"

#include "base/buf.h"
#include "test.h"

static const struct utc_case {
    const char *text;
    int64_t after, next[3];
} utc_cases[] = {
#define CRON_UTC_CASES
#include "reference/cron.h"
#undef CRON_UTC_CASES
};

static const struct zone_case {
    const char *zone, *text;
    int64_t after, next;
} zone_cases[] = {
#define CRON_ZONE_CASES
#include "reference/cron.h"
#undef CRON_ZONE_CASES
};

static const struct tz *zone_of(const char *zone, struct arena *a)
{
    struct tz *tz = NULL;
    FILE *f = fopen(str_fmt(a, "/usr/share/zoneinfo/%s", zone).ptr, "rb");
    if (!f) return NULL;
    char *bytes = arena_new(a, TZ_BYTES_MAX);
    size_t n = fread(bytes, 1, TZ_BYTES_MAX, f);
    (void)fclose(f);
    CHECK_OK(tz_load((str){ bytes, n }, a, &tz));
    return tz;
}

static usec at(const char *text)
{
    usec t = 0;
    CHECK_OK(time_parse(str_of(text), &t));
    return t;
}

static void check_next(const char *text, const struct tz *tz, const char *after, const char *want)
{
    struct cron c;
    char got[TIME_TEXT_MAX];
    CHECK_OK(cron_parse(str_of(text), &c));
    usec next = cron_next(&c, tz, at(after));
    if (next != at(want))
        test_failed(__FILE__, __LINE__, "%s after %s: " STR_FMT ", want %s", text, after, STR_ARG(time_text(next, got)),
                    want);
}

TEST(expressions_come_when_croniter_says)
{
    for (size_t i = 0; i < sizeof utc_cases / sizeof *utc_cases; i++) {
        const struct utc_case *c = &utc_cases[i];
        struct cron cron;
        CHECK_OK(cron_parse(str_of(c->text), &cron));
        usec t = c->after * USEC_SECOND;
        for (int k = 0; k < 3; k++) {
            t = cron_next(&cron, tz_utc(), t);
            if (t != c->next[k] * USEC_SECOND)
                test_failed(__FILE__, __LINE__, "%s after %lld, number %d: %lld, want %lld", c->text,
                            (long long)c->after, k, (long long)(t / USEC_SECOND), (long long)c->next[k]);
        }
    }
}

TEST(zones_whose_clocks_move_have_every_run_once)
{
    struct arena a = arena_init(32 << 20);
    for (size_t i = 0; i < sizeof zone_cases / sizeof *zone_cases; i++) {
        const struct zone_case *c = &zone_cases[i];
        struct cron cron;
        struct arena_mark mark = arena_mark(&a);
        const struct tz *tz = zone_of(c->zone, &a);
        if (!tz) SKIP("no zone data");
        CHECK_OK(cron_parse(str_of(c->text), &cron));
        usec next = cron_next(&cron, tz, c->after * USEC_SECOND);
        if (next != c->next * USEC_SECOND)
            test_failed(__FILE__, __LINE__, "%s %s after %lld: %lld, want %lld", c->zone, c->text,
                        (long long)c->after, (long long)(next / USEC_SECOND), (long long)c->next);
        arena_rewind(&a, mark);
    }
    arena_done(&a);
}

TEST(months_end_and_leap_days_come)
{
    check_next("0 0 31 * *", tz_utc(), "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z");
    check_next("0 0 L * *", tz_utc(), "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z");
    check_next("0 0 L * *", tz_utc(), "2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z");
    check_next("0 0 l,15 * *", tz_utc(), "2026-04-15T00:00:00Z", "2026-04-30T00:00:00Z");
    check_next("0 12 29 feb *", tz_utc(), "2026-01-01T00:00:00Z", "2028-02-29T12:00:00Z");
    check_next("0 12 29 2 *", tz_utc(), "2096-03-01T00:00:00Z", "2104-02-29T12:00:00Z");
    check_next("59 23 31 12 *", tz_utc(), "2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z");
}

TEST(days_and_weekdays_are_joined_as_in_crontab)
{
    check_next("0 0 13 * fri", tz_utc(), "2026-05-04T00:00:00Z", "2026-05-08T00:00:00Z"); /* either is enough */
    check_next("0 0 13 * FRI", tz_utc(), "2026-05-08T00:00:00Z", "2026-05-13T00:00:00Z");
    check_next("0 0 */2 * mon", tz_utc(), "2026-05-05T00:00:00Z", "2026-05-11T00:00:00Z"); /* a star: both */
    check_next("0 0 * * 7", tz_utc(), "2026-05-04T00:00:00Z", "2026-05-10T00:00:00Z");
    check_next("0 0 * * 5-7", tz_utc(), "2026-05-09T00:00:00Z", "2026-05-10T00:00:00Z");
}

TEST(short_forms_mean_what_they_say)
{
    check_next("@hourly", tz_utc(), "2026-05-04T06:00:00Z", "2026-05-04T07:00:00Z");
    check_next("@daily", tz_utc(), "2026-05-04T06:00:00Z", "2026-05-05T00:00:00Z");
    check_next(" @midnight ", tz_utc(), "2026-05-04T00:00:00Z", "2026-05-05T00:00:00Z");
    check_next("@weekly", tz_utc(), "2026-05-04T06:00:00Z", "2026-05-10T00:00:00Z");
    check_next("@monthly", tz_utc(), "2026-12-04T06:00:00Z", "2027-01-01T00:00:00Z");
    check_next("@yearly", tz_utc(), "2026-12-04T06:00:00Z", "2027-01-01T00:00:00Z");
    check_next("10/20 * * * *", tz_utc(), "2026-05-04T06:11:30Z", "2026-05-04T06:30:00Z");
}

TEST(what_is_no_schedule_is_refused)
{
    static const char *const wrong[] = {
        "",          "* * * *",       "* * * * * *",  "60 * * * *",   "* 24 * * *",    "* * 0 * *",    "* * 32 * *",
        "* * * 13 *", "* * * * 8",    "*/0 * * * *",  "5-1 * * * *",  "1, * * * *",    ",1 * * * *",   "a * * * *",
        "1-2-3 * * * *", "-1 * * * *", "+1 * * * *",  "*/+2 * * * *", "* * L-2 * *",   "* * * JA *",   "@often",
        "0 0 30 2 *", "0 0 31 4,6,9,11 *", "1/2/3 * * * *", "* L * * *", "99999999999999999999 * * * *",
    };
    struct cron c;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        err e = cron_parse(str_of(wrong[i]), &c);
        if (e.code != ERR_INPUT) test_failed(__FILE__, __LINE__, "'%s' is taken", wrong[i]);
    }
    CHECK(strstr(cron_parse(STR("* 24 * * *"), &c).msg, "hour: expected 0 to 23"));
    CHECK(strstr(cron_parse(STR("0 0 30 2 *"), &c).msg, "never comes"));
}
