/* Communicator: tells people how the case ended, and closes the incident when it is mended. */
#include "core/agents/effects.h"
#include "core/agents/notice.h"
#include "core/knowledge.h"

static str notice_args(struct step *s, const char *event, str text)
{
    struct cx *cx = s->cx;
    struct buf b = buf_init(1 << 16);
    struct jw w = jw_init(&b);
    str page = core_settings(cx)->page_url;
    struct incident inc = s->c->incident;
    (void)incident_get(cx, s->c->incident.id, &inc);
    jw_open(&w, NULL);
    jw_str(&w, "incident", inc.id);
    jw_strz(&w, "event", event);
    jw_str(&w, "title", inc.title);
    jw_str(&w, "text", text);
    jw_strz(&w, "severity", severity_text(s->c->state.severity));
    jw_str(&w, "url", str_fmt(cx->a, STR_FMT "/#/incidents/" STR_FMT, STR_ARG(page), STR_ARG(inc.id)));
    jw_close(&w);
    return buf_take(&b, cx->a);
}

void notice_to_all(struct cx *cx, const struct casefile *c, const char *event, str args)
{
    const struct settings *settings = core_settings(cx);
    for (size_t i = 0; i < settings->channel_count; i++) {
        struct effect_request want = {
            .kind = "notify",
            .remedy = settings->channels[i],
            .target = settings->channels[i],
            .args = args,
            .decision = STR(""),
            .plan_hash = str_of(event),
            .due = cx->now,
        };
        (void)effect_request(cx, c, &want);
    }
}

void notice_send(struct step *s, const char *event, str text)
{
    if (!core_settings(s->cx)->channel_count || s->c->state.dry) return;
    notice_to_all(s->cx, s->c, event, notice_args(s, event, text));
}

/* Why a person is needed, in one sentence. */
static str needed_for(struct step *s)
{
    struct cx *cx = s->cx;
    struct case_state *state = &s->c->state;
    struct proposal p;
    if (!state->outcome.len) return STR("a person is needed: the cause is unknown");
    if (STR_IS(state->outcome, "unknown") && proposal_get(cx, state->proposal, &p))
        return str_fmt(cx->a, "a person is needed: outcome unknown of: " STR_FMT, STR_ARG(p.summary));
    return str_fmt(cx->a, "a person is needed: " STR_FMT, STR_ARG(state->outcome));
}

void agent_communicator(struct step *s)
{
    struct cx *cx = s->cx;
    struct case_state *state = &s->c->state;
    bool mended = STR_IS(state->outcome, "mended");
    struct proposal p;
    if (mended && proposal_get(cx, state->proposal, &p)) {
        s->summary = str_fmt(cx->a, "mended: " STR_FMT, STR_ARG(p.summary));
        knowledge_mended(cx, &s->c->incident);
        incident_resolve(cx, s->c->incident.id, p.summary, "agent:communicator");
    } else if (s->c->incident.state == INC_MITIGATING) {
        incident_move(cx, s->c->incident.id, INC_DIAGNOSED, "agent:communicator");
    }
    if (!mended) s->summary = needed_for(s);
    notice_send(s, mended ? "resolved" : "needs_person", s->summary);
}
