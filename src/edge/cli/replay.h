/* weir replay: every step again from the journal, and compared. */
#ifndef WEIR_EDGE_CLI_REPLAY_H
#define WEIR_EDGE_CLI_REPLAY_H

#include "edge/cli/cli.h"

extern const struct command command_replay;

#endif
