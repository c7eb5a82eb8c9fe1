/* The time that a log line begins with. */
#include "engine/detect/log_watch.h"

enum { LOOK_AT = 64, SYSLOG_YEAR = 1972 }; /* a leap year, for 29 February */

static bool number(const char **p, const char *end, size_t digits, int *out)
{
    const char *q = *p;
    *out = 0;
    for (size_t i = 0; i < digits; i++, q++) {
        if (q >= end || *q < '0' || *q > '9') return false;
        *out = *out * 10 + (*q - '0');
    }
    *p = q;
    return true;
}

static bool one_of(const char **p, const char *end, const char *two)
{
    if (*p >= end || (**p != two[0] && **p != two[1])) return false;
    (*p)++;
    return true;
}

static bool clock_at(const char **p, const char *end, usec *out)
{
    int h, m, s;
    if (!number(p, end, 2, &h) || !one_of(p, end, "::") || !number(p, end, 2, &m) || !one_of(p, end, "::"))
        return false;
    if (!number(p, end, 2, &s) || h > 23 || m > 59 || s > 60) return false;
    *out = h * USEC_HOUR + m * USEC_MINUTE + s * USEC_SECOND;
    return true;
}

/* 2015-07-29 19:29:38, 2024/01/02T03:04:05; fractions are not looked at: windows are minutes. */
static usec iso_at(const char *p, const char *end)
{
    int y, m, d;
    usec clock;
    if (!number(&p, end, 4, &y) || !one_of(&p, end, "-/") || !number(&p, end, 2, &m) || !one_of(&p, end, "-/"))
        return 0;
    if (!number(&p, end, 2, &d) || m < 1 || m > 12 || d < 1 || d > 31 || !one_of(&p, end, " T")) return 0;
    return clock_at(&p, end, &clock) ? days_from_civil(y, m, d) * USEC_DAY + clock : 0;
}

/* "Dec 10 06:55:46" */
static usec syslog_at(const char *p, const char *end)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int d, month = 0;
    usec clock;
    if (end - p < 15) return 0;
    while (month < 12 && memcmp(p, months + (size_t)month * 3, 3) != 0) month++;
    p += 3;
    if (month == 12 || *p++ != ' ') return 0;
    bool one = *p == ' ';
    p += one;
    if (!number(&p, end, one ? 1 : 2, &d) || d < 1 || d > 31 || *p++ != ' ' || !clock_at(&p, end, &clock)) return 0;
    return days_from_civil(SYSLOG_YEAR, month + 1, d) * USEC_DAY + clock;
}

usec log_line_time(str line)
{
    if (!line.ptr) return 0;
    const char *end = line.ptr + line.len, *max = line.len > LOOK_AT ? line.ptr + LOOK_AT : end;
    char before = ' ';
    for (const char *p = line.ptr; p < max; before = *p++) {
        if (before != ' ' && before != '[' && before != '\t') continue;
        usec t = *p >= '0' && *p <= '9' ? iso_at(p, end) : *p >= 'A' && *p <= 'S' ? syslog_at(p, end) : 0;
        if (t > 0) return t;
    }
    return 0;
}
