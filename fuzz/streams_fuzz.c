/* Any values, and any snapshot that a load accepts, leave the watchers of streams whole: a copy made through a snapshot
 * goes on bit for bit the same, a refused one changes nothing. */
#include <assert.h>
#include <math.h>

#include "engine/detect/ddm.h"
#include "engine/detect/page_hinkley.h"
#include "engine/detect/stream_drift.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct watchers {
    struct stream_drift stream;
    struct adwin adwin;
    struct page_hinkley page_hinkley;
    struct ddm ddm;
    struct eddm eddm;
};

static bool load(struct watchers *w, const struct watchers *from)
{
    return stream_drift_load(&w->stream, (str){ (const char *)&from->stream, sizeof from->stream }) &&
           adwin_load(&w->adwin, (str){ (const char *)&from->adwin, sizeof from->adwin }) &&
           page_hinkley_load(&w->page_hinkley, (str){ (const char *)&from->page_hinkley, sizeof from->page_hinkley }) &&
           ddm_load(&w->ddm, (str){ (const char *)&from->ddm, sizeof from->ddm }) &&
           eddm_load(&w->eddm, (str){ (const char *)&from->eddm, sizeof from->eddm });
}

static void init(struct watchers *w)
{
    struct page_hinkley_config c = page_hinkley_default();
    memset(w, 0, sizeof *w);
    stream_drift_init(&w->stream, STREAM_DELTA);
    adwin_init(&w->adwin, ADWIN_DELTA);
    page_hinkley_init(&w->page_hinkley, &c);
    ddm_init(&w->ddm);
    eddm_init(&w->eddm);
}

/* Each byte of the input picks one of its doubles, so that short inputs make long streams. */
static void feed(struct watchers *w, const uint8_t *data, size_t size)
{
    struct stream_alarm a;
    for (size_t i = 0; i + sizeof(double) <= size; i++) {
        double v;
        memcpy(&v, data + i / 64 * 8, sizeof v);
        if (data[i] & 1) v = data[i];
        if (stream_drift_add(&w->stream, v, &a))
            assert(a.changed <= a.at + 1 && a.rank_before >= -1e-9 && a.rank_before <= 1 + 1e-9 &&
                   isfinite(a.rank_after));
        (void)adwin_add(&w->adwin, v);
        (void)page_hinkley_add(&w->page_hinkley, v);
        assert(ddm_add(&w->ddm, data[i] & 2) <= DDM_DRIFT);
        assert(eddm_add(&w->eddm, data[i] & 2) <= DDM_DRIFT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct watchers a, b;
    init(&a);
    if (size && data[0] & 1) { /* damage in a snapshot: refused, or harmless */
        feed(&a, data, size / 2);
        b = a;
        for (size_t i = size / 2; i + 3 < size; i += 3)
            ((uint8_t *)&b)[(data[i] | (size_t)data[i + 1] << 8) % sizeof b] ^= data[i + 2];
        struct watchers damaged = b;
        init(&b);
        if (load(&b, &damaged)) feed(&b, data, size / 2);
        return 0;
    }
    feed(&a, data, size / 2);
    init(&b);
    assert(load(&b, &a));
    feed(&a, data + size / 2, size - size / 2);
    feed(&b, data + size / 2, size - size / 2);
    assert(memcmp(&a, &b, sizeof a) == 0);
    return 0;
}
