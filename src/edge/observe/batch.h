/* What every source hands on: series with their labels, points in time, and what was refused and why. One request or
 * scrape is one batch; its strings are views into the request's body or its arena. */
#ifndef WEIR_EDGE_OBSERVE_BATCH_H
#define WEIR_EDGE_OBSERVE_BATCH_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "core/core.h"

enum {
    SERIES_LABELS_MAX = 64,         /* of one series */
    NAME_BYTES_MAX = 256,    /* metric and label names */
    VALUE_BYTES_MAX = 1024,  /* label values */
    REFUSALS_KEPT = 100,     /* the rest of a batch is only counted */
};

struct label {
    str name, value;
};

/* How the values of a series behave: a counter only grows, so its rate is what is judged. */
enum series_kind { SERIES_UNKNOWN, SERIES_GAUGE, SERIES_COUNTER };

struct batch_series {
    str name;                   /* of the metric, without labels */
    const struct label *labels; /* sorted by name, unique, without __name__; empty values are left out */
    uint32_t label_count;
    uint32_t first, count;      /* batch.points[first .. first + count) */
    enum series_kind kind;
};

struct point {
    usec time;
    double value; /* any double; a NaN ends the series for now (stale marker) */
};

struct refusal {
    size_t index; /* of the sample in the sender's list, or the line */
    str reason;
};

struct refusals {
    struct refusal items[REFUSALS_KEPT];
    size_t kept, total;
};

struct batch {
    struct batch_series *series;
    size_t series_count;
    struct point *points;
    size_t point_count;
    struct refusals *refused; /* never NULL after a parser returned OK */
};

/* Inputs of the core made from one body (alerts, lineage, events), in the sender's order. */
struct input_list {
    struct input *items;
    size_t count;
    struct refusals *refused;
};

/* Count one refusal and keep it while there is room. The reason is copied into `a`. */
void refuse(struct refusals *r, struct arena *a, size_t index, err why);

/* Check names, lengths and UTF-8, drop empty values, sort, refuse doubles. `labels` (count items) is changed in place;
 * *count gets the number left. Errors: ERR_INPUT, ERR_LIMIT, naming the label. */
MUST_USE err labels_tidy(struct label *labels, uint32_t *count);
/* A metric's name: 1..NAME_BYTES_MAX bytes of UTF-8 without control characters. */
MUST_USE err metric_name_check(str name);
/* The kind that Prometheus' naming rules imply, SERIES_UNKNOWN when they imply none. */
enum series_kind series_kind_by_name(str name);
/* name{label="value",...}, the text under which people see the series; labels escaped as in the exposition format. */
str series_text(str name, const struct label *labels, uint32_t count, struct arena *a);
/* str_dup for sizes that come from outside. Errors: ERR_LIMIT. */
MUST_USE err str_keep(struct arena *a, str s, str *out);
/* Prometheus' mark for "this series ended", kept bit for bit. */
double stale_marker(void);
/* Seconds, milliseconds or microseconds since 1970, told apart by size: below 1e11, below 1e14, above. Errors:
 * ERR_INPUT. */
MUST_USE err time_from_number(double number, usec *out);

#endif
