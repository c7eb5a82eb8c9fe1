/* A small SMTP server on loopback for tests: takes one mail a connection and keeps it. It speaks no TLS. */
#ifndef WEIR_SIM_FAKE_SMTP_H
#define WEIR_SIM_FAKE_SMTP_H

#include "base/arena.h"
#include "base/err.h"

struct fake_smtp_opts {
    const char *rcpt_reply; /* "550 no such user"; NULL = 250 */
    const char *end_reply;  /* to the end of the text; NULL = 250, "" = close the connection without a word */
};
struct fake_smtp;
MUST_USE err fake_smtp_start(const struct fake_smtp_opts *opts, struct fake_smtp **out);
void fake_smtp_stop(struct fake_smtp *s); /* accepts NULL */
int fake_smtp_port(const struct fake_smtp *s);
/* Every line received so far, commands and texts, in a. */
str fake_smtp_lines(struct fake_smtp *s, struct arena *a);

#endif
