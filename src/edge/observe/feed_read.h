/* Recorded series and events from files: CSV in its usual shapes, and JSON Lines.
 *
 *   time,value              one series, named by the file
 *   time,a,b,c              one series a column of numbers
 *   time,series,value       one row a sample; the name's column may also be called metric or name
 *   {"time":..,"series":"rows","labels":{},"value":1}, OpenLineage events, {"kind":"change.seen","time":..,"body":{}}
 *
 * The delimiter (, ; tab |), the header and the format of times are found out. A row that is not valid is refused with
 * its line. */
#ifndef WEIR_EDGE_OBSERVE_FEED_READ_H
#define WEIR_EDGE_OBSERVE_FEED_READ_H

#include "edge/observe/batch.h"

enum {
    FEED_ROWS_MAX = 100 * 1000 * 1000,
    FEED_SERIES_MAX = 50000,
    FEED_EVENTS_MAX = 1000 * 1000,
    FEED_COLUMNS_MAX = 4096
};

struct feed_series {
    str name, text;             /* text: name{labels} */
    const struct label *labels;
    uint32_t label_count;
    enum series_kind kind;
};
struct feed_row {
    usec time;
    double value;
    uint32_t series; /* index */
    uint32_t order;  /* as read: of one time and series the first counts */
};
struct feed_event {
    usec time;
    uint32_t order;
    struct input in;
};
struct feed_data {
    struct arena arena; /* names, events */
    struct feed_series *series;
    struct feed_row *rows;
    struct feed_event *events;
    size_t series_count, series_cap, row_count, row_cap, event_count, event_cap;
    uint32_t *slots;    /* series by text */
    size_t slot_count;
    struct refusals refused; /* index = line; the reason names the file */
};

struct feed_data feed_data_init(void);
void feed_data_done(struct feed_data *d);
/* Read one file's text; `name` is its name without folder. Rows are added to d.
 * Errors: ERR_INPUT (no header to make sense of, no row that is valid), ERR_LIMIT. */
MUST_USE err feed_read(str name, str text, struct feed_data *d);
/* Rows and events in the order of their times (then series, then as read). */
void feed_sort(struct feed_data *d);

#endif
