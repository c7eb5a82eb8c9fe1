#include "engine/detect/pattern.h"

#include <limits.h>
#include <math.h>

#include "engine/detect/real.h"

enum {
    POINTS = DETECT_PATTERN_POINTS,
    SHAPES = DETECT_PATTERN_SHAPES,
    SETTLE = 20,          /* windows after which an outlier moves the usual deviation no more than three others would */
    LEARN = 2 * POINTS,   /* windows before the largest distance counts */
    KNOWN = 8 * POINTS,   /* windows before anything is told */
    STEPS = 32,           /* of one deviation in the bytes of a shape; sqrt(15) deviations are the most there can be */
    MEMORY = 400          /* windows that the usual deviation and distance are means of */
};
static const unsigned strides[DETECT_PATTERN_SCALES] = { 4, 16 };
static const double floor_share = 0.5;     /* of the usual deviation */
static const double least_distance = 0.05; /* a largest distance below it counts as this much */

void pattern_fetch(const struct detect_pattern *p)
{
    enum { LINE = 64 };
    for (unsigned i = 0; i < DETECT_PATTERN_SCALES; i++) {
        const struct detect_pattern_scale *s = &p->scales[i];
        __builtin_prefetch(s, 1);
        if (s->summed + 1 < strides[i]) continue;
        for (const char *at = (const char *)s + LINE; at < (const char *)(s + 1); at += LINE) __builtin_prefetch(at, 1);
    }
}

/* The next point from `stride` samples; false while it is not complete. */
static bool next_point(struct detect_pattern_scale *s, double value, unsigned stride)
{
    s->sum += value / stride;
    if (++s->summed < stride) return false;
    s->point[s->points++ % POINTS] = s->sum;
    s->sum = 0;
    s->summed = 0;
    return s->points >= POINTS;
}

/* The window's shape in whole steps. */
static void take_shape(struct detect_pattern_scale *s, double rate, int8_t shape[POINTS])
{
    double mean = 0, squares = 0;
    for (unsigned i = 0; i < POINTS; i++) mean += s->point[i] / POINTS;
    for (unsigned i = 0; i < POINTS; i++) squares += (s->point[i] - mean) * (s->point[i] - mean);
    double deviation = sqrt(squares / POINTS), usual = s->deviation;
    if (s->windows > SETTLE) s->deviation += rate * (real_least(deviation, 3 * usual) - usual);
    else s->deviation += rate * (deviation - usual);
    double floor = floor_share * s->deviation + 1e-9 * real_abs(mean) + 1e-300;
    double scale = STEPS / sqrt(deviation * deviation + floor * floor);
    for (unsigned i = 0; i < POINTS; i++) {
        double z = (s->point[(s->points + i) % POINTS] - mean) * scale;
        shape[i] = (int8_t)(z + (z < 0 ? -0.5 : 0.5));
    }
}

static int square_distance(const int8_t a[POINTS], const int8_t b[POINTS])
{
    int sum = 0;
    for (unsigned i = 0; i < POINTS; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static double nearest(const struct detect_pattern_scale *s, const int8_t shape[POINTS], unsigned *who)
{
    int best = INT_MAX;
    for (unsigned k = 0; k < s->used; k++) {
        int d = square_distance(shape, s->shape[k]);
        if (d >= best) continue;
        best = d;
        *who = k;
    }
    return s->used ? sqrt((double)best / (2 * POINTS)) / STEPS : 1;
}

static void remember(struct detect_pattern_scale *s, const int8_t shape[POINTS])
{
    unsigned at = 0;
    if (s->used < SHAPES) at = s->used++;
    else
        for (unsigned k = 1; k < SHAPES; k++)
            if (s->last[k] < s->last[at]) at = k;
    memcpy(s->shape[at], shape, POINTS);
    s->last[at] = s->windows;
}

static struct pattern_view judge_window(struct detect_pattern_scale *s, double fade)
{
    if (s->windows < UINT32_MAX) s->windows++;
    double rate = 1 / real_least(s->windows, MEMORY);
    int8_t shape[POINTS];
    unsigned who = 0;
    take_shape(s, rate, shape);
    struct pattern_view v = { .distance = nearest(s, shape, &who), .most = s->most };
    if (s->windows > KNOWN && v.distance > v.most)
        v.share = real_least(1, (v.distance - v.most) / real_most(v.most, least_distance));
    if (s->windows > LEARN) s->most = real_most(v.distance, v.most * (1 - fade));
    if (s->used) s->last[who] = s->windows;
    if (s->used == 0 || v.distance > s->usual) remember(s, shape);
    s->usual += rate * (v.distance - s->usual);
    return v;
}

struct pattern_view pattern_step(struct detect_pattern *p, double value, bool restart, double memory)
{
    struct pattern_view newest = { 0 };
    for (unsigned i = 0; i < DETECT_PATTERN_SCALES; i++) {
        struct detect_pattern_scale *s = &p->scales[i];
        if (restart) {
            s->sum = 0;
            s->summed = s->points = 0;
        }
        if (!next_point(s, value, strides[i])) continue;
        struct pattern_view v = judge_window(s, real_least(1, strides[i] / memory));
        if (v.share > newest.share) newest = v;
    }
    return newest;
}

static bool scale_ok(const struct detect_pattern_scale *s, unsigned stride)
{
    const double most = 1e35;
    bool ok = s->summed < stride && s->used <= SHAPES && real_abs(s->sum) <= most && s->deviation >= 0 &&
              s->deviation <= most && s->most >= 0 && s->most <= STEPS && s->usual >= 0 && s->usual <= STEPS;
    for (unsigned i = 0; i < POINTS; i++) ok = ok && real_abs(s->point[i]) <= most;
    return ok;
}

bool pattern_ok(const struct detect_pattern *p)
{
    for (unsigned i = 0; i < DETECT_PATTERN_SCALES; i++)
        if (!scale_ok(&p->scales[i], strides[i])) return false;
    return true;
}
