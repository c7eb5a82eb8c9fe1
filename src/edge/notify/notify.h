/* Telling people: one file and one row for each kind of channel. A notice is an effect of kind notify; the executor
 * hands it here, its remedy names the channel. A notice that may have arrived is never sent again. */
#ifndef WEIR_EDGE_NOTIFY_NOTIFY_H
#define WEIR_EDGE_NOTIFY_NOTIFY_H

#include "edge/act/act.h"
#include "edge/config.h"

/* The executor's notify_ctx. Borrowed: it must outlive the executor. */
struct notify_channels {
    const struct notify_channel *items;
    size_t count;
};

/* The executor's `notify`: find the channel, claim, send. */
void notify_effect(struct act *x, struct act_reply *out);

/* What is to be told. Strings live in the effect's arena. */
struct notice {
    str incident, event, title, text, severity, url;
    str key; /* the same for every attempt */
};

/* Send one. Errors: ERR_NOT_FOUND, ERR_DENIED, ERR_INPUT, ERR_FULL (told to come later): certain that it did not
 * arrive; any other: it may have. Secrets are read when it is sent, and are in no message. */
typedef err notify_fn(struct env *env, const struct notify_channel *ch, const struct notice *n, struct arena *a);
notify_fn notify_slack, notify_smtp, notify_webhook;
/* The same by the channel's kind. Its filters of events and severities do not count here. */
MUST_USE err notify_send(struct env *env, const struct notify_channel *ch, const struct notice *n, struct arena *a);

/* Slack's JSON (Block Kit) and the mail's text, for tests. */
str slack_body(const struct notice *n, struct arena *a);
MUST_USE err mail_text(const struct notify_channel *ch, const struct notice *n, usec wall, struct arena *a, str *out);

/* What the answer of an HTTP channel means. */
MUST_USE err notify_status(int status);

#endif
