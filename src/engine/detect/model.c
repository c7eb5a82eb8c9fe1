#include "engine/detect/model.h"

#include <math.h>

#include "engine/detect/real.h"

/* Time constants in samples, limits in spreads. One set for all series. */
static const double level_memory = 400, spread_memory = 1200, rhythm_memory = 3000;
static const double fast_memory = 4, size_memory = 1500;
static const double day_rate = 0.15, week_rate = 0.25; /* of a day's, a week's new evidence, at least */
static const double outlier = 3;                       /* what is further out moves no estimate by more than this */
static const double fast_outlier = 8;     /* so that the way back from a spike is not taken for a step of its own */
static const double residual_max = 30;    /* spreads, jumps: more is not further out */
static const double small = 0.1;          /* of the usual size: below it, size is linear */
static const double least_spread = 0.005; /* of the level: a constant series may still wobble by this */
static const double least_range = 0.001;  /* the same for the range that a value is new against */
static const double gap_steps = 6;
enum { SETTLE_SAMPLES = 20, COVER_MAX = 8 };

/* The usual distance: the smallest of the first few, then a slow mean that one gap cannot move far. */
static void learn_interval(struct detect_series *s, usec gap)
{
    double g = (double)gap;
    if (s->interval == 0)
        s->interval = g;
    else if (s->samples < 6)
        s->interval = real_least(s->interval, g);
    else
        s->interval += 0.02 * (real_most(real_least(g, 2 * s->interval), s->interval / 2) - s->interval);
}

static const usec day_bin_width = USEC_DAY / DETECT_DAY_BINS, week_bin_width = USEC_HOUR;

/* How much of a rhythm to believe: the share of what it said that came true (a regression through zero). Noise that was
 * taken for a rhythm says nothing about tomorrow, so it gets a share near 0 by itself. */
