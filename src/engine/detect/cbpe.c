#include "engine/detect/cbpe.h"

#include <math.h>
#include <stdlib.h>

#include "engine/detect/cbpe_metrics.h"

enum { FOLDS = 10, BINS = 10 };
static const double band = 3, threshold_deviations = 3, certain_auc = 0.999;

#define METRIC_TEXT(name, text) [CBPE_##name] = text,
const char *cbpe_metric_text(enum cbpe_metric metric)
{
    static const char *const texts[CBPE_METRICS] = { CBPE_METRIC_LIST(METRIC_TEXT) };
    return texts[metric];
}

static bool usable(double proba)
{
    return proba >= 0 && proba <= 1;
}

/* The usable rows; *n of them. NULL: the arena is full. */
static struct answer *answers(const struct cbpe_rows *r, bool labels, struct arena *a, size_t *n)
{
    struct answer *out = arena_try(a, (r->n + 1) * sizeof *out);
    *n = 0;
    for (size_t i = 0; out && i < r->n; i++)
        if (usable(r->proba[i]))
            out[(*n)++] =
                (struct answer){ r->proba[i], labels ? (r->label[i] != 0) : r->proba[i], r->predicted[i] != 0 };
    return out;
}

/* --- Is calibration needed? --- */

struct pair {
    double score, label;
};

static int rising(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    return (p->score > q->score) - (p->score < q->score);
}

/* Expected calibration error: mean distance of score and label in bins of equal size. */
static double calibration_error(struct pair *p, size_t n)
{
    size_t bins = n <= 2 * (size_t)BINS ? n / 2 : BINS, width = n / bins;
    double sum = 0;
    qsort(p, n, sizeof *p, rising);
    for (size_t b = 0; b < bins; b++) {
        size_t end = b + 1 == bins ? n : (b + 1) * width;
        double away = 0;
        for (size_t i = b * width; i < end; i++) away += p[i].score - p[i].label;
        sum += fabs(away);
    }
    return sum / (double)n;
}

/* The map fitted on all rows but those of one fold; `fold` is NULL for all rows. x and y are room for n numbers each.
 */
static err fit_map(const struct answer *rows, const unsigned char *fold, unsigned leave, size_t n, double *x,
                   struct arena *a, struct isotonic *out)
{
    double *y = x + n;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (fold && fold[i] == leave) continue;
        x[m] = rows[i].score;
        y[m++] = rows[i].chance;
    }
    return isotonic_fit(x, y, m, a, out);
}

/* Every row gets the score that the other nine tenths would give it; the folds take turns within each class. */
static err cross_calibrate(const struct answer *rows, size_t n, double *room, struct arena *a, struct pair *out)
{
    unsigned char *fold = arena_try(a, n);
    if (!fold) return err_make(ERR_LIMIT, "calibration of %zu rows", n);
    unsigned turn[2] = { 0, 0 };
    for (size_t i = 0; i < n; i++) fold[i] = (unsigned char)(turn[rows[i].chance > 0.5]++ % FOLDS);
    for (unsigned f = 0; f < FOLDS; f++) {
        struct arena_mark mark = arena_mark(a);
        struct isotonic map;
        err e = fit_map(rows, fold, f, n, room, a, &map);
        for (size_t i = 0; !e.code && i < n; i++)
            if (fold[i] == f) out[i] = (struct pair){ isotonic_at(&map, rows[i].score), rows[i].chance };
        arena_rewind(a, mark);
        if (e.code) return e;
    }
    return OK;
}

static err helps(const struct answer *rows, size_t n, double auc, double *room, struct arena *a, bool *out)
{
    *out = false;
    if (!(auc <= certain_auc)) return OK; /* one class only, or nothing left to calibrate */
    struct pair *p = arena_try(a, n * sizeof *p);
    if (!p) return err_make(ERR_LIMIT, "calibration of %zu rows", n);
    for (size_t i = 0; i < n; i++) p[i] = (struct pair){ rows[i].score, rows[i].chance };
    double before = calibration_error(p, n);
    err e = cross_calibrate(rows, n, room, a, p);
    if (!e.code) *out = before > calibration_error(p, n);
    return e;
}

/* --- Fit --- */

/* What labels say; NAN where a class is missing among labels or answers (the accuracy can always be told). */
static void realized(struct answer *rows, size_t n, double out[CBPE_METRICS])
{
    size_t yes = 0, said = 0;
    for (size_t i = 0; i < n; i++) {
        yes += rows[i].chance > 0.5;
        said += rows[i].predicted;
    }
    cbpe_metrics(rows, n, out);
    bool both = yes && yes < n && said && said < n;
    for (unsigned m = CBPE_PRECISION; m <= CBPE_SPECIFICITY && !both; m++) out[m] = NAN;
}

