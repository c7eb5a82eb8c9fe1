/* A rhythm taken out of a column before changes are looked for: a few harmonics of the period that repeats most
 * clearly, each of which must pay for its two numbers. A cycle of constant shape is then no row of changes. */
#include <math.h>

#include "engine/detect/changepoint_internal.h"
#include "engine/detect/discord.h"

enum { HARMONICS = 12, TRIED_FOR = 4, FREQUENCIES_MAX = 256, FINER = 8, FRESH = 256 };
static const double tau = 6.283185307179586, share_least = 0.2,
                    period_error = 0.1; /* noise moves the peak that the period was read from */

struct wave {
    double cosine, sine;
};

/* Amplitudes at `frequency` cycles a row; by rotation, set right every so often. */
static struct wave amplitudes(const double *x, size_t n, double frequency)
{
    double c = 1, s = 0, dc = cos(tau * frequency), ds = sin(tau * frequency);
    struct wave w = { 0 };
    for (size_t i = 0; i < n; i++) {
        if (i % FRESH == 0) c = cos(tau * frequency * (double)i), s = sin(tau * frequency * (double)i);
        w.cosine += x[i] * c;
        w.sine += x[i] * s;
        double next = c * dc - s * ds;
        s = s * dc + c * ds;
        c = next;
    }
    return (struct wave){ 2 * w.cosine / (double)n, 2 * w.sine / (double)n };
}

static double power(struct wave w)
{
    return (w.cosine * w.cosine + w.sine * w.sine) / 2;
}

/* The frequency among `steps` + 1 from low to high whose first harmonics are strongest. */
static double strongest(const double *x, size_t n, double low, double high, size_t steps)
{
    double best = low, most = -1;
    for (size_t k = 0; k <= steps; k++) {
        double f = low + (high - low) * (double)k / (double)steps, sum = 0;
        for (int h = 1; h <= TRIED_FOR && f * h < 0.5; h++) sum += power(amplitudes(x, n, f * h));
        if (sum <= most) continue;
        most = sum;
        best = f;
    }
    return best;
}

/* The period to a fraction of a row: over many cycles a whole number of rows would fall out of step. */
static double best_frequency(const double *x, size_t n, size_t period)
{
    double p = (double)period, off = fmax(1, p * period_error), low = 1 / (p + off), high = 1 / (p - off);
    size_t steps = (size_t)fmin(fmax(2 * (double)n * (high - low), 8), FREQUENCIES_MAX);
    double step = (high - low) / (double)steps, f = strongest(x, n, low, high, steps);
    return strongest(x, n, f - step, f + step, FINER);
}

static void subtract(double *x, size_t n, double frequency, struct wave w)
{
    for (size_t i = 0; i < n; i++)
        x[i] -= w.cosine * cos(tau * frequency * (double)i) + w.sine * sin(tau * frequency * (double)i);
}

err change_season(double *x, size_t rows, struct arena *a, size_t *terms)
{
    size_t period;
    *terms = 0;
    err e = discord_period(x, rows, a, &period);
    if (e.code || rows < 4 * period) return e;
    double f = best_frequency(x, rows, period), explained = 0, price = 4 * log((double)rows);
    struct wave kept[HARMONICS];
    for (int h = 1; h <= HARMONICS && f * h < 0.5; h++) {
        kept[h - 1] = amplitudes(x, rows, f * h);
        if (power(kept[h - 1]) * (double)rows <= price) kept[h - 1] = (struct wave){ 0 };
        explained += power(kept[h - 1]);
    }
    if (explained < share_least) return OK;
    for (int h = 1; h <= HARMONICS && f * h < 0.5; h++) {
        if (!(power(kept[h - 1]) > 0)) continue;
        subtract(x, rows, f * h, kept[h - 1]);
        *terms += 2;
    }
    return OK;
}
