/* Two whole columns of numbers: sorted, then walked once. */
#include <math.h>

#include "engine/detect/drift_pair.h"
#include "engine/detect/drift_dist.h"
#include "engine/detect/drift_sort.h"

enum { LANES = 4 };

/* Finite values to the front; the rest is counted. */
static size_t finite_first(double *v, size_t n, struct drift_side *side)
{
    size_t kept = 0, missing = 0;
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

void drift_moments(double n, double pivot, double sum, double squares, struct drift_side *side)
{
    if (!(n > 0)) return;
    side->mean = pivot + sum / n;
    double variance = (squares - sum * sum / n) / n;
    side->sd = n > 1 && variance > 0 ? sqrt(variance) : 0;
}

static void moments(const double *v, size_t n, struct drift_side *side)
{
    double sum[LANES] = { 0 }, squares[LANES] = { 0 }, pivot = n ? v[n / 2] : 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            double d = v[i + k] - pivot;
            sum[k] += d;
            squares[k] += d * d;
        }
    for (; i < n; i++) sum[0] += v[i] - pivot, squares[0] += (v[i] - pivot) * (v[i] - pivot);
    drift_moments((double)n, pivot, sum[0] + sum[1] + sum[2] + sum[3], squares[0] + squares[1] + squares[2] + squares[3], side);
}

static size_t distinct(const double *v, size_t n)
{
    size_t count = n > 0;
    for (size_t i = 1; i < n; i++) count += v[i] != v[i - 1];
    return count;
}

static struct drift_points prepare(double *v, size_t n, double *scratch, struct drift_side *side)
{
    size_t kept = finite_first(v, n, side);
    drift_sort(v, scratch, kept);
    moments(v, kept, side);
    side->distinct = (double)distinct(v, kept);
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
