/* A recording of many series as a table: from CSV, one row a moment, one column a series.
 *
 *   time,orders.cpu,orders.latency_p99     wide: SERVICE.METRIC or SERVICE_METRIC; without a column of times rows are a
 * second apart three header rows                      service, metric, statistic (PetShop's), then a row that may name
 * the index
 *
 * A name without a point is cut where what follows is a metric weir knows (front_end_cpu: front_end, cpu), else at its
 * first mark. */
#ifndef WEIR_EDGE_RECORDED_TABLE_H
#define WEIR_EDGE_RECORDED_TABLE_H

#include "base/arena.h"
#include "base/time.h"
#include "engine/lineage/symptom.h"

enum { RECORDED_COLUMNS_MAX = 20000, RECORDED_CELLS_MAX = 64 * 1000 * 1000 };

struct recorded_column {
    str service, metric, statistic; /* statistic "" in wide tables */
    enum metric_kind kind;
};
struct recorded_table {
    struct recorded_column *columns;
    size_t column_count, row_count;
    usec *time;     /* of each row, as it stands there */
    double *values; /* values[column * row_count + row]; NaN = missing or no number */
};

/* Read a table. Its strings point into `text`, the rest lives in `a`.
 * Errors: ERR_INPUT (no header, no row, a row with more cells than columns), ERR_LIMIT (too large for `a` or the bounds
 * above). */
MUST_USE err recorded_table_read(str text, struct arena *a, struct recorded_table *out);
/* Take the next cell off the front of *line; quotes around it are left out (names may hold commas, not quotes). False
 * at the end. */
bool recorded_cell(str *line, str *cell);
/* The values of one column, or NULL. */
const double *recorded_series(const struct recorded_table *t, const struct recorded_column *of);
/* The first row at or after `at`; row_count when there is none. */
size_t recorded_row(const struct recorded_table *t, usec at);

#endif
