/* What the files about documents share: storing them, counting towards the next re-index, learning from incidents. */
#ifndef WEIR_CORE_KNOWLEDGE_H
#define WEIR_CORE_KNOWLEDGE_H

#include "core/incident/incident.h"

/* knowledge.c: the document of an input's body in place of the one with this id; no passages remove it. After cx_enter.
 * Errors: ERR_INPUT (a passage without text). */
MUST_USE err knowledge_store(struct cx *cx, str id);

/* knowledge_learn.c. One more document or judgement since the last re-index; the one that is enough begins the next. */
enum knowledge_counted { KNOWLEDGE_DOCUMENTS, KNOWLEDGE_FEEDBACK };
void knowledge_count(struct cx *cx, enum knowledge_counted what);
/* A remedy mended the incident: the runbook of its first cause was the right one to show. */
void knowledge_mended(struct cx *cx, const struct incident *inc);

/* knowledge_draft.c: an incident is over, for this reason; where its cause is known it is worth a draft. */
void knowledge_over(struct cx *cx, const struct incident *inc, str how);

#endif
