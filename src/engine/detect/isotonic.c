#include "engine/detect/isotonic.h"

#include <math.h>
#include <stdlib.h>

struct point {
    double x, y, weight;
};

struct block { /* of points that share one fitted value */
    double left, right, sum, weight;
};

static int by_x(const void *a, const void *b)
{
    const struct point *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

/* Points of one x become one. */
static size_t unite(struct point *p, size_t n)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (m && p[m - 1].x == p[i].x) {
            p[m - 1].y += p[i].y; /* a sum until the division below */
            p[m - 1].weight += 1;
        } else {
            p[m++] = p[i];
        }
    }
    return m;
}

static double mean(const struct block *b)
{
    return b->sum / b->weight;
}

static size_t pool(const struct point *p, size_t n, struct block *b)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        b[m++] = (struct block){ .left = p[i].x, .right = p[i].x, .sum = p[i].y, .weight = p[i].weight };
        while (m > 1 && mean(&b[m - 2]) >= mean(&b[m - 1])) {
            b[m - 2].right = b[m - 1].right;
            b[m - 2].sum += b[m - 1].sum;
            b[m - 2].weight += b[m - 1].weight;
            m--;
        }
    }
    return m;
}

err isotonic_fit(const double *x, const double *y, size_t n, struct arena *a, struct isotonic *out)
{
    if (!n) return err_make(ERR_INPUT, "isotonic regression of no points");
    struct point *p = arena_try(a, n * sizeof *p);
    if (!p) return err_make(ERR_LIMIT, "isotonic regression of %zu points", n);
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(x[i]) <= 1e300 && fabs(y[i]) <= 1e300))
            return err_make(ERR_INPUT, "point %zu of an isotonic regression", i);
        p[i] = (struct point){ x[i], y[i], 1 };
    }
    qsort(p, n, sizeof *p, by_x);
    n = unite(p, n);
    struct block *b = arena_try(a, n * sizeof *b);
    if (!b) return err_make(ERR_LIMIT, "isotonic regression of %zu points", n);
    size_t blocks = pool(p, n, b), knots = 0;
    double *kx = (double *)p,
           *ky = arena_try(a, 2 * blocks * sizeof *ky); /* the points are not needed any more, and are larger */
    if (!ky) return err_make(ERR_LIMIT, "isotonic regression of %zu points", n);
    for (size_t i = 0; i < blocks; i++) {
        kx[knots] = b[i].left;
        ky[knots++] = mean(&b[i]);
        if (b[i].right == b[i].left) continue;
        kx[knots] = b[i].right;
        ky[knots++] = mean(&b[i]);
    }
    *out = (struct isotonic){ .x = kx, .y = ky, .n = knots };
    return OK;
}

double isotonic_at(const struct isotonic *fit, double x)
{
    if (isnan(x)) return x;
    size_t low = 0, high = fit->n; /* knots at or below x */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fit->x[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return fit->y[0];
    if (low == fit->n) return fit->y[fit->n - 1];
    double left = fit->x[low - 1], share = (x - left) / (fit->x[low] - left);
    return fit->y[low - 1] + share * (fit->y[low] - fit->y[low - 1]);
}
