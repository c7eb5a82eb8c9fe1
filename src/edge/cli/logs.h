/* weir logs, weir logs diff. */
#ifndef WEIR_EDGE_CLI_LOGS_H
#define WEIR_EDGE_CLI_LOGS_H

#include "edge/cli/cli.h"

extern const struct command command_logs, command_logs_diff;

#endif
