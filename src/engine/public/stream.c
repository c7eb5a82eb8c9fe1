/* weir/stream.h over engine/detect: drift of a stream, value by value. */
#include "weir/stream.h"

#include <assert.h>
#include <math.h>

#include "engine/detect/ddm.h"
#include "engine/detect/page_hinkley.h"
#include "engine/detect/stream_drift.h"
#include "engine/public/public.h"

struct weir_stream {
    uint32_t watch, size; /* size: of this struct, so that other bytes are not taken for it */
    struct weir_stream_change change;
    union {
        struct stream_drift ranks;
        struct page_hinkley mean;
        struct ddm rate;
        struct eddm distance;
    } by;
};
static_assert((int)WEIR_WARNING == (int)DDM_WARNING && (int)WEIR_CHANGED == (int)DDM_DRIFT,
              "public states are the inner ones");

static const struct weir_stream_change no_change = { NAN, NAN, NAN };

void weir_stream_options_default(int watch, struct weir_stream_options *options)
{
    struct page_hinkley_config mean = page_hinkley_default();
    *options = (struct weir_stream_options){ .delta = STREAM_DELTA };
    if (watch == WEIR_WATCH_PAGE_HINKLEY)
        *options = (struct weir_stream_options){ mean.delta, mean.threshold, mean.alpha, mean.least_values };
}

size_t weir_stream_size(void)
{
    return sizeof(struct weir_stream);
}

static err check_options(int watch, const struct weir_stream_options *o)
{
    if (watch < WEIR_WATCH_RANKS || watch > WEIR_WATCH_EDDM)
        return err_make(ERR_INPUT, "watch: %d is none of enum weir_watch", watch);
    bool share = o->delta > 0 && o->delta <= 1;
    if (watch == WEIR_WATCH_RANKS && !share) return err_make(ERR_INPUT, "delta: %g is not in (0, 1]", o->delta);
    if (watch != WEIR_WATCH_PAGE_HINKLEY) return OK;
    if (!(o->delta >= 0 && o->delta < INFINITY)) return err_make(ERR_INPUT, "delta: %g is not 0 or more", o->delta);
    if (!(o->threshold > 0 && o->threshold < INFINITY))
        return err_make(ERR_INPUT, "threshold: %g is not above 0", o->threshold);
    if (!(o->alpha > 0 && o->alpha <= 1)) return err_make(ERR_INPUT, "alpha: %g is not in (0, 1]", o->alpha);
    return OK;
}

static void start(struct weir_stream *s, int watch, const struct weir_stream_options *o)
{
    struct page_hinkley_config mean = { o->delta, o->threshold, o->alpha, o->least };
    memset(s, 0, sizeof *s); /* its bytes are stored: none is left to chance */
    s->watch = (uint32_t)watch;
    s->size = sizeof *s;
    s->change = no_change;
    switch ((enum weir_watch)watch) {
    case WEIR_WATCH_RANKS: stream_drift_init(&s->by.ranks, o->delta); break;
    case WEIR_WATCH_PAGE_HINKLEY: page_hinkley_init(&s->by.mean, &mean); break;
    case WEIR_WATCH_DDM: ddm_init(&s->by.rate); break;
    case WEIR_WATCH_EDDM: eddm_init(&s->by.distance); break;
    }
}

int weir_stream_init(void *memory, size_t size, int watch, const struct weir_stream_options *options, weir_stream **out,
                     struct weir_error *error)
{
    struct weir_stream_options usual;
    weir_stream_options_default(watch, &usual);
    const struct weir_stream_options *o = options ? options : &usual;
    err e = public_room(memory, size, sizeof(struct weir_stream), _Alignof(struct weir_stream));
    if (!e.code) e = check_options(watch, o);
    if (!e.code) {
        *out = memory;
        start(*out, watch, o);
    }
    return public_error(e, error);
}

static int feed_ranks(struct weir_stream *s, double value)
{
    struct stream_alarm alarm;
    if (!stream_drift_add(&s->by.ranks, value, &alarm)) return WEIR_STEADY;
    s->change = (struct weir_stream_change){ (double)(alarm.at - alarm.changed), alarm.before, alarm.rank_after };
    return WEIR_CHANGED;
}

static int feed_mean(struct weir_stream *s, double value)
{
    if (!page_hinkley_add(&s->by.mean, value)) return WEIR_STEADY;
    s->change.rank = s->by.mean.direction > 0 ? 1 : 0;
    return WEIR_CHANGED;
}

static int feed_one(struct weir_stream *s, double value)
{
    switch ((enum weir_watch)s->watch) {
    case WEIR_WATCH_RANKS: return feed_ranks(s, value);
    case WEIR_WATCH_PAGE_HINKLEY: return feed_mean(s, value);
    case WEIR_WATCH_DDM: return isfinite(value) ? (int)ddm_add(&s->by.rate, value != 0) : WEIR_STEADY;
    case WEIR_WATCH_EDDM: return isfinite(value) ? (int)eddm_add(&s->by.distance, value != 0) : WEIR_STEADY;
    }
    return WEIR_STEADY;
}

size_t weir_stream_feed(weir_stream *s, const double *values, size_t n, int *state)
{
    *state = WEIR_STEADY;
    for (size_t i = 0; i < n; i++) {
        *state = feed_one(s, values[i]);
        if (*state != WEIR_STEADY) return i + 1;
    }
    return n;
}

struct weir_stream_change weir_stream_change(const weir_stream *s)
{
    return s->change;
}

static bool load_inner(struct weir_stream *s, const struct weir_stream *from)
{
    switch ((enum weir_watch)from->watch) {
    case WEIR_WATCH_RANKS:
        return stream_drift_load(&s->by.ranks, (str){ (const char *)&from->by.ranks, sizeof from->by.ranks });
    case WEIR_WATCH_PAGE_HINKLEY:
        return page_hinkley_load(&s->by.mean, (str){ (const char *)&from->by.mean, sizeof from->by.mean });
    case WEIR_WATCH_DDM: return ddm_load(&s->by.rate, (str){ (const char *)&from->by.rate, sizeof from->by.rate });
    case WEIR_WATCH_EDDM:
        return eddm_load(&s->by.distance, (str){ (const char *)&from->by.distance, sizeof from->by.distance });
    }
    return false;
}

int weir_stream_load(void *memory, size_t size, const void *saved, size_t saved_size, weir_stream **out,
                     struct weir_error *error)
{
    struct weir_stream from, made = { 0 };
    err e = public_room(memory, size, sizeof(struct weir_stream), _Alignof(struct weir_stream));
    if (e.code) return public_error(e, error);
    bool whole = saved && saved_size == sizeof from;
    if (whole) memcpy(&from, saved, sizeof from); /* may stand unaligned */
    if (!whole || from.size != sizeof from || from.watch > WEIR_WATCH_EDDM || !load_inner(&made, &from))
        return public_error(err_make(ERR_CORRUPT, "saved: these are not the bytes of a stream"), error);
    made.watch = from.watch;
    made.size = from.size;
    made.change = from.change;
    memcpy(memory, &made, sizeof made);
    *out = memory;
    return public_error(OK, error);
}
