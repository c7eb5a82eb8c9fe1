#include "edge/notify/notify.h"

#include "core/words.h"

enum { TRIES = 4 };
#define FIRST_PAUSE (2 * USEC_SECOND)

static notify_fn *const senders[] = { [CHANNEL_SLACK] = notify_slack, [CHANNEL_SMTP] = notify_smtp,
                                      [CHANNEL_WEBHOOK] = notify_webhook };

static const struct notify_channel *find(const struct notify_channels *all, str name)
{
    for (size_t i = 0; all && i < all->count; i++)
        if (str_eq(all->items[i].name, name)) return &all->items[i];
    return NULL;
}

static struct notice read_notice(const struct act *x)
{
    return (struct notice){ .incident = json_get_str(x->args, "incident"), .event = json_get_str(x->args, "event"),
                            .title = json_get_str(x->args, "title"), .text = json_get_str(x->args, "text"),
                            .severity = json_get_str(x->args, "severity"), .url = json_get_str(x->args, "url"),
                            .key = x->effect->key };
}

/* A case that ends with a person waits for one, like an approval: who asked for those gets both. */
static bool wanted_event(const struct notify_channel *ch, str event)
{
    str name = STR_IS(event, "needs_person") ? STR("approval") : event;
    for (size_t i = 0; i < ch->events.count; i++)
        if (str_eq(ch->events.items[i], name)) return true;
    return ch->events.count == 0;
}

static bool wanted(const struct notify_channel *ch, const struct notice *n)
{
    return wanted_event(ch, n->event) && severity_of(n->severity, SEV_CRITICAL) >= ch->min_severity;
}

static bool certain(err e)
{
    return e.code == ERR_NOT_FOUND || e.code == ERR_DENIED || e.code == ERR_INPUT || e.code == ERR_FULL;
}

static bool worth_again(err e)
{
    return e.code == ERR_NOT_FOUND || e.code == ERR_FULL;
}

err notify_status(int status)
{
    if (status >= 200 && status < 300) return OK;
    if (status == 429 || status == 503) return err_make(ERR_FULL, "it answered %d, try later", status);
    return err_make(ERR_DENIED, "it answered %d", status);
}

err notify_send(struct env *env, const struct notify_channel *ch, const struct notice *n, struct arena *a)
{
    return senders[ch->kind](env, ch, n, a);
}

void notify_effect(struct act *x, struct act_reply *out)
{
    const struct notify_channel *ch = find(x->notify_ctx, x->effect->remedy);
    struct notice n = read_notice(x);
    if (!ch) {
        act_failed(x, out, "there is no channel " STR_FMT, STR_ARG(x->effect->remedy));
        return;
    }
    if (!wanted(ch, &n)) {
        act_ok(x, out, STR_FMT " does not want to be told of this", STR_ARG(ch->name));
        return;
    }
    if (!act_claim(x, 0, 0)) return;
    err e = OK;
    for (int i = 0; i < TRIES; i++) {
        e = notify_send(x->door->env, ch, &n, x->a);
        if (!worth_again(e) || i + 1 == TRIES || !x->pause || !x->pause(x->host, FIRST_PAUSE << i)) break;
    }
    out->unknown = e.code && !certain(e);
    if (e.code) act_failed(x, out, "could not tell " STR_FMT ": %s", STR_ARG(ch->name), e.msg);
    else act_ok(x, out, "told " STR_FMT, STR_ARG(ch->name));
}
