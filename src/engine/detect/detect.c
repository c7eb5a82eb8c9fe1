#include "engine/detect/detect.h"

#include <math.h>

#include "engine/detect/model.h"
#include "engine/detect/real.h"
#include "engine/detect/tail.h"

/* How far beyond its past each part must be before it speaks: bits of surprise, and octaves past the record that it has
 * seen (a tail that was guessed wrong must not turn every tenth sample into an alarm). `delay` samples pass before a number
 * becomes part of the past, longer for the slow means, whose neighbours resemble one another. */
static const struct rule {
    double bits, beyond;
    unsigned delay;
} rules[DETECT_LEARNED] = {
    [DETECT_POINT] = { 15, 0.5, 24 },
    [DETECT_STEP] = { 12, 0.15, 24 },
    [DETECT_LEVEL] = { 15, 0.6, 96 },
    [DETECT_DRIFT] = { 30, 1.5, 128 },
    [DETECT_NOISE] = { 18, 0.5, 72 },
};

static const double keep_share = 0.6, keep_least = 200, keep_most = 20000; /* how much past a tail remembers */
static const double episode_weight = 0.1; /* of a sample inside an episode: a long one must not teach more than a short one */
static const usec rest_most = USEC_DAY; /* of a slow series, if at least REST_LEAST samples came in it */
enum { REST_LEAST = 20, IN_EPISODE = 0x40 }; /* the bit of a code that the bins leave free */
static const double once_max = 1e12;
static const double warm_single = (double)USEC_DAY, warm_mean = 2 * (double)USEC_DAY; /* means must have seen the rhythm twice */
static const double settled_time = 2.5 * (double)USEC_DAY;
static const double missing_steps = 6;
static const usec missing_least = 2 * USEC_MINUTE;

struct detect_config detect_config_default(void)
{
    return (struct detect_config){ .adaptive = true, .sensitivity = 1, .rest = 100 };
}

static err threshold_check(const struct detect_threshold *t, uint32_t i)
{
    if (isnan(t->above) && isnan(t->below)) return err_make(ERR_INPUT, "threshold %u has neither above nor below", i);
    if (t->above < t->below) return err_make(ERR_INPUT, "threshold %u: above must not be less than below", i);
    if (!(t->hysteresis >= 0) || isinf(t->hysteresis)) return err_make(ERR_INPUT, "threshold %u: hysteresis must be 0 or more", i);
    if (t->hold < 0 || t->hold > 366 * USEC_DAY) return err_make(ERR_INPUT, "threshold %u: for must be between 0 and 366 days", i);
    return OK;
}

err detect_config_check(const struct detect_config *c)
{
    if (!(c->sensitivity >= 0.25 && c->sensitivity <= 4)) return err_make(ERR_INPUT, "sensitivity must be between 0.25 and 4");
    if (c->rest < 1 || c->rest > 10000) return err_make(ERR_INPUT, "rest must be between 1 and 10000 samples");
    if (c->threshold_count > DETECT_THRESHOLDS_MAX)
        return err_make(ERR_INPUT, "at most %d thresholds a series", DETECT_THRESHOLDS_MAX);
    for (uint32_t i = 0; i < c->threshold_count; i++) {
        err e = threshold_check(&c->thresholds[i], i);
        if (e.code) return e;
    }
    return OK;
}

void detect_init(struct detect_series *s, const struct detect_config *config)
{
    assert(!detect_config_check(config).code);
    memset(s, 0, sizeof *s); /* padding too: a snapshot is the bytes */
    s->config = *config;
    s->newest = -1;
}

/* ---- thresholds ---- */

static struct detect_alarm limit_alarm(const struct detect_threshold *t, uint32_t i, const struct detect_limit *l, usec now)
{
    return (struct detect_alarm){ .part = DETECT_THRESHOLD, .threshold = i, .above = l->above, .start = l->start, .end = now,
                                  .value = l->worst, .low = isnan(t->below) ? -INFINITY : t->below,
                                  .high = isnan(t->above) ? INFINITY : t->above, .score = 64, .once_in = once_max };
}

