/* Monitor: how bad is it, and where was it seen. */
#include "core/agents/case.h"

void agent_monitor(struct step *s)
{
    const struct incident *inc = &s->c->incident;
    s->c->state.severity = inc->severity;
    s->summary = str_fmt(s->cx->a, "%lld finding%s since the incident opened, first in " STR_FMT ", severity %s",
                         (long long)inc->findings, inc->findings == 1 ? "" : "s", STR_ARG(inc->pipeline),
                         severity_text(inc->severity));
}
