/* Numbers about pipelines and about weir itself, in Prometheus text format. Counters begin at the start of the process,
 * as Prometheus expects; those about pipelines and agents are fed by journal entries as they commit. Thread: any. */
#ifndef WEIR_EDGE_SERVER_METRICS_H
#define WEIR_EDGE_SERVER_METRICS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"
#include "store/journal.h"

struct server;
struct metrics;

struct metrics *metrics_open(void);
void metrics_close(struct metrics *m); /* accepts NULL */

/* One HTTP exchange; index of the route in the router, ROUTES_MAX for no route. */
void metrics_request(struct metrics *m, size_t route_index, int status, usec spent);
void metrics_refused(struct metrics *m, const char *reason, int64_t n); /* reason: a literal */
void metrics_entry(struct metrics *m, const struct entry *e);

/* Calls so far of routes that begin so, and how many of them failed (5xx). */
void metrics_calls(const struct server *s, const char *route_prefix, int64_t *all, int64_t *failed);

/* The whole page. Errors: of the store. */
MUST_USE err metrics_write(struct server *s, struct buf *out);

#endif