/* Thresholds: three standard deviations around the mean over chunks. Sorts the rows inside each chunk. */
static void thresholds(struct answer *rows, size_t n, size_t chunk, struct cbpe *model)
{
    double sum[CBPE_METRICS] = { 0 }, squares[CBPE_METRICS] = { 0 }, chunks[CBPE_METRICS] = { 0 };
    for (size_t at = 0; at < n; at += chunk) {
        double got[CBPE_METRICS];
        realized(rows + at, n - at < chunk ? n - at : chunk, got);
        for (unsigned m = 0; m < CBPE_METRICS; m++) {
            if (isnan(got[m])) continue;
            chunks[m]++;
            double was = sum[m];
            sum[m] += (got[m] - was) / chunks[m]; /* the mean */
            squares[m] += (got[m] - was) * (got[m] - sum[m]);
        }
    }
    for (unsigned m = 0; m < CBPE_METRICS; m++) {
        double wide = threshold_deviations * sqrt(squares[m] / chunks[m]);
        model->spread[m].low = chunks[m] > 0 ? fmax(0, sum[m] - wide) : NAN;
        model->spread[m].high = chunks[m] > 0 ? fmin(1, sum[m] + wide) : NAN;
    }
}

static err keep_map(const struct isotonic *map, struct arena *a, struct isotonic *out)
{
    double *x = arena_try(a, 2 * map->n * sizeof *x);
    if (!x) return err_make(ERR_LIMIT, "a calibration of %zu knots", map->n);
    memcpy(x, map->x, map->n * sizeof *x);
    memcpy(x + map->n, map->y, map->n * sizeof *x);
    *out = (struct isotonic){ .x = x, .y = x + map->n, .n = map->n };
    return OK;
}

static err fit(const struct cbpe_rows *ref, size_t chunk, enum cbpe_calibration calibration, struct arena *scratch,
               struct arena *a, struct cbpe *out)
{
    size_t n;
    struct answer *rows = answers(ref, true, scratch, &n), *sorted = arena_try(scratch, (ref->n + 1) * sizeof *sorted);
    double *room = arena_try(scratch, 2 * (ref->n + 1) * sizeof *room), metrics[CBPE_METRICS];
    if (!rows || !sorted || !room) return err_make(ERR_LIMIT, "a reference of %zu rows", ref->n);
    if (n < CBPE_ROWS_MIN) return err_make(ERR_INPUT, "%zu usable reference rows, %d are needed", n, CBPE_ROWS_MIN);
    memcpy(sorted, rows, n * sizeof *rows);
    cbpe_metrics(sorted, n, metrics);
    *out = (struct cbpe){ .calibrated = calibration == CBPE_ALWAYS };
    cbpe_spreads(sorted, n, out->spread);
    if (calibration == CBPE_IF_IT_HELPS) {
        err e = helps(rows, n, metrics[CBPE_ROC_AUC], room, scratch, &out->calibrated);
        if (e.code) return e;
    }
    if (out->calibrated) {
        struct isotonic map;
        err e = fit_map(rows, NULL, 0, n, room, scratch, &map);
        if (!e.code) e = keep_map(&map, a, &out->map);
        if (e.code) return e;
    }
    thresholds(rows, n, chunk, out);
    return OK;
}

err cbpe_fit(const struct cbpe_rows *reference, size_t chunk, enum cbpe_calibration calibration, struct arena *a,
             struct arena *scratch, struct cbpe *out)
{
    if (!reference->label) return err_make(ERR_INPUT, "the reference has no labels");
    if (!chunk || reference->n > CBPE_ROWS_MAX)
        return err_make(ERR_INPUT, "%zu rows in chunks of %zu", reference->n, chunk);
    return err_wrap(fit(reference, chunk, calibration, scratch, a, out), "learn from the reference");
}

/* --- Estimate --- */

static struct cbpe_estimate estimate(double value, double truth, const struct cbpe_spread *s, size_t n)
{
    double error = s->deviation / sqrt((double)n * s->share);
    return (struct cbpe_estimate){ .value = value,
                                   .error = error,
                                   .low = fmax(0, value - band * error),
                                   .high = fmin(1, value + band * error),
                                   .realized = truth,
                                   .alert = value < s->low || value > s->high };
}

err cbpe_estimate(const struct cbpe *model, const struct cbpe_rows *chunk, struct arena *scratch,
                  struct cbpe_estimate out[CBPE_METRICS])
{
    size_t n;
    double values[CBPE_METRICS], truths[CBPE_METRICS];
    if (chunk->n > CBPE_ROWS_MAX) return err_make(ERR_LIMIT, "a chunk of %zu rows", chunk->n);
    struct answer *rows = answers(chunk, false, scratch, &n);
    if (!rows) return err_make(ERR_LIMIT, "a chunk of %zu rows", chunk->n);
    for (size_t i = 0; model->calibrated && i < n; i++) rows[i].chance = isotonic_at(&model->map, rows[i].score);
    cbpe_metrics(rows, n, values);
    for (unsigned m = 0; m < CBPE_METRICS; m++) truths[m] = NAN;
    if (chunk->label) {
        rows = answers(chunk, true, scratch, &n);
        if (!rows) return err_make(ERR_LIMIT, "a chunk of %zu rows", chunk->n);
        realized(rows, n, truths);
    }
    for (unsigned m = 0; m < CBPE_METRICS; m++) out[m] = estimate(n ? values[m] : NAN, truths[m], &model->spread[m], n);
    return OK;
}
