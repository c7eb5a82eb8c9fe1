#include "engine/detect/rarity.h"

#include "engine/detect/real.h"

static const double bins_an_octave = 6;
static const double gone = 0.3;       /* a count that has faded below this is forgotten */
static const double least_known = 50; /* numbers before a tail says anything */
static const double top_share = 0.02, top_least = 12;
static const double excess_prior = 0.25,
                    excess_weight = 10; /* octaves, and how many observations that belief is worth */
static const double bits_of_e = 1.4426950408889634;

static unsigned bin_of(double x)
{
    double b = real_log2(1 + x) * bins_an_octave;
    return b < DETECT_TAIL_BINS - 1 ? (unsigned)b : DETECT_TAIL_BINS - 1;
}

static void fade(struct detect_rarity *t)
{
    t->total *= 0.75f;
    for (unsigned b = 0; b < DETECT_TAIL_BINS; b++) t->count[b] *= 0.75f;
    while (t->top && (double)t->count[t->top - 1] < gone) t->top--;
}

void rarity_learn(struct detect_rarity *t, double x, double weight, double keep)
{
    unsigned b = bin_of(x);
    t->count[b] += (float)weight;
    t->total += (float)weight;
    if (b >= t->top && (double)t->count[b] >= gone) t->top = b + 1;
    if ((double)t->total > keep) fade(t);
}

/* Octaves by which the highest numbers exceed the edge that divides them from the rest, on average. */
static double mean_excess(const struct detect_rarity *t)
{
    double need = real_most((double)t->total * top_share, top_least), seen = 0, excess = 0;
    for (unsigned b = DETECT_TAIL_BINS; b > 0 && seen < need; b--) {
        excess +=
            (seen + (double)t->count[b - 1] * 0.5) / bins_an_octave; /* all above move one bin further from the edge */
        seen += (double)t->count[b - 1];
    }
    return (excess + excess_weight * excess_prior) / (seen + excess_weight);
}

double rarity_bits(const struct detect_rarity *t, double x)
{
    double total = (double)t->total, above = 0, beyond = real_log2(1 + x) - t->top / bins_an_octave;
    if (total < least_known) return 0;
    for (unsigned b = bin_of(x); b < t->top; b++) above += (double)t->count[b];
    double bits = real_log2((total + 1) / (above + 1));
    return beyond > 0 ? bits + beyond * bits_of_e / mean_excess(t) : bits;
}
