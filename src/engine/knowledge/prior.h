/* What was said of a document, as a prior of its rank.
 *
 *   p(document) = (helped + W/2) / (helped + failed + W)                       shrunk to one half
 *   p(passage)  = (helped + W p(document)) / (helped + failed + W)             shrunk to its document
 *   prior       = PRIOR_MARGIN (2 p(passage) - 1)                              within -PRIOR_MARGIN .. PRIOR_MARGIN
 *
 * W = PRIOR_WEIGHT judgements: the posterior mean of a Beta with that many made up before the first real one. A rank is
 * moved by PRIOR_MARGIN at most, on the scale of 0..1 on which the best text has about 1: what reads better by twice
 * that stays ahead whatever was said, and nothing is found that has no words and no meaning in common. */
#ifndef WEIR_ENGINE_KNOWLEDGE_PRIOR_H
#define WEIR_ENGINE_KNOWLEDGE_PRIOR_H

#include <stdint.h>

#define PRIOR_MARGIN 0.05
#define PRIOR_WEIGHT 10.0

struct said {
    int64_t helped, failed;
};

static inline double prior_of(struct said document, struct said passage)
{
    double p = ((double)document.helped + PRIOR_WEIGHT / 2) /
               ((double)document.helped + (double)document.failed + PRIOR_WEIGHT);
    p = ((double)passage.helped + PRIOR_WEIGHT * p) /
        ((double)passage.helped + (double)passage.failed + PRIOR_WEIGHT);
    return PRIOR_MARGIN * (2 * p - 1);
}

#endif
