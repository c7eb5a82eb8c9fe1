/* Two files, column by column: are they distributed alike? Reads both twice: some rows to see what the columns are,
 * then everything, in memory that does not grow with the files. */
#ifndef WEIR_EDGE_TABLES_TABLE_DRIFT_H
#define WEIR_EDGE_TABLES_TABLE_DRIFT_H

#include "engine/detect/drift.h"

enum column_kind { COLUMN_UNKNOWN, COLUMN_NUMBERS, COLUMN_WORDS, COLUMN_RUNNING, COLUMN_ADDED, COLUMN_REMOVED };

struct drift_column {
    str name;
    enum column_kind kind;        /* UNKNOWN: no value on either side; RUNNING: rises from row to row, not compared */
    bool exact;                   /* false: compared by sketches, or rare values were dropped */
    struct drift_numbers *numbers; /* of COLUMN_NUMBERS */
    struct drift_counts *counts;   /* of COLUMN_WORDS */
    struct drift_verdict verdict; /* an added or removed column has drifted with p = 0 */
    str sentence;                 /* what changed most */
};

struct drift_report {
    struct drift_column *columns; /* as the reference has them, then added ones */
    size_t count, drifted;
    uint64_t rows[2], refused[2]; /* refused: rows that could not be read */
};

struct drift_options {
    struct drift_config config;
    size_t
        memory; /* bytes for whole columns of numbers; past that they become sketches, some 0.7 MB a column and side */
    str numbers, words;     /* comma separated names of columns that are to be read as such whatever they look like */
};

/* Everything in *out lives in `a`. Errors: those of reading; ERR_INPUT (no column on both sides). */
MUST_USE err table_drift(str ref, str cur, const struct drift_options *options, struct arena *a,
                         struct drift_report *out);

#endif
