/* Tables in files, row by row in constant memory: CSV, JSON Lines and, through DuckDB when its library is there,
 * Parquet.
 *
 *   CSV         a header; delimiter , ; tab or | found in it; quotes may hold delimiters, quotes (doubled) and line
 * ends (RFC 4180) JSON Lines  an object a line; a column a key, found as they come; nested values are their JSON text
 *   Parquet     through libduckdb.so: $WEIR_DUCKDB, else where the system finds libraries; every value as its text
 *
 * Thread: any, one at a time per file. */
#ifndef WEIR_EDGE_TABLES_TABLE_FILE_H
#define WEIR_EDGE_TABLES_TABLE_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { TABLE_FILE_COLUMNS_MAX = 2000, TABLE_FILE_ROW_MAX = 16 << 20, TABLE_FILE_NAME_MAX = 200 };

enum cell_kind { CELL_MISSING, CELL_TEXT, CELL_NUMBER };
struct cell {
    enum cell_kind kind;
    str text;      /* CELL_TEXT: as written; valid until the next row */
    double number; /* CELL_NUMBER: what the format itself calls a number */
};

struct table_file;

/* By the name's end (.csv .tsv .txt, .jsonl .ndjson .json, .parquet), else by the first byte. Errors: ERR_NOT_FOUND,
 * ERR_IO, ERR_INPUT (empty, no header), ERR_LIMIT (too many columns), ERR_NOT_FOUND with a hint when Parquet has no
 * reader. */
MUST_USE err table_file_open(str path, struct table_file **out);
/* From a descriptor, which becomes the table's; json: JSON Lines, else CSV. `name` is for messages. */
MUST_USE err table_file_open_fd(int fd, str name, bool json, struct table_file **out);
void table_file_close(struct table_file *t);

/* The next row; *row has table_file_columns() cells, also for columns that were found with this row. *more: false at
 * the end. Rows that cannot be read are passed over and counted. Errors: ERR_IO, ERR_INPUT (a quote that never ends),
 * ERR_LIMIT. */
MUST_USE err table_file_next(struct table_file *t, const struct cell **row, bool *more);
size_t table_file_columns(const struct table_file *t);
str table_file_column(const struct table_file *t, size_t i); /* names are unique: a repeated one gets " (2)" */
size_t table_file_refused(const struct table_file *t);

/* A decimal number as people and programs write it; no hexadecimal. NaN and inf are numbers here. */
bool cell_number(str text, double *out);

#endif
