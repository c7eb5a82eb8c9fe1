#include "engine/detect/detect.h"

#include <math.h>

#include "engine/detect/model.h"
#include "engine/detect/novelty.h"
#include "engine/detect/real.h"
#include "engine/detect/tail.h"

/* The score of a sample is the mean over the parts of the cube roots of how new each finds it: one part that is sure counts, two
 * that are fairly sure count more. At `speaks` it is an alarm. */
static const double speaks = 0.235;
static const double fade_least = 500;  /* samples over which a range fades; the age of the series when that is more */
static const double unrest_share = 0.5; /* how much more it takes right after a rest */
static const double score_scale = 1024; /* of a score in the histogram of scores, whose bins begin at 1 */
static const double keep_share = 0.6, keep_least = 200, keep_most = 20000; /* how much past the scores' tail remembers */
static const usec rest_most = USEC_DAY; /* of a slow series, if at least REST_LEAST samples came in it */
enum { REST_LEAST = 20 };
static const double once_max = 1e12;
static const double warm_time = (double)USEC_DAY;
static const double settled_time = 7 * (double)USEC_DAY;
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

static bool is_warm(const struct detect_series *s, usec time)
{
    return s->samples > DETECT_WARM_SAMPLES && (double)(time - s->first) > warm_time;
}

/* A young series has not shown what it does once a day: more is needed to call it unusual. */
static double youth(const struct detect_series *s, usec time)
{
    double age = (double)(time - s->first);
    return age < settled_time ? settled_time / age : 1;
}

/* After an episode the series is young again where it has come to: what follows needs more, less and less. */
static double unrest(const struct detect_series *s)
{
    if (s->open || !s->deviated) return 1;
    return 1 + unrest_share * s->config.rest / (s->quiet + 1.0);
}

static double keep_of(const struct detect_series *s)
{
    double keep = keep_share * (double)s->samples;
    return keep < keep_least ? keep_least : keep > keep_most ? keep_most : keep;
}

static struct detect_alarm learned_alarm(const struct detect_series *s, unsigned part, const struct part_view *v, const struct novelty_gap *gap,
                                         usec time, double bits)
{
    const struct detect_novelty *seen = &s->seen[part];
    bool above = v->x - gap->low < gap->high - v->x;
    struct detect_alarm a = { .part = (enum detect_part)part, .above = above, .start = time, .end = time, .value = v->value };
    double low = above ? real_least(seen->low, gap->low) : gap->high, high = above ? gap->low : real_most(seen->high, gap->high);
    a.low = view_bound(v, a.part, low);
    a.high = view_bound(v, a.part, high);
    a.score = bits < 64 ? bits : 64;
    a.once_in = bits < 39 ? real_exp2(bits) : once_max;
    return a;
}

/* The highest score of at least the last `rest` samples, or of a day of them, before this one; then this one is counted. */
static double rest_peak(struct detect_series *s, usec time, double score)
{
    struct detect_rest *r = &s->rest;
    double peak = 0;
    for (int i = 0; i < DETECT_REST_BLOCKS; i++) peak = real_most(peak, (double)r->peak[i]);
    uint32_t size = (s->config.rest + DETECT_REST_BLOCKS - 2) / (DETECT_REST_BLOCKS - 1);
    bool slow = r->filled >= REST_LEAST / (DETECT_REST_BLOCKS - 1) + 1 && time - r->begun >= rest_most / (DETECT_REST_BLOCKS - 1);
    if (r->filled >= size || slow) {
        r->block = (r->block + 1) % DETECT_REST_BLOCKS;
        r->peak[r->block] = 0;
        r->filled = 0;
    }
    if (r->filled++ == 0) r->begun = time;
    if (score > (double)r->peak[r->block]) r->peak[r->block] = (float)score;
    return peak;
}

/* One episode is one alarm: it goes on until nothing has deviated for `rest` samples. */
static size_t episode_step(struct detect_series *s, usec time, const struct detect_alarm *strongest, struct detect_alarm *out)
{
    if (strongest) {
        s->quiet = 0;
        s->deviated = time;
        if (s->open || s->score == 0) return 0;
        s->open = 1;
        s->episode = *strongest;
        *out = *strongest;
        return 1;
    }
    if (s->quiet < UINT32_MAX) s->quiet++;
    if (!s->open) return 0;
    bool rested = s->quiet >= s->config.rest || (s->quiet >= REST_LEAST && time - s->deviated >= rest_most);
    if (!rested) return 0;
    s->open = 0;
    *out = s->episode;
    out->over = true;
    out->end = s->deviated;
    return 1;
}

/* The score, and the part that finds the sample newest. */
static double judge(struct detect_series *s, const struct part_view *views, unsigned *who, struct novelty_gap *gap)
{
    double score = 0, most = 0, memory = real_most(fade_least, (double)s->samples);
    for (unsigned i = 0; i < DETECT_LEARNED; i++) {
        if (!views[i].known) continue;
        struct novelty_gap g;
        double share = novelty_of(&s->seen[i], views[i].x, views[i].floor, &g);
        score += real_cbrt(share) / DETECT_LEARNED;
        novelty_learn(&s->seen[i], views[i].x, memory);
        if (share <= most) continue;
        most = share;
        *who = i;
        *gap = g;
    }
    return score;
}

static size_t check_learned(struct detect_series *s, usec time, usec gap, double value, struct detect_alarm *out)
{
    struct part_view views[DETECT_LEARNED];
    struct novelty_gap edge = { 0 };
    unsigned who = 0;
    model_step(s, time, gap, value, views);
    s->raw_score = judge(s, views, &who, &edge);
    s->score = s->raw_score > rest_peak(s, time, s->raw_score) ? s->raw_score : 0;
    bool deviates = is_warm(s, time) && s->raw_score >= speaks * youth(s, time) * unrest(s) / s->config.sensitivity;
    struct detect_alarm alarm;
    if (deviates) alarm = learned_alarm(s, who, &views[who], &edge, time, tail_bits(&s->scores, s->raw_score * score_scale));
    tail_learn(&s->scores, tail_code(s->raw_score * score_scale), 1, keep_of(s));
    return episode_step(s, time, deviates ? &alarm : NULL, out);
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
    s->score = 0;
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

double detect_score(const struct detect_series *s)
{
    return s->score;
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
