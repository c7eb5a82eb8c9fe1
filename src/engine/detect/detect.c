#include "engine/detect/detect.h"

#include <math.h>

#include "engine/detect/flat.h"
#include "engine/detect/limits.h"
#include "engine/detect/model.h"
#include "engine/detect/novelty.h"
#include "engine/detect/pattern.h"
#include "engine/detect/rarity.h"
#include "engine/detect/real.h"

/* The score of a sample is the weighted mean over the parts of the square roots of how new each finds it: one part that
 * is sure counts, two that are fairly sure count more. Noise, which is not about where the series is, weighs half. */
static const double weights[DETECT_VIEWS] = { 1, 1, 1, 1, 1, 0.5 };
static const double weights_sum = 5.5;
static const double speaks = 0.13;      /* the score at which an alarm begins */
static const double flat_score = 0.2;   /* of a line that stopped moving: an alarm in any series that is not young */
static const double pattern_bar = 0.4;  /* beyond the largest distance of a course so far, as a share of it */
static const double fade_least = 500;   /* samples over which a range fades; the age of the series when that is more */
static const double unrest_share = 0.5; /* how much more it takes right after a rest */
static const double score_scale = 1024; /* of a score in the histogram of scores, whose bins begin at 1 */
static const double episode_weight =
    0.1; /* of a score in an episode: a long one must not teach more than a short one */
static const double keep_share = 0.6, keep_least = 200,
                    keep_most = 20000;  /* how much past the scores' tail remembers */
static const usec rest_most = USEC_DAY; /* of a slow series, if at least REST_LEAST samples came in it */
enum { REST_LEAST = 20 };
static const double warm_time = (double)USEC_DAY;
static const double youth_time = 4.5 * (double)USEC_DAY; /* the age at which twice the score is needed */
static const double missing_steps = 6, missing_times = 2; /* usual distances of samples; the longest one so far */
static const double missing_least = 2 * (double)USEC_MINUTE;

struct detect_config detect_config_default(void)
{
    return (struct detect_config){ .adaptive = true, .sensitivity = 1, .rest = 100 };
}

