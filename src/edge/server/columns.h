/* The columns of each resource, in the order of the SELECTs in store/sql/api_*.sql; names as in the tables. */
#ifndef WEIR_EDGE_SERVER_COLUMNS_H
#define WEIR_EDGE_SERVER_COLUMNS_H

#include "edge/server/reply.h"

extern const struct col run_columns[], incident_columns[], finding_columns[], proposal_columns[], decision_columns[],
    effect_columns[], approval_columns[], case_columns[];

#endif
