/* A TZif file holds the changes of the past as a list and the rule for the future as a POSIX TZ string; both are read
 * here. Local to UTC is searched, not computed: a clock that jumps has no inverse. */
#include "base/tz.h"

#include <assert.h>

enum rule_kind { RULE_MONTH_WEEK_DAY, RULE_JULIAN, RULE_DAY };

struct rule {
    enum rule_kind kind;
    int month, week, day; /* day: 0..6 from Sunday, or the day of the year */
    int at_s;             /* local seconds after midnight at which it changes */
};

struct tz {
    size_t count;
    const int64_t *from; /* UTC seconds, ascending */
    const int32_t *offset;
    int32_t first;       /* before the first change */
    bool tail;           /* the POSIX rule below holds after the last change */
    bool summer;         /* it has daylight saving */
    int32_t standard, saving;
    struct rule start, end;
};

const struct tz *tz_utc(void)
{
    static const struct tz utc = { .tail = true };
    return &utc;
}

/* The POSIX TZ string, "CET-1CEST,M3.5.0,M10.5.0/3". */

static bool take(str *s, char c)
{
    if (!s->len || s->ptr[0] != c) return false;
    *s = str_cut(*s, 1, s->len);
    return true;
}

static bool take_number(str *s, int max, int *out)
{
    size_t n = 0;
    *out = 0;
    while (n < s->len && n < 4 && s->ptr[n] >= '0' && s->ptr[n] <= '9') *out = *out * 10 + (s->ptr[n++] - '0');
    *s = str_cut(*s, n, s->len);
    return n > 0 && *out <= max;
}

static bool take_zone_name(str *s)
{
    size_t n = 0;
    if (take(s, '<')) {
        while (n < s->len && s->ptr[n] != '>') n++;
        *s = str_cut(*s, n, s->len);
        return take(s, '>');
    }
    while (n < s->len && ((s->ptr[n] | 32) >= 'a' && (s->ptr[n] | 32) <= 'z')) n++;
    *s = str_cut(*s, n, s->len);
    return n >= 3;
}

/* [+-]h[h[h]][:mm[:ss]] in seconds */
static bool take_clock(str *s, int *out)
{
    int sign = take(s, '-') ? -1 : 1, h = 0, m = 0, sec = 0;
    if (sign == 1) (void)take(s, '+');
    if (!take_number(s, 167, &h)) return false;
    if (take(s, ':') && !take_number(s, 59, &m)) return false;
    if (m >= 0 && take(s, ':') && !take_number(s, 59, &sec)) return false;
    *out = sign * (h * 3600 + m * 60 + sec);
    return true;
}

static bool take_rule(str *s, struct rule *r)
{
    bool ok;
    r->at_s = 7200;
    if (!take(s, ',')) return false;
    if (take(s, 'M')) {
        r->kind = RULE_MONTH_WEEK_DAY;
        ok = take_number(s, 12, &r->month) && take(s, '.') && take_number(s, 5, &r->week) && take(s, '.') &&
             take_number(s, 6, &r->day);
        ok = ok && r->month >= 1 && r->week >= 1;
    } else {
        r->kind = take(s, 'J') ? RULE_JULIAN : RULE_DAY;
        ok = take_number(s, 365, &r->day);
    }
    return ok && (!take(s, '/') || take_clock(s, &r->at_s));
}

static bool read_tail(str s, struct tz *tz)
{
    int west = 0;
    if (!take_zone_name(&s) || !take_clock(&s, &west)) return false;
    tz->standard = -west;
    tz->saving = tz->standard + 3600;
    if (!s.len) return true;
    tz->summer = true;
    if (!take_zone_name(&s)) return false;
    if (s.len && s.ptr[0] != ',') {
        if (!take_clock(&s, &west)) return false;
        tz->saving = -west;
    }
    return take_rule(&s, &tz->start) && take_rule(&s, &tz->end) && !s.len;
}

