#include "base/time.h"

#include <stdio.h>

/* Both date functions follow H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years that start in
 * March. */
int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t yoe = year - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2);
}

str time_text(usec t, char out[TIME_TEXT_MAX])
{
    if (t < 0) t = 0;
    if (t > USEC_MAX) t = USEC_MAX;
    int64_t year;
    int month, day;
    civil_from_days(t / USEC_DAY, &year, &month, &day);
    usec in_day = t % USEC_DAY;
    int n = snprintf(out, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", (int)year, month, day,
                     (int)(in_day / USEC_HOUR), (int)(in_day / USEC_MINUTE % 60), (int)(in_day / USEC_SECOND % 60),
                     (int)(in_day % USEC_SECOND));
    return (str){ out, (size_t)n };
}

static bool digits(str *s, size_t n, int *out)
{
    if (s->len < n) return false;
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9') return false;
        *out = *out * 10 + (s->ptr[i] - '0');
    }
    *s = str_cut(*s, n, s->len);
    return true;
}

static bool mark(str *s, const char *allowed)
{
    if (s->len == 0 || !strchr(allowed, s->ptr[0]) || !s->ptr[0]) return false;
    *s = str_cut(*s, 1, s->len);
    return true;
}

static bool fraction(str *s, usec *out)
{
    usec unit = USEC_SECOND;
    size_t n = 0;
    for (; n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9'; n++) {
        unit /= 10;
        *out += unit * (s->ptr[n] - '0');
    }
    *s = str_cut(*s, n, s->len);
    return n >= 1 && n <= 9;
}

static bool offset(str *s, usec *out)
{
    if (s->len == 0 || mark(s, "Zz")) return s->len == 0;
    int sign = s->ptr[0] == '-' ? -1 : 1, h, m = 0;
    if (!mark(s, "+-") || !digits(s, 2, &h)) return false;
    (void)mark(s, ":");
    if (s->len && !digits(s, 2, &m)) return false;
    *out = sign * (h * USEC_HOUR + m * USEC_MINUTE);
    return s->len == 0 && h < 24 && m < 60;
}

static bool date(str *s, usec *out)
{
    static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int y, m, d;
    if (!digits(s, 4, &y) || !mark(s, "-") || !digits(s, 2, &m) || !mark(s, "-") || !digits(s, 2, &d)) return false;
    if (m < 1 || m > 12) return false;
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    if (d < 1 || d > month_days[m - 1] + (m == 2 && leap)) return false;
    *out = days_from_civil(y, m, d) * USEC_DAY;
    return true;
}

err time_parse(str s, usec *out)
{
    str rest = s;
    usec day = 0, frac = 0, off = 0;
    int h = 0, m = 0, sec = 0;
    bool ok = date(&rest, &day);
    if (ok && rest.len) {
        ok = mark(&rest, "Tt ") && digits(&rest, 2, &h) && mark(&rest, ":") && digits(&rest, 2, &m);
        if (ok && mark(&rest, ":")) ok = digits(&rest, 2, &sec);
        if (ok && mark(&rest, ".")) ok = fraction(&rest, &frac);
        ok = ok && h < 24 && m < 60 && sec <= 60 && offset(&rest, &off);
    }
    usec t = day + h * USEC_HOUR + m * USEC_MINUTE + sec * USEC_SECOND + frac - off;
    if (!ok || t < 0)
        return err_make(ERR_INPUT, "'" STR_FMT "' is not a time such as 2026-05-04T06:00:00Z",
                        STR_ARG(str_cut(s, 0, 40)));
    *out = t;
    return OK;
}

static const struct unit {
    str name;
    usec size;
} units[] = {
    { STR_INIT("ms"), USEC_MS },     { STR_INIT("us"), 1 },          { STR_INIT("s"), USEC_SECOND },
    { STR_INIT("m"), USEC_MINUTE }, { STR_INIT("h"), USEC_HOUR }, { STR_INIT("d"), USEC_DAY },
};

err duration_parse(str s, usec *out)
{
    str rest = s;
    usec sum = 0;
    bool ok = rest.len > 0;
    while (ok && rest.len) {
        size_t n = 0;
        int64_t count = 0;
        while (n < rest.len && n < 12 && rest.ptr[n] >= '0' && rest.ptr[n] <= '9') n++;
        ok = n > 0 && !str_to_i64(str_cut(rest, 0, n), &count).code;
        rest = str_cut(rest, n, rest.len);
        const struct unit *u = NULL;
        for (size_t i = 0; i < sizeof units / sizeof *units && !u; i++)
            if (str_starts(rest, units[i].name)) u = &units[i];
        ok = ok && u && count <= (USEC_MAX - sum) / u->size;
        if (!ok) break;
        sum += count * u->size;
        rest = str_cut(rest, u->name.len, rest.len);
    }
    if (!ok)
        return err_make(ERR_INPUT, "'" STR_FMT "' is not a duration such as 250ms, 30s, 5m, 2h or 7d",
                        STR_ARG(str_cut(s, 0, 40)));
    *out = sum;
    return OK;
}

/* "2 h 5 min", but "2 h" where the smaller unit adds nothing. */
static str two_units(struct arena *a, int64_t large, const char *large_unit, int64_t small, const char *small_unit)
{
    if (!small) return str_fmt(a, "%lld %s", (long long)large, large_unit);
    return str_fmt(a, "%lld %s %lld %s", (long long)large, large_unit, (long long)small, small_unit);
}

str duration_text(usec d, struct arena *a)
{
    if (d < 0) d = 0;
    if (d < USEC_SECOND) return str_fmt(a, "%d ms", (int)(d / USEC_MS));
    if (d < USEC_MINUTE) return str_fmt(a, "%.1f s", (double)d / (double)USEC_SECOND);
    if (d < USEC_HOUR) return two_units(a, d / USEC_MINUTE, "min", d / USEC_SECOND % 60, "s");
    if (d < USEC_DAY) return two_units(a, d / USEC_HOUR, "h", d / USEC_MINUTE % 60, "min");
    return two_units(a, d / USEC_DAY, "d", d / USEC_HOUR % 24, "h");
}
