#include "engine/detect/cbpe_metrics.h"

#include <math.h>
#include <stdlib.h>

static int falling(const void *a, const void *b)
{
    const struct answer *p = a, *q = b;
    return (p->score < q->score) - (p->score > q->score);
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Area under the curve of true against false positives, by trapezoids, rows of falling score. */
static double area(const struct answer *rows, size_t n)
{
    double tp = 0, fp = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        double p = 0, q = 0, score = rows[i].score;
        for (; i < n && rows[i].score == score; i++) {
            p += rows[i].chance;
            q += 1 - rows[i].chance;
        }
        i--;
        sum += q * (tp + p / 2);
        tp += p;
        fp += q;
    }
    return tp > 0 && fp > 0 ? sum / tp / fp : NAN;
}

void cbpe_metrics(struct answer *rows, size_t n, double out[CBPE_METRICS])
{
    double tp = 0, fp = 0, fn = 0, tn = 0;
    for (size_t i = 0; i < n; i++) {
        double yes = rows[i].chance, no = 1 - yes;
        *(rows[i].predicted ? &tp : &fn) += yes;
        *(rows[i].predicted ? &fp : &tn) += no;
    }
    qsort(rows, n, sizeof *rows, falling);
    out[CBPE_ACCURACY] = n ? (tp + tn) / (double)n : NAN;
    out[CBPE_PRECISION] = ratio(tp, tp + fp);
    out[CBPE_RECALL] = ratio(tp, tp + fn);
    out[CBPE_F1] = ratio(tp, tp + (fp + fn) / 2);
    out[CBPE_SPECIFICITY] = ratio(tn, tn + fp);
    out[CBPE_ROC_AUC] = area(rows, n);
}

/* Of `hits` ones among `n` numbers, the others 0; times `factor`. */
static struct cbpe_spread binary(double hits, double n, double rows, double factor)
{
    double share = hits / n;
    return (struct cbpe_spread){ .deviation = factor * sqrt(share * (1 - share)), .share = n / rows };
}

/* The ROC AUC is the mean, over the rows of the rarer class, of the share of the other class that they beat: its
 * deviation. */
static struct cbpe_spread area_spread(const struct answer *rows, size_t n, double positives)
{
    bool swap = positives > (double)n / 2;
    double own = swap ? (double)n - positives : positives, other = (double)n - own, passed = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        double mine = 0, theirs = 0, score = rows[i].score;
        for (; i < n && rows[i].score == score; i++) *((rows[i].chance > 0.5) != swap ? &mine : &theirs) += 1;
        i--;
        double beaten = (passed + theirs / 2) / other;
        sum += mine * beaten;
        squares += mine * beaten * beaten;
        passed += theirs;
    }
    double mean = sum / own;
    return (struct cbpe_spread){ .deviation = sqrt(fmax(0, squares / own - mean * mean)), .share = own / (double)n };
}

void cbpe_spreads(const struct answer *rows, size_t n, struct cbpe_spread out[CBPE_METRICS])
{
    double tp = 0, fp = 0, fn = 0, tn = 0, all = (double)n;
    for (size_t i = 0; i < n; i++) {
        bool yes = rows[i].chance > 0.5;
        *(rows[i].predicted ? (yes ? &tp : &fp) : (yes ? &fn : &tn)) += 1;
    }
    double relevant = tp + fp + fn;
    out[CBPE_ACCURACY] = binary(tp + tn, all, all, 1);
    out[CBPE_PRECISION] = binary(tp, tp + fp, all, 1);
    out[CBPE_RECALL] = binary(tp, tp + fn, all, 1);
    out[CBPE_F1] = binary(tp, relevant, all, relevant / (tp + (fp + fn) / 2));
    out[CBPE_SPECIFICITY] = binary(tn, tn + fp, all, 1);
    out[CBPE_ROC_AUC] = area_spread(rows, n, tp + fn);
}
