#include "engine/detect/runs.h"

struct level {
    double median, spread; /* spread: median absolute deviation, scaled to a standard deviation */
};

static double median(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t at = i;
        for (; at > 0 && v[at - 1] > x; at--) v[at] = v[at - 1];
        v[at] = x;
    }
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static struct level level_of(const double *values, size_t n)
{
    double v[RUN_HISTORY_MAX];
    for (size_t i = 0; i < n; i++) v[i] = values[i];
    struct level l = { .median = median(v, n) };
    for (size_t i = 0; i < n; i++) v[i] = values[i] > l.median ? values[i] - l.median : l.median - values[i];
    l.spread = 1.4826 * median(v, n);
    return l;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* 0.5 at the edge of what was expected, towards 1 far outside. */
static double score(double outside, double margin)
{
    return margin > 0 ? 1 - 0.5 * margin / (margin + outside) : 1;
}

bool run_duration_check(const struct run_sample *now, const struct run_sample *history, size_t n, struct run_alarm *out)
{
    double v[RUN_HISTORY_MAX];
    size_t used = 0;
    for (size_t i = 0; i < n && used < RUN_HISTORY_MAX; i++)
        if (history[i].ok) v[used++] = (double)history[i].duration;
    if (!now->ok || used < RUN_HISTORY_MIN) return false;
    const double floor_us = 1000000; /* below that a busy machine explains it */
    struct level l = level_of(v, used);
    double margin = larger(larger(floor_us, 2 * l.median), 6 * l.spread), high = l.median + margin;
    *out = (struct run_alarm){ .value = (double)now->duration, .low = 0, .high = high };
    out->score = score(out->value - high, margin);
    return out->value > high;
}

bool run_volume_check(const struct run_sample *now, const struct run_sample *history, size_t n, struct run_alarm *out)
{
    double v[RUN_HISTORY_MAX];
    size_t used = 0;
    for (size_t i = 0; i < n && used < RUN_HISTORY_MAX; i++)
        if (history[i].ok && history[i].rows >= 0) v[used++] = (double)history[i].rows;
    if (!now->ok || now->rows < 0 || used < RUN_HISTORY_MIN) return false;
    struct level l = level_of(v, used);
    double margin = larger(larger(0.35 * l.median, 5 * l.spread), 1);
    *out = (struct run_alarm){ .value = (double)now->rows,
                               .low = larger(l.median - margin, 0),
                               .high = l.median + margin };
    bool none = now->rows == 0 && l.median - 3 * l.spread > 0;
    out->score = score(larger(out->value - out->high, out->low - out->value), margin);
    return none || out->value > out->high || out->value < out->low;
}

bool run_error_rate_check(const struct run_sample *now, const struct run_sample *history, size_t n,
                          struct run_alarm *out)
{
    enum { RECENT = 10, BEFORE_MIN = 10 };
    if (now->ok || n < RECENT - 1 + BEFORE_MIN) return false;
    size_t recent = 1, before = 0;
    for (size_t i = 0; i < n; i++) {
        if (history[i].ok) continue;
        if (i < RECENT - 1) recent++;
        else before++;
    }
    double share = (double)recent / RECENT, usual = (double)before / (double)(n - RECENT + 1);
    *out = (struct run_alarm){ .value = share, .low = 0, .high = larger(usual, 0.2), .score = share };
    return share >= 0.5 && usual <= 0.2;
}
