/* weir knowledge: documents that can be found and cited. One file a command. */
#ifndef WEIR_EDGE_CLI_KNOWLEDGE_H
#define WEIR_EDGE_CLI_KNOWLEDGE_H

#include "edge/cli/cli.h"

extern const struct command command_knowledge_eval;

#endif
