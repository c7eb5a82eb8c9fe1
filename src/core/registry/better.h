/* Whether one model is better than another: pure arithmetic, only sums, products and quotients, so that every machine
 * comes to the same decision. Two models judged the same cases; a win is a case only the new one had right, a loss one
 * that only the old one had. If neither is better, wins are tosses of a fair coin.
 *
 * A set that was held back is looked at once: the exact sign test (McNemar, 1947). A trial is looked at after every
 * label: a bet against the coin that pays 1 / ((n + 1) P(wins)), the uniform mixture (Robbins, 1970); whenever one
 * stops, it exceeds 1 / alpha with a probability of at most alpha (Ville, 1939). */
#ifndef WEIR_CORE_REGISTRY_BETTER_H
#define WEIR_CORE_REGISTRY_BETTER_H

#include "base/arena.h"
#include "base/str.h"

#define BETTER_LEVEL .05      /* of the sign test */
#define BETTER_EVIDENCE 20.0  /* of the bet: 1 / BETTER_LEVEL */

/* P(exactly `wins` of n), P(at least `wins` of n) of a fair coin. 0 <= wins <= n. Time grows with n. */
double sign_point(int64_t n, int64_t wins);
double sign_tail(int64_t n, int64_t wins);
/* What the bet pays, at most 1e300: past BETTER_EVIDENCE the coin is not fair. */
double sign_evidence(int64_t n, int64_t wins);

struct better_facts {
    str metric;           /* name of the score, for the sentence */
    double score, before; /* of the new one and of the one in use */
    double margin;        /* least gain; at least 0 */
    bool lower;           /* less is better, such as an error */
    bool paired;          /* wins and losses are known */
    bool trial;           /* they were looked at on the way */
    int64_t wins, losses; /* at least 0 */
};

/* True when the gain is at least the margin, is a gain at all, and (paired) is more than luck. `why` is a sentence in
 * `a`, in either case. */
bool better_decide(const struct better_facts *f, struct arena *a, str *why);

#endif