err detect_config_check(const struct detect_config *c)
{
    if (!(c->sensitivity >= 0.25 && c->sensitivity <= 4))
        return err_make(ERR_INPUT, "sensitivity must be between 0.25 and 4");
    if (c->rest < 1 || c->rest > 10000) return err_make(ERR_INPUT, "rest must be between 1 and 10000 samples");
    if (c->threshold_count > DETECT_THRESHOLDS_MAX)
        return err_make(ERR_INPUT, "at most %d thresholds a series", DETECT_THRESHOLDS_MAX);
    for (uint32_t i = 0; i < c->threshold_count; i++) {
        err e = limit_check(&c->thresholds[i], i);
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

/* ---- learned parts ---- */

static bool is_warm(const struct detect_series *s, usec time)
{
    return s->samples > DETECT_WARM_SAMPLES && (double)(time - s->first) > warm_time;
}

/* A young series has not shown what it does once a day: more is needed to call it unusual. */
static double youth(const struct detect_series *s, usec time)
{
    double share = youth_time / (double)(time - s->first);
    return 1 + share * share;
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

static struct detect_alarm learned_alarm(unsigned part, const struct part_view *v, const struct novelty_gap *gap,
                                         usec time, double bits)
{
    bool above = v->x - gap->low < gap->high - v->x;
    struct detect_alarm a = {
        .part = (enum detect_part)part, .above = above, .start = time, .end = time, .value = v->value
    };
    /* The ends of the range are remembered to 1/256 of a cell: of a narrow one they may come out the wrong way round.
     */
    double x = view_bound(v, a.part, above ? gap->lowest : gap->high);
    double y = view_bound(v, a.part, above ? gap->low : gap->highest);
    a.low = x < y ? x : y;
    a.high = x < y ? y : x;
    a.score = bits < 64 ? bits : 64;
    a.once_in = bits < 39 ? real_exp2(bits) : DETECT_ONCE_MAX;
    return a;
}

/* The highest score of at least the last `rest` samples, or of a day of them, before this one; then this one is
 * counted. */
static double rest_peak(struct detect_series *s, usec time, double score)
{
    struct detect_rest *r = &s->rest;
    double peak = 0;
    for (int i = 0; i < DETECT_REST_BLOCKS; i++) peak = real_most(peak, (double)r->peak[i]);
    uint32_t size = (s->config.rest + DETECT_REST_BLOCKS - 2) / (DETECT_REST_BLOCKS - 1);
    bool slow = r->filled >= REST_LEAST / (DETECT_REST_BLOCKS - 1) + 1 &&
                time - r->begun >= rest_most / (DETECT_REST_BLOCKS - 1);
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
static size_t episode_step(struct detect_series *s, usec time, const struct detect_alarm *strongest, bool fresh,
                           struct detect_alarm *out)
{
    if (strongest) {
        s->quiet = 0;
        s->deviated = time;
        if (s->open || !fresh) return 0;
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
    for (unsigned i = 0; i < DETECT_VIEWS; i++) {
        if (!views[i].known) continue;
        struct novelty_gap g;
        double share = novelty_of(&s->seen[i], views[i].x, views[i].floor, &g);
        score += weights[i] / weights_sum * sqrt(share);
        novelty_learn(&s->seen[i], views[i].x, memory);
        if (share <= most) continue;
        most = share;
        *who = i;
        *gap = g;
    }
    return score;
}

/* What deviates is the movement, which is none. */
static struct detect_alarm flat_alarm(const struct detect_series *s, usec time, double bits)
{
    return (struct detect_alarm){ .part = DETECT_FLAT,
                                  .start = time,
                                  .end = time,
                                  .value = 0,
                                  .low = s->jump,
                                  .high = INFINITY,
                                  .score = bits,
                                  .once_in = bits < 39 ? real_exp2(bits) : DETECT_ONCE_MAX };
}

static struct detect_alarm pattern_alarm(const struct pattern_view *v, usec time, double bits)
{
    return (struct detect_alarm){ .part = DETECT_PATTERN,
                                  .above = true,
                                  .start = time,
                                  .end = time,
                                  .value = 100 * v->distance,
                                  .low = 0,
                                  .high = 100 * v->most,
                                  .score = bits < 64 ? bits : 64,
                                  .once_in = bits < 39 ? real_exp2(bits) : DETECT_ONCE_MAX };
}

/* Longer than samples may stay away. */
static double longest_wait(const struct detect_series *s)
{
    double wait = real_most(missing_steps * s->interval, missing_times * (double)s->longest);
    return real_most(wait, missing_least);
}

static struct detect_alarm missing_alarm(const struct detect_series *s, usec now)
{
    return (struct detect_alarm){ .part = DETECT_MISSING,
                                  .above = true,
                                  .start = s->last,
                                  .end = now,
                                  .value = ((double)now - (double)s->last) / (double)USEC_SECOND,
                                  .high = longest_wait(s) / (double)USEC_SECOND,
                                  .score = 64,
                                  .once_in = DETECT_ONCE_MAX };
}

/* Samples that were missing are told when they come again: begun and over at once, and no episode of what they show. */
static size_t tell_missing(struct detect_series *s, usec time, usec gap, struct detect_alarm *out)
{
    bool missed = is_warm(s, time) && (double)gap > longest_wait(s);
    if (missed) {
        out[0] = out[1] = missing_alarm(s, time);
        out[1].over = true;
    }
    s->longest = gap > s->longest ? gap : s->longest;
    return missed ? 2 : 0;
}

/* What a sample says, of whichever part says it newest; a line that stopped moving is plain and goes before. */
static size_t check_learned(struct detect_series *s, usec time, usec gap, double value, struct detect_alarm *out)
{
    struct part_view views[DETECT_VIEWS];
    struct novelty_gap edge = { 0 };
    unsigned who = 0;
    size_t n = tell_missing(s, time, gap, out);
    model_step(s, time, gap, value, views);
    for (unsigned i = 0; i < DETECT_VIEWS; i++) novelty_fetch_cell(&s->seen[i], views[i].x);
    double score = judge(s, views, &who, &edge), flat = flat_step(&s->flat, value);
    struct pattern_view course =
        pattern_step(&s->pattern, value, s->since_gap <= 1, real_most(fade_least, (double)s->samples));
    s->score = score > rest_peak(s, time, score) ? score : 0;
    bool odd_course = course.share / pattern_bar * speaks > score;
    if (odd_course) score = course.share / pattern_bar * speaks;
    if (flat > 0) score = real_most(score, flat_score);
    double strength = score / (youth(s, time) * unrest(s)), rank = strength * score_scale;
    bool deviates = is_warm(s, time) && strength * s->config.sensitivity >= speaks;
    double bits = deviates ? rarity_bits(&s->strengths, rank) : 0;
    struct detect_alarm alarm;
    if (deviates && flat > 0) alarm = flat_alarm(s, time, flat);
    else if (deviates && odd_course) alarm = pattern_alarm(&course, time, bits);
    else if (deviates) alarm = learned_alarm(who, &views[who], &edge, time, bits);
    rarity_learn(&s->strengths, rank, s->open ? episode_weight : 1, keep_of(s));
    bool fresh = s->score > 0 || flat > 0 || odd_course;
    return n + episode_step(s, time, deviates ? &alarm : NULL, fresh, out + n);
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
    if (time == s->newest)
        s->repeats++;
    else
        s->late++;
    return false;
}

/* The parts of a series that every sample needs lie far apart; asked for at once, they arrive together. */
static void fetch(const struct detect_series *s)
{
    const char *parts[] = { (const char *)&s->recent,    (const char *)&s->rest,   (const char *)&s->flat,
                            (const char *)&s->strengths, (const char *)&s->limits, (const char *)&s->rhythm };
    pattern_fetch(&s->pattern);
    for (unsigned i = 0; i < DETECT_VIEWS; i++) novelty_fetch(&s->seen[i]);
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
        for (unsigned line = 0; line < 128; line += 64) __builtin_prefetch(parts[i] + line, 1);
}

size_t detect_sample(struct detect_series *s, usec time, double value, struct detect_alarm out[DETECT_ALARMS_MAX])
{
    fetch(s);
    s->score = 0;
    if (!in_order(s, time)) return 0;
    usec gap = s->samples ? time - s->last : 0;
    bool usable = real_abs(value) <= MODEL_VALUE_MAX; /* false for NaN and infinities */
    if (!usable) {
        s->odd++;
        s->raw_known = 0;
        return s->config.counter ? 0 : limits_step(s, time, value, out);
    }
    if (s->samples == 0) s->first = time;
    bool judged = !s->config.counter || counter_rate(s, gap, &value);
    size_t n = judged ? limits_step(s, time, value, out) : 0;
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
    if (!is_warm(s, s->last) || (double)now - (double)s->last <= longest_wait(s)) return false;
    *out = missing_alarm(s, now);
    return true;
}
