/* Why: ranked causes of an incident, each with a path of evidence from symptom to cause (promise 4). */
#ifndef WEIR_CORE_DIAGNOSE_DIAGNOSE_H
#define WEIR_CORE_DIAGNOSE_DIAGNOSE_H

#include "core/words.h"
#include "store/store.h"

enum { CAUSES_MAX = 8, EVIDENCE_MAX = 8 };

struct evidence {
    int64_t seq; /* journal entry that shows it */
    str text;    /* what it shows, one sentence */
};

struct cause {
    enum cause_kind kind;
    str pipeline, step;  /* where; step may be empty */
    double score;        /* 0..1, comparable within one incident */
    str title;           /* one sentence for people */
    struct evidence evidence[EVIDENCE_MAX]; /* symptom first, cause last; never empty */
    size_t evidence_count;
    str runbook;         /* id of the best runbook, or "" */
    str detail;          /* JSON object with what a remedy may need ({"column":"amount"}), or "" */
};

struct cause_list {
    struct cause items[CAUSES_MAX]; /* best first */
    size_t count;                   /* 0: weir abstains, the cause is unknown */
};

struct runbook_index;

/* Rank the causes of `incident` from what the journal and tables hold at this moment: findings, runs and their output,
 * lineage and onset order, changes, earlier incidents, runbooks. Reads only; strings live in a.
 * Errors are sticky in tx. Thread: writer (also any reader). */
void diagnose_incident(struct tx *tx, str incident, struct runbook_index *books, struct arena *a,
                       struct cause_list *out);

/* The runbooks in an index that is kept from one diagnosis to the next and follows the table. books NULL: none is
 * found. Thread: one at a time. */
struct runbook_index *runbook_index_new(void);
void runbook_index_free(struct runbook_index *x); /* accepts NULL */

#endif
