/* What sources.c asks of one look beside sources.h. */
#ifndef WEIR_EDGE_DOCUMENTS_SOURCES_INTERNAL_H
#define WEIR_EDGE_DOCUMENTS_SOURCES_INTERNAL_H

#include "edge/documents/sources.h"

void look_forget(struct look *l); /* the next one reads every file */

#endif
