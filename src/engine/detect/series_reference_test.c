/* Nearest neighbours of windows against stumpy, medians and spreads against SciPy (tests/reference/series.py). */
#include <math.h>

#include "chance_samples.h"
#include "engine/detect/column_scale.h"
#include "engine/detect/discord.h"
#include "test.h"

enum shape { UNIFORM, BELL, WALK, SAW, TIES, STEPS, SPIKE, OFFSET, TINY, CONSTANT };
enum { ROWS_MAX = 1001 };

static double draw(enum shape shape, size_t i, size_t n, double *walk, uint64_t *u)
{
    switch (shape) {
    case UNIFORM: return chance_unit(u);
    case BELL: return chance_bell(u);
    case WALK: return *walk += chance_unit(u) - 0.5;
    case SAW: return (double)(i % 23) / 8 + chance_unit(u) / 4;
    case TIES: return floor(chance_unit(u) * 3);
    case STEPS: return i / 20 % 3 ? (double)(i / 40 % 3) + 0.125 * chance_unit(u) : 1;
    case SPIKE: return chance_unit(u) + (i == n / 2 ? 1000 : 0);
    case OFFSET: return 1000 + chance_unit(u);
    case TINY: return chance_unit(u) * 0x1p-40;
    case CONSTANT: return 5;
    }
    return 0;
}

static void make(enum shape shape, uint64_t seed, size_t n, double *x)
{
    double walk = 0;
    for (size_t i = 0; i < n; i++) x[i] = draw(shape, i, n, &walk, &seed);
}

static const struct neighbour {
    enum shape shape;
    uint64_t seed;
    size_t rows, window, row;
    double nearest, before; /* before: -1, none */
} neighbours[] = {
#define NEIGHBOUR_CASES
#include "reference/series.h"
#undef NEIGHBOUR_CASES
};

static const struct spread {
    enum shape shape;
    uint64_t seed;
    size_t rows;
    double median, deviation;
} spreads[] = {
#define SPREAD_CASES
#include "reference/series.h"
#undef SPREAD_CASES
};

/* stumpy leaves out neighbours that start within a quarter of a window. */
static void compare(const struct neighbour *want, const struct discord_profile *p)
{
    double before = sqrt(p->before[want->row]), nearest = fmin(before, sqrt(p->after[want->row]));
    bool same = fabs(nearest - want->nearest) < 1e-6 &&
                (want->before < 0 ? isinf(before) : fabs(before - want->before) < 1e-6);
    if (!same)
        test_failed(__FILE__, __LINE__,
                    "shape %d, %zu rows, window %zu, row %zu: %.9g, before %.9g, want %.9g and %.9g", (int)want->shape,
                    want->rows, want->window, want->row, nearest, before, want->nearest, want->before);
}

TEST(nearest_neighbours_are_those_of_stumpy)
{
    double x[ROWS_MAX];
    for (size_t k = 0; k < sizeof neighbours / sizeof *neighbours; k++) {
        const struct neighbour *want = &neighbours[k];
        struct discord_join join = { .window = want->window, .apart = (want->window + 3) / 4 + 1 };
        struct discord_profile p[2];
        struct arena a = arena_init(1 << 20);
        make(want->shape, want->seed, want->rows, x);
        for (size_t i = 0; i < want->rows && want->shape == TINY; i++) x[i] *= 0x1p40; /* to size, as is asked for */
        CHECK_OK(discord_join(x, want->rows, &join, &a, p));
        compare(want, &p[0]);
        arena_done(&a);
    }
}

TEST(medians_and_spreads_are_those_of_scipy)
{
    double x[ROWS_MAX];
    for (size_t k = 0; k < sizeof spreads / sizeof *spreads; k++) {
        const struct spread *want = &spreads[k];
        make(want->shape, want->seed, want->rows, x);
        struct column_scale s = column_scale_of(x, want->rows);
        double spread = want->deviation > 0 ? want->deviation : s.spread; /* more than half are equal: our own rule */
        if (fabs(s.centre - want->median) > 1e-12 * fabs(want->median) || fabs(s.spread - spread) > 1e-9 * spread)
            test_failed(__FILE__, __LINE__, "shape %d, %zu rows: %.15g and %.15g, want %.15g and %.15g",
                        (int)want->shape, want->rows, s.centre, s.spread, want->median, want->deviation);
    }
}
