#include "core/flow/cron.h"

enum { DAYS_AHEAD = 9 * 366 }; /* 29 February is eight years away when a century has none */

/* ---- reading ---- */

static const char *const months[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                      "AUG", "SEP", "OCT", "NOV", "DEC", NULL };
static const char *const weekdays[] = { "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", NULL };

static const struct field {
    const char *name;
    int low, high;
    const char *const *words; /* names of values from low on */
} fields[] = {
    { "minute", 0, 59, NULL },  { "hour", 0, 23, NULL },        { "day of the month", 1, 31, NULL },
    { "month", 1, 12, months }, { "weekday", 0, 7, weekdays },
};
enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static err bad_field(const struct field *f, str part)
{
    return err_make(ERR_INPUT, "%s: expected %d to %d, a range, * or a step, got '" STR_FMT "'", f->name, f->low,
                    f->high, STR_ARG(str_cut(part, 0, 20)));
}

static bool read_value(const struct field *f, str s, int *out)
{
    int64_t v = 0;
    for (int i = 0; f->words && f->words[i]; i++)
        if (str_eq_nocase(s, str_of(f->words[i]))) return *out = f->low + i, true;
    if (!s.len || s.len > 2 || s.ptr[0] == '-' || s.ptr[0] == '+' || str_to_i64(s, &v).code) return false;
    *out = (int)v;
    return v >= f->low && v <= f->high;
}

/* "5", "1-5", "*", each with "/2" or not. A value with a step goes on to the end of the field. */
static err read_part(const struct field *f, str part, uint64_t *bits)
{
    str step_text = part, range, from_text;
    int64_t step = 1;
    int from = f->low, to = f->high == 7 ? 6 : f->high; /* 7 is a second name of Sunday */
    (void)str_next(&step_text, '/', &range);
    bool stepped = range.len < part.len;
    if (stepped && (str_to_i64(step_text, &step).code || step < 1 || step > 59 || step_text.ptr[0] == '+'))
        return bad_field(f, part);
    if (!STR_IS(range, "*")) {
        str to_text = range;
        (void)str_next(&to_text, '-', &from_text);
        if (!read_value(f, from_text, &from)) return bad_field(f, part);
        if (from_text.len < range.len) {
            if (!read_value(f, to_text, &to) || to < from) return bad_field(f, part);
        } else if (!stepped) to = from;
    }
    for (int64_t v = from; v <= to; v += step) *bits |= UINT64_C(1) << v;
    return OK;
}

static err read_field(int at, str text, uint64_t *bits, bool *last_day)
{
    str part;
    *bits = 0;
    while (str_next(&text, ',', &part)) {
        if (at == DAY && (STR_IS(part, "L") || STR_IS(part, "l"))) {
            *last_day = true;
            continue;
        }
        err e = read_part(&fields[at], part, bits);
        if (e.code) return e;
    }
    return OK;
}

