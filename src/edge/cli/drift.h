/* weir drift, in three files: the command and its reports for a terminal and for programs, the page, and what is sent to a server. */
#ifndef WEIR_EDGE_CLI_DRIFT_H
#define WEIR_EDGE_CLI_DRIFT_H

#include "base/json.h"
#include "edge/cli/cli.h"
#include "edge/tables/table_drift.h"

extern const struct command command_drift;

struct drift_names {
    str ref, cur; /* files, as given */
};

/* A single page without anything from elsewhere: for light and dark, from a phone's width on. */
void drift_page(const struct drift_names *names, const struct drift_report *report, const struct drift_config *config, struct buf *out);
/* All of a report as one JSON object. */
void drift_json(const struct drift_names *names, const struct drift_report *report, const struct drift_config *config, struct buf *out);
/* Post the finding to the server of the command's options. Gives an exit code; anything but EXIT_FINE was told. */
int drift_send(struct cli *cli, const struct drift_names *names, const struct drift_report *report);
/* The drifted columns, those that are surest first; at most `max`. */
size_t drift_loudest(const struct drift_report *report, const struct drift_column **out, size_t max);

/* Whether the options ask for what a model saw or said (drift_model.c), and the look at it. Gives an exit code. */
bool drift_model_asked(const struct cli *cli);
int drift_model(struct cli *cli, const struct drift_names *names);

#endif
