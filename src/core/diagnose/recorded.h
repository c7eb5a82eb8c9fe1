/* Causes of a recorded case, without a server: what was measured is written into a store of its own, and diagnosed
 * there by the same rules as any incident. */
#ifndef WEIR_CORE_DIAGNOSE_RECORDED_H
#define WEIR_CORE_DIAGNOSE_RECORDED_H

#include "core/diagnose/diagnose.h"
#include "engine/lineage/suspects.h"

/* The strongest symptoms are kept when there are more. */
enum { RECORDED_FINDINGS_MAX = 192 };

struct recorded_symptom {
    str service, metric; /* metric: with its statistic, for people and for its kind */
    enum metric_kind kind;
    struct symptom s;
    usec onset;
};
struct recorded_call {
    str caller, callee; /* who calls or reads, who is called or read from */
};
struct recorded_change {
    usec time;
    str service, kind, summary, detail; /* as in change.seen; detail is JSON or "" */
};
struct recorded_facts {
    usec at;     /* when it was noticed */
    str target;  /* the service where it hurts, or "" */
    str output;  /* of a run of it that failed, or "" */
    str passed;  /* of one that did not, to compare with, or "" */
    const struct recorded_symptom *symptoms;
    const struct recorded_call *calls;
    const struct recorded_change *changes;
    size_t symptom_count, call_count, change_count;
};

/* A service among others, whether or not it is sure enough to be called a cause. */
struct recorded_suspect {
    const struct recorded_symptom *symptom; /* its heaviest */
    double sure;
};
struct recorded_suspects {
    struct recorded_suspect *items; /* best first */
    size_t count;
};

/* "cpu of orders is 93.1, usually 20.4 (12 spreads off)". */
str recorded_sentence(const struct recorded_symptom *x, struct arena *a);
/* Every service that is off in the way that hurts, best first (suspects.h). Pure; strings are borrowed, the rest lives
 * in a. */
void recorded_suspects(const struct recorded_facts *f, struct arena *a, struct recorded_suspects *out);
/* Write the facts as one incident and rank its causes. tx: of a store that holds nothing else. Errors are sticky in tx.
 * Thread: writer. */
void recorded_diagnose(struct tx *tx, const struct recorded_facts *f, struct arena *a, struct cause_list *out);

#endif
