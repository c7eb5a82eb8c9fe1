/* Is a model making more mistakes than it did? Two classic watchers of a stream of right (0) and wrong (1) answers.
 *
 * DDM watches the error rate: warns, then alarms, when it is 2 and 3 standard errors above the best it has been. Good
 * for abrupt changes. Gama, Medas, Castillo, Rodrigues, "Learning with Drift Detection", SBIA 2004. EDDM watches the
 * distance between two mistakes: better for slow changes, and quicker to cry wolf. Baena-Garcia et al., "Early Drift
 * Detection Method", IWKDDS 2006. The numbers of both are those of River's drift.binary.
 *
 * Neither bounds false alarms: on a steady stream DDM still alarms now and then. adwin.h on the same 0 and 1 does bound
 * them. Plain data; + - * / and square roots, which every machine rounds alike. Thread: any, one at a time. */
#ifndef WEIR_ENGINE_DETECT_DDM_H
#define WEIR_ENGINE_DETECT_DDM_H

#include "base/str.h"

enum { DDM_VERSION = 1, DDM_WARM = 30 /* answers (EDDM: also mistakes) before it may speak */ };

enum ddm_state { DDM_STEADY, DDM_WARNING, DDM_DRIFT };

struct ddm { /* its bytes are its snapshot */
    uint32_t version, size;
    uint64_t n; /* answers since the last drift */
    double rate, best_rate, best_error;
    uint64_t has_best;
};

void ddm_init(struct ddm *d);
/* Take one answer. After DDM_DRIFT the next one starts anew. */
enum ddm_state ddm_add(struct ddm *d, bool wrong);

struct eddm { /* its bytes are its snapshot */
    uint32_t version, size;
    uint64_t n, mistakes, last; /* since the last drift; last: where the latest mistake was */
    double mean, squares,
        most; /* of the distances: mean, sum of squared differences; the largest mean + 2 deviations */
    uint64_t state;
};

void eddm_init(struct eddm *d);
enum ddm_state eddm_add(struct eddm *d, bool wrong);

/* Go on from stored bytes. False: not ones this version stored, or impossible; the watcher is then as it was. */
bool ddm_load(struct ddm *d, str bytes);
bool eddm_load(struct eddm *d, str bytes);

#endif
