/* What a series of a service shows: how far its window is off, how much of a change that is, how much trouble in all,
 * and since when.
 *
 * Metrics differ in what they can tell. A service's processor or memory is its own; its latency and its errors it may
 * have caught from what it calls; its load it has from who calls it. So the kind of a metric, read from its name, says
 * which direction hurts, what its usual level is worth, and (suspects.h) how it is weighed. The four signals are those
 * of site reliability engineering (Beyer et al., Site Reliability Engineering, 2016, ch. 6); utilisation apart from
 * errors and latency is Gregg's USE method (2013). */
#ifndef WEIR_ENGINE_LINEAGE_SYMPTOM_H
#define WEIR_ENGINE_LINEAGE_SYMPTOM_H

#include "base/str.h"
#include "engine/lineage/deviation.h"

enum metric_kind {
    METRIC_OTHER,
    METRIC_RESOURCE, /* processor, memory, disk, network: the service's own */
    METRIC_LATENCY,
    METRIC_ERRORS,
    METRIC_SUCCESS, /* availability: errors seen from the other side */
    METRIC_LOAD,    /* requests: what is asked of it */
};

/* From the words of a metric's name: "orders_cpu", "latency p99", "request_errors_total". METRIC_OTHER when none is
 * known. */
enum metric_kind metric_kind_of(str name);

/* One series before and after, and the requests of the same service in the same rows where they are known. NaN and
 * infinite values are skipped everywhere. */
struct measured {
    enum metric_kind kind;
    const double *normal, *window;           /* n and m values */
    const double *load_normal, *load_window; /* n and m values, or NULL: not known */
    double growth;                           /* of work_growth, for resources and latency; 0 = none */
    size_t n, m;
};

/* How much more work than usual there was: .5 = half more; 0 when it is no more than noise explains. scratch: room for
 * 2n doubles. */
double work_growth(const double *load_normal, size_t n, const double *load_window, size_t m, double *scratch);

struct symptom {
    struct deviation d; /* score > 0: in the direction that hurts; >= 3 is more than noise */
    double size;        /* shift over (spread + a twentieth of the usual level), 0..100: comparable between metrics */
    double excess;      /* seconds waited or requests failed over the usual, summed over the window; 0 = not known */
    size_t onset;       /* row of the window in which it began, by cumulative sums (Page 1954) */
};

/* The size of a change: shift against its usual level and the spread of noise, for metrics whose unit is their own (not
 * shares); 0..100, 0 when it does not hurt or is not finite. */
double symptom_size(enum metric_kind kind, double shift, double level, double spread);

/* Could it hurt at all? False when the window's mean lies on the good side of the median: spares symptom_of its
 * sorting, in one pass. */
bool symptom_possible(const struct measured *in);
/* Judge one series. Latency and resources are measured against the work there was: their usual level grows in
 * proportion. The spread is at least 2 % of the level; of a share of requests it is at least the sampling error, and at
 * least one request of those in the window. A load that is not in whole numbers is a rate and counts none: then, and
 * where no load is known, the spread of a share is at least a third of one in a hundred. scratch  room for 2n doubles.
 * False when deviation_of is. Only + - * / and square roots. Thread: any. */
bool symptom_of(const struct measured *in, double *scratch, struct symptom *out);

#endif
