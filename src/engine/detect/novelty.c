#include "engine/detect/novelty.h"

#include <math.h>

#include "engine/detect/real.h"

enum { CELLS = DETECT_CELLS, WORDS = CELLS / 64, PARTS = 256 };
static const double same = 2.0 / PARTS;     /* cells; closer numbers are the same */
static const double fill = 0.5;             /* of the cells that a range takes when they are laid anew */
static const double finer = 0.4;            /* cells are laid anew when they would be this much narrower */
static const double relative_width = 1e-13; /* of a number: narrower cells cannot tell numbers apart */
static const double least_width = 1e-300;

/* ---- cells ---- */

static double position(const struct detect_novelty *n, double x)
{
    return (x - n->origin) / n->width;
}

static bool is_used(const struct detect_novelty *n, int cell)
{
    return n->used[cell / 64] >> (cell % 64) & 1;
}

/* Position of the highest number in the cells up to `cell`; -1: none. */
static double nearest_below(const struct detect_novelty *n, int cell)
{
    if (cell < 0) return -1;
    int word = cell / 64;
    uint64_t bits = n->used[word] & (~UINT64_C(0) >> (63 - cell % 64));
    while (!bits) {
        if (word-- == 0) return -1;
        bits = n->used[word];
    }
    int found = word * 64 + 63 - __builtin_clzll(bits);
    return found + (double)n->cells[found].most / PARTS;
}

/* Position of the lowest number in the cells from `cell`; -1: none. */
static double nearest_above(const struct detect_novelty *n, int cell)
{
    if (cell >= CELLS) return -1;
    int word = cell / 64;
    uint64_t bits = n->used[word] & (~UINT64_C(0) << cell % 64);
    while (!bits) {
        if (++word == WORDS) return -1;
        bits = n->used[word];
    }
    int found = word * 64 + __builtin_ctzll(bits);
    return found + (double)n->cells[found].least / PARTS;
}

static void mark(struct detect_novelty *n, double p)
{
    if (!(p >= 0 && p < CELLS)) return;
    int cell = (int)p;
    uint8_t part = (uint8_t)((p - cell) * PARTS);
    if (!is_used(n, cell)) {
        n->used[cell / 64] |= UINT64_C(1) << (cell % 64);
        n->cells[cell].least = n->cells[cell].most = part;
    } else if (part < n->cells[cell].least)
        n->cells[cell].least = part;
    else if (part > n->cells[cell].most)
        n->cells[cell].most = part;
}

/* Everything from a to b counts as seen: inside a cell nothing can be told apart, and cells may become finer. */
static void mark_span(struct detect_novelty *n, double a, double b)
{
    if (!(b >= 0 && a < CELLS)) return;
    mark(n, a);
    for (int cell = a < 0 ? 0 : (int)a + 1; cell <= b && cell < CELLS; cell++) {
        mark(n, cell - 0.5 / PARTS);
        mark(n, cell);
    }
    mark(n, b);
}

static double width_for(double low, double high)
{
    double width = (high - low) / (CELLS * fill),
           most = real_abs(low) > real_abs(high) ? real_abs(low) : real_abs(high);
    if (width < most * relative_width) width = most * relative_width;
    return width > least_width ? width : least_width;
}

/* Lay the cells so that low..high takes the middle half of them, and carry over what still fits. */
static void lay(struct detect_novelty *n, double low, double high)
{
    struct detect_novelty old = *n;
    n->width = width_for(low, high);
    n->origin = low / 2 + high / 2 - n->width * (CELLS / 2.0);
    memset(n->used, 0, sizeof n->used);
    memset(n->cells, 0, sizeof n->cells);
    for (int i = 0; i < CELLS && old.width > 0; i++) {
        if (!is_used(&old, i)) continue;
        mark_span(n, position(n, old.origin + old.width * (i + (double)old.cells[i].least / PARTS)),
                  position(n, old.origin + old.width * (i + (double)old.cells[i].most / PARTS)));
    }
    double below = nearest_above(n, 0), above = nearest_below(n, CELLS - 1);
    if (n->lowest < n->origin)
        n->lowest = below < 0 ? low : n->origin + n->width * below; /* what was below is forgotten */
    if (n->highest >= n->origin + n->width * CELLS) n->highest = above < 0 ? high : n->origin + n->width * above;
}

/* ---- public ---- */

void novelty_fetch(const struct detect_novelty *n)
{
    __builtin_prefetch(n, 1);
    __builtin_prefetch(n->used + WORDS / 2, 1);
}

void novelty_fetch_cell(const struct detect_novelty *n, double x)
{
    double p = n->width > 0 ? position(n, x) : 0;
    if (p >= 0 && p < CELLS) __builtin_prefetch(&n->cells[(int)p], 1);
}

/* The neighbours of position p, which may lie outside the cells. False: p itself was seen. */
static bool neighbours(const struct detect_novelty *n, double p, double *below, double *above)
{
    *below = *above = -1;
    if (p < 0)
        *above = nearest_above(n, 0);
    else if (p >= CELLS)
        *below = nearest_below(n, CELLS - 1);
    else {
        int cell = (int)p;
        double least = cell + (double)n->cells[cell].least / PARTS, most = cell + (double)n->cells[cell].most / PARTS;
        bool used = is_used(n, cell);
        if (used && p >= least - same && p <= most + same) return false;
        *below = used && p > most ? most : nearest_below(n, cell - 1);
        *above = used && p < least ? least : nearest_above(n, cell + 1);
    }
    return true;
}

double novelty_of(const struct detect_novelty *n, double x, double floor, struct novelty_gap *gap)
{
    if (n->width == 0) return 0;
    double p = position(n, x), below, above;
    if (!neighbours(n, p, &below, &above)) return 0;
    double far = below < 0 && above < 0  ? CELLS
                 : below < 0             ? above - p
                 : above < 0             ? p - below
                 : p - below < above - p ? p - below
                                         : above - p;
    double range = n->high - n->low, share = far <= same ? 0 : far * n->width / (range > floor ? range : floor);
    if (gap) {
        gap->lowest = n->lowest;
        gap->highest = n->highest;
        gap->low = below < 0 ? -INFINITY : above < 0 ? n->highest : n->origin + n->width * below;
        gap->high = above < 0 ? INFINITY : below < 0 ? n->lowest : n->origin + n->width * above;
    }
    return share < 1 ? share : 1;
}

void novelty_learn(struct detect_novelty *n, double x, double memory)
{
    if (n->width == 0) {
        n->low = n->high = n->lowest = n->highest = x;
        lay(n, x, x);
    } else {
        double shrink = (n->high / 2 - n->low / 2) / memory;
        n->low = x < n->low + shrink ? x : n->low + shrink;
        n->high = x > n->high - shrink ? x : n->high - shrink;
    }
    double low = position(n, n->low), high = position(n, n->high);
    if (low < 0 || high >= CELLS || width_for(n->low, n->high) < n->width * finer) lay(n, n->low, n->high);
    mark(n, position(n, x));
    n->lowest = real_least(n->lowest, x);
    n->highest = real_most(n->highest, x);
}

bool novelty_ok(const struct detect_novelty *n)
{
    const double most = 1e32;
    if (n->width == 0) return n->low == 0 && n->high == 0 && n->lowest == 0 && n->highest == 0;
    return n->width >= least_width && n->width <= most && real_abs(n->origin) <= most && real_abs(n->low) <= most &&
           real_abs(n->high) <= most && n->low <= n->high && real_abs(n->lowest) <= most &&
           real_abs(n->highest) <= most && n->lowest <= n->highest;
}
