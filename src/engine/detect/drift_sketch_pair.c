/* Two sketches compared: each is read as a list of values with the rows that they stand for, the ends exactly, and the
 * pair of lists goes the way of two samples (drift_pair.h), trusted less by what the sketches themselves are off. */
#include <math.h>

#include "engine/detect/drift_dist.h"
#include "engine/detect/drift_ends.h"
#include "engine/detect/drift_pair.h"
#include "engine/detect/drift_sort.h"

struct list {
    double *value, *rows; /* rows: that a value stands for; at last, up to and with it */
    size_t count;
};

enum { LIST_MAX = DRIFT_LEVELS * DRIFT_RUN + DRIFT_BASE + DRIFT_BLOCK + 2 * DRIFT_ENDS };

static void join(const struct list *a, const double *b, size_t n, double rows, struct list *out)
{
    size_t i = 0, j = 0;
    out->count = a->count + n;
    while (i < a->count && j < n) { /* no branch to guess */
        double x = a->value[i], y = b[j];
        const double stand_for[2] = { rows, a->rows[i] };
        size_t left = x <= y;
        out->value[i + j] = x <= y ? x : y;
        out->rows[i + j] = stand_for[left];
        i += left;
        j += 1 - left;
    }
    for (; i < a->count; i++) out->value[i + j] = a->value[i], out->rows[i + j] = a->rows[i];
    for (; j < n; j++) out->value[i + j] = b[j], out->rows[i + j] = rows;
}

struct lists { /* they take turns */
    struct list *now, *next;
};

static void join_run(struct lists *l, const double *sorted, size_t n, unsigned weight_log)
{
    join(l->now, sorted, n, ldexp(1, (int)weight_log), l->next);
    *l = (struct lists){ l->next, l->now };
}

/* The runs as one list, and the ends of everything. Gives the one that holds the list. */
static struct list *all_runs(const struct drift_sketch *s, struct list *a, struct list *b, struct drift_ends *ends)
{
    double base[DRIFT_BASE], scratch[DRIFT_BASE], pending[DRIFT_BLOCK];
    struct lists l = { a, b };
    memcpy(base, s->base, s->base_count * sizeof *base);
    drift_sort(base, scratch, s->base_count);
    memcpy(pending, s->pending, s->pending_count * sizeof *pending);
    drift_sort(pending, scratch, s->pending_count);
    *ends = s->ends;
    if (!s->step_log) drift_ends_add(ends, base, s->base_count);
    drift_ends_add(ends, pending, s->pending_count);
    a->count = 0;
    join_run(&l, pending, s->pending_count, 0);
    join_run(&l, base, s->base_count, s->step_log);
    for (unsigned h = 0; h < DRIFT_LEVELS; h++)
        if (s->full >> h & 1) join_run(&l, s->level[h], DRIFT_RUN, h + 1 + s->step_log);
    return l.now;
}

/* The ends as they are, and between them what the runs say, weighted so that the sum is right. */
static struct drift_points points_of(const struct drift_sketch *s, struct list *a, struct list *b)
{
    struct drift_ends ends, *e = &ends;
    struct list *runs = all_runs(s, a, b, e), *out = runs == a ? b : a;
    size_t low = e->low_count, high = s->finite - low < e->high_count ? (size_t)(s->finite - low) : e->high_count;
    bool whole = !s->full && !s->step_log; /* then the ends are simply the first and last of the list */
    size_t first = whole ? low : 0, after = whole ? runs->count - high : runs->count;
    double under = low ? e->low[low - 1] : 0, over = high ? e->high[high - 1] : 0, weight = 0,
           rest = (double)(s->finite - low - high);
    for (size_t i = 0; i < low; i++) out->value[i] = e->low[i], out->rows[i] = (double)(i + 1);
    out->count = low;
    for (size_t i = first; i < after && rest > 0; i++) {
        if (runs->value[i] < under || runs->value[i] > over) continue;
        out->value[out->count] = runs->value[i];
        weight += runs->rows[i];
        out->rows[out->count++] = weight;
    }
    for (size_t i = low; i < out->count; i++) out->rows[i] = (double)low + out->rows[i] * rest / weight;
    for (size_t i = high; i-- > 0; out->count++)
        out->value[out->count] = e->high[i], out->rows[out->count] = (double)(s->finite - i);
    return (struct drift_points){ out->value, out->rows, out->count, (double)s->finite };
}

