/* Jobs as files declare them -> inputs "lineage.declared" of the core (docs/architecture.md). */
#ifndef WEIR_EDGE_LINEAGE_DECLARE_H
#define WEIR_EDGE_LINEAGE_DECLARE_H

#include "core/core.h"
#include "edge/observe/batch.h"
#include "engine/lineage/sql.h"

/* Who a job is, and by which names its tables are known. */
struct declared {
    str job;             /* 1..1000 bytes */
    bool pipeline;       /* it is a pipeline of weir */
    str owner, origin;   /* may be empty; origin: the file */
    str space;           /* namespace of the datasets: "postgres://host:5432"; empty = names stand alone */
    const str *inputs; /* datasets known to be read, whole names; tables of the SQL are matched to them by their end */
    size_t input_count;
    const str *outputs;
    size_t output_count;
};

/* The dataset a table of SQL means: one of `known` that ends with it, else the name, behind the namespace if there is
 * one. */
str declared_dataset(const struct declared *d, str table, struct arena *a);
/* "flows": [[dataset, column, dataset, column, kind], ...] of what was read; flows of a plain query go to the only
 * output. */
void declared_flows(struct jw *w, const struct declared *d, const struct sql_lineage *l, struct arena *a);
/* The input for one job. l may be NULL: then only inputs and outputs are known.
 * Errors: ERR_INPUT (a name), ERR_LIMIT (it says more than an input may hold). Everything lives in `a`. */
MUST_USE err declared_input(const struct declared *d, const struct sql_lineage *l, str actor, struct arena *a,
                            struct input *out);

/* Every model, seed, snapshot and exposure of a dbt manifest (v7 to v12), in the order in which they depend on each
 * other. Columns come from the compiled SQL, or from the raw one with its ref() and source(). Datasets are named
 * database.schema.alias, as dbt's OpenLineage integration names them. Errors: ERR_INPUT (no manifest), ERR_LIMIT (over
 * 200,000 nodes, or the arena). */
MUST_USE err declared_manifest(json *manifest, str space, str origin, str actor, struct arena *a,
                               struct input_list *out);

#endif