/* NaN compares false both ways, so it neither starts nor ends anything. */
static bool limit_open(const struct detect_threshold *t, uint32_t i, struct detect_limit *l, usec time, double v, struct detect_alarm *out)
{
    bool above = v > t->above, below = v < t->below;
    if (!above && !below) {
        if (v == v) l->since = 0;
        return false;
    }
    if (!l->since || (bool)l->above != above) *l = (struct detect_limit){ .since = time, .start = time, .worst = v, .above = above };
    l->last = time;
    if (above ? v > l->worst : v < l->worst) l->worst = v;
    if (time - l->since < t->hold) return false;
    l->open = 1;
    l->since = 0;
    *out = limit_alarm(t, i, l, time);
    out->value = v;
    return true;
}

static bool limit_close(const struct detect_threshold *t, uint32_t i, struct detect_limit *l, usec time, double v, struct detect_alarm *out)
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

static size_t check_limits(struct detect_series *s, usec time, double v, struct detect_alarm *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < s->config.threshold_count; i++) {
        const struct detect_threshold *t = &s->config.thresholds[i];
        struct detect_limit *l = &s->limits[i];
        n += l->open ? limit_close(t, i, l, time, v, &out[n]) : limit_open(t, i, l, time, v, &out[n]);
    }
    return n;
}

/* ---- learned parts ---- */

static bool is_warm(const struct detect_series *s, unsigned part, usec time)
{
    bool single = part == DETECT_POINT || part == DETECT_STEP;
    return s->samples > DETECT_WARM_SAMPLES && (double)(time - s->first) > (single ? warm_single : warm_mean);
}

/* A young series has not shown what it does once a day: more is needed to call it unusual. */
static double youth(const struct detect_series *s, usec time)
{
    double age = (double)(time - s->first);
    return age < settled_time ? settled_time / age : 1;
}

static double keep_of(const struct detect_series *s)
{
    double keep = keep_share * (double)s->samples;
    return keep < keep_least ? keep_least : keep > keep_most ? keep_most : keep;
}

/* By how many bits the part's deviation exceeds what it takes to speak; not positive: it stays silent. */
static double excess_bits(const struct detect_series *s, unsigned part, double x, double factor, double *bits)
{
    if (tail_beyond(&s->learned[part].tail, x) < rules[part].beyond / factor) return 0;
    *bits = tail_bits(&s->learned[part].tail, x);
    return *bits - rules[part].bits / factor;
}

static void learn_late(struct detect_learned *l, unsigned delay, double x, bool in_episode, double keep)
{
    uint8_t *slot = &l->ring[l->seen % delay];
    if (l->seen >= delay) tail_learn(&l->tail, *slot & ~(unsigned)IN_EPISODE, *slot & IN_EPISODE ? episode_weight : 1, keep);
    *slot = (uint8_t)(tail_code(x) | (in_episode ? IN_EPISODE : 0));
    l->seen = l->seen == UINT32_MAX ? delay : l->seen + 1;
}

static struct detect_alarm learned_alarm(const struct detect_series *s, unsigned part, const struct part_view *v, usec time, double bits)
{
    const struct detect_tail *t = &s->learned[part].tail;
    struct detect_alarm a = { .part = (enum detect_part)part, .above = v->x > 0, .start = time, .end = time, .value = v->value };
    a.low = v->centre + tail_quantile(t, false, 0.005) * v->scale;
    a.high = v->centre + tail_quantile(t, true, 0.005) * v->scale;
    if (part == DETECT_NOISE && a.low < 0) a.low = 0;
    a.score = bits < 64 ? bits : 64;
    a.once_in = bits < 39 ? real_exp2(bits) : once_max;
    return a;
}

