/* What the commands that read files of SQL share. */
#ifndef WEIR_EDGE_CLI_LINEAGE_CLI_H
#define WEIR_EDGE_CLI_LINEAGE_CLI_H

#include "edge/cli/cli.h"
#include "engine/lineage/sql.h"

enum { LINEAGE_FILE_MAX = 256 << 20, LINEAGE_MEMORY = 1 << 30 }; /* bytes: of a file, and to read its SQL in */

#define LINEAGE_DIALECT_OPTION                                                                                         \
    {                                                                                                                  \
        "dialect", 0, "NAME", "auto",                                                                                  \
            "postgres, mysql, bigquery, snowflake, spark, tsql, oracle, sqlite, duckdb, redshift."                     \
    }

/* --dialect. EXIT_USAGE, told: there is no such one. */
int lineage_dialect(struct cli *cli, enum sql_dialect *out);
/* A file's text, in the arena of `cli`. EXIT_FAILED, told: it cannot be read. */
int lineage_text(struct cli *cli, str path, str *out);

#endif
