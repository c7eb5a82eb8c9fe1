/* Series that were measured, though nothing was found in them: an incident settles for some seconds before it is
 * diagnosed, and in that time the edge measures the stored samples of its neighbours (edge/measurer.h). What it found
 * comes in as "series.measured" and is part of the journal, so that the diagnosis can be made again without the
 * samples. */
#ifndef WEIR_CORE_MEASURED_H
#define WEIR_CORE_MEASURED_H

#include "store/store.h"

enum { MEASURED_PIPELINES_MAX = 32, MEASURED_SERIES_MAX = 128, MEASURED_WISHES_MAX = 16 };

/* An incident that a series' alarm opened, and that several pipelines may have to do with. */
struct measured_wish {
    str incident, series; /* series: of its earliest finding */
    usec onset, due;      /* when that began; when the incident is diagnosed */
    str pipelines[MEASURED_PIPELINES_MAX]; /* its own, then those that feed them, nearest first */
    size_t count;         /* 2 or more */
};

/* Incidents that settle until `until`, the next first. Strings live in a. Errors are sticky in tx. Thread: that of tx,
 * also readers. */
size_t measured_wishes(struct tx *tx, usec until, struct arena *a, struct measured_wish out[MEASURED_WISHES_MAX]);

#endif
