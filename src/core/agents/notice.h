/* Telling people: one notify effect for each configured channel. */
#ifndef WEIR_CORE_AGENTS_NOTICE_H
#define WEIR_CORE_AGENTS_NOTICE_H

#include "core/agents/case.h"

/* event: "approval", "resolved", "needs_person" */
void notice_send(struct step *s, const char *event, str text);
/* The same with a body of its own: `args` is what edge/notify reads. Of `c` the ids and the number of steps count: they
 * make the key that keeps one message from being sent twice. */
void notice_to_all(struct cx *cx, const struct casefile *c, const char *event, str args);

#endif
