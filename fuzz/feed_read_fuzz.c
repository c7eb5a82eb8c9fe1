/* A recorded file of any bytes is refused or gives rows of known series, in order. */
#include <assert.h>

#include "edge/observe/feed_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed_data d = feed_data_init();
    if (!feed_read(STR("f.csv"), (str){ (const char *)data, size }, &d).code)
        assert(d.row_count || d.event_count || d.refused.total || d.series_count);
    feed_sort(&d);
    for (size_t i = 0; i < d.row_count; i++) {
        assert(d.rows[i].series < d.series_count);
        assert(i == 0 || d.rows[i - 1].time <= d.rows[i].time);
        assert(d.rows[i].time >= 0 && d.rows[i].time <= USEC_MAX);
    }
    feed_data_done(&d);
    return 0;
}
