/* Left discords of a stream that nobody described. The first values are kept until they show a period; the window is
 * that long, and from then on every value is compared as it comes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/detect/bridge.h"
#include "engine/detect/discord.h"

enum { FIRST = DISCORD_WATCH_FIRST, HISTORY = DISCORD_WATCH_HISTORY };
static const double most_units = 1000;       /* further out is not further: sums of squares keep their digits */
static const double floor_share = 1.0 / 3.0; /* of the usual deviation of a window */

void discord_watch_init(struct discord_watch *w, double *memory)
{
    *w = (struct discord_watch){ .first = memory + discord_online_numbers(HISTORY) };
    w->online.x = memory; /* until the window is known */
}

static double to_unit(const struct discord_watch *w, double value)
{
    return fmin(fmax((value - w->center) / w->unit, -most_units), most_units);
}

/* Median 0, the middle 80 % as wide as those of a normal distribution; false when nothing moves. */
static bool find_unit(struct discord_watch *w, double *sorted)
{
    memcpy(sorted, w->first, FIRST * sizeof *sorted);
    qsort(sorted, FIRST, sizeof *sorted, bridge_by_value);
    w->center = sorted[FIRST / 2];
    w->unit = (sorted[FIRST * 9 / 10] - sorted[FIRST / 10]) / 2.5631;
    if (!(w->unit > 0)) w->unit = (sorted[FIRST - 1] - sorted[0]) / 4; /* mostly one value */
    return w->unit > 1e-12 * fabs(w->center) && isfinite(w->unit) && w->unit > 1e-300;
}

static double usual_deviation(const double *x, size_t window)
{
    double total = 0;
    size_t n = 0;
    for (size_t i = 0; i + window <= FIRST; i += window / 2, n++) {
        double sum = 0, squares = 0;
        for (size_t u = 0; u < window; u++) sum += x[i + u];
        for (size_t u = 0; u < window; u++)
            squares += (x[i + u] - sum / (double)window) * (x[i + u] - sum / (double)window);
        total += sqrt(squares / (double)window);
    }
    return total / (double)n;
}

static err begin(struct discord_watch *w, struct arena *scratch)
{
    double *memory = w->online.x; /* free so far */
    size_t period = DISCORD_PERIOD_DEFAULT;
    w->moves = find_unit(w, memory);
    if (!w->moves) return OK;
    for (size_t i = 0; i < FIRST; i++) w->first[i] = to_unit(w, w->first[i]);
    err e = discord_period(w->first, FIRST, scratch, &period);
    if (e.code) return e;
    discord_online_init(&w->online, memory, period, HISTORY, floor_share * usual_deviation(w->first, period));
    for (size_t i = 0; i < FIRST; i++) (void)discord_online_sample(&w->online, w->first[i], NULL);
    return OK;
}

err discord_watch_sample(struct discord_watch *w, double value, struct arena *scratch, bool *told,
                         struct discord_stretch *out)
{
    *told = false;
    if (isfinite(value)) w->last = value;
    w->rows++;
    if (w->rows <= FIRST) {
        w->first[w->rows - 1] = w->last;
        return w->rows == FIRST ? begin(w, scratch) : OK;
    }
    if (!w->moves) return OK;
    bool record;
    double most = w->online.worst, distance = discord_online_sample(&w->online, to_unit(w, w->last), &record);
    w->quiet = record ? 0 : w->quiet + 1;
    if (w->quiet > w->online.window) w->odd = false;
    if (!record || w->odd) return OK;
    w->odd = *told = true;
    *out = (struct discord_stretch){ w->rows - w->online.window, w->online.window, distance, most };
    return OK;
}
