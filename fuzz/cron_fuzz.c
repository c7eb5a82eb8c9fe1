/* What is taken as a schedule comes at minutes that it names, later each time, and ends the search in bounded time. */
#include <assert.h>

#include "core/flow/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cron c;
    str text = { (const char *)data, size };
    if (size > 200 || cron_parse(text, &c).code) return 0;
    usec t = INT64_C(1777874400) * USEC_SECOND;
    for (int i = 0; i < 3; i++) {
        usec next = cron_next(&c, tz_utc(), t);
        struct tz_local l = tz_local(tz_utc(), next);
        assert(next > t && next < USEC_MAX && l.second == 0);
        assert(c.minutes >> l.minute & 1u && c.hours >> l.hour & 1u && c.months >> l.month & 1u);
        t = next;
    }
    return 0;
}
