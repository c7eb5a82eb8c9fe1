/* Lines of /metrics in the text format of Prometheus (exposition format 0.0.4). Thread: any; nothing is kept. */
#ifndef WEIR_EDGE_METRIC_TEXT_H
#define WEIR_EDGE_METRIC_TEXT_H

#include "base/buf.h"

/* "# HELP" and "# TYPE"; type: counter, gauge or histogram. Lines of a family stand behind each other. */
void metric_head(struct buf *out, const char *name, const char *type, const char *help);
/* A family of one line. */
void metric_one(struct buf *out, const char *name, const char *type, const char *help, int64_t value);
/* A label's value in its quotes, with \ " and line ends escaped. */
void metric_label(struct buf *out, str value);

/* How long something took. */
struct metric_times {
    const double *bounds_ms; /* rising */
    const int64_t *up_to;    /* of each bound: how many took at most so long, those of the bounds before included */
    size_t bounds;
    int64_t count, sum_us;
};
void metric_histogram(struct buf *out, const char *name, const char *help, const struct metric_times *t);

#endif