/* With the rows that are not noted yet. */
static double distinct_of(const struct drift_sketch *s)
{
    double rows[DRIFT_BASE], scratch[DRIFT_BASE];
    struct drift_distinct d = s->distinct;
    size_t n = s->step_log ? s->pending_count : s->base_count;
    memcpy(rows, s->step_log ? s->pending : s->base, n * sizeof *rows);
    drift_sort(rows, scratch, n);
    drift_distinct_add_sorted(&d, rows, n);
    return drift_distinct_count(&d);
}

static void fill_side(const struct drift_sketch *s, struct drift_side *side)
{
    side->rows = (double)s->rows;
    side->missing = (double)s->missing;
    side->odd = (double)s->odd;
    side->values = (double)s->finite;
    side->distinct = distinct_of(s);
    side->mean = s->mean;
    side->sd = s->finite > 1 ? sqrt(s->spread / side->values) : 0;
}

/* The variance of a share, by the sketch alone: of the halvings, mostly the last ones, and of each block: 1/4 for every
 * of four groups, 4/4 for both pairs, and 16 times that of one in 2^k. */
static double own_variance(const struct drift_sketch *s)
{
    double halvings = s->finite > DRIFT_BASE ? 0.5 / ((double)DRIFT_RUN * DRIFT_RUN) : 0;
    double steps = s->step_log ? 3 + 16 * (ldexp(1, 2 * (int)(s->step_log - DRIFT_SORT_THIN_LOG)) - 1) / 12 : 0;
    return halvings + steps / DRIFT_BLOCK / (double)s->finite;
}

/* As if so many rows fewer had been seen. */
static double trust_of(const struct drift_sketch *ref, const struct drift_sketch *cur)
{
    double sampling = 0.25 * (1 / (double)ref->finite + 1 / (double)cur->finite);
    return sampling / (sampling + own_variance(ref) + own_variance(cur));
}

/* How often a value repeats cannot be read from weights: from the thinned whole rows, at one thinness. */
static void compare_thin(const struct drift_sketch *ref, const struct drift_sketch *cur, struct list *l,
                         struct drift_numbers *out)
{
    struct drift_numbers thin = { 0 };
    memcpy(l->value, ref->thin, ref->thin_count * sizeof *l->value);
    memcpy(l->rows, cur->thin, cur->thin_count * sizeof *l->rows);
    drift_sort(l->value, l->value + DRIFT_THIN, ref->thin_count);
    drift_sort(l->rows, l->rows + DRIFT_THIN, cur->thin_count);
    struct drift_points a = { l->value, NULL, ref->thin_count, (double)ref->thin_count };
    struct drift_points b = { l->rows, NULL, cur->thin_count, (double)cur->thin_count };
    drift_pair(&a, &b, 1, &thin);
    out->repeats = thin.repeats;
    out->grid = thin.grid;
    out->grid_p = thin.grid_p;
}

err drift_compare_sketches(const struct drift_sketch *ref, const struct drift_sketch *cur, struct arena *a,
                           struct drift_numbers *out)
{
    struct list l[3];
    memset(out, 0, sizeof *out);
    for (int i = 0; i < 3; i++) {
        l[i].value = arena_try(a, LIST_MAX * sizeof(double));
        l[i].rows = arena_try(a, LIST_MAX * sizeof(double));
    }
    if (a->full) return err_make(ERR_LIMIT, "no memory to compare two sketches");
    fill_side(ref, &out->side[0]);
    fill_side(cur, &out->side[1]);
    struct drift_points p = points_of(ref, &l[0], &l[1]);
    struct list *spare = p.value == l[0].value ? &l[1] : &l[0];
    struct drift_points q = points_of(cur, spare, &l[2]);
    bool empty = !ref->finite || !cur->finite;
    drift_pair(&p, &q, empty ? 1 : trust_of(ref, cur), out);
    if (!empty) compare_thin(ref, cur, q.value == spare->value ? &l[2] : spare, out);
    out->missing_p = dist_two_shares((double)ref->missing, (double)ref->rows, (double)cur->missing, (double)cur->rows);
    out->odd_p = dist_two_shares((double)ref->odd, (double)ref->rows, (double)cur->odd, (double)cur->rows);
    return OK;
}
