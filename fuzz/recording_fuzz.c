/* A recording of any bytes is refused, or gives series with as many times as values, in order, of which one is a number
 * or timed. */
#include <assert.h>
#include <math.h>

#include "edge/cli/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init(64 << 20);
    struct recordings r;
    if (!recording_read(STR("f.csv"), (str){ (const char *)data, size }, &a, &r).code) {
        size_t numbers = 0;
        assert(r.count <= RECORDING_COLUMNS_MAX);
        for (size_t k = 0; k < r.count; k++)
            for (size_t i = 0; i < r.items[k].rows; i++) {
                assert(i == 0 || r.items[k].time[i - 1] <= r.items[k].time[i]);
                numbers += r.items[k].timed || isfinite(r.items[k].value[i]);
            }
        assert(numbers || r.count == 0 || r.items[0].timed);
    }
    arena_done(&a);
    return 0;
}
