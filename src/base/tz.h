/* Civil time in an IANA zone, converted purely: the caller loads the zone's TZif bytes (RFC 8536), this reads them. */
#ifndef WEIR_BASE_TZ_H
#define WEIR_BASE_TZ_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

struct tz; /* opaque; lives in the arena it was made in */

enum { TZ_BYTES_MAX = 64 * 1024 };

/* Read a TZif file, version 2 or later (every zone file of the last fifteen years). Errors: ERR_INPUT, ERR_LIMIT. */
MUST_USE err tz_load(str bytes, struct arena *a, struct tz **out);
const struct tz *tz_utc(void);

struct tz_local {
    int64_t year;
    int month, day;            /* 1..12, 1..31 */
    int hour, minute, second;
    int weekday;               /* 1 = Monday .. 7 = Sunday */
    int offset_s;              /* local minus UTC */
};

struct tz_local tz_local(const struct tz *tz, usec t);
/* The first time after `after` at which the zone's clock shows `minute_of_day` (0..1439) on one of `weekdays` (bit 1 =
 * Monday .. bit 7 = Sunday; 0 = every day). Where the clock skips that minute it is the first one after the gap; where
 * it shows it twice, the first of the two. */
usec tz_next(const struct tz *tz, usec after, int minute_of_day, unsigned weekdays);
/* The time at which local day `day` (days since 1970-01-01 of the zone's calendar) shows `minute_of_day` (0..1439),
 * skipped and repeated minutes as in tz_next. */
usec tz_at(const struct tz *tz, int64_t day, int minute_of_day);

#endif
