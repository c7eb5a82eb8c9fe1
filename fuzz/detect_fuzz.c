/* Any samples, and any snapshot that detect_load accepts, leave the detector whole: alarms make sense, an episode
 * starts and ends in turns, and a copy made through a snapshot gives the same. */
#include <assert.h>
#include <math.h>

#include "engine/detect/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t feed(struct detect_series *s, const uint8_t *data, size_t size, struct detect_alarm *last)
{
    enum { RECORD = 12 }; /* four bytes of time step, eight of value */
    struct detect_alarm out[DETECT_ALARMS_MAX];
    usec t = s->last;
    size_t total = 0;
    for (; size >= RECORD; data += RECORD, size -= RECORD) {
        int32_t step;
        double v;
        memcpy(&step, data, sizeof step);
        memcpy(&v, data + sizeof step, sizeof v);
        t += (usec)step * 1000;
        size_t n = detect_sample(s, t, v, out);
        assert(n <= DETECT_ALARMS_MAX);
        for (size_t i = 0; i < n; i++) {
            assert(out[i].part < DETECT_PARTS_ALL && out[i].start <= out[i].end && !isnan(out[i].value));
            *last = out[i];
        }
        total += n;
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct detect_series a, b;
    static struct detect_snapshot snap;
    struct detect_config c = detect_config_default();
    struct detect_alarm x = { 0 }, y = { 0 };
    if (size < 1) return 0;
    c.counter = data[0] & 1;
    detect_init(&a, &c);
    if (data[0] & 2 && size > sizeof snap) { /* the first part is a snapshot, with a head that passes */
        memcpy(&snap, data, sizeof snap);
        snap.version = DETECT_VERSION;
        snap.size = sizeof snap;
        if (detect_load(&a, &c, (str){ (const char *)&snap, sizeof snap }).code) return 0;
        (void)feed(&a, data + sizeof snap, size - sizeof snap, &x);
        return 0;
    }
    (void)feed(&a, data + 1, size / 2, &x);
    detect_save(&a, &snap);
    assert(!detect_load(&b, &c, (str){ (const char *)&snap, sizeof snap }).code);
    size_t half = 1 + size / 2 / 12 * 12;
    assert(feed(&a, data + half, size - half, &x) == feed(&b, data + half, size - half, &y));
    assert(memcmp(&a, &b, sizeof a) == 0);
    return 0;
}
