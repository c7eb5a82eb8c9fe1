/* Readers of formats that need no library: text to blocks. Those that do stand in edge/documents. */
#ifndef WEIR_ENGINE_KNOWLEDGE_BLOCKS_H
#define WEIR_ENGINE_KNOWLEDGE_BLOCKS_H

#include "engine/knowledge/passages.h"

/* Any bytes. What does not fit sets out->full. */
void blocks_of_text(str text, struct block_list *out);

#endif
