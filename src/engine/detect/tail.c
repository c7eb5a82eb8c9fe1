#include "engine/detect/tail.h"

#include "engine/detect/real.h"

static const double bins_an_octave = 6;
static const double gone = 0.3;      /* a count that has faded below this is forgotten */
static const double least_known = 50; /* numbers before a tail says anything */
static const double top_share = 0.02, top_least = 12;
static const double excess_prior = 0.25,
                    excess_weight = 10; /* octaves, and how many observations that belief is worth */

static unsigned bin_of(double x)
{
    double b = real_log2(1 + real_abs(x)) * bins_an_octave;
    return b < DETECT_TAIL_BINS - 1 ? (unsigned)b : DETECT_TAIL_BINS - 1;
}

uint8_t tail_code(double x)
{
    return (uint8_t)(bin_of(x) | (x > 0 ? 0x80u : 0));
}

static void fade(struct detect_tail *t)
{
    t->total *= 0.75f;
    for (unsigned side = 0; side < 2; side++) {
        for (unsigned b = 0; b < DETECT_TAIL_BINS; b++) t->count[side][b] *= 0.75f;
        while (t->top[side] && (double)t->count[side][t->top[side] - 1] < gone) t->top[side]--;
    }
}

void tail_learn(struct detect_tail *t, unsigned code, double weight, double keep)
{
    unsigned side = code >> 7, b = code % DETECT_TAIL_BINS;
    t->count[side][b] += (float)weight;
    t->total += (float)weight;
    if (b >= t->top[side] && (double)t->count[side][b] >= gone) t->top[side] = (uint8_t)(b + 1);
    if ((double)t->total > keep) fade(t);
}

double tail_beyond(const struct detect_tail *t, double x)
{
    return real_log2(1 + real_abs(x)) - t->top[x > 0] / bins_an_octave;
}

double tail_bits(const struct detect_tail *t, double x)
{
    double total = (double)t->total;
    if (total < least_known) return 0;
    const float *count = t->count[x > 0];
    double y = real_log2(1 + real_abs(x)), need = total * top_share, seen = 0, excess = 0;
    if (need < top_least) need = top_least;
    int b = DETECT_TAIL_BINS;
    while (b > 0 && seen < need) {
        b--;
        excess += seen / bins_an_octave +
                  (double)count[b] * 0.5 / bins_an_octave; /* all above move one bin further from the edge */
        seen += (double)count[b];
    }
    double edge = b / bins_an_octave;
    if (y <= edge) return 0; /* among the 98 %: not unusual, whatever it is exactly */
    double mean = (excess + excess_weight * excess_prior) / (seen + excess_weight);
    if (seen < 1) seen = 1;
    return real_log2((total + 1) / seen) + (y - edge) * 1.4426950408889634 / mean;
}

double tail_quantile(const struct detect_tail *t, bool above, double share)
{
    double left = (double)t->total * share;
    int b = t->top[above];
    while (b > 0 && left > 0) left -= (double)t->count[above][--b];
    double x = real_exp2((b + 1) / bins_an_octave) - 1;
    if (t->top[above] == 0) x = 0;
    return above ? x : -x;
}
