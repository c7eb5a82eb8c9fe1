#include "engine/detect/logistic.h"

#include <math.h>

static const double enough = 1e-6;     /* stop when the gradient is this share of the first one */
static const double sufficient = 1e-4; /* of the promised decrease, for a step to be taken (Armijo) */

struct problem {
    const struct sparse *x;
    const unsigned char *label, *use;
    double c;
    double *margin; /* a row: w x + bias */
    double *curve;  /* a row: c s (1 - s), s the chance of its label */
};

struct vectors { /* each columns + 1 long */
    double *gradient, *step, *residual, *direction, *product;
};

double logistic_score(const struct sparse *x, uint32_t row, const double *weights)
{
    double sum = weights[x->columns];
    for (uint32_t k = x->start[row]; k < x->start[row + 1]; k++) sum += weights[x->index[k]] * (double)x->value[k];
    return sum;
}

static bool used(const struct problem *p, uint32_t row)
{
    return !p->use || p->use[row];
}

static double dot(const double *a, const double *b, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* log(1 + exp(-m)) without overflow. */
static double loss(double m)
{
    return m > 0 ? log1p(exp(-m)) : log1p(exp(m)) - m;
}

static void scatter(const struct sparse *x, uint32_t row, double factor, double *out)
{
    for (uint32_t k = x->start[row]; k < x->start[row + 1]; k++) out[x->index[k]] += factor * (double)x->value[k];
    out[x->columns] += factor;
}

/* The objective at w; fills the margins. */
static double objective(const struct problem *p, const double *w)
{
    double sum = dot(w, w, p->x->columns) / 2;
    for (uint32_t i = 0; i < p->x->rows; i++) {
        if (!used(p, i)) continue;
        p->margin[i] = logistic_score(p->x, i, w);
        sum += p->c * loss(p->label[i] ? p->margin[i] : -p->margin[i]);
    }
    return sum;
}

/* Fills the gradient and the curvature of every row; the margins are those of w. */
static void derive(const struct problem *p, const double *w, double *gradient)
{
    for (uint32_t j = 0; j < p->x->columns; j++) gradient[j] = w[j];
    gradient[p->x->columns] = 0;
    for (uint32_t i = 0; i < p->x->rows; i++) {
        if (!used(p, i)) continue;
        double chance = 1 / (1 + exp(-p->margin[i]));
        p->curve[i] = p->c * chance * (1 - chance);
        scatter(p->x, i, p->c * (chance - (p->label[i] ? 1 : 0)), gradient);
    }
}

/* The Hessian times v. */
static void curved(const struct problem *p, const double *v, double *out)
{
    for (uint32_t j = 0; j < p->x->columns; j++) out[j] = v[j];
    out[p->x->columns] = 1e-9 * v[p->x->columns]; /* keeps it positive when every chance is 0 or 1 */
    for (uint32_t i = 0; i < p->x->rows; i++)
        if (used(p, i)) scatter(p->x, i, p->curve[i] * logistic_score(p->x, i, v), out);
}

/* v->step: about the Newton step, by conjugate gradients (Hestenes and Stiefel 1952). */
static void newton_step(const struct problem *p, struct vectors *v, uint32_t n)
{
    double squares = 0;
    for (uint32_t j = 0; j < n; j++) {
        v->step[j] = 0;
        v->direction[j] = v->residual[j] = -v->gradient[j];
        squares += v->residual[j] * v->residual[j];
    }
    double stop = 1e-4 * squares;
    for (int k = 0; k < LOGISTIC_INNER && squares > stop; k++) {
        curved(p, v->direction, v->product);
        double along = squares / dot(v->direction, v->product, n), was = squares;
        squares = 0;
        for (uint32_t j = 0; j < n; j++) {
            v->step[j] += along * v->direction[j];
            v->residual[j] -= along * v->product[j];
            squares += v->residual[j] * v->residual[j];
        }
        for (uint32_t j = 0; j < n; j++) v->direction[j] = v->residual[j] + squares / was * v->direction[j];
    }
}

/* Goes along the step, halved until the objective falls enough. False: it does not any more. */
static bool advance(const struct problem *p, const struct vectors *v, double *w, double *value, uint32_t n)
{
    double slope = dot(v->gradient, v->step, n), share = 1, before = *value;
    for (int k = 0; k < 30; k++, share /= 2) {
        for (uint32_t j = 0; j < n; j++) v->product[j] = w[j] + share * v->step[j];
        *value = objective(p, v->product);
        if (!(*value <= before + sufficient * share * slope)) continue;
        memcpy(w, v->product, n * sizeof *w);
        return true;
    }
    *value = objective(p, w);
    return false;
}

err logistic_train(const struct sparse *x, const unsigned char *label, const unsigned char *use, double c,
                   struct arena *a, double *weights)
{
    uint32_t n = x->columns + 1;
    double *room = arena_try(a, (5 * (size_t)n + 2 * (size_t)x->rows) * sizeof *room);
    if (!room) return err_make(ERR_LIMIT, "logistic regression of %u rows, %u columns", x->rows, x->columns);
    struct vectors v = { room, room + n, room + 2 * (size_t)n, room + 3 * (size_t)n, room + 4 * (size_t)n };
    struct problem p = { x, label, use, c, room + 5 * (size_t)n, room + 5 * (size_t)n + x->rows };
    memset(weights, 0, n * sizeof *weights);
    double value = objective(&p, weights), first = 0;
    for (int k = 0; k < LOGISTIC_STEPS; k++) {
        derive(&p, weights, v.gradient);
        double size = sqrt(dot(v.gradient, v.gradient, n));
        if (k == 0) first = size;
        if (!(size > enough * first)) break;
        newton_step(&p, &v, n);
        if (!advance(&p, &v, weights, &value, n)) break;
    }
    return OK;
}
