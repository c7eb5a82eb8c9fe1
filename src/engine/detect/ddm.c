#include "engine/detect/ddm.h"

#include <math.h>

static const double warning_at = 2, drift_at = 3;                  /* standard errors */
static const double early_warning_at = 0.95, early_drift_at = 0.9; /* shares of the largest distance */
static const double count_most = 1e15;

void ddm_init(struct ddm *d)
{
    *d = (struct ddm){ .version = DDM_VERSION, .size = sizeof *d };
}

enum ddm_state ddm_add(struct ddm *d, bool wrong)
{
    d->n++;
    d->rate += ((wrong ? 1.0 : 0.0) - d->rate) / (double)d->n;
    double rate = d->rate, error = sqrt(rate * (1 - rate) / (double)d->n);
    if (d->n <= DDM_WARM) return DDM_STEADY;
    if (!d->has_best || rate + error <= d->best_rate + d->best_error) {
        d->has_best = 1;
        d->best_rate = rate;
        d->best_error = error;
    }
    if (rate + error > d->best_rate + drift_at * d->best_error) {
        ddm_init(d);
        return DDM_DRIFT;
    }
    return rate + error > d->best_rate + warning_at * d->best_error ? DDM_WARNING : DDM_STEADY;
}

bool ddm_load(struct ddm *d, str bytes)
{
    struct ddm in;
    if (bytes.len != sizeof in) return false;
    memcpy(&in, bytes.ptr, sizeof in);
    if (in.version != DDM_VERSION || in.size != sizeof in || in.has_best > 1 || (double)in.n > count_most) return false;
    if (!(in.rate >= 0 && in.rate <= 1 && in.best_rate >= 0 && in.best_rate <= 1 && in.best_error >= 0 &&
          in.best_error <= 1))
        return false;
    *d = in;
    return true;
}

void eddm_init(struct eddm *d)
{
    *d = (struct eddm){ .version = DDM_VERSION, .size = sizeof *d, .most = -1 };
}

/* Learns one more distance; gives the mean plus two standard deviations. */
static double distance_add(struct eddm *d, double distance)
{
    double was = d->mean;
    d->mean += (distance - was) / (double)d->mistakes;
    d->squares += (distance - was) * (distance - d->mean);
    return d->mean + 2 * (d->mistakes > 1 ? sqrt(d->squares / (double)(d->mistakes - 1)) : 0);
}

enum ddm_state eddm_add(struct eddm *d, bool wrong)
{
    d->n++;
    if (!wrong) return (enum ddm_state)d->state;
    d->mistakes++;
    double reach = distance_add(d, (double)(d->n - d->last));
    d->last = d->n;
    if (d->n <= DDM_WARM) return DDM_STEADY;
    if (reach > d->most) {
        d->most = reach;
    } else if (d->mistakes > DDM_WARM) {
        double level = reach / d->most;
        if (level < early_drift_at) {
            eddm_init(d);
            return DDM_DRIFT;
        }
        d->state = level < early_warning_at ? DDM_WARNING : DDM_STEADY;
    }
    return (enum ddm_state)d->state;
}

bool eddm_load(struct eddm *d, str bytes)
{
    struct eddm in;
    if (bytes.len != sizeof in) return false;
    memcpy(&in, bytes.ptr, sizeof in);
    if (in.version != DDM_VERSION || in.size != sizeof in || in.state >= DDM_DRIFT) return false;
    if ((double)in.n > count_most || in.mistakes > in.n || in.last > in.n) return false;
    if (!(in.mean >= 0 && in.mean <= count_most && in.squares >= 0 && in.squares <= 1e45 && in.most >= -1 &&
          in.most <= 1e30))
        return false;
    *d = in;
    return true;
}
