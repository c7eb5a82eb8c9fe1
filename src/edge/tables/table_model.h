/* Two files of what a model saw or said: embeddings, texts, errors, probabilities. Are they as they were? Each file is
 * read once, in memory that does not grow with it: of embeddings and texts, MODEL_ROWS_MAX rows drawn evenly (Vitter's
 * algorithm R, 1985, from a fixed seed) are kept. Reports live in `a`. Errors of all: those of reading; ERR_INPUT (no
 * such column, too few rows); ERR_LIMIT. Thread: any. */
#ifndef WEIR_EDGE_TABLES_TABLE_MODEL_H
#define WEIR_EDGE_TABLES_TABLE_MODEL_H

#include "engine/detect/cbpe.h"
#include "engine/detect/domain_classifier.h"
#include "engine/detect/mmd.h"
#include "engine/detect/stream_drift.h"

enum { MODEL_ROWS_MAX = 10000, MODEL_TEXT_MAX = 8192, MODEL_ALARMS_MAX = 20 };
#define MODEL_CHANCE 0.01 /* a difference is drift when chance alone gives it less often than this... */
#define MODEL_AUC 0.55    /* ...and a classifier can tell the rows apart at least this well */

struct vectors_report {
    struct mmd_result mmd; /* of embeddings */
    struct domain_result domain;
    str names[2 * DOMAIN_TERMS]; /* of domain.terms: columns, or words */
    bool drift;
};
/* Columns whose names begin with `prefix`, as one vector. */
MUST_USE err table_embedding(str ref, str cur, str prefix, struct arena *a, struct vectors_report *out);
/* One column of text. */
MUST_USE err table_text(str ref, str cur, str column, struct arena *a, struct vectors_report *out);

enum { MODEL_TRACE_POINTS = 128 };
struct model_trace { /* a stream in few points: the mean of every `step` values, the last point of `last` */
    uint64_t step, last;
    size_t count;
    double mean[MODEL_TRACE_POINTS];
};

struct errors_report {
    struct stream_alarm alarms[MODEL_ALARMS_MAX]; /* rows counted over both files, one after the other */
    uint64_t rows[2], alarm_count, in_current;    /* in_current: alarms that were raised by rows of the second file */
    double mean[2];
    struct model_trace trace; /* over both files */
    bool drift;               /* in_current > 0 */
};
/* The errors of a model, row by row: 0 and 1, or sizes. The second file goes on where the first ends. */
MUST_USE err table_errors(str ref, str cur, str column, struct errors_report *out);

struct performance_report {
    uint64_t rows[2];
    size_t chunk, chunks; /* rows of a chunk, and how many the second file has */
    bool calibrated;
    struct cbpe_spread limits[CBPE_METRICS]; /* from the labelled reference */
    struct cbpe_estimate now[CBPE_METRICS];  /* of all rows of the second file */
    size_t alerts[CBPE_METRICS];             /* chunks outside the limits */
    bool drift;                              /* an estimate over all rows is outside */
};
/* Probabilities of class 1; `label` must be in the first file, and is used to check in the second when it is there. A
 * row counts as class 1 from 0.5 on. */
MUST_USE err table_performance(str ref, str cur, str proba, str label, struct arena *a, struct performance_report *out);

#endif
