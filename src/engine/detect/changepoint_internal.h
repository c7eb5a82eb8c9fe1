/* What the files of change points share: a prepared series, a model of it, and the search for the cheapest segments. */
#ifndef WEIR_ENGINE_DETECT_CHANGEPOINT_INTERNAL_H
#define WEIR_ENGINE_DETECT_CHANGEPOINT_INTERNAL_H

#include "engine/detect/changepoint.h"

enum { CHANGE_SPIKE_REACH = 3 };

struct change_sums { /* of the rows before an index */
    double x, xx, xt;
};
struct change_clock {
    double t, tt;
};

struct change_series { /* columns that move, each with mean 0 and deviation 1 */
    size_t rows, columns;
    bool calm; /* a rhythm was taken out */
    double *x[CHANGE_COLUMNS_MAX];
    struct change_sums *sums[CHANGE_COLUMNS_MAX];
    struct change_clock *time;
    double unit[CHANGE_COLUMNS_MAX], center[CHANGE_COLUMNS_MAX]; /* value = x * unit + center */
    size_t name[CHANGE_COLUMNS_MAX];                             /* index of the column in the caller's values */
};

/* Time of a row, -1/2 .. 1/2: small, so that sums of squares keep their digits. */
static inline double change_clock(const struct change_series *s, size_t row)
{
    return ((double)row - (double)s->rows / 2) / (double)s->rows;
}

struct change_model {
    bool trend;    /* segments are lines, else constants */
    double price;  /* of one unit of cost: 1, or more when the noise remembers */
    size_t count;
    size_t at[CHANGE_COUNT_MAX];
};

struct change_work { /* scratch of one search */
    double *rest;    /* rows */
    double best[CHANGE_GRID + 1], cost[CHANGE_GRID + 1], log_share[CHANGE_GRID + 1];
    uint32_t from[CHANGE_GRID + 1], live[CHANGE_GRID + 1], drop[CHANGE_GRID + 1];
};

/* Squares that a constant (or a line) leaves of the rows from..to-1, over all columns. */
double change_cost(const struct change_series *s, bool trend, size_t from, size_t to);
/* The cheapest segments at m->price, into m->at and m->count. May raise the price to stay within CHANGE_COUNT_MAX. */
void change_partition(const struct change_series *s, struct change_model *m, struct change_work *w);

/* The sums that change_cost() works on, of the x of each column; false: no room. */
bool change_sums_build(struct change_series *s, struct arena *a);
/* Segments and price of the model until the price stays; gives what it costs to describe the series by it. */
double change_fit(struct change_series *s, struct change_model *m, struct change_work *w);
/* What the segments leave of column c. */
void change_leave(const struct change_series *s, const struct change_model *m, size_t c, double *rest);
/* Adds the changes of spread in what `level` leaves to out[0..*count), which are in order and stay so. None is told
 * near one that is there, and none that is less than half as much again. Errors: ERR_LIMIT. */
MUST_USE err change_spread(const struct change_series *s, const struct change_model *level, struct change_work *w,
                           struct arena *a, struct change *out, size_t *count);

/* Take the rhythm out of x (mean 0, deviation about 1). terms: numbers it took to describe; 0: none is clear, x is as
 * it was. Errors: ERR_LIMIT. */
MUST_USE err change_season(double *x, size_t rows, struct arena *a, size_t *terms);

#endif
