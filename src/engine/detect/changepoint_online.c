/* Change points while samples come in. Each hypothesis says where the present segment began and holds what its rows
 * tell; a new sample weighs them by how well they foresaw it, and one more says that a segment begins here. */
#include "engine/detect/changepoint.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* A change every 500 rows is expected; a new mean may be anywhere within some five deviations. */
static const double hazard = 1.0 / 500, prior_kappa = 0.05, prior_alpha = 1, prior_beta = 1;
static const double fade = 1 - 1.0 / 500, certain = 0.99;
/* One sample in a thousand is off for no reason: it says nothing against a segment, and moves it by no more than four
 * deviations. */
static const double odd_share = 1e-3, pull_max = 4, pull_kappa = 3;
static const double rest_max = 2.5, self_first = 50; /* so that a step, or a few samples, do not look like memory */
enum { SEEN_LEAST = 5, NEAR = 5 };

void change_online_init(struct change_online *c)
{
    *c = (struct change_online){ 0 };
}

/* log of the Student-t density that a hypothesis gives x; log Gamma(a + 1/2) - log Gamma(a) to half a percent. */
static double foresight(const struct change_run *r, double x)
{
    double width = r->beta * (r->kappa + 1) / r->kappa, off = x - r->mean;
    double ratio = (r->alpha - 0.25 + 1 / (32 * r->alpha)) / (6.283185307179586 * width);
    return 0.5 * log(ratio) - (r->alpha + 0.5) * log1p(off * off / (2 * width));
}

static double deviation(const struct change_run *r)
{
    return sqrt(r->beta / r->alpha);
}

static void learn(struct change_run *r, double x, double worth)
{
    double pull = pull_max * deviation(r), off = x - r->mean, kappa = r->kappa + worth;
    if (r->kappa > pull_kappa) off = fmin(fmax(off, -pull), pull);
    r->beta += worth * r->kappa * off * off / (2 * kappa);
    r->mean += worth * off / kappa;
    r->alpha += worth / 2;
    r->kappa = kappa;
}

/* How many independent samples one is worth. */
static double worth_of(const struct change_online *c)
{
    double r = c->self > 0 ? c->next / c->self : 0;
    r = r < 0 ? 0 : r > 0.95 ? 0.95 : r;
    return (1 - r) / (1 + r);
}

static size_t likeliest(const struct change_online *c)
{
    size_t best = 0;
    for (size_t i = 1; i < c->run_count; i++)
        if (c->runs[i].weight > c->runs[best].weight) best = i;
    return best;
}

static void forget_least(struct change_online *c)
{
    size_t least = 0;
    for (size_t i = 1; i + 1 < c->run_count; i++)
        if (c->runs[i].weight < c->runs[least].weight) least = i;
    memmove(&c->runs[least], &c->runs[least + 1], (c->run_count - least - 1) * sizeof *c->runs);
    c->run_count--;
}

/* All weights by what was foreseen of x, and the hypothesis that a segment begins with it. */
static void weigh(struct change_online *c, double x, double worth)
{
    if (c->run_count == CHANGE_RUNS) forget_least(c);
    double weight = c->run_count == 0 ? 1 : hazard / (1 - hazard);
    c->runs[c->run_count++] = (struct change_run){
        .start = c->rows, .weight = weight, .kappa = prior_kappa, .alpha = prior_alpha, .beta = prior_beta
    };
    double seen[CHANGE_RUNS], top = -INFINITY, sum = 0;
    double floor = foresight(&c->runs[c->run_count - 1], x) + log(odd_share);
    for (size_t i = 0; i < c->run_count; i++) {
        seen[i] = worth * fmax(foresight(&c->runs[i], x), floor);
        top = fmax(top, seen[i]);
    }
    for (size_t i = 0; i < c->run_count; i++) sum += c->runs[i].weight *= exp(seen[i] - top);
    for (size_t i = 0; i < c->run_count; i++) {
        c->runs[i].weight = fmax(c->runs[i].weight / sum, 1e-300);
        learn(&c->runs[i], x, worth);
    }
}

static void remember(struct change_online *c, double rest)
{
    c->self = fade * c->self + rest * rest;
    c->next = fade * c->next + rest * c->last;
    c->last = rest;
}

static bool take(struct change_online *c, double x, uint64_t *at)
{
    double before = 0;
    if (c->run_count) {
        const struct change_run *r = &c->runs[likeliest(c)];
        before = r->mean;
        remember(c, fmin(fmax((x - r->mean) / deviation(r), -rest_max), rest_max));
    } else {
        c->self = self_first;
        c->told = c->rows; /* the first segment is no change */
    }
    weigh(c, x, worth_of(c));
    const struct change_run *now = &c->runs[likeliest(c)];
    if (now->start <= c->told + NEAR || c->rows - now->start + 1 < SEEN_LEAST) return false;
    double share = 0, old_mean = before, old_weight = 0;
    for (size_t i = 0; i < c->run_count; i++) {
        const struct change_run *r = &c->runs[i];
        if (r->start + NEAR >= now->start) share += r->weight;
        else if (r->weight > old_weight) old_weight = r->weight, old_mean = r->mean;
    }
    if (share < certain) return false;
    *at = c->told = now->start;
    c->before = old_mean * c->scale + c->center;
    c->after = now->mean * c->scale + c->center;
    return true;
}

static void sort(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && v[k - 1] > v[k]; k--) {
            double t = v[k];
            v[k] = v[k - 1];
            v[k - 1] = t;
        }
}

static double middle(double *v)
{
    sort(v, CHANGE_WARM);
    return v[CHANGE_WARM / 2 - 1] / 2 + v[CHANGE_WARM / 2] / 2;
}

/* Median, and the deviation by the median distance from it; of ties the largest distance, of constants a millionth. */
static void learn_scale(struct change_online *c)
{
    double v[CHANGE_WARM];
    memcpy(v, c->first, sizeof v);
    c->center = middle(v);
    for (size_t i = 0; i < CHANGE_WARM; i++) v[i] = fabs(c->first[i] / 2 - c->center / 2);
    double half = middle(v);
    c->scale = half > 0 ? 2.9652 * half : 2 * v[CHANGE_WARM - 1];
    if (!(c->scale > 1e-9 * fabs(c->center))) c->scale = 1e-6 * fabs(c->center);
    if (!(c->scale > 1e-300)) c->scale = 1;
    if (c->scale > 1e300) c->scale = 1e300;
}

bool change_online_sample(struct change_online *c, double value, uint64_t *at)
{
    bool told = false;
    if (isfinite(value) && c->warm < CHANGE_WARM) {
        c->first[c->warm++] = value;
        if (c->warm == CHANGE_WARM) learn_scale(c);
    }
    if (isfinite(value) && c->warm == CHANGE_WARM) {
        double x = value / c->scale - c->center / c->scale;
        told = take(c, fmin(fmax(x, -1e12), 1e12), at);
    }
    c->rows++;
    return told;
}
