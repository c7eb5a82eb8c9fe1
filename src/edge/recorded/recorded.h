/* A recorded case for diagnosis: metrics before and after, and what else was kept of it.
 *
 * A folder is read by the names of its files: metrics.csv, anomalous.csv or abnormal.csv holds the window; normal.csv,
 * or noissue/metrics.csv in a folder above, what is usual; graph.csv (adjacency: a row calls its columns) or graph.json
 * (a list of ["caller","callee"] or of
 * {"from":caller,"to":callee}), here or above; target.json {"target":{"node":..,"metric":..,"agg":..,"timestamp":..}}
 * where and when it hurt; changes.json a list of {"time":..,"service":..,"kind":..,"summary":..,"detail":{}}; fail.log
 * the output of the run that failed, pass.log that of the last good one, which says what is new in it. A folder with
 * fail.log needs no metrics. A single file is window and normal, cut at a moment that is given or found. */
#ifndef WEIR_EDGE_RECORDED_RECORDED_H
#define WEIR_EDGE_RECORDED_RECORDED_H

#include "core/diagnose/recorded.h"
#include "edge/recorded/table.h"

enum { RECORDED_FILE_MAX = 256 << 20, RECORDED_LOG_MAX = 64 << 20 };

/* What the caller says; what is empty is looked for in the folder. */
struct recorded_paths {
    str path, normal, graph, changes, log, pass;
    str target;     /* "SERVICE", "SERVICE.METRIC" or "SERVICE.METRIC.STATISTIC" */
    usec at;        /* where the window begins, 0 = as recorded */
};

struct recorded_rows {
    const struct recorded_table *table;
    size_t from, to;
}; /* table NULL: there are none */
struct recorded_case {
    struct recorded_rows normal, window;
    str target, metric, statistic; /* where it hurts and what was seen there; "" = not known */
    struct recorded_call *calls;
    struct recorded_change *changes;
    size_t call_count, change_count;
    str output, passed; /* of the run that failed, and of the last good one; "" = none */
    usec at; /* when it was noticed, else the last row */
};

/* Read a case. Everything lives in `a`. Errors: ERR_NOT_FOUND, ERR_INPUT, ERR_LIMIT, ERR_IO. */
MUST_USE err recorded_load(const struct recorded_paths *p, struct arena *a, struct recorded_case *out);
/* A graph as text, adjacency or JSON. Errors: ERR_INPUT, ERR_LIMIT. */
MUST_USE err recorded_graph(str text, struct arena *a, struct recorded_call **out, size_t *count);
/* The texts of changes.json and target.json; of these *c gets target, metric and statistic, and *at the time (0: not
 * told). What is not there is "". Errors: ERR_INPUT, ERR_LIMIT. */
MUST_USE err recorded_changes(str text, struct arena *a, struct recorded_change **out, size_t *count);
MUST_USE err recorded_target(str text, struct arena *a, struct recorded_case *c, usec *at);

/* The calls, with those through services that nobody measured drawn together: who calls such a one calls what it calls.
 * A graph of more than 4000 calls is taken as it is. At most eight times as many come out. seen: the services that were
 * measured, in any order. *out lives in a; its strings are those of `calls`. Gives how many. */
size_t recorded_bridge(const struct recorded_call *calls, size_t n, const str *seen, size_t seen_count, struct arena *a,
                       struct recorded_call **out);

/* Measure every series of the case (symptom.h): those of the target's metric and the resources, or all where no metric
 * is given. Pure; the facts live in a. */
void recorded_measure(const struct recorded_case *c, struct arena *a, struct recorded_facts *out);
/* The causes, by a store in memory that is gone afterwards. Their strings live in a. Errors: as store_open. Thread: any
 * but a writer. */
MUST_USE err recorded_causes(const struct recorded_facts *f, struct env *env, struct arena *a, struct cause_list *out);

#endif
