#include "base/tz.h"

#include "base/buf.h"
#include "test.h"

static str zone_bytes(const char *zone, struct arena *a)
{
    FILE *f = fopen(str_z(a, str_fmt(a, "/usr/share/zoneinfo/%s", zone)), "rb");
    if (!f) return STR_NONE;
    char *bytes = arena_new(a, TZ_BYTES_MAX);
    size_t n = fread(bytes, 1, TZ_BYTES_MAX, f);
    (void)fclose(f);
    return (str){ bytes, n };
}

static usec at(const char *text)
{
    usec t = 0;
    CHECK_OK(time_parse(str_of(text), &t));
    return t;
}

TEST(local_hours_follow_the_zone)
{
    static const struct {
        const char *zone, *time;
        int hour, minute, weekday, offset_s;
    } cases[] = {
        { "Europe/Berlin", "2026-03-29T00:59:59Z", 1, 59, 7, 3600 },
        { "Europe/Berlin", "2026-03-29T01:00:00Z", 3, 0, 7, 7200 },
        { "Europe/Berlin", "2026-10-25T01:30:00Z", 2, 30, 7, 3600 },
        { "Europe/Berlin", "2055-07-01T12:00:00Z", 14, 0, 4, 7200 },
        { "America/New_York", "2026-01-01T03:00:00Z", 22, 0, 3, -18000 },
        { "Asia/Kolkata", "2026-05-04T00:00:00Z", 5, 30, 1, 19800 },
        { "Australia/Lord_Howe", "2060-01-01T00:00:00Z", 11, 0, 4, 39600 },
        { "America/Sao_Paulo", "2040-06-01T12:00:00Z", 9, 0, 5, -10800 },
        { "UTC", "2026-05-03T23:59:00Z", 23, 59, 7, 0 },
        { "Pacific/Kiritimati", "2026-05-04T10:00:00Z", 0, 0, 2, 50400 },
    };
    struct arena a = arena_init(4 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tz *tz = NULL;
        str bytes = zone_bytes(cases[i].zone, &a);
        if (!bytes.len) SKIP("no zone data");
        CHECK_OK(tz_load(bytes, &a, &tz));
        struct tz_local l = tz_local(tz, at(cases[i].time));
        if (l.hour != cases[i].hour || l.minute != cases[i].minute || l.weekday != cases[i].weekday ||
            l.offset_s != cases[i].offset_s)
            test_failed(__FILE__, __LINE__, "%s %s: %02d:%02d weekday %d offset %d", cases[i].zone, cases[i].time,
                        l.hour, l.minute, l.weekday, l.offset_s);
    }
    arena_done(&a);
}

TEST(a_skipped_minute_moves_on_and_a_repeated_one_comes_once)
{
    struct arena a = arena_init(4 << 20);
    struct tz *tz = NULL;
    str bytes = zone_bytes("Europe/Berlin", &a);
    if (!bytes.len) SKIP("no zone data");
    CHECK_OK(tz_load(bytes, &a, &tz));
    CHECK_I64(tz_next(tz, at("2026-03-28T12:00:00Z"), 150, 0), at("2026-03-29T01:00:00Z")); /* 02:30 does not exist */
    CHECK_I64(tz_next(tz, at("2026-03-29T01:00:00Z"), 150, 0), at("2026-03-30T00:30:00Z"));
    CHECK_I64(tz_next(tz, at("2026-10-24T12:00:00Z"), 150, 0), at("2026-10-25T00:30:00Z"));      /* the first 02:30 */
    CHECK_I64(tz_next(tz, at("2026-10-25T00:30:00Z"), 150, 0), at("2026-10-26T01:30:00Z"));      /* not the second */
    CHECK_I64(tz_next(tz, at("2026-05-04T00:00:00Z"), 600, 1u << 3),
              at("2026-05-06T08:00:00Z")); /* next Wednesday 10:00 */
    CHECK_I64(tz_next(tz_utc(), at("2026-05-04T10:00:00Z"), 600, 1u << 1), at("2026-05-11T10:00:00Z"));
    arena_done(&a);
}

/* Every minute of two years, in zones of every habit: each local minute fires once a day, in order. */
TEST(a_daily_minute_fires_once_a_day_in_every_zone)
{
    static const char *const zones[] = { "Europe/Berlin",     "America/St_Johns", "Australia/Lord_Howe",
                                         "Africa/Casablanca", "Asia/Tehran",      "Europe/Dublin" };
    struct arena a = arena_init(4 << 20);
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        struct tz *tz = NULL;
        str bytes = zone_bytes(zones[z], &a);
        if (!bytes.len) SKIP("no zone data");
        CHECK_OK(tz_load(bytes, &a, &tz));
        for (int minute = 0; minute < 1440; minute += 15) {
            usec t = at("2026-01-01T12:00:00Z");
            for (int day = 0; day < 365; day++) {
                usec next = tz_next(tz, t, minute, 0);
                struct tz_local l = tz_local(tz, next);
                bool exact = l.hour * 60 + l.minute == minute;
                if (next <= t || next - t > 2 * USEC_DAY + 2 * USEC_HOUR || (day && next - t < 21 * USEC_HOUR))
                    test_failed(__FILE__, __LINE__, "%s minute %d day %d: step of %lld s", zones[z], minute, day,
                                (long long)((next - t) / USEC_SECOND));
                if (!exact && l.hour * 60 + l.minute < minute)
                    test_failed(__FILE__, __LINE__, "%s minute %d came early", zones[z], minute);
                t = next;
            }
        }
    }
    arena_done(&a);
}

TEST(damaged_zone_data_is_refused_or_read_without_harm)
{
    struct arena a = arena_init(64 << 20);
    str bytes = zone_bytes("Europe/Berlin", &a);
    if (!bytes.len) SKIP("no zone data");
    struct tz *tz = NULL;
    for (size_t cut = 0; cut < bytes.len; cut += 7) {
        err e = tz_load(str_cut(bytes, 0, cut), &a, &tz);
        if (!e.code) (void)tz_local(tz, at("2026-05-04T00:00:00Z"));
    }
    unsigned seed = 7;
    char *copy = arena_new(&a, bytes.len);
    struct arena round = arena_init(1 << 20);
    for (int i = 0; i < test_count(20000, 400000); i++) {
        memcpy(copy, bytes.ptr, bytes.len);
        for (int k = 0; k < 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            copy[(seed >> 4) % bytes.len] = (char)(seed >> 24);
        }
        if (!tz_load((str){ copy, bytes.len }, &round, &tz).code) (void)tz_next(tz, at("2026-05-04T00:00:00Z"), 61, 0);
        arena_reset(&round);
    }
    arena_done(&round);
    arena_done(&a);
}