/* One episode is one alarm: it goes on until nothing has deviated for `rest` samples. */
static size_t episode_step(struct detect_series *s, usec time, const struct detect_alarm *strongest, struct detect_alarm *out)
{
    if (strongest) {
        s->quiet = 0;
        s->deviated = time;
        if (s->open) return 0;
        s->open = 1;
        s->episode = *strongest;
        *out = *strongest;
        return 1;
    }
    if (!s->open) return 0;
    s->quiet++;
    bool rested = s->quiet >= s->config.rest || (s->quiet >= REST_LEAST && time - s->deviated >= rest_most);
    if (!rested) return 0;
    s->open = 0;
    *out = s->episode;
    out->over = true;
    out->end = s->deviated;
    return 1;
}

static size_t check_learned(struct detect_series *s, usec time, usec gap, double value, struct detect_alarm *out)
{
    struct part_view views[DETECT_LEARNED];
    model_step(s, time, gap, value, views);

    double keep = keep_of(s), best = 0, best_bits = 0, factor = s->config.sensitivity / youth(s, time);
    unsigned who = DETECT_LEARNED;
    for (unsigned i = 0; i < DETECT_LEARNED; i++) {
        if (!views[i].known) continue;
        double bits = 0, excess = is_warm(s, i, time) ? excess_bits(s, i, views[i].x, factor, &bits) : 0;
        if (excess > best) {
            best = excess;
            best_bits = bits;
            who = i;
        }
    }
    struct detect_alarm alarm;
    if (who < DETECT_LEARNED) alarm = learned_alarm(s, who, &views[who], time, best_bits);
    for (unsigned i = 0; i < DETECT_LEARNED; i++)
        if (views[i].known) learn_late(&s->learned[i], rules[i].delay, views[i].x, s->open, keep);
    return episode_step(s, time, who < DETECT_LEARNED ? &alarm : NULL, out);
}

/* ---- samples ---- */

/* A counter's value becomes its rate per second; false while there is none. After a reset it counts from zero. */
static bool counter_rate(struct detect_series *s, usec gap, double *value)
{
    double now = *value, before = s->raw;
    bool known = s->raw_known && s->samples > 0;
    s->raw = now;
    s->raw_known = 1;
    if (!known) return false;
    if (now < before) {
        s->resets++;
        before = 0;
    }
    *value = (now - before) / ((double)gap / (double)USEC_SECOND);
    return true;
}

static bool in_order(struct detect_series *s, usec time)
{
    if (time < 0 || time > USEC_MAX) {
        s->odd++;
        return false;
    }
    if (time > s->newest) {
        s->newest = time;
        return true;
    }
    if (time == s->newest) s->repeats++;
    else s->late++;
    return false;
}

size_t detect_sample(struct detect_series *s, usec time, double value, struct detect_alarm out[DETECT_ALARMS_MAX])
{
    if (!in_order(s, time)) return 0;
    usec gap = s->samples ? time - s->last : 0;
    bool usable = real_abs(value) <= MODEL_VALUE_MAX; /* false for NaN and infinities */
    if (!usable) {
        s->odd++;
        s->raw_known = 0;
        return s->config.counter ? 0 : check_limits(s, time, value, out);
    }
    if (s->samples == 0) s->first = time;
    bool judged = !s->config.counter || counter_rate(s, gap, &value);
    size_t n = judged ? check_limits(s, time, value, out) : 0;
    if (judged && s->config.adaptive) n += check_learned(s, time, gap, value, out + n);
    s->last = time;
    s->samples++;
    return n;
}

usec detect_interval(const struct detect_series *s)
{
    return s->samples < 3 ? 0 : (usec)s->interval;
}

bool detect_is_open(const struct detect_series *s)
{
    return s->open;
}

bool detect_missing(const struct detect_series *s, usec now, struct detect_alarm *out)
{
    if (s->samples < DETECT_WARM_SAMPLES / 10) return false;
    double wait = missing_steps * s->interval;
    if (wait < (double)missing_least) wait = (double)missing_least;
    if ((double)now - (double)s->last <= wait) return false;
    double seconds = ((double)now - (double)s->last) / (double)USEC_SECOND;
    *out = (struct detect_alarm){ .part = DETECT_MISSING, .above = true, .start = s->last, .end = now, .value = seconds,
                                  .high = wait / (double)USEC_SECOND, .score = 64, .once_in = once_max };
    return true;
}
