/* Left discords as samples come in: the dot products of the newest window with all earlier ones follow from those of
 * the window before (Zhu et al. 2016, STOMP's row by row order). The history slides inside a buffer of twice its
 * length, and is summed afresh when it does. */
#include "engine/detect/discord.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double record_margin = 1.1;

void discord_online_init(struct discord_online *o, double *memory, size_t window, size_t history, double floor)
{
    assert(window >= DISCORD_WINDOW_MIN && history >= 4 * window && history <= DISCORD_HISTORY_MAX && floor >= 0);
    *o = (struct discord_online){ .window = window,
                                  .history = history,
                                  .floor = floor,
                                  .x = memory,
                                  .dot = memory + 2 * history,
                                  .mean = memory + 4 * history,
                                  .deviation = memory + 6 * history };
}

static void moments(struct discord_online *o, size_t start)
{
    double sum = 0, squares = 0, m = (double)o->window;
    for (size_t u = 0; u < o->window; u++) sum += o->x[start + u];
    for (size_t u = 0; u < o->window; u++) squares += (o->x[start + u] - sum / m) * (o->x[start + u] - sum / m);
    o->mean[start] = sum / m;
    o->deviation[start] = squares / m > 1e-20 * (1 + sum / m * (sum / m)) ? sqrt(squares / m) : 0;
}

static double dot(const struct discord_online *o, size_t i, size_t j)
{
    double sum = 0;
    for (size_t u = 0; u < o->window; u++) sum += o->x[i + u] * o->x[j + u];
    return sum;
}

/* Drop what is older than the history, and start the dot products of the newest window anew. */
static void slide(struct discord_online *o)
{
    size_t drop = o->rows - o->history;
    memmove(o->x, o->x + drop, o->history * sizeof *o->x);
    memmove(o->mean, o->mean + drop, o->history * sizeof *o->mean);
    memmove(o->deviation, o->deviation + drop, o->history * sizeof *o->deviation);
    o->rows = o->history;
    size_t newest = o->rows - o->window;
    for (size_t j = 0; j <= newest; j++) o->dot[j] = dot(o, j, newest);
}

/* dot[j] from that of one row before, for the window that begins at `newest`. */
static void advance(struct discord_online *o, size_t newest)
{
    size_t m = o->window;
    double out = o->x[newest - 1], in = o->x[newest + m - 1];
    for (size_t j = newest; j > 0; j--) o->dot[j] = o->dot[j - 1] - o->x[j - 1] * out + o->x[j + m - 1] * in;
    o->dot[0] = dot(o, 0, newest);
}

static double nearest(const struct discord_online *o, size_t newest)
{
    size_t first = o->rows > o->history ? o->rows - o->history : 0;
    double m = (double)o->window, own = sqrt(o->deviation[newest] * o->deviation[newest] + o->floor * o->floor),
           best = INFINITY;
    double own_scale = own > 0 ? 1 / own : 0,
           own_norm = m * o->deviation[newest] * o->deviation[newest] * own_scale * own_scale;
    for (size_t j = first; j + o->window <= newest; j++) {
        double size = sqrt(o->deviation[j] * o->deviation[j] + o->floor * o->floor), scale = size > 0 ? 1 / size : 0;
        double cov = o->dot[j] - m * o->mean[j] * o->mean[newest];
        double d = own_norm + m * o->deviation[j] * o->deviation[j] * scale * scale - 2 * cov * scale * own_scale;
        best = d < best ? d : best;
    }
    return best > 0 ? sqrt(best / (2 * m)) : 0;
}

double discord_online_sample(struct discord_online *o, double value, bool *record)
{
    if (record) *record = false;
    if (o->rows == 2 * o->history) slide(o);
    o->x[o->rows++] = value;
    o->taken++;
    if (o->rows < o->window) return -1;
    size_t newest = o->rows - o->window;
    moments(o, newest);
    if (newest == 0) o->dot[0] = dot(o, 0, 0);
    else advance(o, newest);
    if (newest < o->window) return -1;
    double d = nearest(o, newest);
    if (o->taken < o->history / 2) return d; /* neighbours are still to come */
    o->worst *= 1 - 1 / (8 * (double)o->history);
    if (record) *record = o->taken >= o->history && d > record_margin * o->worst;
    o->worst = fmax(o->worst, d);
    return d;
}
