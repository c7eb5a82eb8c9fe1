/* How well does a classifier do while nobody knows the true labels yet? Confidence-based performance estimation: where
 * probabilities are calibrated, an answer of probability p is right p of the time, so the expected confusion matrix
 * follows from the probabilities alone.
 *
 *   reference (proba, predicted, label) --> is calibration needed? --> isotonic map, spread of each metric, alert
 * thresholds chunk (proba, predicted)            --> calibrated probabilities --> estimated metrics, their sampling
 * error, alerts
 *
 * As NannyML 0.13 defines it (its CBPE, binary classification): the estimates of each metric, three sampling errors as
 * the band, thresholds at three standard deviations around the mean of the metric over chunks of the reference. Two
 * details differ: whether calibration helps is asked with ten fixed folds instead of ten random splits, and equal
 * scores count half in the sampling error of the ROC AUC instead of in the order a sort leaves them.
 *
 * What it cannot see: a change of what the inputs mean for the label (concept drift). It assumes that the probabilities
 * stay calibrated. Pure; memory from the caller's arenas. Thread: any. */
#ifndef WEIR_ENGINE_DETECT_CBPE_H
#define WEIR_ENGINE_DETECT_CBPE_H

#include "engine/detect/isotonic.h"

#define CBPE_METRIC_LIST(X)                                                                                            \
    X(ACCURACY, "accuracy")                                                                                            \
    X(PRECISION, "precision") X(RECALL, "recall") X(F1, "f1") X(SPECIFICITY, "specificity") X(ROC_AUC, "roc_auc")
#define CBPE_METRIC_ENUM(name, text) CBPE_##name,
enum cbpe_metric { CBPE_METRIC_LIST(CBPE_METRIC_ENUM) CBPE_METRICS };
#undef CBPE_METRIC_ENUM

const char *cbpe_metric_text(enum cbpe_metric metric);

enum { CBPE_ROWS_MIN = 30, CBPE_ROWS_MAX = 1 << 24 };

/* Answers of a classifier. Rows whose proba is not in 0..1 are left out. `label` is NULL where it is not known. */
struct cbpe_rows {
    const double *proba;            /* of class 1 */
    const unsigned char *predicted; /* 0 or 1: what the classifier said */
    const unsigned char *label;     /* 0 or 1: what was true */
    size_t n;
};

enum cbpe_calibration { CBPE_IF_IT_HELPS, CBPE_ALWAYS, CBPE_NEVER };

struct cbpe {
    bool calibrated;
    struct isotonic map;
    struct cbpe_spread {
        double deviation,
            share; /* of one relevant row, and the share of rows that are relevant: error = deviation / sqrt(n share) */
        double low, high; /* alert thresholds; NAN when no chunk of the reference had the metric */
    } spread[CBPE_METRICS];
};

struct cbpe_estimate {
    double value;     /* estimated; NAN when the chunk has no usable row */
    double error;     /* one sampling error */
    double low, high; /* value -+ 3 errors, within 0..1 */
    double realized;  /* from the labels, NAN without them or when a class is missing */
    bool alert;       /* the estimate is outside the thresholds of the reference */
};

/* Learn from labelled answers. chunk: rows of one chunk of the reference, 1..n; the last may be shorter. The model
 * lives in `a`; `scratch`, which may be the same, needs about 200 bytes a row. Errors: ERR_INPUT (fewer than
 * CBPE_ROWS_MIN usable rows, no labels), ERR_LIMIT. */
MUST_USE err cbpe_fit(const struct cbpe_rows *reference, size_t chunk, enum cbpe_calibration calibration,
                      struct arena *a, struct arena *scratch, struct cbpe *out);
/* Estimate for one chunk. `scratch` needs 64 bytes a row. Errors: ERR_LIMIT. */
MUST_USE err cbpe_estimate(const struct cbpe *model, const struct cbpe_rows *chunk, struct arena *scratch,
                           struct cbpe_estimate out[CBPE_METRICS]);

#endif
