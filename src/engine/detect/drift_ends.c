#include "engine/detect/drift_ends.h"

/* Sorted values join the lowest so far, or the highest: then they are taken from the top and signs are turned. */
static void keep_ends(double *ends, uint32_t *count, const double *run, size_t n, bool highest)
{
    const double sign = highest ? -1 : 1;
    for (size_t k = 0; k < n; k++) {
        double v = run[highest ? n - 1 - k : k];
        uint32_t kept = *count < DRIFT_ENDS ? *count : DRIFT_ENDS - 1, from = 0, to = kept;
        if (*count == DRIFT_ENDS && sign * v >= sign * ends[DRIFT_ENDS - 1]) return;
        while (from < to) {
            uint32_t middle = (from + to) / 2;
            if (sign * ends[middle] <= sign * v) from = middle + 1;
            else to = middle;
        }
        memmove(ends + from + 1, ends + from, (kept - from) * sizeof *ends);
        ends[from] = v;
        *count = kept + 1;
    }
}

void drift_ends_add(struct drift_ends *e, const double *sorted, size_t n)
{
    if (!n) return;
    if (e->low_count < DRIFT_ENDS || sorted[0] < e->low[DRIFT_ENDS - 1])
        keep_ends(e->low, &e->low_count, sorted, n, false);
    if (e->high_count < DRIFT_ENDS || sorted[n - 1] > e->high[DRIFT_ENDS - 1])
        keep_ends(e->high, &e->high_count, sorted, n, true);
}

void drift_ends_merge(struct drift_ends *e, const struct drift_ends *from)
{
    double upwards[DRIFT_ENDS];
    if (!from->low_count) return;
    for (uint32_t i = 0; i < from->high_count; i++) upwards[from->high_count - 1 - i] = from->high[i];
    keep_ends(e->low, &e->low_count, from->low, from->low_count, false);
    keep_ends(e->high, &e->high_count, upwards, from->high_count, true);
}
