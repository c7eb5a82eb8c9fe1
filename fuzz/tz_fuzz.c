/* Any bytes are refused as zone data, or every conversion stays within a day of UTC and the next time is later. */
#include <assert.h>

#include "base/tz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(4 << 20);
    struct tz *tz = NULL;
    if (!tz_load((str){ (const char *)data, size }, &a, &tz).code) {
        for (usec t = 0; t < USEC_MAX; t += 3000 * USEC_DAY + 12345 * USEC_SECOND) {
            struct tz_local l = tz_local(tz, t);
            assert(l.hour >= 0 && l.hour < 24 && l.weekday >= 1 && l.weekday <= 7 && l.month >= 1 && l.month <= 12);
            assert(tz_next(tz, t, (int)(t / USEC_MINUTE % 1440), 0) > t);
        }
    }
    arena_done(&a);
    return 0;
}
