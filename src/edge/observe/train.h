/* A challenger for the settings of one series: every candidate judges the stored samples, the best on the older
 * labelled incidents is the challenger, and it is promoted only when it beats the settings of today by TRAIN_MARGIN on
 * the newer third, which it was not chosen by.
 *
 *   score = (incidents it was right about - alarms outside every labelled incident / 4) / incidents
 *
 * Right: an alarm inside a real one, none inside a false one. A real incident counts for a series that had a finding in
 * it, or when no series had; a false one only for the series that raised it. Deterministic: same samples and labels,
 * same model. */
#ifndef WEIR_EDGE_OBSERVE_TRAIN_H
#define WEIR_EDGE_OBSERVE_TRAIN_H

#include "edge/observe/backtest.h"
#include "edge/observe/models.h"

#define TRAIN_MARGIN 0.05
enum { TRAIN_LABELS_MIN = 6, TRAIN_INCIDENTS_MAX = 1000 };

/* *promoted: *out is the model to put in force (its version is the caller's to set). Without enough labelled incidents,
 * or when nothing is better, *promoted is false; *out then is a challenger that
 * lost, when out->why says so. Strings of *out live in `a`. Errors: ERR_IO, ERR_CORRUPT, ERR_LIMIT.
 * Thread: any. */
MUST_USE err train_series(struct samples_db *db, struct tx *tx, const struct series_info *series, double sensitivity,
                          struct arena *a, struct model *out, bool *promoted);

#endif
