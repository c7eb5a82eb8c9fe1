/* The command for commands.c. */
#ifndef WEIR_EDGE_CLI_DIAGNOSE_H
#define WEIR_EDGE_CLI_DIAGNOSE_H

#include "edge/cli/cli.h"

extern const struct command command_diagnose;

#endif
