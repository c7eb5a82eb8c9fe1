#include "engine/detect/column_scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rising(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static double middle(double *v, size_t n)
{
    qsort(v, n, sizeof *v, rising);
    if (n % 2 == 0 && n) return v[n / 2 - 1] / 2 + v[n / 2] / 2;
    return n ? v[n / 2] : 0;
}

/* Halves are taken before differences: 1e308 less -1e308 must stay finite. */
struct column_scale column_scale_of(double *values, size_t n)
{
    struct column_scale s = { middle(values, n), 0 };
    double mean = 0;
    for (size_t i = 0; i < n; i++) {
        values[i] = fabs(values[i] / 2 - s.centre / 2);
        mean += values[i] / (double)n;
    }
    double half = 1.4826 * middle(values, n);
    if (!(half > 0)) half = mean;
    s.spread = half > 0 ? fmin(half, 8e307) * 2 : 1;
    return s;
}

double column_scaled(double v, struct column_scale s, double clip)
{
    if (!isfinite(v)) return 0;
    double z = (v / 2 - s.centre / 2) / (s.spread / 2);
    return z > clip ? clip : z < -clip ? -clip : z;
}
