/* weir feed: a recording, given to a weir in recorded time. */
#ifndef WEIR_EDGE_CLI_FEED_H
#define WEIR_EDGE_CLI_FEED_H

#include "edge/cli/cli.h"

extern const struct command command_feed;

#endif
