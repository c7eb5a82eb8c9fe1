/* What a SQL text reads and writes: tables, and which column of the one becomes which column of the other.
 *
 * Made for SQL as it is found in pipelines: any dialect (PostgreSQL, MySQL, BigQuery, Snowflake, Spark and Hive, T-SQL,
 * Oracle, SQLite, DuckDB), templates of dbt, files of many statements. So it is tolerant: it never judges whether a
 * statement is valid, it passes over what it does not know and counts it. The kinds of a flow are those of
 * OpenLineage's columnLineage facet 1-2-0.
 *
 *     text -> tokens (sql_token.c) -> queries without expressions' inner structure (sql_query.c, sql_stmt.c) -> names
 * resolved scope by scope to columns of real tables (sql_resolve.c; the scopes: sql_select.c)
 */
#ifndef WEIR_ENGINE_LINEAGE_SQL_H
#define WEIR_ENGINE_LINEAGE_SQL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

enum {
    SQL_TEXT_MAX = 16 << 20,  /* bytes of one text */
    SQL_DEPTH_MAX = 200,      /* parentheses, CASEs and views within one another; deeper is skipped and counted */
    SQL_SOURCES_MAX = 50000,  /* column flows of one statement; more are dropped and said (truncated) */
};

/* AUTO reads every way of quoting that does not contradict another. */
enum sql_dialect {
    SQL_AUTO,
    SQL_POSTGRES,
    SQL_MYSQL,
    SQL_BIGQUERY,
    SQL_SNOWFLAKE,
    SQL_SPARK,
    SQL_TSQL,
    SQL_ORACLE,
    SQL_SQLITE,
    SQL_DUCKDB,
    SQL_REDSHIFT,
    SQL_DIALECTS
};
/* "postgres", "mysql", ... also the usual other names (postgresql, mariadb, hive, databricks, mssql, ...). False:
 * unknown. */
bool sql_dialect_of(str name, enum sql_dialect *out);

/* The first three make a value; the others decide whether, where or in which order it appears. */
enum flow_kind {
    FLOW_IDENTITY, FLOW_TRANSFORMATION, FLOW_AGGREGATION,
    FLOW_CONDITIONAL, FLOW_WINDOW, FLOW_JOIN, FLOW_GROUP_BY, FLOW_FILTER, FLOW_SORT, FLOW_KINDS
};
const char *flow_kind_name(enum flow_kind k);       /* "identity", "group_by", ... */
enum flow_kind flow_kind_of(str name);              /* unknown names: FLOW_TRANSFORMATION */
static inline bool flow_is_value(enum flow_kind k)
{
    return k <= FLOW_AGGREGATION;
}

/* Columns of a table that is known beforehand: resolves names without a table, and *. */
struct sql_schema {
    str table;
    const str *columns;
    size_t count;
};
struct sql_options {
    enum sql_dialect dialect;
    const struct sql_schema *schemas;
    size_t schema_count;
};

/* A column "*" stands for every column of a table whose columns are not known. An empty to_column means the whole
 * target: a filter or join decides which rows there are. to_table is empty for a query whose result goes nowhere. */
struct sql_flow {
    str from_table, from_column, to_table, to_column;
    enum flow_kind kind;
};
struct sql_statement {
    const char *kind; /* "select", "insert", "create_table", "create_view", "update", "delete", "merge", "copy",
                         "rename", "drop", "other" */
    size_t line;      /* 1.. */
    const str *reads, *writes; /* each name once */
    size_t read_count, write_count;
    const str *columns; /* of the result, or of the table written, in order */
    size_t column_count;
    const struct sql_flow *flows;
    size_t flow_count;
};
struct sql_lineage {
    struct sql_statement *statements;
    size_t count;
    size_t skipped; /* statements and blocks passed over: procedural code, unknown commands, nesting past the limit */
    bool truncated;     /* a limit cut flows short */
};

/* Names are as written, unquoted, joined by '.'; unquoted parts in lower case (Snowflake, Oracle: upper), so that one
 * table has one name. Statements share what they create: columns of a table made in one are known in the next. opts
 * NULL = defaults.   out   everything lives in `a`, some 60 bytes for each byte of text. Errors  ERR_LIMIT (text over
 * SQL_TEXT_MAX, or the arena is full).   Thread: any. */
MUST_USE err sql_lineage(str text, const struct sql_options *opts, struct arena *a, struct sql_lineage *out);

#endif
