#include "engine/detect/limits.h"

#include <math.h>

err limit_check(const struct detect_threshold *t, uint32_t i)
{
    if (isnan(t->above) && isnan(t->below)) return err_make(ERR_INPUT, "threshold %u has neither above nor below", i);
    if (t->above < t->below) return err_make(ERR_INPUT, "threshold %u: above must not be less than below", i);
    if (!(t->hysteresis >= 0) || isinf(t->hysteresis))
        return err_make(ERR_INPUT, "threshold %u: hysteresis must be 0 or more", i);
    if (t->hold < 0 || t->hold > 366 * USEC_DAY)
        return err_make(ERR_INPUT, "threshold %u: for must be between 0 and 366 days", i);
    return OK;
}

static struct detect_alarm limit_alarm(const struct detect_threshold *t, uint32_t i, const struct detect_limit *l,
                                       usec now)
{
    return (struct detect_alarm){ .part = DETECT_THRESHOLD,
                                  .threshold = i,
                                  .above = l->above,
                                  .start = l->start,
                                  .end = now,
                                  .value = l->worst,
                                  .low = isnan(t->below) ? -INFINITY : t->below,
                                  .high = isnan(t->above) ? INFINITY : t->above,
                                  .score = 64,
                                  .once_in = DETECT_ONCE_MAX };
}

/* NaN compares false both ways, so it neither starts nor ends anything. */
static bool limit_open(const struct detect_threshold *t, uint32_t i, struct detect_limit *l, usec time, double v,
                       struct detect_alarm *out)
{
    bool above = v > t->above, below = v < t->below;
    if (!above && !below) {
        if (v == v) l->since = 0;
        return false;
    }
    if (!l->since || (bool)l->above != above)
        *l = (struct detect_limit){ .since = time, .start = time, .worst = v, .above = above };
    l->last = time;
    if (above ? v > l->worst : v < l->worst) l->worst = v;
    if (time - l->since < t->hold) return false;
    l->open = 1;
    l->since = 0;
    *out = limit_alarm(t, i, l, time);
    out->value = v;
    return true;
}

static bool limit_close(const struct detect_threshold *t, uint32_t i, struct detect_limit *l, usec time, double v,
                        struct detect_alarm *out)
{
    bool inside = l->above ? v <= t->above - t->hysteresis : v >= t->below + t->hysteresis;
    if (!inside) {
        if (v != v) return false;
        l->since = 0;
        l->last = time;
        if (l->above ? v > l->worst : v < l->worst) l->worst = v;
        return false;
    }
    if (!l->since) l->since = time;
    if (time - l->since < t->hold) return false;
    *out = limit_alarm(t, i, l, l->last);
    out->over = true;
    memset(l, 0, sizeof *l);
    return true;
}

size_t limits_step(struct detect_series *s, usec time, double v, struct detect_alarm *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < s->config.threshold_count; i++) {
        const struct detect_threshold *t = &s->config.thresholds[i];
        struct detect_limit *l = &s->limits[i];
        n += l->open ? limit_close(t, i, l, time, v, &out[n]) : limit_open(t, i, l, time, v, &out[n]);
    }
    return n;
}
