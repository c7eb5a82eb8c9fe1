#include "core/registry/better.h"

#include <assert.h>

/* The product of (n - m + i) / i for i to m, times 2^-n: halves are taken in on the way, so that it neither overflows
 * nor vanishes before its time. */
double sign_point(int64_t n, int64_t wins)
{
    assert(wins >= 0 && wins <= n);
    int64_t m = wins < n - wins ? wins : n - wins, halves = n;
    double p = 1;
    for (int64_t i = 1; i <= m; i++) {
        p *= (double)(n - m + i) / (double)i;
        for (; p > 1 && halves; halves--) p *= .5;
    }
    for (; halves && p > 0; halves--) p *= .5;
    return p;
}

double sign_tail(int64_t n, int64_t wins)
{
    double term = sign_point(n, wins), sum = term;
    for (int64_t k = wins; k < n && term > sum * 1e-17; k++) {
        term *= (double)(n - k) / (double)(k + 1);
        sum += term;
    }
    return sum < 1 ? sum : 1;
}

double sign_evidence(int64_t n, int64_t wins)
{
    double p = sign_point(n, wins) * (double)(n + 1);
    return p > 1e-300 ? 1 / p : 1e300;
}

/* Exactly as people write them: .905 - .9 is .005. */
static double rounded(double v)
{
    double scaled = v * 1e9;
    if (!(scaled > -4e18 && scaled < 4e18)) return v;
    return (double)(int64_t)(scaled + (v < 0 ? -.5 : .5)) / 1e9;
}

static bool by_luck(const struct better_facts *f)
{
    int64_t n = f->wins + f->losses;
    if (f->trial) return f->wins <= f->losses || sign_evidence(n, f->wins) < BETTER_EVIDENCE;
    return sign_tail(n, f->wins) > BETTER_LEVEL;
}

static str paired_text(const struct better_facts *f, struct arena *a)
{
    if (!f->paired) return STR("");
    return str_fmt(a, "; alone right in %lld cases, alone wrong in %lld", (long long)f->wins, (long long)f->losses);
}

bool better_decide(const struct better_facts *f, struct arena *a, str *why)
{
    double gain = rounded(f->lower ? f->before - f->score : f->score - f->before);
    bool enough = gain > 0 && gain >= rounded(f->margin), luck = enough && f->paired && by_luck(f);
    *why = str_fmt(a, STR_FMT " %.4g after %.4g: %s%s" STR_FMT, STR_ARG(f->metric), f->score, f->before,
                   enough ? "better by at least " : gain > 0 ? "not better by " : "not better",
                   gain > 0 ? str_fmt(a, "%.4g", f->margin).ptr : "", STR_ARG(paired_text(f, a)));
    if (luck) *why = str_fmt(a, STR_FMT ": that may be luck", STR_ARG(*why));
    return enough && !luck;
}
