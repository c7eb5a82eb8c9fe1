#include "engine/detect/model.h"

#include "engine/detect/real.h"

/* Time constants in samples, limits in spreads. One set for all series. */
static const double level_memory = 400, spread_memory = 1200, rhythm_memory = 3000;
static const double fast_memory = 4, short_memory = 12, long_memory = 72, rough_memory = 36;
static const double day_rate = 0.15, week_rate = 0.25; /* of a day's, a week's new evidence, at least */
static const double outlier = 3;       /* what is further out moves no estimate by more than this */
static const double fast_outlier = 8;  /* so that the way back from a spike is not taken for a step of its own */
static const double mean_outlier = 16; /* the same for the short and long means */
static const double deviation_max = 1000;
static const double least_spread = 0.005; /* of the level: a constant series may still wobble by this */
static const double gap_steps = 6;
enum { SETTLE_SAMPLES = 20, COVER_MAX = 8 };

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

/* The usual distance: the smallest of the first few, then a slow mean that one gap cannot move far. */
static void learn_interval(struct detect_series *s, usec gap)
{
    double g = (double)gap;
    if (s->samples == 1) s->interval = g;
    else if (s->samples < 6) s->interval = least(s->interval, g);
    else s->interval += 0.02 * (most(least(g, 2 * s->interval), s->interval / 2) - s->interval);
}

static const usec day_bin_width = USEC_DAY / DETECT_DAY_BINS, week_bin_width = USEC_HOUR;

/* How much of a rhythm to believe: the share of what it said that came true (a regression through zero). Noise that was
 * taken for a rhythm says nothing about tomorrow, so it gets a share near 0 by itself. */
static double belief(double xy, double xx)
{
    return xx > 0 ? most(0, least(1, xy / xx)) : 0;
}

struct season {
    double day, week, day_share, week_share;
};

static double visit(struct detect_visit *v, usec t, usec width, unsigned bins, const float *value, const float *n)
{
    int64_t number = t / width;
    if (number != v->number || number == 0) {
        size_t b = (size_t)(number % bins);
        *v = (struct detect_visit){ number, (double)n[b] >= 0.9 ? (double)value[b] : 0 };
    }
    return v->value;
}

static struct season season_at(struct detect_rhythm *r, usec t)
{
    return (struct season){
        .day = visit(&r->today, t, day_bin_width, DETECT_DAY_BINS, r->day, r->day_n),
        .week = visit(&r->this_week, t, week_bin_width, DETECT_WEEK_BINS, r->week, r->week_n),
        .day_share = belief(r->day_xy, r->day_xx),
        .week_share = belief(r->week_xy, r->week_xx),
    };
}

/* Move the bins a sample covers towards x. `n` counts days (weeks) of evidence in each bin. */
static void learn_bins(float *value, float *n, unsigned bins, int64_t first, double covers, double x, double floor_rate, double limit)
{
    double weight = least(covers, 1);
    unsigned count = covers < 1.5 ? 1 : covers > COVER_MAX ? COVER_MAX : (unsigned)(covers + 0.5);
    for (unsigned i = 0; i < count; i++) {
        size_t b = (size_t)((first + i) % bins);
        double have = (double)n[b], rate = most(weight / (have + weight), floor_rate * weight);
        double off = x - (double)value[b];
        value[b] += (float)(rate * (have < 1 ? off : real_clip(off, limit)));
        if (have < 1000) n[b] += (float)weight;
    }
}

static void learn_rhythm(struct detect_series *s, double x, const struct season *at, double spread)
{
    struct detect_rhythm *r = &s->rhythm;
    double day = real_clip(x, 2 * outlier * spread + real_abs(at->day)), week = day - at->day_share * at->day;
    r->day_xy += day * at->day - r->day_xy / rhythm_memory;
    r->day_xx += at->day * at->day - r->day_xx / rhythm_memory;
    r->week_xy += week * at->week - r->week_xy / rhythm_memory;
    r->week_xx += at->week * at->week - r->week_xx / rhythm_memory;
    learn_bins(r->day, r->day_n, DETECT_DAY_BINS, r->today.number, s->interval / (double)day_bin_width, day, day_rate, outlier * spread);
    learn_bins(r->week, r->week_n, DETECT_WEEK_BINS, r->this_week.number, s->interval / (double)week_bin_width, week, week_rate,
               outlier * spread);
}

/* An estimate's rate: a plain mean at first, then a fading one. */
static double rate(const struct detect_series *s, double memory)
{
    double n = (double)s->samples + 1;
    return 1 / least(n, memory);
}

static void learn_level(struct detect_series *s, double off, double step, double spread, double jump)
{
    bool young = s->samples < SETTLE_SAMPLES;
    s->level += rate(s, level_memory) * (young ? off : real_clip(off, outlier * spread));
    double far = real_abs(off), jumped = real_abs(step), r = rate(s, spread_memory);
    s->spread += r * ((young ? far : least(far, outlier * spread)) - s->spread);
    s->jump += r * ((young ? jumped : least(jumped, outlier * jump)) - s->jump);
}

static void first_sample(struct detect_series *s, double value, struct part_view out[DETECT_LEARNED])
{
    s->level = s->fast = value;
    for (int i = 0; i < DETECT_LEARNED; i++) out[i] = (struct part_view){ .value = value, .centre = value };
}

void model_step(struct detect_series *s, usec time, usec gap, double value, struct part_view out[DETECT_LEARNED])
{
    if (s->samples == 0) {
        first_sample(s, value, out);
        return;
    }
    learn_interval(s, gap);
    struct season at = season_at(&s->rhythm, time);
    double season = at.day_share * at.day + at.week_share * at.week;
    double plain = value - season, off = plain - s->level;
    double floor = least_spread * real_abs(s->level) + 1e-12;
    double spread = most(s->spread, floor), jump = most(s->jump, floor);
    if ((double)gap > gap_steps * s->interval) {
        s->gaps++;
        s->since_gap = 0;
        s->fast = plain;
        s->mean_short = 0;
    }
    if (s->since_gap < UINT32_MAX) s->since_gap++;
    double step = plain - s->fast;
    double x = real_clip(off / spread, deviation_max), jumped = real_clip(step / jump, deviation_max);
    s->mean_short += (real_clip(x, mean_outlier) - s->mean_short) / short_memory;
    s->mean_long += (real_clip(x, mean_outlier) - s->mean_long) / long_memory;
    s->rough += (least(real_abs(jumped), mean_outlier) - s->rough) / rough_memory;
    double expected = s->level + season;
    bool settled = s->samples > SETTLE_SAMPLES;
    out[DETECT_POINT] = (struct part_view){ x, value, expected, spread, settled };
    out[DETECT_STEP] = (struct part_view){ jumped, value, s->fast + season, jump, settled && s->since_gap > 1 };
    out[DETECT_LEVEL] = (struct part_view){ s->mean_short * 4, expected + s->mean_short * spread, expected, spread / 4, settled };
    out[DETECT_DRIFT] = (struct part_view){ s->mean_long * 8, expected + s->mean_long * spread, expected, spread / 8, settled };
    out[DETECT_NOISE] = (struct part_view){ s->rough > 1 ? (s->rough - 1) * 4 : 1 - 1 / (s->rough + 0.01), s->rough * jump, jump, jump / 4,
                                            settled };
    if (settled) learn_rhythm(s, value - s->level, &at, spread);
    learn_level(s, off, step, spread, jump);
    s->fast += real_clip(step, fast_outlier * jump) / fast_memory;
}