/* The binary part. */

static int64_t big_endian(const char *p, size_t n)
{
    uint64_t v = (unsigned char)p[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++) v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

enum { HEADER_LEN = 44 };

struct header {
    size_t isut, isstd, leap, times, types, chars;
};

static bool read_header(str bytes, struct header *h)
{
    if (bytes.len < HEADER_LEN || !str_starts(bytes, STR("TZif")) || bytes.ptr[4] < '2') return false;
    size_t *const fields[] = { &h->isut, &h->isstd, &h->leap, &h->times, &h->types, &h->chars };
    for (size_t i = 0; i < 6; i++) {
        int64_t v = big_endian(bytes.ptr + 20 + 4 * i, 4);
        if (v < 0 || v > TZ_BYTES_MAX) return false;
        *fields[i] = (size_t)v;
    }
    return h->types > 0;
}

static size_t body_len(const struct header *h, size_t time_size)
{
    return h->times * time_size + h->times + h->types * 6 + h->chars + h->leap * (time_size + 4) + h->isstd + h->isut;
}

static bool read_changes(str body, const struct header *h, struct arena *a, struct tz *tz)
{
    int64_t *from = ARENA_ARRAY(a, int64_t, h->times + 1);
    int32_t *offset = ARENA_ARRAY(a, int32_t, h->times + 1);
    const char *kinds = body.ptr + h->times * 8, *types = kinds + h->times;
    for (size_t i = 0; i < h->times; i++) {
        size_t kind = (unsigned char)kinds[i];
        from[i] = big_endian(body.ptr + 8 * i, 8);
        if (kind >= h->types || (i && from[i] <= from[i - 1])) return false;
        offset[i] = (int32_t)big_endian(types + 6 * kind, 4);
        if (offset[i] < -93600 || offset[i] > 93600) return false;
    }
    tz->first = (int32_t)big_endian(types, 4);
    tz->count = h->times;
    tz->from = from;
    tz->offset = offset;
    return tz->first >= -93600 && tz->first <= 93600;
}

err tz_load(str bytes, struct arena *a, struct tz **out)
{
    struct header h = { 0 };
    if (bytes.len > TZ_BYTES_MAX) return err_make(ERR_LIMIT, "zone data is larger than %d KiB", TZ_BYTES_MAX / 1024);
    if (!read_header(bytes, &h)) return err_make(ERR_INPUT, "not zone data (TZif, version 2 or later)");
    bytes = str_cut(bytes, HEADER_LEN + body_len(&h, 4), bytes.len); /* the 32-bit copy is for old readers */
    if (!read_header(bytes, &h)) return err_make(ERR_INPUT, "zone data is cut short");
    str body = str_cut(bytes, HEADER_LEN, bytes.len);
    if (body.len < body_len(&h, 8)) return err_make(ERR_INPUT, "zone data is cut short");
    struct tz *tz = ARENA_NEW(a, struct tz);
    if (!read_changes(body, &h, a, tz)) return err_make(ERR_INPUT, "zone data does not decode");
    str tail = str_trim(str_cut(body, body_len(&h, 8), body.len));
    tz->tail = tail.len > 0;
    if (tz->tail && !read_tail(tail, tz)) return err_make(ERR_INPUT, "zone data has a rule that does not decode");
    *out = tz;
    return OK;
}

/* Conversion. */

static int64_t day_of(int64_t seconds)
{
    return seconds >= 0 ? seconds / 86400 : -((-seconds + 86399) / 86400);
}

/* 1 is Monday, 7 Sunday; 1970-01-01 was a Thursday. */
static int weekday_of(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7) + 1;
}

