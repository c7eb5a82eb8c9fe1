/* What a step says of itself: JSON lines in the file named by $WEIR_REPORT.
 *
 *   {"rows":1200,"bytes":90112}                      numbers of several lines add up
 *   {"inputs":["raw/orders.csv"],"outputs":["warehouse.orders"]}
 *   {"columns":{"warehouse.orders":["id","amount"]}}  the last word about a dataset counts
 *
 * Lines that are no JSON object are skipped and counted: a report never fails a run.
 */
#ifndef WEIR_EDGE_ACT_ANNOUNCE_H
#define WEIR_EDGE_ACT_ANNOUNCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

enum { ANNOUNCE_BYTES_MAX = 1 << 18, ANNOUNCE_NAMES_MAX = 64, ANNOUNCE_NAME_LEN_MAX = 512, ANNOUNCE_COLUMNS_MAX = 512 };

struct announced {
    bool has_rows, has_bytes;
    int64_t rows, bytes;
    str inputs[ANNOUNCE_NAMES_MAX], outputs[ANNOUNCE_NAMES_MAX];
    size_t input_count, output_count;
    struct announced_columns {
        str dataset;
        json *names; /* an array of strings */
    } columns[ANNOUNCE_NAMES_MAX];
    size_t column_count;
    size_t skipped; /* lines and names that were not understood or past a limit */
};

/* Parse the text of a report. Strings live in a. */
void announce_parse(str text, struct arena *a, struct announced *out);

/* A fresh, empty file for one run, 0600, owned by `uid` when that is not (uid_t)-1. path lives in a. */
MUST_USE err announce_file(struct arena *a, unsigned uid, str *path);
/* Read it (at most ANNOUNCE_BYTES_MAX) and remove it. A file the step removed or replaced by something that is no
 * regular file counts as empty. */
void announce_take(str path, struct arena *a, struct announced *out);

#endif
