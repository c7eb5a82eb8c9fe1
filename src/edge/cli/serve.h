/* weir serve: a weir that runs until it is told to stop. */
#ifndef WEIR_EDGE_CLI_SERVE_H
#define WEIR_EDGE_CLI_SERVE_H

#include "edge/cli/cli.h"

extern const struct command command_serve;

#endif
