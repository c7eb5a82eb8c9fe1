#include "engine/detect/drift.h"

#include <assert.h>
#include <math.h>

static const struct {
    const char *text, *unit;
    double weight; /* of a column's budget, among the parts that could speak */
} parts[DRIFT_PARTS] = {
#define DRIFT_PART_ROW(name, text, unit, weight) [DRIFT_##name] = { text, unit, weight },
    DRIFT_PART_LIST(DRIFT_PART_ROW)
#undef DRIFT_PART_ROW
};

const char *drift_part_text(enum drift_part part)
{
    return parts[part].text;
}

const char *drift_part_unit(enum drift_part part)
{
    return parts[part].unit;
}

struct drift_config drift_config_default(void)
{
    return (struct drift_config){
        .alarm = 0.03,
        .distance = 0.05,
        .spreads = 0.1,
        .tail = 0.01,
        .share = 0.01,
        .moved = 0.025,
        .value = 0.005,
        .grid = 1,
    };
}

/* ---- one column ---- */

static void say(struct drift_verdict *v, enum drift_part part, double p, double effect, bool big)
{
    v->part[part] = (struct drift_said){ .active = true, .big = big, .p = p, .effect = effect };
}

/* Charge every part with its weight among the active ones. */
static void weigh(struct drift_verdict *v)
{
    double all = 0, least = 2;
    v->p = v->adjusted = 1;
    for (int k = 0; k < DRIFT_PARTS; k++) all += v->part[k].active ? parts[k].weight : 0;
    for (int k = 0; k < DRIFT_PARTS; k++) {
        struct drift_said *s = &v->part[k];
        if (!s->active) continue;
        s->charged = fmin(1, s->p * all / parts[k].weight);
        double order = s->big ? s->charged : 1 + s->charged; /* what is big comes first */
        if (order >= least) continue;
        least = order;
        v->loudest = (enum drift_part)k;
        if (s->big) v->p = s->charged;
    }
}

static double spreads(const struct drift_numbers *d)
{
    double sd = d->side[0].sd;
    if (!(d->wasserstein > 0)) return 0;
    return sd > 0 ? d->wasserstein / sd
                  : HUGE_VAL; /* a constant that moved; also 0 / infinite: the area decides nothing */
}

static double share_change(double hits_a, double n_a, double hits_b, double n_b)
{
    return n_a > 0 && n_b > 0 ? hits_b / n_b - hits_a / n_a : 0;
}

static void judge_values(const struct drift_numbers *d, const struct drift_config *c, struct drift_verdict *out)
{
    bool apart = d->ks >= c->distance || spreads(d) >= c->spreads;
    say(out, DRIFT_KS, d->ks_p, d->ks, apart);
    if (d->smooth_freedom > 0) say(out, DRIFT_SMOOTH, d->smooth_p, d->ks, apart);
    say(out, DRIFT_LOW, d->low_p, d->low_excess, fabs(d->low_excess) >= c->tail);
    say(out, DRIFT_HIGH, d->high_p, d->high_excess, fabs(d->high_excess) >= c->tail);
    say(out, DRIFT_RANGE, d->range_p, d->below + d->above, d->below + d->above >= c->tail);
    if (d->repeats) say(out, DRIFT_GRID, d->grid_p, d->grid, fabs(d->grid) >= c->grid);
}

void drift_judge_numbers(const struct drift_numbers *d, const struct drift_config *c, struct drift_verdict *out)
{
    const struct drift_side *r = &d->side[0], *n = &d->side[1];
    memset(out, 0, sizeof *out);
    if (r->values > 0 && n->values > 0) judge_values(d, c, out);
    if (r->missing + n->missing > 0) {
        double change = share_change(r->missing, r->rows, n->missing, n->rows);
        say(out, DRIFT_MISSING, d->missing_p, change, fabs(change) >= c->share);
    }
    if (r->odd + n->odd > 0) {
        double change = share_change(r->odd, r->rows, n->odd, n->rows);
        say(out, DRIFT_ODD, d->odd_p, change, fabs(change) >= c->share);
    }
    weigh(out);
}

void drift_judge_words(const struct drift_counts *d, const struct drift_config *c, struct drift_verdict *out)
{
    memset(out, 0, sizeof *out);
    if (d->rows[0] > d->missing[0] && d->rows[1] > d->missing[1]) {
        say(out, DRIFT_FREQUENT, d->frequent_p, d->moved, d->moved >= c->moved);
        say(out, DRIFT_CHI2, d->chi2_p, d->moved, d->moved >= c->moved);
        say(out, DRIFT_NEW, d->new_p, d->new_share, d->new_share >= c->value);
        say(out, DRIFT_VANISHED, d->vanished_p, d->vanished_share, d->vanished_share >= c->value);
    }
    if (d->missing[0] + d->missing[1] > 0) {
        double change = share_change(d->missing[0], d->rows[0], d->missing[1], d->rows[1]);
        say(out, DRIFT_MISSING, d->missing_p, change, fabs(change) >= c->share);
    }
    weigh(out);
}

/* ---- all columns ---- */

static void sort_by_p(const struct drift_verdict *v, uint32_t *order, size_t n)
{
    for (size_t gap = n / 2; gap > 0; gap /= 2) /* Shell 1959: a table has few columns */
        for (size_t i = gap; i < n; i++) {
            uint32_t mine = order[i];
            size_t j = i;
            for (; j >= gap && v[order[j - gap]].p > v[mine].p; j -= gap) order[j] = order[j - gap];
            order[j] = mine;
        }
}

size_t drift_decide(struct drift_verdict *columns, size_t n, const struct drift_config *config, uint32_t *scratch)
{
    assert(config->alarm > 0 && config->alarm < 0.5);
    double least = 1;
    size_t found = 0;
    for (size_t i = 0; i < n; i++) scratch[i] = (uint32_t)i;
    sort_by_p(columns, scratch, n);
    for (size_t k = n; k-- > 0;) {
        struct drift_verdict *v = &columns[scratch[k]];
        least = fmin(least, v->p * (double)n / (double)(k + 1));
        v->adjusted = least;
        v->drift = v->adjusted <= config->alarm;
        found += v->drift;
    }
    return found;
}
