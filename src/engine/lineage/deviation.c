#include "engine/lineage/deviation.h"

#include <math.h>

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t finite_of(const double *v, size_t n, double *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) out[kept++] = v[i];
    return kept;
}

static double middle_of(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : 0.5 * sorted[n / 2 - 1] + 0.5 * sorted[n / 2];
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* `sorted` is used up: it becomes the absolute deviations. */
static double spread_of(double *sorted, size_t n, double middle)
{
    double quartiles = (sorted[3 * (n - 1) / 4] - sorted[(n - 1) / 4]) / 1.349;
    double tails = larger(sorted[19 * (n - 1) / 20] - middle, middle - sorted[(n - 1) / 20]) / 1.645;
    for (size_t i = 0; i < n; i++) sorted[i] = sorted[i] > middle ? sorted[i] - middle : middle - sorted[i];
    qsort(sorted, n, sizeof *sorted, by_size);
    return larger(larger(quartiles, tails), 1.4826 * middle_of(sorted, n));
}

bool deviation_of(const double *normal, size_t n, const double *window, size_t m, double floor, double *scratch,
                  struct deviation *out)
{
    size_t known = finite_of(normal, n, scratch), seen = 0;
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        if (!isfinite(window[i])) continue;
        sum += window[i];
        seen++;
    }
    if (known < DEVIATION_NORMAL_MIN || seen == 0) return false;
    qsort(scratch, known, sizeof *scratch, by_size);
    double middle = middle_of(scratch, known), spread = larger(spread_of(scratch, known, middle), floor);
    double shift = sum / (double)seen - middle;
    *out = (struct deviation){ .middle = middle, .spread = spread, .shift = shift, .score = shift / spread };
    return isfinite(out->score);
}
