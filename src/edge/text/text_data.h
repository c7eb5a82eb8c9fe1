/* Labelled texts from a file: CSV, TSV, JSON Lines (edge/tables/table_file.h), and their sentence vectors when there
 * are any. Memory is the data's own. Thread: any, one at a time. */
#ifndef WEIR_EDGE_TEXT_DATA_H
#define WEIR_EDGE_TEXT_DATA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { TEXT_DATA_ROWS_MAX = 2000000 };
#define TEXT_OUTSIDE UINT32_MAX /* label of a text that belongs to no class */
#define TEXT_UNKNOWN (UINT32_MAX - 1) /* label that is not among the names, or none at all */

struct text_data {
    struct arena arena;
    str *text;
    uint32_t *label; /* index of names, TEXT_OUTSIDE or TEXT_UNKNOWN */
    size_t rows, cap, refused;
    str *names; /* in byte order */
    size_t classes;
    float *vector; /* rows x dims, each of length 1; NULL: none */
    size_t dims, near_dims; /* the last near_dims of them tell what a text is about */
    unsigned layers;        /* of the encoder they are from (engine/encode/encode.h); 0: made elsewhere */
};

struct text_columns {
    str text, label; /* empty: the usual names, else the first and the last column */
    str outside;     /* the label of texts that belong to no class; empty: there are none */
};

/* Read a file; `names`: the classes to look labels up in, or NULL to take those of the file. A file without a label
 * column gives TEXT_UNKNOWN everywhere. Errors: those of reading, ERR_INPUT (no such column, no rows), ERR_LIMIT. */
MUST_USE err text_data_read(str path, const struct text_columns *columns, const str *names, size_t classes,
                            struct text_data *out);
/* Vectors computed elsewhere: rows x dims little-endian floats, in the order of the rows. Errors: ERR_IO,
 * ERR_NOT_FOUND, ERR_INPUT (another size, a number that is none). */
MUST_USE err text_data_vectors(struct text_data *d, str path);
/* The name of each class becomes an example of it: for when there are few others. Before vectors are made. */
void text_data_add_names(struct text_data *d);
/* SHA-256 of texts and labels in their order, as text: what a model says it learned from. */
str text_data_digest(const struct text_data *d, struct arena *a);
void text_data_done(struct text_data *d);

#endif