static double belief(double xy, double xx)
{
    return xx > 0 ? real_most(0, real_least(1, xy / xx)) : 0;
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
static void learn_bins(float *value, float *n, unsigned bins, int64_t first, double covers, double x, double floor_rate,
                       double limit)
{
    double weight = real_least(covers, 1);
    unsigned count = covers < 1.5 ? 1 : covers > COVER_MAX ? COVER_MAX : (unsigned)(covers + 0.5);
    for (unsigned i = 0; i < count; i++) {
        size_t b = (size_t)((first + i) % bins);
        double have = (double)n[b], rate = real_most(weight / (have + weight), floor_rate * weight);
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
    learn_bins(r->day, r->day_n, DETECT_DAY_BINS, r->today.number, s->interval / (double)day_bin_width, day, day_rate,
               outlier * spread);
    learn_bins(r->week, r->week_n, DETECT_WEEK_BINS, r->this_week.number, s->interval / (double)week_bin_width, week,
               week_rate, outlier * spread);
}

/* An estimate's rate: a plain mean at first, then a fading one. */
static double rate(const struct detect_series *s, double memory)
{
    double n = (double)s->samples + 1;
    return 1 / real_least(n, memory);
}

static void learn_level(struct detect_series *s, double off, double step, double spread, double jump)
{
    bool young = s->samples < SETTLE_SAMPLES;
    s->level += rate(s, level_memory) * (young ? off : real_clip(off, outlier * spread));
    double far = real_abs(off), jumped = real_abs(step), r = rate(s, spread_memory);
    s->spread += r * ((young ? far : real_least(far, outlier * spread)) - s->spread);
    s->jump += r * ((young ? jumped : real_least(jumped, outlier * jump)) - s->jump);
}

/* ---- what the parts see ---- */

/* Signed, linear near zero and logarithmic beyond. */
static double size_of(double value, double unit)
{
    double size = real_log2(1 + real_abs(value) / unit);
    return value < 0 ? -size : size;
}

double view_bound(const struct part_view *v, enum detect_part part, double bound)
{
    if (part != DETECT_SIZE || isinf(bound)) return v->centre + bound * v->scale;
    double size = (real_exp2(real_abs(bound)) - 1) * v->scale;
    return bound < 0 ? -size : size;
}

static void push(float *ring, uint32_t length, uint32_t *count, double x)
{
    ring[*count % length] = (float)x;
    *count = *count == UINT32_MAX ? UINT32_MAX - length + 1 : *count + 1; /* stays in step with the ring */
}

/* The mean of the newest `n` numbers of a ring; of fewer while there are no more. */
static double mean_of(const float *ring, uint32_t length, uint32_t count, uint32_t n)
{
    double sum = 0;
    if (n > count) n = count;
    if (n == length)
        for (uint32_t i = 0; i < length; i++) sum += (double)ring[i];
    else
        for (uint32_t i = 1; i <= n; i++) sum += (double)ring[(count - i) % length];
    return n ? sum / n : 0;
}

static void first_sample(struct detect_series *s, double value, struct part_view out[DETECT_VIEWS])
{
    s->begun = 1;
    s->level = s->fast = s->previous = value;
    s->size = real_abs(value);
    for (int i = 0; i < DETECT_VIEWS; i++) out[i] = (struct part_view){ .value = value, .centre = value };
}

static void after_gap(struct detect_series *s, double value, double plain)
{
    s->gaps++;
    s->since_gap = 0;
    s->fast = plain;
    s->previous = value;
    s->recent.residuals = s->recent.jumps = 0;
}

void model_step(struct detect_series *s, usec time, usec gap, double value, struct part_view out[DETECT_VIEWS])
{
    if (!s->begun) {
        first_sample(s, value, out);
        return;
    }
    learn_interval(s, gap);
    struct season at = season_at(&s->rhythm, time);
    double season = at.day_share * at.day + at.week_share * at.week, plain = value - season, off = plain - s->level;
    double wobble = least_spread * real_abs(s->level) + 1e-12, expected = s->level + season;
    double spread = real_most(s->spread, wobble), jump = real_most(s->jump, wobble);
    if ((double)gap > gap_steps * s->interval) after_gap(s, value, plain);
    if (s->since_gap < UINT32_MAX) s->since_gap++;
    double step = plain - s->fast, unit = small * s->size + 1e-9;
    struct detect_recent *r = &s->recent;
    push(r->residual, DETECT_LONG, &r->residuals, real_clip(off / spread, residual_max));
    push(r->jump, DETECT_JUMPS, &r->jumps, real_abs(value - s->previous));
    double near = mean_of(r->residual, DETECT_LONG, r->residuals, DETECT_SHORT),
           far = mean_of(r->residual, DETECT_LONG, r->residuals, DETECT_LONG);
    double restless = mean_of(r->jump, DETECT_JUMPS, r->jumps, DETECT_JUMPS), range = least_range * s->size + 1e-12;
    bool settled = s->samples > SETTLE_SAMPLES;
    out[DETECT_POINT] = (struct part_view){ value, value, 0, 1, range, settled };
    out[DETECT_SIZE] = (struct part_view){ size_of(value, unit), value, 0, unit, least_range, settled };
    out[DETECT_STEP] = (struct part_view){ real_clip(step / jump, residual_max), value, s->fast + season, jump, 1,
                                           settled && s->since_gap > 1 };
    out[DETECT_LEVEL] = (struct part_view){ near,     expected + near * spread,
                                            expected, spread,
                                            1,        settled && r->residuals >= DETECT_SHORT };
    out[DETECT_DRIFT] =
        (struct part_view){ far, expected + far * spread, expected, spread, 1, settled && r->residuals >= DETECT_LONG };
    out[DETECT_NOISE] = (struct part_view){ restless, restless, 0, 1, range, settled && r->jumps >= DETECT_JUMPS };
    if (settled) learn_rhythm(s, value - s->level, &at, spread);
    learn_level(s, off, step, spread, jump);
    s->fast += real_clip(step, fast_outlier * jump) / fast_memory;
    s->size += rate(s, size_memory) * (real_abs(value) - s->size);
    s->previous = value;
}
