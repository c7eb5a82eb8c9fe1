/* The parts of a trained model, and their layout in a file. Thread: any. */
#ifndef WEIR_EDGE_TEXT_WRITE_H
#define WEIR_EDGE_TEXT_WRITE_H

#include "base/buf.h"
#include "edge/text/text_linear.h"
#include "engine/text/text_near.h"

struct text_parts {
    const str *names;
    const struct text_terms *terms;
    const double *idf;
    const struct text_linear *sparse, *dense; /* dense: NULL when there are no vectors */
    size_t near_dims;
    unsigned layers;
    const float *centres; /* classes x near_dims */
    const int8_t *vectors;
    const struct text_near *near;
    size_t neighbours;
    struct text_scale scales[2];
    str about;
};

/* Append the file to `out`. Errors: ERR_LIMIT (larger than `out` may grow, or features that do not spread over the
 * index). */
MUST_USE err text_write(const struct text_parts *p, struct buf *out);

#endif
