/* What the files of the desk share: desk.c (arriving and reading), desk_names.c, desk_metrics.c. */
#ifndef WEIR_EDGE_INQUIRY_DESK_INTERNAL_H
#define WEIR_EDGE_INQUIRY_DESK_INTERNAL_H

#include <stdatomic.h>

#include "edge/inquiry/desk.h"
#include "edge/inquiry/text_marks.h"

enum { SUBMIT_BUCKETS = 9 };

struct inquiry_desk {
    struct desk_opts opts;
    struct persons *persons;
    struct inquiry_classifier *classifier;
    struct text_marks *marks;
    atomic_llong submits[SUBMIT_BUCKETS], submit_count, submit_us;
};

#endif