static str spelled_out(str text)
{
    static const struct {
        const char *name, *means;
    } names[] = {
        { "@hourly", "0 * * * *" },  { "@daily", "0 0 * * *" },  { "@midnight", "0 0 * * *" },
        { "@weekly", "0 0 * * 0" },  { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
        { "@annually", "0 0 1 1 *" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_nocase(text, str_of(names[i].name))) return str_of(names[i].means);
    return text;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t split(str text, str out[FIELDS + 1])
{
    size_t n = 0, at = 0;
    while (n <= FIELDS) {
        while (at < text.len && is_blank(text.ptr[at])) at++;
        size_t from = at;
        while (at < text.len && !is_blank(text.ptr[at])) at++;
        if (at == from) break;
        out[n++] = str_cut(text, from, at - from);
    }
    return n;
}

err cron_parse(str text, struct cron *out)
{
    str part[FIELDS + 1];
    uint64_t bits[FIELDS];
    text = str_trim(text);
    if (split(spelled_out(text), part) != FIELDS)
        return err_make(ERR_INPUT,
                        "expected five fields (minute hour day month weekday) or @hourly, @daily, @weekly, "
                        "@monthly, @yearly, got '" STR_FMT "'",
                        STR_ARG(str_cut(text, 0, 40)));
    *out = (struct cron){ .any_day = part[DAY].ptr[0] == '*', .any_weekday = part[WEEKDAY].ptr[0] == '*' };
    for (int i = 0; i < FIELDS; i++) {
        err e = read_field(i, part[i], &bits[i], &out->last_day);
        if (e.code) return e;
    }
    out->minutes = bits[MINUTE];
    out->hours = (uint32_t)bits[HOUR];
    out->days = (uint32_t)bits[DAY];
    out->months = (uint32_t)bits[MONTH];
    out->weekdays = (uint32_t)((bits[WEEKDAY] | bits[WEEKDAY] >> 7) & 0x7f); /* 7 is Sunday, too */
    if (cron_next(out, tz_utc(), 0) == USEC_MAX)
        return err_make(ERR_INPUT, "'" STR_FMT "' never comes", STR_ARG(str_cut(text, 0, 40)));
    return OK;
}

/* ---- the next one ---- */

static bool day_fits(const struct cron *c, int64_t day)
{
    int64_t year, tomorrow_year;
    int month, mday, tomorrow_month, tomorrow;
    civil_from_days(day, &year, &month, &mday);
    civil_from_days(day + 1, &tomorrow_year, &tomorrow_month, &tomorrow);
    if (!(c->months >> month & 1u)) return false;
    bool by_day = (c->days >> mday & 1u) || (c->last_day && tomorrow == 1);
    bool by_weekday = c->weekdays >> (((day + 4) % 7 + 7) % 7) & 1u; /* 1970-01-01 was a Thursday */
    return c->any_day || c->any_weekday ? by_day && by_weekday : by_day || by_weekday;
}

static int64_t local_day(const struct tz_local *l)
{
    return days_from_civil(l->year, l->month, l->day);
}

/* Every hour: the clock's minutes as they really pass. */
static usec next_in_real_time(const struct cron *c, const struct tz *tz, usec after)
{
    usec t = after - after % USEC_MINUTE + USEC_MINUTE;
    for (int days = 0; days < DAYS_AHEAD;) {
        struct tz_local l = tz_local(tz, t);
        int64_t day = local_day(&l);
        if (day_fits(c, day)) {
            if (c->minutes >> l.minute & 1u) return t;
            t += USEC_MINUTE;
        } else {
            usec midnight = tz_at(tz, day + 1, 0);
            t = midnight > t ? midnight : t + USEC_MINUTE; /* a clock set back over midnight */
            days++;
        }
    }
    return USEC_MAX;
}

/* The first of a day's times after `after`; they ascend, as the zone's clock does. USEC_MAX: none. */
static usec next_of_day(const struct cron *c, const struct tz *tz, int64_t day, usec after)
{
    for (int hour = 0; hour < 24; hour++) {
        if (!(c->hours >> hour & 1u)) continue;
        for (int minute = 0; minute < 60; minute++) {
            if (!(c->minutes >> minute & 1u)) continue;
            usec t = tz_at(tz, day, hour * 60 + minute);
            if (t > after) return t;
        }
    }
    return USEC_MAX;
}

usec cron_next(const struct cron *c, const struct tz *tz, usec after)
{
    const uint32_t all_hours = (UINT32_C(1) << 24) - 1;
    if (c->hours == all_hours) return next_in_real_time(c, tz, after);
    struct tz_local l = tz_local(tz, after);
    int64_t today = local_day(&l);
    for (int64_t day = today - 1; day <= today + DAYS_AHEAD; day++) {
        usec t = day_fits(c, day) ? next_of_day(c, tz, day, after) : USEC_MAX;
        if (t < USEC_MAX) return t;
    }
    return USEC_MAX;
}
