/* weir knowledge: documents that can be found and cited. */
#ifndef WEIR_EDGE_CLI_KNOWLEDGE_H
#define WEIR_EDGE_CLI_KNOWLEDGE_H

#include "edge/cli/cli.h"

extern const struct command command_knowledge_add, command_knowledge_search, command_knowledge_list,
    command_knowledge_reindex, command_knowledge_remove, command_knowledge_stats, command_knowledge_gaps,
    command_knowledge_feedback, command_knowledge_export, command_knowledge_eval, command_knowledge_rag,
    command_knowledge_draft, command_knowledge_drafts, command_knowledge_approve, command_knowledge_reject;

#endif
