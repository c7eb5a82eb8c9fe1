/* Telling people: one notify effect for each configured channel. */
#ifndef WEIR_CORE_AGENTS_NOTICE_H
#define WEIR_CORE_AGENTS_NOTICE_H

#include "core/agents/case.h"

/* event: "approval", "resolved", "needs_person" */
void notice_send(struct step *s, const char *event, str text);

#endif
