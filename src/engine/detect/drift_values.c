/* Two whole columns of numbers: sorted, then walked once. */
#include <math.h>

#include "engine/detect/drift_pair.h"
#include "engine/detect/drift_dist.h"
#include "engine/detect/drift_sort.h"

enum { PAIRS = 4, LANES = 2 * PAIRS };
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));
#define UNROLL _Pragma("GCC unroll 4")

static bool all_finite(const double *v, size_t n)
{
    two nothing[PAIRS] = { { 0 } }; /* a finite value times 0 is 0, any other is NaN */
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        UNROLL for (size_t k = 0; k < PAIRS; k++) nothing[k] += *(const two *)(v + i + 2 * k) * 0.0;
    for (; i < n; i++) nothing[0][0] += v[i] * 0;
    two all = (nothing[0] + nothing[1]) + (nothing[2] + nothing[3]);
    return all[0] + all[1] == 0;
}

/* Finite values to the front; the rest is counted. */
static size_t finite_first(double *v, size_t n, struct drift_side *side)
{
    size_t kept = 0, missing = 0;
    if (all_finite(v, n)) {
        side->rows = side->values = (double)n;
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        double x = v[i];
        v[kept] = x;
        kept += isfinite(x) != 0;
        missing += isnan(x) != 0;
    }
    side->rows = (double)n;
    side->missing = (double)missing;
    side->odd = (double)(n - kept - missing);
    side->values = (double)kept;
    return kept;
}

struct drift_sums drift_sums(const double *v, size_t n, double pivot)
{
    two sum[PAIRS] = { { 0 } }, squares[PAIRS] = { { 0 } };
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        UNROLL for (size_t k = 0; k < PAIRS; k++)
        {
            two d = *(const two *)(v + i + 2 * k) - pivot;
            sum[k] += d;
            squares[k] += d * d;
        }
    for (; i < n; i++) sum[0][0] += v[i] - pivot, squares[0][0] += (v[i] - pivot) * (v[i] - pivot);
    two s = (sum[0] + sum[1]) + (sum[2] + sum[3]), q = (squares[0] + squares[1]) + (squares[2] + squares[3]);
    return (struct drift_sums){ s[0] + s[1], q[0] + q[1] };
}

static void moments(const double *v, size_t n, struct drift_side *side)
{
    if (!n) return;
    double pivot = v[n / 2], count = (double)n;
    struct drift_sums s = drift_sums(v, n, pivot);
    side->mean = pivot + s.sum / count;
    double variance = (s.squares - s.sum * s.sum / count) / count;
    side->sd = n > 1 && variance > 0 ? sqrt(variance) : 0;
}

static struct drift_points prepare(double *v, size_t n, double *scratch, struct drift_side *side)
{
    size_t kept = finite_first(v, n, side);
    drift_sort(v, scratch, kept);
    moments(v, kept, side);
    return (struct drift_points){ .value = v, .count = kept, .total = (double)kept };
}

void drift_compare_values(double *ref, size_t m, double *cur, size_t n, double *scratch, struct drift_numbers *out)
{
    memset(out, 0, sizeof *out);
    struct drift_points a = prepare(ref, m, scratch, &out->side[0]), b = prepare(cur, n, scratch, &out->side[1]);
    drift_pair(&a, &b, 1, out);
    const struct drift_side *r = &out->side[0], *c = &out->side[1];
    out->missing_p = dist_two_shares(r->missing, r->rows, c->missing, c->rows);
    out->odd_p = dist_two_shares(r->odd, r->rows, c->odd, c->rows);
}
