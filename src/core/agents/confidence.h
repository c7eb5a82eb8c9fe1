/* How sure weir is that a remedy will work: from the strength of the evidence and from what came of it before. */
#ifndef WEIR_CORE_AGENTS_CONFIDENCE_H
#define WEIR_CORE_AGENTS_CONFIDENCE_H

#include "core/diagnose/diagnose.h"

/* What is known of (cause, remedy) in one pipeline. */
struct track_record {
    double alpha, beta;                  /* the shipped prior */
    int64_t worked_here, failed_here;
    int64_t worked_elsewhere, failed_elsewhere; /* in other pipelines, each worth half of one here */
};

/* The cause's score times the mean of the track record, rounded to 4 decimals: the remedy works when the cause is the
 * right one and the remedy mends it. 0..1. Reads only; errors are sticky in tx. Thread: writer (also any reader). */
double remedy_confidence(struct tx *tx, const struct cause *cause, str remedy, str pipeline);

#endif
