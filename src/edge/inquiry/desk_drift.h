/* Is what people write still what the desk was made for? The newest inquiries against a reference: the examples that
 * the models were trained on (a file of them, or what training left of them: reference.h), or, without them, the oldest
 * inquiries that are kept.
 *
 *   texts       can a classifier tell them apart (engine/detect/domain_classifier.h)? By which words?
 *   category, language   counts of values; length, and against own inquiries confidence   numbers
 * (engine/detect/drift.h)
 *
 * Texts are opened in memory, personal data masked, and gone when this returns. A word is named only when four people
 * or more used it, or the examples have it; so what stands in the record is no person's own. */
#ifndef WEIR_EDGE_INQUIRY_DESK_DRIFT_H
#define WEIR_EDGE_INQUIRY_DESK_DRIFT_H

#include "edge/inquiry/desk.h"
#include "engine/detect/domain_classifier.h"
#include "engine/detect/drift.h"

enum {
    DESK_DRIFT_NEWEST = 500, /* inquiries at most on each side */
    DESK_DRIFT_LEAST = 100,  /* and at least */
    DESK_DRIFT_COLUMNS = 4,
    DESK_DRIFT_PEOPLE = 4,
    DESK_DRIFT_ARENA = 256 << 20
};
#define DESK_DRIFT_AUC 0.65  /* texts differ from here on... */
#define DESK_DRIFT_CHANCE 0.001 /* ...and when chance gives it less often than this */
#define DESK_DRIFT_MOVED 0.15 /* share of inquiries that must have moved before a column counts */

struct desk_drift_report {
    size_t reference, current;
    bool examples;       /* the reference is a file */
    double auc, p;
    str more[DOMAIN_TERMS], fewer[DOMAIN_TERMS]; /* words of now, words of the reference */
    size_t more_count, fewer_count;
    struct {
        const char *name;
        bool drift, known;
        double effect, p; /* share of rows that moved, or Kolmogorov-Smirnov's D; after correction */
        str says;
    } column[DESK_DRIFT_COLUMNS];
    bool texts, drift;   /* the texts differ; anything does */
};
/* Errors: ERR_INPUT (too few inquiries, or examples), of the file, the store and the keys. About 50 MiB of `a`.
 * Thread: any. */
MUST_USE err desk_drift(struct inquiry_desk *d, struct store *store, str reference, struct arena *a,
                        struct desk_drift_report *out);
str desk_drift_json(const struct desk_drift_report *r, struct arena *a);
str desk_drift_text(const struct desk_drift_report *r, struct arena *a);

#endif
