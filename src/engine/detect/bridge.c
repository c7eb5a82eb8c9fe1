#include "engine/detect/bridge.h"

#include <math.h>

bool bridge_missing(const double *values, size_t rows, size_t stride, double *x, double *unit)
{
    double top = 0;
    for (size_t i = 0; i < rows; i++)
        if (isfinite(values[i * stride])) top = fmax(top, fabs(values[i * stride]));
    if (!(top > 0)) return false;
    size_t last = rows; /* the last present row; rows: none yet */
    for (size_t i = 0; i < rows; i++) {
        double v = values[i * stride];
        if (!isfinite(v)) continue;
        x[i] = v / top;
        for (size_t k = last == rows ? 0 : last + 1; k < i; k++)
            x[k] = last == rows ? x[i] : x[last] + (x[i] - x[last]) * (double)(k - last) / (double)(i - last);
        last = i;
    }
    for (size_t k = last + 1; k < rows; k++) x[k] = x[last];
    *unit = top;
    return true;
}

int bridge_by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