/* Days since 1970 on which the rule fires in `year`. */
static int64_t rule_day(const struct rule *r, int64_t year)
{
    int64_t new_year = days_from_civil(year, 1, 1);
    bool leap = days_from_civil(year + 1, 1, 1) - new_year == 366;
    if (r->kind == RULE_DAY) return new_year + r->day;
    if (r->kind == RULE_JULIAN) return new_year + r->day - 1 + (leap && r->day >= 60);
    int64_t first = days_from_civil(year, r->month, 1);
    int64_t next = r->month == 12 ? new_year + (leap ? 366 : 365) : days_from_civil(year, r->month + 1, 1);
    int64_t day = first + (r->day - weekday_of(first) % 7 + 7) % 7 + 7 * (r->week - 1);
    return day < next ? day : day - 7;
}

static int32_t tail_offset(const struct tz *tz, int64_t t)
{
    if (!tz->summer) return tz->standard;
    int64_t year;
    int month, day;
    civil_from_days(day_of(t + tz->standard), &year, &month, &day);
    int64_t start = rule_day(&tz->start, year) * 86400 + tz->start.at_s - tz->standard;
    int64_t end = rule_day(&tz->end, year) * 86400 + tz->end.at_s - tz->saving;
    bool saving = start < end ? t >= start && t < end : t >= start || t < end;
    return saving ? tz->saving : tz->standard;
}

static int32_t offset_at(const struct tz *tz, int64_t t)
{
    if (tz->count == 0 || t < tz->from[0]) return tz->count == 0 && tz->tail ? tail_offset(tz, t) : tz->first;
    if (tz->tail && t >= tz->from[tz->count - 1]) return tail_offset(tz, t);
    size_t low = 0, high = tz->count; /* from[low] <= t < from[high] */
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (tz->from[mid] <= t) low = mid;
        else high = mid;
    }
    return tz->offset[low];
}

struct tz_local tz_local(const struct tz *tz, usec t)
{
    int64_t seconds = t >= 0 ? t / USEC_SECOND : -((-t + USEC_SECOND - 1) / USEC_SECOND);
    struct tz_local l = { .offset_s = offset_at(tz, seconds) };
    int64_t local = seconds + l.offset_s, day = day_of(local), in_day = local - day * 86400;
    civil_from_days(day, &l.year, &l.month, &l.day);
    l.hour = (int)(in_day / 3600);
    l.minute = (int)(in_day / 60 % 60);
    l.second = (int)(in_day % 60);
    l.weekday = weekday_of(day);
    return l;
}

/* UTC seconds at which local day `day` shows `minute`, or the first moment after the gap that swallowed it. */
static int64_t moment(const struct tz *tz, int64_t day, int minute)
{
    int64_t wanted = day * 86400 + minute * 60;
    int32_t before = offset_at(tz, wanted - 90000), after = offset_at(tz, wanted + 90000);
    int64_t with_before = wanted - before, with_after = wanted - after;
    if (offset_at(tz, with_before) == before) return with_before; /* also the first of two */
    if (offset_at(tz, with_after) == after) return with_after;
    int64_t low = with_before - 86400, high = with_before; /* skipped: the change lies between */
    while (high - low > 1) {
        int64_t mid = low + (high - low) / 2;
        if (offset_at(tz, mid) == before) low = mid;
        else high = mid;
    }
    return high;
}

usec tz_at(const struct tz *tz, int64_t day, int minute_of_day)
{
    assert(minute_of_day >= 0 && minute_of_day < 1440);
    return moment(tz, day, minute_of_day) * USEC_SECOND;
}

usec tz_next(const struct tz *tz, usec after, int minute_of_day, unsigned weekdays)
{
    assert(minute_of_day >= 0 && minute_of_day < 1440);
    struct tz_local l = tz_local(tz, after);
    int64_t today = days_from_civil(l.year, l.month, l.day);
    for (int64_t day = today - 1; day <= today + 15; day++) {
        if (weekdays && !(weekdays & 1u << weekday_of(day))) continue;
        usec t = moment(tz, day, minute_of_day) * USEC_SECOND;
        if (t > after) return t;
    }
    return USEC_MAX; /* no such weekday bit */
}
