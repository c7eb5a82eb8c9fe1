/* How well a classifier does while nobody knows the true labels yet (CBPE, as NannyML 0.13 defines it): from its
 * probabilities, which are calibrated on labelled answers first. It cannot see that inputs have come to mean something
 * else (concept drift). */
#ifndef WEIR_ESTIMATE_H
#define WEIR_ESTIMATE_H

#include "weir.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_METRICS 6
WEIR_API const char *weir_metric_name(int metric); /* accuracy, precision, recall, f1, specificity, roc_auc */

struct weir_answers {            /* rows whose proba is not in 0..1 are left out */
    const double *proba;             /* of class 1 */
    const unsigned char *predicted;  /* 0 or 1: what the classifier said */
    const unsigned char *label;      /* 0 or 1: what was true; NULL: not known */
    size_t n;
};
struct weir_estimate {
    double value;     /* estimated; NaN when there is no usable row */
    double error;     /* one standard error of sampling */
    double low, high; /* value -+ 3 errors, within 0..1 */
    double realized;  /* from the labels; NaN without them */
    int alert; /* the estimate is outside what the chunks of the reference had, by more than three standard deviations
                */
};

typedef struct weir_estimator weir_estimator;

enum weir_calibration { WEIR_CALIBRATE_IF_IT_HELPS, WEIR_CALIBRATE_ALWAYS, WEIR_CALIBRATE_NEVER };

/* Bytes for the estimator, and for the work of learning it, from so many labelled answers. */
WEIR_API size_t weir_estimator_size(size_t rows);
WEIR_API size_t weir_estimator_work(size_t rows);
/* chunk: rows of one chunk of the reference. Errors: WEIR_INPUT (fewer than 30 usable rows, no labels, chunk 0),
 * WEIR_LIMIT. */
WEIR_API int weir_estimator_init(void *memory, size_t size, const struct weir_answers *reference, size_t chunk,
                                 int calibration, struct weir_memory work, weir_estimator **out,
                                 struct weir_error *error);
WEIR_API int weir_estimator_calibrated(const weir_estimator *e); /* did calibration help? */
WEIR_API size_t weir_estimate_work(size_t rows);
/* Errors: WEIR_LIMIT. */
WEIR_API int weir_estimate(const weir_estimator *e, const struct weir_answers *chunk, struct weir_memory work,
                           struct weir_estimate out[WEIR_METRICS], struct weir_error *error);

#ifdef __cplusplus
}
#endif

#endif
