/* When a schedule runs: five fields as in crontab(5), in a time zone.
 *
 *   minute 0-59   hour 0-23   day of the month 1-31 or L (the last)   month 1-12, JAN..DEC   weekday 0-7, SUN..SAT
 *
 * A field is *, a value, a range a-b, any of them with a step (0-30/10, * with /15), or a list of these with commas; 0
 * and 7 are Sunday. When day of the month and weekday are both given (neither begins with *), either one is enough.
 * Short forms: @hourly, @daily (@midnight), @weekly, @monthly, @yearly (@annually).
 *
 * Clocks that are moved: a minute of a named hour that the clock skips comes at the first one after the gap, one that
 * it shows twice comes the first time. Where every hour is meant (the hour is *), it is real time that counts: each
 * hour that passes has its run, and a skipped one none. */
#ifndef WEIR_CORE_FLOW_CRON_H
#define WEIR_CORE_FLOW_CRON_H

#include "base/tz.h"

struct cron {
    uint64_t minutes;               /* bit 0..59 */
    uint32_t hours, days, months;   /* bits 0..23; 1..31; 1..12 */
    uint32_t weekdays;              /* bit 0 = Sunday .. 6 = Saturday */
    bool last_day;                  /* L is among the days */
    bool any_day, any_weekday;      /* the field begins with a star */
};

/* Errors: ERR_INPUT: which field, and what was expected; also for what never comes (30 February). */
MUST_USE err cron_parse(str text, struct cron *out);
/* The first time after `after`; USEC_MAX: none within nine years. */
usec cron_next(const struct cron *c, const struct tz *tz, usec after);

#endif
