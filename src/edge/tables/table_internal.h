/* What the formats share: the columns, the row at hand, and a window that moves over the file. */
#ifndef WEIR_EDGE_TABLES_TABLE_INTERNAL_H
#define WEIR_EDGE_TABLES_TABLE_INTERNAL_H

#include "edge/tables/table_file.h"

struct window {
    int fd;
    char *ptr;
    size_t at, len, cap; /* bytes [at, len) are ahead */
    bool ended;
};

struct table_file {
    const struct table_format *format;
    struct arena names;
    str name, *column;
    struct cell *row;
    size_t columns, column_cap, refused;
    struct window in;
    char delimiter;
    struct arena line; /* of the JSON row at hand */
    void *reader;      /* of Parquet */
};

struct table_format {
    err (*start)(struct table_file *t);
    err (*next)(struct table_file *t, bool *more);
    void (*stop)(struct table_file *t); /* NULL: nothing of its own */
};
extern const struct table_format table_csv, table_json, table_parquet;

/* Make room ahead: move what is there to the front and read on. *grown: false at the end of the file. Errors: ERR_IO,
 * ERR_LIMIT (one row is longer than TABLE_FILE_ROW_MAX). Pointers into the window move. */
MUST_USE err window_more(struct window *w, bool *grown);
/* Add a column; *index is where it is. Errors: ERR_LIMIT. */
MUST_USE err table_add_column(struct table_file *t, str name, size_t *index);

#endif
