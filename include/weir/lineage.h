/* What SQL reads and writes: tables, and which column of the one becomes which column of the other. Any dialect,
 * templates of dbt, files of many statements; what is not understood is passed over and counted. */
#ifndef WEIR_LINEAGE_H
#define WEIR_LINEAGE_H

#include "weir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An empty to_column means the whole target: a filter or join decides which rows there are. A column "*" stands for all
 * of a table whose columns are not known. */
struct weir_flow {
    struct weir_text from_table, from_column, to_table, to_column;
    int kind; /* weir_flow_name(kind): identity, transformation, aggregation (these make a value); conditional, window,
               * join, group_by, filter, sort (these decide whether and where it appears) */
};

struct weir_statement {
    struct weir_text
        kind; /* select, insert, create_table, create_view, update, delete, merge, copy, rename, drop, other */
    size_t line;           /* from 1 */
    const struct weir_text *reads, *writes, *columns;
    size_t read_count, write_count, column_count;
    const struct weir_flow *flows;
    size_t flow_count;
};

struct weir_sql { /* all in `memory` and in the SQL text */
    const struct weir_statement *statements;
    size_t count, skipped; /* skipped: statements and blocks passed over */
    int truncated;         /* a limit cut flows short */
};

WEIR_API const char *weir_flow_name(int kind);
/* Bytes that serve a text of such a length, mostly; with WEIR_LIMIT try again with four times as many. */
WEIR_API size_t weir_sql_memory(size_t length);
/* dialect: NULL for any, or "postgres", "mysql", "bigquery", "snowflake", "spark", "tsql", "oracle", "sqlite",
 * "duckdb", "redshift". Errors: WEIR_INPUT (dialect), WEIR_LIMIT (memory; text over 16 MiB). */
WEIR_API int weir_sql(struct weir_text text, const char *dialect, struct weir_memory memory, struct weir_sql *out,
                      struct weir_error *error);

#ifdef __cplusplus
}
#endif

#endif
