/* Recorded series for `weir detect`: what weir feed reads (CSV with times, JSON Lines), and plain numbers without any.
 */
#ifndef WEIR_EDGE_CLI_RECORDING_H
#define WEIR_EDGE_CLI_RECORDING_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

enum { RECORDING_BYTES_MAX = 1 << 30, RECORDING_COLUMNS_MAX = 64 };
#define RECORDING_PACE                                                                                                 \
    (10 * USEC_MINUTE) /* of rows without times: a week, in which the live detector grows up, is a thousand rows */

struct recording {
    str name;
    size_t rows;
    bool timed;    /* times are real; else a row every RECORDING_PACE from 1970 on */
    usec *time;    /* never falling */
    double *value; /* NAN: missing */
};
struct recordings {
    struct recording *items;
    size_t count;
    size_t refused; /* rows that made no sense */
    str why;        /* of the first of them */
};

/* The whole of a file, or of standard input when path is "-", in `a`. Errors: ERR_IO, ERR_LIMIT. */
MUST_USE err recording_load(str path, struct arena *a, str *text);
/* One value a line; columns of numbers with or without a header; or any shape that weir feed reads. `name` names a
 * nameless series. Everything lives in `a`. Errors: ERR_INPUT (nothing that is a number), ERR_LIMIT. */
MUST_USE err recording_read(str name, str text, struct arena *a, struct recordings *out);

#endif
