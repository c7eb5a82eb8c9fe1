/* Times are UTC microseconds since 1970 (`usec`), durations are microseconds too. */
#ifndef WEIR_BASE_TIME_H
#define WEIR_BASE_TIME_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

typedef int64_t usec;

#define USEC_MS INT64_C(1000)
#define USEC_SECOND INT64_C(1000000)
#define USEC_MINUTE (60 * USEC_SECOND)
#define USEC_HOUR (60 * USEC_MINUTE)
#define USEC_DAY (24 * USEC_HOUR)
#define USEC_MAX INT64_C(253402300799999999) /* the end of year 9999 */

enum { TIME_TEXT_MAX = 32 };

/* RFC 3339 in UTC with microseconds, "2026-05-04T06:00:01.250000Z". t in 0..USEC_MAX, else it is clamped. */
str time_text(usec t, char out[TIME_TEXT_MAX]);
/* RFC 3339 with any offset, 0 to 9 fraction digits; also "YYYY-MM-DD HH:MM:SS" (taken as UTC) and "YYYY-MM-DD".
 * Errors: ERR_INPUT. */
MUST_USE err time_parse(str s, usec *out);
/* "250ms", "30s", "5m", "2h", "7d", "1h30m"; a bare number is refused. Errors: ERR_INPUT. */
MUST_USE err duration_parse(str s, usec *out);
/* For people: "830 ms", "12.4 s", "3 min 20 s", "2 h 5 min", "4 d 3 h". */
str duration_text(usec d, struct arena *a);
/* Days since 1970-01-01 of a proleptic Gregorian date, and back (month 1..12, day 1..31). */
int64_t days_from_civil(int64_t year, int month, int day);
void civil_from_days(int64_t days, int64_t *year, int *month, int *day);

#endif
