/* The metrics of a classifier from a confusion matrix of whole or of expected counts. Shared by the files of cbpe. */
#ifndef WEIR_ENGINE_DETECT_CBPE_METRICS_H
#define WEIR_ENGINE_DETECT_CBPE_METRICS_H

#include "engine/detect/cbpe.h"

struct answer {
    double score;  /* of the classifier, in 0..1 */
    double chance; /* calibrated chance of label 1; the label itself when it is known */
    bool predicted;
};

/* Fills all metrics; those that ask for both classes are as NannyML gives them for estimates: 0 when nothing is
 * relevant, and NAN for the ROC AUC. Sorts the rows by falling score. */
void cbpe_metrics(struct answer *rows, size_t n, double out[CBPE_METRICS]);
/* Deviation and share of each metric over labelled rows (chance is 0 or 1), sorted by falling score. */
void cbpe_spreads(const struct answer *rows, size_t n, struct cbpe_spread out[CBPE_METRICS]);

#endif
