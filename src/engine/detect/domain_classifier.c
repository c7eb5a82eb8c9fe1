#include "engine/detect/domain_classifier.h"

#include <math.h>
#include <stdlib.h>

#include "engine/detect/drift_dist.h"

static const double strength = 1; /* of the fit against the penalty: scikit-learn's default */

/* What one fold has in common with another counts twice, once where it is learned and once where it is tested, so the
 * mean over folds varies twice as much as that of as many independent tests. */
static const double shared = 2;

static int by_score(const void *a, const void *b)
{
    const struct domain_scored *p = a, *q = b;
    return (p->score > q->score) - (p->score < q->score);
}

double domain_auc(struct domain_scored *rows, size_t n, double *null_variance)
{
    double ones = 0, ranks = 0, ties = 0, all = (double)n;
    qsort(rows, n, sizeof *rows, by_score);
    for (size_t i = 0, end; i < n; i = end) {
        double here = 0;
        for (end = i; end < n && rows[end].score == rows[i].score; end++) here += rows[end].current;
        double same = (double)(end - i);
        ranks += here * ((double)(i + end + 1) / 2); /* the mean rank of equal scores, from 1 */
        ties += same * same * same - same;
        ones += here;
    }
    double zeros = all - ones;
    if (!(ones > 0 && zeros > 0)) return *null_variance = NAN;
    *null_variance = (all + 1 - ties / (all * (all - 1))) / (12 * ones * zeros);
    return (ranks - ones * (ones + 1) / 2) / (ones * zeros);
}

struct work {
    double *weights;
    unsigned char *fold, *use; /* a row: its fold; whether it is learned from now */
    struct domain_scored *scored;
};

/* Within each side in turns, so that every fold has its share of both, whatever the order of the rows. */
static void deal_folds(const struct domain_rows *d, unsigned char *fold)
{
    unsigned turn[2] = { 0, 0 };
    for (uint32_t i = 0; i < d->x.rows; i++) fold[i] = (unsigned char)(turn[d->current[i] != 0]++ % DOMAIN_FOLDS);
}

/* Learns on the rows that are not of this fold, adds up the AUC of those that are, weighted by how much it says. */
static err learn_fold(const struct domain_rows *d, unsigned f, struct work *w, struct arena *a, double *sum,
                      double *precision)
{
    size_t n = 0;
    for (uint32_t i = 0; i < d->x.rows; i++) w->use[i] = w->fold[i] != f;
    struct arena_mark mark = arena_mark(a);
    err e = logistic_train(&d->x, d->current, w->use, strength, a, w->weights);
    arena_rewind(a, mark);
    if (e.code) return e;
    for (uint32_t i = 0; i < d->x.rows; i++)
        if (!w->use[i]) w->scored[n++] = (struct domain_scored){ logistic_score(&d->x, i, w->weights), d->current[i] };
    double variance, auc = domain_auc(w->scored, n, &variance);
    if (!(variance > 0)) return OK; /* all scores are equal: nothing can be told from this fold */
    *sum += auc / variance;
    *precision += 1 / variance;
    return OK;
}

static int heavier(const struct domain_term *a, const struct domain_term *b)
{
    return fabs(a->weight) > fabs(b->weight);
}

/* The heaviest columns, kept in order by insertion. */
static void name_terms(const struct domain_rows *d, const double *weights, struct domain_result *out)
{
    enum { MOST = sizeof out->terms / sizeof *out->terms };
    for (uint32_t j = 0; j < d->x.columns; j++) {
        struct domain_term term = { j, weights[j] };
        if (!(fabs(term.weight) > 0)) continue;
        size_t at = out->term_count < MOST ? out->term_count++ : MOST;
        while (at > 0 && heavier(&term, &out->terms[at - 1])) {
            if (at < MOST) out->terms[at] = out->terms[at - 1];
            at--;
        }
        if (at < MOST) out->terms[at] = term;
    }
}

err domain_classify(const struct domain_rows *rows, struct arena *a, struct domain_result *out)
{
    *out = (struct domain_result){ .auc = 0.5, .p = 1 };
    for (uint32_t i = 0; i < rows->x.rows; i++) *(rows->current[i] ? &out->current : &out->reference) += 1;
    if (out->current < DOMAIN_ROWS_MIN || out->reference < DOMAIN_ROWS_MIN)
        return err_make(ERR_INPUT, "%zu and %zu rows, %d of each are needed", out->reference, out->current,
                        DOMAIN_ROWS_MIN);
    size_t n = rows->x.rows, columns = rows->x.columns + (size_t)1;
    struct work w = { arena_try(a, columns * sizeof(double)), arena_try(a, n), arena_try(a, n),
                      arena_try(a, n * sizeof *w.scored) };
    if (!w.weights || !w.fold || !w.use || !w.scored) return err_make(ERR_LIMIT, "a domain classifier of %zu rows", n);
    deal_folds(rows, w.fold);
    double sum = 0, precision = 0;
    for (unsigned f = 0; f < DOMAIN_FOLDS; f++) {
        err e = learn_fold(rows, f, &w, a, &sum, &precision);
        if (e.code) return e;
    }
    if (precision > 0) {
        out->auc = sum / precision;
        double z = (out->auc - 0.5) * sqrt(precision / shared), two = dist_normal_two_sided(z);
        out->p = z > 0 ? two / 2 : 1 - two / 2;
    }
    struct arena_mark mark = arena_mark(a);
    err e = logistic_train(&rows->x, rows->current, NULL, strength, a, w.weights);
    arena_rewind(a, mark);
    if (!e.code) name_terms(rows, w.weights, out);
    return e;
}
